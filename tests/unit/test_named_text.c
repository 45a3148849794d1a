/* link: daemon/base/alloc daemon/base/buf daemon/base/str feeds/named_text */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/named_text.h"

/* `found` NULL: nothing is. */
static const struct {
    const char *answer, *name, *text, *found;
} cases[] = {
    /* elements, by any prefix; the innermost has the text */
    {"<queued><id>98de</id><status>SUBMITTED</status></queued>", "status", NULL, "SUBMITTED"},
    {"<n:s xmlns:n='u'><n:status><n:key>1</n:key><n:status> A\n</n:status></n:status></n:s>", "status", NULL,
        "A"},
    {"<?xml version=\"1.0\"?>\n<a><STATUS>Available</STATUS></a>", "status", "AVAILABLE", "Available"},
    {"<a><s>1</s><s>2</s></a>", "s", "2", "2"},
    {"<a><s>1</s><s>2</s></a>", "s", "3", NULL},
    {"<a><s><![CDATA[x<y]]>&amp;z</s></a>", "s", NULL, "x<y&z"},
    {"<a><s></s><s/><s> </s></a>", "s", NULL, NULL},
    {"<s>text <b>and more</b></s>", "s", NULL, NULL},
    /* attributes */
    {"<m:F xmlns:m=\"u\"><m:Message code='413' m:severity=\"x\"/></m:F>", "code", "413", "413"},
    /* what stands before the end of an answer that is cut off or broken */
    {"<a><s>1</s><s>2", "s", NULL, "1"},
    {"<a><s>1", "s", NULL, NULL},
    {"<a><s>1</b>", "s", NULL, NULL},
    {"<!DOCTYPE a [<!ENTITY e \"1\">]><a><s>&e;</s></a>", "s", NULL, NULL},
    /* members */
    {" {\"warning\":{\"status\":413,\"label\":\"ASYNCHRONOUS_RESPONSE\"}}", "status", NULL, "413"},
    {"{\"error\":[{\"id\":413},{\"ID\":\"b\\u0063\"}]}", "id", "bc", "bc"},
    {"{\"a\":{\"s\":true,\"t\":null}}", "s", NULL, "true"},
    {"{\"s\":{\"x\":1},\"t\":[2],\"u\":null}", "s", NULL, NULL},
    {"{\"t\":[2]}", "t", NULL, NULL},
    {"{\"s\":1,,}", "s", NULL, "1"},
    {"[1,2", "s", NULL, NULL},
    /* neither */
    {"status SUBMITTED", "status", NULL, NULL},
    {"", "status", NULL, NULL},
};

static void a_text_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buf[NAMED_TEXT_SIZE] = "untouched";
        bool found = named_text_find(slice_of(cases[i].answer), cases[i].name, cases[i].text, buf);
        if (found != (cases[i].found != NULL) || strcmp(buf, found ? cases[i].found : "untouched") != 0)
            fail_msg("%s: found %s", cases[i].answer, buf);
    }
}

static void a_text_that_is_too_long_is_none(void **state)
{
    (void)state;
    char xml[1024], buf[NAMED_TEXT_SIZE];
    snprintf(xml, sizeof xml, "<s>%0255d</s>", 1);
    assert_true(named_text_find(slice_of(xml), "s", NULL, buf));
    snprintf(xml, sizeof xml, "<s>%0256d</s>", 1);
    assert_false(named_text_find(slice_of(xml), "s", NULL, buf));
}

/* Of a large answer the beginning is read, whatever comes behind it. */
static void the_beginning_is_read(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    char *answer = malloc(SIZE), buf[NAMED_TEXT_SIZE];
    memset(answer, ' ', SIZE);
    memcpy(answer, "<a><s>1</s>", 11);
    memcpy(answer + SIZE - 16, "<t>1</t></a>    ", 16);
    assert_true(named_text_find((struct slice){answer, SIZE}, "s", NULL, buf));
    assert_false(named_text_find((struct slice){answer, SIZE}, "t", NULL, buf));
    free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_found_by_its_name),
        cmocka_unit_test(a_text_that_is_too_long_is_none),
        cmocka_unit_test(the_beginning_is_read),
    };
    return cmocka_run_group_tests_name("named_text", tests, NULL, NULL);
}
