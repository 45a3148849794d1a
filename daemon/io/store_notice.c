#include "io/store_notice.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "io/store_internal.h"

static_assert(PROCEEDING_COUNT == 8 && STEP_COUNT == 13 && OUTCOME_COUNT == 3 && MEASURE_TYPE_COUNT == 8,
    "the store has these numbers: append, and add a migration");

enum { LAWS_COUNT = (LAW_ANTI_DUMPING | LAW_COUNTERVAILING | LAW_SAFEGUARD) + 1 };

/* ---- texts, one a line ---- */

static const char *join_lines(const char *const *items, size_t len, struct arena *arena)
{
    size_t size = 1;
    for (size_t i = 0; i < len; i++)
        size += strlen(items[i]) + 1;
    char *text = arena_alloc(arena, size), *end = text;
    for (size_t i = 0; i < len; i++)
        end = stpcpy(stpcpy(end, items[i]), "\n");
    return text;
}

static struct texts split_lines(const char *text, struct arena *arena)
{
    size_t len = 0;
    for (const char *at = text; *at != '\0'; at++)
        len += *at == '\n';
    const char **items = arena_array(arena, len, sizeof *items);
    for (size_t i = 0; i < len; i++) {
        const char *end = strchr(text, '\n');
        items[i] = arena_strndup(arena, text, (size_t)(end - text));
        text = end + 1;
    }
    return (struct texts){items, len};
}

static void bind_day(struct query *query, int32_t day)
{
    if (day == DATE_NONE)
        query_bind_null(query);
    else
        query_bind_int(query, day);
}

static int32_t day_of(const struct query *query, int column)
{
    bool none = sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
    return none ? DATE_NONE : (int32_t)query_int(query, column);
}

/* ---- notices ---- */

static struct digest digest_of_notice(const struct notice *notice, struct arena *arena)
{
    const char *text = arena_printf(arena, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%d %d %d %u %d %d %d %d %d %d",
        notice->market, notice->agency, notice->title, notice->url, notice->product,
        join_lines(notice->cases.items, notice->cases.len, arena),
        join_lines(notice->origins.items, notice->origins.len, arena),
        join_lines(notice->codes.items, notice->codes.len, arena), (int)notice->proceeding, (int)notice->step,
        (int)notice->outcome, notice->laws, notice->correction, notice->listed, notice->in_force,
        notice->listed ? 0 : notice->published, notice->effective, notice->due);
    return digest_of(text, strlen(text));
}

static int insert_notice(
    struct store *store, const struct notice *notice, int64_t version, int64_t payload, const char *digest)
{
    struct arena arena = ARENA_NULL;
    struct query query = query_start(store, SQL_PUT_NOTICE);
    query_bind_int(&query, version);
    query_bind_int(&query, payload);
    query_bind_text(&query, digest);
    query_bind_text(&query, notice->id);
    query_bind_text(&query, notice->market);
    query_bind_text(&query, notice->agency);
    query_bind_text(&query, notice->title);
    query_bind_text(&query, notice->url);
    query_bind_text(&query, notice->product);
    query_bind_text(&query, join_lines(notice->cases.items, notice->cases.len, &arena));
    query_bind_text(&query, join_lines(notice->origins.items, notice->origins.len, &arena));
    query_bind_text(&query, join_lines(notice->codes.items, notice->codes.len, &arena));
    query_bind_int(&query, (int64_t)notice->proceeding);
    query_bind_int(&query, (int64_t)notice->step);
    query_bind_int(&query, (int64_t)notice->outcome);
    query_bind_int(&query, notice->laws);
    query_bind_int(&query, notice->correction);
    query_bind_int(&query, notice->listed);
    query_bind_int(&query, notice->in_force);
    query_bind_int(&query, notice->published);
    bind_day(&query, notice->effective);
    bind_day(&query, notice->due);
    int r = query_run(&query);
    arena_deinit(&arena);
    return r;
}

/* Adds 1 to *kept where it is kept. */
static int put_notice(struct store *store, const struct notice *notice, int64_t payload, size_t *kept)
{
    struct arena arena = ARENA_NULL;
    struct digest digest = digest_of_notice(notice, &arena);
    struct query query = query_start(store, SQL_GET_NOTICE);
    query_bind_text(&query, notice->id);
    bool found = query_step(&query) > 0;
    int64_t version = found ? query_int(&query, 0) : 0;
    bool same = found && str_equal(query_text(&query, 1), digest.hex);
    int r = query_end(&query);
    if (r == 0 && !same) {
        r = insert_notice(store, notice, version + 1, payload, digest.hex);
        *kept += r == 0;
    }
    arena_deinit(&arena);
    return r;
}

int store_put_notices(struct store *store, const struct notices *notices, int64_t payload, size_t *ret_kept)
{
    size_t kept = 0;
    int r = store_enter(store);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < notices->len; i++)
        r = put_notice(store, &notices->items[i], payload, &kept);
    r = store_leave(store, r);
    if (r == 0)
        *ret_kept = kept;
    return r;
}

static struct notice read_notice(struct query *query, struct arena *arena)
{
    return (struct notice){
        .id = arena_strdup(arena, query_text(query, 0)),
        .market = arena_strdup(arena, query_text(query, 1)),
        .agency = arena_strdup(arena, query_text(query, 2)),
        .title = arena_strdup(arena, query_text(query, 3)),
        .url = arena_strdup(arena, query_text(query, 4)),
        .product = arena_strdup(arena, query_text(query, 5)),
        .cases = split_lines(query_text(query, 6), arena),
        .origins = split_lines(query_text(query, 7), arena),
        .codes = split_lines(query_text(query, 8), arena),
        .proceeding = (enum notice_proceeding)query_enum(query, 9, PROCEEDING_COUNT),
        .step = (enum notice_step)query_enum(query, 10, STEP_COUNT),
        .outcome = (enum notice_outcome)query_enum(query, 11, OUTCOME_COUNT),
        .laws = (unsigned)query_enum(query, 12, LAWS_COUNT),
        .correction = query_int(query, 13) != 0,
        .listed = query_int(query, 14) != 0,
        .in_force = query_int(query, 15) != 0,
        .published = (int32_t)query_int(query, 16),
        .effective = day_of(query, 17),
        .due = day_of(query, 18),
    };
}

int store_load_notices(struct store *store, struct notices *notices)
{
    int r = 0;
    struct query query = query_start(store, SQL_EACH_NOTICE);
    while (r >= 0 && query_step(&query) > 0) {
        struct notice notice = read_notice(&query, &notices->arena);
        r = notices_push(notices, &notice);
    }
    int end = query_end(&query);
    return end < 0 ? end : r < 0 ? r : 0;
}

/* ---- cases ---- */

static int put_case(struct store *store, const struct trade_case *one)
{
    const int32_t days[] = {
        one->petition, one->initiation, one->preliminary, one->final, one->from, one->revoked, one->ended};
    struct arena arena = ARENA_NULL;
    struct query query = query_start(store, SQL_PUT_CASE);
    query_bind_text(&query, one->market);
    query_bind_text(&query, one->id);
    query_bind_text(&query, one->against);
    query_bind_int(&query, (int64_t)one->type);
    query_bind_text(&query, one->product);
    query_bind_text(&query, case_state_names[trade_case_state(one)]);
    query_bind_text(&query, join_lines(one->codes.items, one->codes.len, &arena));
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        bind_day(&query, days[i]);
    query_bind_int(&query, one->first);
    query_bind_int(&query, one->newest);
    query_bind_text(&query, one->newest_notice);
    query_bind_int(&query, (int64_t)one->notices);
    int r = query_run(&query);
    arena_deinit(&arena);
    return r;
}

int store_put_cases(struct store *store, const struct trade_cases *cases)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    struct query query = query_start(store, SQL_DROP_CASES);
    r = query_run(&query);
    for (size_t i = 0; r == 0 && i < cases->len; i++)
        r = put_case(store, &cases->items[i]);
    return store_leave(store, r);
}
