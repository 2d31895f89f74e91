/* err.h -- fill a struct espota_error, once, where the cause is known. */
#ifndef EO_ERR_H
#define EO_ERR_H

#include <espota/error.h>

#if defined(__GNUC__)
/* As C has it: "printf" would be what Windows' own knows, which is not called. */
#ifdef __MINGW32__
#define EO_PRINTF(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#else
#define EO_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#endif
#define EO_MUST_CHECK __attribute__((warn_unused_result))
#else
#define EO_PRINTF(fmt, args)
#define EO_MUST_CHECK
#endif

/* Each returns -1, so that a caller can write "return eo_fail(err, ...)".
 * err may be NULL.  A message is lower case, has no full stop and does not
 * name the device: whoever reports it puts the name in front. */
int eo_fail(struct espota_error *err, enum espota_category category,
            const char *fmt, ...) EO_PRINTF(3, 4);

/* INTERNAL, "out of memory". */
int eo_fail_memory(struct espota_error *err);

/* Adds what to try next; the hint is a static imperative sentence. */
int eo_fail_hint(struct espota_error *err, enum espota_category category,
                 const char *hint, const char *fmt, ...) EO_PRINTF(4, 5);

/* Adds what the caller can do about it, and the same as a hint, which is
 * static; NULL: the advice's own words.  A program puts an advice into the
 * words of its options: no hint or message of the library names one. */
int eo_fail_advice(struct espota_error *err, enum espota_category category,
                   enum espota_advice advice, const char *hint,
                   const char *fmt, ...) EO_PRINTF(5, 6);

/* Sets both in an error that is filled already. */
int eo_advise(struct espota_error *err, enum espota_advice advice,
              const char *hint);

/* A hint and an advice, as the last two members of a row of a table. */
#define EO_ADVICE(name, hint) hint, ESPOTA_ADVICE_##name

/* For the same reason as why (category, hint and advice), with another
 * message. */
int eo_fail_as(struct espota_error *err, const struct espota_error *why,
               const char *fmt, ...) EO_PRINTF(3, 4);

/* A system call failed with errno value sys.  The category becomes INTERNAL if
 * this machine lacks descriptors, memory, disk or room in a file. */
int eo_fail_sys(struct espota_error *err, enum espota_category category,
                int sys, const char *fmt, ...) EO_PRINTF(4, 5);

/* There was no descriptor: others hold them, and will give them back. */
bool eo_is_want_of_fds(int sys);

/* The hint for an outcome that is not known. */
#define EO_CHECK_FIRST                                                        \
    "check which firmware the device runs before flashing it again"

/* The device said no, in its own words or code (copied, cut to fit). */
int eo_fail_device(struct espota_error *err, enum espota_category category,
                   const char *device, const char *hint, const char *fmt, ...)
    EO_PRINTF(5, 6);

#endif
