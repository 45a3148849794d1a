#include "io/sd.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

/* A path, or a name in the abstract namespace written with '@' for the leading NUL. */
static int notify_address(const char *path, struct sockaddr_un *ret_address, socklen_t *ret_len)
{
    size_t len = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof(ret_address->sun_path))
        return -EINVAL;
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret_address->sun_path, path, len);
    if (path[0] == '@')
        ret_address->sun_path[0] = '\0';
    /* An abstract name is as long as the length says: trailing NULs would be part of it. */
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return 0;
}

static int notify(const char *path, const char *state)
{
    struct sockaddr_un address;
    socklen_t len;
    int r = notify_address(path, &address, &len);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, len) < 0)
        r = -errno;
    close(fd);
    return r;
}

void sd_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (path == NULL || path[0] == '\0')
        return;
    int r = notify(path, state);
    if (r < 0)
        log_warning("service manager not notified: %s", strerror(-r));
}

static int64_t environment_number(const char *name)
{
    const char *text = getenv(name);
    int64_t value;
    return text != NULL && str_to_int64(slice_of(text), &value) == 0 ? value : 0;
}

int64_t sd_watchdog_interval_ms(void)
{
    if (getenv("WATCHDOG_PID") != NULL && environment_number("WATCHDOG_PID") != (int64_t)getpid())
        return 0;
    int64_t usec = environment_number("WATCHDOG_USEC");
    if (usec <= 0)
        return 0;
    /* sd_watchdog_enabled(3) asks for a sign of life every half of the interval; never 0, which means "off".
     */
    return usec >= 2000 ? usec / 2000 : 1;
}
