/* page.c -- pushing an image to a device's web page: the profiles, and how its
 * requests name it.
 */
#include "web/page.h"

#include <string.h>

#include "proto/proto.h"
#include "wire/arduino.h"

static const struct web_profile PROFILES[] = {
    {"esphome", "/update", NULL, "update", NULL, "/", "admin", 80, false, true,
     false, ARDUINO_ANY},
    {"esp8266", "/update", "/update", "firmware", "filesystem", NULL, "admin",
     80, false, true, false, ARDUINO_ESP8266},
    {"esp32", "/update", "/update", "firmware", "filesystem", NULL, "admin", 80,
     true, true, false, ARDUINO_ESP32},
    {"pico", "/update", "/update", "firmware", "filesystem", NULL, "admin", 80,
     false, true, false, ARDUINO_PICO},
    /* It answers a POST without a body with 401 or 400, and stores nothing. */
    {"sketch", "/sketch", "/data", NULL, NULL, NULL, "arduino", 65280, false,
     false, true, ARDUINO_ANY},
};

const struct web_profile *eo_web_profile_at(size_t i)
{
    return i < sizeof PROFILES / sizeof *PROFILES ? &PROFILES[i] : NULL;
}

const struct web_profile *eo_web_profile(const char *name)
{
    for (size_t i = 0; i < sizeof PROFILES / sizeof *PROFILES; i++)
        if (name == NULL || strcmp(PROFILES[i].name, name) == 0)
            return &PROFILES[i];
    return NULL;
}

/* ---- how it is named ----------------------------------------------------- */

static void add_host(struct text *t, const struct web_job *job,
                     const char *percent)
{
    const char *scope = strchr(job->host, '%');
    const bool six = strchr(job->host, ':') != NULL;
    const size_t len = scope != NULL ? (size_t)(scope - job->host)
                                     : strlen(job->host);

    eo_text_add(t, "%s%.*s", six ? "[" : "", (int)len, job->host);
    if (scope != NULL && percent != NULL)
        eo_text_add(t, "%s%s", percent, scope + 1);
    eo_text_add(t, "%s", six ? "]" : "");
    if (job->port != (job->https ? 443 : 80))
        eo_text_add(t, ":%u", job->port);
}

void eo_web_host(struct text *t, const struct web_job *job)
{
    add_host(t, job, NULL);
}

void eo_web_url(struct text *t, const struct web_job *job, const char *path)
{
    eo_text_add(t, "%s://", job->https ? "https" : "http");
    add_host(t, job, "%25");
    eo_text_add(t, "%s", path);
}

const char *eo_web_path(const struct web_job *job, bool filesystem)
{
    if (job->path != NULL)
        return job->path;
    return filesystem ? job->profile->fs_path : job->profile->path;
}

/* ---- as a protocol ------------------------------------------------------- */

/* The wire is libcurl's (web/push.c), and a build without it refuses such
 * a target: this machine stands in the list of protocols and does not run. */

static void init(struct proto *p, const struct proto_job *job)
{
    (void)p;
    (void)job;
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    (void)ev;
    eo_fail(&p->error, ESPOTA_E_USAGE,
            "the protocol \"web\" needs libcurl");
    return p->status = PROTO_FAILED;
}

static void want(const struct proto *p, struct proto_want *w)
{
    *w = (struct proto_want){
        .open = p->status == PROTO_RUNNING ? 1u << PROTO_STREAM : 0,
        .timeout_ms = 1,
        .phase = ESPOTA_PHASE_CONNECT,
        .doing = "connecting"};
}

static uint16_t port_for(const char *chip)
{
    (void)chip;
    return 0;
}

const struct proto_ops eo_proto_web = {
    .name = "web",
    .summary = "the upload form of the device's web page",
    .port = 80,
    .listens = true,
    .size = sizeof(struct proto),
    .refuses = 1u << ESPOTA_TYPE_PARTITION_TABLE | 1u << ESPOTA_TYPE_BOOTLOADER,
    .init = init,
    .step = step,
    .want = want,
    .port_for = port_for,
};
