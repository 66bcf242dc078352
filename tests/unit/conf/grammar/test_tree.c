/*
 * Statements and their trees; what is no tree, and where it stops to be one.
 */
#include "conf/grammar/tree.h"
#include "tests/unit/unit.h"

static bool read_sql(struct arena *arena, const char *sql, struct sqltree *tree,
                     struct sqlfault *fault)
{
    struct sqlblock block;
    struct diag diag = {0};

    sqlfile_parse_plain(arena, SLICE_LITERAL("x.sql"), slice_str(sql), &diag, &block);
    if (diag.count > 0 || block.statement_count != 1) {
        diag_print(&diag, stderr);
        fail_msg("%s", sql);
    }
    diag_fini(&diag);
    return sqltree_read(arena, &block.statements[0], tree, fault);
}

static void check_tree(const char *sql, const char *want)
{
    struct arena arena = {0};
    struct sqltree tree;
    struct sqlfault fault;
    struct slice text;

    if (!read_sql(&arena, sql, &tree, &fault)) {
        fail_msg("%s: %.*s", sql, SLICE_ARG(fault.text));
    }
    text = sqltree_print(&arena, &tree);
    if (!slice_is(text, want)) {
        fail_msg("%s\n  is   %.*s\n  want %s", sql, SLICE_ARG(text), want);
    }
    arena_fini(&arena);
}

/* An expression, and what it is. */
// clang-format off
static const char *const exprs[][2] = {
    {"a = :x AND b = 1 OR NOT c = -2", "(or (and (= a :x) (= b 1)) (not (= c -2)))"},
    {"a AND b AND c", "(and a b c)"},
    {"(a AND b) AND c", "(and (and a b) c)"},
    {"a || b && c XOR d", "(or a (XOR (and b c) d))"},
    {"a = b IN (1)", "(= a (in b 1))"},
    {"a = b = c", "(= (= a b) c)"},
    {"NOT a BETWEEN 1 AND 2 AND b", "(and (not (between a 1 2)) b)"},
    {"a NOT BETWEEN 1 + 1 AND :x", "(not-between a (+ 1 1) :x)"},
    {"a IN (:x, 'y') IS NULL", "(isnull (in a :x 'y'))"},
    {"a IS NOT NULL", "(not-isnull a)"},
    {"a IS NOT TRUE", "(IS a)"},
    {"a IS UNKNOWN", "(isnull a)"},
    {"a <=> b", "(<=> a b)"},
    {"a != b", "(<> a b)"},
    {"t.a LIKE 'x%' ESCAPE '!'", "(like t.a 'x%' '!')"},
    {"a NOT REGEXP 'x'", "(not (REGEXP a 'x'))"},
    {"a + b * c - d", "(- (+ a (* b c)) d)"},
    {"a | b & c << 1 ^ 2", "(| a (& b (<< c (^ 1 2))))"},
    {"-a * -5 % 2", "(% (* (- a) -5) 2)"},
    {"a DIV 2 MOD 3", "(MOD (DIV a 2) 3)"},
    {"!a = b", "(= (not a) b)"},
    {"a COLLATE utf8mb4_bin = :x", "(= (collate utf8mb4_bin a) :x)"},
    {"(a, b) = (1, 2)", "(= (row a b) (row 1 2))"},
    {"ROW(a, b) = ROW(1, 2)", "(= (row ROW a b) (row ROW 1 2))"},
    {"a IN (SELECT v FROM f)", "(in a (select v from f))"},
    {"a NOT IN ((SELECT v FROM f))", "(not-in a (select v from f))"},
    {"a IN ((SELECT v FROM f), 1)", "(in a (query (select v from f)) 1)"},
    {"NOT EXISTS (SELECT 1 FROM f)", "(not (exists (select 1 from f)))"},
    {"(SELECT 1) + 1", "(+ (query (select 1)) 1)"},
    {"x'ff' = 0xff OR _utf8mb4'a' = 'a' 'b'", "(or (= constant constant) (= constant constant))"},
    {"DATE '2026-01-01' < d", "(< constant d)"},
    {"TRUE = FALSE", "(= TRUE FALSE)"},
    {"CASE a WHEN 1 THEN b ELSE c END", "(CASE a 1 b c)"},
    {"CASE WHEN a THEN b END", "(CASE a b)"},
    {"CAST(a AS DECIMAL(10, 2)) = CONVERT(b, CHAR(3))", "(= (CAST a) (CONVERT b))"},
    {"CAST(a AS CHAR CHARACTER SET utf8mb4)", "(CAST a)"},
    {"CONVERT(a USING utf8mb4)", "(CONVERT a)"},
    {"EXTRACT(YEAR FROM d)", "(EXTRACT d)"},
    {"TRIM(BOTH 'x' FROM a) = TRIM(a)", "(= (TRIM 'x' a) (TRIM a))"},
    {"TRIM(LEADING FROM a)", "(TRIM a)"},
    {"SUBSTRING(a FROM 2 FOR 3) = SUBSTR(a, 2)", "(= (SUBSTRING a 2 3) (SUBSTR a 2))"},
    {"d + INTERVAL 1 DAY", "(+ d (INTERVAL 1))"},
    {"INTERVAL 1 DAY + d", "(+ (INTERVAL 1) d)"},
    {"DATE_SUB(d, INTERVAL :n MONTH)", "(DATE_SUB d (INTERVAL :n))"},
    {"TIMESTAMPDIFF(DAY, a, b)", "(TIMESTAMPDIFF a b)"},
    {"POSITION('a' IN b)", "(POSITION 'a' b)"},
    {"IF(a, b, c) = LEFT(s, 3)", "(= (IF a b c) (LEFT s 3))"},
    {"COUNT(*) + COUNT(DISTINCT a, b)", "(+ (COUNT *) (COUNT a b))"},
    {"GROUP_CONCAT(DISTINCT a ORDER BY b DESC SEPARATOR ', ')", "(GROUP_CONCAT a b)"},
    {"MATCH (a, b) AGAINST (:w IN BOOLEAN MODE)", "(MATCH a b :w)"},
    {"JSON_EXTRACT(j, '$.a')", "(JSON_EXTRACT j '$.a')"},
    {"j ->> '$.a' = 'b'", "(= (->> j) 'b')"},
    {"`order`.`group` = t.value", "(= order.group t.value)"},
    {"CURRENT_TIMESTAMP", "(CURRENT_TIMESTAMP)"},
    {"a MEMBER OF (j)", "(MEMBER OF a j)"},
    {"BINARY a = b", "(= (BINARY a) b)"},
    {"a BETWEEN 1 AND b IN (2)", "(between a 1 (in b 2))"},
    {"a SOUNDS LIKE b", "(SOUNDS LIKE a b)"},
    {"a = ! b", "(= a (not b))"},
    {"d + INTERVAL 1 DAY * 2 ^ 3 - 1", "(- (* (+ d (INTERVAL 1)) (^ 2 3)) 1)"},
    {"2 * INTERVAL 1 DAY + d = e AND f", "(and (* 2 (+ (INTERVAL 1) (= d e))) f)"},
    {".5 + a", "(+ .5 a)"},
    {"N'a' 'b' = _latin1 'c'", "(= constant constant)"},
    {"((SELECT 1) UNION (SELECT 2)) + ((SELECT 3))",
     "(+ (query (union (select 1), (select 2))) (query (select 3)))"},
    {"((SELECT 1) + 1), ((SELECT 1), 2)", "(+ (query (select 1)) 1), (row (query (select 1)) 2)"},
    {"a IN ((SELECT 1) EXCEPT (SELECT 2))", "(in a (except (select 1), (select 2)))"},
    {"COUNT(ALL *) + SUM(DISTINCT ALL a)", "(+ (COUNT *) (SUM a))"},
    {"CONVERT(a USING 'utf8mb4') COLLATE 'utf8mb4_bin'", "(collate utf8mb4_bin (CONVERT a))"},
    {"GET_FORMAT(DATE, 'USA')", "(GET_FORMAT 'USA')"},
    {"MATCH t.a, b AGAINST ('x' WITH QUERY EXPANSION)", "(MATCH t.a b 'x')"},
    {"CURRENT_ROLE()", "(CURRENT_ROLE)"},
};

static const char *const queries[][2] = {
    {"SELECT DISTINCT a x, b AS `y` FROM p", "(select-distinct a as x, b as y from p)"},
    {"SELECT *, p.* FROM p", "(select *, p.* from p)"},
    {"SELECT 1 FROM DUAL WHERE 1", "(select 1 where 1)"},
    {"SELECT a FROM p, c JOIN f ON u = k WHERE p.id = :i",
     "(select a from (join p, (join c, f on (= u k))) where (= p.id :i))"},
    {"SELECT a FROM p LEFT JOIN c ON x JOIN f ON y",
     "(select a from (join (left p, c on x), f on y))"},
    {"SELECT a FROM p LEFT OUTER JOIN (c CROSS JOIN f) ON x",
     "(select a from (left p, (join c, f) on x))"},
    {"SELECT a FROM p RIGHT JOIN c ON x", "(select a from (left c, p on x))"},
    {"SELECT a FROM p JOIN c JOIN f ON x ON y", "(select a from (join p, (join c, f on x) on y))"},
    {"SELECT a FROM p LEFT JOIN c JOIN f ON x ON y",
     "(select a from (left p, (join c, f on x) on y))"},
    {"SELECT a FROM p JOIN c LEFT JOIN f ON x JOIN g ON y",
     "(select a from (join (left (join p, c), f on x), g on y))"},
    {"SELECT a FROM p JOIN c RIGHT JOIN f ON x", "(select a from (left f, (join p, c) on x))"},
    {"SELECT a FROM p JOIN (c LEFT JOIN f ON x)", "(select a from (join p, (left c, f on x)))"},
    {"SELECT a FROM ((SELECT 1 a) UNION (SELECT 2)) d, ((SELECT 1 b) e JOIN p)",
     "(select a from (join (union (select 1 as a), (select 2)) d, "
     "(join (select 1 as b) e, p)))"},
    {"SELECT 1 WHERE 1 GROUP BY 2", "(select 1 where 1 group 2)"},
    {"SELECT a AS 'x y', b \"z\", 'c' 'd' FROM p", "(select a as x y, b as z, constant from p)"},
    {"SELECT x'ff' 'a', DATE '2026-01-01' 'b'", "(select constant as a, constant as b)"},
    {"SELECT DISTINCTROW DISTINCT a FROM p", "(select-distinct a from p)"},
    {"SELECT a FROM p AS x USE INDEX (i) IGNORE INDEX FOR ORDER BY (PRIMARY, j)",
     "(select a from p x)"},
    {"SELECT a, COUNT(*) n FROM p GROUP BY a, 2 HAVING n > 1 ORDER BY n DESC, a LIMIT 5",
     "((select a, (COUNT *) as n from p group a 2 having (> n 1)) order n a limit 5)"},
    {"SELECT a FROM p LIMIT 5, :n", "((select a from p) limit :n offset 5)"},
    {"SELECT a FROM p LIMIT 5 OFFSET 2", "((select a from p) limit 5 offset 2)"},
    {"SELECT a FROM (SELECT a FROM p) d", "(select a from (select a from p) d)"},
    {"SELECT a FROM p UNION SELECT b FROM c UNION ALL SELECT 1 ORDER BY 1 LIMIT 2",
     "(union (select a from p), (select b from c), (select 1) order 1 limit 2)"},
    {"(SELECT a FROM p ORDER BY a LIMIT 1) UNION (SELECT b FROM c)",
     "(union ((select a from p) order a limit 1), (select b from c))"},
    {"SELECT a FROM p EXCEPT SELECT b FROM c", "(except (select a from p), (select b from c))"},
    {"WITH d AS (SELECT a FROM p), e (x, y) AS (SELECT a, a FROM d) SELECT * FROM e, e f, d",
     "(select * from (join (join (select a, a from (select a from p) d) e:x,y, "
     "(select a, a from (select a from p) d) f:x,y), (select a from p) d))"},
    {"SELECT a FROM (WITH p AS (SELECT k a FROM c) SELECT a FROM p) d, p",
     "(select a from (join (select a from (select k as a from c) p) d, p))"},
    {"SELECT RANK() OVER (PARTITION BY a ORDER BY b) FROM p",
     "(select-windows (RANK over a b) from p)"},
    {"SELECT SUM(a) OVER w, (SELECT 1) FROM p WINDOW w AS (PARTITION BY b ROWS 1 PRECEDING)",
     "(select-windows (SUM over a), (query (select 1)) from p window b)"},
    {"SELECT (SELECT RANK() OVER () FROM c) FROM p",
     "(select (query (select-windows (RANK over) from c)) from p)"},
    {"SELECT x.a FROM p, JSON_TABLE(p.j, '$[*]' COLUMNS (n FOR ORDINALITY, "
     "a DECIMAL(10,2) PATH '$.a' DEFAULT '0' ON EMPTY, NESTED PATH '$.b' COLUMNS (c INT PATH '$'))) x",
     "(select x.a from (join p, json p.j x:n,a,c))"},
};

static const char *const changes[][2] = {
    {"INSERT INTO p (a, b) VALUES (:a, DEFAULT), (1, 2)",
     "(insert p:a,b row :a (default) row 1 2)"},
    {"INSERT p VALUES ()", "(insert p)"},
    {"INSERT INTO p SET a = 1, b = :b", "(insert p:a,b row 1 :b)"},
    {"INSERT INTO p (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = b + 1",
     "(insert p:a row 1 set a = (new a) set b = (+ b 1))"},
    {"REPLACE INTO p (a) SELECT k FROM c", "(replace p:a (select k from c))"},
    {"INSERT INTO p SELECT k FROM c JOIN f ON x ON DUPLICATE KEY UPDATE a = VALUES(p.a)",
     "(insert p (select k from (join c, f on x)) set a = (new a))"},
    {"UPDATE p SET a = :a, p.b = DEFAULT WHERE id = :i ORDER BY a LIMIT 1",
     "(update p set a = :a set p.b = (default) where (= id :i) order a limit 1)"},
    {"UPDATE p x JOIN c ON c.pid = x.id SET x.a = 1 WHERE k = 2",
     "(update (join p x, c on (= c.pid x.id)) set x.a = 1 where (= k 2))"},
    {"DELETE FROM p WHERE id = :i LIMIT 1", "(delete p where (= id :i) limit 1)"},
    {"DELETE x FROM p x JOIN c ON c.pid = x.id",
     "(delete x of (join p x, c on (= c.pid x.id)))"},
};

/* What is no tree: at which token, and why. */
static const struct {
    const char *sql, *at, *text;
} faults[] = {
    {"SELECT", "", "the statement ends where a value should be"},
    {"SELECT a FROM", "", "the statement ends where a table should be"},
    {"SELECT a FROM p WHERE", "", "the statement ends where a value should be"},
    {"SELECT a b c FROM p", "c", "'c' is not expected here"},
    {"SELECT group FROM p", "group", "a value should be here, not 'group'"},
    {"SELECT a FROM p WHERE a = ANY (SELECT 1)", "ANY", "ANY, ALL and SOME are not allowed"},
    {"SELECT a FROM p IN (1) IN (2)", "IN", "'IN' is not expected here"},
    {"SELECT a IN (1) IN (2)", "IN", "'IN' is not expected here"},
    {"SELECT COUNT (*) FROM p", "COUNT", "no blank may be between 'COUNT' and its '('"},
    {"SELECT total(a) FROM p", "total",
     "the function 'total' is not known: a stored function reads what is not seen"},
    {"SELECT a FROM p JOIN c USING (id)", "USING", "USING is not allowed"},
    {"SELECT a FROM p NATURAL JOIN c", "NATURAL", "NATURAL is not allowed"},
    {"SELECT a FROM d.p", ".", "'d.': tables of other databases are not allowed"},
    {"SELECT d.p.a FROM p", ".", "a name of three parts is not allowed"},
    {"SELECT a FROM p LEFT JOIN c", "", "the statement ends where ON should be"},
    {"SELECT a FROM (SELECT a FROM p)", "", "the statement ends where an alias should be"},
    {"SELECT a FROM p, LATERAL (SELECT 1) d", "LATERAL", "LATERAL is not allowed: MariaDB has none"},
    {"WITH RECURSIVE d AS (SELECT 1) SELECT * FROM d", "RECURSIVE",
     "WITH RECURSIVE is not allowed: its rows are not seen"},
    {"SELECT a FROM p GROUP BY a WITH ROLLUP", "WITH", "WITH ROLLUP is not allowed"},
    {"SELECT a FROM p FOR UPDATE", "FOR", "a query must not lock rows"},
    {"SELECT INTERVAL 1 DAY", "", "the statement ends where '+' behind INTERVAL should be"},
    {"SELECT INTERVAL 1 DAY - d", "-", "'+' behind INTERVAL should be here, not '-'"},
    {"SELECT d + INTERVAL (1, 2) DAY", "(", "the function INTERVAL is not allowed"},
    {"SELECT `abs`(1)", "abs",
     "the function 'abs' is not known: a stored function reads what is not seen"},
    {"SELECT - INTERVAL 1 DAY + d", "INTERVAL", "a sign before INTERVAL is not allowed"},
    {"SELECT a =! b", "!", "a blank is needed before '!'"},
    {"SELECT !!a", "!", "a blank is needed before '!'"},
    {"SELECT a IS TRUE = b", "=", "'=' is not expected here"},
    {"SELECT 1 SOUNDS", "SOUNDS", "'SOUNDS' is not expected here"},
    {"SELECT x'f'", "x", "x'f' are no such digits"},
    {"SELECT t. AS b FROM p t", "AS", "a column should be here, not 'AS'"},
    {"SELECT a, * FROM p", "*", "a value should be here, not '*'"},
    {"SELECT a FROM p DUAL", "DUAL", "'DUAL' is not expected here"},
    {"SELECT SQL_NO_CACHE a FROM p", "SQL_NO_CACHE", "SQL_NO_CACHE is not allowed"},
    {"SELECT a FROM p LIMIT 1 + 1", "+", "'+' is not expected here"},
    {"SELECT a FROM p LIMIT a", "a", "a number or a parameter should be here, not 'a'"},
    {"SELECT a IN (SELECT b FROM p LIMIT 1)", ")", "a query in IN must have no LIMIT"},
    {"SELECT a FROM p LEFT JOIN c JOIN f ON x", "", "the statement ends where ON should be"},
    {"SELECT a FROM ((SELECT 1) d)", ")", "parentheses around one derived table are not allowed"},
    {"(WITH d AS (SELECT 1) SELECT * FROM d)", "WITH",
     "WITH in parentheses is not allowed: MariaDB has none"},
    {"SELECT a FROM p USE INDEX (i) FORCE INDEX (i)", "FORCE",
     "USE INDEX and FORCE INDEX exclude each other"},
    {"SELECT a FROM p USE INDEX FOR BY (i)", "BY", "GROUP should be here, not 'BY'"},
    {"SELECT SUM(*)", "*", "a value should be here, not '*'"},
    {"SELECT COUNT(a, b)", ",", ") should be here, not ','"},
    {"SELECT COUNT(DISTINCT *)", "*", "a value should be here, not '*'"},
    {"SELECT RANK()", "", "the statement ends where OVER should be"},
    {"SELECT ABS(a) OVER ()", "OVER", "ABS must have no OVER here"},
    {"SELECT SUM(DISTINCT a) OVER ()", "OVER", "SUM must have no OVER here"},
    {"SELECT SUM(a) OVER (ROWS 1 FOLLOWING)", "FOLLOWING",
     "PRECEDING should be here, not 'FOLLOWING'"},
    {"SELECT IF(a, b)", ")", "IF has too few arguments"},
    {"SELECT MEDIAN(a) OVER ()", "a", "MEDIAN is not allowed: MySQL has none"},
    {"SELECT CAST(a AS YEAR)", "YEAR", "a type such as CHAR should be here, not 'YEAR'"},
    {"SELECT CAST(a AS CHAR(1, 2))", ",", ") should be here, not ','"},
    {"SELECT MATCH (a) AGAINST ('x' IN MODE)", "MODE", "NATURAL should be here, not 'MODE'"},
    {"SELECT n FROM JSON_TABLE('[]', '$' COLUMNS (n INT)) x", ")", "PATH should be here, not ')'"},
    {"SELECT n FROM JSON_TABLE('[]', '$' COLUMNS (n VARCHAR PATH '$')) x", "PATH",
     "( should be here, not 'PATH'"},
    {"SELECT VALUES(a) FROM p", "a", "VALUES(name) is only behind ON DUPLICATE KEY UPDATE"},
    {"INSERT INTO p () SET a = 1", "SET", "VALUES, SET or SELECT should be here, not 'SET'"},
    {"INSERT INTO p SELECT k FROM c JOIN f ON DUPLICATE KEY UPDATE a = 1", "KEY",
     "'KEY' is not expected here"},
    {"SELECT portion FROM p", "portion", "a value should be here, not 'portion'"},
    {"SELECT _utf8mb4 FROM p", "_utf8mb4", "a value should be here, not '_utf8mb4'"},
    {"INSERT IGNORE INTO p VALUES (1)", "IGNORE",
     "INSERT IGNORE is not allowed: it changes values and leaves out rows, of which the server "
     "only warns: a record that is warned of becomes a dead letter"},
    {"DELETE QUICK FROM p", "QUICK", "DELETE QUICK is not allowed: InnoDB does not know it"},
    {"SELECT @x", "@x", "variables (@x) are not allowed"},
    {"SELECT d.count(1) FROM p", "(",
     "'d.count' is not allowed: a stored function reads what is not seen"},
    {"SELECT NEXT VALUE FOR s", "NEXT",
     "NEXT VALUE FOR is not allowed: a sequence counts for everybody, and no projection writes it"},
    {"SELECT NEXTVAL(s)", "NEXTVAL",
     "the function 'NEXTVAL' is not known: a stored function reads what is not seen"},
    {"SELECT a FROM p FOR SYSTEM_TIME ALL", "FOR",
     "FOR SYSTEM_TIME is not allowed: it reads rows of another time"},
    {"SELECT a FROM p LIMIT ROWS EXAMINED 5", "ROWS",
     "ROWS EXAMINED is not allowed: it gives a part of the answer, by the plan"},
    {"SELECT a FROM p LIMIT 5 ROWS EXAMINED 5", "ROWS",
     "ROWS EXAMINED is not allowed: it gives a part of the answer, by the plan"},
    {"SELECT a FROM p UNION TABLE c", "TABLE", "SELECT should be here, not 'TABLE'"},
    {"DELETE a, b FROM p a JOIN p b", ",", "a DELETE of several tables"},
    {"DELETE FROM p x", "x", "'x' is not expected here"},
    {"DELETE FROM p RETURNING a", "RETURNING", "RETURNING is not allowed: MySQL has none"},
    {"UPDATE p, c SET a = 1 LIMIT 1", "LIMIT", "'LIMIT' is not expected here"},
    {"CALL x()", "CALL", "SELECT, WITH, INSERT, REPLACE, UPDATE or DELETE should be here, not 'CALL'"},
    {"SELECT ((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))", "(",
     "nested more than 32 deep"},
    {"SELECT - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - 1", "-",
     "nested more than 32 deep"},
};
// clang-format on

static void test_expressions_by_rank(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(exprs); i++) {
        char sql[512], want[512];

        snprintf(sql, sizeof(sql), "SELECT %s", exprs[i][0]);
        snprintf(want, sizeof(want), "(select %s)", exprs[i][1]);
        check_tree(sql, want);
    }
}

static void test_queries(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        check_tree(queries[i][0], queries[i][1]);
    }
}

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        check_tree(changes[i][0], changes[i][1]);
    }
}

static void test_what_is_no_tree_says_where_and_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        struct arena arena = {0};
        struct sqltree tree;
        struct sqlfault fault;

        if (read_sql(&arena, faults[i].sql, &tree, &fault)) {
            fail_msg("%s is a tree", faults[i].sql);
        }
        if (!slice_is(fault.text, faults[i].text) || !slice_is(fault.token->text, faults[i].at)) {
            fail_msg("%s: at '%.*s': %.*s", faults[i].sql, SLICE_ARG(fault.token->text),
                     SLICE_ARG(fault.text));
        }
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions_by_rank),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_what_is_no_tree_says_where_and_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
