/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/node daemon/base/str daemon/core/expr_check daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_print daemon/core/figure daemon/core/indicator daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/program daemon/core/program_run daemon/core/series_role daemon/core/indicator_probes daemon/core/probe daemon/core/quality_flag daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/base/keys daemon/core/basket daemon/core/row daemon/core/code daemon/core/gather */

/* Any text as an expression. What parses, prints as something that parses to the same; what checks, compiles
 * and runs; and a value that is known is a finite number. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/expr.h"
#include "core/panel.h"
#include "core/period.h"
#include "core/program_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 2000, PRINT_MAX = 1024 * 1024 };

static struct node scalar_of(struct arena *arena, const void *bytes, size_t len)
{
    const char *text = arena_strndup(arena, bytes, len);
    return (struct node){
        .kind = NODE_SCALAR, .place = {"fuzz", 1, 1}, .text = {text, len}, .source = {text, len}};
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void print_round_trip(const struct expr *expr, struct arena *arena, struct diag_list *diags)
{
    struct buf first, second;
    struct expr *again;
    buf_init(&first, PRINT_MAX);
    buf_init(&second, PRINT_MAX);
    require(expr_print(expr, &first) == 0);
    struct node node = scalar_of(arena, buf_text(&first), first.len);
    /* The printed form has a pair of parentheses for each operator, so it may be nested too deeply. */
    if (expr_parse(&node, arena, &again, diags) == 0) {
        require(expr_print(again, &second) == 0);
        require(strcmp(buf_text(&first), buf_text(&second)) == 0);
    }
    buf_deinit(&first);
    buf_deinit(&second);
}

/* Two years of one series, the first month a zero, the last one missing. */
static struct panel *small_panel(void)
{
    struct panel *panel = panel_new();
    panel_add_series(panel, &(struct series_key){"feed", "VN", FLOW_EXPORT, "US", "7210"}, "t");
    for (int month = 0; month < 24; month++)
        for (int column = 0; column < COLUMN_COUNT; column++)
            panel_set(
                panel, 0, (enum column)column, period_make(2023, 1) + month, month == 0 ? 0 : month * 1000);
    return panel;
}

static void compile_and_run(struct expr *expr, const double *thresholds, struct arena *arena)
{
    struct program program = {0};
    struct program_builder builder = {.program = &program, .arena = arena};
    int result = program_emit(&builder, expr);
    if (result < 0)
        return;
    static const struct series_use uses[] = {{.id = 0}};
    static const struct reference reference;
    static const struct scope scope = {"7210", "US", "CN"};
    struct binding bindings[ROLE_COUNT];
    for (size_t i = 0; i < ROLE_COUNT; i++)
        bindings[i] = (struct binding){0, program.roles[i] != ROLE_INPUTS};
    struct panel *panel = small_panel();
    struct program_registers registers = {0};
    for (int month = 0; month < 26; month++) {
        struct program_input input = {panel, &reference, "VN", period_make(2023, 1) + month, uses, bindings,
            &thresholds, &scope, 1, month > 0, NULL, NULL};
        program_run(&program, &input, &registers);
        size_t at = (size_t)result * PROGRAM_LANES;
        require(registers.unknown[at] < UNKNOWN_COUNT);
        require(registers.unknown[at] != KNOWN || isfinite(registers.value[at]));
    }
    program_registers_deinit(&registers);
    panel_free(panel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"growth", "floor"};
    static const enum value_type types[] = {VALUE_RATIO, VALUE_MONEY};
    static const double values[] = {0.3, 5e6};
    struct expr_names env = {.thresholds = names, .threshold_types = types, .threshold_count = 2};
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct expr *expr;
    if (size > INPUT_MAX)
        return -1;
    struct node node = scalar_of(&arena, data, size);
    if (expr_parse(&node, &arena, &expr, &diags) == 0) {
        print_round_trip(expr, &arena, &diags);
        if (expr_check(expr, &node, &env, &diags) == 0)
            compile_and_run(expr, values, &arena);
    }
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return 0;
}
