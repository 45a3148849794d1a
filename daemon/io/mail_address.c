#include "io/mail_address.h"

#include <stddef.h>
#include <string.h>

/* RFC 5321 section 4.5.3.1 and its erratum 1690; labels: RFC 1035 section 2.3.4. */
enum { ADDRESS_MAX = 254, LOCAL_MAX = 64, LABEL_MAX = 63 };

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Parts of one to `max` bytes out of `allowed`, joined by single dots, `n` bytes in all. */
static bool is_dotted(const char *p, size_t n, const char *allowed, size_t max)
{
    for (const char *end = p + n;; p++) {
        size_t part = strspn(p, allowed);
        if (part > (size_t)(end - p))
            part = (size_t)(end - p);
        if (part == 0 || part > max)
            return false;
        p += part;
        if (p == end)
            return true;
        if (*p != '.')
            return false;
    }
}

/* Labels neither begin nor end with a hyphen. */
static bool is_domain(const char *domain)
{
    size_t n = strlen(domain);
    if (!is_dotted(domain, n, ALPHANUMERIC "-", LABEL_MAX) || domain[0] == '-' || domain[n - 1] == '-')
        return false;
    return strstr(domain, "-.") == NULL && strstr(domain, ".-") == NULL;
}

bool mail_address_is_valid(const char *address)
{
    const char *at = strchr(address, '@');
    if (at == NULL || strlen(address) > ADDRESS_MAX)
        return false;
    size_t local = (size_t)(at - address);
    if (local > LOCAL_MAX || !is_dotted(address, local, ALPHANUMERIC "!#$%&*+/=?^_{|}~-", LOCAL_MAX))
        return false;
    return is_domain(at + 1);
}
