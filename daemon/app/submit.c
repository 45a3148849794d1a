#include "app/submit.h"

#include <errno.h>
#include <string.h>

#include "app/command.h"
#include "app/control.h"
#include "app/engine.h"
#include "base/clock.h"
#include "io/action_json.h"
#include "io/control.h"
#include "io/login.h"

enum { DOCUMENT_MAX = 64 * 1024 };

static int print(const struct action_outcome *outcome, int error, bool json)
{
    struct buf text;
    buf_init(&text, DOCUMENT_MAX);
    if (json && action_json_write_outcome(outcome, error, &text) == 0)
        fputs(buf_text(&text), stdout);
    else
        fprintf(error == 0 ? stdout : stderr, "%s\n", outcome->text);
    buf_deinit(&text);
    return error == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- by the socket ---- */

/* 0: the daemon has answered; else as control_post, or -EBADMSG. */
static int ask_daemon(const char *socket_path, const struct action_request *request, struct arena *arena,
    struct action_outcome *ret_outcome, bool *ret_done)
{
    struct buf document, reply;
    long status = 0;
    buf_init(&document, DOCUMENT_MAX);
    buf_init(&reply, DOCUMENT_MAX);
    int r = action_json_write(request, &document);
    if (r == 0)
        r = control_post(socket_path, CONTROL_ACTIONS_PATH, (struct slice){buf_text(&document), document.len},
            &reply, &status);
    if (r == 0)
        r = action_json_read_outcome(
            (struct slice){buf_text(&reply), reply.len}, arena, ret_outcome, ret_done);
    buf_deinit(&reply);
    buf_deinit(&document);
    return r;
}

static bool nobody_listens(int r)
{
    return r == -ENOENT || r == -ECONNREFUSED;
}

static int complain(const char *socket_path, int r)
{
    if (r == -EACCES)
        fprintf(stderr, "%s: only its owner and its group may ask the daemon\n", socket_path);
    else if (r == -ETIMEDOUT)
        fprintf(stderr, "the daemon has not answered within five minutes; tdwatch history shows whether it "
                        "was done\n");
    else
        fprintf(stderr, "%s: %s\n", socket_path, strerror(-r));
    return EXIT_FAULT;
}

/* ---- without a daemon ---- */

/* The newest answer, and the setup that one of them has brought. */
struct answers {
    struct engine_answer *newest;
    struct setup *setup;
};

static void on_answer(void *userdata, struct engine_answer *answer)
{
    struct answers *answers = userdata;
    engine_answer_free(answers->newest);
    answers->newest = answer;
    if (answer->kind == ANSWER_STARTED)
        answers->setup = answer->setup;
}

/* Nothing is signed or sent here, so the service's secrets are not needed. */
static int act_alone(const char *config_path, const struct action_request *request, bool json)
{
    struct answers answers = {0};
    char login[LOGIN_SIZE];
    struct engine *engine = engine_new(config_path, on_answer, &answers);
    struct engine_message *message = engine_message_new(MESSAGE_START, clock_wall_ms());
    int code = EXIT_FAULT;
    message->secrets = CONFIG_WITHOUT_SECRETS;
    engine_handle(engine, message);
    if (answers.setup != NULL) {
        message = engine_message_new(MESSAGE_ACT, clock_wall_ms());
        message->action = *request;
        message->action.login = login_of_self(login);
        engine_handle(engine, message);
        code = print(&answers.newest->outcome, answers.newest->error, json);
    } else if (answers.newest->error == -EBUSY) {
        fputs("another tdwatch writes to the store and takes no commands yet; try again\n", stderr);
    } else {
        fprintf(stderr, "%s\n", answers.newest->text);
    }
    engine_answer_free(answers.newest);
    engine_free(engine);
    setup_free(answers.setup);
    return code;
}

int submit(const char *config_path, const struct action_request *request, bool json)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct arena arena = ARENA_NULL;
    struct config *config;
    struct action_outcome outcome = {0};
    bool done = false;
    int code = EXIT_FAULT;
    if (config_load(config_path, CONFIG_WITHOUT_SECRETS, &config, &diags) < 0) {
        command_print_diags(stderr, &diags);
    } else {
        const char *path = arena_printf(&arena, "%s/" CONTROL_SOCKET, config->state_directory);
        int r = ask_daemon(path, request, &arena, &outcome, &done);
        if (r == 0)
            code = print(&outcome, done ? 0 : -EINVAL, json);
        else
            code = nobody_listens(r) ? act_alone(config_path, request, json) : complain(path, r);
        config_free(config);
    }
    arena_deinit(&arena);
    diag_list_deinit(&diags);
    return code;
}
