/* A bulletin: many events in one message, each with where its alert stands by now. What other programs call a
 * digest (a digest is a checksum here).
 *
 * Pure: the same events give the same bytes. */
#ifndef CORE_BULLETIN_H
#define CORE_BULLETIN_H

#include "base/arena.h"
#include "core/hold.h"
#include "core/message.h"
#include "core/zone.h"

enum { BULLETIN_EVENTS_MAX = 1000 };

/* An alert as it stands when the bulletin is made, and what happened since the receiver last heard of it. */
struct bulletin_alert {
    const struct alert_record *events; /* at least one, in order */
    size_t event_count;
    bool open;
    enum severity severity;
    enum alert_state state;
    int32_t period;
    const struct figure *figures; /* the present ones */
    size_t figure_count;
};

struct bulletin {
    const struct bulletin_alert *alerts; /* gravest first */
    size_t alert_count, event_count;
    unsigned reasons; /* bit set of enum hold: why the events were held */
    int64_t at_ms;
    const struct zone *zone; /* of the times in it; NULL: UTC */
};

/* Each appends to `out` and returns 0, or -EMSGSIZE; languages as in core/message.h. */
int bulletin_subject(const struct bulletin *bulletin, unsigned languages, struct buf *out);
int bulletin_text(const struct bulletin *bulletin, unsigned languages, struct buf *out);
int bulletin_html(const struct bulletin *bulletin, unsigned languages, struct buf *out);

/* Its name, a function of its events: 32 hexadecimal digits. */
enum { BULLETIN_ID_SIZE = 33 };
void bulletin_id(const struct bulletin *bulletin, char ret_id[BULLETIN_ID_SIZE]);

#endif
