#include "core/row.h"

#include "base/map.h"
#include "core/code.h"
#include "core/period.h"

/* ---- shapes, for the schema ---- */

/* An HS number, or a code that is neither a number nor one with dots in it. */
const struct shape row_code_shape = {
    .kind = SHAPE_TEXT,
    .name = "product-code",
    .expected =
        "expected an HS number of 2, 4, 6 or 8 to 10 digits without dots, or a code such as nso:seafood",
    .pattern = "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8,10}"
               "|(?=.*[^0-9])(?![.]*(([0-9][.]*){2}|([0-9][.]*){4}|([0-9][.]*){6}|([0-9][.]*){8,10})$)"
               "[A-Za-z0-9:._-]+)$",
    .max_length = CODE_SIZE - 1,
    .also = ALSO_INTEGER,
    .max = INT64_C(9999999999),
};

static const struct shape code_list = {
    .kind = SHAPE_LIST, .items = &row_code_shape, .max_items = ROW_CODES_MAX, .unique = true};
static const struct shape some_codes = {
    .kind = SHAPE_LIST, .items = &row_code_shape, .min_items = 1, .max_items = ROW_CODES_MAX, .unique = true};
static const struct shape *const codes_choices[] = {&row_code_shape, &code_list, NULL};
static const struct shape *const some_codes_choices[] = {&row_code_shape, &some_codes, NULL};
const struct shape row_codes_shape = {.kind = SHAPE_ANY, .choices = codes_choices};
const struct shape row_some_codes_shape = {.kind = SHAPE_ANY, .choices = some_codes_choices};

bool row_check_list(const struct node *list, const char *what, size_t max, struct diag_list *diags)
{
    if (list->kind == NODE_SEQUENCE && list->len <= max)
        return true;
    if (list->kind == NODE_SEQUENCE)
        diag_error(diags, list->place, "L001", "more than %zu %s", max, what);
    else
        diag_error(diags, list->place, "L001", "'%s': expected a list, found %s", what, node_kind_name(list));
    return false;
}

/* ---- places ---- */

struct place row_place(const struct row_reader *row)
{
    struct place place = row->node->place;
    place.file = arena_strdup(row->arena, place.file);
    return place;
}

struct place row_place_of(const struct row_reader *row, const char *key)
{
    const struct node *value = node_get(row->node, key);
    return value != NULL ? value->place : row->node->place;
}

/* A code may be a map. */
struct place row_place_of_item(const struct row_reader *row, const char *key, size_t i)
{
    const struct node *item = node_get(row->node, key);
    if (item->kind == NODE_SEQUENCE && i < item->len)
        item = item->items[i];
    const struct node *code = node_get(item, "code");
    return code != NULL ? code->place : item->place;
}

/* ---- texts and countries ---- */

void row_check_text(const struct row_reader *row, const char *key, const char *text)
{
    if (text != NULL && text[0] == '\0')
        diag_error(row->diags, row_place_of(row, key), "L002", "'%s' of %s is empty", key, row->what);
}

static void check_country(const struct row_reader *row, const char *key, struct place place, const char *text,
    enum row_country kind)
{
    struct slice slice = slice_of(text);
    if (code_is_country(slice) && (kind == ROW_COUNTRY_OR_WORLD || slice.len == 2))
        return;
    diag_error(row->diags, place, "L003",
        "'%s' of %s: expected two capital letters of ISO 3166-1%s, found '%.60s'", key, row->what,
        kind == ROW_COUNTRY_OR_WORLD ? ", or W for all countries" : "", text);
    diag_hint(row->diags, "Viet Nam is VN; the European Union is EU");
}

void row_check_country(const struct row_reader *row, const char *key, const char *text, enum row_country kind)
{
    if (text != NULL)
        check_country(row, key, row_place_of(row, key), text, kind);
}

void row_check_countries(
    const struct row_reader *row, const char *key, const struct texts *texts, enum row_country kind)
{
    for (size_t i = 0; i < texts->len; i++)
        check_country(row, key, row_place_of_item(row, key, i), texts->items[i], kind);
}

/* ---- codes ---- */

/* "8541.40" is how people write 854140, and no feed does. Into `ret_plain`, of CODE_SIZE bytes. */
static bool is_dotted(const char *code, char *ret_plain)
{
    size_t len = 0, dots = 0;
    for (const char *p = code; *p != '\0'; p++) {
        if (*p == '.')
            dots++;
        else
            ret_plain[len++] = *p;
    }
    ret_plain[len] = '\0';
    return dots > 0 && code_is_hs((struct slice){ret_plain, len});
}

static bool is_number(const char *code)
{
    for (const char *p = code; *p != '\0'; p++)
        if (*p < '0' || *p > '9')
            return false;
    return true;
}

/* False where it was not one, which has been said. */
static bool check_code(struct place place, const char *code, struct diag_list *diags)
{
    char plain[CODE_SIZE];
    struct slice text = slice_of(code);
    if (!code_is_product(text)) {
        diag_error(diags, place, "L004", "\"%.64s\" is no product code", code);
        diag_hint(diags, "1 to %d letters, digits and : . _ -", CODE_SIZE - 1);
    } else if (is_dotted(code, plain)) {
        diag_error(diags, place, "L004", "\"%s\" is no product code: HS numbers have no dots", code);
        diag_hint(diags, "write %s", plain);
    } else if (is_number(code) && !code_is_hs(text)) {
        diag_error(diags, place, "L004", "\"%s\" is no HS number: expected 2, 4, 6 or 8 to 10 digits", code);
        diag_hint(diags, "chapters 01 to 09 begin with 0");
    } else {
        return true;
    }
    return false;
}

void row_check_codes(const struct row_reader *row, const char *key, const struct texts *codes)
{
    struct map seen = MAP_NULL;
    uint32_t first;
    if (codes->len > ROW_CODES_MAX)
        diag_error(row->diags, row_place_of(row, key), "L006", "'%s' of %s: more than %d codes", key,
            row->what, ROW_CODES_MAX);
    for (size_t i = 0; i < codes->len && i < ROW_CODES_MAX; i++) {
        const char *code = codes->items[i];
        if (code == NULL || !check_code(row_place_of_item(row, key, i), code, row->diags))
            continue;
        struct slice text = slice_of(code);
        if (map_get(&seen, text.data, text.len, &first))
            diag_error(row->diags, row_place_of_item(row, key, i), "L005",
                "\"%s\" stands twice in '%s' of %s", code, key, row->what);
        map_put(&seen, text.data, text.len, (uint32_t)i);
    }
    map_deinit(&seen);
}

/* ---- months ---- */

static int32_t read_month(const struct row_reader *row, struct row_month month)
{
    int32_t period;
    if (month.text == NULL)
        return PERIOD_NONE;
    if (period_parse(slice_of(month.text), &period) == 0)
        return period;
    diag_error(row->diags, row_place_of(row, month.key), "L007",
        "'%s' of %s: expected a month such as 2022-01, found '%.60s'", month.key, row->what, month.text);
    return PERIOD_NONE;
}

void row_read_months(const struct row_reader *row, struct row_month first, struct row_month last,
    int32_t *ret_first, int32_t *ret_last)
{
    *ret_first = read_month(row, first);
    *ret_last = read_month(row, last);
    if (*ret_first == PERIOD_NONE || *ret_last == PERIOD_NONE || *ret_first <= *ret_last)
        return;
    diag_error(row->diags, row_place_of(row, last.key), "L008", "'%s' of %s, %s, is before '%s', %s",
        last.key, row->what, last.text, first.key, first.text);
}
