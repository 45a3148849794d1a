/* Payloads of trade-remedy authorities, read into notices.
 *
 * What a payload is, is seen from its form: Federal Register v1 (a page of documents, one document, or one a
 * line), the list of US orders (case numbers and their HTS numbers), the European Commission's TRON (lists
 * and details), SPARQL results of CELLAR. An error that a source sends with 200 is refused as one. */
#ifndef FEEDS_NOTICES_H
#define FEEDS_NOTICES_H

#include "core/country.h"
#include "core/notice.h"
#include "feeds/notices_form.h"

struct notices_input {
    struct slice payload;
    const char *file;
    const struct countries
        *countries;         /* may be NULL: then only names that notices write otherwise are known */
    int32_t day;            /* on which it was had; a list without days is dated by it */
    enum notices_form form; /* what it must be; NOTICES_NONE: any of them */
};

/* What was in the payload. */
struct notices_page {
    enum notices_form form;
    size_t documents, added; /* those there already, and other agencies', are not added */
    int64_t count;           /* how many the source has, by its own word; -1: it does not say */
    const char *next; /* address of the next page, as it was written; NULL: none. In the notices' arena */
};

/* Adds the notices of a payload. 0, or -EBADMSG with every fault in `diags` (codes P0xx) and no notice
 * added. */
int notices_read(const struct notices_input *input, struct notices *notices, struct notices_page *ret_page,
    struct diag_list *diags);

#endif
