/*
 * SQL files: what is a token and what is hidden, blocks and statements; and schema.sql.
 */
#include <string.h>

#include "conf/sql/tables.h"
#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static struct sqlblock parse(struct arena *arena, const char *text, struct diag *diag)
{
    struct sqlblock block;

    sqlfile_parse_plain(arena, SLICE_LITERAL("x.sql"), slice_str(text), diag, &block);
    return block;
}

// clang-format off
static const struct {
    const char *sql, *text, *params; /* params: names joined by blanks */
} texts[] = {
    {"SELECT :a, :b.c FROM t", "SELECT ?, ? FROM t", "a b.c"},
    {"SELECT ':a', \":b\", `:c` FROM t", "SELECT ':a', \":b\", `:c` FROM t", ""},
    {"SELECT 'it''s :a', 'x\\' :b' , :c", "SELECT 'it''s :a', 'x\\' :b' , ?", "c"},
    {"SELECT 1 -- :a ; '\n, :b", "SELECT 1  \n, ?", "b"},
    {"SELECT 1 # :a\n, :b", "SELECT 1  \n, ?", "b"},
    {"SELECT /* :a ; */ :b", "SELECT   ?", "b"},
    {"SELECT 5--3", "SELECT 5--3", ""},
    {"SELECT :a;", "SELECT ?", "a"},
    {"/* before */ SELECT :a ; -- after", "SELECT ?", "a"},
    {"SELECT 1e-3, 0x1F, 1.5, x1", "SELECT 1e-3, 0x1F, 1.5, x1", ""},
    {"SELECT :a.5", "SELECT ?.5", "a"},
};
// clang-format on

static void test_parameters_become_marks_where_they_are_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct sqlblock block = parse(&arena, texts[i].sql, &diag);
        const struct sqlstatement *statement = &block.statements[0];
        struct buf params = {0};

        assert_int_equal(diag.count, 0);
        assert_int_equal(block.statement_count, 1);
        assert_slice(statement->text, texts[i].text);
        for (size_t j = 0; j < statement->token_count; j++) {
            if (statement->tokens[j].kind == SQLTOKEN_PARAM) {
                buf_append_str(&params, params.len > 0 ? " " : "");
                buf_append(&params, statement->tokens[j].text);
                assert_int_equal(statement->text.ptr[statement->tokens[j].start], '?');
            }
        }
        assert_slice(buf_slice(&params), texts[i].params);
        buf_fini(&params);
        arena_fini(&arena);
    }
}

static void test_statements_end_at_semicolons_outside_of_texts(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct sqlblock block =
        parse(&arena, "\nDELETE FROM a WHERE x = ';';\n\n;UPDATE b\nSET x = 1", &diag);

    (void)state;
    assert_int_equal(diag.count, 0);
    assert_int_equal(block.statement_count, 2);
    assert_slice(block.statements[0].text, "DELETE FROM a WHERE x = ';'");
    assert_int_equal(block.statements[0].line, 2);
    assert_slice(block.statements[1].text, "UPDATE b\nSET x = 1");
    assert_int_equal(block.statements[1].line, 4);
    arena_fini(&arena);
}

static void test_blocks_have_names_rows_and_lines(void **state)
{
    static const char text[] = "# about this file\n-- name: A :one\nSELECT 1;\n"
                               "-- name: B :many\n-- a note\nSELECT '\n-- name: no';\r\n"
                               "-- name: C\nDELETE FROM t; DELETE FROM u;\n";
    struct arena arena = {0};
    struct diag diag = {0};
    struct sqlfile file;

    (void)state;
    sqlfile_parse(&arena, SLICE_LITERAL("q.sql"), slice_str(text), &diag, &file);
    assert_int_equal(diag.count, 0);
    assert_int_equal(file.block_count, 3);
    assert_slice(file.blocks[0].name, "A");
    assert_int_equal(file.blocks[0].rows, SQLBLOCK_ONE);
    assert_int_equal(file.blocks[0].line, 2);
    assert_int_equal(file.blocks[1].rows, SQLBLOCK_MANY);
    assert_int_equal(file.blocks[1].statements[0].line, 6);
    assert_slice(file.blocks[2].name, "C");
    assert_int_equal(file.blocks[2].rows, SQLBLOCK_PLAIN);
    assert_int_equal(file.blocks[2].statement_count, 2);
    assert_int_equal(file.blocks[2].statements[1].line, 9);
    assert_null(sqlfile_find(&file, slice_str("D")));
    arena_fini(&arena);
}

static void test_what_the_lexer_refuses(void **state)
{
    static const struct {
        const char *sql, *complaint;
    } table[] = {
        {"SELECT ?",            "'?' is not allowed"           },
        {"SELECT a::int",       "'::' and ':=' are not allowed"},
        {"SELECT @a := 1",      "'::' and ':=' are not allowed"},
        {"SELECT :1",           "must begin a parameter"       },
        {"SELECT 'open",        "closing quote"                },
        {"SELECT `open",        "closing quote"                },
        {"SELECT ``",           "must not be empty"            },
        {"SELECT /* open",      "without its end"              },
        {"SELECT /*! 1 */",     "are not allowed"              },
        {"SELECT /*+ x */ 1",   "are not allowed"              },
        {"SELECT /*M!100 1 */", "are not allowed"              },
        {"SELECT (1",           "'(' without its ')'"          },
        {"SELECT 1)",           "')' without its '('"          },
        {"SELECT \x01",         "a control character"          },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        struct arena arena = {0};
        struct diag diag = {0};

        parse(&arena, table[i].sql, &diag);
        if (diag.count != 1 || !memmem(diag.first->text.ptr, diag.first->text.len,
                                       table[i].complaint, strlen(table[i].complaint))) {
            fail_msg("%s: %u complaints", table[i].sql, diag.count);
        }
        diag_fini(&diag);
        arena_fini(&arena);
    }
}

static void test_create_table_is_read_far_enough(void **state)
{
    static const char text[] =
        "CREATE TABLE IF NOT EXISTS a (\n"
        "  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,\n"
        "  `on` TINYINT(1) NOT NULL DEFAULT 0,\n"
        "  price DECIMAL(26,6) DEFAULT 0.5,\n"
        "  email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,\n"
        "  doc JSON, at DATETIME(3) NOT NULL,\n"
        "  PRIMARY KEY (id), UNIQUE KEY u (email, at), KEY k (price), CHECK (price > 0),\n"
        "  CONSTRAINT c UNIQUE (at, id)\n"
        ") ENGINE = InnoDB;\n"
        "CREATE TABLE IF NOT EXISTS b (x INT PRIMARY KEY, y INT UNIQUE);";
    const struct slice by_email[] = {SLICE_LITERAL("AT"), SLICE_LITERAL("email")};
    struct arena arena = {0};
    struct diag diag = {0};
    struct tables tables;
    const struct table *a;

    (void)state;
    schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), slice_str(text), &diag, &tables);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    assert_int_equal(tables.count, 2);
    a = tables_find(&tables, slice_str("a"));
    assert_int_equal(a->column_count, 6);
    assert_int_equal(a->unique_count, 3);
    assert_int_equal(table_column_find(a, slice_str("ID"))->scalar, SCALAR_INTEGER);
    assert_int_equal(table_column_find(a, slice_str("on"))->scalar, SCALAR_BOOLEAN);
    assert_int_equal(table_column_find(a, slice_str("price"))->scalar, SCALAR_NUMBER);
    assert_false(table_column_find(a, slice_str("price"))->not_null);
    assert_slice(table_column_find(a, slice_str("email"))->collation, "utf8mb4_general_ci");
    assert_false(table_column_find(a, slice_str("doc"))->known);
    assert_true(table_is_unique_by(a, by_email, 2));
    assert_false(table_is_unique_by(a, by_email, 1));
    assert_true(table_column_find(tables_find(&tables, slice_str("b")), slice_str("x"))->not_null);
    assert_null(tables_find(&tables, slice_str("c")));
    arena_fini(&arena);
}

// clang-format off
static const struct {
    const char *definitions;
    size_t keys;
    bool by_a, not_null; /* a key of the column a alone; a is NOT NULL */
    const char *collation; /* of a */
} columns[] = {
    {"a INT", 0, false, false, ""},
    {"a INT PRIMARY KEY", 1, true, true, ""},
    {"a INT KEY", 1, true, true, ""},
    {"a INT UNIQUE KEY", 1, true, false, ""},
    {"a INT UNIQUE PRIMARY KEY", 1, true, true, ""},
    {"a INT, `key` INT, KEY k (a)", 0, false, false, ""},
    {"a SERIAL", 1, true, true, ""},
    {"a INT SERIAL DEFAULT VALUE", 1, true, true, ""},
    {"a VARCHAR(99), UNIQUE (a)", 1, true, false, ""},
    {"a VARCHAR(99), UNIQUE (a(20))", 1, false, false, ""},
    {"a VARCHAR(99), b INT, UNIQUE KEY k (b, a(20))", 1, false, false, ""},
    {"a VARCHAR(99), UNIQUE ((LOWER(a)))", 1, false, false, ""},
    {"a VARCHAR(9) COLLATE utf8mb4_bin", 0, false, false, "utf8mb4_bin"},
    {"a NVARCHAR(9)", 0, false, false, "that is the default of utf8mb3"},
    {"a NCHAR(9)", 0, false, false, "that is the default of utf8mb3"},
    {"a NATIONAL VARCHAR(9)", 0, false, false, "that is the default of utf8mb3"},
    {"a VARCHAR(9) ASCII", 0, false, false, "that is the default of latin1"},
    {"a VARCHAR(9) UNICODE", 0, false, false, "that is the default of ucs2"},
    {"a INT DEFAULT (ASCII('x')), ascii INT", 0, false, false, ""},
};
// clang-format on

static void test_columns_bring_keys_and_collations(void **state)
{
    const struct slice name = SLICE_LITERAL("a");

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct slice text =
            arena_printf(&arena, "CREATE TABLE IF NOT EXISTS t (%s);", columns[i].definitions);
        struct tables tables;
        const struct table_column *column;

        print_message("%s\n", columns[i].definitions);
        schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), text, &diag, &tables);
        assert_int_equal(diag.count, 0);
        column = table_column_find(&tables.items[0], name);
        assert_int_equal(tables.items[0].unique_count, columns[i].keys);
        assert_int_equal(table_is_unique_by(&tables.items[0], &name, 1), columns[i].by_a);
        assert_int_equal(column->not_null, columns[i].not_null);
        assert_slice(column->collation, columns[i].collation);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_become_marks_where_they_are_parameters),
        cmocka_unit_test(test_statements_end_at_semicolons_outside_of_texts),
        cmocka_unit_test(test_blocks_have_names_rows_and_lines),
        cmocka_unit_test(test_what_the_lexer_refuses),
        cmocka_unit_test(test_create_table_is_read_far_enough),
        cmocka_unit_test(test_columns_bring_keys_and_collations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
