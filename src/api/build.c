/* build.c -- which version this is, and what was built into it. */
#include <espota/fleet.h>

#include "crypto/library.h"
#include "fleet/protocol.h"
#include "image/gzip.h"
#include "names/resolve.h"
#include "serve/httpd.h"
#include "web/push.h"

/* One row for each library: a function that gives its name, or NULL if it was
 * left out, and the feature that is missing then. */
static const struct {
    const char *(*name)(void);
    const char *feature; /* NULL: cannot be left out */
} PARTS[] = {
    {eo_crypto_library, NULL},
    {eo_gzip_library, "gzip (libdeflate)"},
    {eo_http_push_library, "the protocol web (libcurl)"},
    {eo_httpd_library, "serve (libmicrohttpd)"},
    {eo_resolve_library, "mDNS by a daemon (Avahi, dns_sd)"},
};

enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

const char *espota_version(void)
{
    return ESPOTA_VERSION;
}

const char *espota_library_at(size_t i)
{
    for (size_t k = 0; k < N_PARTS; k++)
        if (PARTS[k].name() != NULL && i-- == 0)
            return PARTS[k].name();
    return NULL;
}

const char *espota_left_out_at(size_t i)
{
    for (size_t k = 0; k < N_PARTS; k++)
        if (PARTS[k].name() == NULL && i-- == 0)
            return PARTS[k].feature;
    return NULL;
}

bool espota_protocol_at(size_t i, struct espota_protocol *out)
{
    const struct protocol *p;

    for (size_t k = 0; (p = eo_protocol_at(k)) != NULL; k++)
        if (eo_protocol_is_built_in(p) && i-- == 0) {
            *out = (struct espota_protocol){p->name, p->summary};
            return true;
        }
    return false;
}
