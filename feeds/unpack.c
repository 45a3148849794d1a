#include "feeds/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "feeds/payload.h"

/* Small archives may inflate more. */
enum { RATIO_FREE = 1024 * 1024, NAME_BYTES_MAX = 200, CHUNK = 64 * 1024 };

const char *const unpack_names[] = {[UNPACK_NONE] = "none", [UNPACK_7Z] = "7z", [UNPACK_ZIP] = "zip", NULL};

/* ---- faults ---- */

static int refuse(
    const struct decode_input *input, const char *code, const char *text, struct diag_list *diags)
{
    diag_error(diags, (struct place){input->file, 0, 0}, code, "%s", text);
    return -EBADMSG;
}

static int refuse_size(const struct decode_input *input, size_t room, struct diag_list *diags)
{
    diag_error(
        diags, (struct place){input->file, 0, 0}, "D058", "the archive unpacks to more than %zu bytes", room);
    return -EBADMSG;
}

static int refuse_damaged(const struct unpacking *unpacking, struct diag_list *diags)
{
    const char *text = archive_error_string(unpacking->archive);
    bool says = text != NULL && str_is_utf8(slice_of(text));
    diag_error(diags, (struct place){unpacking->input->file, 0, 0}, "D059",
        "the archive is truncated or damaged: %s", says ? text : "it ends too early");
    return -EBADMSG;
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
    bool by_ratio = len < max / UNPACK_RATIO_MAX && len * UNPACK_RATIO_MAX + RATIO_FREE < max;
    return by_ratio ? len * UNPACK_RATIO_MAX + RATIO_FREE : max;
}

/* The next file of the archive, directories and the like left out. ARCHIVE_OK, ARCHIVE_EOF, or another code.
 */
static int next_file(struct archive *archive, struct archive_entry **ret_entry)
{
    int r;
    do
        r = archive_read_next_header(archive, ret_entry);
    while (r == ARCHIVE_OK && archive_entry_filetype(*ret_entry) != AE_IFREG);
    return r;
}

/* A name for messages: what stands behind the last slash, where that is text. */
static const char *name_of(struct unpacking *unpacking, struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry), *slash = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : path;
    if (name == NULL || strlen(name) > NAME_BYTES_MAX || !str_is_utf8(slice_of(name)))
        name = "a file";
    return arena_printf(&unpacking->arena, "%s:%s", unpacking->input->file, name);
}

int unpack_begin(const struct decode_input *input, struct unpacking *ret_unpacking, struct diag_list *diags)
{
    struct unpacking *unpacking = ret_unpacking;
    struct archive_entry *entry;
    *unpacking = (struct unpacking){.input = input, .room = room_of(input)};
    if (payload_check_archive(input->descriptor, input->payload, input->file, diags) < 0)
        return -EBADMSG;
    unpacking->archive = new_reader(input->descriptor->unpack);
    int r = archive_read_open_memory(unpacking->archive, input->payload.data, input->payload.len);
    if (r == ARCHIVE_OK)
        r = next_file(unpacking->archive, &entry);
    if (r == ARCHIVE_EOF)
        return refuse(input, "D059", "the archive has no file; expected one", diags);
    if (r != ARCHIVE_OK)
        return refuse_damaged(unpacking, diags);
    unpacking->file = name_of(unpacking, entry);
    return 0;
}

/* The file has ended; the archive has to as well. */
static int check_end(struct unpacking *unpacking, struct diag_list *diags)
{
    struct archive_entry *entry;
    unpacking->ended = true;
    int r = next_file(unpacking->archive, &entry);
    if (r == ARCHIVE_OK)
        return refuse(unpacking->input, "D059", "the archive has several files; expected one", diags);
    return r == ARCHIVE_EOF ? 0 : refuse_damaged(unpacking, diags);
}

int unpack_read(struct unpacking *unpacking, struct buf *bytes, size_t len, struct diag_list *diags)
{
    char chunk[CHUNK];
    while (!unpacking->ended && bytes->len < len) {
        size_t want = len - bytes->len < sizeof chunk ? len - bytes->len : sizeof chunk;
        la_ssize_t n = archive_read_data(unpacking->archive, chunk, want);
        if (n < 0)
            return refuse_damaged(unpacking, diags);
        if (n == 0)
            return check_end(unpacking, diags);
        if ((size_t)n > unpacking->room)
            return refuse_size(unpacking->input, room_of(unpacking->input), diags);
        unpacking->room -= (size_t)n;
        (void)buf_append(bytes, chunk, (size_t)n); /* the caller's bound is `len` */
    }
    return 0;
}

void unpack_end(struct unpacking *unpacking)
{
    archive_read_free(unpacking->archive);
    arena_deinit(&unpacking->arena);
}

/* ---- the whole ---- */

static int unpack_whole(const struct decode_input *input, struct unpacked *unpacked, struct diag_list *diags)
{
    struct unpacking unpacking;
    int r = unpack_begin(input, &unpacking, diags);
    if (r == 0) {
        buf_init(&unpacked->bytes, unpacking.room + 1); /* one more shows that it is too large */
        buf_reserve_all(&unpacked->bytes);
        unpacked->input.file = arena_strdup(&unpacked->arena, unpacking.file);
        r = unpack_read(&unpacking, &unpacked->bytes, unpacked->bytes.max, diags);
    }
    unpacked->input.payload = (struct slice){buf_text(&unpacked->bytes), unpacked->bytes.len};
    unpack_end(&unpacking);
    return r;
}

int unpack_payload(const struct decode_input *input, struct unpacked *ret_unpacked, struct diag_list *diags)
{
    *ret_unpacked = (struct unpacked){.input = *input};
    return input->descriptor->unpack == UNPACK_NONE ? 0 : unpack_whole(input, ret_unpacked, diags);
}

void unpacked_deinit(struct unpacked *unpacked)
{
    buf_deinit(&unpacked->bytes);
    arena_deinit(&unpacked->arena);
}
