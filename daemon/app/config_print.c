#include <string.h>

#include "app/config_keys.h"
#include "app/roff.h"

enum { VALUE_SIZE = 512, RANGE_SIZE = 64 };

/* What config --defaults shows, commented out, and what a reader copies. */
static const struct receiver_draft examples[] = {
    {.receiver = {.name = "trade-desk", .audience = AUDIENCE_INTERNAL, .limit_per_hour = 60},
        .email = "trade-desk@example.vn",
        .languages = {(const char *const[]){"vi"}, 1},
        .quiet_hours = "22:00-07:00",
        .quiet_except = SEVERITY_CRITICAL},
    {.receiver = {.name = "plywood-exporters",
         .audience = AUDIENCE_PUBLIC,
         .secret_name = "exporters-secret",
         .products = {(const char *const[]){"4412"}, 1},
         .follows = {.markets = {(const char *const[]){"US", "KR"}, 2}},
         .limit_per_hour = 60},
        .webhook = "https://alerts.example.vn/tdwatch",
        .languages = {(const char *const[]){"vi", "en"}, 2},
        .quiet_except = SEVERITY_CRITICAL},
};

static const struct route_draft route_examples[] = {
    {.about = 2, .route = {.to = {(const char *const[]){"trade-desk"}, 1}}},
    {.route = {.filter = {.rules = {(const char *const[]){"us-*"}, 1}}, .goes_on = true}},
};

/* "duration, 1m to 7d; a reload takes it" */
static void print_facts(FILE *out, const struct key *key)
{
    char range[RANGE_SIZE];
    fputs(key_kind_name(key->kind), out);
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " | " : ": ", key->choices[i]);
    if (key_format_range(key, range, sizeof range)[0] != '\0')
        fprintf(out, ", %s", range);
    fputs(key->reloadable ? "; a reload takes it" : "; needs a restart", out);
}

static void print_comment(FILE *out, const char *indent, const struct key *key)
{
    fprintf(out, "%s# %s\n%s# (", indent, key->help, indent);
    print_facts(out, key);
    fputs(")\n", out);
}

static void print_option(FILE *out, const char *indent, const struct key *key, const void *target)
{
    char value[VALUE_SIZE];
    print_comment(out, indent, key);
    fprintf(out, "%s%s: %s\n", indent, key->name, key_format(key, target, value, sizeof value));
}

/* Whether the example leaves the key out, or has its default. */
static bool is_left_out(const struct key *key, const void *target)
{
    char value[VALUE_SIZE];
    if (key->kind == KEY_NODE)
        return true;
    if ((key->kind == KEY_TEXT || key->kind == KEY_NAME) &&
        *(const char *const *)((const char *)target + key->offset) == NULL)
        return true;
    return key->fallback != NULL && str_equal(key_format(key, target, value, sizeof value), key->fallback);
}

static void print_example(FILE *out, const struct key_table *table, const void *example)
{
    char value[VALUE_SIZE];
    const char *lead = "  - ";
    for (size_t i = 0; i < table->n; i++) {
        const struct key *key = &table->keys[i];
        if (is_left_out(key, example))
            continue;
        fprintf(out, "#%s%s: %s\n", lead, key->name, key_format(key, example, value, sizeof value));
        lead = "    ";
    }
}

static void print_table(FILE *out, const struct key_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        fprintf(out, "#   %-14s  %s\n", table->keys[i].name, table->keys[i].help);
}

static void print_receivers(FILE *out)
{
    print_table(out, &receiver_table);
    fputs("#\n#receivers:\n", out);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        print_example(out, &receiver_table, &examples[i]);
}

static void print_routes(FILE *out)
{
    print_table(out, &route_table);
    fputs("#\n#routes:\n", out);
    for (size_t i = 0; i < sizeof route_examples / sizeof *route_examples; i++)
        print_example(out, &route_table, &route_examples[i]);
}

/* A section: smtp with its options, receivers and routes as commented examples. */
static void print_section(FILE *out, const struct key *key, const struct config_draft *draft)
{
    fprintf(out, "# %s\n", key->help);
    if (key->offset == offsetof(struct config_draft, receivers)) {
        print_receivers(out);
        return;
    }
    if (key->offset == offsetof(struct config_draft, routes)) {
        print_routes(out);
        return;
    }
    fprintf(out, "%s:\n", key->name);
    const struct key_table *table =
        key->offset == offsetof(struct config_draft, smtp) ? &smtp_table : &heartbeat_table;
    for (size_t i = 0; i < table->n; i++)
        print_option(out, "    ", &table->keys[i], draft);
}

/* The tables' defaults, read as if from a file without keys. */
static void read_defaults(struct config_draft *draft)
{
    const struct node nothing = {.kind = NODE_MAP};
    struct diag_list diags = DIAG_LIST_NULL;
    const struct key_table *const tables[] = {&config_table, &smtp_table, &heartbeat_table};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        (void)keys_read(
            &nothing, tables[i]->keys, tables[i]->n, tables[i]->what, draft, &draft->config.arena, &diags);
    diag_list_deinit(&diags);
}

void config_print_defaults(FILE *out)
{
    struct config_draft draft = {0};
    read_defaults(&draft);
    fputs("# tdwatch.yaml: every option with its default. See tdwatch.yaml(5).\n", out);
    for (size_t i = 0; i < config_table.n; i++) {
        const struct key *key = &config_table.keys[i];
        fputc('\n', out);
        if (key->kind == KEY_NODE)
            print_section(out, key, &draft);
        else
            print_option(out, "", key, &draft);
    }
    arena_deinit(&draft.config.arena);
}

static void print_manual_facts(FILE *out, const struct key *key)
{
    char range[RANGE_SIZE];
    if (key->required)
        fputs("Required.\n", out);
    else if (key->fallback != NULL && key->fallback[0] != '\0')
        fprintf(out, "Default:\n.Ql %s .\n", key->fallback);
    if (key_format_range(key, range, sizeof range)[0] != '\0')
        fprintf(out, "Range: %s.\n", range);
    fputs(key->reloadable ? "A reload takes it.\n" : "Needs a restart.\n", out);
}

static void print_entry(FILE *out, const char *section, const struct key *key)
{
    fprintf(out, ".It Cm %s%s Ar ", section, key->name);
    if (key->choices == NULL)
        fputs(key_kind_name(key->kind), out);
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " | " : "", key->choices[i]);
    fputc('\n', out);
    roff_print(out, key->help);
    fputc('\n', out);
    print_manual_facts(out, key);
}

static void print_entries(FILE *out, const char *section, const struct key_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        print_entry(out, section, &table->keys[i]);
}

void config_print_manual(FILE *out)
{
    print_entries(out, "", &config_table);
    print_entries(out, "smtp.", &smtp_table);
    print_entries(out, "heartbeat.", &heartbeat_table);
    print_entries(out, "receivers[].", &receiver_table);
    print_entries(out, "receivers[].cadence.", &cadence_table);
    print_entries(out, "receivers[].escalate.", &escalation_table);
    print_entries(out, "routes[].", &route_table);
}
