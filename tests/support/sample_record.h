/* Alert records for tests: one of trade, one of a feed. All constants; copy and change. */
#ifndef TESTS_SAMPLE_RECORD_H
#define TESTS_SAMPLE_RECORD_H

#include "core/message.h"
#include "core/period.h"

static const char *const sample_basis[] = {
    "19 USC 1677j(b)(1)-(3)", "19 USC 1677(24)(A)", "Nghị định 86/2025/NĐ-CP", NULL};

static const struct figure sample_figures[] = {
    {.name = "g3", .type = VALUE_RATIO, .value = 2.31},
    {.name = "uv", .type = VALUE_RATIO, .value = -0.055},
    {.name = "share12", .type = VALUE_RATIO, .value = 0.127},
    {.name = "shift12", .type = VALUE_POINTS, .value = 0.061},
    {.name = "value12", .type = VALUE_MONEY, .value = 705.25e6},
    {.name = "duty_age", .type = VALUE_MONTHS, .value = 19},
    {.name = "under_duty", .type = VALUE_BOOLEAN, .value = 1},
    {.name = "undercut12", .type = VALUE_RATIO, .unknown = UNKNOWN_SUPPRESSED},
};

static inline struct alert_record sample_trade(void)
{
    return (struct alert_record){
        .id = "5f2b8c0d9a7e41c38b6a0d2e4f617283",
        .seq = 1,
        .event = EVENT_RAISED,
        .reason = "threshold",
        .scope = {.rule = "us-surge-under-existing-duty",
            .product = "plywood",
            .market = "US",
            .origin = "CN"},
        .product_title = {{"Gỗ dán", "Plywood"}},
        .period = period_make(2025, 7),
        .raised = period_make(2025, 7),
        .severity = SEVERITY_WARNING,
        .state = ALERT_FIRING,
        .title = {{"{{product}}: nhập khẩu của {{market}} từ Việt Nam tăng {{g3}}, đơn giá giảm",
            "{{product}}: {{market}} imports from Viet Nam up {{g3}} while the price fell"}},
        .advice = {{"Lưu chứng từ mua nguyên liệu, nhất là nguồn gốc ván bóc từ {{origin}}; chuẩn bị hồ sơ "
                    "xin mức thuế "
                    "riêng (30 ngày kể từ khi có thông báo khởi xướng).",
            "Keep purchase records of inputs, above all the origin of veneer from {{origin}}; prepare a "
            "separate-rate "
            "application (30 days from the notice of initiation)."}},
        .basis = sample_basis,
        .figures = sample_figures,
        .figure_count = sizeof sample_figures / sizeof *sample_figures,
        .sources = "us-census-imports, tdi-measures",
        .vintage = "9d5ed678fe57bcca610140957afab571e0b8f8d7f3bb9c9a8dcf1d7d2b1a7c11",
        .ruleset = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        .at_ms = INT64_C(1757320200000), /* 2025-09-08T08:30:00Z */
    };
}

static inline struct alert_record sample_feed(void)
{
    return (struct alert_record){
        .id = "0c7e1d5a3b9f48e2a6d4c8b0f1e2d3c4",
        .seq = 1,
        .event = EVENT_RAISED,
        .reason = "feed",
        .scope = {.rule = "feed-stale", .product = "vn-nso-monthly", .market = "", .origin = ""},
        .product_title = {{"Số liệu tháng của Cục Thống kê", "NSO monthly trade figures"}},
        .period = period_make(2025, 8),
        .raised = period_make(2025, 8),
        .severity = SEVERITY_CAUTION,
        .state = ALERT_FIRING,
        .audience = AUDIENCE_INTERNAL,
        .title = {{"{{product}}: chưa có số liệu tháng {{period}}",
            "{{product}}: no figures for {{period}} yet"}},
        .advice = {{"Kiểm tra trang công bố của nguồn; nếu địa chỉ đã đổi, sửa tệp mô tả nguồn.",
            "Look at the publisher's page; if the address has changed, edit the feed's descriptor."}},
        .sources = "vn-nso-monthly",
        .vintage = "",
        .ruleset = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        .at_ms = INT64_C(1757320200000),
    };
}

#endif
