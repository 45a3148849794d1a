#include "io/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* All prefixes below fit the first 32 bits, of IPv6 too. */
struct prefix {
    uint32_t bits;
    int length;
};

/* IANA IPv4 Special-Purpose Address Registry: what is not globally reachable, and 192.88.99.0/24, the
 * withdrawn 6to4 relays. */
static const struct prefix NOT_PUBLIC_IPV4[] = {
    {0x00000000, 8},  /* 0.0.0.0/8        this network       RFC 791  */
    {0x0a000000, 8},  /* 10.0.0.0/8       private            RFC 1918 */
    {0x64400000, 10}, /* 100.64.0.0/10    shared             RFC 6598 */
    {0x7f000000, 8},  /* 127.0.0.0/8      loopback           RFC 1122 */
    {0xa9fe0000, 16}, /* 169.254.0.0/16   link-local         RFC 3927 */
    {0xac100000, 12}, /* 172.16.0.0/12    private            RFC 1918 */
    {0xc0000000, 24}, /* 192.0.0.0/24     IETF protocols     RFC 6890 */
    {0xc0000200, 24}, /* 192.0.2.0/24     documentation      RFC 5737 */
    {0xc0586300, 24}, /* 192.88.99.0/24   6to4 relay anycast RFC 7526 */
    {0xc0a80000, 16}, /* 192.168.0.0/16   private            RFC 1918 */
    {0xc6120000, 15}, /* 198.18.0.0/15    benchmarking       RFC 2544 */
    {0xc6336400, 24}, /* 198.51.100.0/24  documentation      RFC 5737 */
    {0xcb007100, 24}, /* 203.0.113.0/24   documentation      RFC 5737 */
    {0xe0000000, 4},  /* 224.0.0.0/4      multicast          RFC 5771 */
    {0xf0000000, 4},  /* 240.0.0.0/4      reserved, broadcast RFC 1112 */
};

/* Global unicast, RFC 4291. Mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) forms lie outside it and are
 * refused whole: a resolver gives IPv4 hosts as IPv4, so nobody needs them who means well. */
static const struct prefix GLOBAL_IPV6 = {0x20000000, 3};

/* What is not for unicast traffic inside 2000::/3 (IANA IPv6 Special-Purpose Address Registry). */
static const struct prefix NOT_PUBLIC_IPV6[] = {
    {0x20010000, 23}, /* 2001::/23        IETF protocols: Teredo, benchmarking, ORCHID  RFC 2928 */
    {0x20010db8, 32}, /* 2001:db8::/32    documentation      RFC 3849 */
    {0x20020000, 16}, /* 2002::/16        6to4: any IPv4 address hides in it  RFC 3056 */
    {0x3fff0000, 20}, /* 3fff::/20        documentation      RFC 9637 */
};

static bool prefix_holds(struct prefix prefix, uint32_t bits)
{
    return (prefix.bits ^ bits) >> (32 - prefix.length) == 0;
}

static bool any_holds(const struct prefix *prefixes, size_t n, uint32_t bits)
{
    for (size_t i = 0; i < n; i++)
        if (prefix_holds(prefixes[i], bits))
            return true;
    return false;
}

static uint32_t ipv4_bits(const struct sockaddr *address)
{
    return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
}

static const struct in6_addr *ipv6_of(const struct sockaddr *address)
{
    return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
}

static uint32_t ipv6_bits(const struct sockaddr *address)
{
    const uint8_t *b = ipv6_of(address)->s6_addr;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

bool address_is_public(const struct sockaddr *address)
{
    enum { IPV4 = sizeof(NOT_PUBLIC_IPV4) / sizeof(NOT_PUBLIC_IPV4[0]) };
    enum { IPV6 = sizeof(NOT_PUBLIC_IPV6) / sizeof(NOT_PUBLIC_IPV6[0]) };
    if (address->sa_family == AF_INET)
        return !any_holds(NOT_PUBLIC_IPV4, IPV4, ipv4_bits(address));
    if (address->sa_family == AF_INET6)
        return prefix_holds(GLOBAL_IPV6, ipv6_bits(address)) &&
               !any_holds(NOT_PUBLIC_IPV6, IPV6, ipv6_bits(address));
    return false;
}

bool address_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return prefix_holds((struct prefix){0x7f000000, 8}, ipv4_bits(address));
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(ipv6_of(address));
}
