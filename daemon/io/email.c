#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "io/channel.h"
#include "io/mail_address.h"
#include "io/outcome.h"
#include "io/rfc2047.h"

/* A relay may take ten minutes to answer the end of the data (RFC 5321, 4.5.3.2.6); waiting costs a slot
 * only. */
enum {
    TIMEOUT_MS = 10 * 60 * 1000,
    REPLY_MAX = 64 * 1024,
    BULLETIN_MAX = 8 * 1024 * 1024,
    CHART_MAX = 64 * 1024,
    HEADER_MAX = 4096,
    RECEIVER_HASH = 16,
};

#define HOURS_3     (3 * 3600)
#define SIX_HOURS_3 HOURS_3, HOURS_3, HOURS_3, HOURS_3, HOURS_3, HOURS_3

/* RFC 5321, 4.5.4.1: at least half an hour between two tries (and so with ten percent less), two of them in
 * the first hour, then every two or three hours, for four to five days: 111 hours in all. */
static const int64_t delays_s[] = {35 * 60, 35 * 60, 2 * 3600, SIX_HOURS_3, SIX_HOURS_3, SIX_HOURS_3,
    SIX_HOURS_3, SIX_HOURS_3, SIX_HOURS_3, 0};

static const char *domain_of(const struct channel_target *target)
{
    const char *at = strrchr(target->smtp_from, '@');
    return at != NULL ? at + 1 : "localhost";
}

/* The same for every attempt and after every restart, so that a second copy is known as one. */
static const char *message_id(
    const struct alert_record *record, int seq, const struct channel_target *target, struct arena *arena)
{
    return arena_printf(arena, "<%s.%d.%.*s@%s>", record->id, seq, RECEIVER_HASH,
        digest_of(target->receiver, strlen(target->receiver)).hex, domain_of(target));
}

static int draw_chart(const struct alert_record *record, const struct channel_target *target,
    enum language language, struct arena *arena, const char **ret_svg)
{
    struct buf out;
    buf_init(&out, CHART_MAX);
    int r = (target->languages & 1u << language) != 0 ? message_chart(record, language, &out) : 0;
    if (r == 0)
        *ret_svg = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return r;
}

static int email_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    struct message_parts parts;
    int r = message_compose(target->templates, record, target->languages, arena, &parts);
    for (enum language language = 0; language < LANGUAGE_COUNT && r == 0; language++)
        r = draw_chart(record, target, language, arena, &ret_row->chart[language]);
    if (r < 0)
        return r;
    ret_row->message_id = message_id(record, record->seq, target, arena);
    ret_row->thread = record->seq > 1 ? message_id(record, 1, target, arena) : "";
    ret_row->subject = parts.texts[MESSAGE_SUBJECT];
    ret_row->text = parts.texts[MESSAGE_TEXT];
    ret_row->html = parts.texts[MESSAGE_HTML];
    ret_row->body = "";
    return parts.fell_back ? CHANNEL_FELL_BACK : 0;
}

typedef int bulletin_renderer(const struct bulletin *bulletin, unsigned languages, struct buf *out);

static int rendered_bulletin(bulletin_renderer *render, const struct bulletin *bulletin, unsigned languages,
    struct arena *arena, const char **ret_text)
{
    struct buf out;
    buf_init(&out, BULLETIN_MAX);
    int r = render(bulletin, languages, &out);
    if (r == 0)
        *ret_text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return r;
}

static int email_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    char id[BULLETIN_ID_SIZE];
    const char *subject = NULL, *text = NULL, *html = NULL;
    int r = rendered_bulletin(bulletin_subject, bulletin, target->languages, arena, &subject);
    if (r == 0)
        r = rendered_bulletin(bulletin_text, bulletin, target->languages, arena, &text);
    if (r == 0)
        r = rendered_bulletin(bulletin_html, bulletin, target->languages, arena, &html);
    if (r < 0)
        return r;
    bulletin_id(bulletin, id);
    ret_row->message_id = message_id(&(struct alert_record){.id = id}, 0, target, arena);
    ret_row->subject = subject;
    ret_row->text = text;
    ret_row->html = html;
    ret_row->thread = ret_row->body = "";
    return 0;
}

/* RFC 5322 date-time in UTC. Not strftime: its names follow the locale. */
static const char *date_text(int64_t wall_ms, struct arena *arena)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    return arena_printf(arena, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + (size_t)utc.tm_wday * 3,
        utc.tm_mday, months + (size_t)utc.tm_mon * 3, utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
        utc.tm_sec);
}

static const char *subject_header(const char *subject, struct arena *arena)
{
    static const char name[] = "Subject: ";
    struct buf out;
    buf_init(&out, HEADER_MAX);
    int r = buf_puts(&out, name);
    if (r == 0)
        r = rfc2047_encode(subject, sizeof name - 1, &out);
    const char *header = r == 0 ? arena_strdup(arena, buf_text(&out)) : NULL;
    buf_deinit(&out);
    return header;
}

/* RFC 2369: whoever looks after the configuration is asked, since receivers are named there. */
static const char *unsubscribe_header(const struct channel_target *target, struct arena *arena)
{
    return arena_printf(arena, "List-Unsubscribe: <mailto:%s?subject=unsubscribe%%20%s>", target->smtp_from,
        target->receiver);
}

/* Every header is a function of the row, so that each attempt sends the same bytes. NULL: the subject is too
 * long. */
static const char *const *email_headers(
    const struct delivery_row *row, const struct channel_target *target, struct arena *arena)
{
    enum { HEADERS = 12 };
    const char **headers = arena_array(arena, HEADERS, sizeof *headers);
    size_t n = 0;
    headers[n++] = arena_printf(arena, "From: tdwatch <%s>", target->smtp_from);
    headers[n++] = arena_printf(arena, "To: <%s>", target->address);
    headers[n++] = subject_header(row->subject, arena);
    if (headers[n - 1] == NULL)
        return NULL;
    headers[n++] = arena_printf(arena, "Date: %s", date_text(row->created_ms, arena));
    headers[n++] = arena_printf(arena, "Message-ID: %s", row->message_id);
    if (row->thread != NULL && row->thread[0] != '\0') {
        headers[n++] = arena_printf(arena, "In-Reply-To: %s", row->thread);
        headers[n++] = arena_printf(arena, "References: %s", row->thread);
    }
    headers[n++] = arena_printf(arena, "List-Id: tdwatch alerts <alerts.tdwatch.%s>", domain_of(target));
    headers[n++] = unsubscribe_header(target, arena);
    headers[n++] = "Auto-Submitted: auto-generated";
    headers[n] = "X-Auto-Response-Suppress: All"; /* the array is zeroed: the last one ends it */
    return headers;
}

static void add_pictures(const struct delivery_row *row, struct arena *arena, struct transfer_mail *mail)
{
    struct alert_record record = {.id = row->alert, .seq = row->seq};
    for (enum language language = 0; language < LANGUAGE_COUNT; language++)
        if (row->chart[language] != NULL && row->chart[language][0] != '\0')
            mail->pictures[mail->picture_count++] =
                (struct transfer_picture){row->chart[language], message_chart_id(&record, language, arena)};
}

static int email_request(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
    struct arena *arena, struct transfer_request *ret_request)
{
    (void)now_ms;
    if (target->smtp_url == NULL || target->smtp_url[0] == '\0' || target->smtp_from == NULL ||
        !mail_address_is_valid(target->smtp_from) || !mail_address_is_valid(target->address))
        return -EINVAL;
    const char *const *headers = email_headers(row, target, arena);
    if (headers == NULL)
        return -EINVAL;
    struct transfer_mail *mail = arena_alloc(arena, sizeof *mail);
    *mail = (struct transfer_mail){
        .from = target->smtp_from,
        .to = target->address,
        .headers = headers,
        .text = row->text,
        .html = row->html,
        .user = target->smtp_user,
        .password = target->smtp_password,
    };
    add_pictures(row, arena, mail);
    *ret_request = (struct transfer_request){
        .url = target->smtp_url,
        .mail = mail,
        .max_bytes = REPLY_MAX,
        .timeout_ms = TIMEOUT_MS,
    };
    return 0;
}

const struct channel channel_email = {
    .name = "email",
    .delays_s = delays_s,
    .render = email_render,
    .bulletin_max = BULLETIN_EVENTS_MAX,
    .render_bulletin = email_render_bulletin,
    .request = email_request,
    .outcome = outcome_of_mail,
};
