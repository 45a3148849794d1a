/* What a scenario expects. The table in expect.c names the words after `expect`. */
#ifndef SCENARIO_EXPECT_H
#define SCENARIO_EXPECT_H

#include "tests/scenario/script.h"
#include "tests/scenario/world.h"

void expect_step(struct world *world, const struct step *step);

/* What must hold at the end of every scenario: the outbox adds up, agrees with what receivers got, and
 * nothing came that was not expected. */
void expect_end(struct world *world);

#endif
