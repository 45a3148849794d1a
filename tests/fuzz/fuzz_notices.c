/* link: feeds/notices feeds/notice_us feeds/notice_eu feeds/notice_title_us feeds/notice_title_eu feeds/notice_text feeds/payload daemon/core/notice daemon/core/trade_case daemon/core/country daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/core/measure daemon/core/basket daemon/core/expr_lex daemon/core/expr_parse daemon/base/node daemon/base/keys daemon/base/alloc daemon/base/digest daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/str feeds/notices_form */
/* Any bytes as a payload of notices. What is refused says why; what is taken folds to cases whose days lie in
 * the years that there are. */
#include <stdlib.h>
#include <string.h>

#include "core/trade_case.h"
#include "feeds/notices.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_cases(struct notices *notices)
{
    struct trade_cases cases;
    trade_cases_fold(notices, NULL, &cases);
    for (size_t i = 0; i < cases.len; i++) {
        const struct trade_case *one = &cases.items[i];
        require(one->id != NULL && one->against != NULL && one->product != NULL && one->notices > 0);
        require(one->first <= one->newest && trade_case_state(one) < CASE_STATE_COUNT);
        (void)trade_case_concerns(one, "7306");
    }
    trade_cases_deinit(&cases);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct notices notices = NOTICES_NULL;
    struct notices_page page;
    struct diag_list diags = DIAG_LIST_NULL;
    struct notices_input input = {{(const char *)data, size}, "fuzz.json", NULL, 20000, NOTICES_NONE};
    int r = notices_read(&input, &notices, &page, &diags);
    require((r == 0) == (diags.errors == 0));
    require(r == 0 || notices.len == 0);
    check_cases(&notices);
    notices_deinit(&notices);
    diag_list_deinit(&diags);
    return 0;
}
