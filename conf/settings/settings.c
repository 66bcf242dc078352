/*
 * What an operator can set. The table of settings.h becomes rows here; one function reads a value
 * of any type, one writes it, and the three sources differ only in how they find name and value.
 *
 *     file (key = value)  --+
 *     environment           +--> offer(name, value, source) --> setting_parse --> struct settings
 *     flags (--key=value) --+         in this order: the last one wins
 *
 * Invariants: every member is set before a source is read (the defaults go through the same
 * parser); a complaint never shows a secret; strings live in an arena that the process keeps.
 */
#include "conf/settings/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/settings/setting.h"
#include "conf/text/diag.h"
#include "conf/text/file.h"
#include "conf/text/suggest.h"
#include "conf/text/table.h"
#include "conf/text/unit.h"
#include "lib/base/log.h"

#define ENV_PREFIX   "TWOFOLD_"
#define NAME_MAX_LEN 64

#define SETTING_ROW(name, type, fallback, minimum, maximum, text) \
    {#name, type, fallback, minimum, maximum, text, offsetof(struct settings, name)},

const struct setting settings_table[] = {SETTINGS(SETTING_ROW)};
const size_t settings_count = ARRAY_COUNT(settings_table);

/* setting_word counts words: ROLES make their enum, the levels' is in lib/base/log.h. */
#define PLACE(constant, word) PLACE_##constant,
#define IN_PLACE(constant, word)                             \
    _Static_assert((int)PLACE_##constant == (int)(constant), \
                   "LOG_LEVELS is in the order of its enum");

enum {
    LOG_LEVELS(PLACE)
};
LOG_LEVELS(IN_PLACE)

_Static_assert(sizeof(enum role) == sizeof(unsigned int) &&
                   sizeof(enum log_level) == sizeof(unsigned int),
               "set_choice writes an enum as the compiler holds it");

/*
 * Variables of `.run/env` (conf/local/README.md) that are no settings but are set in people's
 * shells; and the projector's kill points.
 */
static const char *const stack_variables[] = {
    "TWOFOLD_CONFIG",        "TWOFOLD_URL",
    "TWOFOLD_ADMIN_URL",     "TWOFOLD_PROJECTOR_ADMIN_URL",
    "TWOFOLD_SQL_REPLICA",   "TWOFOLD_SQL_DATABASE",
    "TWOFOLD_DYNAMODB",      "TWOFOLD_GATEWAY_PID",
    "TWOFOLD_PROJECTOR_PID", "TWOFOLD_LOGS",
    "TWOFOLD_PORT_BASE",     "TWOFOLD_KILL_AT",
    "TWOFOLD_STOP_AT",
};

/* The strings of all settings; a static, so that leak checkers see who holds them. */
static struct arena memory;

struct loader {
    struct settings *settings;
    const char *const *own; /* the program's flags */
    struct diag diag;
};

/* Where a value came from, for complaints. */
struct origin {
    struct slice file; /* or "environment", "command line" */
    unsigned int line;
    struct slice name; /* as the operator wrote it */
};

static const struct setting *setting_find(struct slice name)
{
    for (size_t i = 0; i < settings_count; i++) {
        if (slice_is(name, settings_table[i].name)) {
            return &settings_table[i];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ one value */

struct slice setting_word(const struct setting *setting, unsigned int value)
{
    struct slice word, rest;

    slice_cut(slice_str(setting->maximum), '|', &word, &rest); /* what is before the first bar */
    for (unsigned int i = 0; i <= value; i++) {
        slice_cut(rest, '|', &word, &rest);
    }
    return word;
}

static enum status parse_flag(struct slice text, bool *out)
{
    bool yes = slice_is(text, "yes") || slice_is(text, "true") || slice_is(text, "on");

    if (!yes && !slice_is(text, "no") && !slice_is(text, "false") && !slice_is(text, "off")) {
        return STATUS_INVALID;
    }
    *out = yes;
    return STATUS_OK;
}

typedef enum status parse_fn(struct slice text, uint64_t *out);

/* INVALID: no number, or out of the setting's range; then *out is 0. */
static enum status parse_number(const struct setting *setting, parse_fn *parse, struct slice text,
                                uint64_t *out)
{
    uint64_t number, minimum, maximum;

    *out = 0;
    if (parse(text, &number) != STATUS_OK ||
        parse(slice_str(setting->minimum), &minimum) != STATUS_OK ||
        parse(slice_str(setting->maximum), &maximum) != STATUS_OK || number < minimum ||
        number > maximum) {
        return STATUS_INVALID;
    }
    *out = number;
    return STATUS_OK;
}

static enum status set_choice(struct settings *settings, const struct setting *setting,
                              struct slice text)
{
    for (unsigned int i = 0; setting_word(setting, i).len > 0; i++) {
        if (slice_eq(setting_word(setting, i), text)) {
            *(unsigned int *)setting_member(settings, setting) = i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

/* A NUL would cut the text where a library reads it, a line's end where it is printed. */
static enum status set_text(struct settings *settings, const struct setting *setting,
                            struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (iscntrl((unsigned char)text.ptr[i])) {
            return STATUS_INVALID;
        }
    }
    *(struct slice *)setting_member(settings, setting) = arena_copy(&memory, text);
    return STATUS_OK;
}

/* INVALID leaves the member as it was. */
static enum status setting_parse(struct settings *settings, const struct setting *setting,
                                 struct slice text)
{
    void *member = setting_member(settings, setting);
    enum status status = STATUS_INVALID;
    uint64_t number;

    switch (setting->type) {
    case TEXT:
    case SECRET:
        status = set_text(settings, setting, text);
        break;
    case TABLE:
        status = table_name_is(text) ? set_text(settings, setting, text) : STATUS_INVALID;
        break;
    case FLAG:
        status = parse_flag(text, member);
        break;
    case CHOICE:
        status = set_choice(settings, setting, text);
        break;
    case TIME:
        status = parse_number(setting, unit_parse_time, text, &number);
        if (status == STATUS_OK) {
            *(uint64_t *)member = number;
        }
        break;
    case SIZE:
        status = parse_number(setting, unit_parse_size, text, &number);
        if (status == STATUS_OK) {
            *(size_t *)member = (size_t)number;
        }
        break;
    case COUNT:
        status = parse_number(setting, slice_parse_u64, text, &number);
        if (status == STATUS_OK) {
            *(unsigned int *)member = (unsigned int)number;
        }
        break;
    }
    return status;
}

/* "a whole number from 1 to 256" */
static struct slice allowed_text(struct arena *arena, const struct setting *setting)
{
    switch (setting->type) {
    case TIME:
        return arena_printf(arena, UNIT_OF_TIME ", from %s to %s", setting->minimum,
                            setting->maximum);
    case SIZE:
        return arena_printf(arena, UNIT_OF_SIZE ", from %s to %s", setting->minimum,
                            setting->maximum);
    case COUNT:
        return arena_printf(arena, "a whole number from %s to %s", setting->minimum,
                            setting->maximum);
    case FLAG:
        return SLICE_LITERAL("yes or no");
    case CHOICE:
        return arena_printf(arena, "one of %s", setting->maximum + 1);
    case TABLE:
        return SLICE_LITERAL("a DynamoDB table's name, " TABLE_NAME_RULE);
    case TEXT:
    case SECRET:
        break;
    }
    return SLICE_LITERAL("text without control characters");
}

/* ------------------------------------------------------------------ from any source */

static void complain_unknown(struct loader *loader, const struct origin *origin, struct slice name)
{
    struct suggest suggest;
    struct slice hint;

    suggest_init(&suggest, name);
    for (const char *const *own = loader->own; own && *own; own++) {
        suggest_offer(&suggest, slice_str(*own));
    }
    for (size_t i = 0; i < settings_count; i++) {
        suggest_offer(&suggest, slice_str(settings_table[i].name));
    }
    hint = suggest_hint(&suggest, &loader->diag.arena);
    if (hint.len == 0) {
        hint = SLICE_LITERAL("--print-settings lists all settings");
    }
    diag_add(&loader->diag, origin->file, origin->line, origin->name, hint, "unknown setting");
}

/* KEY_file: the secret is the file's text without its last line break. */
static void offer_secret_file(struct loader *loader, const struct setting *setting,
                              struct slice path, const struct origin *origin)
{
    struct slice text;

    if (file_read(&memory, path, &text) != STATUS_OK) {
        diag_add(&loader->diag, origin->file, origin->line, origin->name, SLICE_EMPTY,
                 "cannot read the file '%.*s'", SLICE_ARG(path));
        return;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) {
        text.len--;
    }
    if (set_text(loader->settings, setting, text) != STATUS_OK) {
        diag_add(&loader->diag, origin->file, origin->line, origin->name, SLICE_EMPTY,
                 "the file '%.*s' holds control characters", SLICE_ARG(path));
    }
}

/* False: there is no such setting. */
static bool offer(struct loader *loader, struct slice name, struct slice value,
                  const struct origin *origin)
{
    const struct setting *setting = setting_find(name);
    const size_t suffix = strlen("_file");

    if (!setting && name.len > suffix && slice_is(slice_from(name, name.len - suffix), "_file")) {
        setting = setting_find(slice_of(name.ptr, name.len - suffix));
        if (setting && setting->type == SECRET) {
            offer_secret_file(loader, setting, value, origin);
            return true;
        }
        setting = NULL;
    }
    if (!setting) {
        return false;
    }
    if (setting_parse(loader->settings, setting, value) != STATUS_OK) {
        diag_add(&loader->diag, origin->file, origin->line, origin->name, SLICE_EMPTY,
                 "'%.*s' is not allowed; allowed is %.*s",
                 SLICE_ARG(setting->type == SECRET ? SLICE_LITERAL("***") : value),
                 SLICE_ARG(allowed_text(&loader->diag.arena, setting)));
    }
    return true;
}

/* ------------------------------------------------------------------ the three sources */

static void read_line(struct loader *loader, struct slice line, struct origin *origin)
{
    struct slice name, value;

    line = slice_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return;
    }
    if (!slice_cut(line, '=', &name, &value)) {
        diag_add(&loader->diag, origin->file, origin->line, SLICE_EMPTY, SLICE_EMPTY,
                 "neither a comment nor 'key = value'");
        return;
    }
    origin->name = slice_trim(name);
    if (!offer(loader, origin->name, slice_trim(value), origin)) {
        complain_unknown(loader, origin, origin->name);
    }
}

static void read_file(struct loader *loader, struct slice path)
{
    struct origin origin = {.file = path};
    struct slice text, line;

    if (file_read(&memory, path, &text) != STATUS_OK) {
        diag_add(&loader->diag, path, 0, SLICE_EMPTY, SLICE_EMPTY, "cannot read this file");
        return;
    }
    while (text.len > 0) {
        slice_cut(text, '\n', &line, &text);
        origin.line++;
        read_line(loader, line, &origin);
    }
}

static bool is_stack_variable(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(stack_variables); i++) {
        if (slice_is(name, stack_variables[i])) {
            return true;
        }
    }
    return false;
}

static void read_environment(struct loader *loader)
{
    char lower[NAME_MAX_LEN];

    for (char **variable = environ; *variable; variable++) {
        struct origin origin = {.file = SLICE_LITERAL("environment")};
        struct slice key, value;

        if (strncmp(*variable, ENV_PREFIX, strlen(ENV_PREFIX)) != 0) {
            continue;
        }
        slice_cut(slice_str(*variable), '=', &origin.name, &value);
        key = slice_from(origin.name, strlen(ENV_PREFIX));
        key.len = key.len < sizeof(lower) ? key.len : sizeof(lower);
        // cppcheck-suppress knownConditionTrueFalse ; it loses slice_from's length
        for (size_t i = 0; i < key.len; i++) {
            lower[i] = (char)tolower((unsigned char)key.ptr[i]);
        }
        if (!offer(loader, slice_of(lower, key.len), value, &origin) &&
            !is_stack_variable(origin.name)) {
            log_warn("unknown variable in the environment", "name=%.*s", SLICE_ARG(origin.name));
        }
    }
}

static bool is_own(struct slice flag, const char *const *own)
{
    for (; own && *own; own++) {
        if (slice_is(flag, *own)) {
            return true;
        }
    }
    return false;
}

/* --key=value; '-' may be written for '_' in the key; a flag setting alone means yes. */
static void read_flag(struct loader *loader, struct slice flag, bool has_value, struct slice value)
{
    struct origin origin = {.file = SLICE_LITERAL("command line")};
    const struct setting *setting;
    char *name = arena_cstr(&memory, flag);

    origin.name = arena_printf(&memory, "--%.*s", SLICE_ARG(flag));
    for (char *c = name; *c; c++) {
        if (*c == '-') {
            *c = '_';
        }
    }
    setting = setting_find(slice_str(name));
    if (setting && !has_value) {
        if (setting->type != FLAG) {
            diag_add(&loader->diag, origin.file, 0, origin.name, SLICE_EMPTY,
                     "needs a value: --%.*s=VALUE", SLICE_ARG(flag));
            return;
        }
        value = SLICE_LITERAL("yes");
    }
    if (!offer(loader, slice_str(name), value, &origin)) {
        complain_unknown(loader, &origin, slice_str(name));
    }
}

/* Takes the settings out of argv and leaves the program's own words, in order. */
static void read_flags(struct loader *loader, int *argc, char **argv, const char *const *own)
{
    int kept = 1;

    for (int i = 1; i < *argc; i++) {
        struct slice flag, value;
        bool has_value;

        if (strncmp(argv[i], "--", 2) != 0) {
            argv[kept++] = argv[i];
            continue;
        }
        has_value = slice_cut(slice_str(argv[i] + 2), '=', &flag, &value);
        if (is_own(flag, own)) {
            argv[kept++] = argv[i];
        } else if (!slice_is(flag, "config")) {
            read_flag(loader, flag, has_value, value);
        }
    }
    *argc = kept;
    argv[kept] = NULL;
}

/* --config=PATH, else TWOFOLD_CONFIG, else empty. */
static struct slice config_path(int argc, char **argv)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
    const char *path = getenv(ENV_PREFIX "CONFIG");

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--config=", strlen("--config=")) == 0) {
            path = argv[i] + strlen("--config=");
        }
    }
    return path ? slice_str(path) : SLICE_EMPTY;
}

enum status settings_load(struct settings *settings, int *argc, char **argv, const char *const *own)
{
    struct loader loader = {.settings = settings, .own = own};
    struct slice path = config_path(*argc, argv);
    enum status status;

    for (size_t i = 0; i < settings_count; i++) {
        struct origin origin = {.file = SLICE_LITERAL("defaults"),
                                .name = slice_str(settings_table[i].name)};

        offer(&loader, origin.name, slice_str(settings_table[i].fallback), &origin);
    }
    if (path.len > 0) {
        read_file(&loader, path);
    }
    read_environment(&loader);
    read_flags(&loader, argc, argv, own);

    diag_print(&loader.diag, stderr);
    status = loader.diag.count == 0 ? STATUS_OK : STATUS_INVALID;
    diag_fini(&loader.diag);
    return status;
}
