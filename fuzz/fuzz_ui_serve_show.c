/* fuzz_ui_serve_show.c -- whatever a device that asks for its firmware calls
 * itself, what is shown is clean lines, and JSON.  The first byte chooses the
 * event; texts end with a NUL. */
#include "check.h"
#include "ui/serve_show.h"

#ifdef EO_WITH_JSON
#include <jansson.h>

static void check_json(char *text)
{
    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        json_t *o = json_loads(line, 0, NULL);

        fuzz_check(json_is_string(json_object_get(o, "event")));
        json_decref(o);
    }
}
#else
static void check_json(char *text)
{
    fuzz_check(text != NULL);
}
#endif

static void check_lines(char *text)
{
    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n"))
        fuzz_check(fuzz_clean(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t kind = fuzz_byte(&in);
    char *words[8], *text = NULL, *json = NULL;
    size_t text_len, json_len;
    struct serve_show show = {.verbose = true};

    for (int i = 0; i < 8; i++)
        words[i] = fuzz_until(&in, '\0');
    show.text = open_memstream(&text, &text_len);
    show.json = open_memstream(&json, &json_len);
    fuzz_check(show.text != NULL && show.json != NULL);
    eo_serve_show_start(&show, 8080, false);
    eo_serve_show_event(
        &show,
        &(struct espota_serve_event){
            .kind = (enum espota_serve_event_kind)(kind % 4),
            .client = &(struct espota_serve_client){.address = "192.0.2.7:1",
                                                    .family = "ESP8266",
                                                    .mac = words[0],
                                                    .chip_id = words[1],
                                                    .mode = words[2],
                                                    .version = words[3],
                                                    .md5 = words[4],
                                                    .sha256 = words[4]},
            .path = words[5],
            .status = 200,
            .reason = words[6],
            .file = words[7],
            .version = kind & 4 ? words[3] : NULL,
            .image = (kind & 8) != 0,
            .done = kind,
            .total = kind & 16 ? 255 : 0,
            .complete = (kind & 32) != 0});
    eo_serve_show_end(&show, 1, 0);
    fclose(show.text);
    fclose(show.json);
    check_lines(text);
    check_json(json);
    free(text);
    free(json);
    for (int i = 0; i < 8; i++)
        free(words[i]);
    return 0;
}
