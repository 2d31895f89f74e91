/* no_memory.h -- every allocation of a call fails, one after the other, those
 * of the libraries below us too.
 */
#ifndef TEST_SUPPORT_NO_MEMORY_H
#define TEST_SUPPORT_NO_MEMORY_H

#include "support/test.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#ifdef EO_WITH_GZIP
#include <libdeflate.h>
#endif

#include "base/mem.h"

static inline void *take(size_t size)
{
    return eo_resize(NULL, size, 1);
}

static inline void *take_for_openssl(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return take(size);
}

static inline void *resize_for_openssl(void *old, size_t size,
                                       const char *file, int line)
{
    (void)file, (void)line;
    return eo_resize(old, size, 1);
}

static inline void give_for_openssl(void *p, const char *file, int line)
{
    (void)file, (void)line;
    eo_free(p);
}

/* First of all in main(): OpenSSL must not have allocated yet. */
static inline void no_memory_for_libraries(void)
{
    assert_int_equal(CRYPTO_set_mem_functions(
                         take_for_openssl, resize_for_openssl,
                         give_for_openssl), 1);
#ifdef EO_WITH_GZIP
    libdeflate_set_memory_allocator(take, eo_free);
#endif
}

/* A descriptor that was not closed moves the next one. */
static inline int next_descriptor(void)
{
    const int fd = open("/dev/null", O_RDONLY);

    assert_true(fd >= 0);
    close(fd);
    return fd;
}

/* A helper thread that was left behind opens files and closes them until it is
 * through: once is enough. */
static inline void all_are_closed(int next)
{
    int now = next_descriptor();

    for (int i = 0; i < 30000 && now != next; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        now = next_descriptor();
    }
    assert_int_equal(now, next);
}

static unsigned long no_memory_from; /* 0: there is memory */

/* Whether an allocation has failed in this call. */
static inline bool ran_out(void)
{
    return no_memory_from > 0 && eo_alloc_count() >= no_memory_from;
}

/* Calls it until nothing was left to fail, which is to be after at least so
 * many calls; of the thousands of allocations of a library most are left out.
 * The first call, with all memory there is, is for what libraries keep.  What
 * is not freed, sanitizers and valgrind see. */
static inline void no_memory(void (*call)(void *ctx), void *ctx,
                             unsigned long least)
{
    const int fd = next_descriptor();

    call(ctx);
    for (int forever = 0; forever < 2; forever++) {
        unsigned long n = 0;
        bool failed;

        do {
            all_are_closed(fd);
            no_memory_from = n += n < 20 ? 1 : n / 2;
            eo_alloc_fail_at(n, forever);
            call(ctx);
            failed = ran_out();
            eo_alloc_fail_at(0, 0);
            no_memory_from = 0;
        } while (failed);
        assert_true(n > least);
    }
    all_are_closed(fd);
}

#endif
