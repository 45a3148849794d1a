#include "base/keys.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/shape.h"

/* What a kind is called, and how much room its field takes. */
static const struct {
    const char *name;     /* for the manual */
    const char *expected; /* for messages */
    size_t size;
} kinds[] = {
    [KEY_TEXT] = {"text", "text", sizeof(const char *)},
    [KEY_NAME] = {"name", "a name of lower-case letters, digits and - _ . :", sizeof(const char *)},
    [KEY_TEXTS] = {"list of text", "a list of texts", sizeof(struct texts)},
    [KEY_BOOL] = {"true or false", "true or false", sizeof(bool)},
    [KEY_INTEGER] = {"whole number", "a whole number", sizeof(int64_t)},
    [KEY_DURATION] = {"duration", "a duration such as 30s, 5m, 2h or 1d", sizeof(int64_t)},
    [KEY_SIZE] = {"size", "a size in bytes such as 512, 64KiB or 8MiB", sizeof(int64_t)},
    [KEY_CHOICE] = {"choice", "one word", sizeof(int)},
    [KEY_NODE] = {"section", "a section", sizeof(const struct node *)},
};

const char *key_kind_name(enum key_kind kind)
{
    return kinds[kind].name;
}

const char *key_kind_expected(enum key_kind kind)
{
    return kinds[kind].expected;
}

const struct shape shape_any_text = {
    .kind = SHAPE_TEXT, .also = ALSO_INTEGER | ALSO_NUMBER | ALSO_BOOL, .expected = "expected text"};

const struct shape shape_some_text = {
    .name = "some-text",
    .expected = "expected a text that is not empty",
    .pattern = "[\\s\\S]",
    .also = ALSO_INTEGER | ALSO_NUMBER | ALSO_BOOL,
};

/* Units, the largest first; the last has the factor 1. */
struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
static const struct unit size_units[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};

enum { UNITS = 4 };

static const struct unit *units_of(enum key_kind kind)
{
    return kind == KEY_DURATION ? duration_units : size_units;
}

const char *key_unit(enum key_kind kind, size_t i, int64_t *ret_factor)
{
    if (i >= UNITS)
        return NULL;
    *ret_factor = units_of(kind)[i].factor;
    return units_of(kind)[i].name;
}

/* Digits and one unit, nothing between them. */
static int parse_with_unit(struct slice text, const struct unit *units, int64_t *ret_value)
{
    size_t digits = 0;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    struct slice suffix = {text.data + digits, text.len - digits};
    int64_t value;
    int r = str_to_int64((struct slice){text.data, digits}, &value);
    if (r < 0)
        return r;
    for (size_t i = 0; i < UNITS; i++)
        if (slice_equal(suffix, units[i].name))
            return __builtin_mul_overflow(value, units[i].factor, ret_value) ? -ERANGE : 0;
    return -EINVAL;
}

int key_parse_duration(struct slice text, int64_t *ret_s)
{
    return parse_with_unit(text, duration_units, ret_s);
}

/* -ERANGE also where it is outside the key's limits. */
static int parse_number(const struct key *key, struct slice text, int64_t *ret_value)
{
    int64_t value;
    int r = key->kind == KEY_INTEGER ? str_to_int64(text, &value)
                                     : parse_with_unit(text, units_of(key->kind), &value);
    if (r < 0)
        return r;
    if ((key->min != 0 || key->max != 0) && (value < key->min || value > key->max))
        return -ERANGE;
    *ret_value = value;
    return 0;
}

static int parse_bool(struct slice text, bool *ret_value)
{
    if (!slice_equal(text, "true") && !slice_equal(text, "false"))
        return -EINVAL;
    *ret_value = slice_equal(text, "true");
    return 0;
}

static int parse_choice(const struct key *key, struct slice text, int *ret_value)
{
    for (int i = 0; key->choices[i] != NULL; i++) {
        if (!slice_equal(text, key->choices[i]))
            continue;
        *ret_value = i;
        return 0;
    }
    return -ENOENT;
}

static bool is_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.:", text.data[i]) == NULL)
            return false;
    return text.len > 0;
}

static void store_texts(void *field, const char **items, size_t len)
{
    *(struct texts *)field = (struct texts){items, len};
}

/* Reads text into the field that the key's kind says; the casts are safe because enum key_kind documents the
 * field's type, and every table takes its offsets from offsetof.
 * 0; -EINVAL unreadable, -ERANGE, -ENOENT none of the choices. The field is untouched then. */
static int parse_scalar(const struct key *key, struct slice text, struct arena *arena, void *field)
{
    const char **list;
    switch (key->kind) {
    case KEY_NAME:
        if (!is_name(text))
            return -EINVAL;
        *(const char **)field = arena_strndup(arena, text.data, text.len);
        return 0;
    case KEY_TEXT:
        *(const char **)field = arena_strndup(arena, text.data, text.len);
        return 0;
    case KEY_TEXTS:
        list = arena_array(arena, 1, sizeof *list);
        list[0] = arena_strndup(arena, text.data, text.len);
        store_texts(field, list, 1);
        return 0;
    case KEY_BOOL:
        return parse_bool(text, field);
    case KEY_INTEGER:
    case KEY_DURATION:
    case KEY_SIZE:
        return parse_number(key, text, field);
    case KEY_CHOICE:
        return parse_choice(key, text, field);
    case KEY_NODE:
        break;
    }
    return -EINVAL;
}

/* "[a, b]" of a table's default. No quotes: these are our own texts. */
static void parse_fallback_list(const char *fallback, struct arena *arena, void *field)
{
    size_t len = 0;
    const char **items = arena_array(arena, strlen(fallback), sizeof *items);
    for (const char *p = fallback + 1; *p != ']' && *p != '\0';) {
        size_t n = strcspn(p, ",]");
        items[len++] = arena_strndup(arena, p, n);
        p += n;
        p += strspn(p, ", ");
    }
    store_texts(field, items, len);
}

static void set_fallback(const struct key *key, struct arena *arena, void *field)
{
    memset(field, 0, kinds[key->kind].size);
    if (key->fallback == NULL)
        return;
    if (key->kind == KEY_TEXTS && key->fallback[0] == '[') {
        parse_fallback_list(key->fallback, arena, field);
        return;
    }
    int r = parse_scalar(key, slice_of(key->fallback), arena, field);
    assert(r == 0); /* a table's default must read by its own key */
    (void)r;
}

/* One reading, to keep parameter lists short. */
struct reading {
    const struct key *keys;
    size_t n;
    const char *what;
    struct arena *arena;
    struct diag_list *diags;
};

static const char *expected(struct diag_list *diags, const struct key *key)
{
    if (key->kind != KEY_CHOICE)
        return kinds[key->kind].expected;
    const char *text = "one of ";
    for (size_t i = 0; key->choices[i] != NULL; i++)
        text = arena_printf(&diags->arena, "%s%s%s", text, i > 0 ? ", " : "", key->choices[i]);
    return text;
}

static size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names[n] != NULL)
        n++;
    return n;
}

static void report_range(const struct reading *reading, const struct key *key, const struct node *value)
{
    char range[64];
    key_format_range(key, range, sizeof range);
    if (range[0] == '\0')
        diag_error(reading->diags, value->place, "K005", "'%s' of %s: %.60s is too large to be counted",
            key->name, reading->what, value->text.data);
    else
        diag_error(reading->diags, value->place, "K005", "'%s' of %s: expected %s, found %.60s", key->name,
            reading->what, range, value->text.data);
}

/* Says why a scalar was not taken; `r` as parse_scalar returned it. */
static void report_scalar(
    const struct reading *reading, const struct key *key, const struct node *value, int r)
{
    if (r == -ERANGE) {
        report_range(reading, key, value);
        return;
    }
    diag_error(reading->diags, value->place, r == -ENOENT ? "K006" : "K004",
        "'%s' of %s: expected %s, found '%.60s'", key->name, reading->what, expected(reading->diags, key),
        value->text.data);
    const char *near =
        r == -ENOENT ? str_did_you_mean(value->text, key->choices, count_names(key->choices)) : NULL;
    if (near != NULL)
        diag_hint(reading->diags, "did you mean '%s'?", near);
}

/* A scalar that was left out: "key:" and nothing behind it. */
static bool is_omitted(const struct node *value)
{
    return value->kind == NODE_SCALAR && value->text.len == 0 && !value->quoted;
}

static bool check_is_scalar(const struct reading *reading, const struct key *key, const struct node *value)
{
    if (value->kind != NODE_SCALAR) {
        diag_error(reading->diags, value->place, "K003", "'%s' of %s: expected %s, found %s", key->name,
            reading->what, expected(reading->diags, key), node_kind_name(value));
        return false;
    }
    if (is_omitted(value)) {
        diag_error(reading->diags, value->place, "K004", "'%s' of %s has no value: expected %s", key->name,
            reading->what, expected(reading->diags, key));
        diag_hint(reading->diags, "write a value, or remove the key to have its default");
        return false;
    }
    return true;
}

static void read_list(
    const struct reading *reading, const struct key *key, const struct node *value, void *field)
{
    const char **items = arena_array(reading->arena, value->len, sizeof *items);
    bool good = true;
    for (size_t i = 0; i < value->len; i++) {
        const struct node *item = value->items[i];
        if (check_is_scalar(reading, key, item))
            items[i] = arena_strndup(reading->arena, item->text.data, item->text.len);
        else
            good = false;
    }
    if (good)
        store_texts(field, items, value->len);
}

static void read_value(
    const struct reading *reading, const struct key *key, const struct node *value, void *field)
{
    if (key->kind == KEY_NODE) {
        *(const struct node **)field = value;
    } else if (key->kind == KEY_TEXTS && value->kind == NODE_SEQUENCE) {
        read_list(reading, key, value, field);
    } else if (check_is_scalar(reading, key, value)) {
        int r = parse_scalar(key, value->text, reading->arena, field);
        if (r < 0)
            report_scalar(reading, key, value, r);
    }
}

/* A table has a dozen keys at most: a walk is faster than a hash. */
static const struct key *find_key(const struct reading *reading, struct slice name)
{
    for (size_t i = 0; i < reading->n; i++)
        if (slice_equal(name, reading->keys[i].name))
            return &reading->keys[i];
    return NULL;
}

static void report_unknown(const struct reading *reading, const struct node *name)
{
    const char **names = arena_array(&reading->diags->arena, reading->n, sizeof *names), *all = "";
    for (size_t i = 0; i < reading->n; i++)
        names[i] = reading->keys[i].name;
    diag_error(reading->diags, name->place, "K001", "%s has no key '%.60s'", reading->what, name->text.data);
    const char *near = str_did_you_mean(name->text, names, reading->n);
    for (size_t i = 0; near == NULL && i < reading->n; i++)
        all = arena_printf(&reading->diags->arena, "%s%s%s", all, i > 0 ? ", " : "", names[i]);
    if (near != NULL)
        diag_hint(reading->diags, "did you mean '%s'?", near);
    else
        diag_hint(reading->diags, "its keys are %s", all);
}

/* Of a section its shape says what is expected, where that is a text. */
static void hint_missing(const struct reading *reading, const struct key *key)
{
    const char *text = key->kind != KEY_NODE ? expected(reading->diags, key) : NULL;
    if (key->shape != NULL && key->shape->expected != NULL)
        text = key->shape->expected + strlen("expected ");
    if (text != NULL)
        diag_hint(reading->diags, "add '%s: ' with %s", key->name, text);
    else
        diag_hint(reading->diags, "add the key '%s'", key->name);
}

static void report_missing(const struct reading *reading, const struct node *map)
{
    for (size_t i = 0; i < reading->n; i++) {
        const struct key *key = &reading->keys[i];
        if (!key->required || node_get(map, key->name) != NULL)
            continue;
        diag_error(reading->diags, map->place, "K002", "%s must have the key '%s'", reading->what, key->name);
        hint_missing(reading, key);
    }
}

int keys_read(const struct node *map, const struct key *keys, size_t n, const char *what, void *target,
    struct arena *arena, struct diag_list *diags)
{
    const struct reading reading = {keys, n, what, arena, diags};
    size_t errors = diags->errors;
    for (size_t i = 0; i < n; i++)
        set_fallback(&keys[i], arena, (char *)target + keys[i].offset);
    if (map->kind != NODE_MAP) {
        diag_error(
            diags, map->place, "K003", "%s must be a map of keys, found %s", what, node_kind_name(map));
        diag_hint(diags, "write 'key: value' lines, all with the same indentation");
        return -EINVAL;
    }
    for (size_t i = 0; i < map->len; i++) {
        const struct key *key = find_key(&reading, map->keys[i]->text);
        if (key != NULL)
            read_value(&reading, key, map->items[i], (char *)target + key->offset);
        else
            report_unknown(&reading, map->keys[i]);
    }
    report_missing(&reading, map);
    return diags->errors > errors ? -EINVAL : 0;
}

/* Whether YAML reads it back as the same text without quotes, also inside [ ]. */
static bool is_plain(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || strchr("-.:_@+", text[0]) != NULL || text[len - 1] == ':')
        return false;
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-.:_@+") == len;
}

/* The sizes here are the caller's; what does not fit is cut. */
static void put_text(struct buf *out, const char *text)
{
    if (text == NULL)
        text = "";
    if (is_plain(text)) {
        (void)buf_puts(out, text);
        return;
    }
    (void)buf_puts(out, "\"");
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '\n' || *p == '\t')
            (void)buf_puts(out, *p == '\n' ? "\\n" : "\\t");
        else
            (void)buf_printf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    (void)buf_puts(out, "\"");
}

static void put_texts(struct buf *out, const struct texts *texts)
{
    (void)buf_puts(out, "[");
    for (size_t i = 0; i < texts->len; i++) {
        (void)buf_puts(out, i > 0 ? ", " : "");
        put_text(out, texts->items[i]);
    }
    (void)buf_puts(out, "]");
}

/* In the largest unit that divides it. */
static void put_with_unit(struct buf *out, int64_t value, const struct unit *units)
{
    while (units->factor > 1 && (value == 0 || value % units->factor != 0))
        units++;
    (void)buf_printf(out, "%lld%s", (long long)(value / units->factor), units->name);
}

static void put_value(struct buf *out, const struct key *key, const void *field)
{
    switch (key->kind) {
    case KEY_TEXT:
    case KEY_NAME:
        put_text(out, *(const char *const *)field);
        break;
    case KEY_TEXTS:
        put_texts(out, field);
        break;
    case KEY_BOOL:
        (void)buf_puts(out, *(const bool *)field ? "true" : "false");
        break;
    case KEY_INTEGER:
        (void)buf_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case KEY_DURATION:
    case KEY_SIZE:
        put_with_unit(out, *(const int64_t *)field, units_of(key->kind));
        break;
    case KEY_CHOICE:
        (void)buf_puts(out, key->choices[*(const int *)field]);
        break;
    case KEY_NODE:
        break;
    }
}

const char *key_format(const struct key *key, const void *target, char *buf, size_t size)
{
    struct buf out;
    buf_init(&out, size - 1);
    put_value(&out, key, (const char *)target + key->offset);
    memcpy(buf, buf_text(&out), out.len + 1);
    buf_deinit(&out);
    return buf;
}

const char *key_format_range(const struct key *key, char *buf, size_t size)
{
    char min[32], max[32];
    const struct key min_key = {.kind = key->kind, .offset = offsetof(struct key, min)};
    const struct key max_key = {.kind = key->kind, .offset = offsetof(struct key, max)};
    buf[0] = '\0';
    if (key->min == 0 && key->max == 0)
        return buf;
    key_format(&min_key, key, min, sizeof min);
    key_format(&max_key, key, max, sizeof max);
    if (key->max == INT64_MAX)
        snprintf(buf, size, "at least %s", min);
    else
        snprintf(buf, size, "%s to %s", min, max);
    return buf;
}
