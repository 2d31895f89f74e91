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

/* An open file: what the system calls it, and nobody's to count with.  None is
 * handed to a process that we start. */
typedef intptr_t os_file;

enum { OS_NO_FILE = -1 };

/* The words for errno behind a call of this header. */
const char *eo_file_text(int sys);

/* ---- opening ------------------------------------------------------------ */

/* To read; of a named pipe it waits for the writer. */
os_file eo_file_open(const char *path);
/* The same, and nothing is waited for. */
os_file eo_file_open_now(const char *path);

/* A file below a folder, which path never leaves: neither by a name that begins
 * with a dot nor by a link.  Its names are separated by '/'.  Nothing is waited
 * for. */
os_file eo_file_open_below(const char *folder, const char *path);

/* To read, and to append to; it is made if it is not there. */
os_file eo_file_open_log(const char *path);

/* Why a file is not opened: its words follow "it", or, of its folder, "it lies
 * in a folder that". */
struct file_doubt {
    const char *why; /* NULL: no doubt, and errno says what is wrong */
    bool of_folder;
};

/* A regular file that nobody but the user and the administrator could have
 * written or put there.  A link is judged by what it leads to. */
os_file eo_file_open_trusted(const char *path, struct file_doubt *);

/* Standard input, which is not to be closed. */
os_file eo_file_stdin(void);

/* OS_NO_FILE is fine; errno stays as it was. */
void eo_file_close(os_file);

/* ---- as streams --------------------------------------------------------- */

/* To be read; the stream owns the file.  NULL: the file is still the caller's. */
FILE *eo_file_stream(os_file);

/* As fopen(path, "r") and "w", but no process that we start has them. */
FILE *eo_file_stream_read(const char *path);
FILE *eo_file_stream_write(const char *path);

/* To be written and read; it has no name, and is gone when it is closed. */
FILE *eo_file_stream_temporary(void);

/* The bytes of a stream are on the disk, which a pipe or a terminal does not
 * know of.  Flush it before. */
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

/* Something has this name, be it a link that leads nowhere. */
bool eo_file_is_there(const char *path);

/* We may; false with errno. */
bool eo_file_can_read(const char *path);
bool eo_file_can_write(const char *path);
/* It is a folder, and we may list it and open what is in it. */
bool eo_file_can_list(const char *path);

/* Of a regular file; fails with EISDIR, or EINVAL if it is none. */
int eo_file_stamp(os_file, struct stamp *);

/* Whether somebody has it open for writing.  Linux says so of one's own files,
 * and if it says NONE, nobody can open it for writing until eo_file_let_go(): who
 * tries waits that long.  Windows says so of all, and lets them in. */
enum writers eo_file_hold(os_file);
/* errno stays as it was. */
void eo_file_let_go(os_file);

/* ---- reading ------------------------------------------------------------ */

/* So many bytes, 0 at the end, or -1. */
ptrdiff_t eo_file_read(os_file, void *, size_t len);
/* The same at a place, which is not where eo_file_read() goes on. */
ptrdiff_t eo_file_read_at(os_file, void *, size_t len, int64_t at);

/* All stamp->size bytes of a file that has this stamp before and after, and a
 * NUL behind them, to be freed with eo_free(); NULL with errno, which is EAGAIN
 * where it changes: the stamp is that of now, then. */
uint8_t *eo_file_read_whole(os_file, struct stamp *);

/* The first line that comes, without its end and without a byte order mark;
 * what follows it is left for others.  *eof: there is not even an empty one.
 * Fails with EINTR (a signal asks us to end), EMSGSIZE (no room for it) or EILSEQ
 * (it is no text, as UTF-16 is none); the line is wiped, then. */
int eo_file_read_line(os_file, char *line, size_t cap, bool *eof);

/* ---- writing ------------------------------------------------------------ */

/* A new file to write to, which nobody but the user may read or write; fails with
 * EEXIST where anything has that name, be it a link that leads nowhere. */
os_file eo_file_create(const char *path);
/* The folders that path is in, as far as they are missing; what is made is the
 * user's alone. */
int eo_file_make_folders(const char *path);

/* Ours alone, or shared with others who only read it.  Does not wait: fails with
 * EWOULDBLOCK where another process has it. */
int eo_file_lock(os_file, bool shared);

/* All of it; -1: perhaps a part. */
int eo_file_write(os_file, const void *, size_t len);
/* What was written is on the disk. */
int eo_file_sync(os_file);
/* Where it ends; -1. */
int64_t eo_file_size(os_file);
int eo_file_cut(os_file, int64_t size);

/* to is what from was, whole, at any moment; from is gone. */
int eo_file_replace(const char *from, const char *to);

int eo_file_remove(const char *path);

/* A new file beside the one that path leads to, with the rights that one has,
 * or would be given. */
struct file_beside {
    FILE *out;   /* the caller's to close */
    char *name;  /* of the new file; its place: where it belongs */
    char *place;
};

/* Fails with ENOMEM, too. */
int eo_file_beside(struct file_beside *, const char *path);
/* The names; no file is touched. */
void eo_file_beside_free(struct file_beside *);

#endif
