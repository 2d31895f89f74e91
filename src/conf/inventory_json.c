/* inventory_json.c -- a line of a targets file that is a JSON object. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/str.h"
#include "conf/inventory_inside.h"

/* A device may announce a name that cannot be given as a host. */
static const char *json_host(const json_t *o, bool found)
{
    static const char *const KEYS[] = {"host", "ip", "name"};
    const json_t *addresses = json_object_get(o, "addresses");

    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const char *host = json_string_value(json_object_get(o, KEYS[i]));
        struct device_words d;

        if (host != NULL && (!found || (host[0] != '@' &&
                                        eo_device_given(&d, host, NULL) == 0)))
            return host;
    }
    return json_string_value(json_array_get(addresses, 0));
}

/* "name" is the row's NAME only if the object also has a host. */
static const char *json_name(const json_t *o, const char *host)
{
    const char *name = json_string_value(json_object_get(o, "name"));

    return name != NULL && host != NULL && name != host && host[0] != '@' &&
                   eo_is_device_name(name, strlen(name))
               ? name
               : NULL;
}

static int json_setting(struct reading *r, struct target_row *row,
                        const char *key, const json_t *value)
{
    char number[32];

    if (eo_reading_key(key) == NULL || strcmp(key, "ip") == 0)
        return 0;
    if (json_is_string(value))
        return eo_reading_set(r, row, key, json_string_value(value));
    if (json_is_boolean(value))
        return eo_reading_set(r, row, key, json_is_true(value) ? "yes" : "no");
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld",
                 (long long)json_integer_value(value));
        return eo_reading_set(r, row, key, number);
    }
    return json_is_null(value)
               ? 0
               : eo_reading_complain(r, "not a string, number or boolean:", key);
}

/* Leaves out what jansson quotes from the line: it may be a password. */
static int no_object(struct reading *r, json_error_t *why)
{
    char *quote = strstr(why->text, " near '");

    if (quote != NULL)
        *quote = '\0';
    return eo_reading_complain(r, "no JSON object:", why->text);
}

int eo_json_target(struct reading *r, const char *line)
{
    json_error_t why = {.text = ""};
    json_t *o = json_loads(line, 0, &why);
    /* In the output of "discover --json", "auth" is a kind of login, not a
     * password. */
    const bool found = json_object_get(o, "txt") != NULL;
    const char *host = json_host(o, found), *name, *key;
    const size_t first = r->list->n;
    json_t *value;
    int rc = 0;

    if (!json_is_object(o))
        rc = no_object(r, &why);
    else if (host == NULL)
        rc = eo_reading_complain(r, "the object has no", "host");
    else if (host[0] == '\0' || eo_reading_add(r, host) != 0)
        rc = host[0] == '\0' ? eo_reading_complain(r, "empty:", "host") : -1;
    for (size_t i = first; rc == 0 && i < r->list->n; i++) {
        struct target_row *row = &r->list->at[i];

        name = json_name(o, host);
        if (name != NULL)
            rc = eo_targets_name(row, name, r->err);
        json_object_foreach(o, key, value)
            if (rc == 0 && !(found && strcmp(key, "auth") == 0))
                rc = json_setting(r, row, key, value);
        if (rc == 0)
            rc = eo_reading_end(r, row);
    }
    json_decref(o);
    return rc;
}
