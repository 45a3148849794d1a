/* Enforcing: what is judged by comes into force, inside the deciding transaction. Rules and tables come from
 * files, cases from the notices that the store holds. */
#ifndef APP_ENFORCE_H
#define APP_ENFORCE_H

#include "app/announce.h"

/* Folds the store's notices to cases, keeps them and the rule set that they are a part of, judges everything
 * and tells what has changed. 0 or -errno; then the transaction must be rolled back, and enforce_again
 * called. */
int enforce_rules(struct engine *engine, const struct announcement *why);

/* The same where only notices are new: nothing is judged unless they change what rules read. */
int enforce_cases(struct engine *engine, const struct announcement *why);

/* Judges by what the setup and the store hold, and tells nobody: after a transaction that failed. */
void enforce_again(struct engine *engine);

#endif
