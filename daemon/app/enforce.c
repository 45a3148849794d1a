#include "app/enforce.h"

#include "app/casebook.h"
#include "base/log.h"
#include "io/store_notice.h"

/* The store's cases as a table, and in the store where `keep`. */
static int read_cases(struct engine *engine, bool keep, struct buf *text)
{
    struct casebook book;
    const struct setup *setup = engine->setup;
    int r = casebook_read(engine->store, &setup->reference.countries, &book);
    if (r == 0 && keep)
        r = store_put_cases(engine->store, &book.cases);
    if (r == 0 && casebook_write(&book, setup, text) < 0) {
        log_error("the cases take more than %d MiB: those that are in force stay",
            CASEBOOK_BYTES_MAX / 1024 / 1024);
        buf_clear(text);
        (void)buf_puts(text, setup->cases);
    }
    casebook_deinit(&book);
    return r;
}

/* The judge borrows what is replaced. */
static void replace_judge(struct engine *engine, const char *cases)
{
    struct setup *setup = engine->setup;
    judge_free(engine->judge);
    casebook_apply(cases, setup);
    engine->judge = judge_new(setup->ruleset, &setup->reference, setup->config->home, &setup->sources);
}

static int judge_and_tell(struct engine *engine, const struct announcement *why)
{
    const struct ruleset *ruleset = engine->setup->ruleset;
    struct slice files = {buf_text(&ruleset->files), ruleset->files.len};
    struct judge_result judged;
    judge_all(engine->judge, engine->panel, &judged);
    int r = store_put_ruleset(engine->store, ruleset->digest.hex, files, why->now_ms);
    if (r == 0)
        r = announce_judged(engine, &judged, why);
    judge_result_deinit(&judged);
    return r;
}

int enforce_rules(struct engine *engine, const struct announcement *why)
{
    struct buf cases;
    buf_init(&cases, CASEBOOK_BYTES_MAX);
    int r = read_cases(engine, true, &cases);
    if (r == 0) {
        replace_judge(engine, buf_text(&cases));
        r = judge_and_tell(engine, why);
    }
    buf_deinit(&cases);
    return r;
}

int enforce_cases(struct engine *engine, const struct announcement *why)
{
    struct buf cases;
    buf_init(&cases, CASEBOOK_BYTES_MAX);
    int r = read_cases(engine, true, &cases);
    if (r == 0 && !str_equal(buf_text(&cases), engine->setup->cases)) {
        replace_judge(engine, buf_text(&cases));
        r = judge_and_tell(engine, why);
    }
    buf_deinit(&cases);
    return r;
}

void enforce_again(struct engine *engine)
{
    struct judge_result unused;
    struct buf cases;
    buf_init(&cases, CASEBOOK_BYTES_MAX);
    if (read_cases(engine, false, &cases) < 0) {
        log_error("cases cannot be read back: %s", store_error(engine->store));
        buf_clear(&cases);
        (void)buf_puts(&cases, engine->setup->cases);
    }
    replace_judge(engine, buf_text(&cases));
    judge_all(engine->judge, engine->panel, &unused);
    judge_result_deinit(&unused);
    buf_deinit(&cases);
}
