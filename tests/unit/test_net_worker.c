/* test_net_worker.c -- threads that end, and threads that are left behind. */
#include "support/test.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "base/mem.h"
#include "net/worker.h"

struct job {
    pthread_mutex_t *gate; /* NULL: not held up */
    int *freed;            /* counted under the gate, if there is one */
    int result;
};

static struct job *job_new(pthread_mutex_t *gate, int *freed)
{
    struct job *j = calloc(1, sizeof *j);

    assert_non_null(j);
    *j = (struct job){gate, freed, 0};
    return j;
}

static void run(void *p)
{
    struct job *j = p;

    if (j->gate != NULL) {
        pthread_mutex_lock(j->gate);
        pthread_mutex_unlock(j->gate);
    }
    j->result = 42;
}

static void job_free(void *p)
{
    struct job *j = p;

    __atomic_add_fetch(j->freed, 1, __ATOMIC_SEQ_CST);
    free(j);
}

static void on_done(void *ctx, void *p)
{
    *(int *)ctx = ((const struct job *)p)->result;
}

static int count(const int *freed)
{
    return __atomic_load_n(freed, __ATOMIC_SEQ_CST);
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, 5000000}, NULL);
}

static void test_result_arrives_on_the_loop(void **state)
{
    struct espota_loop *l = eo_loop_new();
    int freed = 0, result = 0;
    struct worker *w =
        eo_worker_start(l, run, job_new(NULL, &freed), job_free, on_done,
                        &result);

    (void)state;
    assert_non_null(w);
    for (int i = 0; i < 1000 && result == 0; i++)
        assert_int_equal(eo_loop_turn(l, 10), 0);
    assert_int_equal(result, 42);
    assert_int_equal(count(&freed), 0);
    eo_worker_free(w);
    for (int i = 0; i < 1000 && count(&freed) == 0; i++)
        nap();
    assert_int_equal(count(&freed), 1);
    eo_loop_free(l);
}

static void test_a_hung_thread_is_left_and_cleans_up(void **state)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    struct espota_loop *l = eo_loop_new();
    int freed = 0, result = 0;
    struct worker *w;

    (void)state;
    pthread_mutex_lock(&gate);
    w = eo_worker_start(l, run, job_new(&gate, &freed), job_free, on_done,
                        &result);
    assert_non_null(w);
    eo_loop_turn(l, 5);
    eo_worker_free(w);
    eo_loop_free(l);
    assert_int_equal(count(&freed), 0);
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < 1000 && count(&freed) == 0; i++)
        nap();
    assert_int_equal(count(&freed), 1);
    assert_int_equal(result, 0);
}

static void test_no_memory_still_frees_the_job(void **state)
{
    (void)state;
    for (unsigned long n = 1; n <= 2; n++) {
        struct espota_loop *l = eo_loop_new();
        int freed = 0, result = 0;
        struct job *j = job_new(NULL, &freed);

        eo_alloc_fail_at(n, 0);
        assert_null(eo_worker_start(l, run, j, job_free, on_done, &result));
        eo_alloc_fail_at(0, 0);
        assert_int_equal(freed, 1);
        eo_loop_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result_arrives_on_the_loop),
        cmocka_unit_test(test_a_hung_thread_is_left_and_cleans_up),
        cmocka_unit_test(test_no_memory_still_frees_the_job),
    };

    return cmocka_run_group_tests_name("net/worker", tests, NULL, NULL);
}
