"""Archives of one file or more, written by libarchive itself: 7z and zip."""

import ctypes

REGULAR = 0o100000  # AE_IFREG


def library():
    archive = ctypes.CDLL("libarchive.so.13")
    for name in ("archive_write_new", "archive_entry_new"):
        getattr(archive, name).restype = ctypes.c_void_p
    archive.archive_error_string.restype = ctypes.c_char_p
    archive.archive_write_data.restype = ctypes.c_ssize_t
    return archive


def write(path, kind, members):
    """Writes the members, a dict of names to bytes, as "7z" or "zip"."""
    archive = library()
    writer = ctypes.c_void_p(archive.archive_write_new())

    def must(result):
        if result < 0:
            raise OSError(archive.archive_error_string(writer))

    must({"7z": archive.archive_write_set_format_7zip, "zip": archive.archive_write_set_format_zip}[kind](writer))
    must(archive.archive_write_open_filename(writer, str(path).encode()))
    for name, data in members.items():
        entry = ctypes.c_void_p(archive.archive_entry_new())
        archive.archive_entry_set_pathname(entry, name.encode())
        archive.archive_entry_set_size(entry, ctypes.c_int64(len(data)))
        archive.archive_entry_set_filetype(entry, REGULAR)
        archive.archive_entry_set_perm(entry, 0o644)
        must(archive.archive_write_header(writer, entry))
        must(archive.archive_write_data(writer, data, ctypes.c_size_t(len(data))))
        archive.archive_entry_free(entry)
    must(archive.archive_write_close(writer))
    archive.archive_write_free(writer)
