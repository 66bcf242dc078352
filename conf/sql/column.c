/*
 * Declarations of columns.
 *
 *     price DECIMAL(12,2) UNSIGNED NOT NULL
 *           '------------ first word and sizes; the rest is searched for words
 */
#include "conf/sql/column.h"

#define DECIMAL_DIGITS_UNSAID 10 /* MySQL 8.4, MariaDB 10.11: DECIMAL is DECIMAL(10,0) */

static const struct {
    const char *word;
    enum column_family family;
    unsigned int bytes; /* of an integer */
} words[] = {
    {"TINYINT",    COLUMN_INTEGER,  1},
    {"INT1",       COLUMN_INTEGER,  1},
    {"SMALLINT",   COLUMN_INTEGER,  2},
    {"INT2",       COLUMN_INTEGER,  2},
    {"MEDIUMINT",  COLUMN_INTEGER,  3},
    {"INT3",       COLUMN_INTEGER,  3},
    {"MIDDLEINT",  COLUMN_INTEGER,  3},
    {"INT",        COLUMN_INTEGER,  4},
    {"INTEGER",    COLUMN_INTEGER,  4},
    {"INT4",       COLUMN_INTEGER,  4},
    {"BIGINT",     COLUMN_INTEGER,  8},
    {"INT8",       COLUMN_INTEGER,  8},
    {"SERIAL",     COLUMN_INTEGER,  8},
    {"BOOL",       COLUMN_BOOLEAN,  0},
    {"BOOLEAN",    COLUMN_BOOLEAN,  0},
    {"DECIMAL",    COLUMN_DECIMAL,  0},
    {"NUMERIC",    COLUMN_DECIMAL,  0},
    {"DEC",        COLUMN_DECIMAL,  0},
    {"FIXED",      COLUMN_DECIMAL,  0},
    {"FLOAT",      COLUMN_REAL,     0},
    {"FLOAT4",     COLUMN_REAL,     0},
    {"FLOAT8",     COLUMN_REAL,     0},
    {"DOUBLE",     COLUMN_REAL,     0},
    {"REAL",       COLUMN_REAL,     0},
    {"CHAR",       COLUMN_TEXT,     0},
    {"CHARACTER",  COLUMN_TEXT,     0},
    {"NCHAR",      COLUMN_TEXT,     0},
    {"NATIONAL",   COLUMN_TEXT,     0},
    {"VARCHAR",    COLUMN_TEXT,     0},
    {"NVARCHAR",   COLUMN_TEXT,     0},
    {"TEXT",       COLUMN_TEXT,     0},
    {"TINYTEXT",   COLUMN_TEXT,     0},
    {"MEDIUMTEXT", COLUMN_TEXT,     0},
    {"LONGTEXT",   COLUMN_TEXT,     0},
    {"BINARY",     COLUMN_BYTES,    0},
    {"VARBINARY",  COLUMN_BYTES,    0},
    {"BLOB",       COLUMN_BYTES,    0},
    {"TINYBLOB",   COLUMN_BYTES,    0},
    {"MEDIUMBLOB", COLUMN_BYTES,    0},
    {"LONGBLOB",   COLUMN_BYTES,    0},
    {"JSON",       COLUMN_JSON,     0},
    {"DATE",       COLUMN_DATE,     0},
    {"DATETIME",   COLUMN_DATETIME, 0},
    {"TIMESTAMP",  COLUMN_DATETIME, 0},
    {"UUID",       COLUMN_UUID,     0},
    {"INET6",      COLUMN_INET6,    0},
};

/* The number after "(" or "," at TOKEN. False: there is none. */
static bool size_at(const struct sqltoken *token, const char *mark, unsigned int *out)
{
    uint64_t number;

    if (!sqltoken_is(token, mark) || token[1].kind != SQLTOKEN_NUMBER ||
        slice_parse_u64(token[1].text, &number) != STATUS_OK || number > UINT16_MAX) {
        return false;
    }
    *out = (unsigned int)number;
    return true;
}

static void read_sizes(const struct sqltoken *token, struct column_type *type)
{
    unsigned int size = 0;
    bool said = size_at(token + 1, "(", &size);

    switch (type->family) {
    case COLUMN_INTEGER:
        if (said && size == 1 && sqltoken_is(token, "TINYINT")) {
            type->family = COLUMN_BOOLEAN;
        }
        return;
    case COLUMN_DECIMAL:
        type->size = said ? size : DECIMAL_DIGITS_UNSAID;
        (void)(said && size_at(token + 3, ",", &type->places));
        return;
    case COLUMN_DATETIME:
        type->size = size;
        return;
    case COLUMN_OTHER:
    case COLUMN_BOOLEAN:
    case COLUMN_REAL:
    case COLUMN_TEXT:
    case COLUMN_BYTES:
    case COLUMN_JSON:
    case COLUMN_DATE:
    case COLUMN_UUID:
    case COLUMN_INET6:
        return;
    }
}

struct column_type column_type_read(const struct sqltoken *token, const struct sqltoken *end)
{
    struct column_type type = {.family = COLUMN_OTHER};

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (sqltoken_is(token, words[i].word)) {
            type.family = words[i].family;
            type.size = words[i].bytes;
            break;
        }
    }
    type.is_unsigned = sqltoken_is(token, "SERIAL");
    read_sizes(token, &type);
    for (; token < end; token++) {
        type.is_unsigned |= sqltoken_is(token, "UNSIGNED") || sqltoken_is(token, "ZEROFILL");
        type.generated |= sqltoken_is(token, "AS") && sqltoken_is(token + 1, "(");
        if (token->depth == 1 && sqltoken_is(token, "BYTE") && type.family == COLUMN_TEXT) {
            type.family = COLUMN_BYTES; /* CHAR(3) BYTE is BINARY(3) */
        }
    }
    return type;
}

bool column_type_equal(const struct column_type *a, const struct column_type *b)
{
    return a->family == b->family && a->is_unsigned == b->is_unsigned &&
           a->generated == b->generated && a->size == b->size && a->places == b->places;
}

bool column_type_scalar(const struct column_type *type, enum scalar *out)
{
    static const struct {
        bool known;
        enum scalar scalar;
    } scalars[] = {
        [COLUMN_INTEGER] = {true, SCALAR_INTEGER  },
          [COLUMN_BOOLEAN] = {true, SCALAR_BOOLEAN  },
        [COLUMN_DECIMAL] = {true, SCALAR_NUMBER   },
          [COLUMN_TEXT] = {true, SCALAR_STRING   },
        [COLUMN_DATE] = {true, SCALAR_STRING   },
          [COLUMN_DATETIME] = {true, SCALAR_DATE_TIME},
        [COLUMN_UUID] = {true, SCALAR_UUID     },
          [COLUMN_INET6] = {true, SCALAR_IPV6     },
    };

    *out = scalars[type->family].scalar;
    return scalars[type->family].known;
}

/* ------------------------------------------------------------------ what fits */

static const char *unless(bool fits, const char *hint)
{
    return fits ? NULL : hint;
}

const char *column_type_misfit(const struct column_type *type, enum scalar scalar,
                               struct slice format)
{
    if (type->generated) {
        return "a column that is computed from others has no text of its own: compare those";
    }
    switch (type->family) {
    case COLUMN_TEXT:
        return unless(scalar_is_text(scalar), "\"type\": \"string\"");
    case COLUMN_INTEGER:
        return unless(scalar == SCALAR_INTEGER, "\"type\": \"integer\"");
    case COLUMN_DECIMAL:
        return unless(scalar == SCALAR_INTEGER || scalar == SCALAR_NUMBER, "\"type\": \"number\"");
    case COLUMN_BOOLEAN:
        return unless(scalar == SCALAR_BOOLEAN || scalar == SCALAR_INTEGER,
                      "\"type\": \"boolean\"");
    case COLUMN_DATE:
        return unless(slice_is(format, "date"), "\"type\": \"string\", \"format\": \"date\"");
    case COLUMN_DATETIME:
        if (type->size < 3) {
            return "declare it DATETIME(3): times have milliseconds";
        }
        return unless(scalar == SCALAR_DATE_TIME,
                      "\"type\": \"string\", \"format\": \"date-time\"");
    case COLUMN_UUID:
        return unless(scalar == SCALAR_UUID, "\"type\": \"string\", \"format\": \"uuid\"");
    case COLUMN_INET6:
        return unless(scalar == SCALAR_IPV6, "\"type\": \"string\", \"format\": \"ipv6\"");
    case COLUMN_OTHER:
    case COLUMN_REAL:
    case COLUMN_BYTES:
    case COLUMN_JSON:
        break;
    }
    return "a text, an integer, a DECIMAL, a DATE or a DATETIME(3) can be compared with a tag's "
           "parameter";
}
