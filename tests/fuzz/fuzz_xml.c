/* link: tests/support/rows tests/support/fuzz_decode daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/payload feeds/vocabulary feeds/words daemon/core/rates feeds/caption feeds/unpack */
/* Arbitrary bytes as an XML payload, once with fields as elements and once as attributes. */
#include "tests/support/fuzz_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct descriptor descriptor = fuzz_descriptor(FEED_XML);
    descriptor.xml.record = "r";
    fuzz_decode(&descriptor, bytes, len);
    descriptor.fields[FIELD_FLOW].column = "@f";
    descriptor.fields[FIELD_PARTNER].column = "@c";
    descriptor.fields[FIELD_PRODUCT].column = "a.g";
    fuzz_decode(&descriptor, bytes, len);
    return 0;
}
