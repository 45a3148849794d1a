/* link: daemon/io/json_template daemon/io/webhook daemon/io/outcome daemon/io/cloudevent daemon/io/json_value daemon/core/message daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/markup daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/hold daemon/core/chart_alert daemon/base/diag daemon/io/evidence_json daemon/core/message_builtin daemon/core/message_values daemon/core/template daemon/core/figure_label daemon/core/measure daemon/core/quality_flag daemon/core/series_role daemon/core/svg daemon/core/basket daemon/core/code daemon/core/expr_parse daemon/core/expr_lex daemon/base/keys daemon/base/map daemon/base/node daemon/core/row */
/* A receiver's JSON template: one that is accepted is filled, and what comes out is JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "io/json_template.h"
#include "tests/support/sample_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char fault[JSON_TEMPLATE_FAULT_SIZE];
    struct slice text = {(const char *)bytes, n};
    if (json_template_check(text, fault) < 0)
        return 0;
    struct alert_record record = sample_trade();
    struct json_object *document = json_template_fill(text, &record, 1U << LANGUAGE_VI, "id");
    struct json_object *again =
        document != NULL ? json_tokener_parse(json_object_to_json_string(document)) : NULL;
    if (document != NULL && again == NULL && !json_object_is_type(document, json_type_null))
        abort();
    json_object_put(again);
    json_object_put(document);
    return 0;
}
