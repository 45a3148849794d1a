/* What a rule ranges over, one scope of it. Borrowed texts. */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

struct scope {
    const char *product;         /* basket id or code */
    const char *market, *origin; /* origin "" where the rule has none */
};

#endif
