/* target_web.c -- what else a target for the protocol "web" needs. */
#include "fleet/target_web.h"

#include <string.h>

#include "base/device.h"
#include "base/mem.h"
#include "base/str.h"

static char *copy_part(const struct part *p)
{
    char *copy = eo_calloc(1, p->len + 1);

    if (copy != NULL)
        memcpy(copy, p->at, p->len);
    return copy;
}

static int read_url(struct target *t, struct espota_error *err)
{
    struct device_words d;

    if (eo_device_read(&d, t->pub.host, err) != 0)
        return -1;
    t->web.https = d.https;
    if (d.port != 0)
        t->pub.port = d.port;
    t->name = copy_part(&d.host);
    /* "http://kitchen/" means the device, not a path on it. */
    if (t->name != NULL && d.path.at != NULL && t->pub.path == NULL) {
        t->pub.path = copy_part(&d.path);
        if (t->pub.path == NULL)
            return eo_fail_memory(err);
    }
    return t->name != NULL ? 0 : eo_fail_memory(err);
}

int eo_target_web_profile(const char *name, const struct web_profile **out,
                          struct espota_error *err)
{
    enum { MOST = 16 };
    const char *names[MOST + 1];
    char near[DID_YOU_MEAN];
    size_t n = 0;

    *out = eo_web_profile(name);
    if (*out != NULL)
        return 0;
    for (; n < MOST && eo_web_profile_at(n) != NULL; n++)
        names[n] = eo_web_profile_at(n)->name;
    names[n] = NULL;
    return eo_fail(err, ESPOTA_E_USAGE, "there is no profile \"%s\"%s", name,
                   eo_did_you_mean(near, eo_nearest(name, names)));
}

/* Fills in what kind of page it is: everything except its address. */
static int choose(struct target *t, const char *profile,
                  struct espota_error *err)
{
    struct web_job *web = &t->web;

    if (eo_target_web_profile(profile, &web->profile, err) != 0)
        return -1;
    if (t->pub.how.type == ESPOTA_TYPE_FILESYSTEM &&
        web->profile->fs_path == NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the profile \"%s\" carries no filesystem images",
                       web->profile->name);
    return 0;
}

/* Fills in its address. */
static int locate(struct target *t, uint16_t port, struct espota_error *err)
{
    struct web_job *web = &t->web;

    if (t->pub.path != NULL && t->pub.path[0] != '/')
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the path \"%s\" does not begin with a /",
                       t->pub.path);
    web->host = t->name;
    web->port = port;
    web->path = t->pub.path;
    web->user = t->pub.user;
    web->ca = t->pub.tls_ca;
    return 0;
}

int eo_target_web_found(struct target *t, const char *profile, uint16_t *port,
                        struct espota_error *err)
{
    if (choose(t, t->pub.profile != NULL ? t->pub.profile : profile, err) != 0)
        return -1;
    if (t->pub.port != 0)
        *port = t->pub.port;
    else if (*port == 0)
        *port = t->web.profile->port;
    t->web.found = t->pub.profile == NULL;
    return locate(t, *port, err);
}

int eo_target_web(struct target *t, struct espota_error *err)
{
    const struct web_job *web = &t->web;

    if (choose(t, t->pub.profile, err) != 0)
        return -1;
    if (eo_is_url(t->pub.host)) {
        if (read_url(t, err) != 0)
            return -1;
    } else {
        t->name = eo_strdup(t->pub.host);
        if (t->name == NULL)
            return eo_fail_memory(err);
    }
    if (t->pub.port == 0)
        t->pub.port = web->https ? 443 : web->profile->port;
    return locate(t, t->pub.port, err);
}

void eo_target_web_free(struct target *t)
{
    eo_free((char *)t->name);
    t->name = NULL;
    t->web = (struct web_job){0};
}
