#include "app/test_pack.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"
#include "io/yaml.h"

static const char rules_suffix[] = ".yaml", tests_suffix[] = ".test.yaml";

static bool ends_in(const char *path, const char *suffix)
{
    size_t len = strlen(path), n = strlen(suffix);
    return len > n && str_equal(path + len - n, suffix);
}

static void name_files(struct test_pack *pack, const char *path)
{
    pack->rules_path = pack->tests_path = arena_strdup(&pack->arena, path);
    if (ends_in(path, rules_suffix))
        pack->tests_path = arena_printf(
            &pack->arena, "%.*s%s", (int)(strlen(path) - strlen(rules_suffix)), path, tests_suffix);
    else
        diag_error(&pack->diags, (struct place){.file = pack->rules_path}, "S016",
            "expected a rule pack NAME.yaml, or its tests NAME.test.yaml");
}

/* The tests' document; NULL: there is none. */
static const struct node *load_tests(struct test_pack *pack)
{
    const struct node *document = NULL;
    struct texts unused;
    pack->has_tests = file_list(pack->tests_path, tests_suffix, &pack->arena, &unused) != -ENOENT;
    if (pack->has_tests)
        (void)yaml_load(pack->tests_path, &pack->arena, &document, NULL, &pack->diags);
    return document;
}

/* Baskets of the tests' file stand as if they were a table. A map is made for them, since the file has other
 * keys as well. */
static void read_tables(struct test_pack *pack, const struct table_files *tables, const struct node *baskets)
{
    const struct node *documents[TABLE_FILES_MAX + 1];
    static const char key_text[] = "baskets";
    size_t n = 0;
    for (; n < tables->len; n++)
        documents[n] = tables->items[n].document;
    struct node *map = arena_alloc(&pack->arena, sizeof *map), *key = arena_alloc(&pack->arena, sizeof *key);
    if (baskets != NULL) {
        struct node **items = arena_array(&pack->arena, 2, sizeof *items);
        *key = (struct node){.kind = NODE_SCALAR, .place = baskets->place, .text = slice_of(key_text)};
        items[0] = key;
        items[1] = arena_alloc(&pack->arena, sizeof **items);
        *items[1] = *baskets;
        *map = (struct node){
            .kind = NODE_MAP, .place = baskets->place, .len = 1, .keys = items, .items = items + 1};
        documents[n++] = map;
    }
    (void)reference_read(documents, n, &pack->reference, &pack->diags); /* its faults are in diags */
}

static void read_rules(struct test_pack *pack)
{
    const struct node *document;
    struct slice text;
    if (yaml_load(pack->rules_path, &pack->arena, &document, &text, &pack->diags) < 0)
        return;
    ruleset_add(pack->ruleset, document, text, &pack->reference, &pack->diags);
    (void)ruleset_seal(pack->ruleset, &pack->diags); /* its faults are in diags */
}

void test_pack_read(
    struct test_pack *ret_pack, const char *path, const struct table_files *tables, const char *home)
{
    struct test_pack *pack = ret_pack;
    *pack = (struct test_pack){.ruleset = ruleset_new()};
    name_files(pack, path);
    if (pack->diags.errors > 0)
        return;
    const struct node *tests = load_tests(pack);
    read_tables(pack, tables, tests != NULL ? node_get(tests, "baskets") : NULL);
    if (pack->diags.errors > 0)
        return; /* what names a table's rows would be reported as well */
    read_rules(pack);
    if (pack->diags.errors > 0)
        return;
    struct test_reader reader = {pack->ruleset, &pack->reference, home, &pack->arena, &pack->diags};
    coverage_init(&pack->coverage, pack->ruleset, &pack->arena);
    if (tests != NULL)
        (void)rule_tests_read(&reader, tests, &pack->tests); /* its faults are in diags */
}

void test_pack_deinit(struct test_pack *pack)
{
    rule_tests_deinit(&pack->tests);
    ruleset_free(pack->ruleset);
    reference_deinit(&pack->reference);
    diag_list_deinit(&pack->diags);
    arena_deinit(&pack->arena);
    *pack = (struct test_pack){0};
}
