#include <getopt.h>

#include "app/command.h"
#include "app/config_keys.h"
#include "app/roff.h"
#include "app/rule_test.h"
#include "app/template_files.h"
#include "core/indicator.h"
#include "io/json_schema.h"

enum { SCHEMA_BYTES_MAX = 1024 * 1024 };

/* What people write, and its shape. */
static const struct {
    const char *name;
    const struct shape *shape;
} documents[] = {
    {"rules", &ruleset_shape},
    {"feeds", &descriptor_shape},
    {"tables", &reference_shape},
    {"tests", &rule_tests_shape},
    {"receivers", &receiver_file_shape},
};

static void print_sentence(FILE *out, const char *start, const char *text)
{
    char sentence[1024];
    snprintf(sentence, sizeof sentence, "%s%s.", start, text);
    roff_print(out, sentence);
    fputc('\n', out);
}

/* The list of functions in tdwatch-rules(5). */
static void print_functions(FILE *out)
{
    static const char *const results[] = {
        [RESULT_COLUMN] = "what the series' column has: USD, units, kg, or USD per unit",
        [RESULT_RATIO] = "a ratio",
        [RESULT_POINTS] = "percentage points",
        [RESULT_NUMBER] = "a number",
        [RESULT_MONTHS] = "months",
        [RESULT_BOOLEAN] = "true or false",
        [RESULT_ARGUMENT] = "what its arguments are",
    };
    for (size_t i = 0; i < indicator_count; i++) {
        const struct indicator *indicator = &indicators[i];
        fprintf(out, ".It Cm %s\\&\n", indicator->synopsis);
        print_sentence(out, "", indicator->formula);
        print_sentence(out, "Gives ", results[indicator->result]);
        if (indicator->missing[0] != '\0')
            print_sentence(out, "", indicator->missing);
        if (indicator->source[0] != '\0')
            print_sentence(out, "Source: ", indicator->source);
    }
}

static int print_schema(const char *name)
{
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        if (!str_equal(name, documents[i].name))
            continue;
        struct buf out;
        buf_init(&out, SCHEMA_BYTES_MAX);
        int r = json_schema_write(documents[i].shape, name, &out);
        fputs(buf_text(&out), stdout);
        buf_deinit(&out);
        return r < 0 ? EXIT_FAULT : EXIT_OK;
    }
    fprintf(stderr, "tdwatch: there is no schema of '%s'; there are", name);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        fprintf(stderr, "%s %s", i > 0 ? "," : "", documents[i].name);
    fputs("\n", stderr);
    return EXIT_USAGE;
}

/* The built-in template of a part, to begin with. */
static int print_template(const char *name)
{
    for (enum message_part part = 0; part < MESSAGE_PART_COUNT; part++) {
        if (!str_equal(name, template_file_parts[part]))
            continue;
        struct slice text = message_builtin(part);
        fwrite(text.data, 1, text.len, stdout);
        return EXIT_OK;
    }
    fprintf(stderr, "tdwatch: there is no template of '%s'; there are subject, text, html\n", name);
    return EXIT_USAGE;
}

int cmd_config(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"defaults", no_argument, NULL, 'd'},
        {"manual", no_argument, NULL, 'm'},
        {"functions", no_argument, NULL, 'f'},
        {"schema", required_argument, NULL, 's'},
        {"template", required_argument, NULL, 't'},
        {0},
    };
    (void)config_path;
    int option = getopt_long(argc, argv, "", options, NULL);
    if (option == 'd')
        config_print_defaults(stdout);
    else if (option == 'm')
        config_print_manual(stdout);
    else if (option == 'f')
        print_functions(stdout);
    else if (option == 's')
        return print_schema(optarg);
    else if (option == 't')
        return print_template(optarg);
    else
        return fputs("usage: tdwatch config --defaults | --schema rules|feeds|tables|tests|receivers |"
                     " --template subject|text|html\n",
                   stderr),
               EXIT_USAGE;
    return EXIT_OK;
}
