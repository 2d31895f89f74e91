/* completion_powershell.c -- completions for PowerShell. */
#include <stdio.h>
#include <string.h>

#include "cli/completion.h"

/* Prints text in single quotes; only a single quote is special there. */
static void quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            putchar('\'');
        putchar(*text);
    }
    putchar('\'');
}

/* What the rows say about the next word: '@' is looked up, the rest are words.
 */
static void what_follows(enum follows what, const struct opt *opt)
{
    switch (what) {
    case FOLLOWS_HOST:
    case FOLLOWS_HOST_OR_FILE:
        fputs("@hosts", stdout);
        break;
    case FOLLOWS_WORDS:
        for (size_t i = 0; opt != NULL && opt->words(i) != NULL; i++)
            printf("%s%s", i > 0 ? " " : "", opt->words(i));
        break;
    case FOLLOWS_FILE:
    case FOLLOWS_ANY:
        putchar('@');
        break;
    }
}

static void option(const struct command *commands, const struct opt *opt)
{
    const char *between = "";
    char help[OPT_HELP];

    printf("        @{ name = '--%s'; other = '", opt->name);
    if (opt->brief != 0)
        printf("-%c", opt->brief);
    fputs("'; of = '", stdout);
    for (const struct command *c = commands; c->name != NULL; c++)
        if ((opt->commands & c->bit) != 0) {
            printf("%s%s", between, c->name);
            between = " ";
        }
    fputs("'; follows = '", stdout);
    if (opt->arg != NULL && (opt->flags & OPT_OPTIONAL) == 0)
        what_follows(eo_follows(opt), opt);
    fputs("'; help = ", stdout);
    quoted(eo_opt_help(opt, help));
    puts(" }");
}

static void command(const struct command *commands, const struct command *c)
{
    printf("        @{ name = '%s'; other = '%s'; follows = '", c->name,
           c->alias != NULL ? c->alias : "");
    if (c->bit == CMD_HELP)
        eo_print_explained(commands);
    else if (eo_follows_command(c) == FOLLOWS_WORDS)
        eo_print_choices(c->args);
    else if (c->max_args > 0)
        what_follows(eo_follows_command(c), NULL);
    fputs("'; help = ", stdout);
    quoted(c->summary);
    puts(" }");
}

static const char COMPLETE[] =
    "    # What stands before the cursor; the word under it is not "
    "there yet.\n"
    "    $before = @($ast.CommandElements |\n"
    "        Where-Object { $_.Extent.EndOffset -lt $cursor } |\n"
    "        ForEach-Object { $_.ToString() })\n"
    "    $command = $commands[0]\n"
    "    if ($before.Count -gt 1) {\n"
    "        foreach ($row in $commands) {\n"
    "            if ($before[1] -cin $row.name, $row.other) { $command "
    "= $row }\n"
    "        }\n"
    "    }\n"
    "    $prefix = ''\n"
    "    $previous = $before[-1]\n"
    "    if ($word -cmatch '^(--[^=]+)=(.*)$') {\n"
    "        $prefix = $Matches[1] + '='\n"
    "        $previous = $Matches[1]\n"
    "        $word = $Matches[2]\n"
    "    }\n"
    "    $follows = ''\n"
    "    $mine = @($options | Where-Object { $command.name -cin "
    "$_.of.Split(' ') })\n"
    "    foreach ($row in $mine) {\n"
    "        if ($previous -cin $row.name, $row.other) { $follows = "
    "$row.follows }\n"
    "    }\n"
    "    $offered = @()\n"
    "    if (-not $follows -and $word.StartsWith('-')) {\n"
    "        $offered = $mine\n"
    "    } elseif (-not $follows) {\n"
    "        $follows = $command.follows\n"
    "        if ($before.Count -eq 1) { $offered = $commands }\n"
    "    }\n"
    "    if ($follows -eq '@hosts') {\n"
    "        $follows = @(espota-c completion hosts 2>$null) -join ' '\n"
    "    }\n"
    "    if ($follows -and $follows -ne '@') {\n"
    "        $offered += @($follows.Trim().Split(' ') | ForEach-Object "
    "{ @{ name = $_; help = $_ } })\n"
    "    }\n"
    "    # Where nothing is given back, PowerShell offers files.\n"
    "    $offered | Where-Object { $_.name -and "
    "$_.name.StartsWith($word, 'Ordinal') } | ForEach-Object {\n"
    "        [System.Management.Automation.CompletionResult]::new(\n"
    "            $prefix + $_.name, $_.name, 'ParameterValue', $_.help)\n"
    "    }\n"
    "}\n";

void eo_print_powershell(const struct command *commands)
{
    const struct opt *opt;

    fputs("# PowerShell completion for espota-c, written by espota-c completion "
          "powershell\n"
          "Register-ArgumentCompleter -Native -CommandName espota-c, "
          "espota-c.exe -ScriptBlock {\n"
          "    param($word, $ast, $cursor)\n"
          "\n"
          "    # What follows them: words, names of devices, or what is not known here.\n"
          "    $commands = @(\n",
          stdout);
    for (const struct command *c = commands; c->name != NULL; c++)
        command(commands, c);
    fputs("    )\n"
          "    $options = @(\n",
          stdout);
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        option(commands, opt);
    fputs("    )\n", stdout);
    fputs(COMPLETE, stdout);
}
