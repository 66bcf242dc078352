#include "tests/servers/conf/grammar/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/compiler.h"
#include "tests/unit/unit.h"

static void put_expr(struct generated *out, int depth);
static void put_query(struct generated *out, int depth, unsigned int columns);

/* ------------------------------------------------------------------ tokens */

unsigned int generate_pick(struct generated *out, unsigned int below)
{
    out->state ^= out->state << 13;
    out->state ^= out->state >> 7;
    out->state ^= out->state << 17;
    return (unsigned int)((out->state >> 20) % below);
}

static bool one_in(struct generated *out, unsigned int count)
{
    return generate_pick(out, count) == 0;
}

static void put_token(struct generated *out, const char *text, size_t len, bool close)
{
    if (out->count < GENERATED_MAX) {
        snprintf(out->tokens[out->count].text, sizeof(out->tokens[0].text), "%.*s", (int)len, text);
        out->tokens[out->count++].close = close;
    }
}

/* Words with blanks between them; one that begins with ~ stands close to what is before it. */
static void put(struct generated *out, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        bool close = words[0] == '~' && len > 1;

        put_token(out, words + close, len - close, close);
        words += len + (words[len] == ' ');
    }
}

#define PUT_ONE(out, ...)                                          \
    put((out), ((const char *const[]){__VA_ARGS__})[generate_pick( \
                   (out), sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))])

static void put_numbered(struct generated *out, const char *prefix, unsigned int number)
{
    char text[24];

    snprintf(text, sizeof(text), "%s%u", prefix, number);
    put(out, text);
}

/* ------------------------------------------------------------------ what has no operators */

static void put_column(struct generated *out)
{
    if (out->scope > 0 && !one_in(out, 4)) {
        put_numbered(out, "t", out->scope);
        put(out, "~.");
        PUT_ONE(out, "~a", "~b", "~k", "~s", "~d");
    } else {
        PUT_ONE(out, "a", "b", "`k`", "u");
    }
}

static void put_leaf(struct generated *out)
{
    if (out->numbers) {
        PUT_ONE(out, "0", "1", "2", "3", "4", "1", "2", "3", "NULL", "TRUE", "FALSE");
    } else if (one_in(out, 2)) {
        put_column(out);
    } else {
        PUT_ONE(out, "0", "17", "1.5", ".5", "2e3", "'x'", "'it''s'", "NULL", "TRUE", ":q", ":w",
                "DATE '2026-01-01'", "x'ff'", "0x1f", "b'01'", "_utf8mb4 'a'", "N'a'", "'a' 'b'");
    }
}

static void put_list(struct generated *out, int depth, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        put(out, i > 0 ? "~," : "");
        put_expr(out, depth);
    }
}

/* Functions: what is written, with e for an expression. */
static const char *const calls[] = {
    "COALESCE ~( e , e )",
    "IF ~( e , e , e )",
    "IFNULL ( e , e )",
    "CONCAT ~( e , e , e )",
    "LEFT ( e , 2 )",
    "REPLACE ~( e , 'a' , e )",
    "MOD ~( e , 3 )",
    "CAST ~( e AS CHAR ~( 3 ) CHARACTER SET utf8mb4 )",
    "CAST ~( e AS DECIMAL ~( 10 , 2 ) )",
    "CAST ~( e AS UNSIGNED INTEGER )",
    "CAST ~( e AS DATETIME ~( 6 ) )",
    "CONVERT ~( e , SIGNED )",
    "CONVERT ~( e USING utf8mb4 )",
    "CHAR ~( e USING utf8mb4 )",
    "EXTRACT ~( YEAR FROM e )",
    "TRIM ~( BOTH 'x' FROM e )",
    "TRIM ~( e )",
    "TRIM ~( e FROM e )",
    "SUBSTRING ~( e FROM 2 FOR e )",
    "SUBSTRING ~( e , 2 )",
    "MID ~( e , 1 , 2 )",
    "POSITION ~( 'a' IN e )",
    "DATE_ADD ~( e , INTERVAL e DAY )",
    "DATE_SUB ~( e , INTERVAL '1:1' HOUR_MINUTE )",
    "ADDDATE ~( e , 3 )",
    "TIMESTAMPDIFF ( MONTH , e , e )",
    "GET_FORMAT ~( DATE , 'USA' )",
    "NOW ~( )",
    "NOW ~( 6 )",
    "CURRENT_TIMESTAMP",
    "UTC_DATE",
    "UTC_TIME ~( 3 )",
    "DATABASE ~( )",
    "YEAR ~( e )",
    "WEEK ~( e , 1 )",
    "ROUND ( e , 2 )",
    "GREATEST ~( e , e )",
    "JSON_EXTRACT ~( j , '$.a' )",
    "CASE WHEN e THEN e ELSE e END",
    "CASE e WHEN e THEN e WHEN e THEN e END",
    "( e )",
    "( ( e , e ) = ( e , e ) )",
    "( ROW ~( e , e ) < ROW ( e , e ) )",
    "( ( e , e ) IN ( ( e , e ) , ( e , e ) ) )",
    "MATCH ( s ) AGAINST ( 'x' IN BOOLEAN MODE )",
};

static const char *const aggregates[] = {
    "COUNT ~( * )",
    "COUNT ~( e )",
    "COUNT ~( DISTINCT e , e )",
    "SUM ~( e )",
    "SUM ~( DISTINCT e )",
    "MIN ~( ALL e )",
    "AVG ( e )",
    "BIT_OR ~( e )",
    "STDDEV_POP ~( e )",
    "GROUP_CONCAT ~( DISTINCT e , e ORDER BY e DESC , e SEPARATOR '-' )",
    "JSON_ARRAYAGG ~( e )",
    "SUM ~( e ) OVER ( )",
    "COUNT ~( * ) OVER ( PARTITION BY e , e ORDER BY e DESC )",
    "MAX ~( e ) OVER ( ORDER BY e ROWS BETWEEN 2 PRECEDING AND CURRENT ROW )",
    "AVG ~( e ) OVER ( ORDER BY e ROWS UNBOUNDED PRECEDING )",
    "RANK ~( ) OVER ( ORDER BY e )",
    "LAG ~( e , 2 ) OVER ( ORDER BY e )",
    "NTILE ~( 4 ) OVER ( ORDER BY e )",
    "FIRST_VALUE ~( e ) OVER ( PARTITION BY e ORDER BY e )",
};

static void put_shape(struct generated *out, const char *shape, int depth)
{
    while (*shape) {
        size_t len = strcspn(shape, " ");

        if (len == 1 && shape[0] == 'e') {
            put_expr(out, depth);
        } else {
            put_token(out, shape + (shape[0] == '~'), len - (shape[0] == '~'), shape[0] == '~');
        }
        shape += len + (shape[len] == ' ');
    }
}

static void put_primary(struct generated *out, int depth)
{
    unsigned int kind = generate_pick(out, 12);

    if (depth <= 0 || kind < 5) {
        put_leaf(out);
    } else if (kind < 7 || out->numbers) {
        put(out, "(");
        put_expr(out, depth - 1);
        put(out, ")");
    } else if (kind < 11) {
        put_shape(out, calls[generate_pick(out, ARRAY_COUNT(calls))], depth - 2);
    } else if (out->queries < 3) {
        bool exists = one_in(out, 3);

        put(out, exists ? "EXISTS (" : "(");
        put_query(out, depth - 2, exists ? 2 : 1);
        put(out, ")");
    } else {
        put_leaf(out);
    }
}

/* ------------------------------------------------------------------ operators */

static void put_unary(struct generated *out, int depth)
{
    if (depth > 0 && one_in(out, 6)) {
        if (out->numbers) {
            PUT_ONE(out, "-", "+", "~", "!");
        } else {
            PUT_ONE(out, "-", "+", "~", "!", "BINARY");
        }
        put_unary(out, depth - 1);
        return;
    }
    put_primary(out, depth);
    if (!out->numbers && one_in(out, 40)) {
        put(out, "COLLATE utf8mb4_bin");
    }
}

static void put_operand(struct generated *out, int depth)
{
    put_unary(out, depth);
    while (depth > 0 && one_in(out, 3)) {
        if (!out->numbers && one_in(out, 12)) {
            PUT_ONE(out, "+", "-");
            put(out, "INTERVAL");
            put_expr(out, depth - 2);
            PUT_ONE(out, "DAY", "MONTH", "HOUR_MINUTE");
            continue;
        }
        PUT_ONE(out, "|", "&", "<<", ">>", "+", "-", "+", "-", "*", "/", "DIV", "MOD", "%", "^");
        put_unary(out, depth - 1);
    }
}

static void put_in(struct generated *out, int depth)
{
    put(out, "IN (");
    if (out->numbers || out->queries >= 3 || one_in(out, 2)) {
        put_list(out, depth - 1, 1 + generate_pick(out, 3));
    } else {
        put_query(out, depth - 1, 1);
    }
    put(out, ")");
}

static void put_predicate(struct generated *out, int depth)
{
    put_operand(out, depth);
    if (depth <= 0 || !one_in(out, 4)) {
        return;
    }
    put(out, one_in(out, 3) ? "NOT" : "");
    switch (generate_pick(out, 4)) {
    case 0:
        put_in(out, depth);
        break;
    case 1:
        put(out, "BETWEEN");
        put_operand(out, depth - 1);
        put(out, "AND");
        put_predicate(out, depth - 1);
        break;
    case 2:
        put(out, "LIKE");
        put_unary(out, depth - 1);
        put(out, !out->numbers && one_in(out, 4) ? "ESCAPE '!'" : "");
        break;
    default:
        PUT_ONE(out, "REGEXP", "RLIKE");
        if (out->numbers) {
            PUT_ONE(out, "1", "2", "3 + 1", "1 & 3"); /* - 1 and NULL are no patterns to one */
        } else {
            put_operand(out, depth - 1);
        }
        break;
    }
}

static void put_compared(struct generated *out, int depth)
{
    put_predicate(out, depth);
    while (depth > 0 && one_in(out, 3)) {
        if (one_in(out, 5)) {
            PUT_ONE(out, "IS NULL", "IS NOT NULL");
        } else {
            PUT_ONE(out, "=", "<=>", "<>", "!=", "<", "<=", ">", ">=");
            put_predicate(out, depth - 1);
        }
    }
    if (one_in(out, 16)) {
        PUT_ONE(out, "IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN");
    }
}

static void put_not(struct generated *out, int depth)
{
    if (depth > 0 && one_in(out, 8)) {
        put(out, "NOT");
        put_not(out, depth - 1);
    } else if (depth > 1 && !out->numbers && one_in(out, 60)) {
        put(out, "INTERVAL 1 DAY +");
        put_not(out, depth - 1);
    } else {
        put_compared(out, depth);
    }
}

static void put_expr(struct generated *out, int depth)
{
    put_not(out, depth);
    while (depth > 0 && one_in(out, 4)) {
        PUT_ONE(out, "AND", "OR", "XOR", "&&", "||", "AND", "OR");
        put_not(out, depth - 1);
    }
}

/* ------------------------------------------------------------------ queries */

static void put_alias(struct generated *out, unsigned int *alias)
{
    *alias = ++out->alias;
    put(out, one_in(out, 2) ? "AS" : "");
    put_numbered(out, "t", *alias);
}

static void put_source(struct generated *out, int depth, unsigned int *alias)
{
    unsigned int kind = generate_pick(out, 10);

    if (kind == 0 && depth > 0 && out->queries < 3) {
        put(out, "( SELECT id , a , b , k , u , s , d , j FROM p UNION");
        PUT_ONE(out, "ALL", "DISTINCT");
        put(out, "SELECT * FROM ( SELECT id , a , b , k , u , s , d , j FROM c ) tt )");
        put_alias(out, alias);
    } else if (kind == 1) {
        put(out, "JSON_TABLE ~( '[]' , '$[*]' COLUMNS ( id FOR ORDINALITY , a INT PATH '$' NULL ON "
                 "EMPTY , b DECIMAL ~( 10 , 2 ) PATH '$.b' , k INT EXISTS PATH '$.k' , s VARCHAR "
                 "~( 3 ) PATH '$.s' , NESTED PATH '$.d' COLUMNS ( d DATETIME PATH '$' ) ) )");
        put_alias(out, alias);
    } else {
        PUT_ONE(out, "p", "c", "f");
        put_alias(out, alias);
        if (one_in(out, 12)) {
            PUT_ONE(out, "USE INDEX ( x )", "FORCE KEY ( x , PRIMARY )",
                    "IGNORE INDEX FOR ORDER BY ( x )");
        }
    }
}

static void put_joined(struct generated *out, int depth, unsigned int *alias)
{
    unsigned int other;

    if (depth > 0 && one_in(out, 12)) {
        put(out, "( p");
        put_alias(out, alias);
        PUT_ONE(out, "JOIN", ",", "CROSS JOIN");
        put_source(out, 0, &other);
        put(out, ")");
    } else {
        put_source(out, depth, alias);
    }
    while (one_in(out, 4)) {
        bool inner = one_in(out, 2), nested = one_in(out, 6);

        if (inner) {
            PUT_ONE(out, "JOIN", "INNER JOIN", "CROSS JOIN");
        } else {
            PUT_ONE(out, "LEFT JOIN", "RIGHT OUTER JOIN");
        }
        put_source(out, depth - 1, &other);
        if (nested) {
            put(out, "JOIN");
            put_source(out, 0, &other);
            put(out, "ON 1 = 1");
        }
        if (!inner || one_in(out, 2)) {
            put(out, "ON");
            put_expr(out, depth - 2);
        }
    }
}

static void put_from(struct generated *out, int depth)
{
    unsigned int first, other;

    put(out, "FROM");
    if (one_in(out, 30)) {
        put(out, "DUAL");
        return;
    }
    put_joined(out, depth, &first);
    if (one_in(out, 6)) {
        put(out, "~,");
        put_joined(out, depth, &other);
    }
    out->scope = first;
}

static void put_order(struct generated *out, int depth)
{
    put(out, "ORDER BY");
    put_expr(out, depth);
    PUT_ONE(out, "", "ASC", "DESC");
    if (one_in(out, 3)) {
        put(out, "~,");
        put_expr(out, depth);
    }
}

static void put_items(struct generated *out, int depth, unsigned int columns)
{
    put(out, "SELECT");
    PUT_ONE(out, "", "", "DISTINCT", "ALL");
    for (unsigned int i = 0; i < columns; i++) {
        put(out, i > 0 ? "~," : "");
        if (depth > 1 && one_in(out, 5)) {
            put_shape(out, aggregates[generate_pick(out, ARRAY_COUNT(aggregates))], depth - 2);
        } else {
            put_expr(out, depth - 1);
        }
        if (one_in(out, 3)) {
            put(out, one_in(out, 2) ? "AS" : "");
            put_numbered(out, "c", i);
        }
    }
}

/* FROM is made first, so that the list knows its names, and put behind it then. */
static void put_core(struct generated *out, int depth, unsigned int columns)
{
    unsigned int outer = out->scope;
    size_t start = out->count, count, size = sizeof(out->tokens[0]);
    void *from;

    put_from(out, depth);
    count = out->count - start;
    from = malloc(count * size);
    memcpy(from, &out->tokens[start], count * size);
    out->count = start;
    put_items(out, depth, columns);
    count = count < GENERATED_MAX - out->count ? count : GENERATED_MAX - out->count;
    memcpy(&out->tokens[out->count], from, count * size);
    out->count += count;
    free(from);
    if (one_in(out, 2)) {
        put(out, "WHERE");
        put_expr(out, depth);
    }
    if (one_in(out, 8)) {
        put(out, "GROUP BY");
        put_list(out, depth - 2, 1 + generate_pick(out, 2));
    }
    if (one_in(out, 10)) {
        put(out, "HAVING");
        put_expr(out, depth - 2);
    }
    out->scope = outer;
}

static void put_limit(struct generated *out)
{
    PUT_ONE(out, "LIMIT 5", "LIMIT :n", "LIMIT 2 , :n", "LIMIT 5 OFFSET 2");
}

/* No LIMIT: IN must have none. */
static void put_query(struct generated *out, int depth, unsigned int columns)
{
    out->queries++;
    put_core(out, depth, columns);
    if (one_in(out, 8)) {
        PUT_ONE(out, "UNION", "UNION ALL", "EXCEPT", "INTERSECT", "UNION DISTINCT");
        put_core(out, depth - 1, columns);
    } else if (one_in(out, 5)) {
        put_order(out, depth - 2);
    }
}

static void put_select(struct generated *out)
{
    unsigned int columns = 1 + generate_pick(out, 3);

    if (one_in(out, 12)) {
        put(out, "WITH w AS ( SELECT id , a , b , k , u , s , d , j FROM p ) , v ( x , y ) AS ( "
                 "SELECT a , b FROM w )");
    }
    if (one_in(out, 10)) {
        put(out, "(");
        put_core(out, 2, columns);
        put_limit(out);
        put(out, ")");
        PUT_ONE(out, "UNION", "UNION ALL");
        put(out, "(");
        put_core(out, 2, columns);
        put(out, ")");
    } else {
        put_core(out, 4, columns);
        if (one_in(out, 5)) {
            put_order(out, 2);
        }
    }
    if (one_in(out, 5)) {
        put_limit(out);
    }
}

/* ------------------------------------------------------------------ changes */

static void put_value(struct generated *out)
{
    if (one_in(out, 6)) {
        put(out, "DEFAULT");
    } else {
        put_expr(out, 3);
    }
}

static void put_sets(struct generated *out, const char *prefix)
{
    unsigned int count = 1 + generate_pick(out, 3);

    for (unsigned int i = 0; i < count; i++) {
        put(out, i > 0 ? "~," : "");
        put(out, prefix);
        PUT_ONE(out, "a", "b", "s");
        put(out, "=");
        put_value(out);
    }
}

static void put_insert(struct generated *out)
{
    bool replaces = one_in(out, 4), queries = one_in(out, 4);

    put(out, replaces ? "REPLACE" : "INSERT");
    put(out, one_in(out, 4) ? "p" : "INTO p");
    if (queries) {
        put(out, "( a , b )");
        put_query(out, 3, 2);
    } else if (one_in(out, 3)) {
        put(out, "SET");
        put_sets(out, "");
    } else {
        put(out, "( a , b ) VALUES (");
        put_value(out);
        put(out, "~,");
        put_value(out);
        put(out, one_in(out, 3) ? ") , ( 1 , DEFAULT )" : ")");
    }
    if (!replaces && !queries && one_in(out, 3)) {
        put(out, "ON DUPLICATE KEY UPDATE");
        put(out, "a = VALUES ~( a ) + 1 ,");
        put_sets(out, "");
    }
}

static void put_update(struct generated *out)
{
    bool joins = one_in(out, 3);

    put(out, "UPDATE p");
    if (joins) {
        put(out, "t1 LEFT JOIN c t2 ON t2 ~. ~pid = t1 ~. ~id");
        out->scope = 1;
        out->alias = 2;
    }
    put(out, "SET");
    if (joins) {
        put(out, "t1 ~. ~a = 1");
    } else {
        put_sets(out, "");
    }
    if (one_in(out, 2)) {
        put(out, "WHERE");
        put_expr(out, 4);
    }
    if (!joins && one_in(out, 4)) {
        put_order(out, 2);
    }
    if (!joins && one_in(out, 4)) {
        PUT_ONE(out, "LIMIT 1", "LIMIT :n");
    }
}

static void put_delete(struct generated *out)
{
    if (one_in(out, 3)) {
        put(out, "DELETE t1 FROM p AS t1 JOIN c t2 ON t2 ~. ~pid = t1 ~. ~id");
        out->scope = 1;
        out->alias = 2;
    } else {
        put(out, "DELETE FROM p");
    }
    if (one_in(out, 2)) {
        put(out, "WHERE");
        put_expr(out, 4);
    }
}

/* ------------------------------------------------------------------ all */

static void begin(struct generated *out, bool numbers)
{
    out->count = 0;
    out->numbers = numbers;
    out->alias = out->scope = out->queries = 0;
}

void generate_statement(struct generated *out)
{
    do {
        begin(out, false);
        switch (generate_pick(out, 8)) {
        case 0:
            put_insert(out);
            break;
        case 1:
            put_update(out);
            break;
        case 2:
            put_delete(out);
            break;
        default:
            put_select(out);
            break;
        }
    } while (out->count == GENERATED_MAX);
}

void generate_number(struct generated *out)
{
    do {
        begin(out, true);
        put_expr(out, 4);
    } while (out->count > 60);
}

void generate_mutation(struct generated *out)
{
    size_t i = generate_pick(out, (unsigned int)out->count - 1);
    size_t size = sizeof(out->tokens[0]);
    unsigned char kept[sizeof(out->tokens[0])];

    switch (generate_pick(out, 3)) {
    case 0:
        memmove(&out->tokens[i], &out->tokens[i + 1], (out->count - i - 1) * size);
        out->count--;
        break;
    case 1:
        memcpy(kept, &out->tokens[i], size);
        memcpy(&out->tokens[i], &out->tokens[i + 1], size);
        memcpy(&out->tokens[i + 1], kept, size);
        break;
    default:
        if (out->count < GENERATED_MAX) {
            memmove(&out->tokens[i + 1], &out->tokens[i], (out->count - i) * size);
            out->count++;
        }
        break;
    }
}

struct slice generate_text(const struct generated *out, struct buf *text)
{
    buf_clear(text);
    for (size_t i = 0; i < out->count; i++) {
        buf_append_str(text, i > 0 && !out->tokens[i].close ? " " : "");
        buf_append_str(text, out->tokens[i].text);
    }
    return buf_slice(text);
}
