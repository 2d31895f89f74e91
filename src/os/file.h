/* file.h -- files of this machine, in words that every system has.
 *
 * Calls that fail give -1, NULL, false or OS_NO_FILE, and errno says why.
 */
#ifndef EO_FILE_H
#define EO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "os/stamp.h"

/* An open file, as the system identifies it; its value means nothing else.  It
 * is not inherited by a process that we start. */
typedef intptr_t os_file;

enum { OS_NO_FILE = -1 };

/* The words for errno behind a call of this header. */
const char *eo_file_text(int sys);

/* ---- opening ------------------------------------------------------------ */

/* Opens for reading; with a named pipe it waits for the writer. */
os_file eo_file_open(const char *path);
/* The same, but never waits. */
os_file eo_file_open_now(const char *path);

/* Opens a file below a folder, which path cannot leave, neither by a name that
 * begins with a dot nor by a link.  Its names are separated by '/'.  Never
 * waits. */
os_file eo_file_open_below(const char *folder, const char *path);

/* Opens for reading and appending; creates the file if it is missing. */
os_file eo_file_open_log(const char *path);

/* Why a file is not opened: the words follow "it", or, if they are about its
 * folder, "it lies in a folder that". */
struct file_doubt {
    const char *why; /* NULL: errno says it */
    bool of_folder;
};

/* Opens a regular file that nobody but the user and the administrator could
 * have written or put there.  A link is judged by what it leads to. */
os_file eo_file_open_trusted(const char *path, struct file_doubt *);

/* Standard input, which is not to be closed. */
os_file eo_file_stdin(void);

/* OS_NO_FILE is fine; errno stays as it was. */
void eo_file_close(os_file);

/* ---- as streams --------------------------------------------------------- */

/* For reading; the stream owns the file.  NULL: the file is still the
 * caller's. */
FILE *eo_file_stream(os_file);

/* As fopen(path, "r") and "w", but not inherited by a process that we
 * start. */
FILE *eo_file_stream_read(const char *path);
FILE *eo_file_stream_write(const char *path);

/* For writing and reading; it has no name, and is gone when it is closed. */
FILE *eo_file_stream_temporary(void);

/* Waits until the bytes of a stream are on the disk; does nothing for a pipe
 * or a terminal.  Flush the stream before. */
int eo_file_stream_sync(FILE *);

/* ---- what a file is ------------------------------------------------------ */

enum file_kind {
    FILE_REGULAR,
    FILE_FOLDER,
    FILE_OTHER /* a pipe, a terminal, a device */
};

struct file_facts {
    enum file_kind kind;
    struct stamp stamp;
    bool is_private; /* nobody but its owner may do anything with it */
    bool all_read;   /* every user of this machine may */
    bool all_write;
};

int eo_file_facts(const char *path, struct file_facts *);
int eo_file_facts_of(os_file, struct file_facts *);
int eo_file_facts_stream(FILE *, struct file_facts *);

/* Something has this name, even if it is a link that leads nowhere. */
bool eo_file_is_there(const char *path);

/* Whether we may; false with errno. */
bool eo_file_can_read(const char *path);
bool eo_file_can_write(const char *path);
/* It is a folder, and we may list it and open what is in it. */
bool eo_file_can_list(const char *path);

/* Of a regular file; fails with EISDIR, or EINVAL if it is not one. */
int eo_file_stamp(os_file, struct stamp *);

/* Whether somebody has it open for writing.  Linux says so of one's own files,
 * and if it says NONE, nobody can open it for writing until eo_file_let_go(): who
 * tries waits that long.  Windows says so of all, and lets them in. */
enum writers eo_file_hold(os_file);
/* errno stays as it was. */
void eo_file_let_go(os_file);

/* ---- reading ------------------------------------------------------------ */

/* The number of bytes, 0 at the end, or -1. */
ptrdiff_t eo_file_read(os_file, void *, size_t len);
/* The same at an offset; the position of eo_file_read() stays. */
ptrdiff_t eo_file_read_at(os_file, void *, size_t len, int64_t at);

/* All stamp->size bytes of a file that has this stamp before and after, and a
 * NUL behind them, to be freed with eo_free(); NULL with errno, which is
 * EAGAIN if it changed; *stamp is then the new one. */
uint8_t *eo_file_read_whole(os_file, struct stamp *);

/* The first line, without its end and without a byte order mark; what follows
 * it is left for others.  *eof: there is not even an empty line.  Fails with
 * EINTR (a signal asks us to end), EMSGSIZE (no room for it) or EILSEQ (it is
 * not text; UTF-16 is not); the line is then wiped. */
int eo_file_read_line(os_file, char *line, size_t cap, bool *eof);

/* ---- writing ------------------------------------------------------------ */

/* A new file for writing, which nobody but the user may read or write; fails
 * with EEXIST if anything has that name, even a link that leads nowhere. */
os_file eo_file_create(const char *path);
/* Creates the missing folders of path; only the user may use them. */
int eo_file_make_folders(const char *path);

/* Locks it for us alone, or shared with others who only read.  Does not wait:
 * fails with EWOULDBLOCK if another process has it. */
int eo_file_lock(os_file, bool shared);

/* Writes all of it; -1: perhaps only a part. */
int eo_file_write(os_file, const void *, size_t len);
/* Waits until what was written is on the disk. */
int eo_file_sync(os_file);
/* Where it ends; -1. */
int64_t eo_file_size(os_file);
int eo_file_cut(os_file, int64_t size);

/* Renames from to to, atomically: at any moment to is the old file or the new
 * one, complete. */
int eo_file_replace(const char *from, const char *to);

int eo_file_remove(const char *path);

/* A new file beside the one that path leads to, with the permissions that one
 * has, or would be given. */
struct file_beside {
    FILE *out;   /* the caller's to close */
    char *name;  /* of the new file, and of the one it is to replace */
    char *place;
};

/* May also fail with ENOMEM. */
int eo_file_beside(struct file_beside *, const char *path);
/* Frees the names; no file is touched. */
void eo_file_beside_free(struct file_beside *);

#endif
