/* Who somebody is to the system: the name of a user. */
#ifndef IO_LOGIN_H
#define IO_LOGIN_H

enum { LOGIN_SIZE = 65 };

/* The user on the other end of a connected Unix socket, as the kernel took it down at connect (SO_PEERCRED);
 * or of this process. The name of the user, or "uid 1234" where it has none that can be shown. Returns buf.
 */
const char *login_of_socket(int fd, char buf[LOGIN_SIZE]);
const char *login_of_self(char buf[LOGIN_SIZE]);

#endif
