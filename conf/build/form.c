/*
 * What SQL stores and compares must have the text that tags have. So a column decides: DATETIME
 * takes a time in many spellings and makes another value of some, a text column keeps what it gets.
 */
#include "conf/build/form.h"

#include "lib/sql/conn.h"

/* ------------------------------------------------------------------ forms */

static enum plan_form form_of_scalar(enum scalar type)
{
    switch (type) {
    case SCALAR_UUID:
        return FORM_UUID;
    case SCALAR_IPV6:
        return FORM_IPV6;
    case SCALAR_DATE_TIME:
        return FORM_DATE_TIME;
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
    case SCALAR_BOOLEAN:
    case SCALAR_STRING:
        break;
    }
    return FORM_PLAIN;
}

static void as_time(struct plan_bind *bind, unsigned int digits)
{
    bind->form = FORM_TIME;
    bind->digits = digits < 3 ? digits : 3;
}

void form_of_change(struct plan_bind *bind, enum scalar type, const struct beside *beside)
{
    const struct table_column *column = beside->column;
    enum column_family family = column ? column->holds.family : COLUMN_OTHER;

    switch (family) {
    case COLUMN_TEXT:
        bind->form = form_of_scalar(type == SCALAR_STRING ? column->format : type);
        bind->form = bind->form == FORM_PLAIN ? FORM_TEXT : bind->form;
        return;
    case COLUMN_JSON:
        bind->form = beside->how == BESIDE_STORED ? FORM_JSON : FORM_PLAIN;
        return;
    case COLUMN_DATETIME:
        as_time(bind, column->holds.size);
        return;
    case COLUMN_DATE:
        bind->form = FORM_DATE_ONLY;
        return;
    case COLUMN_UUID:
        bind->form = FORM_UUID_ONLY;
        return;
    case COLUMN_INET6:
        bind->form = FORM_IPV6_ONLY;
        return;
    case COLUMN_OTHER:
        if (!column && type == SCALAR_DATE_TIME) {
            as_time(bind, 3);
            return;
        }
        bind->form = column ? FORM_PLAIN : form_of_scalar(type);
        return;
    case COLUMN_INTEGER:
    case COLUMN_BOOLEAN:
    case COLUMN_DECIMAL:
    case COLUMN_REAL:
    case COLUMN_BYTES:
        return;
    }
}

void form_of_query(struct plan_bind *bind, enum scalar type, const struct beside *beside)
{
    enum column_family family = beside->column ? beside->column->holds.family : COLUMN_OTHER;

    if ((type == SCALAR_DATE_TIME && family != COLUMN_TEXT) ||
        (type == SCALAR_STRING && family == COLUMN_DATETIME && beside->how == BESIDE_EQUAL)) {
        as_time(bind, 3);
    }
}

/* ------------------------------------------------------------------ limits */

static struct decimal power_of_two(unsigned int bits)
{
    struct decimal one = decimal_of_i64(1);

    one.coefficient <<= bits; /* never ends in 0 */
    return one;
}

static struct plan_limits integer_limits(const struct column_type *type)
{
    const struct decimal one = decimal_of_i64(1);
    struct plan_limits limits = {.set = true, .lowest = decimal_of_i64(0)};
    unsigned int bits = 8 * type->size - (type->is_unsigned ? 0 : 1);
    struct decimal power = power_of_two(bits);

    (void)!decimal_subtract(&power, &one, &limits.highest);
    if (!type->is_unsigned) {
        limits.lowest = power;
        limits.lowest.negative = true;
    }
    return limits;
}

/* DECIMAL(12,2): below 10^10, which is no value of it either. */
static struct plan_limits decimal_limits(const struct column_type *type)
{
    struct plan_limits limits = {.set = true, .places = (int)type->places};

    limits.highest = decimal_of_i64(1);
    limits.highest.exponent = (int32_t)(type->size - type->places);
    limits.lowest = limits.highest;
    limits.lowest.negative = true;
    return limits;
}

static void narrow(struct plan_limits *limits, const struct plan_limits *by)
{
    if (!limits->set) {
        limits->set = true;
        limits->lowest = by->lowest;
        limits->highest = by->highest;
        limits->places = by->places;
        return;
    }
    if (decimal_compare(&by->lowest, &limits->lowest) > 0) {
        limits->lowest = by->lowest;
    }
    if (decimal_compare(&by->highest, &limits->highest) < 0) {
        limits->highest = by->highest;
    }
    limits->places = by->places < limits->places ? by->places : limits->places;
}

/* Any number: a column of doubles. */
static struct plan_limits real_limits(void)
{
    struct plan_limits limits = {.set = true, .places = SQL_DECIMAL_PLACES};

    limits.highest = decimal_of_i64(1);
    limits.highest.exponent = 126; /* beyond DynamoDB's numbers (lib/data/decimal.h) */
    limits.lowest = limits.highest;
    limits.lowest.negative = true;
    return limits;
}

/* False: no numbers. */
static bool column_limits(const struct column_type *type, struct plan_limits *out)
{
    struct column_type byte = {.family = COLUMN_INTEGER, .size = 1};

    switch (type->family) {
    case COLUMN_INTEGER:
        *out = integer_limits(type);
        return true;
    case COLUMN_BOOLEAN: /* TINYINT(1) */
        byte.is_unsigned = type->is_unsigned;
        *out = integer_limits(&byte);
        return true;
    case COLUMN_DECIMAL:
        *out = decimal_limits(type);
        return type->places <= type->size;
    case COLUMN_REAL:
        *out = real_limits();
        return true;
    case COLUMN_OTHER:
    case COLUMN_TEXT:
    case COLUMN_BYTES:
    case COLUMN_JSON:
    case COLUMN_DATE:
    case COLUMN_DATETIME:
    case COLUMN_UUID:
    case COLUMN_INET6:
        break;
    }
    return false;
}

void form_note(struct plan_param *param, const struct beside *beside)
{
    static const enum plan_form forms[COLUMN_INET6 + 1] = {
        [COLUMN_DATE] = FORM_DATE_ONLY,
        [COLUMN_DATETIME] = FORM_TIME,
        [COLUMN_UUID] = FORM_UUID_ONLY,
        [COLUMN_INET6] = FORM_IPV6_ONLY,
    };
    struct table_column *column = beside->column;
    struct plan_limits limits;

    if (!column || beside->how != BESIDE_EQUAL) {
        return;
    }
    if (forms[column->holds.family] != FORM_PLAIN) {
        param->limits.form = forms[column->holds.family];
    }
    if (column->holds.family == COLUMN_TEXT && form_of_scalar(param->type) != FORM_PLAIN) {
        column->format = param->type;
    }
    if (param->type != SCALAR_BOOLEAN && column_limits(&column->holds, &limits)) {
        narrow(&param->limits, &limits);
    }
}

/* ------------------------------------------------------------------ checks */

static void check_collation(struct query *query, const struct plan_param *param,
                            const struct table_column *column)
{
    if (column->holds.family == COLUMN_TEXT && column->collation.len > 0 &&
        !slice_eq_nocase(column->collation, SLICE_LITERAL("utf8mb4_bin"))) {
        source_complain(&query->source, query->written.tags,
                        SLICE_LITERAL("tags compare by bytes: COLLATE utf8mb4_bin"),
                        "the tag's {%.*s} is compared with '%.*s' of the collation %.*s",
                        SLICE_ARG(param->name), SLICE_ARG(column->name),
                        SLICE_ARG(column->collation));
    }
}

/* One query takes all spellings for one value, the other each for its own. */
static void check_format(struct query *query, const struct plan_param *param,
                         struct table_column *column)
{
    column->plain |= param->type == SCALAR_STRING;
    if (column->holds.family == COLUMN_TEXT && column->plain && column->format != SCALAR_STRING) {
        source_complain(&query->source, query->written.tags,
                        SLICE_LITERAL("give all parameters that are compared with it one format"),
                        "the tag's {%.*s} is %s, and another parameter that '%.*s' is compared "
                        "with is not",
                        SLICE_ARG(param->name), scalar_name(param->type), SLICE_ARG(column->name));
    }
}

/* BINARY: the comparison is by bytes, whatever the column's collation. */
static void check_column(struct query *query, const struct plan_param *param,
                         struct table_column *column, bool binary)
{
    const char *misfit =
        column_type_misfit(&column->holds, param->type, schema_format(param->schema));

    if (misfit) {
        source_complain(&query->source, query->written.tags, slice_str(misfit),
                        "the tag's {%.*s} is %s, and '%.*s' is %.*s: SQL takes several texts for "
                        "one value, tags do not",
                        SLICE_ARG(param->name), scalar_name(param->type), SLICE_ARG(column->name),
                        SLICE_ARG(column->type));
        return;
    }
    if (!binary) {
        check_collation(query, param, column);
    }
    check_format(query, param, column);
}

static bool is_param(const struct sqltoken *token, const struct plan_param *param)
{
    return token->kind == SQLTOKEN_PARAM && slice_eq(token->text, param->name);
}

static bool is_among(const struct beside *seen, size_t count, const struct beside *beside)
{
    for (size_t i = 0; i < count; i++) {
        if (seen[i].column == beside->column && seen[i].binary == beside->binary) {
            return true;
        }
    }
    return false;
}

void form_check(struct query *query, const struct plan_param *param)
{
    const struct sqlstatement *statement = query->tree ? query->tree->statement : NULL;
    struct beside *seen =
        ARENA_ARRAY(&query->build->scratch, struct beside, statement ? statement->token_count : 0);
    size_t count = 0;

    for (size_t i = 0; statement && i < statement->token_count; i++) {
        struct beside beside = {0};

        if (is_param(&statement->tokens[i], param)) {
            beside = beside_find(query->tree, &statement->tokens[i]);
        }
        if (beside.how == BESIDE_EQUAL && beside.column && !is_among(seen, count, &beside)) {
            seen[count++] = beside;
            check_column(query, param, beside.column, beside.binary);
        }
    }
}
