/* discover_json.c -- a device that announces itself, for programs. */
#include "cli/discover.h"
#include "ui/json.h"

void eo_discover_json(const char *news, const struct espota_device *d)
{
    json_t *o = json_object(), *addresses = json_array(), *txt = json_object();

    if (news != NULL)
        json_object_set_new(o, "event", eo_json_text(news));
    json_object_set_new(o, "name", eo_json_text(d->name));
    json_object_set_new(o, "host", eo_json_text(d->host));
    for (size_t i = 0; i < d->n_addresses; i++)
        json_array_append_new(addresses, eo_json_text(d->addresses[i]));
    json_object_set_new(o, "addresses", addresses);
    json_object_set_new(o, "port",
                        d->port != 0 ? json_integer(d->port) : json_null());
    json_object_set_new(o, "protocol", eo_json_text(d->protocol));
    json_object_set_new(o, "profile", eo_json_text(d->profile));
    json_object_set_new(o, "auth", eo_json_text(d->auth));
    json_object_set_new(o, "board", eo_json_text(d->board));
    json_object_set_new(o, "platform", eo_json_text(d->platform));
    json_object_set_new(o, "version", eo_json_text(d->version));
    json_object_set_new(o, "mac", eo_json_text(d->mac));
    json_object_set_new(o, "friendly_name", eo_json_text(d->friendly_name));
    json_object_set_new(o, "config_hash", eo_json_text(d->config_hash));
    for (size_t i = 0; i < d->n_txt; i++)
        json_object_set_new(txt, d->txt[i].key, eo_json_text(d->txt[i].value));
    json_object_set_new(o, "txt", txt);
    json_object_set_new(o, "remark", eo_json_text(d->remark));
    (void)eo_json_line(stdout, o); /* stdout is checked at the end */
}
