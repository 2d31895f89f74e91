/* upload.c -- writes an uploaded image to flash, and gives the verdict. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim_web/conn.h"

/* ---- the verdict --------------------------------------------------------- */

static void say_failure(struct web_conn *x, const char *words)
{
    char text[256];
    struct text t;
    const char *mark = strstr(x->kind->failure, "%s");

    eo_text_init(&t, text, sizeof text);
    if (mark != NULL)
        eo_text_add(&t, "%.*s%s", (int)(mark - x->kind->failure),
                    x->kind->failure, words);
    else
        eo_text_add(&t, "%s", x->kind->failure);
    x->outcome = words;
    eo_sim_web_answer(x, 200, "OK", "", text);
    eo_sim_web_report(x, false);
}

static bool store(struct web_conn *x)
{
    struct espota_error err;
    char *path = eo_sim_store_path(&x->device->base);
    const int rc = eo_sim_flash_finish(&x->flash, path, &x->stored, &err);

    eo_free(path);
    if (x->stored.left_packed)
        eo_sim_web_violate(x, "gzip-in-a-filesystem");
    return rc == 0;
}

static void on_restart(void *ctx)
{
    struct web_conn *x = ctx;

    eo_sim_web_report(x, true); /* x was freed */
}

static void verdict(struct web_conn *x)
{
    if (x->denied) {
        eo_sim_web_unauthorized(x);
        return;
    }
    if (x->kind->check == CHECK_E9_OR_GZIP && !x->filesystem &&
        eo_sim_image_check_end(&x->check) != IMAGE_FINE)
        x->wrong = "ERROR[10]: Magic byte is wrong, not 0xE9";
    switch ((enum web_fault)x->c->fault) {
    case WEB_FAULT_FAIL:
        say_failure(x, x->c->words);
        return;
    case WEB_FAULT_RESET:
        x->outcome = "reset";
        eo_sim_web_reset(x);
        eo_sim_web_report(x, false);
        eo_sim_web_gone(x);
        return;
    case WEB_FAULT_SILENT:
        x->state = WEB_DONE;
        eo_sim_web_expect(x, false);
        return;
    case WEB_FAULT_ODD:
        x->outcome = "odd";
        eo_sim_web_answer(x, 200, "OK", "", "<html>Welcome</html>");
        eo_sim_web_report(x, false);
        return;
    default:
        break;
    }
    if (x->wrong != NULL) {
        say_failure(x, x->wrong);
        return;
    }
    if (!store(x)) {
        eo_sim_web_refuse(x, 500, "Internal Server Error");
        return;
    }
    if (eo_sim_web_restarted(x, WEB_RESTART_END))
        return;
    x->outcome = "updated";
    x->updated = true;
    eo_sim_web_answer(x, 200, "OK", "", x->kind->success);
    if (eo_sim_web_restarted(x, WEB_RESTART_VERDICT))
        return;
    eo_timer_start(eo_sim_web_loop(x), &x->timer, WEB_LINGER_MS, on_restart, x);
}

/* ---- the body ------------------------------------------------------------ */

static void on_written(void *ctx)
{
    struct web_conn *x = ctx;

    eo_watch_want(x->watch, ESPOTA_READ);
    eo_sim_web_expect(x, true);
}

static void take_data(struct web_conn *x, const uint8_t *bytes, size_t len)
{
    const uint64_t now_us = eo_loop_now(eo_sim_web_loop(x)) * 1000;
    uint64_t due_us;

    if (eo_sim_image_check_add(&x->check, bytes, len) != IMAGE_FINE)
        x->wrong = "Wrong Magic Byte";
    due_us = eo_sim_flash_write(&x->flash, bytes, len, now_us);
    x->received += len;
    if (due_us > now_us + 1000) {
        eo_watch_want(x->watch, 0);
        eo_sim_web_expect(x, false);
        eo_timer_start(eo_sim_web_loop(x), &x->timer, (due_us - now_us) / 1000,
                       on_written, x);
    }
}

int eo_sim_web_on_body(struct web_conn *x, const uint8_t *bytes, size_t len)
{
    size_t used = 0;
    bool half;

    if (x->state == WEB_DATA) {
        used = x->size - x->received < len ? x->size - x->received : len;
        take_data(x, bytes, used);
        half = x->received >= eo_sim_script_place(0, x->size);
        if (half && eo_sim_web_restarted(x, WEB_RESTART_DATA))
            return -1;
        if (half && x->c->fault == WEB_FAULT_CLOSE) {
            x->outcome = "closed";
            eo_sim_web_report(x, false);
            eo_sim_web_gone(x);
            return -1;
        }
        if (half && x->c->fault == WEB_FAULT_STALL) {
            eo_timer_stop(eo_sim_web_loop(x), &x->timer);
            eo_sim_web_expect(x, false);
            eo_watch_want(x->watch, 0);
        }
        if (x->received == x->size)
            x->state = WEB_TAIL;
    }
    while (x->state == WEB_TAIL && used < len && x->in_len < x->tail_len)
        x->in[x->in_len++] = bytes[used++];
    if (x->state == WEB_TAIL && x->in_len == x->tail_len) {
        if (memcmp(x->in, x->tail, x->tail_len) != 0)
            eo_sim_web_violate(x, "the form does not end as it should");
        x->state = WEB_DONE;
        verdict(x);
        return -1;
    }
    return (int)used;
}

bool eo_sim_web_begin_image(struct web_conn *x, size_t size)
{
    struct espota_error err;

    x->size = size;
    x->in_len = 0;
    x->state = size > 0 ? WEB_DATA : WEB_TAIL;
    eo_sim_image_check_init(
        &x->check, x->filesystem ? CHECK_NOTHING : x->kind->check, size);
    if (size > x->c->slot || x->c->fault == WEB_FAULT_TOO_LARGE) {
        if (!x->kind->form) {
            eo_sim_web_refuse(x, 413, "Payload Too Large");
            return false;
        }
        x->wrong = x->kind->check == CHECK_E9 ? "Not Enough Space"
                                              : "ERROR[4]: Not Enough Space";
    }
    if (eo_sim_flash_begin(&x->flash, &x->c->flash, size,
                           x->device->base.sim->common.store != NULL,
                           &err) != 0)
        return false;
    x->flash.as_it_is = x->filesystem;
    return true;
}

/* The form's head is complete: the file follows. */
bool eo_sim_web_on_form(struct web_conn *x)
{
    const char *why;
    const int got = eo_sim_web_form_read(&x->form, x->in, x->in_len, &why);
    size_t left;
    uint8_t rest[WEB_HEAD_MAX];

    if (got == 0)
        return true;
    if (got < 0 || !x->form.file) {
        eo_sim_web_violate(x, why != NULL ? why : "the part is not a file");
        eo_sim_web_refuse(x, 400, "Bad Request");
        return false;
    }
    x->filesystem = strcmp(x->form.name, "filesystem") == 0;
    x->tail_len = eo_sim_web_form_tail(&x->form, x->tail);
    if (x->body < x->form.head_len + x->tail_len) {
        eo_sim_web_violate(x, "the body is too short");
        eo_sim_web_refuse(x, 400, "Bad Request");
        return false;
    }
    left = x->in_len - x->form.head_len;
    memcpy(rest, x->in + x->form.head_len, left);
    return eo_sim_web_begin_image(x,
                                  x->body - x->form.head_len - x->tail_len) &&
           (left == 0 || eo_sim_web_on_body(x, rest, left) >= 0);
}
