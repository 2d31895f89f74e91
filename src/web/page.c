/* page.c -- pushing an image to a device's web page: the profiles, and how its
 * requests name it.
 */
#include "web/page.h"

#include <string.h>

#include "wire/arduino.h"

/* docs/ADDING-A-PAGE.md says how to add one. */
static const struct web_profile PROFILES[] = {
    {
        .name = "esphome",
        .path = "/update",
        .field = "update",
        .probe = "/",
        .user = "admin",
        .port = 80,
        .digest = true,
        .texts = ARDUINO_ANY,
    },
    {
        .name = "esp8266",
        .path = "/update",
        .fs_path = "/update",
        .field = "firmware",
        .fs_field = "filesystem",
        .user = "admin",
        .port = 80,
        .digest = true,
        .texts = ARDUINO_ESP8266,
    },
    {
        .name = "esp32",
        .path = "/update",
        .fs_path = "/update",
        .field = "firmware",
        .fs_field = "filesystem",
        .user = "admin",
        .port = 80,
        .origin = true,
        .digest = true,
        .texts = ARDUINO_ESP32,
    },
    {
        .name = "pico",
        .path = "/update",
        .fs_path = "/update",
        .field = "firmware",
        .fs_field = "filesystem",
        .user = "admin",
        .port = 80,
        .digest = true,
        .texts = ARDUINO_PICO,
    },
    {
        /* It answers a POST without a body with 401 or 400, and stores
         * nothing. */
        .name = "sketch",
        .path = "/sketch",
        .fs_path = "/data",
        .user = "arduino",
        .port = 65280,
        .bare = true,
        .texts = ARDUINO_ANY,
    },
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
