/* Files that are part of the program: the reference tables, the sample and the demonstration's rules. */
#ifndef APP_ASSET_H
#define APP_ASSET_H

#include "base/str.h"

struct asset {
    const char *name; /* "baskets.yaml" */
    struct slice text;
};

/* The reference tables of feeds/; ends with an entry without a name. */
extern const struct asset asset_tables[];

struct slice asset_sample_csv(void);  /* feeds/sample/vn-nso.csv */
struct slice asset_sample_feed(void); /* feeds/sample/vn-nso-sample.feed.yaml */
struct slice asset_demo_rules(void);  /* rules/demo.yaml */

#endif
