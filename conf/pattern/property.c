/*
 * Names of Unicode properties: PCRE2 knows general categories by their short names only.
 */
#include "conf/pattern/property.h"

/* Unicode's general categories by their long names (PropertyValueAliases.txt). */
static const struct {
    const char *name, *code;
} categories[] = {
    {"Letter",                "L" },
    {"Cased_Letter",          "L&"},
    {"LC",                    "L&"},
    {"Uppercase_Letter",      "Lu"},
    {"Lowercase_Letter",      "Ll"},
    {"Titlecase_Letter",      "Lt"},
    {"Modifier_Letter",       "Lm"},
    {"Other_Letter",          "Lo"},
    {"Mark",                  "M" },
    {"Combining_Mark",        "M" },
    {"Nonspacing_Mark",       "Mn"},
    {"Spacing_Mark",          "Mc"},
    {"Enclosing_Mark",        "Me"},
    {"Number",                "N" },
    {"Decimal_Number",        "Nd"},
    {"digit",                 "Nd"},
    {"Letter_Number",         "Nl"},
    {"Other_Number",          "No"},
    {"Punctuation",           "P" },
    {"punct",                 "P" },
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation",      "Pd"},
    {"Open_Punctuation",      "Ps"},
    {"Close_Punctuation",     "Pe"},
    {"Initial_Punctuation",   "Pi"},
    {"Final_Punctuation",     "Pf"},
    {"Other_Punctuation",     "Po"},
    {"Symbol",                "S" },
    {"Math_Symbol",           "Sm"},
    {"Currency_Symbol",       "Sc"},
    {"Modifier_Symbol",       "Sk"},
    {"Other_Symbol",          "So"},
    {"Separator",             "Z" },
    {"Space_Separator",       "Zs"},
    {"Line_Separator",        "Zl"},
    {"Paragraph_Separator",   "Zp"},
    {"Other",                 "C" },
    {"Control",               "Cc"},
    {"cntrl",                 "Cc"},
    {"Format",                "Cf"},
    {"Surrogate",             "Cs"},
    {"Private_Use",           "Co"},
    {"Unassigned",            "Cn"},
};

static struct slice category_code(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(categories); i++) {
        if (slice_is(name, categories[i].name)) {
            return slice_str(categories[i].code);
        }
    }
    return name;
}

bool pattern_property(struct slice property, struct buf *out)
{
    struct slice key, value;

    if (!slice_cut(property, '=', &key, &value)) {
        buf_append(out, category_code(property));
    } else if (slice_is(key, "General_Category") || slice_is(key, "gc")) {
        buf_append(out, category_code(value));
    } else if (slice_is(key, "Script_Extensions") || slice_is(key, "scx")) {
        buf_printf(out, "scx:%.*s", SLICE_ARG(value));
    } else if (slice_is(key, "Script") || slice_is(key, "sc")) {
        buf_printf(out, "sc:%.*s", SLICE_ARG(value));
    } else {
        return false;
    }
    return true;
}
