/* fail_plan.c -- a shim, preloaded into the program, that makes calls fail:
 * which one, and from when on.
 *
 * It stands before the C library and before a sanitizer's runtime, and hands
 * on to whatever is behind it.
 */
#include "fail_inside.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct fail_plan *plan;
static uintptr_t program_from, program_to;
static atomic_bool begun; /* around main() all is the libraries' own */

/* ---- whether a call is to fail ------------------------------------------- */

void shim_next(void *symbol, const char *name)
{
    *(void **)symbol = dlsym(RTLD_NEXT, name);
    if (*(void **)symbol == NULL)
        abort();
}

bool shim_is_due(enum fail_kind kind)
{
    unsigned long n;

    if (!begun)
        return false;
    n = atomic_fetch_add(&plan->seen[kind], 1) + 1;
    if (plan->kind != kind || plan->at == 0 ||
        (plan->forever ? n < plan->at : n != plan->at))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    return true;
}

bool shim_fails(enum fail_kind kind)
{
    if (!shim_is_due(kind))
        return false;
    errno = plan->error;
    return true;
}

/* In a storm each kind is disturbed every second time by itself: a loop over
 * poll() and recv() would else never see the second. */
static bool is_second(enum fail_kind kind)
{
    return atomic_load(&plan->seen[kind]) % 2 == 0;
}

static bool is_patient(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

bool shim_interrupts(enum fail_kind kind, bool waits)
{
    if (!begun || plan->storm != STORM_EINTR || !waits ||
        !is_second(kind))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    errno = EINTR;
    return true;
}

static bool is_early(int fd, enum fail_kind kind)
{
    if (!begun || plan->storm != STORM_EAGAIN || !is_second(kind) ||
        is_patient(fd))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    errno = EAGAIN;
    return true;
}

bool shim_cuts(void)
{
    return begun && plan->storm == STORM_SHORT;
}

/* 1, 2, 3, 1, ... bytes, but of a long stream more: a run is to end. */
size_t shim_piece(enum fail_kind kind, size_t len)
{
    unsigned long n;

    if (!shim_cuts())
        return len;
    n = atomic_load(&plan->seen[kind]);
    n = n < 500 ? 1 + n % 3 : 509;
    if (len <= n)
        return len;
    atomic_fetch_add(&plan->failed, 1);
    return n;
}

bool shim_disturbs(enum fail_kind kind, int fd)
{
    return shim_fails(kind) || shim_interrupts(kind, is_patient(fd)) ||
           is_early(fd, kind);
}

bool shim_is_ours(const void *caller)
{
    return (uintptr_t)caller >= program_from && (uintptr_t)caller < program_to;
}

/* ---- the plan -------------------------------------------------------------- */

static int find_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size, (void)ctx;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        if (program_from == 0)
            program_from = from;
        program_to = from + info->dlpi_phdr[i].p_memsz;
    }
    return 1; /* the first is the program */
}

static int (*program_main)(int, char **, char **);

/* Behind main() there are the reports of sanitizers and of coverage. */
static int watched_main(int argc, char **argv, char **env)
{
    int status;

    begun = plan != NULL;
    status = program_main(argc, argv, env);
    begun = false;
    return status;
}

CALL int fail_start(int (*main)(int, char **, char **), int argc, char **argv,
               void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
               void *stack) __asm__("__libc_start_main");
int fail_start(int (*main)(int, char **, char **), int argc, char **argv,
               void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
               void *stack)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void),
                void (*)(void), void (*)(void), void *);

    shim_next(&next, "__libc_start_main");
    program_main = main;
    return next(watched_main, argc, argv, init, fini, rtld_fini, stack);
}

/* Children of the program are left alone. */
__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(FAIL_PLAN);
    const int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    unsetenv(FAIL_PLAN);
    unsetenv("LD_PRELOAD");
    dl_iterate_phdr(find_program, NULL);
    if (map != MAP_FAILED)
        plan = map;
}
