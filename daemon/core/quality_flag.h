/* Flags on the quality of figures: what can make a pattern out of nothing. core/probe_flags.c raises them. */
#ifndef CORE_QUALITY_FLAG_H
#define CORE_QUALITY_FLAG_H

/* Flags on the quality of figures (domain: false-positive controls), over the twelve months up to the judged
 * period unless said otherwise. */
enum quality_flag {
    FLAG_SMALL_BASE,  /* the twelve months a year earlier are under 10 MUSD (EU import surveillance: EUR
                         200,000 a week) */
    FLAG_BASE_EFFECT, /* the twelve months a year earlier are under 80 % of those before them */
    FLAG_TET_WINDOW,  /* Tet takes a share of the month that differs by more than 0.2 from a year earlier */
    FLAG_PRELIMINARY, /* the source calls the judged month preliminary */
    FLAG_HS_BREAK,    /* a code of the basket began or ended in the last 24 months */
    FLAG_UNIT_BREAK, /* the unit value moved more than threefold from one of the last 24 months to the next */
    FLAG_SUPPRESSED, /* a figure of the last 24 months is confidential */
    FLAG_ONE_SHIPMENT,  /* the largest of the last three months is over 60 % of them */
    FLAG_FRONT_LOADING, /* a tariff has been announced that comes into force within four months */
    FLAG_COUNT
};

extern const char *const quality_flag_names[FLAG_COUNT + 1]; /* NULL-terminated */

#endif
