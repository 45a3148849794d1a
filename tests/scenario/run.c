/* Runs the whole daemon through scenarios in virtual time: run FILE.scenario…
 *
 * Clock, loop, worker, transfers, status listener, service manager, log and disk are fakes chosen at link
 * time (tests/support/fake_*.c); everything else is the daemon as it is. `-v` prints the daemon's log as it
 * goes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/date.h"
#include "tests/scenario/expect.h"
#include "tests/scenario/payloads.h"
#include "tests/scenario/peers.h"
#include "tests/scenario/people.h"
#include "tests/scenario/script.h"
#include "tests/scenario/world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_disk.h"
#include "tests/support/fake_log.h"
#include "tests/support/fake_loop.h"
#include "tests/support/fake_sd.h"

enum { TURNS_MAX = 1000, FILE_MAX = 1024 * 1024 };

/* ---- steps: files ---- */

static void step_file(struct world *world, const struct step *step)
{
    world_write_file(world, step->words[1], slice_of(step->block));
}

static void step_remove(struct world *world, const struct step *step)
{
    world_remove_file(world, step->words[1]);
}

/* `edit FILE OLD NEW`: the first place where OLD stands. */
static void step_edit(struct world *world, const struct step *step)
{
    const char *text = world_read_file(world, step->words[1]), *old = step->words[2];
    const char *at = strstr(text, old);
    struct buf out;
    if (at == NULL) {
        world_fail(world, "'%s' does not stand in %s", old, step->words[1]);
        return;
    }
    buf_init(&out, FILE_MAX);
    (void)buf_append(&out, text, (size_t)(at - text));
    (void)buf_printf(&out, "%s%s", step->words[3], at + strlen(old));
    world_write_file(world, step->words[1], (struct slice){buf_text(&out), out.len});
    buf_deinit(&out);
}

/* ---- steps: the daemon ---- */

/* Log and notifications are those since the last step that drove the daemon. */
static void forget(struct world *world)
{
    world->ready = world->ready || strstr(fake_sd_told(), "READY=1") != NULL;
    fake_log_forget();
    fake_sd_forget();
}

static void step_start(struct world *world, const struct step *step)
{
    (void)step;
    forget(world);
    world->ready = false;
    world_start(world);
    world_settle(world);
}

/* As `start`, but no turn is made yet. */
static void step_launch(struct world *world, const struct step *step)
{
    (void)step;
    forget(world);
    world->ready = false;
    world_start(world);
}

static void step_turns(struct world *world, const struct step *step)
{
    for (int i = 0; i < atoi(step->words[1]); i++)
        (void)world_turn(world);
}

/* `until committed | received`: turn by turn, and no further. */
static void step_until(struct world *world, const struct step *step)
{
    bool received = str_equal(step->words[1], "received");
    size_t before, now;
    (void)peers_received(world, &before);
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        (void)peers_received(world, &now);
        if (received ? now > before : world_count(world, "SELECT count(*) FROM delivery WHERE state = 0") > 0)
            return;
        (void)world_turn(world);
    }
    world_fail(world, "it never comes so far");
}

static void step_advance(struct world *world, const struct step *step)
{
    int64_t ms = script_duration_ms(step->words[1]);
    forget(world);
    if (ms < 0)
        world_fail(world, "expected a duration, found '%s'", step->words[1]);
    else
        world_advance(world, ms);
}

/* `clock 2025-03-29T12:00`: UTC. Before the start the clock is set, later it runs up to there. */
static void step_clock(struct world *world, const struct step *step)
{
    int year, month, day, hour, minute;
    if (sscanf(step->words[1], "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute) != 5) {
        world_fail(world, "expected: clock 2025-03-29T12:00");
        return;
    }
    int64_t target_ms =
        (((int64_t)date_make(year, month, day) * 24 + hour) * 60 + minute) * INT64_C(60) * 1000;
    forget(world);
    if (world->daemon == NULL)
        fake_clock_set(target_ms);
    else
        world_advance(world, target_ms - clock_wall_ms());
}

static void step_reload(struct world *world, const struct step *step)
{
    (void)step;
    forget(world);
    fake_loop_raise(SIGHUP);
    world_settle(world);
}

/* SIGTERM, without waiting for the end. */
static void step_terminate(struct world *world, const struct step *step)
{
    (void)step;
    forget(world);
    fake_loop_raise(SIGTERM);
    world_settle(world);
}

static void step_stop(struct world *world, const struct step *step)
{
    (void)step;
    forget(world);
    world_stop(world);
}

static void step_restart(struct world *world, const struct step *step)
{
    step_stop(world, step);
    step_start(world, step);
}

/* `crash`, or `crash at-write N`: at the n-th write from now on. */
static void step_crash(struct world *world, const struct step *step)
{
    if (step->count == 3 && str_equal(step->words[1], "at-write"))
        world_crash_at_write(world, atol(step->words[2]));
    else
        world_crash(world);
}

/* Whatever came of a crash that was to come: a daemon runs from here on. */
static void step_recover(struct world *world, const struct step *step)
{
    world_crash_at_write(world, 0);
    if (world->daemon == NULL)
        step_start(world, step);
}

static void step_disk(struct world *world, const struct step *step)
{
    (void)world;
    fake_disk_fill(str_equal(step->words[1], "full"));
}

static void step_remember(struct world *world, const struct step *step)
{
    (void)step;
    struct digest digest = world_history(world);
    memcpy(world->history, digest.hex, sizeof world->history);
}

static const struct {
    const char *word;
    void (*fn)(struct world *world, const struct step *step);
    int words; /* at least */
} steps[] = {
    {"act", people_act, 3},
    {"advance", step_advance, 2},
    {"clock", step_clock, 2},
    {"crash", step_crash, 1},
    {"cut", payloads_cut, 4},
    {"disk", step_disk, 2},
    {"edit", step_edit, 4},
    {"expect", expect_step, 2},
    {"file", step_file, 2},
    {"flood", payloads_flood, 3},
    {"internal", peers_internal, 2},
    {"launch", step_launch, 1},
    {"payload", payloads_define, 4},
    {"receiver", peers_receiver, 3},
    {"recover", step_recover, 1},
    {"reload", step_reload, 1},
    {"remember", step_remember, 2},
    {"remove", step_remove, 2},
    {"reply", peers_reply, 3},
    {"restart", step_restart, 1},
    {"start", step_start, 1},
    {"stop", step_stop, 1},
    {"terminate", step_terminate, 1},
    {"text", payloads_define_text, 2},
    {"turns", step_turns, 2},
    {"until", step_until, 2},
};

static void run_step(struct world *world, const struct step *step)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!str_equal(steps[i].word, step->words[0]))
            continue;
        if (step->count < steps[i].words)
            world_fail(world, "'%s' wants more words", step->words[0]);
        else
            steps[i].fn(world, step);
        return;
    }
    world_fail(world, "unknown step '%s'", step->words[0]);
}

/* ---- scenarios ---- */

/* The step with $i replaced. */
static struct step with_number(const struct step *step, int i, struct arena *arena)
{
    struct step own = *step;
    for (int w = 0; w < own.count; w++) {
        const char *at = strstr(own.words[w], "$i");
        if (at != NULL)
            own.words[w] = arena_printf(arena, "%.*s%d%s", (int)(at - own.words[w]), own.words[w], i, at + 2);
    }
    return own;
}

static bool run_once(const struct script *script, const char *name, int i)
{
    struct world world;
    if (!world_init(&world))
        return false;
    peers_init(&world);
    struct step step = {.file = name};
    for (size_t s = 0; s < script->len && world.failure[0] == '\0'; s++) {
        step = with_number(&script->steps[s], i, &world.arena);
        run_step(&world, &step);
    }
    if (world.failure[0] == '\0' && world.daemon != NULL)
        world_stop(&world);
    if (world.failure[0] == '\0')
        expect_end(&world);
    bool ok = world.failure[0] == '\0';
    if (!ok && script->to > 0)
        printf("not ok %s: %s:%d: (i = %d) %s\n", name, step.file, step.line, i, world.failure);
    else if (!ok)
        printf("not ok %s: %s:%d: %s\n", name, step.file, step.line, world.failure);
    struct peers *peers = world.peers;
    world_deinit(&world);
    world.peers = peers;
    peers_deinit(&world);
    return ok;
}

static bool run_file(const char *path)
{
    struct script script;
    const char *slash = strrchr(path, '/'), *start = slash != NULL ? slash + 1 : path;
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(start, "."), start);
    bool ok = script_load(path, &script);
    if (!ok)
        printf("not ok %s: it cannot be read\n", name);
    for (int i = script.from; ok && i <= script.to; i += script.by)
        ok = run_once(&script, name, i);
    if (ok)
        printf("ok %s\n", name);
    script_deinit(&script);
    return ok;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        if (str_equal(argv[i], "-v"))
            fake_log_print();
        else if (run_file(argv[i]))
            passed++;
        else
            failed++;
        fflush(stdout);
    }
    printf("%d scenarios passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
