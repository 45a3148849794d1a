#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset.h"
#include "app/command.h"
#include "app/junit.h"
#include "app/paths.h"
#include "app/rule_test_from.h"
#include "app/test_pack.h"
#include "base/alloc.h"
#include "io/file.h"

enum { REPORT_BYTES_MAX = 256 * 1024 * 1024 };

struct options {
    const char *run;        /* only tests whose name holds this; NULL: all */
    const char *junit;      /* path of the report, or NULL */
    const char *from_alert; /* id, or its beginning; NULL: tests are run */
    long least;             /* coverage, in percent; -1: not asked */
    struct texts tables;
};

/* What has been run so far. */
struct total {
    size_t passed, failed, faulty; /* faulty: packs that could not be run */
    struct coverage_sum coverage;
    struct junit junit;
};

/* ---- one test ---- */

static const char *result_text(const struct test_result *result, struct arena *arena)
{
    struct buf out;
    buf_init(&out, REPORT_BYTES_MAX);
    for (size_t i = 0; i < result->len; i++) {
        const struct test_finding *finding = &result->items[i];
        (void)buf_printf(&out, "  %s:%d:%d: %s\n%s", finding->place.file, finding->place.line,
            finding->place.column, finding->text, finding->trace);
    }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

static void run_test(struct test_pack *pack, const struct rule_test *test, struct total *total)
{
    struct arena arena = ARENA_NULL;
    struct test_result result;
    rule_test_run(test, &pack->coverage, &arena, &result);
    bool passed = result.len == 0;
    const char *text = result_text(&result, &arena);
    printf("%-6s  %s: %s\n%s", passed ? "ok" : "FAILED", test->rule->id, test->name, text);
    struct junit_case report = {test->rule->id, test->name, test->place, passed ? JUNIT_PASSED : JUNIT_FAILED,
        passed ? "" : result.items[0].text, text};
    (void)junit_add(&total->junit, &report); /* a report that is too long is told when it is written */
    total->passed += passed;
    total->failed += !passed;
    alloc_free(result.items);
    arena_deinit(&arena);
}

/* ---- one pack ---- */

static void report_faults(struct test_pack *pack, struct total *total)
{
    const struct diag *first = &pack->diags.items[0];
    struct buf text;
    buf_init(&text, REPORT_BYTES_MAX);
    command_print_diags(stdout, &pack->diags);
    for (size_t i = 0; i < pack->diags.len; i++)
        (void)buf_printf(&text, "%s\n", diag_line(&pack->diags, &pack->diags.items[i]));
    struct junit_case report = {"tdwatch", "reading", {first->file, first->line, first->column}, JUNIT_ERROR,
        first->text, buf_text(&text)};
    (void)junit_add(&total->junit, &report);
    buf_deinit(&text);
    total->faulty++;
}

static bool is_asked(const struct options *options, const struct rule_test *test)
{
    return options->run == NULL || strstr(test->name, options->run) != NULL;
}

static void run_pack(const struct options *options, const char *path, const struct table_files *tables,
    const char *home, struct total *total)
{
    struct test_pack pack;
    test_pack_read(&pack, path, tables, home);
    if (pack.diags.errors > 0) {
        report_faults(&pack, total);
    } else {
        for (size_t i = 0; i < pack.tests.len; i++)
            if (is_asked(options, &pack.tests.items[i]))
                run_test(&pack, &pack.tests.items[i], total);
        struct coverage_sum sum = coverage_of(&pack.coverage);
        total->coverage.seen += sum.seen;
        total->coverage.all += sum.all;
        if (options->run == NULL) {
            printf("%s:%s\n", pack.rules_path, pack.has_tests ? "" : " no file of tests");
            coverage_print(&pack.coverage, stdout);
        }
    }
    (void)junit_end_suite(&total->junit, pack.tests_path);
    test_pack_deinit(&pack);
}

/* ---- all ---- */

static int write_junit(const struct total *total, const char *path)
{
    struct buf out;
    buf_init(&out, REPORT_BYTES_MAX);
    int r = junit_print(&total->junit, &out);
    if (r == 0)
        r = file_write(path, (struct slice){buf_text(&out), out.len}, 0644);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
    buf_deinit(&out);
    return r;
}

/* Packs without rules have nothing to cover. */
static double percent(const struct coverage_sum *sum)
{
    return sum->all > 0 ? 100 * (double)sum->seen / (double)sum->all : 100;
}

static int conclude(const struct options *options, const struct total *total)
{
    bool good = total->failed == 0 && total->faulty == 0;
    size_t tests = total->passed + total->failed;
    printf("%zu test%s, %zu passed, %zu failed", tests, tests == 1 ? "" : "s", total->passed, total->failed);
    if (total->faulty > 0)
        printf("; %zu pack%s could not be run", total->faulty, total->faulty == 1 ? "" : "s");
    /* Rounded down: 100 % is all of it. */
    if (options->run == NULL && total->coverage.all > 0)
        printf("; coverage %.0f%%, %zu of %zu outcomes", floor(percent(&total->coverage)),
            total->coverage.seen, total->coverage.all);
    fputs("\n", stdout);
    if (options->run != NULL && tests == 0) {
        fprintf(stderr, "no test has '%s' in its name\n", options->run);
        good = false;
    }
    if (options->least >= 0 && percent(&total->coverage) < (double)options->least) {
        fprintf(stderr, "the coverage is under %ld%%\n", options->least);
        good = false;
    }
    if (options->junit != NULL && write_junit(total, options->junit) < 0)
        good = false;
    return good ? EXIT_OK : EXIT_FAULT;
}

static void load_tables(
    struct table_files *tables, const struct texts *paths, struct arena *arena, struct diag_list *diags)
{
    struct texts files = paths_list(paths, &path_tables, arena, diags);
    for (size_t i = 0; i < files.len; i++)
        (void)table_files_load(tables, files.items[i], arena, diags);
    for (const struct asset *table = asset_tables; paths->len == 0 && table->name != NULL; table++)
        (void)table_files_add(tables, table->name, table->text, arena, diags);
}

/* What is to be run, and against what. */
struct bench {
    struct texts packs;
    struct texts table_paths;
    const char *home;
    struct config *config; /* where no file is named */
};

static const char *const default_home = "VN";

/* Tests are named for their pack. */
static const char *pack_of(const char *path, struct arena *arena)
{
    static const char suffix[] = ".test.yaml";
    size_t len = strlen(path), n = strlen(suffix);
    if (len <= n || !str_equal(path + len - n, suffix))
        return path;
    return arena_printf(arena, "%.*s.yaml", (int)(len - n), path);
}

static bool holds(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

/* The packs of paths, each once: a shell's rules/\*.yaml names the tests as well. */
static struct texts list_packs(const struct texts *paths, struct arena *arena, struct diag_list *diags)
{
    const char **named = arena_array(arena, paths->len, sizeof *named);
    for (size_t i = 0; i < paths->len; i++)
        named[i] = pack_of(paths->items[i], arena);
    struct texts all = paths_list(&(struct texts){named, paths->len}, &path_rules, arena, diags);
    const char **items = arena_array(arena, all.len, sizeof *items);
    struct texts packs = {items, 0};
    for (size_t i = 0; i < all.len; i++)
        if (!holds(&packs, all.items[i]))
            items[packs.len++] = all.items[i];
    return packs;
}

/* Without files, those of the configuration. */
static void find_packs(const struct options *options, const char *config_path, const struct texts *files,
    struct bench *bench, struct arena *arena, struct diag_list *diags)
{
    *bench = (struct bench){.table_paths = options->tables, .home = default_home};
    if (files->len > 0) {
        bench->packs = list_packs(files, arena, diags);
        return;
    }
    if (config_load(config_path, CONFIG_WITHOUT_SECRETS, &bench->config, diags) < 0)
        return;
    bench->home = bench->config->home;
    bench->packs = list_packs(&bench->config->rules, arena, diags);
    if (options->tables.len == 0)
        bench->table_paths = bench->config->tables;
}

static int run_all(const struct options *options, const char *config_path, const struct texts *files)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct table_files tables = {0};
    struct total total = {0};
    struct bench bench;
    int code = EXIT_FAULT;
    junit_init(&total.junit);
    find_packs(options, config_path, files, &bench, &arena, &diags);
    load_tables(&tables, &bench.table_paths, &arena, &diags);
    if (diags.errors == 0) {
        for (size_t i = 0; i < bench.packs.len; i++)
            run_pack(options, bench.packs.items[i], &tables, bench.home, &total);
        code = conclude(options, &total);
    }
    command_print_diags(stdout, &diags);
    junit_deinit(&total.junit);
    config_free(bench.config);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return code;
}

/* ---- a test from an alert ---- */

static int write_from_alert(const char *config_path, const char *id)
{
    struct setup *setup = command_load_setup(config_path);
    struct store *store = setup != NULL ? command_open_history(setup) : NULL;
    struct buf out;
    char problem[RULE_TEST_PROBLEM_SIZE];
    int r = -1;
    buf_init(&out, REPORT_BYTES_MAX);
    if (store != NULL) {
        r = rule_test_from_alert(setup, store, id, &out, problem);
        if (r < 0)
            fprintf(stderr, "%s\n", problem);
        else
            fputs(buf_text(&out), stdout);
        (void)store_close(store); /* it was read */
    }
    buf_deinit(&out);
    setup_free(setup);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- options ---- */

static bool read_percent(const char *text, long *ret_percent)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > 100) {
        fprintf(stderr, "--min-coverage: expected a percentage from 0 to 100, found '%s'\n", text);
        return false;
    }
    *ret_percent = value;
    return true;
}

/* False where the command line is wrong. */
static bool read_options(int argc, char **argv, const char **tables, struct options *ret_options)
{
    static const struct option options[] = {{"run", required_argument, NULL, 'r'},
        {"junit", required_argument, NULL, 'j'}, {"min-coverage", required_argument, NULL, 'm'},
        {"tables", required_argument, NULL, 't'}, {"from-alert", required_argument, NULL, 'a'}, {0}};
    struct options read = {.least = -1, .tables = {tables, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r')
            read.run = optarg;
        else if (option == 'j')
            read.junit = optarg;
        else if (option == 't')
            tables[read.tables.len++] = optarg;
        else if (option == 'a')
            read.from_alert = optarg;
        else if (option != 'm' || !read_percent(optarg, &read.least))
            return false;
    }
    bool alone =
        read.run == NULL && read.junit == NULL && read.least < 0 && read.tables.len == 0 && optind == argc;
    if (read.from_alert != NULL && !alone) {
        fputs("--from-alert stands alone\n", stderr);
        return false;
    }
    if (read.run != NULL && read.least >= 0) {
        fputs("--min-coverage asks for all tests, and --run leaves some out\n", stderr);
        return false;
    }
    *ret_options = read;
    return true;
}

int cmd_test(const char *config_path, int argc, char **argv)
{
    struct arena arena = ARENA_NULL;
    const char **tables = arena_array(&arena, (size_t)argc, sizeof *tables);
    struct options options;
    int code = EXIT_USAGE;
    config_path = command_config_path(config_path);
    if (read_options(argc, argv, tables, &options)) {
        struct texts files = {(const char *const *)argv + optind, (size_t)(argc - optind)};
        code = options.from_alert != NULL ? write_from_alert(config_path, options.from_alert)
                                          : run_all(&options, config_path, &files);
    }
    arena_deinit(&arena);
    return code;
}
