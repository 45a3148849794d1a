/* Files that are part of the program: the sample and the demonstration's rules. */
#ifndef APP_ASSET_H
#define APP_ASSET_H

#include "base/str.h"

struct slice asset_sample_csv(void);  /* feeds/sample/vn-nso.csv */
struct slice asset_sample_feed(void); /* feeds/sample/vn-nso-sample.feed.yaml */
struct slice asset_baskets(void);     /* feeds/baskets.yaml */
struct slice asset_demo_rules(void);  /* rules/demo.yaml */

#endif
