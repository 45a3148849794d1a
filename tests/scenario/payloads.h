/* The payloads of a scenario, by name: tables of months in the shape of feeds/sample/README.md, or any text.
 */
#ifndef SCENARIO_PAYLOADS_H
#define SCENARIO_PAYLOADS_H

#include "tests/scenario/script.h"
#include "tests/scenario/world.h"

/* `payload NAME from 2023-01` with lines "X US toys-sports 50000x27 100000x3": a series a line, figures in
 * thousand USD from that month on, "_" for a month without a row. `payload NAME like OTHER` with lines "X US
 * toys-sports 2025-06 50000": as OTHER but for these months; "_" takes the row away. */
void payloads_define(struct world *world, const struct step *step);

/* `text NAME` with the text as block; `cut NAME OTHER 40`: OTHER without its last 40 bytes. */
void payloads_define_text(struct world *world, const struct step *step);
void payloads_cut(struct world *world, const struct step *step);

/* NULL after a failure where there is none with this name. */
const char *payloads_find(struct world *world, const char *name);

/* `flood NAME N`: N products, p0 and so on, whose exports to US rise as those of `surge` in base.inc. */
void payloads_flood(struct world *world, const struct step *step);

#endif
