#include "lib/sql/private.h"
#include "tests/unit/unit.h"

static void test_columns_have_the_kind_of_their_type(void **state)
{
    static const struct {
        MYSQL_FIELD field;
        enum sql_kind kind;
    } cases[] = {
        {{.type = MYSQL_TYPE_TINY, .length = 1},           SQL_BOOLEAN },
        {{.type = MYSQL_TYPE_TINY, .length = 4},           SQL_INTEGER },
        {{.type = MYSQL_TYPE_LONGLONG, .length = 20},      SQL_INTEGER },
        {{.type = MYSQL_TYPE_BIT, .length = 1},            SQL_BOOLEAN },
        {{.type = MYSQL_TYPE_BIT, .length = 9},            SQL_INTEGER },
        {{.type = MYSQL_TYPE_NEWDECIMAL, .charsetnr = 63}, SQL_DECIMAL },
        {{.type = MYSQL_TYPE_DOUBLE},                      SQL_DOUBLE  },
        {{.type = MYSQL_TYPE_VAR_STRING, .charsetnr = 46}, SQL_TEXT    },
        {{.type = MYSQL_TYPE_VAR_STRING, .charsetnr = 63}, SQL_BYTES   },
        {{.type = MYSQL_TYPE_BLOB, .charsetnr = 46},       SQL_TEXT    },
        {{.type = MYSQL_TYPE_BLOB, .charsetnr = 63},       SQL_BYTES   },
        {{.type = MYSQL_TYPE_JSON, .charsetnr = 63},       SQL_JSON    }, /* MySQL's own type */
        {{.type = MYSQL_TYPE_TIMESTAMP, .charsetnr = 63},  SQL_DATETIME},
        {{.type = MYSQL_TYPE_DATE, .charsetnr = 63},       SQL_DATE    },
        {{.type = MYSQL_TYPE_TIME, .charsetnr = 63},       SQL_TIME    },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(sql_kind_of(&cases[i].field), cases[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_have_the_kind_of_their_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
