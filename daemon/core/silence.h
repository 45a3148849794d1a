/* Silences: from when until when which alerts are kept from being sent, by whom and why.
 *
 * What a silence holds is held, not lost: it is told once the silence has ended. Pure; the rows are in
 * io/store_action.h. */
#ifndef CORE_SILENCE_H
#define CORE_SILENCE_H

#include "core/matchers.h"

struct silence {
    int64_t id;
    const char *author, *reason;
    struct matcher_texts texts;         /* as they were written */
    int64_t made_ms, from_ms, until_ms; /* in force: from_ms <= now < until_ms */
    int64_t expired_ms;                 /* ended by hand before its time; 0: it was not */
};

enum silence_phase { SILENCE_SCHEDULED, SILENCE_ACTIVE, SILENCE_ENDED };

enum silence_phase silence_phase(const struct silence *silence, int64_t now_ms);
const char *silence_phase_name(enum silence_phase phase);

/* When it ends or ended. */
int64_t silence_end_ms(const struct silence *silence);

/* From when on its coming end is announced: a day before, or a tenth of its length where that is shorter. */
int64_t silence_notice_ms(const struct silence *silence);

/* Whether an alert that stood from `opened_ms` to `closed_ms` (0: still open) stood while it was in force. */
bool silence_meets(const struct silence *silence, int64_t opened_ms, int64_t closed_ms, int64_t now_ms);

#endif
