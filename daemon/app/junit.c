#include "app/junit.h"

enum { JUNIT_BYTES_MAX = 256 * 1024 * 1024 };

void junit_init(struct junit *junit)
{
    *junit = (struct junit){0};
    buf_init(&junit->suites, JUNIT_BYTES_MAX);
    buf_init(&junit->cases, JUNIT_BYTES_MAX);
}

void junit_deinit(struct junit *junit)
{
    buf_deinit(&junit->suites);
    buf_deinit(&junit->cases);
}

/* Escaped for an attribute or text. Controls other than line ends and tabs are no characters of XML 1.0. */
static int put(struct buf *out, const char *text)
{
    int r = 0;
    for (const char *p = text; *p != '\0' && r == 0; p++) {
        switch (*p) {
        case '&':
            r = buf_puts(out, "&amp;");
            break;
        case '<':
            r = buf_puts(out, "&lt;");
            break;
        case '>':
            r = buf_puts(out, "&gt;");
            break;
        case '"':
            r = buf_puts(out, "&quot;");
            break;
        case '\n':
            r = buf_puts(out, "&#10;");
            break;
        default:
            r = (unsigned char)*p < 0x20 && *p != '\t' ? buf_puts(out, "?") : buf_append(out, p, 1);
        }
    }
    return r;
}

static int put_attribute(struct buf *out, const char *name, const char *text)
{
    int r = buf_printf(out, " %s=\"", name);
    if (r == 0)
        r = put(out, text);
    return r == 0 ? buf_puts(out, "\"") : r;
}

static int put_counts(struct buf *out, const struct junit_counts *counts)
{
    return buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\"", counts->tests,
        counts->failures, counts->errors);
}

static void count(struct junit_counts *counts, enum junit_outcome outcome)
{
    counts->tests++;
    counts->failures += outcome == JUNIT_FAILED;
    counts->errors += outcome == JUNIT_ERROR;
}

static int put_outcome(struct buf *out, const struct junit_case *test)
{
    const char *element = test->outcome == JUNIT_FAILED ? "failure" : "error";
    int r = buf_printf(out, "      <%s", element);
    if (r == 0)
        r = put_attribute(out, "message", test->message);
    if (r == 0)
        r = buf_puts(out, ">");
    if (r == 0)
        r = put(out, test->text);
    return r == 0 ? buf_printf(out, "</%s>\n", element) : r;
}

int junit_add(struct junit *junit, const struct junit_case *test)
{
    struct buf *out = &junit->cases;
    count(&junit->suite, test->outcome);
    count(&junit->all, test->outcome);
    int r = buf_puts(out, "    <testcase");
    if (r == 0)
        r = put_attribute(out, "classname", test->group);
    if (r == 0)
        r = put_attribute(out, "name", test->name);
    if (r == 0)
        r = put_attribute(out, "file", test->place.file);
    if (r == 0)
        r = buf_printf(out, " line=\"%d\" time=\"0\">\n", test->place.line);
    if (r == 0 && test->outcome != JUNIT_PASSED)
        r = put_outcome(out, test);
    return r == 0 ? buf_puts(out, "    </testcase>\n") : r;
}

int junit_end_suite(struct junit *junit, const char *name)
{
    struct buf *out = &junit->suites;
    int r = buf_puts(out, "  <testsuite");
    if (r == 0)
        r = put_attribute(out, "name", name);
    if (r == 0)
        r = put_counts(out, &junit->suite);
    if (r == 0)
        r = buf_puts(out, " time=\"0\">\n");
    if (r == 0)
        r = buf_append(out, buf_text(&junit->cases), junit->cases.len);
    buf_clear(&junit->cases);
    junit->suite = (struct junit_counts){0};
    return r == 0 ? buf_puts(out, "  </testsuite>\n") : r;
}

int junit_print(const struct junit *junit, struct buf *out)
{
    int r = buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tdwatch\"");
    if (r == 0)
        r = put_counts(out, &junit->all);
    if (r == 0)
        r = buf_puts(out, " time=\"0\">\n");
    if (r == 0)
        r = buf_append(out, buf_text(&junit->suites), junit->suites.len);
    return r == 0 ? buf_puts(out, "</testsuites>\n") : r;
}
