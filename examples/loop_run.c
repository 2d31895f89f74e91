/* loop_run.c -- the library runs its own loop: the shortest program that
 * flashes a device. */
#include "flash.h"

int main(int argc, char **argv)
{
    struct flash f = {0};
    struct espota_error err;

    if (argc != 4) {
        fprintf(stderr, "usage: %s HOST PORT IMAGE\n", argv[0]);
        return 2;
    }
    if (flash_begin(&f, argv) == 0 && espota_loop_run(f.loop, -1, &err) < 0)
        fprintf(stderr, "%s\n", err.message);
    flash_end(&f);
    return f.status;
}
