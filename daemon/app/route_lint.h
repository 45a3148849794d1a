/* Warnings about who is told: routes that no alert reaches (W020 behind a wider one, W021 at all), receivers
 * that none reaches (W022), and rules whose alerts reach nobody (W023).
 *
 * Asked are the alerts that the rules can raise: their baskets, codes, markets and origins, and of what they
 * leave open the codes and markets that routes and receivers name, and one that none names. */
#ifndef APP_ROUTE_LINT_H
#define APP_ROUTE_LINT_H

#include "app/setup.h"

/* Says nothing where there are no receivers or no rules. */
void route_lint(const struct setup *setup, struct diag_list *diags);

#endif
