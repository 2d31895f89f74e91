/* windows.h -- what the files of this system share: its own headers, its text
 * and ours, its errors and ours.  For the files of src/os/ that end in
 * _windows.c alone, which include it before any header of the system.
 */
#ifndef EO_WINDOWS_H
#define EO_WINDOWS_H

/* Windows 10, from version 1709 on. */
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#undef WINVER
#define WINVER 0x0A00
#undef NTDDI_VERSION
#define NTDDI_VERSION 0x0A000004
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN 1
#endif
/* In this order: windows.h alone would bring the sockets of 1993. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "os/addr.h"

/* ---- text: text_windows.c ------------------------------------------------ */

/* UTF-8 to UTF-16 and back, to be freed with eo_free(); NULL with errno, which
 * is ENOMEM, or EILSEQ where it is no such text. */
wchar_t *eo_windows_wide(const char *utf8);
char *eo_windows_utf8(const wchar_t *wide);

/* ---- errors: error_windows.c --------------------------------------------- */

/* What the system calls code, be it of its files or of its sockets, as errno
 * says it; EIO where errno has no word for it. */
int eo_windows_errno(DWORD code);
/* The same for the last error of this thread, into errno.  Gives -1. */
int eo_windows_fail(void);
/* The words for an errno; those of the C library stop short of sockets. */
const char *eo_windows_text(int sys);

/* ---- sockets: sock_windows.c, addr_windows.c ----------------------------- */

struct windows_addr {
    struct sockaddr_storage sa;
    int len;
};

/* Of an address that is none: its length is 0. */
struct windows_addr eo_windows_addr(const struct addr *);
static inline const struct sockaddr *
eo_windows_sa(const struct windows_addr *a)
{
    return (const struct sockaddr *)&a->sa;
}

/* As it stands there, an IPv4 address in IPv6 included. */
void eo_windows_to_addr(struct addr *, const struct sockaddr *);
/* The family as the system calls it. */
int eo_windows_family(int family);

/* The sockets of the system can be used.  0, or -1 with errno. */
int eo_windows_sockets(void);
/* Non-blocking, and no process inherits it; OS_NO_SOCKET with errno. */
int eo_windows_socket(int family, int type);
/* os_socket has the lower 32 bits of a handle, which are all that count. */
static inline SOCKET eo_windows_handle(int socket)
{
    return (SOCKET)(INT_PTR)socket;
}
static inline int eo_windows_socket_of(SOCKET s)
{
    return (int)(INT_PTR)s;
}
/* Closes it, keeps errno, gives OS_NO_SOCKET. */
int eo_windows_give_up(SOCKET);

#endif
