/* fleet_seen.c -- a fleet whose events are written down. */
#include "support/fleet_seen.h"

#include "support/test.h"

/* Not a word of any table: it is looked for in memory. */
uint8_t seen_bytes[SEEN_IMAGE_LEN];
struct espota_image *seen_image;

const struct peer_line SEEN_GOOD[] = {HELLO, OPEN, PREPARE, TAKE, GOODBYE,
                                      END};

int seen_prepare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof seen_bytes; i++)
        seen_bytes[i] = (uint8_t)(i * 7 + i / 256);
    return espota_image_wrap(&seen_image, seen_bytes, sizeof seen_bytes,
                             ESPOTA_COMPRESS_NEVER, NULL);
}

int seen_clean_up(void **state)
{
    (void)state;
    espota_image_free(seen_image);
    return 0;
}

static char letter(const struct espota_event *e)
{
    static const char PHASES[] = "qrcihapdmbv";

    switch (e->kind) {
    case ESPOTA_EVENT_RESOLVED:
        return 'A';
    case ESPOTA_EVENT_PHASE:
        return PHASES[e->phase];
    case ESPOTA_EVENT_HELLO:
        return 'H';
    case ESPOTA_EVENT_PROGRESS:
        return e->done == 0 ? '0' : e->done == e->total ? '1' : '%';
    case ESPOTA_EVENT_COMMIT:
        return 'C';
    case ESPOTA_EVENT_RETRY:
        return 'R';
    case ESPOTA_EVENT_HELD:
        return 'X';
    case ESPOTA_EVENT_WARNING:
        return 'W';
    case ESPOTA_EVENT_STATE:
    case ESPOTA_EVENT_LOG:
        return 'l';
    case ESPOTA_EVENT_END:
        return 'E';
    case ESPOTA_EVENT_WAVE:
        return '|';
    }
    return '?';
}

void seen_on_event(void *ctx, const struct espota_event *e)
{
    struct fleet_seen *s = ctx;
    const char c = letter(e);

    if (e->kind == ESPOTA_EVENT_WAVE) {
        assert_int_equal(e->job, -1);
        s->order[s->n++] = c;
        return;
    }
    assert_in_range(e->job, 0, SEEN_JOBS_MAX - 1);
    assert_non_null(e->device);
    assert_int_equal(s->ends[e->job], 0); /* END is the last of its job */
    /* Each job warns that these bytes are no firmware. */
    if (c != '%' && c != 'l' && c != 'W' && s->n + 1 < sizeof s->order)
        s->order[s->n++] = c;
    if (e->kind == ESPOTA_EVENT_PROGRESS) {
        assert_true(e->done <= e->total);
        s->last_done = e->done;
    }
    if (e->kind == ESPOTA_EVENT_RETRY) {
        s->retry_attempt = e->attempt;
        s->retry_attempts = e->attempts;
        s->retry_delay = e->delay_ms;
    }
    if (e->kind == ESPOTA_EVENT_END) {
        s->ends[e->job]++;
        s->error[e->job] = *e->result->error;
        s->result[e->job] = *e->result;
    }
    if (e->kind == ESPOTA_EVENT_PHASE && s->cancel_at != 0 &&
        e->phase == s->cancel_at)
        espota_fleet_cancel(s->fleet, s->cancel_job);
}

struct espota_fleet *seen_fleet(struct fleet_seen *s, unsigned max_active)
{
    const struct espota_fleet_config c =
        ESPOTA_FLEET_CONFIG(.max_active = max_active, .on_event = seen_on_event,
                            .on_event_ctx = s);

    assert_int_equal(espota_loop_new(&s->loop, NULL), 0);
    assert_int_equal(espota_fleet_new(&s->fleet, s->loop, &c, NULL), 0);
    return s->fleet;
}

int seen_run(struct fleet_seen *s)
{
    struct espota_counts counts;

    assert_int_equal(espota_loop_run(s->loop, -1, NULL), ESPOTA_LOOP_DONE);
    assert_false(espota_loop_live(s->loop));
    espota_fleet_counts(s->fleet, &counts);
    return (int)(counts.failed + counts.not_begun);
}

void seen_free(struct fleet_seen *s)
{
    espota_fleet_free(s->fleet);
    espota_loop_free(s->loop);
}

struct espota_target seen_target(uint16_t port)
{
    return ESPOTA_TARGET(.host = "127.0.0.1", .port = port,
                         .protocol = "esphome", .force = true);
}

int seen_add(struct espota_fleet *f, const struct espota_target *t)
{
    struct espota_error err = {0};
    const int job = espota_fleet_add(f, seen_image, t, &err);

    if (job < 0)
        fail_msg("add: %s", err.message);
    return job;
}

void seen_run_one(struct fleet_seen *s, const struct espota_target *t)
{
    struct espota_fleet *f = seen_fleet(s, 0);

    assert_int_equal(seen_add(f, t), 0);
    seen_run(s);
    assert_int_equal(s->ends[0], 1);
    seen_free(s);
}
