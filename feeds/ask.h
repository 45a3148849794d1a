/* How a feed is asked: what its URL's names stand for, which months, which key, what answers mean, how often.
 *
 *   url: https://…/hs?get=…&I_COMMODITY={product}&time={period:%Y-%m}
 *   parameters:
 *     product:  { values: [7210, 7306], join: "," }     # all of them in one request
 *     reporter: { values: [392, 410] }                  # one request for each
 *   periods: { from: 2015-01, window: 12, revise: 3 }   # {period:…}, {first:…}, {last:…} of the URL
 *   form: { query: "… {first:%Y-%m-%d} …" }             # the fields of a form: it is posted
 *   pages: { next: next_page_url }                      # where an answer says that more of it is
 *   key: { credential: census, parameter: key }         # or header: the credential's name, never its text
 *   answers: [ { status: 302, means: key } ]            # what HTTP's own codes do not say
 *   queue:                                              # a request that the source answers later
 *     id: id                                            # the element or member with the request's id
 *     status: https://…/status/{id}                     # asked until its answer means ready
 *     data: https://…/data/{id}                         # then this is the answer
 *   limits: { pause: 1s, per_day: 450 }                 # of the host
 */
#ifndef FEEDS_ASK_H
#define FEEDS_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/keys.h"
#include "base/shape.h"
#include "base/str.h"

enum {
    ASK_PARAMETERS_MAX = 8,
    ASK_VALUES_MAX = 2000,
    ASK_ANSWERS_MAX = 32,
    ASK_FIELDS_MAX = 8,
    ASK_KEY_MAX = 512
};

/* What an answer means. The order is that of ask_meaning_names. */
enum ask_meaning {
    ASK_DATA,     /* a payload, or a part of one */
    ASK_NOT_YET,  /* there is nothing, or it is not yet published */
    ASK_KEY,      /* the key is missing or refused */
    ASK_QUOTA,    /* too many requests */
    ASK_TOO_MUCH, /* one request asked for too much: it is split */
    ASK_QUEUED,   /* the source works on it: its status is asked for */
    ASK_READY,    /* what was queued is there */
    ASK_CHANGED,  /* the source does not know what is asked for any more */
    ASK_FAILED,   /* trouble that may pass */
};
extern const char *const ask_meaning_names[];

struct ask_parameter {
    const char *name;
    struct texts values;
    const char
        *join; /* stands between all values in one request, as it is written; NULL: a request for each */
};

/* A field of a form. Braces of its value that are no name of a parameter or month mean themselves: queries
 * have such. */
struct ask_field {
    const char *name, *value;
};

/* What an answer means that fits all that is given. */
struct ask_answer {
    int64_t status;
    const char *starts, *contains;     /* its body, blanks before it left out; NULL: any */
    const char *says_name, *says_text; /* a text by its name, see feeds/named_text.h; NULL: any */
    const char
        *count; /* "lines", a tag of XML such as "<item>", or the names that lead to a number of JSON */
    int64_t at_least, at_most; /* of the count; -1: not given */
    int means;                 /* enum ask_meaning */
};

/* How a request goes on that the source answers later. {id} of the URLs is the request's id. */
struct ask_queue {
    const char *id;              /* name of the element or member that has it; NULL: there is no queue */
    const char *status, *data;   /* URLs */
    int64_t pause_s, patience_s; /* between two questions for the status; altogether */
};

struct ask {
    struct ask_parameter parameters[ASK_PARAMETERS_MAX];
    size_t parameter_len;
    bool by_period;
    int32_t from;                            /* the first month that is asked for */
    int64_t window, revise, per_request;     /* months */
    const char *credential;                  /* NULL: no key is needed */
    const char *key_parameter, *key_header;  /* one of them with a credential */
    struct ask_field fields[ASK_FIELDS_MAX]; /* of the form that is posted */
    size_t field_len;
    const char *accept;    /* the header Accept; NULL: none */
    const char *next_page; /* the text in the outermost object of a JSON body that is the URL of the next
                              page; NULL: an answer is one page */
    bool current;          /* the month that is going on is asked for too, again and again */
    struct ask_answer *answers;
    size_t answer_len;
    struct ask_queue queue;
    int64_t pause_s, per_day; /* between requests to the host, and so many of them a day (UTC); 0: any */
};

/* Sections of a descriptor, as they were written; NULL where they were not. */
struct ask_sections {
    const struct node *parameters, *periods, *key, *form, *pages, *answers, *limits, *queue;
};

extern const struct shape ask_parameters_shape, ask_periods_shape, ask_key_shape, ask_form_shape,
    ask_pages_shape, ask_accept_shape, ask_answers_shape, ask_limits_shape, ask_queue_shape;

/* Reads the sections, and checks them against the URL and the form (faults F020…F026 at `url_place`, or at
 * what they are about). */
void ask_read(const struct ask_sections *sections, const char *url, struct place url_place,
    struct ask *ret_ask, struct arena *arena, struct diag_list *diags);

/* A copy whose texts are in `arena`. */
struct ask ask_copy(const struct ask *ask, struct arena *arena);

/* Whether one request without a month, a list, a form or pages is all there is: such a feed is asked with
 * validators. */
bool ask_is_single(const struct ask *ask);

#endif
