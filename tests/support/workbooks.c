#include "tests/support/workbooks.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARCHIVE_MAX = 16 * 1024 * 1024 };

struct making {
    struct archive *archive;
    struct buf part, book, relations;
    char name[256];
    const char *close;
    int sheets;
    bool from_1904;
};

static void put_part(struct making *making, const char *name, const struct buf *bytes)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)bytes->len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(making->archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(making->archive, buf_text(bytes), bytes->len), bytes->len);
    archive_entry_free(entry);
}

static void end_part(struct making *making)
{
    if (making->name[0] == '\0')
        return;
    buf_puts(&making->part, making->close);
    put_part(making, making->name, &making->part);
    buf_clear(&making->part);
    making->name[0] = '\0';
}

static void begin_part(struct making *making, const char *name, const char *open, const char *close)
{
    end_part(making);
    snprintf(making->name, sizeof making->name, "%s", name);
    buf_puts(&making->part, open);
    making->close = close;
}

static void begin_sheet(struct making *making, const char *name)
{
    char path[64];
    making->sheets++;
    snprintf(path, sizeof path, "xl/worksheets/sheet%d.xml", making->sheets);
    begin_part(making, path, "<worksheet xmlns=\"urn:m\"><sheetData>", "</sheetData></worksheet>");
    buf_printf(&making->book, "<sheet name=\"%s\" sheetId=\"%d\" r:id=\"s%d\"/>", name, making->sheets,
        making->sheets);
    buf_printf(&making->relations,
        "<Relationship Id=\"s%d\" Type=\"urn:r/worksheet\" Target=\"worksheets/sheet%d.xml\"/>",
        making->sheets, making->sheets);
}

static void put_line(struct making *making, const char *line)
{
    if (strncmp(line, "sheet ", 6) == 0)
        begin_sheet(making, line + 6);
    else if (strcmp(line, "strings") == 0)
        begin_part(making, "xl/sharedStrings.xml", "<sst>", "</sst>");
    else if (strcmp(line, "styles") == 0)
        begin_part(making, "xl/styles.xml", "<styleSheet>", "</styleSheet>");
    else if (strncmp(line, "part ", 5) == 0)
        begin_part(making, line + 5, "", "");
    else if (strcmp(line, "1904") == 0)
        making->from_1904 = true;
    else if (strcmp(line, "stored") == 0)
        archive_write_zip_set_compression_store(making->archive);
    else
        buf_printf(&making->part, "%s\n", line);
}

static void put_text(
    struct making *making, const char *name, const char *open, const char *text, const char *close)
{
    struct buf part;
    buf_init(&part, ARCHIVE_MAX);
    buf_puts(&part, open);
    buf_puts(&part, text);
    buf_puts(&part, close);
    put_part(making, name, &part);
    buf_deinit(&part);
}

static void put_book(struct making *making)
{
    put_text(making, "_rels/.rels", "<Relationships>",
        "<Relationship Id=\"r\" Type=\"urn:r/officeDocument\" Target=\"xl/workbook.xml\"/>",
        "</Relationships>");
    put_text(making, "xl/workbook.xml",
        making->from_1904
            ? "<w:workbook xmlns:w=\"urn:w\" xmlns:r=\"urn:r\"><w:workbookPr date1904=\"1\"/><w:sheets>"
            : "<w:workbook xmlns:w=\"urn:w\" xmlns:r=\"urn:r\" xmlns=\"urn:w\"><w:sheets>",
        buf_text(&making->book), "</w:sheets></w:workbook>");
    put_text(making, "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"a\" Type=\"urn:r/sharedStrings\" "
        "Target=\"/xl/sharedStrings.xml\"/>"
        "<Relationship Id=\"b\" Type=\"urn:r/styles\" Target=\"styles.xml\"/>",
        buf_text(&making->relations), "</Relationships>");
}

void workbook_make(struct slice lines, struct buf *ret_payload)
{
    static char bytes[ARCHIVE_MAX]; /* tens of thousands are made in a row */
    struct making making = {.archive = archive_write_new()};
    char *text = strndup(lines.data, lines.len), *rest = NULL;
    size_t used = 0;
    buf_init(&making.part, ARCHIVE_MAX);
    buf_init(&making.book, ARCHIVE_MAX);
    buf_init(&making.relations, ARCHIVE_MAX);
    archive_write_set_format_zip(making.archive);
    archive_write_set_bytes_in_last_block(making.archive, 1);
    archive_write_open_memory(making.archive, bytes, ARCHIVE_MAX, &used);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        put_line(&making, line);
    end_part(&making);
    put_book(&making);
    archive_write_close(making.archive);
    archive_write_free(making.archive);
    buf_append(ret_payload, bytes, used);
    buf_deinit(&making.part);
    buf_deinit(&making.book);
    buf_deinit(&making.relations);
    free(text);
}
