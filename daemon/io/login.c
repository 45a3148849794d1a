#include "io/login.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

static const char *name_of(uid_t uid, char buf[LOGIN_SIZE])
{
    char texts[4096];
    struct passwd entry, *found = NULL;
    bool named = getpwuid_r(uid, &entry, texts, sizeof texts, &found) == 0 && found != NULL;
    if (named && str_is_line(slice_of(entry.pw_name)) && strlen(entry.pw_name) < LOGIN_SIZE)
        snprintf(buf, LOGIN_SIZE, "%s", entry.pw_name);
    else
        snprintf(buf, LOGIN_SIZE, "uid %lu", (unsigned long)uid);
    return buf;
}

const char *login_of_socket(int fd, char buf[LOGIN_SIZE])
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid != (uid_t)-1)
        return name_of(peer.uid, buf);
    buf[0] = '\0';
    return buf;
}

const char *login_of_self(char buf[LOGIN_SIZE])
{
    return name_of(getuid(), buf);
}
