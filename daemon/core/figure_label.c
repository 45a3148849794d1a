#include "core/figure_label.h"

#include "core/template.h"

/* {{a}} and {{b}} are the series, {{w}} is the window, {{on}} what growth is against. */
static const struct {
    const char *function;
    const char *text[LANGUAGE_COUNT];
} labels[] = {
    {"sum", {"Tổng {{a}}, {{w}}", "Total {{a}}, {{w}}"}},
    {"mean", {"Trung bình tháng của {{a}}, {{w}}", "Monthly mean of {{a}}, {{w}}"}},
    {"last", {"Trong tháng: {{a}}", "In the month: {{a}}"}},
    {"lag", {"Trước đó {{w}}: {{a}}", "Earlier by {{w}}: {{a}}"}},
    {"ytd", {"Từ đầu năm: {{a}}", "Year to date: {{a}}"}},
    {"growth", {"Mức tăng {{a}}, {{w}}, so với {{on}}", "Growth of {{a}}, {{w}}, on {{on}}"}},
    {"share", {"Tỷ trọng của {{a}} trong {{b}}, {{w}}", "Share of {{a}} in {{b}}, {{w}}"}},
    {"shift",
        {"Thay đổi tỷ trọng của {{a}} trong {{b}}, {{w}}", "Change of the share of {{a}} in {{b}}, {{w}}"}},
    {"ratio", {"Tỷ lệ {{a}} so với {{b}}, {{w}}", "Ratio of {{a}} to {{b}}, {{w}}"}},
    {"undercut", {"Đơn giá thấp hơn các nước khác, {{w}}", "Unit value below that of other origins, {{w}}"}},
    {"displaced", {"Phần thế chỗ nước thứ ba, {{w}}", "Trade that the third country lost, {{w}}"}},
    {"rerouted", {"Phần có thể đổi tuyến, tối đa, {{w}}", "Re-routed trade, upper bound, {{w}}"}},
    {"lead_corr", {"Tương quan của {{a}} với {{b}} sau đó", "Correlation of {{a}} with later {{b}}"}},
    {"mirror_gap", {"Chênh lệch số liệu hai phía, {{w}}", "Gap between both sides' figures, {{w}}"}},
    {"hhi", {"Mức độ tập trung (HHI) của {{a}}", "Concentration (HHI) of {{a}}"}},
    {"dependence", {"Mức phụ thuộc vào thị trường, {{w}}", "Dependence on the market, {{w}}"}},
    {"z", {"Độ lệch chuẩn hóa (z) của {{a}}, {{w}}", "Robust z of {{a}}, {{w}}"}},
    {"p", {"Xác suất ngẫu nhiên (p) của {{a}}, {{w}}", "Chance (p) of {{a}}, {{w}}"}},
    {"cumulated", {"Tỷ trọng cộng gộp của các nước nhỏ", "Cumulated share of small origins"}},
    {"measure", {"Có biện pháp", "A measure is in force"}},
    {"measure_rate", {"Thuế suất cao nhất của biện pháp", "Highest rate of the measure"}},
    {"measure_age", {"Thời gian từ khi có biện pháp", "Age of the measure"}},
    {"case", {"Có vụ việc đang mở", "A case is open"}},
    {"case_age", {"Thời gian từ khi nộp đơn", "Time since the filing"}},
    {"case_elsewhere", {"Có vụ việc ở thị trường khác", "A case in another market"}},
    {"quota_used", {"Phần hạn ngạch đã dùng", "Used part of the quota"}},
    {"quota_full_in", {"Hạn ngạch đầy sau", "The quota is full in"}},
};

static const char *const series_words[ROLE_COUNT + 1][LANGUAGE_COUNT] = {
    [ROLE_EXPORTS] = {"xuất khẩu", "exports"},
    [ROLE_EXPORTS_ALL] = {"xuất khẩu sang mọi thị trường", "exports to all markets"},
    [ROLE_IMPORTS] = {"nhập khẩu", "imports"},
    [ROLE_MARKET] = {"tổng nhập khẩu của thị trường", "all imports of the market"},
    [ROLE_FROM_ORIGIN] = {"nhập khẩu từ nước thứ ba", "imports from the third country"},
    [ROLE_INPUTS] = {"nhập khẩu đầu vào", "imports of inputs"},
    [ROLE_SAME_FROM_ORIGIN] = {"nhập khẩu cùng mặt hàng từ nước thứ ba",
        "imports of the same goods from the third country"},
    [ROLE_WHOLE] = {"xuất khẩu cả nhóm hàng", "exports of the whole group"},
    [ROLE_BY_MARKET] = {"xuất khẩu theo thị trường", "exports by market"},
    [ROLE_BY_ORIGIN] = {"nhập khẩu theo nước", "imports by origin"},
    [ROLE_RIVALS] = {"nhập khẩu từ các nước khác", "imports from other origins"},
};

static const char *const column_words[SERIES_COLUMN_COUNT][LANGUAGE_COUNT] = {
    [SERIES_VALUE] = {"", ""},
    [SERIES_QUANTITY] = {" (lượng)", " (quantity)"},
    [SERIES_WEIGHT] = {" (khối lượng)", " (weight)"},
    [SERIES_UNIT_VALUE] = {" (đơn giá)", " (unit value)"},
};

const char *figure_label_series(enum series_role role, enum language language)
{
    return series_words[role][language];
}

/* The n-th series among the arguments, from 0; "" where there is none. */
static const char *series_text(const struct expr *call, size_t n, enum language language, struct arena *arena)
{
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct expr *arg = call->args[i];
        if (arg->kind == EXPR_SERIES && n-- == 0)
            return arena_printf(
                arena, "%s%s", series_words[arg->role][language], column_words[arg->column][language]);
    }
    return "";
}

static const struct expr *argument(const struct expr *call, enum value_type type)
{
    for (size_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind == EXPR_LITERAL && call->args[i]->type == type)
            return call->args[i];
    return NULL;
}

static bool has_word(const struct expr *call, const char *word)
{
    for (size_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind == EXPR_NAME && slice_equal(call->args[i]->name, word))
            return true;
    return false;
}

static const char *window_text(const struct expr *call, enum language language, struct arena *arena)
{
    const struct expr *months = argument(call, VALUE_MONTHS);
    char text[FIGURE_TEXT_SIZE];
    if (months == NULL || has_word(call, "ytd"))
        return language == LANGUAGE_VI ? "từ đầu năm" : "year to date";
    struct figure figure = {"", VALUE_MONTHS, KNOWN, months->number};
    return arena_strdup(arena, figure_format(&figure, language, text));
}

static const char *base_text(const struct expr *call, enum language language)
{
    static const char *const norm[] = {"mức trung bình các năm trước", "the norm of earlier years"};
    static const char *const previous[] = {"các tháng liền trước", "the months before"};
    static const char *const year[] = {"cùng kỳ năm trước", "a year earlier"};
    if (has_word(call, "norm"))
        return norm[language];
    return has_word(call, "previous") ? previous[language] : year[language];
}

/* The texts are short, and templates of our own that compile. */
static const char *fill(
    const struct expr *call, const char *text, enum language language, struct arena *arena)
{
    enum { LABEL_MAX = 400 };
    const struct template_field fields[] = {
        {"a", {.text = series_text(call, 0, language, arena)}},
        {"b", {.text = series_text(call, 1, language, arena)}},
        {"w", {.text = window_text(call, language, arena)}},
        {"on", {.text = base_text(call, language)}},
    };
    struct template_value value = {
        .kind = TEMPLATE_MAP, .fields = fields, .len = sizeof fields / sizeof *fields};
    struct template template;
    struct diag_list diags = DIAG_LIST_NULL;
    struct buf out;
    buf_init(&out, LABEL_MAX);
    const char *label = "";
    if (template_compile("label", slice_of(text), arena, &template, &diags) == 0 &&
        template_render(&template, &value, TEMPLATE_PLAIN, &out) == 0)
        label = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    diag_list_deinit(&diags);
    return label;
}

const char *figure_label(const struct expr *expr, enum language language, struct arena *arena)
{
    if (expr->kind == EXPR_CALL && slice_equal(expr->name, "coalesce"))
        return figure_label(expr->args[0], language, arena);
    for (size_t i = 0; expr->kind == EXPR_CALL && i < sizeof labels / sizeof *labels; i++)
        if (slice_equal(expr->name, labels[i].function))
            return fill(expr, labels[i].text[language], language, arena);
    return "";
}
