#include "app/asset.h"

/* Laid down by assets.S. */
extern const char asset_sample_csv_start[], asset_sample_csv_end[];
extern const char asset_sample_feed_start[], asset_sample_feed_end[];
extern const char asset_demo_rules_start[], asset_demo_rules_end[];

static struct slice between(const char *start, const char *end)
{
    return (struct slice){start, (size_t)(end - start)};
}

struct slice asset_sample_csv(void)
{
    return between(asset_sample_csv_start, asset_sample_csv_end);
}

struct slice asset_sample_feed(void)
{
    return between(asset_sample_feed_start, asset_sample_feed_end);
}

struct slice asset_demo_rules(void)
{
    return between(asset_demo_rules_start, asset_demo_rules_end);
}
