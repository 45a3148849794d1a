/* People of a scenario, at the control socket. */
#ifndef SCENARIO_PEOPLE_H
#define SCENARIO_PEOPLE_H

#include "tests/scenario/script.h"
#include "tests/scenario/world.h"

/* `act VERB [alert=RULE/PRODUCT] [silence=N] [by=NAME] [text=…] [from=…] [until=…] [rule=…] [product=…]
 * [market=…] [severity=…]`: as `tdwatch ack` and its kind. Fails where it is refused, but not where the
 * daemon dies of it. */
void people_act(struct world *world, const struct step *step);

/* `expect actions N [kind=acknowledged]` */
void people_expect_actions(struct world *world, const struct step *step);

#endif
