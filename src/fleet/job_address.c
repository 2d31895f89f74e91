/* job_address.c -- the address and port of a job's device. */
#include "fleet/job_inside.h"

#include <string.h>

enum { ONCE_MS = 2000 };

static void on_resolver_log(void *ctx, const char *line)
{
    struct job *j = ctx;

    eo_report_log(&j->report, ESPOTA_LOG_INFO, "%s", line);
}

struct resolve *eo_job_resolve(struct job *j, resolve_fn *fn)
{
    const struct espota_target *t = &j->target.pub;

    return eo_resolve_start(
        j->c.loop,
        &(struct resolve_config){.name = j->target.name,
                                 .family = t->family,
                                 .timeout_ms = t->look_up_once ? ONCE_MS : 0,
                                 .resolver = t->resolver,
                                 .bind = t->bind,
                                 .given = t->resolve,
                                 .n_given = t->n_resolve,
                                 .log = on_resolver_log},
        fn, j);
}

uint16_t eo_job_port(const struct job *j)
{
    const uint16_t by_chip =
        j->speaks->port_for != NULL
            ? j->speaks->port_for(espota_image_info(j->c.image)->chip)
            : 0;

    if (j->target.pub.port != 0)
        return j->target.pub.port;
    if (j->announced_port != 0)
        return j->announced_port;
    return by_chip != 0 ? by_chip : j->speaks->port;
}

void eo_job_set_ports(struct job *j)
{
    for (size_t i = 0; i < j->n_addr; i++)
        eo_addr_set_port(&j->addr[i], eo_job_port(j));
}

void eo_job_set_addresses(struct job *j, const struct resolved *got)
{
    j->n_addr = got->n < ADDR_SHOWN ? got->n : ADDR_SHOWN;
    j->tried = 0;
    memcpy(j->addr, got->addr, j->n_addr * sizeof j->addr[0]);
    eo_job_set_ports(j);
}
