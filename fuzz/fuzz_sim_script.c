/* fuzz_sim_script.c -- any text for --fault and --refuse of the simulated
 * devices, and where in an image that is.  The first byte says which option and
 * protocol, the second how large the image is. */
#include "check.h"
#include "sim/script.h"

/* Their headers do not go together. */
extern const struct script EO_SIM_ESPHOME_SCRIPT, EO_SIM_ARDUINO_SCRIPT;

/* Whoever reads an image in pieces that end where they should meets the place
 * once, or never if it is behind the end. */
static void walk(const struct script *s, const struct script_act *act,
                 size_t size)
{
    const size_t place = eo_sim_script_place(act->where.bytes, size);
    size_t total = 0, met = 0;

    while (total < size) {
        const size_t stop = eo_sim_script_stop(s, act, total, size, size);

        fuzz_check(stop > total && stop <= size);
        met += eo_sim_script_passed(place, total, stop);
        fuzz_check(eo_sim_script_passed(place, total, stop) ==
                   eo_sim_script_here(s, &act->where, s->data, stop, size));
        total = stop;
    }
    fuzz_check(met == (place > 0 && place <= size));
}

static void check_where(const struct script *s, const struct script_act *act)
{
    int steps = 0;

    while (s->steps[steps] != NULL)
        steps++;
    fuzz_check(act->where.step >= 0 && act->where.step < steps);
    fuzz_check(act->where.bytes == 0 || act->where.step == s->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t what = fuzz_byte(&in), length = fuzz_byte(&in);
    const struct script *s =
        what & 1 ? &EO_SIM_ARDUINO_SCRIPT : &EO_SIM_ESPHOME_SCRIPT;
    char *text = fuzz_text(&in, fuzz_left(&in));
    struct script_act acts[SCRIPT_WORDS_MAX] = {{false}};
    struct espota_error err;
    size_t on = 0;
    const int rc = what & 2 ? eo_sim_script_refusal(s, acts, 0, text, &err)
                            : eo_sim_script_fault(s, acts, text, &err);

    fuzz_check(s->n_faults <= SCRIPT_WORDS_MAX);
    if (rc != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
    }
    for (size_t i = 0; rc == 0 && i < SCRIPT_WORDS_MAX; i++) {
        if (!acts[i].on)
            continue;
        on++;
        check_where(s, &acts[i]);
        fuzz_check((what & 2) == 0 || acts[i].n <= 0xff);
        if (acts[i].where.step == s->data)
            walk(s, &acts[i], length);
    }
    fuzz_check(rc != 0 || on == 1);
    free(text);
    return 0;
}
