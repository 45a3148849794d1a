/* Tet, the Lunar New Year of Viet Nam, moves between 21 January and 20 February, and trade stands still
 * around it: figures of January and February compare with a year earlier only if the holiday fell alike. */
#ifndef CORE_TET_H
#define CORE_TET_H

#include <stdint.h>

enum { TET_YEAR_MIN = 2000, TET_YEAR_MAX = 2040, TET_DAYS = 7 };

/* The share, 0 to 1, of the TET_DAYS days from the first day of Tet on that fall into the month. The shares
 * of the months of a year sum to 1. 1: the year is outside the table, and the share unknown. */
int tet_share(int32_t period, double *ret_share);

#endif
