/* Which network addresses a transfer may reach (no request to inner networks on a peer's behalf, guarantee
 * G8). */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Public unicast only: refuses loopback, private, link-local, shared (100.64/10), multicast, reserved,
 * IPv4-mapped and NAT64 forms of those, and everything outside 2000::/3 (IANA special-purpose registries, RFC
 * 6890). */
bool address_is_public(const struct sockaddr *address);

/* 127.0.0.0/8 and ::1. */
bool address_is_loopback(const struct sockaddr *address);

#endif
