/* link: daemon/core/svg daemon/core/markup daemon/base/alloc daemon/base/buf */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/svg.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void picture_has_title_and_escapes(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    struct markup markup = markup_on(&out);
    struct svg_frame frame = {"c", "A < B", "\"x\" & 'y'", 100, 50.4, NULL};
    struct svg_point points[] = {{0, 1}, {2.25, 3}};
    svg_open(&markup, &frame);
    svg_rect(&markup, "bar", (struct svg_box){1, 2, 3, 4.04}, "3 > 2");
    svg_rect(&markup, "bar", (struct svg_box){1, 2, 3, 4}, NULL);
    svg_line(&markup, "grid", points[0], points[1]);
    svg_dot(&markup, "mark", points[1], 5);
    svg_polyline(&markup, "curve", points, 2);
    svg_polygon(&markup, "late", points, 0);
    svg_text(&markup, "label", points[1], SVG_END, "Tôm\x01");
    svg_close(&markup);
    assert_int_equal(markup_end(&markup), 0);
    assert_string_equal(buf_text(&out),
        "<svg viewBox=\"0 0 100 50\" width=\"100\" height=\"50\" role=\"img\" aria-labelledby=\"c-title "
        "c-description\">\n"
        "<title id=\"c-title\">A &lt; B</title>\n"
        "<desc id=\"c-description\">&quot;x&quot; &amp; &#39;y&#39;</desc>\n"
        "<rect class=\"bar\" x=\"1.0\" y=\"2.0\" width=\"3.0\" height=\"4.0\"><title>3 &gt; "
        "2</title></rect>\n"
        "<rect class=\"bar\" x=\"1.0\" y=\"2.0\" width=\"3.0\" height=\"4.0\"/>\n"
        "<line class=\"grid\" x1=\"0.0\" y1=\"1.0\" x2=\"2.2\" y2=\"3.0\"/>\n"
        "<circle class=\"mark\" cx=\"2.2\" cy=\"3.0\" r=\"5.0\"/>\n"
        "<polyline class=\"curve\" points=\"0.0,1.0 2.2,3.0\"/>\n"
        "<polygon class=\"late\" points=\"\"/>\n"
        "<text class=\"label\" x=\"2.2\" y=\"3.0\" text-anchor=\"end\">Tôm\xef\xbf\xbd</text>\n"
        "</svg>\n");
    buf_deinit(&out);
}

static void ticks_are_round_and_few(void **state)
{
    (void)state;
    static const struct {
        double max;
        int ticks;
        double step;
    } cases[] = {{100, 5, 20}, {7, 5, 2}, {412, 4, 200}, {5, 5, 1}, {0.3, 5, 0.1}, {1, 5, 0.2},
        {99999, 5, 20000}, {0, 5, 1}, {-3, 5, 1}, {HUGE_VAL, 5, 1}};
    for (size_t i = 0; i < LEN(cases); i++) {
        double step = svg_tick_step(cases[i].max, cases[i].ticks);
        if (fabs(step - cases[i].step) > 1e-9 * cases[i].step)
            fail_msg("%g by %d: %g", cases[i].max, cases[i].ticks, step);
    }
}

static void first_failure_stays(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10);
    assert_int_equal(buf_puts(&out, "ab"), 0);
    struct markup markup = markup_on(&out);
    markup_put(&markup, "123456");
    markup_text(&markup, "<<<");
    markup_put(&markup, "z"); /* would fit, but follows on what did not */
    assert_int_equal(markup_end(&markup), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "ab");
    buf_deinit(&out);
}

static void long_format_is_refused(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    struct markup markup = markup_on(&out);
    markup_format(&markup, "%0500d", 1);
    assert_int_equal(markup_end(&markup), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "");
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_has_title_and_escapes),
        cmocka_unit_test(ticks_are_round_and_few),
        cmocka_unit_test(first_failure_stays),
        cmocka_unit_test(long_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
