/*
 * Both servers put today's date to a TIME in DATE(t), CAST(t AS DATETIME), t < datetime (MySQL 8
 * manual, "Conversion Between Date and Time Types").
 */
#include "conf/study/clock.h"

#define IS_ANY(name, ...)                              \
    is_any((name), (const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static bool is_any(struct slice name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_eq_nocase(name, slice_str(words[i]))) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ what is a TIME */

static bool is_time(const struct sqlstatement *statement, const struct sqlexpr *expr);

static bool any_is_time(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (is_time(statement, expr->args[i])) {
            return true;
        }
    }
    return false;
}

static bool output_is_time(const struct sqlstatement *statement, const struct sqlquery *query,
                           size_t i)
{
    if (query->core) {
        return i < query->core->output_count && is_time(statement, query->core->outputs[i]);
    }
    for (size_t j = 0; j < query->branch_count; j++) {
        if (output_is_time(statement, query->branches[j], i)) {
            return true;
        }
    }
    return false;
}

/* A JSON_TABLE's columns are not told apart: is one of them a TIME? */
static bool says_time(const struct sqlstatement *statement, struct sqlspan span)
{
    for (unsigned int i = span.from; i < span.end; i++) {
        if (sqltoken_is(&statement->tokens[i], "TIME")) {
            return true;
        }
    }
    return false;
}

static bool column_is_time(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    if (expr->kind != SQLEXPR_COLUMN || !expr->source) {
        return expr->kind != SQLEXPR_COLUMN && is_time(statement, expr);
    }
    if (expr->source->table) {
        return slice_eq_nocase(expr->source->table->columns[expr->column].type,
                               SLICE_LITERAL("TIME"));
    }
    return expr->source->query ? output_is_time(statement, expr->source->query, expr->column)
                               : says_time(statement, expr->source->span);
}

/* Of those that choose among their arguments, which are made of one type. */
static bool chooses(const struct sqlexpr *call)
{
    return IS_ANY(call->name, "ANY_VALUE", "CASE", "COALESCE", "FIRST_VALUE", "GREATEST", "IF",
                  "IFNULL", "LAG", "LAST_VALUE", "LEAD", "LEAST", "MAX", "MIN", "NTH_VALUE",
                  "NULLIF", "NVL", "NVL2");
}

/* CAST(x AS TIME), CONVERT(x, TIME(3)): the word behind AS or the comma. */
static const struct sqltoken *target_of(const struct sqlstatement *statement,
                                        const struct sqlexpr *cast)
{
    const struct sqltoken *end = &statement->tokens[cast->span.end];
    const struct sqltoken *token = &statement->tokens[cast->span.from];
    unsigned int depth = token->depth + 1;
    const struct sqltoken *found = NULL;

    for (; token + 1 < end; token++) {
        if (token->depth == depth && (sqltoken_is(token, "AS") || sqltoken_is(token, ","))) {
            found = token + 1;
        }
    }
    return found;
}

/* For sure a date with a time. */
static bool is_moment(const struct sqlexpr *expr)
{
    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    return (expr->kind == SQLEXPR_COLUMN && expr->source && expr->source->table &&
            expr->source->table->columns[expr->column].holds.family == COLUMN_DATETIME) ||
           (expr->kind == SQLEXPR_CALL && slice_eq_nocase(expr->name, SLICE_LITERAL("TIMESTAMP")));
}

static bool call_is_time(const struct sqlstatement *statement, const struct sqlexpr *call)
{
    if (IS_ANY(call->name, "SEC_TO_TIME", "MAKETIME", "STR_TO_DATE", "TIMEDIFF", "TIME")) {
        return true; /* STR_TO_DATE by what its format says */
    }
    if (IS_ANY(call->name, "CAST", "CONVERT")) {
        const struct sqltoken *target = target_of(statement, call);

        return target && sqltoken_is(target, "TIME");
    }
    if (IS_ANY(call->name, "ADDTIME", "SUBTIME")) { /* of a text, too */
        return call->arg_count > 0 && !is_moment(call->args[0]);
    }
    return chooses(call) && any_is_time(statement, call);
}

static bool is_time(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    switch (expr->kind) {
    case SQLEXPR_COLUMN:
        return column_is_time(statement, expr);
    case SQLEXPR_CONSTANT: /* TIME '10:00' */
        return sqltoken_is(&statement->tokens[expr->span.from], "TIME");
    case SQLEXPR_CALL:
        return call_is_time(statement, expr);
    case SQLEXPR_QUERY:
        return output_is_time(statement, expr->query, 0);
    case SQLEXPR_ROW:
        return any_is_time(statement, expr);
    case SQLEXPR_NULL:
    case SQLEXPR_NUMBER:
    case SQLEXPR_STRING:
    case SQLEXPR_BOOLEAN:
    case SQLEXPR_PARAM:
    case SQLEXPR_STAR:
    case SQLEXPR_DEFAULT:
    case SQLEXPR_NEW:
    case SQLEXPR_AND:
    case SQLEXPR_OR:
    case SQLEXPR_NOT:
    case SQLEXPR_COMPARE:
    case SQLEXPR_IS_NULL:
    case SQLEXPR_IN:
    case SQLEXPR_IN_QUERY:
    case SQLEXPR_BETWEEN:
    case SQLEXPR_LIKE:
    case SQLEXPR_MATH:
    case SQLEXPR_EXISTS:
    case SQLEXPR_COLLATE:
        break;
    }
    return false;
}

bool clock_is_time(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    return is_time(statement, expr);
}

/* ------------------------------------------------------------------ what takes one */

/* Beside a TIME it is no date. Conditions are arguments of IF and CASE. */
static bool is_no_date(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    return expr->kind <= SQLEXPR_PARAM ||
           (expr->kind >= SQLEXPR_AND && expr->kind <= SQLEXPR_LIKE) ||
           expr->kind == SQLEXPR_EXISTS || is_time(statement, expr);
}

static bool all_are_no_dates(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (!is_no_date(statement, expr->args[i])) {
            return false;
        }
    }
    return true;
}

static bool cast_takes(const struct sqlstatement *statement, const struct sqlexpr *cast)
{
    const struct sqltoken *target = target_of(statement, cast);

    return target && !SQLTOKEN_IS_ANY(target, "DATE", "DATETIME", "TIMESTAMP", "YEAR");
}

static bool call_takes(const struct sqlstatement *statement, const struct sqlexpr *call)
{
    if (IS_ANY(call->name, "CAST", "CONVERT")) {
        return cast_takes(statement, call);
    }
    if (IS_ANY(call->name, "TIMESTAMP")) { /* a date and a time: together they are no clock's */
        return call->arg_count == 2 && !is_time(statement, call->args[0]);
    }
    return IS_ANY(call->name, "ADDTIME", "CONCAT", "CONCAT_WS", "COUNT", "GROUP_CONCAT", "HOUR",
                  "JSON_ARRAY", "JSON_ARRAYAGG", "JSON_OBJECT", "JSON_OBJECTAGG", "MICROSECOND",
                  "MINUTE", "SECOND", "SUBTIME", "TIME", "TIMEDIFF", "TIME_FORMAT", "TIME_TO_SEC");
}

static size_t width(const struct sqlquery *query)
{
    while (!query->core) {
        query = query->branches[0];
    }
    return query->core->output_count;
}

/* Of a UNION: beside a TIME each SELECT has one, or what is no date. */
static const struct sqlexpr *find_mixed(const struct sqlstatement *statement,
                                        const struct sqlquery *whole, const struct sqlquery *part)
{
    const struct sqlexpr *found = NULL;

    for (size_t i = 0; part->core && i < part->core->output_count && !found; i++) {
        if (output_is_time(statement, whole, i) && !is_no_date(statement, part->core->outputs[i])) {
            found = part->core->outputs[i];
        }
    }
    for (size_t i = 0; i < part->branch_count && !found; i++) {
        found = find_mixed(statement, whole, part->branches[i]);
    }
    return found;
}

const struct sqlexpr *clock_in_union(const struct sqlstatement *statement,
                                     const struct sqlquery *query)
{
    return query->core ? NULL : find_mixed(statement, query, query);
}

static bool query_has_time(const struct sqlstatement *statement, const struct sqlquery *query)
{
    for (size_t i = 0; i < width(query); i++) {
        if (output_is_time(statement, query, i)) {
            return true;
        }
    }
    return false;
}

/* Rows are not compared place by place: in doubt it does. */
static bool compares_rows(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (expr->args[i]->kind == SQLEXPR_ROW && is_time(statement, expr->args[i])) {
            return true;
        }
    }
    return false;
}

bool clock_gets_in(const struct sqlstatement *statement, const struct sqlexpr *expr)
{
    bool compares =
        expr->kind == SQLEXPR_COMPARE || expr->kind == SQLEXPR_IN || expr->kind == SQLEXPR_BETWEEN;

    if (compares && compares_rows(statement, expr)) {
        return true;
    }
    if (compares || (expr->kind == SQLEXPR_CALL && chooses(expr))) {
        return any_is_time(statement, expr) && !all_are_no_dates(statement, expr);
    }
    if (expr->kind == SQLEXPR_IN_QUERY && width(expr->query) > 1) {
        return compares_rows(statement, expr) || query_has_time(statement, expr->query);
    }
    if (expr->kind == SQLEXPR_IN_QUERY) {
        return is_time(statement, expr->args[0]) != output_is_time(statement, expr->query, 0);
    }
    return (expr->kind == SQLEXPR_CALL || expr->kind == SQLEXPR_MATH) &&
           any_is_time(statement, expr) &&
           !(expr->kind == SQLEXPR_CALL && call_takes(statement, expr));
}
