/* link: daemon/app/config daemon/app/config_keys daemon/app/config_shapes daemon/app/config_text daemon/app/config_print daemon/app/roff daemon/io/yaml daemon/io/file daemon/io/mail_address daemon/base/keys daemon/base/node daemon/base/map daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str daemon/app/config_escalation daemon/app/config_receivers daemon/app/config_routes daemon/io/zone_data daemon/core/agenda daemon/core/zone daemon/core/alert daemon/core/selector daemon/core/basket daemon/core/code daemon/core/row daemon/core/period daemon/base/digest daemon/core/filter daemon/app/config_channel daemon/io/json_template daemon/io/webhook daemon/io/outcome daemon/io/cloudevent daemon/io/json_value daemon/core/message daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/base/clock_text daemon/core/markup daemon/core/bulletin daemon/core/bulletin_view daemon/core/hold daemon/core/chart_alert daemon/io/evidence_json daemon/core/message_builtin daemon/core/message_values daemon/core/template daemon/core/figure_label daemon/core/measure daemon/core/quality_flag daemon/core/series_role daemon/core/svg daemon/core/expr_parse daemon/core/expr_lex */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"
#include "app/config_text.h"

/* 32 bytes in base64. */
#define SECRET "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

/* A directory with the configuration and the credentials. */
struct fixture {
    char directory[32];
    struct arena arena;
    struct diag_list diags;
    struct config *config;
};

static const char *path_of(struct fixture *fixture, const char *name)
{
    return arena_printf(&fixture->arena, "%s/%s", fixture->directory, name);
}

static void put(struct fixture *fixture, const char *name, const char *text, mode_t mode)
{
    const char *path = path_of(fixture, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.directory = "/tmp/test_config.XXXXXX"};
    *state = &fixture;
    if (mkdtemp(fixture.directory) == NULL)
        return -1;
    setenv("CREDENTIALS_DIRECTORY", fixture.directory, 1);
    put(&fixture, "hook", SECRET "\n", 0400);
    put(&fixture, "relay", "correct horse\n", 0400);
    put(&fixture, "weak", "whsec_c2hvcnQ=\n", 0400);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->directory);
    config_free(fixture->config);
    diag_list_deinit(&fixture->diags);
    arena_deinit(&fixture->arena);
    return system(command);
}

static int load(struct fixture *fixture, const char *text)
{
    config_free(fixture->config);
    fixture->config = NULL;
    diag_list_deinit(&fixture->diags);
    put(fixture, "tdwatch.yaml", text, 0644);
    return config_load(
        path_of(fixture, "tdwatch.yaml"), CONFIG_WITH_SECRETS, &fixture->config, &fixture->diags);
}

static void assert_loads(struct fixture *fixture, const char *text)
{
    int r = load(fixture, text);
    for (size_t i = 0; i < fixture->diags.len; i++)
        print_error("%s\n", diag_line(&fixture->diags, &fixture->diags.items[i]));
    assert_int_equal(r, 0);
    assert_non_null(fixture->config);
}

static void assert_defaults(const struct config *config)
{
    assert_string_equal(config->home, "VN");
    assert_string_equal(config->state_directory, "/var/lib/tdwatch");
    assert_int_equal(config->feeds.len, 1);
    assert_string_equal(config->feeds.items[0], TDWATCH_SHARE "/feeds");
    assert_string_equal(config->tables.items[0], TDWATCH_SHARE "/feeds");
    assert_int_equal(config->rules.len, 1);
    assert_string_equal(config->rules.items[0], "/etc/tdwatch/rules");
    assert_int_equal(config->plain_hosts.len, 0);
    assert_string_equal(config->user_agent_contact, "");
    assert_string_equal(config->listen, "127.0.0.1:9464");
    assert_string_equal(config->smtp_url, "");
    assert_string_equal(config->smtp_from, "");
    assert_string_equal(config->smtp_user, "");
    assert_int_equal(config->smtp_password.len, 0);
    assert_int_equal(config->receiver_count, 0);
}

static void little_is_enough(void **state)
{
    struct fixture *fixture = *state;
    assert_loads(fixture, "home: VN\n");
    assert_defaults(fixture->config);
    assert_string_equal(fixture->config->path, path_of(fixture, "tdwatch.yaml"));
}

/* What config_print_… prints, in the fixture's arena. */
static char *printed(struct fixture *fixture, void print(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    print(out);
    fclose(out);
    char *copy = arena_strndup(&fixture->arena, text, size);
    free(text); /* of open_memstream */
    return copy;
}

static void printed_defaults_load_as_the_defaults(void **state)
{
    struct fixture *fixture = *state;
    assert_loads(fixture, printed(fixture, config_print_defaults));
    assert_defaults(fixture->config);
}

/* Lines of examples lose their '#': "#receivers:", "#  - name", "#    email"; "#   name" is help. */
static void uncomment(char *text)
{
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "#  - ", 5) == 0 || strncmp(line, "#    ", 5) == 0)
            *line = ' ';
        else if (strncmp(line, "#r", 2) == 0)
            memmove(line, line + 1, strlen(line));
    }
}

/* As a user would do it: the examples without their '#', and a relay. */
static void printed_examples_load_once_uncommented(void **state)
{
    struct fixture *fixture = *state;
    char *text = printed(fixture, config_print_defaults);
    put(fixture, "exporters-secret", SECRET "\n", 0400);
    char *url = strstr(text, "url: \"\""), *user = strstr(text, "user: \"\"");
    assert_non_null(url);
    assert_non_null(user);
    *url = '\0';
    uncomment(user);
    assert_loads(fixture, arena_printf(&fixture->arena,
                              "%surl: smtps://mail.example.vn\n    from: a@example.vn\n    %s", text, user));
    const struct config *config = fixture->config;
    assert_int_equal(config->receiver_count, 2);
    assert_int_equal(config->receivers[0].channel, CHANNEL_EMAIL);
    assert_int_equal(config->receivers[0].audience, AUDIENCE_INTERNAL);
    assert_true(config->receivers[0].agenda.quiet);
    assert_int_equal(config->receivers[1].channel, CHANNEL_WEBHOOK);
    assert_string_equal(config->receivers[1].products.items[0], "4412");
    assert_int_equal(config->routing.len, 2);
    assert_int_equal(config->routing.items[0].filter.abouts, ABOUT_OPERATIONS);
    assert_true(config->routing.items[1].goes_on);
}

static void formats_and_the_heartbeat_arrive(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "own.json", "{\"text\": \"{{title}}\"}\n", 0644);
    assert_loads(fixture,
        "plain_hosts: [localhost]\n"
        "heartbeat: {url: 'http://localhost:1/ping', every: 10m}\n"
        "receivers:\n"
        "  - {name: am, webhook: 'http://localhost:9093/api/v2/alerts', format: alertmanager}\n"
        "  - {name: own, webhook: 'https://a.vn/', format: template, template: own.json, secret: hook}\n"
        "  - {name: hook, webhook: 'https://a.vn/', secret: hook}\n");
    const struct config *config = fixture->config;
    assert_string_equal(config->heartbeat_url, "http://localhost:1/ping");
    assert_int_equal(config->heartbeat_every_s, 600);
    assert_int_equal(config->receivers[0].format, FORMAT_ALERTMANAGER);
    assert_int_equal(config->receivers[0].secret.len, 0);
    assert_true(slice_equal(config->receivers[1].template, "{\"text\": \"{{title}}\"}\n"));
    assert_true(config->receivers[1].secret.len > 0);
    assert_int_equal(config->receivers[2].format, FORMAT_CLOUDEVENT);
}

static void everything_written_arrives(void **state)
{
    struct fixture *fixture = *state;
    assert_loads(fixture,
        "home: TH\n"
        "state_directory: /srv/state\n"
        "feeds: [feeds/nso.yaml, /usr/share/feeds]\n"
        "tables: [feeds, tables/baskets.yaml]\n"
        "rules: rules\n"
        "plain_hosts: [localhost, 127.0.0.2, '::1']\n"
        "contact: desk@example.vn\n"
        "listen: '[::1]:0'\n"
        "smtp:\n"
        "  url: smtp://mail.example.vn:587\n"
        "  from: alerts@example.vn\n"
        "  user: alerts\n"
        "  password: relay\n"
        "receivers:\n"
        "  - name: desk\n"
        "    email: desk@example.vn\n"
        "    languages: vi\n"
        "    audience: internal\n"
        "  - {name: hook, webhook: 'https://a.example.vn/x?y=1', secret: hook}\n"
        "  - {name: local, webhook: 'http://localhost:8080/', secret: hook, languages: [en]}\n");
    const struct config *config = fixture->config;
    assert_string_equal(config->home, "TH");
    assert_string_equal(config->feeds.items[0], path_of(fixture, "feeds/nso.yaml"));
    assert_string_equal(config->feeds.items[1], "/usr/share/feeds");
    assert_int_equal(config->tables.len, 2);
    assert_string_equal(config->tables.items[0], path_of(fixture, "feeds"));
    assert_string_equal(config->tables.items[1], path_of(fixture, "tables/baskets.yaml"));
    assert_string_equal(config->rules.items[0], path_of(fixture, "rules"));
    assert_int_equal(config->plain_hosts.len, 3);
    assert_string_equal(config->smtp_user, "alerts");
    assert_string_equal(config->smtp_password.data, "correct horse");
    assert_int_equal(config->receiver_count, 3);
    const struct receiver *desk = &config->receivers[0], *hook = &config->receivers[1];
    assert_string_equal(desk->name, "desk");
    assert_int_equal(desk->channel, CHANNEL_EMAIL);
    assert_string_equal(desk->address, "desk@example.vn");
    assert_int_equal(desk->languages, 1U << LANGUAGE_VI);
    assert_int_equal(desk->audience, AUDIENCE_INTERNAL);
    assert_int_equal(desk->place.line, 15);
    assert_int_equal(hook->channel, CHANNEL_WEBHOOK);
    assert_string_equal(hook->address, "https://a.example.vn/x?y=1");
    assert_int_equal(hook->languages, 1U << LANGUAGE_VI | 1U << LANGUAGE_EN);
    assert_int_equal(hook->audience, AUDIENCE_PUBLIC);
    assert_string_equal(hook->secret.data, SECRET);
    assert_int_equal(config->receivers[2].languages, 1U << LANGUAGE_EN);
}

#define SMTP "smtp: {url: 'smtps://m.vn', from: a@b.vn}\n"
#define HOOK "webhook: 'https://a.vn/', secret: hook"

static void every_fault_has_its_code_and_line(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
    } cases[] = {
        {"home: vn\n", "C001", 1},
        {"home: Viet Nam\n", "C001", 1},
        {"hme: VN\n", "K001", 1},
        {"- home\n", "K003", 1},
        {"plain_hosts: [localhost, 10.0.0.1]\n", "C002", 1},
        {"plain_hosts: 127.0.0.1.example.vn\n", "C002", 1},
        {"\nlisten: 0.0.0.0:80\n", "C003", 2},
        {"listen: 127.0.0.1\n", "C003", 1},
        {"listen: 127.0.0.1:65536\n", "C003", 1},
        {"contact: me\n", "C004", 1},
        {"rules: ['']\n", "C014", 1},
        {"state_directory: ''\n", "C014", 1},
        {"smtp: {url: 'mail.vn', from: a@b.vn}\n", "C005", 1},
        {"smtp: {url: 'https://mail.vn', from: a@b.vn}\n", "C005", 1},
        {"smtp: {url: 'smtps://u:p@mail.vn', from: a@b.vn}\n", "C005", 1},
        {"smtp: {url: 'smtps://m.vn', from: 'A <a@b.vn>'}\n", "C004", 1},
        {"smtp: {url: 'smtps://m.vn', user: u}\n", "C012", 1},
        {"smtp: {url: 'smtps://m.vn', password: relay}\n", "C012", 1},
        {"smtp:\n  user: u\n  password: correct horse\n", "C009", 2},
        {"smtp:\n  user: u\n  password: absent\n", "C010", 2},
        {"smtp:\n  usr: u\n", "K001", 2},
        {"smtp: mail.vn\n", "K003", 1},
        {"receivers: {name: x}\n", "C013", 1},
        {"receivers:\n  - x\n", "C018", 2},
        {"receivers:\n  - [x]\n", "K003", 2},
        {"receivers:\n  - {name: x, " HOOK ", time_zone: Asia/Hanoi}\n", "C015", 2},
        {"receivers:\n  - {name: x, " HOOK ", time_zone: '+07:00'}\n", "C015", 2},
        {"receivers:\n  - {name: x, " HOOK ", time_zone: ../../../etc/passwd}\n", "C015", 2},
        {"receivers:\n  - {name: x, " HOOK ", quiet_hours: '22:00'}\n", "C016", 2},
        {"receivers:\n  - {name: x, " HOOK ", quiet_hours: 22:00-22:00}\n", "C016", 2},
        {"receivers:\n  - {name: x, " HOOK ", cadence: {watch: hourly}}\n", "C017", 2},
        {"receivers:\n  - {name: x, " HOOK ", cadence: {watch: weekly moonday 08:00}}\n", "C017", 2},
        {"receivers:\n  - {name: x, " HOOK ", cadence: {wtch: at once}}\n", "K001", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {after: 4h, to: [y]}}\n", "C024", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {after: 4h, to: [x]}}\n", "C024", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {after: 4h, to: []}}\n", "C024", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {after: 4h}}\n", "K002", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {to: [y]}}\n", "K002", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: {after: 5s, to: [y]}}\n", "K005", 2},
        {"receivers:\n  - {name: x, " HOOK ", escalate: soon}\n", "K003", 2},
        {"receivers:\n  - {name: x, " HOOK ", severities: [grave]}\n", "C019", 2},
        {"receivers:\n  - {name: x, " HOOK ", markets: [USA]}\n", "C001", 2},
        {"receivers:\n  - {name: x, " HOOK ", limit_per_hour: 0}\n", "K005", 2},
        {"routes: all\n", "C022", 1},
        {"routes:\n  - {to: nobody}\n", "C023", 2},
        {"routes:\n  - {markets: [us]}\n", "C001", 2},
        {"routes:\n  - {severities: [high]}\n", "C019", 2},
        {"routes:\n  - {about: markets}\n", "K006", 2},
        {SMTP "receivers:\n  - email: a@b.vn\n", "K002", 3},
        {"receivers:\n  - {name: x}\n", "C006", 2},
        {SMTP "receivers:\n  - {name: x, email: a@b, " HOOK "}\n", "C006", 3},
        {SMTP "receivers:\n  - {name: x, email: a@b, secret: hook}\n", "C006", 3},
        {SMTP "receivers:\n  - {name: x, email: b}\n", "C004", 3},
        {"receivers:\n  - {name: x, email: a@b}\n", "C012", 1},
        {"smtp: {url: 'smtps://m.vn'}\nreceivers:\n  - {name: x, email: a@b}\n", "C012", 1},
        {"receivers:\n  - {name: x, " HOOK "}\n  - {name: x, " HOOK "}\n", "C007", 3},
        {"receivers:\n  - {name: x, " HOOK ", languages: [vi, fr]}\n", "C008", 2},
        {"receivers:\n  - {name: x, " HOOK ", languages: []}\n", "C008", 2},
        {"receivers:\n  - {name: x, " HOOK ", audience: all}\n", "K006", 2},
        {"receivers:\n  - {name: x, webhook: 'http://a.vn/', secret: hook}\n", "C005", 2},
        {"receivers:\n  - {name: x, webhook: 'http://localhost/', secret: hook}\n", "C005", 2},
        {"receivers:\n  - {name: x, webhook: 'https://u:p@a.vn/', secret: hook}\n", "C005", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/'}\n", "C009", 2},
        {"heartbeat: {url: 'http://monitor.vn/'}\n", "C005", 1},
        {"heartbeat: {url: 'https://u:p@monitor.vn/'}\n", "C005", 1},
        {"heartbeat: {url: 'https://monitor.vn/', every: 10s}\n", "K005", 1},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', format: template}\n", "C025", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', format: slack, template: t.json}\n", "C025", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', format: template, template: no.json}\n", "C025",
            2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', format: template, template: tdwatch.yaml}\n",
            "C025", 2},
        {"smtp: {url: 'smtps://mail.vn', from: a@b.vn}\nreceivers:\n  - {name: x, email: a@b.vn, format: "
         "slack}\n",
            "C006", 3},
        {"receivers:\n  - {name: x, nats: 'tls://a.vn:4222', email: a@b.vn}\n", "C006", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: '" SECRET "'}\n", "C009", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: ./hook}\n", "C009", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: absent}\n", "C010", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: weak}\n", "C011", 2},
        {"receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: relay}\n", "C011", 2},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(load(fixture, cases[i].text), -EINVAL);
        assert_null(fixture->config);
        if (fixture->diags.len != 1 || !str_equal(fixture->diags.items[0].code, cases[i].code) ||
            fixture->diags.items[0].line != cases[i].line) {
            for (size_t k = 0; k < fixture->diags.len; k++)
                print_error("%s\n", diag_line(&fixture->diags, &fixture->diags.items[k]));
            fail_msg("expected only %s on line %d of:\n%s", cases[i].code, cases[i].line, cases[i].text);
        }
        assert_string_equal(fixture->diags.items[0].file, path_of(fixture, "tdwatch.yaml"));
        if (cases[i].code[0] == 'C')
            assert_non_null(fixture->diags.items[0].hint);
    }
}

/* Files that another system writes: each fault with its own file and line, and all of them. */
static void receivers_come_from_files_too(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mkdir(path_of(fixture, "receivers.d"), 0700), 0);
    assert_int_equal(mkdir(path_of(fixture, "empty.d"), 0700), 0);
    put(fixture, "receivers.d/b.yaml", "receivers:\n  - {name: b, " HOOK "}\n", 0600);
    put(fixture, "receivers.d/a.yaml", "receivers:\n  - {name: a, " HOOK "}\n  - {name: a2, " HOOK "}\n",
        0600);
    put(fixture, "receivers.d/none.txt", "no YAML of ours: [", 0600);
    put(fixture, "none.yaml", "receivers:\n", 0600);
    assert_loads(fixture, "receivers: [receivers.d, {name: c, " HOOK "}, empty.d, none.yaml]\n"
                          "routes: [{to: [a*, c]}]\n");
    assert_int_equal(fixture->config->receiver_count, 4);
    static const char *const names[] = {"a", "a2", "b", "c"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(fixture->config->receivers[i].name, names[i]);
    assert_string_equal(fixture->config->receivers[2].place.file, path_of(fixture, "receivers.d/b.yaml"));

    put(fixture, "receivers.d/b.yaml", "receivers:\n  - {name: a, " HOOK "}\n  - {nme: b}\n", 0600);
    assert_int_equal(load(fixture, "receivers: receivers.d\n"), -EINVAL);
    assert_string_equal(fixture->diags.items[0].code, "C013"); /* one path is no list */
    assert_int_equal(load(fixture, "receivers: [receivers.d]\n"), -EINVAL);
    assert_string_equal(diag_line(&fixture->diags, &fixture->diags.items[0]),
        arena_printf(&fixture->arena,
            "%s:2:12: error[C007]: there already is a receiver 'a', on line 2 of %s",
            path_of(fixture, "receivers.d/b.yaml"), path_of(fixture, "receivers.d/a.yaml")));
    assert_int_equal(fixture->diags.items[1].line, 3);
    assert_true(fixture->diags.len >= 3);
}

static void products_are_bound_to_the_tables(void **state)
{
    struct fixture *fixture = *state;
    struct basket plywood = {.id = "plywood"};
    const struct baskets baskets = {.items = &plywood, .len = 1};
    assert_loads(fixture, "receivers:\n  - {name: x, " HOOK ", products: [plywood, 4412, \"44*\"]}\n"
                          "routes:\n  - {products: hs6 in \"44-48\"}\n");
    assert_int_equal(config_bind(fixture->config, &baskets, &fixture->diags), 0);
    assert_int_equal(fixture->config->receivers[0].follows.product_count, 3);
    assert_int_equal(fixture->config->receivers[0].follows.products[0].kind, SELECT_BASKET);
    assert_int_equal(fixture->config->routing.items[0].filter.products[0].kind, SELECT_LEVEL);
    assert_loads(fixture, "receivers:\n  - {name: x, " HOOK ", products: [plywod]}\n"
                          "routes:\n  - {products: [\"*\"]}\n");
    assert_int_equal(config_bind(fixture->config, &baskets, &fixture->diags), -EINVAL);
    assert_int_equal(fixture->diags.len, 2);
    assert_string_equal(fixture->diags.items[0].code, "C020");
    assert_non_null(strstr(fixture->diags.items[0].hint, "'plywood'"));
    assert_int_equal(fixture->diags.items[1].line, 4);
}

static void all_faults_are_reported_at_once(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        load(fixture, "home: x\nlisten: x\ncontact: x\nreceivers:\n  - {name: a}\n  - {name: b}\n"), -EINVAL);
    assert_int_equal(fixture->diags.len, 5);
}

static void secret_written_by_mistake_is_not_repeated(void **state)
{
    struct fixture *fixture = *state;
    load(fixture, "receivers:\n  - name: x\n    webhook: https://a.vn/\n    secret: " SECRET "\n");
    assert_int_equal(fixture->diags.len, 1);
    const struct diag *diag = &fixture->diags.items[0];
    assert_null(strstr(diag->text, "MDEy"));
    assert_null(strstr(diag->hint, "MDEy"));
    assert_int_equal(diag->line, 2); /* not the line of the secret, which a caret line would show */
    load(fixture, "smtp:\n  user: u\n  password: correct horse\n");
    assert_null(strstr(fixture->diags.items[0].text, "horse"));
}

static void secret_file_must_be_private(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "shared", SECRET "\n", 0644);
    put(fixture, "private", SECRET "\n", 0600);
    static const char *const format = "receivers:\n  - {name: x, webhook: 'https://a.vn/', secret: %s}\n";
    assert_int_equal(
        load(fixture, arena_printf(&fixture->arena, format, path_of(fixture, "shared"))), -EINVAL);
    assert_string_equal(fixture->diags.items[0].code, "C010");
    assert_loads(fixture, arena_printf(&fixture->arena, format, path_of(fixture, "private")));
    assert_string_equal(fixture->config->receivers[0].secret.data, SECRET);
}

static void sections_with_all_lines_commented_out_are_absent(void **state)
{
    struct fixture *fixture = *state;
    assert_loads(fixture, "smtp:\n#  url: x\nreceivers:\n#  - name: x\n");
    assert_defaults(fixture->config);
}

static void missing_file_is_a_finding(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        config_load("/nonexistent/tdwatch.yaml", CONFIG_WITH_SECRETS, &fixture->config, &fixture->diags),
        -EINVAL);
    assert_null(fixture->config);
    assert_string_equal(fixture->diags.items[0].code, "Y001");
}

static void manual_has_an_entry_for_every_option(void **state)
{
    struct fixture *fixture = *state;
    const char *manual = printed(fixture, config_print_manual);
    static const char *const lines[] = {
        ".It Cm home Ar text\n",
        ".It Cm smtp Ar section\n",
        ".It Cm smtp.password Ar text\n",
        ".It Cm receivers[].name Ar name\n",
        ".It Cm receivers[].audience Ar public | internal\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(manual, lines[i]));
}

static void urls_are_split(void **state)
{
    static const struct {
        const char *text, *scheme, *host;
    } cases[] = {
        {"https://a.vn", "https", "a.vn"},
        {"https://a.vn:8443/x", "https", "a.vn"},
        {"https://a.vn?x=@", "https", "a.vn"},
        {"http://[::1]:80/", "http", "::1"},
        {"http://[::1]", "http", "::1"},
    };
    static const char *const bad[] = {"", "a.vn", "https:", "https://", "https:///x", "https://:80/",
        "https://a.vn:/", "https://a.vn:80a/", "https://a.vn:-1/", "https://[::1", "https://[::1]x/",
        "https://[]/", "https://u@a.vn/", "https://a.vn/#x", "https://a.vn/a b", "https://a.vn/\r\nX: y",
        "https://việt.vn/", "https://a.vn\\@b.vn/"};
    struct url url;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(config_text_split_url(cases[i].text, &url), 0);
        assert_true(slice_equal(url.scheme, cases[i].scheme));
        assert_true(slice_equal(url.host, cases[i].host));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(config_text_split_url(bad[i], &url), -EINVAL);
}

/* "whsec_" and the base64 of `bytes` zero bytes. */
static bool is_signing_secret(size_t bytes)
{
    char text[128] = "whsec_";
    size_t digits = (bytes + 2) / 3 * 4, padding = (3 - bytes % 3) % 3;
    memset(text + 6, 'A', digits - padding);
    memset(text + 6 + digits - padding, '=', padding);
    return config_text_is_signing_secret((struct slice){text, 6 + digits});
}

static void signing_secret_is_24_to_64_bytes(void **state)
{
    static const char *const bad[] = {"", "whsec_", "whsec",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        "whsec_MDEyMzQ1Njc4OWFi=2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk W=="};
    (void)state;
    assert_false(is_signing_secret(23));
    for (size_t n = 24; n <= 64; n++)
        assert_true(is_signing_secret(n));
    assert_false(is_signing_secret(65));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(config_text_is_signing_secret(slice_of(bad[i])));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(little_is_enough),
        TEST(printed_defaults_load_as_the_defaults),
        TEST(printed_examples_load_once_uncommented),
        TEST(formats_and_the_heartbeat_arrive),
        TEST(everything_written_arrives),
        TEST(every_fault_has_its_code_and_line),
        TEST(receivers_come_from_files_too),
        TEST(products_are_bound_to_the_tables),
        TEST(all_faults_are_reported_at_once),
        TEST(secret_written_by_mistake_is_not_repeated),
        TEST(secret_file_must_be_private),
        TEST(sections_with_all_lines_commented_out_are_absent),
        TEST(missing_file_is_a_finding),
        TEST(manual_has_an_entry_for_every_option),
        TEST(urls_are_split),
        TEST(signing_secret_is_24_to_64_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
