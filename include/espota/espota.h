/* espota.h -- push firmware to ESP devices over the network.
 *
 * SHAPE.  An image is loaded once and never changes.  A fleet holds jobs, each
 * one image for one target, and reports what happens as events.  Fleets,
 * servers, searches and waits are members of a loop, and make progress while
 * it runs.
 *
 * OWNERSHIP.  What *_open and *_new give is released by *_free, and
 * *_free(NULL) does nothing.  What you pass in is copied before the call
 * returns, unless its comment says "borrowed until ...".  What an event points
 * to is valid until the callback returns.
 *
 * STRUCTS.  One that you fill begins with its size and has a macro that sets
 * it; version.h says why.
 *
 * ERRORS.  A function that can fail returns 0, or -1 after filling *err; err
 * comes last and may be NULL.  Outputs are untouched on failure.  Nothing
 * aborts, exits or prints.
 *
 * THREADS.  There is no mutable global.  A loop and its members belong to one
 * thread at a time, and their callbacks run on the thread that runs the loop;
 * only espota_loop_wake() may be called from another, or in a signal handler.
 * An image may be shared by any number of threads once it is open.  Internally
 * a few threads wait in getaddrinfo(); none of them ever calls you.
 */
#ifndef ESPOTA_ESPOTA_H
#define ESPOTA_ESPOTA_H

#include <espota/discover.h>
#include <espota/error.h>
#include <espota/fleet.h>
#include <espota/image.h>
#include <espota/loop.h>
#include <espota/serve.h>
#include <espota/state.h>
#include <espota/version.h>

#endif
