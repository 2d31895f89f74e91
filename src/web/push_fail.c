/* push_fail.c -- why there is no answer of a device's web page: libcurl's
 * codes in our words.
 */
#include "web/push.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/unreachable.h"
#include "os/sock.h"
#include "web/push_inside.h"
#include "web/verdict.h"

/* What libcurl knows better than we do; not once the device has it all. */
static const struct {
    CURLcode code;
    enum espota_category category;
    const char *message;
} CODES[] = {
    {CURLE_SSL_CONNECT_ERROR, ESPOTA_E_CONNECT, "the TLS handshake failed"},
    {CURLE_SSL_CACERT_BADFILE, ESPOTA_E_USAGE,
     "the file of certificates cannot be used"},
    {CURLE_UNSUPPORTED_PROTOCOL, ESPOTA_E_PROTOCOL,
     "this is not a web server"},
    {CURLE_WEIRD_SERVER_REPLY, ESPOTA_E_PROTOCOL, "this is not a web server"},
    {CURLE_INTERFACE_FAILED, ESPOTA_E_USAGE,
     "the local address or interface cannot be used"},
    {CURLE_OUT_OF_MEMORY, ESPOTA_E_INTERNAL, "out of memory"},
};

enum { LINE_MAX_CURL = 102400 }; /* of a header */

/* libcurl has no code of its own for an answer that it cannot read.  In the
 * clear, what goes wrong on the way comes with an errno; and it calls a header
 * "out of memory" that is longer than it takes, where there is plenty. */
static bool garbled(const struct push *p, CURLcode code)
{
    long sys = 0;
    void *plenty;

    if (p->heard > PUSH_HEARD_MAX)
        return true;
    if (p->starved)
        return false;
    if (code == CURLE_RECV_ERROR && !p->web->https && p->heard > 0)
        return curl_easy_getinfo(p->easy, CURLINFO_OS_ERRNO, &sys) ==
                   CURLE_OK &&
               sys == 0;
    if (code != CURLE_OUT_OF_MEMORY || p->heard == 0)
        return false;
    plenty = eo_calloc(1, LINE_MAX_CURL);
    eo_free(plenty);
    return plenty != NULL;
}

/* libcurl's words may hold a name out of the certificate. */
static void fail_certificate(struct push *p)
{
    static const char *const LEADS[] = {"SSL certificate problem: ", "SSL: "};
    const char *why = p->why;
    char safe[300];
    struct text t;

    for (size_t i = 0; i < sizeof LEADS / sizeof *LEADS; i++)
        if (eo_starts_with(why, LEADS[i]))
            why += strlen(LEADS[i]);
    eo_text_init(&t, safe, sizeof safe);
    eo_text_add_safe(&t, why, strlen(why));
    eo_fail_advice(&p->base.error, ESPOTA_E_POLICY,
                   p->web->ca == NULL ? ESPOTA_ADVICE_GIVE_CA
                                      : ESPOTA_ADVICE_NONE,
                   NULL, "the device's certificate is not trusted%s%s",
                   t.len > 0 ? ": " : "", safe);
}

/* There was no connection, and it is known why. */
static bool fail_connect(struct push *p, CURLcode code)
{
    long sys = 0;

    if (p->connected)
        return false;
    if (p->stalled)
        eo_unreachable_silent(&p->base.error, &p->base.addr[0],
                              p->base.c.n_addr, eo_push_patience(p));
    else if (code == CURLE_COULDNT_CONNECT &&
             curl_easy_getinfo(p->easy, CURLINFO_OS_ERRNO, &sys) == CURLE_OK &&
             sys != 0)
        eo_unreachable(&p->base.error, &p->base.addr[0],
                       p->base.c.bind != NULL, eo_sock_errno(sys));
    return p->stalled || sys != 0;
}

void eo_push_fail(struct push *p, CURLcode code)
{
    const bool no_http = p->said < 0 || garbled(p, code);

    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        fail_certificate(p);
        return;
    }
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (CODES[i].code == code && !p->committed && !no_http) {
            eo_fail(&p->base.error, CODES[i].category, "%s", CODES[i].message);
            return;
        }
    if (p->no_socket != 0 && !p->committed) {
        eo_unreachable(&p->base.error, &p->base.addr[0],
                       p->base.c.bind != NULL, p->no_socket);
        return;
    }
    if (fail_connect(p, code))
        return;
    eo_web_lost(
        &p->base.error,
        &(struct web_loss){.connected = p->connected,
                           .committed = p->committed,
                           .confirmed = p->taken == p->form->len && !p->guessed,
                           .probing = p->step<PUSH_POST, .stalled = p->stalled,
                                              .answering = p->heard> 0,
                           .garbled = no_http,
                           .cause = curl_easy_strerror(code)});
}
