/* test_conf_config.c -- configuration files and the environment. */
#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/config.h"

struct fixture {
    char path[2][40];
    struct config config;
    struct notes notes;
    struct espota_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    for (int i = 0; i < 2; i++) {
        int fd;

        strcpy(f->path[i], "/tmp/espota-test-XXXXXX");
        fd = mkstemp(f->path[i]);
        assert_true(fd >= 0);
        close(fd);
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    eo_config_free(&f->config);
    eo_notes_free(&f->notes);
    for (int i = 0; i < 2; i++)
        unlink(f->path[i]);
    free(f);
    return 0;
}

#ifdef EO_WITH_INI
static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static const char PROJECT[] = "# the project's\n"
                              "[defaults]\n"
                              "retry = 1\n"
                              "  window = lockstep ; indented, with comment\n"
                              "\n"
                              "[group lamps]\n"
                              "retry = 2\n"
                              "port = 3232\n"
                              "[device Kitchen]\n"
                              "ip = 192.0.2.7\n"
                              "group = lamps\n"
                              "auth = pass word\n"
                              "connect_timeout = 3\n";

static const char USER[] = "[device kitchen]\n"
                           "retry = 9\n"
                           "stall-timeout = 33\n"
                           "[defaults]\n"
                           "quiet = yes\n";

static void test_sections_and_files_have_their_rank(void **state)
{
    struct fixture *f = *state;
    struct opts o;

    write_file(f->path[0], PROJECT, 0600);
    write_file(f->path[1], USER, 0600);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(eo_config_read(&f->config, f->path[i], i, false,
                                        &f->notes, &f->err),
                         0);
    assert_int_equal(f->notes.n, 0);
    assert_int_equal(eo_opts_init(&o, &f->err), 0);
    assert_int_equal(eo_config_apply(&f->config, "kitchen", &o, &f->err), 0);
    assert_int_equal(o.retry, 2); /* its group's, in the stronger file */
    assert_int_equal(o.port, 3232);
    assert_int_equal(o.how.window, ESPOTA_WINDOW_LOCKSTEP);
    assert_string_equal(o.auth, "pass word");
    assert_int_equal(o.connect_ms, 3000);
    assert_int_equal(o.stall_ms, 33000); /* only the weaker file says */
    assert_true(o.quiet);
    assert_string_equal(eo_config_address(&f->config, "kitchen")->value,
                        "192.0.2.7");
    eo_opts_free(&o);

    assert_int_equal(eo_opts_init(&o, &f->err), 0);
    assert_int_equal(eo_config_apply(&f->config, "porch", &o, &f->err), 0);
    assert_int_equal(o.retry, 1);
    assert_int_equal(o.port, 0);
    assert_null(o.auth);
    assert_null(eo_config_address(&f->config, "porch"));
    eo_opts_free(&o);
}

static void test_a_readable_password_is_warned_about(void **state)
{
    struct fixture *f = *state;

    write_file(f->path[0], PROJECT, 0644);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, false,
                                    &f->notes, &f->err),
                     0);
    assert_int_equal(f->notes.n, 1);
    assert_string_equal(f->notes.at[0].code, "readable-secret");
    assert_null(strstr(f->notes.at[0].text, "pass word"));
}

static const struct {
    const char *text, *message; /* behind the file's name */
} BAD[] = {
    {"[defaults]\nretri = 1\n",
     ":2: unknown key \"retri\" (did you mean \"retry\"?)"},
    {"[device a]\n\n\nport = 0\n", ":4: --port takes a number"},
    {"[defaults]\njson = x\n", ":2: a file cannot set \"json\""},
    {"[group a]\nip = ::1\n", ":2: a group has no address: \"ip\""},
    {"port = 1\n", ":1: no [section] above the key \"port\""},
    {"[defaults\nretry = 1\n", ":1: neither \"key = value\" nor"},
    {"[devices a]\nport = 1\n",
     ":1: unknown section \"devices a\" (did you mean \"device\"?)"},
    {"\n[devcie a]\n", ":2: unknown section \"devcie a\""},
    {"[device]\nport = 1\n", ":1: a name is missing in section \"device\""},
    {"[defaults x]\nport = 1\n", ":1: a name is not allowed in section"},
    {"[defaults]\nretry ;= 1\n", ":2: neither \"key = value\" nor"},
    {"[defaults]\nnonsense\n", ":2: neither \"key = value\""},
    {"[defaults]\nquiet = perhaps\n", ":2: quiet is yes or no"},
    {"[device a]\nauth = \"open\n", ":2: a quote is not closed in the value of \"auth\""},
    {"[device a]\nauth = \"one\" two\n",
     ":2: there is text after the closing quote in the value of \"auth\""},
    {"[device a]\nip = a,b\n", ":2: \"a,b\" cannot be a host"},
    {"[device a]\nhost = http://me:secret@b/\n",
     ":2: user and password do not belong in a URL"},
    {"[device a]\nip = b:81\nretry = 1\nport = 82\n",
     ":4: two ports are given for \"a\""},
    {"[device a]\nport = 82\nhost = [::1]:81\n",
     ":3: two ports are given for \"a\""},
    {"[defaults]\nretry = 1 --key=secret\n",
     ":2: --retry and more arrived as one argument: \"1 ...\""},
};

static void test_mistakes_are_named_by_file_and_line(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char want[200];

        write_file(f->path[0], BAD[i].text, 0600);
        assert_int_equal(eo_config_read(&f->config, f->path[0], 0, false,
                                        &f->notes, &f->err),
                         -1);
        assert_int_equal(f->err.category, ESPOTA_E_USAGE);
        assert_null(strstr(f->err.message, "secret"));
        snprintf(want, sizeof want, "%s%s", f->path[0], BAD[i].message);
        if (strstr(f->err.message, want) != f->err.message)
            fail_msg("\"%s\" is not \"%s\"", f->err.message, want);
        eo_config_free(&f->config);
    }
}

/* inih would cut lines at 200 bytes, and names at 50. */
static void test_what_is_long_is_not_cut(void **state)
{
    enum { LONGEST = 8192 - sizeof "auth = " };
    static const size_t LENGTHS[] = {300, LONGEST, LONGEST + 1};
    struct fixture *f = *state;
    static char text[20000], name[301];
    struct opts o;

    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const size_t len = LENGTHS[i];

        strcpy(text, "[defaults]\nauth = ");
        memset(text + strlen(text), 'x', len + 1);
        strcpy(strchr(text, 'x') + len, "\nretry = 7\n");
        write_file(f->path[0], text, 0600);
        if (eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED, &f->notes,
                           &f->err) != 0) {
            assert_int_equal(len, LONGEST + 1);
            break;
        }
        assert_in_range(len, 1, LONGEST);
        assert_int_equal(eo_opts_init(&o, &f->err), 0);
        assert_int_equal(eo_config_apply(&f->config, "a", &o, &f->err), 0);
        assert_int_equal(strspn(o.auth, "x"), len);
        assert_int_equal(strlen(o.auth), len);
        assert_int_equal(o.retry, 7);
        eo_opts_free(&o);
        eo_config_free(&f->config);
    }
    assert_non_null(strstr(f->err.message, ":2: this line is too long"));
    assert_null(strstr(f->err.message, "xxx"));
    eo_config_free(&f->config);

    memset(name, 'n', 300);
    sprintf(text, "[device %.253s]\nretry = 8\n", name);
    write_file(f->path[0], text, 0600);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                    &f->notes, &f->err), 0);
    assert_int_equal(strlen(f->config.at[0].name), 253);
    eo_config_free(&f->config);
    sprintf(text, "\xef\xbb\xbf[device %s]\nretry = 8\n", name);
    write_file(f->path[0], text, 0600);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                    &f->notes, &f->err), -1);
    assert_non_null(strstr(f->err.message, ":1: this name is too long"));
}

static void test_every_problem_is_found(void **state)
{
    /* Each line that is wrong says so of itself. */
    static const char TEXT[] = "early = 1\n"
                               "[defaults]\n"
                               "retry = 1\n"
                               "retri = 2 WRONG\n"
                               "nonsense WRONG\n"
                               "window = \"open WRONG\n"
                               "[broken WRONG\n"
                               "unseen = 1\n"
                               "[devcie WRONG]\n"
                               "unseen = 2\n"
                               "[device a]\n"
                               "group = WRONG\n"
                               "port = WRONG\n"
                               "ip = b:81\n"
                               "port = 82\n"
                               "quiet = WRONG\n"
                               "[group lamps]\n"
                               "ip = WRONG\n";
    static const unsigned LINES[] = {1, 4, 5, 6, 7, 9, 12, 13, 15, 16, 18};
    struct fixture *f = *state;
    struct config_problems all = {0};

    write_file(f->path[0], TEXT, 0600);
    write_file(f->path[1], "[defaults]\nretri = 3\n", 0600);
    f->config.problems = &all;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(eo_config_read(&f->config, f->path[i], i, CONFIG_NAMED,
                                        &f->notes, &f->err), 0);
    assert_int_equal(eo_config_read(&f->config, "/nonexistent/x", 2,
                                    CONFIG_NAMED, &f->notes, &f->err), 0);
    assert_int_equal(eo_config_check(&f->config, &f->err), 0);
    assert_int_equal(all.n, sizeof LINES / sizeof *LINES + 2);
    for (size_t i = 0; i < all.n; i++) {
        const struct config_problem *p = &all.at[i];
        char want[80];

        if (i + 2 < all.n) {
            assert_int_equal(p->line, LINES[i]);
            snprintf(want, sizeof want, "%s:%u: ", f->path[0], p->line);
        } else {
            assert_int_equal(p->nth, i + 3 - all.n);
            strcpy(want, p->nth == 1 ? f->path[1] : "/nonexistent/x: ");
        }
        if (strncmp(p->error.message, want, strlen(want)) != 0)
            fail_msg("\"%s\" is not \"%s\"", p->error.message, want);
    }
    /* What is right counts. */
    assert_int_equal(f->config.at[0].settings.n, 1);
    eo_config_problems_free(&all);
}

/* A section says that something is called so, whatever else it says. */
static void test_an_empty_section_is_one(void **state)
{
    struct fixture *f = *state;

    write_file(f->path[0],
               "[group lamps]\n[device a]\ngroup = lamps\n[device b]\n", 0600);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                    &f->notes, &f->err), 0);
    assert_int_equal(eo_config_check(&f->config, &f->err), 0);
    assert_true(eo_config_knows(&f->config, "b"));
    assert_true(eo_config_knows_group(&f->config, "lamps"));
    assert_false(eo_config_knows_group(&f->config, "a"));
    assert_false(eo_config_knows(&f->config, "lamps"));
    assert_string_equal(eo_config_nearest(&f->config, "lmaps"), "lamps");
}

static void test_what_a_group_says(void **state)
{
    struct fixture *f = *state;
    const char *where = NULL;
    struct opts o;

    write_file(f->path[0], PROJECT, 0600);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                    &f->notes, &f->err), 0);
    assert_string_equal(eo_config_group(&f->config, "KITCHEN", &where), "lamps");
    assert_true(where != NULL && strstr(where, ":11") != NULL);
    assert_null(eo_config_group(&f->config, "porch", &where));
    assert_int_equal(eo_opts_init(&o, &f->err), 0);
    assert_int_equal(eo_config_apply_group(&f->config, "lamps", &o, &f->err), 0);
    assert_int_equal(o.port, 3232);
    assert_int_equal(o.retry, 2);
    assert_int_equal(o.how.window, ESPOTA_WINDOW_LOCKSTEP);
    assert_null(o.auth); /* the device's */
    eo_opts_free(&o);
}

/* What the file says of device a is what option says, as it is described. */
static const struct {
    const char *text, *option, *expect;
} VALUES[] = {
    {"\xef\xbb\xbf[defaults]\nretry = 7\n", "retry", "retry = 7"},
    {"[defaults]\nuser = \"two words ; and more\" ; why\n", "user",
     "user = two words ; and more"},
    {"[defaults]\nuser: \"a \\\"b\\\" \\\\ c\"\n", "user",
     "user = a \"b\" \\ c"},
    {"[defaults]\nuser = \"\"\n", "user", "user = "},
    {"[defaults]\nuser = \" a \"  ; why\n", "user", "user =  a "},
    {"[defaults]\nuser =  a;b # c \t ; why\n", "user", "user = a;b # c"},
    {"[defaults]\n user=a\r\n", "user", "user = a"},
    {"[defaults]\nuser = a \"b\"\n", "user", "user = a \"b\""},
    {"[defaults]\nbefore = \"my hook\" --flag\n", "before",
     "before = \"my hook\" --flag"},
    {"[defaults]\nfile = a.bin\n", "file", "file = /tmp/a.bin"},
    {"[defaults]\nfile = /x/a.bin\n", "file", "file = /x/a.bin"},
    {"[defaults]\nfile = \"~/a b.bin\"\n", "file", "file = /the/home/a b.bin"},
    {"[defaults]\nfile = -\n", "file", "file = -"},
    {"[defaults]\nauth-file = pw\nauth-file = ../pw\n", "auth-file",
     "auth-file = /tmp/pw, /tmp/../pw"},
    {"[device A]\nhost = [::1]:81\n", "port", "port = 81"},
    {"[device a]\nhost = b:81\nport = 81\n", "port", "port = 81"},
};

/* Whatever a file may set can be set. */
static void test_every_key_can_be_written(void **state)
{
    struct fixture *f = *state;
    const struct opt *opt;
    char text[200];

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        const char *value = opt->def != NULL           ? opt->def
                            : opt->kind == OPT_FLAG    ? "yes"
                            : opt->words != NULL       ? opt->words(0)
                                                       : "1";
        if ((opt->flags & OPT_CONFIG) == 0)
            continue;
        snprintf(text, sizeof text, "[defaults]\n%s = \"%s\"\n", opt->name,
                 value);
        write_file(f->path[0], text, 0600);
        if (eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED, &f->notes,
                           &f->err) != 0)
            fail_msg("%s", f->err.message);
        assert_int_equal(f->config.at[0].settings.n, 1);
        assert_ptr_equal(f->config.at[0].settings.at[0].opt, opt);
        eo_config_free(&f->config);
    }
}

static void test_values(void **state)
{
    struct fixture *f = *state;
    char *home = getenv("HOME"), *was = home != NULL ? strdup(home) : NULL;

    setenv("HOME", "/the/home", 1);
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
        struct opts o;
        char text[200], want[240];

        write_file(f->path[0], VALUES[i].text, 0600);
        if (eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED, &f->notes,
                           &f->err) != 0)
            fail_msg("%s", f->err.message);
        assert_int_equal(eo_opts_init(&o, &f->err), 0);
        assert_int_equal(eo_config_apply(&f->config, "a", &o, &f->err), 0);
        eo_opts_describe(&o, eo_opt_find(CMD_FLEET, VALUES[i].option), text,
                         sizeof text);
        snprintf(want, sizeof want, "%s (%s:", VALUES[i].expect, f->path[0]);
        if (strncmp(text, want, strlen(want)) != 0)
            fail_msg("\"%s\" is not \"%s\"", text, want);
        eo_opts_free(&o);
        eo_config_free(&f->config);
    }
    if (was != NULL)
        setenv("HOME", was, 1);
    free(was);
}

static void test_groups(void **state)
{
    static const struct {
        const char *text, *message; /* behind the file's name; NULL: fine */
    } GROUPS[] = {
        {"[device a]\ngroup = g\n[group g]\nretry = 1\n", NULL},
        {"[device a]\ngroup = flat\n[device b]\ngroup = flat\n", NULL},
        {"[group lamps]\nretry = 1\n[device a]\n\ngroup = lmaps\n",
         ":5: there is no section [group lmaps] (did you mean \"lamps\"?)"},
        {"[group lamps]\nretry = 1\n[device a]\ngroup = lapms\n"
         "[device b]\ngroup = lapms\n",
         ":4: there is no section [group lapms] (did you mean \"lamps\"?)"},
        {"[device a]\ngroup = attic\n[device A]\ngroup = attic\n",
         ":2: there is no section [group attic]"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++) {
        char want[200];
        int rc;

        write_file(f->path[0], GROUPS[i].text, 0600);
        assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                        &f->notes, &f->err), 0);
        rc = eo_config_check(&f->config, &f->err);
        assert_int_equal(rc, GROUPS[i].message == NULL ? 0 : -1);
        if (rc != 0) {
            snprintf(want, sizeof want, "%s%s", f->path[0], GROUPS[i].message);
            assert_string_equal(f->err.message, want);
        }
        eo_config_free(&f->config);
    }
}

/* ---- whom it obeys ---------------------------------------------------------- */

static const struct trust_row {
    const char *name;
    mode_t dir, file;
    bool link;         /* what is read is a link to it from elsewhere */
    enum config_trust trust;
    bool obeyed, noted;
} TRUST[] = {
    {"found", 0755, 0644, false, CONFIG_FOUND, true, false},
    {"found, and the group may write", 0775, 0664, false, CONFIG_FOUND, true, false},
    {"found, and all may write", 0755, 0646, false, CONFIG_FOUND, false, true},
    {"found where all may write", 0757, 0600, false, CONFIG_FOUND, false, true},
    {"found where all may, sticky", 01777, 0600, false, CONFIG_FOUND, false, true},
    {"the user's own", 0700, 0600, false, CONFIG_OWN, true, false},
    {"the user's own, and all may write", 0700, 0602, false, CONFIG_OWN, false, true},
    {"a link to a good one", 0755, 0644, true, CONFIG_FOUND, true, false},
    {"a link to a bad one", 0755, 0666, true, CONFIG_FOUND, false, true},
    {"a link to where all may write", 0777, 0644, true, CONFIG_OWN, false, true},
    {"named", 0755, 0644, false, CONFIG_NAMED, true, false},
    {"named, and all may write", 0755, 0666, false, CONFIG_NAMED, true, true},
    {"named, where all may write", 01777, 0644, false, CONFIG_NAMED, true, false},
};

static void test_trust(void **state)
{
    struct fixture *f = *state;
    char dir[] = "/tmp/espota-trust-XXXXXX", path[80], link_at[80];

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/conf", dir);
    snprintf(link_at, sizeof link_at, "%s-link", dir);
    assert_int_equal(symlink(path, link_at), 0);
    for (size_t i = 0; i < sizeof TRUST / sizeof *TRUST; i++) {
        const struct trust_row *t = &TRUST[i];
        int rc;

        write_file(path, "[defaults]\nretry = 3\nbefore = x\n", t->file);
        /* A directory hands its group down on some systems. */
        assert_int_equal(chown(dir, (uid_t)-1, getgid()), 0);
        assert_int_equal(chown(path, (uid_t)-1, getgid()), 0);
        assert_int_equal(chmod(path, t->file), 0);
        assert_int_equal(chmod(dir, t->dir), 0);
        rc = eo_config_read(&f->config, t->link ? link_at : path, 0, t->trust,
                            &f->notes, &f->err);
        if (rc != 0 || (f->config.n > 0) != t->obeyed)
            fail_msg("%s: %d, %zu sections", t->name, rc, f->config.n);
        /* What is found starts no command, and says so in a note of its own. */
        if (f->config.n > 0)
            assert_int_equal(f->config.at[0].settings.n,
                             t->trust == CONFIG_FOUND ? 1 : 2);
        if (f->notes.n != (size_t)t->noted +
                              (t->obeyed && t->trust == CONFIG_FOUND))
            fail_msg("%s: %zu notes", t->name, f->notes.n);
        eo_config_free(&f->config);
        eo_notes_free(&f->notes);
    }
    unlink(link_at);
    unlink(path);
    rmdir(dir);
}

static void test_another_owner(void **state)
{
    struct fixture *f = *state;

    if (geteuid() != 0)
        skip();
    write_file(f->path[0], "[defaults]\nretry = 3\n", 0644);
    assert_int_equal(chown(f->path[0], 4321, (gid_t)-1), 0);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_OWN,
                                    &f->notes, &f->err), 0);
    assert_int_equal(f->config.n, 0);
    assert_int_equal(f->notes.n, 1);
    assert_non_null(strstr(f->notes.at[0].text, "belongs to another user"));
    assert_non_null(strstr(f->notes.at[0].text, "--config /tmp/espota-test-"));
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_NAMED,
                                    &f->notes, &f->err), 0);
    assert_int_equal(f->config.n, 1);
}

static void test_what_is_no_file_is_not_opened(void **state)
{
    struct fixture *f = *state;

    unlink(f->path[0]);
    assert_int_equal(mkfifo(f->path[0], 0600), 0);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, CONFIG_FOUND,
                                    &f->notes, &f->err), 0);
    assert_int_equal(f->notes.n, 1);
    assert_string_equal(f->notes.at[0].code, "config-ignored");
    assert_int_equal(eo_config_read(&f->config, "/tmp", 0, CONFIG_FOUND,
                                    &f->notes, &f->err), 0);
    assert_int_equal(f->notes.n, 2);
}

/* As "config path" says it: what reading would do. */
static void test_what_becomes_of_a_file(void **state)
{
    static const struct {
        mode_t mode;
        enum config_trust trust;
        enum config_state state;
        const char *why;
    } STATES[] = {
        {0600, CONFIG_FOUND, CONFIG_IGNORED,
         "lies in a directory that can be written by everybody"},
        {0666, CONFIG_OWN, CONFIG_IGNORED, "can be written by everybody"},
        {0666, CONFIG_NAMED, CONFIG_IN_FORCE, ""},
    };
    struct fixture *f = *state;
    char why[CONFIG_WHY];

    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++) {
        write_file(f->path[0], "", STATES[i].mode);
        assert_int_equal(eo_config_state(f->path[0], STATES[i].trust, why),
                         STATES[i].state);
        assert_string_equal(why, STATES[i].why);
    }
    unlink(f->path[0]);
    assert_int_equal(eo_config_state(f->path[0], CONFIG_OWN, why),
                     CONFIG_ABSENT);
    assert_int_equal(eo_config_state("/tmp", CONFIG_NAMED, why),
                     CONFIG_UNREADABLE);
    assert_string_equal(why, "Is a directory");
    assert_int_equal(mkfifo(f->path[0], 0600), 0); /* and nobody waits */
    assert_int_equal(eo_config_state(f->path[0], CONFIG_NAMED, why),
                     CONFIG_IN_FORCE);
}

#endif

static void test_a_missing_file_matters_only_if_it_was_named(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(eo_config_read(&f->config, "/nonexistent/x", 0, true,
                                    &f->notes, &f->err),
                     0);
    assert_int_equal(eo_config_read(&f->config, "/nonexistent/x", 0, false,
                                    &f->notes, &f->err),
                     -1);
    assert_int_equal(f->err.category, ESPOTA_E_USAGE);
}

static void test_the_environment(void **state)
{
    struct fixture *f = *state;
    struct settings s = {0};

    setenv("ESPOTA_PASSWORD", "", 1);
    setenv("ESPOTA_FILE", "", 1);
    setenv("ESPOTA_PORT", "8266", 1);
    assert_int_equal(eo_env_settings(&s, &f->err), 0);
    assert_int_equal(s.n, 2); /* an empty password is one; no file is none */
    assert_string_equal(s.at[0].where, "ESPOTA_PORT");
    eo_settings_free(&s);

    setenv("ESPOTA_PORT", "http", 1);
    assert_int_equal(eo_env_settings(&s, &f->err), -1);
    assert_non_null(strstr(f->err.message, "ESPOTA_PORT: --port takes"));
    eo_settings_free(&s);
    unsetenv("ESPOTA_PASSWORD");
    unsetenv("ESPOTA_FILE");
    unsetenv("ESPOTA_PORT");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
#ifdef EO_WITH_INI
        TEST(test_sections_and_files_have_their_rank),
        TEST(test_a_readable_password_is_warned_about),
        TEST(test_mistakes_are_named_by_file_and_line),
        TEST(test_what_is_long_is_not_cut),
        TEST(test_every_problem_is_found),
        TEST(test_an_empty_section_is_one),
        TEST(test_what_a_group_says),
        TEST(test_every_key_can_be_written),
        TEST(test_values),
        TEST(test_groups),
        TEST(test_trust),
        TEST(test_another_owner),
        TEST(test_what_is_no_file_is_not_opened),
        TEST(test_what_becomes_of_a_file),
#endif
        TEST(test_a_missing_file_matters_only_if_it_was_named),
        TEST(test_the_environment),
    };

    return cmocka_run_group_tests_name("conf/config", tests, NULL, NULL);
}
