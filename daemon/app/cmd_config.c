#include <getopt.h>

#include "app/command.h"
#include "app/roff.h"
#include "core/indicator.h"

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
    for (size_t i = 0; i < indicator_count; i++) {
        const struct indicator *indicator = &indicators[i];
        fprintf(out, ".It Cm %s\\&\n", indicator->synopsis);
        print_sentence(out, "", indicator->formula);
        if (indicator->missing[0] != '\0')
            print_sentence(out, "", indicator->missing);
        if (indicator->source[0] != '\0')
            print_sentence(out, "Source: ", indicator->source);
    }
}

int cmd_config(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"defaults", no_argument, NULL, 'd'},
        {"manual", no_argument, NULL, 'm'},
        {"functions", no_argument, NULL, 'f'},
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
    else
        return fputs("usage: tdwatch config --defaults\n", stderr), EXIT_USAGE;
    return EXIT_OK;
}
