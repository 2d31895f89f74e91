/* prepared.h -- what every socket has to be, whoever made it. */
#ifndef TEST_SUPPORT_PREPARED_H
#define TEST_SUPPORT_PREPARED_H

#include "support/test.h"

#include "os/sock.h"

#ifdef _WIN32
#include <windows.h>

/* What waits for nothing is only seen by asking it. */
static inline void check_prepared(os_socket s)
{
    DWORD flags = HANDLE_FLAG_INHERIT;

    assert_true(s >= 0);
    assert_true(GetHandleInformation((HANDLE)(intptr_t)s, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
}
#else
#include <fcntl.h>

static inline void check_prepared(os_socket s)
{
    assert_true(s >= 0);
    assert_true(fcntl(s, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(s, F_GETFD) & FD_CLOEXEC);
}
#endif

#endif
