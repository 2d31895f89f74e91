/* test_api_wait.c -- waiting for a device: how a wait ends. */
#include "support/peer.h"
#include "support/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <espota/discover.h>

#include "base/mem.h"
#include "net/loop.h"

static struct espota_wait *begin(struct espota_loop **loop, uint16_t port,
                                 uint32_t timeout_ms)
{
    char host[] = "127.0.0.1";
    struct espota_wait *w;

    assert_int_equal(espota_loop_new(loop, NULL), 0);
    assert_int_equal(
        espota_wait_new(&w, *loop,
                        &ESPOTA_WAIT_CONFIG(.host = host, .port = port,
                                            .timeout_ms = timeout_ms),
                        NULL),
        0);
    memset(host, 'x', sizeof host - 1); /* it was copied */
    return w;
}

static void end(struct espota_loop *loop, struct espota_wait *w)
{
    espota_wait_free(w);
    espota_loop_free(loop);
}

static enum espota_category result(const struct espota_wait *w)
{
    struct espota_error err = {.category = ESPOTA_E_OK};

    const int rc = espota_wait_result(w, &err);

    assert_int_equal(rc, err.category == ESPOTA_E_OK ? 0 : -1);
    return err.category;
}

/* Somebody who says no is there. */
static void test_a_refusal_is_an_answer(void **state)
{
    struct espota_loop *loop;
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_wait *w = begin(&loop, eo_addr_port(&addr), 0);

    (void)state;
    assert_int_equal(result(w), ESPOTA_E_INTERRUPTED); /* not ended yet */
    assert_int_equal(espota_loop_run(loop, 30000, NULL), ESPOTA_LOOP_DONE);
    assert_int_equal(result(w), ESPOTA_E_OK);
    end(loop, w);
    close(refusing);
}

static void test_the_loop_cannot_wait(void **state)
{
    struct espota_loop *loop;
    struct espota_wait *w = begin(&loop, 0, 0);
    struct espota_error err;

    (void)state;
    espota_loop_give_up(loop, ENOMEM);
    assert_false(espota_loop_live(loop));
    assert_int_equal(espota_wait_result(w, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_INTERNAL);
    assert_int_equal(err.sys_errno, ENOMEM);
    end(loop, w);
}

static void test_every_lack_of_memory_is_reported(void **state)
{
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done && n < 100; n++) {
        struct espota_loop *loop;
        struct espota_wait *w = NULL;
        struct espota_error err = {0};

        assert_int_equal(espota_loop_new(&loop, NULL), 0);
        eo_alloc_fail_at(n, 0);
        done = espota_wait_new(&w, loop,
                               &ESPOTA_WAIT_CONFIG(.host = "127.0.0.1",
                                                   .bind = "127.0.0.1"),
                               &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done) {
            assert_null(w);
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            assert_false(espota_loop_live(loop));
        }
        end(loop, w);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_refusal_is_an_answer),
        cmocka_unit_test(test_the_loop_cannot_wait),
        cmocka_unit_test(test_every_lack_of_memory_is_reported),
    };

    return cmocka_run_group_tests_name("api/wait", tests, NULL, NULL);
}
