/* name.c -- literal, in .local, bare, or a name of DNS. */
#include "names/name.h"

#include <string.h>

#include "base/str.h"
#include "os/sock.h"

/* With something before it, and perhaps a dot after it. */
static bool is_local(const char *name)
{
    char last[sizeof ".local"];
    const size_t n = strlen(name), tail = sizeof ".local" - 1;
    const size_t dot = n > 0 && name[n - 1] == '.';

    if (n < tail + dot + 1)
        return false;
    memcpy(last, name + n - dot - tail, tail);
    last[tail] = '\0';
    return eo_same_nocase(last, ".local");
}

enum name_kind eo_name_kind(const char *name)
{
    struct addr a;

    if (eo_addr_parse(&a, name) != -1)
        return NAME_ADDRESS;
    if (is_local(name))
        return NAME_LOCAL;
    return strchr(name, '.') == NULL ? NAME_BARE : NAME_DNS;
}

bool eo_name_for_mdns(const char *name, char out[NAME_SPACE])
{
    const enum name_kind kind = eo_name_kind(name);
    struct text t;

    if (kind != NAME_LOCAL && kind != NAME_BARE)
        return false;
    eo_text_init(&t, out, NAME_SPACE);
    eo_text_add(&t, "%s%s", name, kind == NAME_BARE ? ".local" : "");
    return !t.cut;
}

bool eo_name_is_address(const char *name)
{
    return eo_name_kind(name) == NAME_ADDRESS;
}
