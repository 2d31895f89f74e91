/* session.c -- the session of a simulated ArduinoOTA device: its faults, its
 * end, and the report.
 */
#include "sim_arduino/device.h"

static const struct arduino_config *config(const struct arduino_device *d)
{
    return d->base.sim->config;
}

static const struct arduino_core *core(const struct arduino_device *d)
{
    return &EO_SIM_ARDUINO_CORE[config(d)->core];
}

bool eo_sim_arduino_faulty(const struct arduino_device *d, enum arduino_fault f)
{
    const struct arduino_config *c = d->base.sim->config;

    return c->fault[f].on &&
           eo_sim_script_holds(c->fault_sessions, d->base.sessions + 1);
}

bool eo_sim_arduino_restarts(struct arduino_device *d,
                             enum arduino_restart step)
{
    const struct arduino_config *c = d->base.sim->config;

    return eo_sim_script_once(&d->base.restarted, c->restart, (int)step);
}

struct report *eo_sim_arduino_report(const struct arduino_device *d,
                                     const char *outcome, const char *words)
{
    const struct arduino_config *c = d->base.sim->config;
    const struct arduino_asked *a = &d->asked;
    struct report *r = eo_sim_report_new("session", &d->base);
    char text[ADDR_TEXT];

    eo_addr_text(&a->from, true, text);
    eo_sim_report_number(r, "session", d->base.sessions + 1);
    eo_sim_report_text(r, "peer", text);
    eo_sim_report_text(r, "outcome", outcome);
    eo_sim_report_text(r, "words", words);
    eo_sim_report_text(r, "auth",
                       !a->challenged                        ? "none"
                       : EO_SIM_ARDUINO_CORE[c->core].pbkdf2 ? "pbkdf2"
                                                             : "md5");
    eo_sim_report_number(r, "command", a->command);
    eo_sim_report_number(r, "host_port", a->port);
    eo_sim_report_number(r, "size", a->size);
    eo_sim_report_text(r, "md5_announced", a->md5);
    eo_sim_report_number(r, "invitations", a->invitations);
    eo_sim_report_number(r, "answers", a->answers);
    eo_sim_report_number(r, "denied", a->denied);
    eo_sim_report_number(r, "cancelled", a->cancelled);
    return r;
}

void eo_sim_arduino_hear(struct arduino_device *d, bool on)
{
    /* An ESP32 leaves new datagrams in its socket and reads them later. */
    if (d->watch != NULL && !core(d)->udp_in_callback)
        eo_watch_want(d->watch, on ? ESPOTA_READ : 0);
}

void eo_sim_arduino_over(struct arduino_device *d, struct report *r,
                         bool updated, unsigned violations)
{
    const bool reboots = updated && !eo_sim_arduino_faulty(d, FAULT_NO_REBOOT);

    d->state = IDLE;
    d->asked = (struct arduino_asked){0};
    d->base.sessions++;
    eo_sim_arduino_hear(d, true);
    eo_sim_session_end(&d->base, r, reboots, violations);
}

void eo_sim_arduino_restart(struct arduino_device *d)
{
    eo_sim_arduino_over(d, eo_sim_arduino_report(d, "restart", NULL), false, 0);
    eo_sim_restart(&d->base);
}
