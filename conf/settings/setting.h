/*
 * The table of settings.h as rows, for the code that reads settings (settings.c) and the code that
 * shows them (print.c).
 */
#ifndef CONF_SETTINGS_SETTING_H
#define CONF_SETTINGS_SETTING_H

#include <stddef.h>

#include "conf/settings/settings.h"

enum setting_type {
    TEXT,
    SECRET,
    TABLE,
    TIME,
    SIZE,
    COUNT,
    FLAG,
    CHOICE
};

struct setting {
    const char *name;
    enum setting_type type;
    const char *fallback, *minimum, *maximum, *text;
    size_t offset; /* of the member in struct settings */
};

extern const struct setting settings_table[];
extern const size_t settings_count;

/* The word of a CHOICE whose constant is VALUE; empty: there is none. */
struct slice setting_word(const struct setting *setting, unsigned int value);

static inline void *setting_member(const struct settings *settings, const struct setting *setting)
{
    return (char *)(uintptr_t)settings + setting->offset;
}

#endif
