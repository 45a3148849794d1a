/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock_text daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/alert daemon/core/basket daemon/core/row daemon/core/code daemon/core/expr_check daemon/core/expr_lex daemon/core/expr_parse daemon/core/figure daemon/core/indicator daemon/core/message_fill daemon/core/message_view daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/program daemon/core/program_run daemon/core/rule daemon/core/rule_condition daemon/core/ruleset daemon/core/selector daemon/core/series_role daemon/core/words daemon/io/file daemon/io/yaml daemon/core/indicator_probes daemon/core/probe daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/core/reference daemon/core/country daemon/core/rule_lint daemon/core/rule_lint_terms daemon/core/rule_lint_logic daemon/core/rule_lint_figures daemon/core/rule_lint_scope daemon/core/rule_lint_text daemon/core/expr_print daemon/core/gather daemon/core/concordance daemon/core/quality_flag daemon/core/deadline */

/* Any bytes as a rule file: refused with a place, or read and warned about; and what is read, is read again
 * from the bytes that the store keeps, as the same rules. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/rule_lint.h"
#include "io/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char baskets_text[] = "baskets:\n"
                                   "  - { id: toys, title: { vi: a, en: b }, codes: [\"nso:toys\"], inputs: "
                                   "[\"nso:plastics\"], source: s }\n";

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool read_rules(
    struct slice text, const struct reference *reference, struct arena *arena, struct ruleset *ruleset)
{
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document;
    if (yaml_parse("fuzz.yaml", text, arena, &document, &diags) == 0)
        ruleset_add(ruleset, document, text, reference, &diags);
    bool good = ruleset_seal(ruleset, &diags) == 0;
    if (good)
        rule_lint_document(ruleset, document, &reference->baskets, &diags);
    for (size_t i = 0; i < diags.len; i++)
        require(diags.items[i].line >= 0 && diags.items[i].text[0] != '\0');
    diag_list_deinit(&diags);
    return good;
}

static void read_again(const struct ruleset *ruleset, const struct reference *reference, struct arena *arena)
{
    struct ruleset *again = ruleset_new();
    struct slice files = {buf_text(&ruleset->files), ruleset->files.len}, text;
    size_t offset = 0;
    const char *name;
    require(ruleset_next_file(files, &offset, &name, &text));
    require(read_rules(text, reference, arena, again));
    require(again->len == ruleset->len);
    require(memcmp(&again->digest, &ruleset->digest, sizeof again->digest) == 0);
    ruleset_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct reference reference = REFERENCE_NULL;
    const struct node *document;
    require(yaml_parse("baskets.yaml", slice_of(baskets_text), &arena, &document, &diags) == 0);
    require(baskets_add(&reference.baskets, node_get(document, "baskets"), &diags) == 0);
    struct ruleset *ruleset = ruleset_new();
    if (read_rules((struct slice){(const char *)data, size}, &reference, &arena, ruleset))
        read_again(ruleset, &reference, &arena);
    ruleset_free(ruleset);
    reference_deinit(&reference);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return 0;
}
