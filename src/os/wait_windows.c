/* wait_windows.c -- select(), which on Windows has no limit but the room that it
 * is given.
 *
 * WSAPoll() would be shorter, but: until version 2004 it does not tell of a
 * connect that failed, and of a peer that says no more it tells those, too, who
 * only want to write, so that they would not wait at all.
 */
#include "os/windows.h"

#include <errno.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/wait.h"

enum { TRIES = 50, PAUSE_MS = 20 };

/* An fd_set, whose array is as long as there are places. */
struct set {
    u_int n;
    SOCKET at[];
};

struct place {
    os_socket fd;
    int want, ready;
};

struct waits {
    size_t places;
    struct set *set[3]; /* READ, WRITE, FAILED */
    struct place at[];
};

enum { READ, WRITE, FAILED, SETS };

static const struct {
    int asked, told;
} MEANS[SETS] = {
    [READ] = {OS_READ, OS_READ},
    [WRITE] = {OS_WRITE, OS_WRITE},
    [FAILED] = {OS_WRITE, OS_READ | OS_WRITE}, /* to connect */
};

int eo_waits_room(struct waits **w, size_t places)
{
    struct waits *more;

    if (*w == NULL && (*w = eo_calloc(1, sizeof **w)) == NULL)
        return -1;
    for (int i = 0; i < SETS; i++) {
        struct set *set = eo_resize((*w)->set[i], 1,
                                    sizeof *set + places * sizeof set->at[0]);

        if (set == NULL)
            return -1;
        (*w)->set[i] = set;
    }
    more = eo_resize(*w, 1, sizeof *more + places * sizeof more->at[0]);
    if (more == NULL)
        return -1;
    for (size_t i = more->places; i < places; i++)
        more->at[i] = (struct place){.fd = OS_NO_SOCKET};
    more->places = places;
    *w = more;
    return 0;
}

void eo_waits_free(struct waits *w)
{
    for (int i = 0; w != NULL && i < SETS; i++)
        eo_free(w->set[i]);
    eo_free(w);
}

void eo_waits_put(struct waits *w, size_t place, os_socket fd, int want)
{
    w->at[place] =
        (struct place){.fd = want != 0 ? fd : OS_NO_SOCKET, .want = want};
}

static void fill(struct waits *w, size_t n)
{
    for (int i = 0; i < SETS; i++) {
        struct set *set = w->set[i];

        set->n = 0;
        for (size_t k = 0; k < n; k++)
            if (w->at[k].fd >= 0 && (w->at[k].want & MEANS[i].asked) != 0)
                set->at[set->n++] = eo_windows_handle(w->at[k].fd);
    }
}

/* They come back in the order in which they were given, as far as anybody
 * knows; one that is not next is looked for all the same. */
static bool is_in(const struct set *set, SOCKET s, u_int *next)
{
    if (*next < set->n && set->at[*next] == s) {
        (*next)++;
        return true;
    }
    for (u_int i = 0; i < set->n; i++)
        if (set->at[i] == s)
            return true;
    return false;
}

/* How many places are ready. */
static int read_sets(struct waits *w, size_t n)
{
    u_int next[SETS] = {0};
    int ready = 0;

    for (size_t k = 0; k < n; k++) {
        struct place *p = &w->at[k];

        for (int i = 0; i < SETS && p->fd >= 0; i++)
            if ((p->want & MEANS[i].asked) != 0 &&
                is_in(w->set[i], eo_windows_handle(p->fd), &next[i]))
                p->ready |= MEANS[i].told;
        ready += p->ready != 0;
    }
    return ready;
}

/* Somebody closed a socket that is still waited for: that one is ready, as its
 * owner will see. */
static int find_closed(struct waits *w, size_t n)
{
    int closed = 0;

    for (size_t k = 0; k < n; k++) {
        int type, len = sizeof type;

        if (w->at[k].fd < 0 ||
            getsockopt(eo_windows_handle(w->at[k].fd), SOL_SOCKET, SO_TYPE,
                       (char *)&type, &len) == 0)
            continue;
        w->at[k].ready = OS_READ | OS_WRITE;
        closed++;
    }
    return closed;
}

/* As select(), which wants at least one socket. */
static int ask(struct waits *w, size_t n, int max_ms)
{
    struct timeval max = {.tv_sec = max_ms / 1000,
                          .tv_usec = max_ms % 1000 * 1000};

    fill(w, n);
    if (w->set[READ]->n + w->set[WRITE]->n == 0) {
        Sleep(max_ms < 0 ? INFINITE : (DWORD)max_ms);
        return 0;
    }
    return select(0, (fd_set *)w->set[READ], (fd_set *)w->set[WRITE],
                  (fd_set *)w->set[FAILED], max_ms < 0 ? NULL : &max);
}

static bool is_shortage(int code)
{
    return code == WSAENOBUFS || code == WSA_NOT_ENOUGH_MEMORY;
}

int eo_waits_turn(struct waits *w, size_t n, int max_ms)
{
    int got;

    if (w == NULL) {
        Sleep(max_ms < 0 ? INFINITE : (DWORD)max_ms);
        return 0;
    }
    for (size_t k = 0; k < n; k++)
        w->at[k].ready = 0;
    got = ask(w, n, max_ms);
    for (int i = 0; got < 0 && is_shortage(WSAGetLastError()) && i < TRIES;
         i++) {
        eo_sleep_ms(PAUSE_MS);
        got = ask(w, n, 0);
    }
    if (got > 0)
        return read_sets(w, n);
    if (got < 0 && WSAGetLastError() == WSAENOTSOCK)
        return find_closed(w, n);
    if (got < 0) {
        eo_windows_fail();
        got = errno;
        eo_sleep_ms(PAUSE_MS); /* who goes on all the same does not spin */
        errno = got;
        return -1;
    }
    return 0;
}

int eo_waits_ready(const struct waits *w, size_t place, os_socket *fd)
{
    *fd = w->at[place].fd;
    return w->at[place].ready;
}
