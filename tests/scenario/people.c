#include "tests/scenario/people.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/action.h"
#include "io/action_json.h"
#include "tests/support/fake_http.h"

enum { DOCUMENT_MAX = 64 * 1024 };

/* "RULE/PRODUCT" → the id of its newest alert. */
static const char *alert_named(struct world *world, const char *name)
{
    const char *row[WORLD_COLUMNS] = {NULL};
    const char *slash = name != NULL ? strchr(name, '/') : NULL;
    if (slash == NULL)
        return NULL;
    const char *rule = arena_strndup(&world->arena, name, (size_t)(slash - name));
    if (!world_row(world, row,
            "SELECT id FROM alert WHERE rule = %Q AND product = %Q ORDER BY opened_ms DESC", rule, slash + 1))
        world_fail(world, "there is no alert %s", name);
    return row[0];
}

static bool turn(void *userdata)
{
    return world_turn(userdata);
}

static void post(struct world *world, const struct action_request *request)
{
    struct buf document, reply;
    buf_init(&document, DOCUMENT_MAX);
    buf_init(&reply, DOCUMENT_MAX);
    (void)action_json_write(request, &document);
    struct fake_post posted = {
        "/v1/actions", request->who, (struct slice){buf_text(&document), document.len}, &reply};
    int status = fake_http_post(&posted, turn, world);
    if (status != 200 && status != 0)
        world_fail(world, "%d: %s", status, buf_text(&reply));
    buf_deinit(&reply);
    buf_deinit(&document);
}

void people_act(struct world *world, const struct step *step)
{
    const char *silence = step_option(step, "silence"), *by = step_option(step, "by");
    struct action_request request = {
        .kind = action_of_verb(step->words[1]),
        .who = by != NULL ? by : "lan",
        .alert = alert_named(world, step_option(step, "alert")),
        .silence = silence != NULL ? atoll(silence) : 0,
        .text = step_option(step, "text"),
        .from = step_option(step, "from"),
        .until = step_option(step, "until"),
        .matchers =
            {
                .rule = step_option(step, "rule"),
                .product = step_option(step, "product"),
                .market = step_option(step, "market"),
                .severity = step_option(step, "severity"),
            },
    };
    if (world->failure[0] == '\0')
        post(world, &request);
    if (world->daemon != NULL)
        world_settle(world);
}

static void expect_number(struct world *world, const char *what, const char *expected, int64_t found)
{
    if (strtoll(expected, NULL, 10) != found)
        world_fail(world, "expected %s %s, found %lld", expected, what, (long long)found);
}

void people_expect_actions(struct world *world, const struct step *step)
{
    const char *name = step_option(step, "kind");
    int kind = ACTION_NONE;
    while (name != NULL && kind < ACTION_KIND_COUNT && !str_equal(action_name((enum action_kind)kind), name))
        kind++;
    expect_number(world, "actions", step->words[2],
        world_count(world, "SELECT count(*) FROM action WHERE %d = 0 OR kind = %d", kind, kind));
}
