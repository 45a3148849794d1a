/* What receivers are sent: an event of an alert as text, HTML and a subject line, in the receiver's
 * languages.
 *
 * Pure: the same event gives the same bytes. Text from feeds and rules is escaped at this one place. */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/alert.h"
#include "core/figure.h"

struct evidence;

/* What was told of the alert before. */
struct alert_last {
    enum alert_event event;
    enum severity severity;
    int32_t period;
    int64_t at_ms;
    const struct figure *figures;
    size_t figure_count;
};

/* One thing that happened to one alert, with all that a message or a journal row says of it. Borrowed texts.
 */
struct alert_record {
    const char *id; /* of the alert */
    int seq;        /* of the event within the alert, from 1 */
    enum alert_event event;
    const char *
        reason; /* one of a few words: "threshold", "revision", "missing", "rules", "case", "feed", "drill" */
    bool drill; /* a test of the way to receivers: there is no such alert */
    struct alert_scope scope;
    struct phrase product_title; /* the basket's, or the code in both languages */
    int32_t period, raised;
    enum severity severity;
    enum alert_state state;
    enum audience audience;
    struct phrase title, advice; /* templates; {{name}} of figures, product, market, origin, period */
    const char *const *basis;    /* legal basis, NULL-terminated, may be NULL */
    const struct figure *figures;
    size_t figure_count;
    const char *sources;             /* "vn-nso-sample": feeds whose figures were used */
    const char *vintage;             /* digest of the newest payload used, or "" */
    const char *ruleset;             /* digest of the rule set */
    int64_t at_ms;                   /* when it was decided */
    const struct evidence *evidence; /* what it rests on; NULL: not taken, or there is none */
    const struct alert_last *last;   /* NULL: nothing was told before */
};

/* Each appends to `out` and returns 0, or -EMSGSIZE. `languages` is a bit set (1 << LANGUAGE_VI …);
 * Vietnamese comes first. */
int message_subject(const struct alert_record *record, unsigned languages, struct buf *out);
int message_text(const struct alert_record *record, unsigned languages, struct buf *out);
int message_html(const struct alert_record *record, unsigned languages, struct buf *out);

/* Appends the chart that the HTML shows in one language, as SVG; nothing where there is nothing to draw. */
int message_chart(const struct alert_record *record, enum language language, struct buf *out);

/* The Content-ID that the HTML names it by. */
const char *message_chart_id(const struct alert_record *record, enum language language, struct arena *arena);

/* Fills a template's {{name}}s; an unknown name stays as it is written. */
int message_fill(
    const struct alert_record *record, enum language language, const char *template, struct buf *out);

/* Names that a template may use besides the rule's figures; NULL-terminated. */
extern const char *const message_names[];

#endif
