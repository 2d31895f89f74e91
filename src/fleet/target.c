/* target.c -- our own copy of a struct espota_target. */
#include "fleet/target.h"

#include <string.h>

#include "base/device.h"
#include "base/given.h"
#include "base/hex.h"
#include "base/mem.h"
#include "fleet/protocol.h"
#include "fleet/target_web.h"
#include "names/resolve.h"
#include "net/iface.h"

/* Accepts a bare host or a URL.  "NAME=" and ":PORT" are only for people. */
static int check_host(const char *text, struct espota_error *err)
{
    struct device_words d;

    if (text == NULL || text[0] == '\0')
        return eo_fail(err, ESPOTA_E_USAGE, "the target has no name");
    if (eo_device_read(&d, text, err) != 0)
        return -1;
    if (d.name.at != NULL || (d.port != 0 && !d.url))
        return eo_fail_advice(err, ESPOTA_E_USAGE, ESPOTA_ADVICE_GIVE_PORT,
                              NULL, "\"%s\" is neither a name nor an address", text);
    return 0;
}

static bool is_known_name(const char *text)
{
    const char *equals = strchr(text, '=');
    struct addr a;

    return equals != NULL && equals != text &&
           eo_addr_parse(&a, equals + 1) != -1;
}

static int check(const struct espota_target *t, struct espota_error *err)
{
    const struct protocol *speaks;
    const struct web_profile *profile;

    if (check_host(t->host, err) != 0)
        return -1;
    speaks = eo_protocol_of(t);
    for (size_t i = 0; i < t->n_resolve; i++)
        if (!is_known_name(t->resolve[i]))
            return eo_fail(err, ESPOTA_E_USAGE,
                           "\"%s\" is not NAME=ADDRESS", t->resolve[i]);
    if (speaks == NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "this build has no protocol \"%s\"",
                       t->protocol);
    if (eo_is_url(t->host) && !speaks->by_url)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s is for the protocol \"web\", not \"%s\"", t->host,
                       t->protocol);
    /* Check it even if it turns out that the device has no page. */
    if (eo_target_web_profile(t->profile, &profile, err) != 0)
        return -1;
    if (t->family != 0 && t->family != 4 && t->family != 6)
        return eo_fail(err, ESPOTA_E_USAGE, "there is no IPv%d", t->family);
    if (t->bind != NULL && eo_addr_check_local(t->bind, err) != 0)
        return -1;
    if (t->resolver != NULL && !eo_resolver_known(t->resolver))
        return eo_fail(err, ESPOTA_E_USAGE, "there is no resolver \"%s\"",
                       t->resolver);
    return 0;
}

/* The text of a key never becomes part of a message. */
static int read_key(struct target *t, const char *text,
                    struct espota_error *err)
{
    static const char HINT[] =
        "copy the key from the device's configuration: 44 characters that end "
        "with =";
    static const uint8_t ZERO[NOISE_KEY];
    uint8_t key[NOISE_KEY] = {0};
    const int len = eo_unbase64(key, sizeof key, text);
    const bool none = memcmp(key, ZERO, sizeof key) == 0;

    t->has_key = len == NOISE_KEY && !none;
    if (t->has_key)
        memcpy(t->key, key, sizeof key);
    eo_wipe(key, sizeof key);
    if (len != NOISE_KEY)
        return eo_fail_hint(err, ESPOTA_E_USAGE, HINT,
                            "the key is not the base64 of %d bytes",
                            NOISE_KEY);
    if (none)
        return eo_fail_hint(err, ESPOTA_E_USAGE, HINT,
                            "an all-zero key stands for a device without one");
    return 0;
}

/* NULL stays NULL; false: no memory. */
static bool copy(const char **to, const char *from)
{
    *to = eo_strdup(from);
    return from == NULL || *to != NULL;
}

/* *n counts what was copied before memory ran out, if it did. */
static bool copy_list(const char *const **to, size_t *n,
                      const char *const *from, size_t n_from)
{
    const char **list = n_from > 0 ? eo_calloc(n_from, sizeof *list) : NULL;

    *to = list;
    for (*n = 0; list != NULL && *n < n_from; (*n)++)
        if (!copy(&list[*n], from[*n]))
            return false;
    return *n == n_from;
}

int eo_target_copy(struct target *to, const struct espota_target *given,
                   struct espota_error *err)
{
    struct espota_target own;
    const struct espota_target *from = &own;
    const struct protocol *speaks;
    bool ok;

    *to = (struct target){0};
    if (EO_GIVEN(struct espota_target, tag, &own, given, err) != 0 ||
        check(from, err) != 0)
        return -1;
    if (from->key != NULL && read_key(to, from->key, err) != 0)
        return -1;
    to->pub = *from;
    to->pub.key = NULL;
    to->pub.expect_version = to->pub.expect_hash = NULL;
    ok = copy(&to->pub.host, from->host);
    ok &= copy(&to->pub.protocol, from->protocol);
    ok &= copy(&to->pub.bind, from->bind);
    ok &= copy(&to->pub.resolver, from->resolver);
    ok &= copy(&to->pub.profile, from->profile);
    ok &= copy(&to->pub.path, from->path);
    ok &= copy(&to->pub.user, from->user);
    ok &= copy(&to->pub.tls_ca, from->tls_ca);
    ok &= copy(&to->pub.expect_version, from->expect_version);
    ok &= copy(&to->pub.expect_hash, from->expect_hash);
    ok &= copy_list(&to->pub.resolve, &to->pub.n_resolve, from->resolve,
                    from->n_resolve);
    ok &= copy_list(&to->pub.passwords, &to->pub.n_passwords, from->passwords,
                    from->n_passwords);
    if (!ok) {
        eo_target_free(to);
        return eo_fail_memory(err);
    }
    speaks = eo_protocol_of(&to->pub);
    if (eo_protocol_need(speaks, err) != 0) {
        eo_target_free(to);
        return -1;
    }
    if (speaks->prepare == NULL) {
        to->name = eo_strdup(to->pub.host);
        if (to->name != NULL)
            return 0;
        eo_fail_memory(err);
    } else if (speaks->prepare(to, err) == 0) {
        return 0;
    }
    eo_target_free(to);
    return -1;
}

void eo_target_wipe(struct target *t)
{
    eo_wipe(t->key, sizeof t->key);
    t->has_key = false;
    for (size_t i = 0; i < t->pub.n_passwords; i++)
        eo_free_secret((char *)t->pub.passwords[i]);
    eo_free((void *)t->pub.passwords);
    t->pub.passwords = NULL;
    t->pub.n_passwords = 0;
    eo_free((char *)t->pub.protocol);
    eo_free((char *)t->pub.bind);
    eo_free((char *)t->pub.resolver);
    t->pub.protocol = t->pub.bind = t->pub.resolver = NULL;
    eo_free((char *)t->pub.profile);
    eo_free((char *)t->pub.path);
    eo_free((char *)t->pub.user);
    eo_free((char *)t->pub.tls_ca);
    t->pub.profile = t->pub.path = t->pub.user = t->pub.tls_ca = NULL;
    eo_target_web_free(t);
    eo_free((char *)t->pub.expect_version);
    eo_free((char *)t->pub.expect_hash);
    t->pub.expect_version = t->pub.expect_hash = NULL;
    for (size_t i = 0; i < t->pub.n_resolve; i++)
        eo_free((char *)t->pub.resolve[i]);
    eo_free((void *)t->pub.resolve);
    t->pub.resolve = NULL;
    t->pub.n_resolve = 0;
}

void eo_target_free(struct target *t)
{
    eo_target_wipe(t);
    eo_free((char *)t->pub.host);
    t->pub.host = NULL;
}
