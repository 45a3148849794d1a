/* link: daemon/io/address */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "io/address.h"

enum kind { PUBLIC, LOOPBACK, REFUSED };

/* First and last address of every refused block, and its neighbours outside. */
static const struct {
    const char *text;
    enum kind kind;
} CASES[] = {
    {"0.0.0.0", REFUSED},
    {"0.255.255.255", REFUSED},
    {"1.0.0.0", PUBLIC},
    {"8.8.8.8", PUBLIC},
    {"9.255.255.255", PUBLIC},
    {"10.0.0.0", REFUSED},
    {"10.255.255.255", REFUSED},
    {"11.0.0.0", PUBLIC},
    {"100.63.255.255", PUBLIC},
    {"100.64.0.0", REFUSED},
    {"100.127.255.255", REFUSED},
    {"100.128.0.0", PUBLIC},
    {"126.255.255.255", PUBLIC},
    {"127.0.0.0", LOOPBACK},
    {"127.0.0.1", LOOPBACK},
    {"127.255.255.255", LOOPBACK},
    {"128.0.0.0", PUBLIC},
    {"169.253.255.255", PUBLIC},
    {"169.254.0.0", REFUSED},
    {"169.254.169.254", REFUSED}, /* cloud metadata */
    {"169.255.0.0", PUBLIC},
    {"172.15.255.255", PUBLIC},
    {"172.16.0.0", REFUSED},
    {"172.31.255.255", REFUSED},
    {"172.32.0.0", PUBLIC},
    {"192.0.0.8", REFUSED},
    {"192.0.0.170", REFUSED},
    {"192.0.1.0", PUBLIC},
    {"192.0.2.1", REFUSED},
    {"192.88.99.1", REFUSED},
    {"192.88.100.0", PUBLIC},
    {"192.167.255.255", PUBLIC},
    {"192.168.0.0", REFUSED},
    {"192.168.255.255", REFUSED},
    {"192.169.0.0", PUBLIC},
    {"198.17.255.255", PUBLIC},
    {"198.18.0.0", REFUSED},
    {"198.19.255.255", REFUSED},
    {"198.20.0.0", PUBLIC},
    {"198.51.100.7", REFUSED},
    {"203.0.113.7", REFUSED},
    {"203.0.114.0", PUBLIC},
    {"223.255.255.255", PUBLIC},
    {"224.0.0.1", REFUSED},
    {"239.255.255.255", REFUSED},
    {"240.0.0.1", REFUSED},
    {"255.255.255.255", REFUSED},

    {"::", REFUSED},
    {"::1", LOOPBACK},
    {"::2", REFUSED},
    {"::127.0.0.1", REFUSED},
    {"::ffff:127.0.0.1", REFUSED},
    {"::ffff:10.0.0.1", REFUSED},
    {"::ffff:8.8.8.8", REFUSED},
    {"::ffff:0:127.0.0.1", REFUSED},
    {"64:ff9b::7f00:1", REFUSED},
    {"64:ff9b::8.8.8.8", REFUSED},
    {"64:ff9b:1::a00:1", REFUSED},
    {"100::1", REFUSED},
    {"1fff:ffff::1", REFUSED},
    {"2000::1", PUBLIC},
    {"2001::1", REFUSED},    /* Teredo */
    {"2001:2::1", REFUSED},  /* benchmarking */
    {"2001:20::1", REFUSED}, /* ORCHID */
    {"2001:1ff:ffff::1", REFUSED},
    {"2001:200::1", PUBLIC},
    {"2001:db8::1", REFUSED},
    {"2001:db9::1", PUBLIC},
    {"2002:7f00:1::1", REFUSED}, /* 6to4 of 127.0.0.1 */
    {"2003::1", PUBLIC},
    {"2606:4700:4700::1111", PUBLIC},
    {"2a01:7e0::1", PUBLIC},
    {"3ffe:ffff::1", PUBLIC},
    {"3fff::1", REFUSED},
    {"3fff:fff:ffff::1", REFUSED},
    {"3fff:1000::1", PUBLIC},
    {"4000::1", REFUSED},
    {"5f00::1", REFUSED},
    {"fc00::1", REFUSED},
    {"fd12:3456::1", REFUSED},
    {"fe80::1", REFUSED},
    {"fec0::1", REFUSED},
    {"ff02::1", REFUSED},
};

static struct sockaddr_storage parse(const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&address;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
        v6->sin6_family = AF_INET6;
    }
    return address;
}

static void every_block_is_judged_to_its_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sockaddr_storage address = parse(CASES[i].text);
        const struct sockaddr *a = (const struct sockaddr *)&address;
        if (address_is_public(a) != (CASES[i].kind == PUBLIC) ||
            address_is_loopback(a) != (CASES[i].kind == LOOPBACK))
            fail_msg("%s is judged wrong", CASES[i].text);
    }
}

static void other_families_are_refused(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/x"};
    assert_false(address_is_public((const struct sockaddr *)&address));
    assert_false(address_is_loopback((const struct sockaddr *)&address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_is_judged_to_its_edges),
        cmocka_unit_test(other_families_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
