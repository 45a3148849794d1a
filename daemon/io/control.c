#include "io/control.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <sys/un.h>

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    TIMEOUT_MS = 5 * 60 * 1000, /* the daemon answers once its engine is free */
};

static size_t take(char *bytes, size_t size, size_t n, void *userdata)
{
    return buf_append(userdata, bytes, size * n) == 0 ? n : 0;
}

static int result_of(CURL *easy, CURLcode code, long *ret_status)
{
    long error = 0;
    switch (code) {
    case CURLE_OK:
        return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, ret_status) == CURLE_OK ? 0 : -EIO;
    case CURLE_COULDNT_CONNECT:
        (void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
        return error > 0 ? -(int)error : -ECONNREFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        return -ETIMEDOUT;
    default:
        return -EIO;
    }
}

int control_post(
    const char *socket_path, const char *path, struct slice document, struct buf *ret_reply, long *ret_status)
{
    if (strlen(socket_path) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return -ENOENT; /* the daemon could not listen there either */
    CURL *easy = curl_easy_init();
    CURLU *url = curl_url();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    bool set = easy != NULL && headers != NULL && url != NULL &&
               curl_url_set(url, CURLUPART_URL, "http://localhost", 0) == CURLUE_OK &&
               curl_url_set(url, CURLUPART_PATH, path, 0) == CURLUE_OK &&
               curl_easy_setopt(easy, CURLOPT_CURLU, url) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)document.len) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_POSTFIELDS, document.data) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEDATA, ret_reply) == CURLE_OK;
    int r = set ? result_of(easy, curl_easy_perform(easy), ret_status) : -EIO;
    curl_slist_free_all(headers);
    curl_url_cleanup(url);
    curl_easy_cleanup(easy);
    return r;
}
