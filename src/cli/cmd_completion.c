/* cmd_completion.c -- completions for shells, made from the option table.
 *
 * The scripts run "espota-c completion hosts" for names of devices: those in
 * the configuration, and those on the network now.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/hosts.h"

/* Prints the words, separated by spaces. */
static void print_words(const struct opt *opt)
{
    for (size_t i = 0; opt->words(i) != NULL; i++)
        printf("%s%s", i > 0 ? " " : "", opt->words(i));
}

/* For bash and zsh: finds the command.  If the first word is not a command, it
 * is a device for "upload". */
static void print_which(const struct command *commands, const char *word)
{
    printf("    case %s in\n", word);
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("    %s%s%s) command=%s ;;\n", c->name,
               c->alias != NULL ? " | " : "", c->alias != NULL ? c->alias : "",
               c->name);
    puts("    esac");
}

/* Prints escape before every character of special. */
static void print_escaped(const char *text, const char *special,
                          const char *escape)
{
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL)
            fputs(escape, stdout);
        putchar(*text);
    }
}

/* ---- bash --------------------------------------------------------------- */

/* "upload:--port | upload:-p | fleet:--port | fleet:-p)": the same name may be
 * a different option in another command. */
static void bash_pattern(const struct command *c, const struct opt *opt)
{
    const char *between = "    ";

    for (; c->name != NULL; c++) {
        if ((opt->commands & c->bit) == 0)
            continue;
        printf("%s%s:--%s", between, c->name, opt->name);
        between = " | ";
        if (opt->alias != NULL)
            printf(" | %s:--%s", c->name, opt->alias);
        if (opt->brief != 0)
            printf(" | %s:-%c", c->name, opt->brief);
    }
    putchar(')');
}

static void bash_reply(enum follows what, const struct opt *opt)
{
    switch (what) {
    case FOLLOWS_FILE:
        puts("compopt -o filenames; "
             "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;");
        break;
    case FOLLOWS_HOST:
        puts("mapfile -t COMPREPLY < <(compgen -W \"$(espota-c completion "
             "hosts 2>/dev/null)\" -- \"$cur\") ;;");
        break;
    case FOLLOWS_WORDS:
        fputs("mapfile -t COMPREPLY < <(compgen -W \"", stdout);
        print_words(opt);
        puts("\" -- \"$cur\") ;;");
        break;
    case FOLLOWS_ANY:
    case FOLLOWS_HOST_OR_FILE: /* for a command, not for an option */
        puts(";;");
        break;
    }
}

static void bash_command(const struct command *commands,
                         const struct command *c)
{
    const struct opt *opt;

    printf("    %s) words='", c->name);
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if ((opt->commands & c->bit) != 0)
            printf("--%s%s ", opt->name, opt->arg != NULL ? "=" : "");
    fputs("'", stdout);
    if (c->bit == CMD_HELP) {
        fputs(" args='", stdout);
        eo_print_explained(commands);
        fputs("'", stdout);
    } else if (eo_follows_command(c) == FOLLOWS_WORDS) {
        fputs(" args='", stdout);
        eo_print_choices(c->args);
        fputs("'", stdout);
    }
    if (eo_follows_command(c) == FOLLOWS_FILE ||
        eo_follows_command(c) == FOLLOWS_HOST_OR_FILE)
        fputs(" files=1", stdout);
    if (eo_follows_command(c) == FOLLOWS_HOST ||
        eo_follows_command(c) == FOLLOWS_HOST_OR_FILE)
        fputs(" args=$(espota-c completion hosts 2>/dev/null)", stdout);
    puts(" ;;");
}

/* Prints the options, or the words that a command takes. */
static void bash_words(const struct command *commands)
{
    fputs("# With the variables of _espota_c.\n"
          "_espota_c_words() {\n"
          "    case $command in\n",
          stdout);
    for (const struct command *c = commands; c->name != NULL; c++)
        bash_command(commands, c);
    fputs("    esac\n"
          "    [[ $cur == -* || -z $args ]] || words=$args\n"
          "    if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- "
          "\"$cur\")\n"
          "        [[ ${#COMPREPLY[@]} -gt 0 ]] && return\n"
          "    fi\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
          "\"$cur\")\n"
          "    if [[ -n $files && $cur != -* ]]; then\n"
          "        compopt -o filenames\n"
          "        [[ -n $args ]] || COMPREPLY=()\n"
          "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "
          "\"$cur\")\n"
          "    fi\n"
          "}\n",
          stdout);
}

static void bash(const struct command *commands)
{
    const struct opt *opt;

    fputs("# bash completion for espota-c, written by espota-c completion "
          "bash\n"
          "_espota_c() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} "
          "prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local command=upload words='' args='' files='' commands='",
          stdout);
    eo_print_commands(commands);
    fputs("'\n"
          "    COMPREPLY=()\n"
          "    # bash takes --port=80 apart into three words\n"
          "    if [[ $cur == '=' ]]; then\n"
          "        cur=''\n"
          "    elif [[ $prev == '=' ]]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n",
          stdout);
    print_which(commands, "${COMP_WORDS[1]}");
    puts("    case $command:$prev in");
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (opt->arg != NULL && (opt->flags & OPT_OPTIONAL) == 0) {
            bash_pattern(commands, opt);
            fputs(eo_follows(opt) != FOLLOWS_ANY ? "\n        " : " ", stdout);
            bash_reply(eo_follows(opt), opt);
        }
    fputs("    *)\n"
          "        _espota_c_words\n"
          "        ;;\n"
          "    esac\n"
          "    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
          "    return 0\n"
          "}\n"
          "\n",
          stdout);
    bash_words(commands);
    puts("complete -F _espota_c espota-c");
}

/* ---- zsh ---------------------------------------------------------------- */

static void zsh_action(enum follows what, const struct opt *opt)
{
    switch (what) {
    case FOLLOWS_FILE:
        fputs("_files", stdout);
        break;
    case FOLLOWS_HOST:
        fputs("_espota_c_hosts", stdout);
        break;
    case FOLLOWS_HOST_OR_FILE:
        fputs("_espota_c_hosts_or_files", stdout);
        break;
    case FOLLOWS_WORDS:
        putchar('(');
        if (opt != NULL)
            print_words(opt);
        putchar(')');
        break;
    case FOLLOWS_ANY:
        break;
    }
}

static void zsh_option(const struct opt *opt)
{
    const bool optional = (opt->flags & OPT_OPTIONAL) != 0;
    const bool again = opt->kind == OPT_TEXTS || opt->kind == OPT_COUNT;
    const char *equals = opt->arg == NULL ? "" : optional ? "=-" : "=";
    char help[OPT_HELP];

    fputs("            ", stdout);
    if (again)
        fputs("'*'", stdout);
    else if (opt->brief != 0)
        printf("'(-%c --%s)'", opt->brief, opt->name);
    if (opt->brief != 0)
        printf("{-%c%s,--%s%s}'[", opt->brief, opt->arg != NULL ? "+" : "",
               opt->name, equals);
    else
        printf("'--%s%s[", opt->name, equals);
    for (const char *p = eo_opt_help(opt, help); *p != '\0'; p++) {
        if (strchr("[]:", *p) != NULL)
            putchar('\\');
        if (*p == '\'')
            fputs("'\\'", stdout); /* ends the quotes and opens them again */
        putchar(*p);
    }
    putchar(']');
    if (opt->arg != NULL) {
        printf("%s%s:", optional ? "::" : ":", opt->arg);
        zsh_action(eo_follows(opt), opt);
    }
    puts("' \\");
}

static void zsh_command(const struct command *commands,
                        const struct command *c)
{
    const struct opt *opt;

    printf("    %s)\n        _arguments -s -S \\\n", c->name);
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if ((opt->commands & c->bit) != 0)
            zsh_option(opt);
    if (c->max_args == 0) {
        puts("            && return 0\n        ;;");
        return;
    }
    printf("            '%s:%s:", c->max_args > 1 ? "*" : "1", c->name);
    if (c->bit == CMD_HELP) {
        putchar('(');
        eo_print_explained(commands);
        putchar(')');
    } else if (eo_follows_command(c) == FOLLOWS_WORDS) {
        putchar('(');
        eo_print_choices(c->args);
        putchar(')');
    } else {
        zsh_action(eo_follows_command(c), NULL);
    }
    puts("' && return 0\n        ;;");
}

static void zsh(const struct command *commands)
{
    const struct command *c;

    fputs("#compdef espota-c\n"
          "# zsh completion for espota-c, written by espota-c completion "
          "zsh\n"
          "_espota_c_hosts() {\n"
          "    local -a hosts\n"
          "    hosts=(${(f)\"$(espota-c completion hosts 2>/dev/null)\"})\n"
          "    compadd -a hosts\n"
          "}\n"
          "\n"
          "_espota_c_hosts_or_files() {\n"
          "    _espota_c_hosts\n"
          "    _files\n"
          "}\n"
          "\n"
          "_espota_c() {\n"
          "    local command=upload\n"
          "    local -a commands=(\n",
          stdout);
    for (c = commands; c->name != NULL; c++) {
        printf("        '%s:%s'\n", c->name, c->summary);
        if (c->alias != NULL)
            printf("        '%s:%s'\n", c->alias, c->summary);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
          "        _describe -t commands command commands || "
          "_espota_c_hosts_or_files\n"
          "        return\n"
          "    fi\n"
          "    if (( ${commands[(I)$words[2]:*]} )); then\n"
          "        command=$words[2]\n"
          "        shift words\n"
          "        (( CURRENT-- ))\n"
          "    fi\n",
          stdout);
    print_which(commands, "$command");
    puts("    case $command in");
    for (c = commands; c->name != NULL; c++)
        zsh_command(commands, c);
    fputs("    esac\n"
          "}\n"
          "\n"
          "if [[ $funcstack[1] == _espota-c ]]; then\n"
          "    _espota_c \"$@\"\n"
          "else\n"
          "    compdef _espota_c espota-c\n"
          "fi\n",
          stdout);
}

/* ---- fish --------------------------------------------------------------- */

static void fish_option(const struct command *commands, const struct opt *opt)
{
    char help[OPT_HELP];

    fputs("complete -c espota-c -n 'contains (__espota_c_command)", stdout);
    for (const struct command *c = commands; c->name != NULL; c++)
        if ((opt->commands & c->bit) != 0)
            printf(" %s", c->name);
    printf("' -l %s", opt->name);
    if (opt->brief != 0)
        printf(" -s %c", opt->brief);
    if (opt->arg != NULL && (opt->flags & OPT_OPTIONAL) == 0)
        switch (eo_follows(opt)) {
        case FOLLOWS_FILE:
            fputs(" -r -F", stdout);
            break;
        case FOLLOWS_HOST:
            fputs(" -x -a '(espota-c completion hosts 2>/dev/null)'", stdout);
            break;
        case FOLLOWS_WORDS:
            fputs(" -x -a '", stdout);
            print_words(opt);
            putchar('\'');
            break;
        case FOLLOWS_ANY:
        case FOLLOWS_HOST_OR_FILE: /* for a command, not for an option */
            fputs(" -x", stdout);
            break;
        }
    fputs(" -d '", stdout);
    print_escaped(eo_opt_help(opt, help), "'\\", "\\");
    puts("'");
}

static void fish_command(const struct command *commands,
                         const struct command *c)
{
    printf("complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' "
           "-a '%s%s%s' -d '",
           c->name, c->alias != NULL ? " " : "",
           c->alias != NULL ? c->alias : "");
    print_escaped(c->summary, "'\\", "\\");
    puts("'");
    if (c->max_args == 0)
        return;
    printf("complete -c espota-c -n 'test (__espota_c_command) = %s; and test "
           "(count (commandline -opc)) -gt 1' ",
           c->name);
    if (c->bit == CMD_HELP) {
        fputs("-a '", stdout);
        eo_print_explained(commands);
        puts("'");
    } else if (eo_follows_command(c) == FOLLOWS_FILE) {
        puts("-F");
    } else if (eo_follows_command(c) == FOLLOWS_HOST_OR_FILE) {
        puts("-F -a '(espota-c completion hosts 2>/dev/null)'");
    } else if (eo_follows_command(c) == FOLLOWS_HOST) {
        puts("-a '(espota-c completion hosts 2>/dev/null)'");
    } else {
        fputs("-a '", stdout);
        eo_print_choices(eo_follows_command(c) == FOLLOWS_WORDS ? c->args : "");
        puts("'");
    }
}

static void fish(const struct command *commands)
{
    const struct opt *opt;

    fputs("# fish completion for espota-c, written by espota-c completion "
          "fish\n"
          "function __espota_c_command\n"
          "    set -l words (commandline -opc) ''\n"
          "    switch $words[2]\n",
          stdout);
    for (const struct command *c = commands; c->name != NULL; c++)
        if (c != commands)
            printf("        case %s\n            echo %s\n", c->name, c->name);
    printf("        case '*'\n"
           "            echo %s\n"
           "    end\n"
           "end\n"
           "complete -c espota-c -f\n",
           commands->name);
    for (const struct command *c = commands; c->name != NULL; c++)
        fish_command(commands, c);
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        fish_option(commands, opt);
}

/* ---- the command -------------------------------------------------------- */

int eo_cmd_completion(struct cli *cli)
{
    static const struct {
        const char *name;
        void (*print)(const struct command *);
    } SHELLS[] = {{"bash", bash},
                  {"zsh", zsh},
                  {"fish", fish},
                  {"powershell", eo_print_powershell}};
    const char *which = cli->parsed.args.at[0];
    struct espota_error err;

    for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++)
        if (strcmp(SHELLS[i].name, which) == 0) {
            SHELLS[i].print(cli->commands);
            return 0;
        }
    if (strcmp(which, "hosts") == 0) {
        eo_print_hosts(cli);
        return 0;
    }
    eo_fail(&err, ESPOTA_E_USAGE,
            "completion takes bash, zsh, fish or powershell, not \"%s\"",
            which);
    return eo_cli_fail(&err);
}
