/* story.h -- a command, and the devices it meets. */
#ifndef STORY_H
#define STORY_H

#include <stdbool.h>

struct story {
    const char *name;
    const char *sim;     /* espota-sim ...; NULL: nobody is there */
    const char *command; /* espota-c ... */
    bool libcurl;        /* which polls by itself, too */
    bool lab;            /* it asks by mDNS, on a network of its own */
    bool may_miss;       /* it may print nothing, a packet being lost */
    unsigned devices;    /* that are flashed, each with a device_end; 0: none */
    bool serves;         /* it lives until a signal, or until one was served */
    bool journal;        /* what it does is written down in {dir}/journal */
    bool again;          /* the journal says that all is done already */
    const char *result;  /* a file in {dir} it makes: whole or not there */
    const char *input;   /* what {dir}/input holds */
};

#endif
