/* few_descriptors.h -- a process that may not open any more. */
#ifndef TEST_SUPPORT_FEW_DESCRIPTORS_H
#define TEST_SUPPORT_FEW_DESCRIPTORS_H

#include "support/test.h"

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

static inline void many_descriptors(const struct rlimit *before)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, before), 0);
}

/* No descriptor from n on (at most 63) can be had until many_descriptors(), and
 * poll() takes no more than n.  Skips the test where that is not so: valgrind
 * keeps such a limit from the kernel. */
static inline void few_descriptors(rlim_t n, struct rlimit *before)
{
    struct pollfd none = {.fd = -1}, more[64];
    struct rlimit few;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
    few = (struct rlimit){.rlim_cur = n, .rlim_max = before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (size_t i = 0; i < 64; i++)
        more[i] = none;
    if (poll(more, 64, 0) != 0)
        return;
    many_descriptors(before);
    skip_because("the kernel does not hear of the limit of descriptors");
}

/* The lowest that is free: few_descriptors() from there on leaves none, and from
 * one above it one. */
static inline rlim_t next_descriptor(void)
{
    const int fd = dup(0);

    assert_true(fd >= 0);
    close(fd);
    return (rlim_t)fd;
}

/* For a test that has something to free by then: skips it at its beginning. */
static inline void needs_few_descriptors(void)
{
    struct rlimit before;

    few_descriptors(3, &before);
    many_descriptors(&before);
}

#endif
