/* name.h -- what kind of name a device has, and so who may know it: the one
 * rule for uploads, waiting, verifying and discovering.
 */
#ifndef EO_NAME_H
#define EO_NAME_H

#include <stdbool.h>

enum name_kind {
    NAME_ADDRESS, /* nobody need be asked */
    NAME_LOCAL,   /* "kitchen.local": mDNS's own; DNS is asked, and believed
                     only where mDNS is silent (RFC 6762 section 3) */
    NAME_BARE,    /* "kitchen": as it is by DNS, and in .local by mDNS */
    NAME_DNS      /* "kitchen.example.org": by DNS alone */
};

enum { NAME_SPACE = 256 + sizeof ".local" }; /* a longer name is not valid */

enum name_kind eo_name_kind(const char *name);

/* Its name in mDNS.  False: it has none. */
bool eo_name_for_mdns(const char *name, char out[NAME_SPACE]);

bool eo_name_is_address(const char *name);

#endif
