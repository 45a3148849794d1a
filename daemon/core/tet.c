#include "core/tet.h"

#include "core/period.h"

/* The first day, at UTC+7. Source: the astronomical rules of the Vietnamese calendar by the algorithm of Ho
 * Ngoc Duc (Computing the Vietnamese lunar calendar, 2004): the new moon that begins the first month, cut to
 * the day at UTC+7. None of these new moons is within 40 minutes of midnight, and the algorithm errs by a
 * few. China cuts at UTC+8 and differs in 2007 and 2030, by a day each. */
static const struct {
    int8_t month, day;
} first_days[TET_YEAR_MAX - TET_YEAR_MIN + 1] = {
    {2, 5}, {1, 24}, {2, 12}, {2, 1}, {1, 22}, {2, 9}, {1, 29}, {2, 17}, {2, 7}, {1, 26},   /* 2000 */
    {2, 14}, {2, 3}, {1, 23}, {2, 10}, {1, 31}, {2, 19}, {2, 8}, {1, 28}, {2, 16}, {2, 5},  /* 2010 */
    {1, 25}, {2, 12}, {2, 1}, {1, 22}, {2, 10}, {1, 29}, {2, 17}, {2, 6}, {1, 26}, {2, 13}, /* 2020 */
    {2, 2}, {1, 23}, {2, 11}, {1, 31}, {2, 19}, {2, 8}, {1, 28}, {2, 15}, {2, 4}, {1, 24},  /* 2030 */
    {2, 12},                                                                                /* 2040 */
};

enum { JANUARY_DAYS = 31 };

int tet_share(int32_t period, double *ret_share)
{
    int year = period_year(period), month = period_month(period);
    if (year < TET_YEAR_MIN || year > TET_YEAR_MAX)
        return 1;
    int first = first_days[year - TET_YEAR_MIN].day;
    if (first_days[year - TET_YEAR_MIN].month == 2)
        first += JANUARY_DAYS;
    int in_january = JANUARY_DAYS - first + 1;
    in_january = in_january < 0 ? 0 : in_january > TET_DAYS ? TET_DAYS : in_january;
    int days = month == 1 ? in_january : month == 2 ? TET_DAYS - in_january : 0;
    *ret_share = (double)days / TET_DAYS;
    return 0;
}
