/* link: daemon/io/yaml daemon/io/file daemon/core/reference daemon/core/measure daemon/core/quota daemon/core/country daemon/core/basket daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/code daemon/core/date daemon/core/expr_lex daemon/core/expr_parse daemon/core/period daemon/core/row daemon/core/concordance daemon/core/deadline */

/* Any text as a file of reference tables. What is refused says why and where; what is taken can be asked
 * without a crash, whatever day, product and origin it is asked for. */
#include <stdlib.h>
#include <string.h>

#include "core/period.h"
#include "core/reference.h"
#include "io/yaml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const char *const products[] = {"72", "721049", "7210491000", "nso:wood", "plates"};

static void ask_measures(const struct reference *reference)
{
    for (size_t i = 0; i < reference->measures.len; i++) {
        const struct measure *measure = &reference->measures.items[i];
        require(measure->market != NULL && measure->against != NULL && measure->source != NULL);
        require(measure->basket != NULL || measure->codes.len > 0);
        for (int32_t day = date_make(1990, 1, 1); day < date_make(2040, 1, 1); day += 400) {
            int32_t known = measure_known(measure);
            bool live = measure_is_live(measure, day), open = measure_is_open_case(measure, day);
            require((!live && !open) || (known != DATE_NONE && known <= day)); /* nothing before its date */
        }
        for (size_t p = 0; p < sizeof products / sizeof *products; p++)
            (void)measure_covers(measure, &reference->baskets, products[p]);
    }
}

static void ask_quotas(const struct reference *reference)
{
    for (size_t i = 0; i < reference->quotas.len; i++) {
        const struct quota *quota = &reference->quotas.items[i];
        require(quota->limit > 0 && (quota->months == 3 || quota->months == 12));
        for (int32_t period = period_make(2015, 1); period < period_make(2030, 1); period++) {
            int32_t start = quota_start(quota, period);
            require(start <= period && period < start + quota->months);
            (void)quota_is_in_force(quota, period);
        }
        for (size_t p = 0; p < sizeof products / sizeof *products; p++)
            (void)quota_covers(quota, &reference->baskets, products[p]);
    }
}

static void ask_countries(const struct reference *reference)
{
    for (size_t i = 0; i < reference->countries.len; i++)
        for (int scheme = 0; scheme < COUNTRY_SCHEME_COUNT; scheme++) {
            const char *code = reference->countries.items[i].codes[scheme];
            require(code == NULL || countries_find(&reference->countries, (enum country_scheme)scheme,
                                        slice_of(code)) == &reference->countries.items[i]);
        }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct reference reference = REFERENCE_NULL;
    const struct node *document;
    if (yaml_parse("fuzz.yaml", (struct slice){(const char *)data, size}, &arena, &document, &diags) == 0 &&
        reference_read(&document, 1, &reference, &diags) == 0) {
        ask_measures(&reference);
        ask_quotas(&reference);
        ask_countries(&reference);
    }
    for (size_t i = 0; i < diags.len; i++)
        require(diags.items[i].text[0] != '\0' && diags.items[i].line >= 0);
    reference_deinit(&reference);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return 0;
}
