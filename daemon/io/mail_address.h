/* E-mail addresses as we let them into an SMTP envelope and a header. */
#ifndef IO_MAIL_ADDRESS_H
#define IO_MAIL_ADDRESS_H

#include <stdbool.h>

/* Whether it is a bare local@domain of at most 254 ASCII bytes. Narrower than RFC 5321 on purpose: no quotes,
 * comments, address literals or white space, so that nothing in it can end a command or a header (libcurl
 * does not check). */
bool mail_address_is_valid(const char *address);

#endif
