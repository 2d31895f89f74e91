/* run_target.c -- makes a target of the library from the options of a device.
 */
#include "cli/run.h"

#include <stdio.h>

#include "os/console.h"

enum { WAIT_MS = 6 * 3600 * 1000 };

/* 0 makes the library wait for less time, if absent devices are skipped. */
static uint32_t connect_ms(const struct opts *o)
{
    return o->offline == OFFLINE_SKIP && !eo_opts_given(o, &o->connect_ms)
               ? 0
               : o->connect_ms;
}

struct espota_target eo_run_target(struct run_device *d)
{
    const struct opts *o = &d->opts;

    return ESPOTA_TARGET(
        .host = d->host,
        .port = (uint16_t)o->port,
        .protocol = espota_protocol_word_at((size_t)o->protocol),
        .profile = o->profile,
        .path = o->path,
        .user = o->user,
        .tls_ca = o->tls_ca,
        .passwords = (const char *const *)d->passwords.at,
        .n_passwords = d->passwords.n,
        .key = d->key.n > 0 ? d->key.at[0] : NULL,
        .how = o->how,
        .bind = o->host_ip,
        .family = eo_opts_family(o),
        .resolver = espota_resolver_at((size_t)o->resolver),
        .resolve = (const char *const *)o->resolve.at,
        .n_resolve = o->resolve.n,
        .wait_online_ms = o->wait_online_ms == 0 && o->offline == OFFLINE_WAIT
                              ? WAIT_MS
                              : o->wait_online_ms,
        .host_port_min = (uint16_t)o->host_port.from,
        .host_port_max = (uint16_t)o->host_port.to,
        .connect_ms = connect_ms(o),
        .stall_ms = o->stall_ms,
        .retries = o->retry,
        .retry_delay_ms = o->retry_delay_ms,
        .look_up_once =
            !eo_opts_given(o, &o->retry) && eo_console_draws(stderr),
        .max_ms = o->max_ms,
        .dry_run = o->dry_run,
        .verify = o->verify,
        .verify_ms = o->verify_ms,
        .expect_version = o->expect_version,
        .expect_hash = o->expect_hash,
        .if_changed = o->if_changed,
        .skip_absent = o->offline == OFFLINE_SKIP,
        .force = o->force,
        .known = d->known,
        .hold = d->hold,
        .tag = d);
}
