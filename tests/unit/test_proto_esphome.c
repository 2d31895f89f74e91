/* test_proto_esphome.c -- ESPHome's protocol, one conversation a row. */
#include "support/esphome_talk.h"
#include "support/test.h"

#include "image/gzip.h"

static const struct conversation {
    const char *name;
    unsigned how;
    struct talk_line line[40];
    enum espota_category category;
    const char *device;
    const char *message; /* NULL: not looked at */
} CASES[] = {
    {"version 2, no password", 0, {READY, BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"version 1 acknowledges only the end", 0,
     {READY1, {'b', "16384"}, {'a', "16426"}, {'b', "3"}, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"extended: type and size in one breath", 0,
     {HELLO, {'d', "4800"}, OPEN, {'h', "0000004003"}, {'d', "42"}, MD5, BLOCKS,
      VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"everything the device says in one segment", 0,
     {{'h', MAGIC "07"}, {'d', "00024041"}, SIZE, MD5, {'b', "8192"},
      {'d', "47"}, {'b', "8192"}, {'d', "47"}, {'b', "3"}, {'d', "474445"},
      BYE},
     ESPOTA_E_OK, "", NULL},
    {"the greeting leaves in two pieces, and the first is answered", 0,
     {{'h', MAGIC}, {'d', "0002"}, {'h', "07"}, {'d', "40"}, OPEN, SIZE, MD5,
      BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"an answer to half a greeting", 0, {{'h', "6c26f7"}, {'d', "00"}},
     ESPOTA_E_PROTOCOL, "0x00", NULL},
    {"flags before it was told ours", 0, {{'h', MAGIC}, {'d', "000240"}},
     ESPOTA_E_PROTOCOL, "0x40", NULL},
    {"MD5 password", PW,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', proof32},
      OPEN, SIZE, MD5, BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"SHA-256 password", PW,
     {PLAIN, {'d', "02"}, {'D', NONCE64}, {'s', CNONCE64}, {'s', proof64},
      OPEN, SIZE, MD5, BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"an empty password is a password", EMPTY_PW,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}},
     ESPOTA_E_COUNT, "", NULL},
    {"gzip where the device takes it", GZ,
     {HELLO, {'d', "46"}, OPEN, {'h', gzip_size}, {'d', "42"}, {'s', gzip_md5},
      {'d', "43"}, {'b', gzip_len}, {'d', "47"}, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"gzip by the flags byte", GZ,
     {HELLO, {'d', "4801"}, OPEN, {'h', "00"}, {'h', gzip_size}, {'d', "42"},
      {'s', gzip_md5}, {'d', "43"}, {'b', gzip_len}, {'d', "47"}, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"no gzip where the device does not take it", GZ,
     {READY, BLOCKS, VERIFY, BYE}, ESPOTA_E_OK, "", NULL},
    {"no gzip where the user does not want it", GZ | NEVER,
     {HELLO, {'d', "46"}, OPEN, SIZE, MD5, BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"gzip demanded, and not taken", GZ | ALWAYS, {PLAIN},
     ESPOTA_E_REFUSED, "", "the device does not take compressed images"},

    {"a window of two blocks for an ESP32", ESP32,
     {READY, {'b', "16384"}, {'-', ""}, {'d', "47"}, {'b', "3"}, {'d', "47"},
      {'d', "47"}, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"an ESP32 in lock-step, if asked", ESP32 | LOCKSTEP,
     {READY, BLOCKS, VERIFY, BYE}, ESPOTA_E_OK, "", NULL},
    {"a wider window, if asked", WIDE,
     {READY, {'b', "16387"}, {'d', "474747"}, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"a block that the kernel takes in pieces", 0,
     {READY, {'t', "1000"}, {'o', "7192"}, {'t', "7192"}, {'-', ""},
      {'d', "47"}, {'b', "8192"}, {'d', "47"}, {'b', "3"}, {'d', "47"}, VERIFY,
      BYE},
     ESPOTA_E_OK, "", NULL},
    {"version 1 stays near what the peer's TCP has", 0,
     {READY1, {'b', "16384"}, {'-', ""}, {'a', "42"}, {'-', ""}, {'a', "43"},
      {'b', "1"}, {'a', "1066"}, {'o', "2"}},
     ESPOTA_E_COUNT, "", NULL},
    {"version 1 in lock-step, if asked", LOCKSTEP,
     {READY1, {'b', "8192"}, {'-', ""}, {'a', "8234"}, {'b', "8192"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a wider window of version 1, if asked", WIDE,
     {READY1, {'b', "16387"}, VERIFY, BYE}, ESPOTA_E_OK, "", NULL},
    {"confirmations of things never sent are ignored", 0,
     {READY1, {'b', "16384"}, {'a', "99999"}, {'-', ""}},
     ESPOTA_E_COUNT, "", NULL},

    {"a reboot instead of a goodbye is fine", 0,
     {READY, BLOCKS, VERIFY, {'r', ""}}, ESPOTA_E_OK, "", NULL},
    {"silence instead of a goodbye is fine", 0,
     {READY, BLOCKS, VERIFY, {'h', "00"}, {'q', ""}}, ESPOTA_E_OK, "", NULL},
    {"chatter behind the verdict is fine", 0,
     {READY, BLOCKS, VERIFY, {'d', "0047ff"}, BYE}, ESPOTA_E_OK, "", NULL},
    {"no password given: the empty one is tried, and is it", 0,
     {PLAIN, {'d', "02"}, {'D', NONCE64}, {'s', CNONCE64}, {'s', empty64},
      OPEN, SIZE, MD5, BLOCKS, VERIFY, BYE},
     ESPOTA_E_OK, "", NULL},
    {"no password given, and the empty one is refused", 0,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', empty32},
      {'d', "82"}},
     ESPOTA_E_SECRET, "", "the device wants a password and none was given"},
    {"no password given, SHA-256", 0,
     {PLAIN, {'d', "02"}, {'D', NONCE64}, {'s', CNONCE64}, {'s', empty64},
      {'d', "82"}},
     ESPOTA_E_SECRET, "", NULL},
    {"no password given, and MD5 forbidden: not even the empty one", NO_MD5,
     {PLAIN, {'d', "01"}, {'-', ""}}, ESPOTA_E_POLICY, "", NULL},
    {"no password given, and it fails for another reason", 0,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', empty32},
      {'d', "ff"}},
     ESPOTA_E_DEVICE, "0xff", NULL},
    {"the empty password, given and refused", EMPTY_PW,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', empty32},
      {'d', "82"}},
     ESPOTA_E_AUTH, "0x82", "the device refused the password"},
    {"wrong password", PW,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', proof32},
      {'d', "82"}},
     ESPOTA_E_AUTH, "0x82", "the device refused the password"},
    {"MD5 forbidden by policy", PW | NO_MD5, {PLAIN, {'d', "01"}},
     ESPOTA_E_POLICY, "", NULL},
    {"SHA-256 allowed by policy", PW | NO_MD5,
     {PLAIN, {'d', "02"}, {'D', NONCE64}, {'s', CNONCE64}, {'s', proof64}},
     ESPOTA_E_COUNT, "", NULL},
    {"the device refuses in the middle of its nonce", PW,
     {PLAIN, {'d', "01"}, {'D', "0123"}, {'d', "ff"}},
     ESPOTA_E_DEVICE, "0xff", NULL},
    {"bootstrapping", 0, {PLAIN, OPEN, {'h', "00004003"}, {'d', "85"}},
     ESPOTA_E_REFUSED, "0x85",
     "Invalid bootstrapping: the device must be reset by hand once after a "
     "serial flash"},
    {"encryption wanted", 0, {HELLO, {'d', "94"}}, ESPOTA_E_POLICY, "0x94",
     NULL},
    {"magic refused at the greeting", 0, {{'h', MAGIC "07"}, {'d', "80"}},
     ESPOTA_E_PROTOCOL, "0x80", NULL},
    {"magic refused in the data is the image's", 0,
     {READY, {'t', "4096"}, {'d', "80"}}, ESPOTA_E_REFUSED, "0x80",
     "the file is not an app image: its first byte is wrong"},
    {"flash fails in the middle of a block", 0,
     {READY, {'t', "4096"}, {'d', "83"}}, ESPOTA_E_DEVICE, "0x83", NULL},
    {"version 1: a refusal while sending", 0,
     {READY1, {'t', "4096"}, {'d', "83"}}, ESPOTA_E_DEVICE, "0x83", NULL},
    {"rejected at the end", 0, {READY, BLOCKS, {'d', "44"}, {'d', "84"}},
     ESPOTA_E_DEVICE, "0x84", NULL},
    {"damaged on the way", 0, {READY, BLOCKS, {'d', "44"}, {'d', "8b"}},
     ESPOTA_E_CHECKSUM, "0x8b", NULL},
    {"a code nobody knows", 0, {PLAIN, OPEN, {'h', "00004003"}, {'d', "c7"}},
     ESPOTA_E_DEVICE, "0xc7", NULL},
    {"the stale ok in the data", 0, {READY, {'b', "8192"}, {'d', "00"}},
     ESPOTA_E_BROKEN, "0x00",
     "the device gave up: it lost our data while writing flash"},
    {"the stale ok at the end", 0, {READY, BLOCKS, {'d', "00"}},
     ESPOTA_E_BROKEN, "0x00", NULL},
    {"the stale ok while preparing", 0,
     {PLAIN, OPEN, {'h', "00004003"}, {'d', "00"}}, ESPOTA_E_BROKEN, "0x00",
     NULL},
    {"it lost the stream in the data", 0,
     {READY, {'b', "8192"}, {'d', "47"}, {'t', "100"}, {'d', "ff"}},
     ESPOTA_E_BROKEN, "0xff",
     "the device gave up: it lost our data while writing flash"},
    {"it lost the stream before the first byte", 0, {READY, {'d', "ff"}},
     ESPOTA_E_BROKEN, "0xff", NULL},
    {"it lost the tail, which had left", 0,
     {READY, {'b', "8192"}, {'d', "47"}, {'b', "8192"}, {'d', "47"},
      {'b', "3"}, {'d', "ff"}},
     ESPOTA_E_BROKEN, "0xff", NULL},
    {"no reason, while preparing", 0,
     {PLAIN, OPEN, {'h', "00004003"}, {'d', "ff"}}, ESPOTA_E_DEVICE, "0xff",
     NULL},
    {"no reason, with every byte", 0, {READY, BLOCKS, {'d', "ff"}},
     ESPOTA_E_DEVICE, "0xff", NULL},
    {"no reason, at the end", 0, {READY, BLOCKS, {'d', "44"}, {'d', "ff"}},
     ESPOTA_E_DEVICE, "0xff", NULL},
    {"version 1: it lost the stream", 0,
     {READY1, {'b', "16384"}, {'a', "9000"}, {'d', "ff"}}, ESPOTA_E_BROKEN,
     "0xff", NULL},
    {"version 1: it lost the tail", 0,
     {READY1, {'b', "16384"}, {'a', "16426"}, {'b', "3"}, {'d', "ff"}},
     ESPOTA_E_BROKEN, "0xff", NULL},
    {"version 1: no reason, with every byte", 0,
     {READY1, {'b', "16384"}, {'a', "16426"}, {'b', "3"}, {'a', "16429"},
      {'d', "ff"}},
     ESPOTA_E_DEVICE, "0xff", NULL},

    {"closed at once", 0, {{'x', ""}}, ESPOTA_E_BROKEN, "",
     "the device closed the connection while greeting"},
    {"silence at once", 0, {{'h', MAGIC "07"}, {'q', ""}}, ESPOTA_E_NO_ANSWER,
     "", "the device fell silent after we greeted it"},
    {"half a greeting, then silence", 0,
     {{'h', MAGIC "07"}, {'d', "00"}, {'q', ""}}, ESPOTA_E_BROKEN, "", NULL},
    {"reset while preparing", 0, {PLAIN, OPEN, {'h', "00004003"}, {'r', ""}},
     ESPOTA_E_BROKEN, "", "the connection broke while erasing flash"},
    {"silence in the data", 0, {READY, {'b', "8192"}, {'q', ""}},
     ESPOTA_E_BROKEN, "", "the device fell silent while writing flash"},
    {"closed in the data", 0, {READY, {'t', "100"}, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed behind the last byte", 0,
     {READY, {'b', "8192"}, {'d', "47"}, {'b', "8192"}, {'d', "47"},
      {'b', "3"}, {'x', ""}},
     ESPOTA_E_UNKNOWN, "", NULL},
    {"reset instead of the verdict", 0, {READY, BLOCKS, {'r', ""}},
     ESPOTA_E_UNKNOWN, "",
     "the connection broke after it had every byte: whether it took the image "
     "is not known"},
    {"silence instead of the verdict", 0,
     {READY, BLOCKS, {'d', "44"}, {'q', ""}}, ESPOTA_E_UNKNOWN, "", NULL},
    {"version 1: closed behind the last byte", 0,
     {READY1, {'b', "16384"}, {'a', "16426"}, {'b', "3"}, {'x', ""}},
     ESPOTA_E_UNKNOWN, "", NULL},

    {"a web server", 0, {{'h', MAGIC "07"}, {'D', "HTTP/1.1 400 Bad"}},
     ESPOTA_E_PROTOCOL, "", "an HTTP server answers on this port"},
    {"garbage", 0, {{'h', MAGIC "07"}, {'D', "SSH-2.0"}}, ESPOTA_E_PROTOCOL,
     "0x53", NULL},
    {"garbage with a high second byte", 0, {{'h', MAGIC "07"}, {'d', "5aa5"}},
     ESPOTA_E_PROTOCOL, "0x5a", NULL},
    {"a version of the future", 0, {{'h', MAGIC "07"}, {'d', "0003"}},
     ESPOTA_E_PROTOCOL, "",
     "the device speaks OTA version 3, we speak 1 and 2"},
    {"features of the future", 0, {HELLO, {'d', "49"}}, ESPOTA_E_PROTOCOL,
     "0x49", NULL},
    {"access of the future", 0, {PLAIN, {'d', "03"}}, ESPOTA_E_PROTOCOL,
     "0x03", NULL},
    {"prepared before it is asked", 0, {PLAIN, OPEN, {'d', "42"}},
     ESPOTA_E_PROTOCOL, "0x42", NULL},
    {"something else than prepared", 0,
     {PLAIN, OPEN, {'h', "00004003"}, {'d', "43"}}, ESPOTA_E_PROTOCOL, "0x43",
     NULL},
    {"something else than the checksum's receipt", 0,
     {PLAIN, OPEN, SIZE, {'s', image_md5}, {'d', "42"}}, ESPOTA_E_PROTOCOL,
     "0x42", NULL},
    {"something else than a proof's verdict", PW,
     {PLAIN, {'d', "01"}, {'D', NONCE32}, {'s', CNONCE32}, {'s', proof32},
      {'d', "42"}},
     ESPOTA_E_PROTOCOL, "0x42", NULL},
    {"more acknowledged than sent", 0, {READY, {'t', "8191"}, {'d', "47"}},
     ESPOTA_E_PROTOCOL, "", "the device acknowledged more than was sent"},
    {"an acknowledgement is missing", 0,
     {READY, {'b', "8192"}, {'d', "47"}, {'b', "8192"}, {'d', "44"}},
     ESPOTA_E_PROTOCOL, "0x44", NULL},
    {"one acknowledgement too many, with every byte", 0,
     {READY, BLOCKS, {'d', "47"}}, ESPOTA_E_UNKNOWN, "0x47", NULL},
    {"version 1 with acknowledgements", 0, {READY1, {'t', "8192"}, {'d', "47"}},
     ESPOTA_E_PROTOCOL, "0x47", NULL},
    {"all received, but not verified", 0,
     {READY, BLOCKS, {'d', "44"}, {'d', "44"}}, ESPOTA_E_UNKNOWN, "0x44",
     NULL},
    {"an acknowledgement is missing, with every byte", 0,
     {READY, {'b', "8192"}, {'d', "47"}, {'b', "8192"}, {'d', "47"},
      {'b', "3"}, {'d', "44"}},
     ESPOTA_E_UNKNOWN, "0x44", NULL},

    {"a partition table where they are taken", PARTITIONS,
     {HELLO, {'d', "4802"}, OPEN, {'h', "0100004003"}}, ESPOTA_E_COUNT, "",
     NULL},
    {"a partition table where they are not", PARTITIONS, {HELLO, {'d', "4800"}},
     ESPOTA_E_REFUSED, "", "the device takes app images only"},
    {"a partition table for an older device", PARTITIONS, {PLAIN},
     ESPOTA_E_REFUSED, "", "the device takes app images only"},
};

static void test_conversation(void **state)
{
    const struct conversation *c = *state;

    if ((c->how & GZ) != 0 && !eo_gzip_have())
        skip_because("this build has no gzip");
    for (size_t i = 0; i < sizeof TALK_PIECES / sizeof *TALK_PIECES; i++) {
        struct espota_image *img = esphome_talk_image(c->how);
        const struct proto_job job = esphome_talk_job(c->how, img);
        struct proto *p = talk_start(&eo_proto_esphome, &job);

        talk_play(p, c->line, TALK_PIECES[i]);
        if (c->category == ESPOTA_E_COUNT) /* it goes on */
            assert_int_equal(p->status, PROTO_RUNNING);
        else
            talk_ended(p, c->category, c->device, c->message);
        free(p);
        espota_image_free(img);
    }
}

/* What is told beside the bytes. */
static void test_what_it_tells_while_it_works(void **state)
{
    static const struct talk_line START[] = {
        {'h', MAGIC "07"}, {'d', "0002"}, {'d', "4803"}, {'d', "02"}, {0, 0}};
    static const struct talk_line LOGIN[] = {{'D', NONCE64}, {0, 0}};
    static const struct talk_line DATA[] = {
        {'s', CNONCE64}, {'s', proof64}, {'d', "41"}, {'h', "0000004003"},
        {'d', "42"}, {'s', image_md5}, {'d', "43"}, {'b', "8192"},
        {'d', "47"}, {0, 0}};
    struct espota_image *img = esphome_talk_image(0);
    const struct proto_job job = esphome_talk_job(PW, img);
    struct proto *p = talk_start(&eo_proto_esphome, &job);
    struct proto_want w;

    (void)state;
    p->ops->want(p, &w);
    assert_int_equal(w.phase, ESPOTA_PHASE_HELLO);
    assert_int_equal(w.timeout_ms, 20000);
    assert_null(w.hello);
    talk_play(p, START, 1);
    p->ops->want(p, &w);
    assert_int_equal(w.phase, ESPOTA_PHASE_AUTH);
    assert_non_null(w.hello);
    assert_int_equal(w.hello->protocol_version, 2);
    assert_string_equal(w.hello->auth, "sha256");
    assert_string_equal(w.hello->features[0], "extended");
    assert_string_equal(w.hello->features[1], "gzip");
    assert_string_equal(w.hello->features[2], "partitions");
    assert_null(w.hello->features[3]);
    talk_play(p, LOGIN, 1);
    p->ops->want(p, &w);
    assert_true(w.out_secret);
    talk_play(p, DATA, 1);
    p->ops->want(p, &w);
    assert_false(w.out_secret);
    assert_int_equal(w.phase, ESPOTA_PHASE_DATA);
    assert_int_equal(w.timeout_ms, 160000);
    assert_int_equal(w.done, 8192);
    assert_int_equal(w.total, IMAGE_LEN);
    assert_false(p->committed);
    free(p);
    espota_image_free(img);
}

/* A device that drips keeps no deadline alive: only whole answers do. */
static void test_the_clock_restarts_with_answers_not_with_bytes(void **state)
{
    static const struct talk_line FIRST[] = {
        {'h', MAGIC "07"}, {'d', "000240"}, {'d', "01"}, {0, 0}};
    static const struct talk_line DRIP[] = {{'D', "0123"}, {0, 0}};
    static const struct talk_line REST[] = {
        {'D', "456789abcdef0123456789abcdef"}, {0, 0}};
    struct espota_image *img = esphome_talk_image(0);
    const struct proto_job job = esphome_talk_job(PW, img);
    struct proto *p = talk_start(&eo_proto_esphome, &job);
    struct proto_want before, after;

    (void)state;
    talk_play(p, FIRST, 1);
    p->ops->want(p, &before);
    talk_play(p, DRIP, 1);
    p->ops->want(p, &after);
    assert_int_equal(before.clock, after.clock);
    talk_play(p, REST, 1);
    p->ops->want(p, &after);
    assert_int_not_equal(before.clock, after.clock);
    free(p);
    espota_image_free(img);
}

/* The password vectors of the protocol notes, through the whole machine. */
static void test_password_vectors(void **state)
{
    static const struct {
        const char *request, *password, *nonce;
        uint8_t entropy; /* the byte that every byte of the cnonce is */
        const char *cnonce, *proof;
    } ROWS[] = {
        {"01", "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83",
         "4f41243847da693a4f356c0486114bc6", 0xaa,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "f6efe7fce9a9402a472fb11824561fc4"},
        {"01", "", "00000000000000000000000000000000", 0xff,
         "ffffffffffffffffffffffffffffffff",
         "709de96a4bd07075a0cab3958b557ffd"},
        {"02", "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83",
         "2baf1f40105d9501fe319a8ec463fdf4325a2a5df445adf3f572f626253678c9",
         0xaa,
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "d3a115d441f12587c9f182b3b8f7f43eb36f5280aa9db1b4b728a9a341a984cd"},
        {"02", "",
         "0000000000000000000000000000000000000000000000000000000000000000",
         0xff,
         "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "e2bd2dcef148b54e935fe552c7c83978103f85b2d970d55f482717bb3904b7ac"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *img = esphome_talk_image(0);
        struct proto_job job = esphome_talk_job(0, img);
        struct proto *p;

        job.password = ROWS[i].password;
        memset(job.entropy, ROWS[i].entropy, sizeof job.entropy);
        p = talk_start(&eo_proto_esphome, &job);
        talk_play(p,
                  (struct talk_line[]){{'h', MAGIC "07"}, {'d', "000240"},
                                       {'d', ROWS[i].request},
                                       {'D', ROWS[i].nonce},
                                       {'s', ROWS[i].cnonce},
                                       {'s', ROWS[i].proof},
                                       {'-', ""}, {0, 0}},
                  1);
        free(p);
        espota_image_free(img);
    }
}

int main(void)
{
    enum { N = sizeof CASES / sizeof *CASES };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_what_it_tells_while_it_works),
        cmocka_unit_test(test_the_clock_restarts_with_answers_not_with_bytes),
        cmocka_unit_test(test_password_vectors),
    };
    enum { MORE = sizeof others / sizeof *others };
    struct CMUnitTest tests[N + MORE];

    esphome_talk_prepare();
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = CASES[i].name,
                                       .test_func = test_conversation,
                                       .initial_state = (void *)&CASES[i]};
    memcpy(tests + N, others, sizeof others);
    return cmocka_run_group_tests_name("proto/esphome", tests, NULL, NULL);
}
