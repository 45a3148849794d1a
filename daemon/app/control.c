#include "app/control.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/action_json.h"
#include "io/http.h"
#include "io/order_json.h"

enum { BODY_MAX = 64 * 1024, REPLY_MAX = 64 * 1024 };

struct control {
    struct http_server *server;
    control_post_fn *post;
    void *userdata;
};

/* ---- replies ---- */

static int status_of(int error)
{
    switch (error) {
    case 0:
        return 200;
    case -EINVAL:
        return 400;
    case -ENOENT:
        return 404;
    case -ENOTUNIQ:
        return 409;
    default:
        return 503; /* the store's trouble: again later */
    }
}

static void reply(struct http_request *request, int error, const struct action_outcome *outcome)
{
    struct buf text;
    buf_init(&text, REPLY_MAX);
    int r = action_json_write_outcome(outcome, error, &text);
    http_reply(request, r == 0 ? status_of(error) : 500, "application/json",
        (struct slice){buf_text(&text), text.len});
    buf_deinit(&text);
}

static void refuse(struct http_request *request, int status, const char *text)
{
    struct action_outcome outcome = {.text = text};
    struct buf body;
    buf_init(&body, REPLY_MAX);
    (void)action_json_write_outcome(&outcome, -EINVAL, &body);
    if (status == 405)
        http_reply_header(request, "Allow", "POST");
    http_reply(request, status, "application/json", (struct slice){buf_text(&body), body.len});
    buf_deinit(&body);
}

void control_answer(const struct engine_answer *answer)
{
    if (answer->error == 0)
        log_notice("action who=%s login=%s: %s", answer->outcome.who, http_request_login(answer->asker),
            answer->outcome.text);
    reply(answer->asker, answer->error, &answer->outcome);
}

void control_answer_order(const struct engine_answer *answer)
{
    struct action_outcome outcome = {.text = answer->text};
    reply(answer->asker, answer->error, &outcome);
}

void control_answer_question(const struct engine_answer *answer)
{
    const char *type = answer->error == 0 && answer->json ? "application/json" : "text/plain; charset=utf-8";
    http_reply(answer->asker, status_of(answer->error), type, slice_of(answer->text));
}

void control_refuse(void *asker)
{
    refuse(asker, 503, "the daemon has too much to do; nothing has changed");
}

/* ---- requests ---- */

/* Reads a body into the message; texts in its arena. -EINVAL: *ret_fault says why. */
typedef int take_fn(
    struct engine_message *message, struct slice body, const char *login, const char **ret_fault);

static int take_action(
    struct engine_message *message, struct slice body, const char *login, const char **ret_fault)
{
    message->action.login = login;
    return action_json_read(body, &message->arena, &message->action, ret_fault);
}

static int take_order(
    struct engine_message *message, struct slice body, const char *login, const char **ret_fault)
{
    message->order.who = login;
    return order_json_read(body, &message->arena, &message->order, ret_fault);
}

/* Who may ask may ask for anything. */
static int take_question(
    struct engine_message *message, struct slice body, const char *login, const char **ret_fault)
{
    (void)login;
    return question_json_read(body, &message->arena, &message->question, ret_fault);
}

static const struct endpoint {
    const char *path;
    enum message_kind kind;
    take_fn *take;
} endpoints[] = {
    {CONTROL_ACTIONS_PATH, MESSAGE_ACT, take_action},
    {CONTROL_ORDERS_PATH, MESSAGE_ORDER, take_order},
    {CONTROL_EXPLANATIONS_PATH, MESSAGE_EXPLAIN, take_question},
};

static const struct endpoint *find_endpoint(const char *path)
{
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        if (str_equal(endpoints[i].path, path))
            return &endpoints[i];
    return NULL;
}

static void take(struct control *control, const struct endpoint *endpoint, struct http_request *request)
{
    struct engine_message *message = engine_message_new(endpoint->kind, clock_wall_ms());
    const char *login = arena_strdup(&message->arena, http_request_login(request)), *fault = NULL;
    if (endpoint->take(message, http_request_body(request), login, &fault) < 0) {
        refuse(request, 400, fault);
        engine_message_free(message);
        return;
    }
    http_defer(request);
    message->asker = request;
    control->post(control->userdata, message);
}

static void handle(void *userdata, struct http_request *request)
{
    const struct endpoint *endpoint = find_endpoint(http_request_path(request));
    if (endpoint == NULL)
        refuse(request, 404,
            "the paths are " CONTROL_ACTIONS_PATH ", " CONTROL_ORDERS_PATH " and " CONTROL_EXPLANATIONS_PATH);
    else if (!str_equal(http_request_method(request), "POST"))
        refuse(request, 405, "actions and questions are posted");
    else
        take(userdata, endpoint, request);
}

/* ---- life ---- */

int control_new(struct loop *loop, const char *state_directory, control_post_fn *post, void *userdata,
    struct control **ret_control)
{
    struct arena arena = ARENA_NULL;
    struct control *control = alloc_zeroed(1, sizeof *control);
    control->post = post;
    control->userdata = userdata;
    const char *path = arena_printf(&arena, "%s/" CONTROL_SOCKET, state_directory);
    int r = http_server_new_unix(loop, path, BODY_MAX, handle, control, &control->server);
    arena_deinit(&arena);
    if (r == 0)
        *ret_control = control;
    else
        alloc_free(control);
    return r;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    http_server_free(control->server);
    alloc_free(control);
}
