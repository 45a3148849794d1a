#include "feeds/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "feeds/payload.h"

/* Small archives may inflate more. */
enum { RATIO_FREE = 1024 * 1024, NAME_MAX_BYTES = 200 };

const char *const unpack_names[] = {[UNPACK_NONE] = "none", [UNPACK_7Z] = "7z", [UNPACK_ZIP] = "zip", NULL};

static struct place whole(const struct decode_input *input)
{
    return (struct place){input->file, 0, 0};
}

/* ---- the archive ---- */

static struct archive *new_reader(int format)
{
    struct archive *archive = archive_read_new();
    if (format == UNPACK_7Z)
        archive_read_support_format_7zip(archive);
    else
        archive_read_support_format_zip_seekable(archive);
    return archive;
}

static size_t room_of(const struct decode_input *input)
{
    size_t max = (size_t)input->descriptor->max_bytes, len = input->payload.len;
    return len < (max - max / 2) / UNPACK_RATIO_MAX && len * UNPACK_RATIO_MAX + RATIO_FREE < max
               ? len * UNPACK_RATIO_MAX + RATIO_FREE
               : max;
}

/* A name for messages: what stands behind the last slash, where that is text. */
static const char *member_name(
    const struct decode_input *input, struct archive_entry *entry, struct arena *arena)
{
    const char *path = archive_entry_pathname(entry), *slash = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : path;
    if (name == NULL || strlen(name) > NAME_MAX_BYTES || !str_is_utf8(slice_of(name)))
        name = "a file";
    return arena_printf(arena, "%s:%s", input->file, name);
}

/* 0, -EFBIG, or -EBADMSG. */
static int read_data(struct archive *archive, struct buf *bytes)
{
    const void *block;
    size_t len;
    la_int64_t offset;
    int r;
    while ((r = archive_read_data_block(archive, &block, &len, &offset)) == ARCHIVE_OK)
        if (buf_append(bytes, block, len) < 0)
            return -EFBIG;
    return r == ARCHIVE_EOF ? 0 : -EBADMSG;
}

/* Reads the archive's only file. 0; -EFBIG; -EBADMSG damaged; -ENOENT none; -EEXIST several. */
static int read_only_file(
    struct archive *archive, const struct decode_input *input, struct unpacked *unpacked)
{
    struct archive_entry *entry;
    int r, files = 0;
    while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        if (archive_entry_filetype(entry) != AE_IFREG)
            continue;
        if (++files > 1)
            return -EEXIST;
        unpacked->input.file = member_name(input, entry, &unpacked->arena);
        buf_init(&unpacked->bytes, room_of(input));
        buf_reserve_all(&unpacked->bytes);
        int read = read_data(archive, &unpacked->bytes);
        if (read < 0)
            return read;
    }
    if (r != ARCHIVE_EOF)
        return -EBADMSG;
    return files > 0 ? 0 : -ENOENT;
}

/* libarchive says "(null)" of nothing. */
static const char *reason(struct archive *archive)
{
    const char *text = archive_error_string(archive);
    return text != NULL && str_is_utf8(slice_of(text)) ? text : "it ends too early";
}

static int unpack(const struct decode_input *input, struct unpacked *unpacked, struct diag_list *diags)
{
    struct archive *archive = new_reader(input->descriptor->unpack);
    int r = archive_read_open_memory(archive, input->payload.data, input->payload.len) == ARCHIVE_OK
                ? read_only_file(archive, input, unpacked)
                : -EBADMSG;
    if (r == -EFBIG)
        diag_error(diags, whole(input), "D058", "the archive unpacks to more than %zu bytes", room_of(input));
    else if (r == -ENOENT || r == -EEXIST)
        diag_error(diags, whole(input), "D059", "the archive has %s; expected one",
            r == -ENOENT ? "no file" : "several files");
    else if (r < 0)
        diag_error(diags, whole(input), "D059", "the archive is truncated or damaged: %s", reason(archive));
    archive_read_free(archive);
    unpacked->input.payload = (struct slice){buf_text(&unpacked->bytes), unpacked->bytes.len};
    return r < 0 ? -EBADMSG : 0;
}

/* ---- the payload ---- */

int unpack_payload(const struct decode_input *input, struct unpacked *ret_unpacked, struct diag_list *diags)
{
    *ret_unpacked = (struct unpacked){.input = *input};
    if (input->descriptor->unpack == UNPACK_NONE)
        return 0;
    int r = payload_check_archive(input->descriptor, input->payload, input->file, diags);
    return r == 0 ? unpack(input, ret_unpacked, diags) : r;
}

void unpacked_deinit(struct unpacked *unpacked)
{
    buf_deinit(&unpacked->bytes);
    arena_deinit(&unpacked->arena);
}
