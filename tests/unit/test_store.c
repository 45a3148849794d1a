/* link: daemon/io/store daemon/io/store_query daemon/io/store_feed daemon/io/schema daemon/io/block daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zstd.h>

#include "io/schema.h"

static struct payload_row quarantined(const char *body)
{
    return (struct payload_row){
        .feed = "nso",
        .digest = {"feedface"},
        .seen_ms = 1000,
        .bytes = strlen(body),
        .rows = 3,
        .accepted = false,
        .reasons = "nso.csv:3: error[G103]: negative figure",
        .body = slice_of(body),
    };
}

static struct feed_row sample_feed_row(const char *feed)
{
    return (struct feed_row){
        .feed = feed,
        .etag = "\"x\"",
        .last_modified = "Wed, 06 Aug 2025 09:30:00 GMT",
        .digest = "feedface",
        .attempted_ms = 5,
        .succeeded_ms = 4,
        .next_ms = 6,
        .failures = 2,
        .health = "tls",
        .text = "certificate has expired",
    };
}

/* ---- the file ---- */

static void empty_file_is_migrated_to_the_newest_schema(void **state)
{
    struct temp_store *temp = *state;
    char newest[16];
    snprintf(newest, sizeof newest, "%d", schema_newest());
    assert_string_equal(temp_store_sql(temp, "PRAGMA user_version"), newest);
    assert_string_equal(temp_store_sql(temp, "PRAGMA journal_mode"), "wal");
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                                             " AND sql NOT LIKE '%STRICT%'"),
        "0");
    assert_string_equal(
        temp_store_sql(temp, "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"), "0");
    assert_string_equal(temp_store_sql(temp, "PRAGMA foreign_key_check"), "");
}

static void file_is_for_its_owner_whatever_the_umask(void **state)
{
    struct temp_store *temp = *state;
    static const mode_t masks[] = {0, 0077, 0777};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        store_close(temp->store);
        unlink(temp->path);
        mode_t before = umask(masks[i]);
        temp_store_open(temp, STORE_WRITE);
        umask(before);
        char log[300];
        snprintf(log, sizeof log, "%s-wal", temp->path);
        struct stat file, wal;
        assert_int_equal(stat(temp->path, &file), 0);
        assert_int_equal(stat(log, &wal), 0);
        assert_int_equal(file.st_mode & 07777, 0600);
        assert_int_equal(wal.st_mode & 07777, 0600);
    }
}

static void close_moves_the_log_into_the_file(void **state)
{
    struct temp_store *temp = *state;
    struct feed_row row = sample_feed_row("nso");
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    assert_int_equal(store_close(temp->store), 0);
    temp->store = NULL;
    char log[300];
    snprintf(log, sizeof log, "%s-wal", temp->path);
    assert_int_equal(access(log, F_OK), -1);
    assert_string_equal(temp_store_sql(temp, "SELECT health FROM feed"), "tls");
    assert_int_equal(store_close(NULL), 0);
}

/* The bytes of the file, for "untouched". */
static struct slice file_bytes(struct temp_store *temp)
{
    struct stat st;
    int fd = open(temp->path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    char *data = arena_alloc(&temp->arena, (size_t)st.st_size + 1);
    assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
    close(fd);
    return (struct slice){data, (size_t)st.st_size};
}

/* Opening fails with r and a sentence that has the words; the file stays as it is. */
static void assert_refused(struct temp_store *temp, enum store_mode mode, int r, const char *words)
{
    struct slice before = file_bytes(temp);
    struct store *store = NULL;
    char *text = NULL;
    assert_int_equal(store_open(temp->path, mode, &store, &text), r);
    assert_null(store);
    assert_non_null(text);
    if (strstr(text, words) == NULL || strstr(text, temp->path) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", text, words);
    alloc_free(text);
    struct slice after = file_bytes(temp);
    assert_int_equal(after.len, before.len);
    assert_memory_equal(after.data, before.data, before.len);
}

static void newer_schema_is_refused_and_untouched(void **state)
{
    struct temp_store *temp = *state;
    store_close(temp->store);
    temp->store = NULL;
    temp_store_sql(temp, "PRAGMA user_version = 4711");
    assert_refused(temp, STORE_WRITE, -EPROTO, "newer tdwatch wrote it (schema 4711");
    assert_refused(temp, STORE_READ, -EPROTO, "newer tdwatch");
}

static void reader_does_not_migrate(void **state)
{
    struct temp_store *temp = *state;
    store_close(temp->store);
    temp->store = NULL;
    temp_store_sql(temp, "PRAGMA user_version = 0");
    assert_refused(temp, STORE_READ, -EPROTO, "older tdwatch");
}

static void foreign_database_is_refused_and_untouched(void **state)
{
    struct temp_store *temp = *state;
    store_close(temp->store);
    temp->store = NULL;
    unlink(temp->path);
    temp_store_sql(temp, "CREATE TABLE bookmarks (url)");
    assert_refused(temp, STORE_WRITE, -EUCLEAN, "another program's");
}

static void overwrite(struct temp_store *temp, off_t at, size_t len)
{
    int fd = open(temp->path, O_WRONLY);
    assert_true(fd >= 0);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(pwrite(fd, &(char){(char)(i * 37 + 11)}, 1, at + (off_t)i), 1);
    close(fd);
}

static void damaged_file_is_refused_and_untouched(void **state)
{
    struct temp_store *temp = *state;
    for (int i = 0; i < 3000; i++) {
        char name[32];
        snprintf(name, sizeof name, "feed-%d", i);
        struct feed_row row = sample_feed_row(name);
        assert_int_equal(store_put_feed(temp->store, &row), 0);
    }
    store_close(temp->store);
    temp->store = NULL;
    struct slice bytes = file_bytes(temp);
    overwrite(temp, (off_t)(bytes.len / 2 / 4096 * 4096), 4096);
    assert_refused(temp, STORE_WRITE, -EUCLEAN, "restore a copy");
    assert_refused(temp, STORE_READ, -EUCLEAN, "damaged");
}

static void file_that_is_no_database_is_refused_and_untouched(void **state)
{
    struct temp_store *temp = *state;
    store_close(temp->store);
    temp->store = NULL;
    overwrite(temp, 0, 4096);
    assert_refused(temp, STORE_WRITE, -EUCLEAN, "not a database");
}

static void missing_file_and_directory_are_told(void **state)
{
    struct temp_store *temp = *state;
    char path[300], *text = NULL;
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/none.db", temp->directory);
    assert_int_equal(store_open(path, STORE_READ, &store, &text), -ENOENT);
    assert_int_equal(access(path, F_OK), -1);
    alloc_free(text);
    snprintf(path, sizeof path, "%s/none/store.db", temp->directory);
    assert_int_equal(store_open(path, STORE_WRITE, &store, &text), -ENOENT);
    assert_non_null(strstr(text, "No such file"));
    alloc_free(text);
}

/* ---- transactions ---- */

static void rollback_leaves_no_trace(void **state)
{
    struct temp_store *temp = *state;
    struct feed_row row = sample_feed_row("nso"), back;
    struct payload_row payload = quarantined("a,b\n");
    int64_t id = -1;
    assert_int_equal(store_begin(temp->store), 0);
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_int_equal(store_get_feed(temp->store, "nso", &temp->arena, &back), 0);
    store_rollback(temp->store);
    assert_int_equal(store_get_feed(temp->store, "nso", &temp->arena, &back), -ENOENT);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM payload"), "0");
    store_rollback(temp->store); /* twice is fine */
}

static void commit_without_begin_fails(void **state)
{
    struct temp_store *temp = *state;
    assert_true(store_commit(temp->store) < 0);
    assert_true(strlen(store_error(temp->store)) > 0);
}

static void what_is_not_committed_is_not_seen(void **state)
{
    struct temp_store *temp = *state;
    struct feed_row row = sample_feed_row("nso");
    assert_int_equal(store_begin(temp->store), 0);
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM feed"), "0");
    assert_int_equal(store_commit(temp->store), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM feed"), "1");
}

static void second_writer_is_kept_out_while_the_first_lives(void **state)
{
    struct temp_store *temp = *state;
    assert_refused(temp, STORE_WRITE, -EBUSY, "another tdwatch writes to it");
    struct feed_row row = sample_feed_row("nso");
    assert_int_equal(store_put_feed(temp->store, &row), 0); /* the first one's is not hurt by it */
    temp_store_reopen(temp);
    assert_refused(temp, STORE_WRITE, -EBUSY, "another tdwatch writes to it");
}

static void end_of_a_writer_lets_the_next_in(void **state)
{
    struct temp_store *temp = *state;
    int ready[2];
    assert_int_equal(store_close(temp->store), 0);
    temp->store = NULL;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        temp_store_open(temp, STORE_WRITE);
        if (write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_refused(temp, STORE_WRITE, -EBUSY, "another tdwatch writes to it");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    temp_store_open(temp, STORE_WRITE);
    close(ready[0]);
    close(ready[1]);
}

static void reader_sees_but_cannot_write(void **state)
{
    struct temp_store *temp = *state;
    struct feed_row row = sample_feed_row("nso"), back;
    struct payload_row payload = quarantined("a,b\n");
    int64_t id = -1;
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    struct temp_store reader = *temp;
    temp_store_open(&reader, STORE_READ);
    assert_int_equal(store_begin(reader.store), 0);
    assert_int_equal(store_get_feed(reader.store, "nso", &temp->arena, &back), 0);
    assert_string_equal(back.text, row.text);
    assert_int_equal(store_put_feed(reader.store, &row), -EROFS);
    assert_int_equal(store_put_payload(reader.store, &payload, &id), -EROFS);
    assert_int_equal(id, -1);
    assert_int_equal(store_commit(reader.store), 0);
    assert_int_equal(store_put_ruleset(reader.store, "d", slice_of("x"), 1), -EROFS);
    assert_int_equal(store_close(reader.store), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM payload"), "0");
}

static void reader_is_no_failure_at_close(void **state)
{
    struct temp_store *temp = *state;
    struct temp_store reader = *temp;
    struct feed_row row = sample_feed_row("nso"), back;
    temp_store_open(&reader, STORE_READ);
    assert_int_equal(store_begin(reader.store), 0);
    assert_int_equal(store_get_feed(reader.store, "nso", &temp->arena, &back), -ENOENT);
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    assert_int_equal(store_close(temp->store), 0);
    temp->store = NULL;
    assert_int_equal(store_close(reader.store), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM feed"), "1");
}

/* ---- payloads, feeds, rule sets ---- */

static void quarantined_body_is_kept_whole(void **state)
{
    struct temp_store *temp = *state;
    static const char body[] = "month,value\n2025-07,-1\n2025-07,-1\n2025-07,-1\n2025-07,-1\n";
    struct payload_row payload = quarantined(body);
    int64_t id = 0;
    assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_int_equal(id, 1);
    const char *hex = temp_store_sql(temp, "SELECT hex(body) FROM payload");
    unsigned char frame[200];
    size_t len = strlen(hex) / 2;
    assert_true(len > 0 && len < sizeof frame);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &frame[i]), 1);
    char back[sizeof body];
    assert_int_equal(ZSTD_decompress(back, sizeof back, frame, len), sizeof body - 1);
    assert_memory_equal(back, body, sizeof body - 1);
}

static void accepted_body_is_not_kept(void **state)
{
    struct temp_store *temp = *state;
    struct payload_row payload = quarantined("x");
    payload.accepted = true;
    payload.reasons = "";
    int64_t id = 0;
    assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT typeof(body) FROM payload"), "null");
}

static void oldest_quarantined_bodies_go(void **state)
{
    struct temp_store *temp = *state;
    struct payload_row payload = quarantined("x"), other = quarantined("y");
    other.feed = "other";
    int64_t id = 0;
    assert_int_equal(store_put_payload(temp->store, &other, &id), 0);
    for (int i = 0; i < 30; i++)
        assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM payload"), "31");
    assert_string_equal(temp_store_sql(temp, "SELECT count(body) FROM payload WHERE feed = 'nso'"), "20");
    assert_string_equal(temp_store_sql(temp, "SELECT count(body) FROM payload WHERE feed = 'other'"), "1");
    assert_string_equal(
        temp_store_sql(temp, "SELECT min(id) FROM payload WHERE feed = 'nso' AND body NOTNULL"), "12");
}

static void feed_comes_back_after_reopening(void **state)
{
    struct temp_store *temp = *state;
    struct feed_row row = sample_feed_row("nso"), back = {.failures = -7};
    assert_int_equal(store_get_feed(temp->store, "nso", &temp->arena, &back), -ENOENT);
    assert_int_equal(back.failures, -7);
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    row.failures = 3;
    assert_int_equal(store_put_feed(temp->store, &row), 0);
    temp_store_reopen(temp);
    assert_int_equal(store_get_feed(temp->store, "nso", &temp->arena, &back), 0);
    assert_string_equal(back.feed, "nso");
    assert_string_equal(back.etag, row.etag);
    assert_string_equal(back.last_modified, row.last_modified);
    assert_string_equal(back.digest, row.digest);
    assert_int_equal(back.attempted_ms, 5);
    assert_int_equal(back.succeeded_ms, 4);
    assert_int_equal(back.next_ms, 6);
    assert_int_equal(back.failures, 3);
    assert_string_equal(back.health, "tls");
    assert_string_equal(back.text, row.text);
}

static void join_feeds(void *userdata, const struct feed_row *row)
{
    char *names = userdata;
    snprintf(names + strlen(names), 100 - strlen(names), "%s ", row->feed);
}

static void feeds_come_by_name(void **state)
{
    struct temp_store *temp = *state;
    static const char *const feeds[] = {"us-census", "eurostat", "nso"};
    for (size_t i = 0; i < 3; i++) {
        struct feed_row row = sample_feed_row(feeds[i]);
        assert_int_equal(store_put_feed(temp->store, &row), 0);
    }
    char names[100] = "";
    assert_int_equal(store_each_feed(temp->store, join_feeds, names), 0);
    assert_string_equal(names, "eurostat nso us-census ");
}

static void assert_last_ruleset(struct temp_store *temp, const char *files)
{
    struct slice last;
    assert_int_equal(store_last_ruleset(temp->store, &temp->arena, &last), 0);
    assert_true(slice_equal(last, files));
}

static void ruleset_that_comes_back_is_the_last_again(void **state)
{
    struct temp_store *temp = *state;
    struct slice last;
    assert_int_equal(store_last_ruleset(temp->store, &temp->arena, &last), -ENOENT);
    assert_int_equal(store_put_ruleset(temp->store, "a", slice_of("A"), 900), 0);
    assert_int_equal(store_put_ruleset(temp->store, "b", slice_of("B"), 100), 0); /* the clock was put back */
    assert_last_ruleset(temp, "B");
    assert_int_equal(store_put_ruleset(temp->store, "a", slice_of("A"), 950), 0);
    temp_store_reopen(temp);
    assert_last_ruleset(temp, "A");
    assert_string_equal(temp_store_sql(temp, "SELECT group_concat(digest || turn || at_ms) FROM"
                                             " (SELECT * FROM ruleset ORDER BY turn)"),
        "b2100,a3900");
}

static void known_ruleset_put_again_is_no_change(void **state)
{
    struct temp_store *temp = *state;
    assert_int_equal(store_put_ruleset(temp->store, "a", (struct slice){"\0\1", 2}, 1), 0);
    assert_int_equal(store_put_ruleset(temp->store, "a", (struct slice){"\0\1", 2}, 2), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT hex(files) || turn || at_ms FROM ruleset"), "000111");
}

static void every_accepted_ruleset_is_found_by_its_digest(void **state)
{
    struct temp_store *temp = *state;
    struct slice files = {"untouched", 9};
    assert_int_equal(store_put_ruleset(temp->store, "a", slice_of("A"), 1), 0);
    assert_int_equal(store_put_ruleset(temp->store, "b", slice_of("B"), 2), 0);
    assert_int_equal(store_get_ruleset(temp->store, "c", &temp->arena, &files), -ENOENT);
    assert_true(slice_equal(files, "untouched"));
    assert_int_equal(store_get_ruleset(temp->store, "a", &temp->arena, &files), 0);
    assert_true(slice_equal(files, "A"));
}

static void empty_store_counts_nothing(void **state)
{
    struct temp_store *temp = *state;
    struct store_counts counts;
    struct payload_row payload = quarantined("x");
    int64_t id;
    memset(&counts, 0x5a, sizeof counts);
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_memory_equal(&counts, &(struct store_counts){0}, sizeof counts);
    assert_int_equal(store_put_payload(temp->store, &payload, &id), 0);
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.payloads, 1);
    assert_int_equal(counts.quarantined, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(empty_file_is_migrated_to_the_newest_schema),
        TEST(file_is_for_its_owner_whatever_the_umask),
        TEST(close_moves_the_log_into_the_file),
        TEST(newer_schema_is_refused_and_untouched),
        TEST(reader_does_not_migrate),
        TEST(foreign_database_is_refused_and_untouched),
        TEST(damaged_file_is_refused_and_untouched),
        TEST(file_that_is_no_database_is_refused_and_untouched),
        TEST(missing_file_and_directory_are_told),
        TEST(rollback_leaves_no_trace),
        TEST(commit_without_begin_fails),
        TEST(what_is_not_committed_is_not_seen),
        TEST(second_writer_is_kept_out_while_the_first_lives),
        TEST(end_of_a_writer_lets_the_next_in),
        TEST(reader_sees_but_cannot_write),
        TEST(reader_is_no_failure_at_close),
        TEST(quarantined_body_is_kept_whole),
        TEST(accepted_body_is_not_kept),
        TEST(oldest_quarantined_bodies_go),
        TEST(feed_comes_back_after_reopening),
        TEST(feeds_come_by_name),
        TEST(ruleset_that_comes_back_is_the_last_again),
        TEST(known_ruleset_put_again_is_no_change),
        TEST(every_accepted_ruleset_is_found_by_its_digest),
        TEST(empty_store_counts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
