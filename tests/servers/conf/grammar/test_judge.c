/*
 * conf/grammar against the server at hand, MariaDB or MySQL: what our parser takes, the server
 * takes, and the reverse; and an operator binds as it does there.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "tests/servers/conf/grammar/corpus.h"
#include "tests/servers/conf/grammar/generate.h"
#include "tests/servers/conf/grammar/server.h"
#include "tests/servers/conf/grammar/write.h"
#include "tests/unit/unit.h"

/* Of each of the two long tests; a loaded machine makes fewer. */
#define SPAN_US        6000000
#define STATEMENTS_MAX 20000
#define SHOWN_MAX      10

static struct server *server;

/* More than one of what is wrong is worth reading. */
static unsigned int wrong;

static void tell(const char *what, struct slice text, struct slice why)
{
    if (wrong++ < SHOWN_MAX) {
        (void)fprintf(stderr, "%s: %.*s\n    (%.*s; %s)\n", what, SLICE_ARG(text), SLICE_ARG(why),
                      server_text(server));
    }
}

static uint64_t seed(void)
{
    const char *text = getenv("JUDGE_SEED");
    uint64_t number = text ? strtoull(text, NULL, 10) : 0;

    return 0x9e3779b97f4a7c15u + number;
}

static uint64_t span_us(void)
{
    const char *text = getenv("JUDGE_SECONDS");

    return text ? strtoull(text, NULL, 10) * 1000000 : SPAN_US;
}

/* ------------------------------------------------------------------ the corpus */

static void test_the_corpus_is_judged_as_it_says(void **state)
{
    size_t place = server_is_mysql(server) ? 1 : 0;

    (void)state;
    wrong = 0;
    for (size_t i = 0; i < ARRAY_COUNT(corpus); i++) {
        struct slice text = slice_str(corpus[i].sql);
        enum verdict verdict;
        struct ours ours;

        ours_read(&ours, text);
        verdict = server_judge(server, ours.statement.token_count ? ours.statement.text : text);
        if (ours.taken != (corpus[i].who[2] == '+')) {
            tell(ours.taken ? "we take" : "we refuse", text, ours.why);
        }
        if (verdict != (corpus[i].who[place] == '+' ? VERDICT_TAKEN : VERDICT_REFUSED)) {
            tell("the server says otherwise", text, ours.why);
        }
        ours_forget(&ours);
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------ words */

/* Where a name may stand; @ is the word. */
static const char *const places[] = {
    "SELECT @ FROM (SELECT 1 AS `@`) d",
    "SELECT 1 + @ FROM (SELECT 1 AS `@`) d",
    "SELECT (@) FROM (SELECT 1 AS `@`) d",
    "SELECT d.@ FROM (SELECT 1 AS `@`) d",
    "SELECT 1 FROM (SELECT 1 AS `@`) d WHERE @ = 1 AND 1 = @",
    "SELECT 1 AS @",
    "SELECT 1 @",
    "SELECT 1 @ FROM p",
    "SELECT a FROM p @",
    "SELECT a FROM p AS @",
    "SELECT @.a FROM p AS `@`",
    "SELECT @.* FROM p AS `@`",
    "SELECT 1 FROM p @ WHERE 1",
    "SELECT 1 FROM (SELECT 1) @",
    "WITH @ AS (SELECT 1) SELECT * FROM @",
    "WITH d (@) AS (SELECT 1) SELECT * FROM d",
    "SELECT SUM(1) OVER @ FROM p WINDOW @ AS ()",
    "SELECT SUM(1) OVER (@) FROM p WINDOW @ AS ()",
    "UPDATE p @ SET `@`.a = 1",
    "UPDATE p SET a = 1 WHERE EXISTS (SELECT @.a FROM c @)",
    "SELECT x.@ FROM JSON_TABLE('[]', '$' COLUMNS (@ INT PATH '$')) x",
};

static void put_place(struct buf *out, const char *place, struct slice word)
{
    buf_clear(out);
    for (; *place; place++) {
        if (*place == '@') {
            buf_append(out, word);
        } else {
            buf_append_char(out, *place);
        }
    }
}

static bool is_word(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '_') {
            return false;
        }
    }
    return text.len > 0;
}

static void check_word(struct slice word)
{
    struct buf text = {0};

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct ours ours;

        put_place(&text, places[i], word);
        ours_read(&ours, buf_slice(&text));
        if (ours.taken && server_judge(server, ours.statement.text) != VERDICT_TAKEN) {
            tell("we take", buf_slice(&text), ours.why);
        }
        ours_forget(&ours);
    }
    buf_fini(&text);
}

static void test_a_word_that_is_a_name_to_us_is_one_to_the_server(void **state)
{
    struct arena arena = {0};
    struct slice *words;
    size_t count;

    (void)state;
    wrong = 0;
    count = server_column(server, "SELECT word FROM information_schema.keywords", &arena, &words);
    assert_true(count > 300);
    for (size_t i = 0; i < count; i++) {
        if (is_word(words[i])) {
            check_word(words[i]);
        }
    }
    arena_fini(&arena);
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------ random statements */

static bool says(struct slice why, const char *part)
{
    return memmem(why.ptr, why.len, part, strlen(part));
}

/* What we refuse and both take, on purpose; the corpus has an instance of each. */
static bool is_refused_on_purpose(const struct ours *ours)
{
    static const char *const parts[] = {
        "not allowed", "nested more than", "more than",    "a blank is needed",
        "is no name",  "no blank may be",  "is not known",
    };

    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (says(ours->why, parts[i])) {
            return true;
        }
    }
    return !ours->at ||
           sqltoken_is(ours->at, "."); /* all.a: to them a word before a dot is a name */
}

/* What this server takes and the other does not. */
static bool is_the_servers_own(const struct ours *ours)
{
    const struct sqltoken *first = ours->statement.tokens;

    if (server_is_mysql(server)) { /* DELETE FROM p x; '$.a' '$.b' */
        return (sqltoken_is(first, "DELETE") && ours->at == first + 3) ||
               (ours->at->kind == SQLTOKEN_STRING && ours->at[-1].kind == SQLTOKEN_STRING);
    }
    /* CAST(a AS INTEGER); a LIKE b + 1; SELECT DATABASE */
    return says(ours->why, "a type such as CHAR") || sqltoken_is(ours->at, "DATABASE") ||
           SQLTOKEN_IS_ANY(ours->at, "IN", "NOT", "BETWEEN", "LIKE", "REGEXP", "RLIKE", "IS", "=",
                           "<", ">", "!", "+", "-", "*", "/", "%", "DIV", "MOD", "^", "|", "&");
}

struct tally {
    unsigned int made, taken, server_taken, mutated, mutated_taken;
};

static void judge_generated(struct slice text, struct tally *tally)
{
    struct ours ours;
    enum verdict verdict;

    ours_read(&ours, text);
    if (!ours.taken) {
        tell("we refuse what was made by our grammar", text, ours.why);
        ours_forget(&ours);
        return;
    }
    verdict = server_judge(server, ours.statement.text);
    tally->made++;
    tally->server_taken += verdict == VERDICT_TAKEN;
    if (verdict == VERDICT_REFUSED) {
        tell("we take", text, ours.why);
    }
    ours_forget(&ours);
}

static void judge_mutated(struct slice text, struct tally *tally)
{
    struct ours ours;
    enum verdict verdict;

    ours_read(&ours, text);
    if (ours.statement.token_count > 0) {
        verdict = server_judge(server, ours.statement.text);
        tally->mutated++;
        tally->mutated_taken += ours.taken;
        if (ours.taken && verdict == VERDICT_REFUSED) {
            tell("we take", text, ours.why);
        } else if (!ours.taken && verdict == VERDICT_TAKEN && !is_refused_on_purpose(&ours) &&
                   !is_the_servers_own(&ours)) {
            tell("we refuse", text, ours.why);
        }
    }
    ours_forget(&ours);
}

static void test_random_statements_are_judged_alike(void **state)
{
    static struct generated made, mutated;
    uint64_t deadline = clock_deadline(span_us());
    struct tally tally = {0};
    struct buf text = {0};

    (void)state;
    wrong = 0;
    made.state = seed();
    while (tally.made < STATEMENTS_MAX && clock_left_us(deadline) > 0 && wrong < SHOWN_MAX) {
        generate_statement(&made);
        judge_generated(generate_text(&made, &text), &tally);
        mutated = made;
        generate_mutation(&mutated);
        made.state = mutated.state;
        judge_mutated(generate_text(&mutated, &text), &tally);
    }
    buf_fini(&text);
    print_message("%u statements, the server ran %u; %u mutated, %u taken\n", tally.made,
                  tally.server_taken, tally.mutated, tally.mutated_taken);
    assert_int_equal(wrong, 0);
    assert_true(tally.server_taken > tally.made / 4);
}

/* ------------------------------------------------------------------ ranks */

#define PAIRS 20

/* An expression as it was made, and as our tree of it is. */
struct pair {
    struct buf made, written;
};

static void make_pair(struct generated *made, struct pair *pair)
{
    struct buf select = {0};
    struct ours ours;

    buf_clear(&pair->written);
    generate_number(made);
    generate_text(made, &pair->made);
    buf_printf(&select, "SELECT %.*s", SLICE_ARG(buf_slice(&pair->made)));
    ours_read(&ours, buf_slice(&select));
    if (ours.taken) {
        write_expr(&pair->written, &ours.tree, ours.tree.query->core->items[0].expr);
    } else {
        tell("we refuse what was made by our grammar", buf_slice(&select), ours.why);
    }
    ours_forget(&ours);
    buf_fini(&select);
}

static void put_items(struct buf *out, struct pair *pair)
{
    buf_printf(out, "%.*s, %.*s", SLICE_ARG(buf_slice(&pair->made)),
               SLICE_ARG(buf_slice(&pair->written)));
}

static void check_cells(struct pair *pair, const struct slice *cells)
{
    if ((cells[0].ptr == NULL) != (cells[1].ptr == NULL) || !slice_eq(cells[0], cells[1])) {
        print_error("%.*s is %.*s\n%.*s is %.*s\n", SLICE_ARG(buf_slice(&pair->made)),
                    SLICE_ARG(cells[0]), SLICE_ARG(buf_slice(&pair->written)), SLICE_ARG(cells[1]));
        wrong++;
    }
}

/* Out of a type's range, say: then both are. */
static bool compare_alone(struct pair *pair)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct slice cells[2];
    bool both;

    buf_printf(&text, "SELECT ");
    put_items(&text, pair);
    both = server_row(server, buf_slice(&text), &arena, cells, 2);
    if (both) {
        check_cells(pair, cells);
    } else {
        for (int i = 0; i < 2; i++) {
            buf_clear(&text);
            buf_printf(&text, "SELECT %.*s",
                       SLICE_ARG(buf_slice(i == 0 ? &pair->made : &pair->written)));
            if (server_row(server, buf_slice(&text), &arena, cells, 1) ||
                server_error(server) == 1064) {
                tell("only one of the two has a value", buf_slice(&text), SLICE_EMPTY);
            }
        }
    }
    buf_fini(&text);
    arena_fini(&arena);
    return both;
}

static unsigned int compare(struct pair *pairs)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct slice cells[2 * PAIRS];
    unsigned int valued = 0;

    buf_printf(&text, "SELECT ");
    for (unsigned int i = 0; i < PAIRS; i++) {
        buf_append_str(&text, i > 0 ? ", " : "");
        put_items(&text, &pairs[i]);
    }
    if (server_row(server, buf_slice(&text), &arena, cells, 2 * PAIRS)) {
        for (unsigned int i = 0; i < PAIRS; i++) {
            check_cells(&pairs[i], &cells[2 * i]);
        }
        valued = PAIRS;
    } else {
        for (unsigned int i = 0; i < PAIRS; i++) {
            valued += compare_alone(&pairs[i]);
        }
    }
    buf_fini(&text);
    arena_fini(&arena);
    return valued;
}

static void test_operators_bind_as_on_the_server(void **state)
{
    static struct generated made;
    static struct pair pairs[PAIRS];
    uint64_t deadline = clock_deadline(span_us());
    unsigned int count = 0, valued = 0;

    (void)state;
    wrong = 0;
    made.state = seed();
    while (count < STATEMENTS_MAX && clock_left_us(deadline) > 0 && wrong < SHOWN_MAX) {
        for (unsigned int i = 0; i < PAIRS; i++) {
            make_pair(&made, &pairs[i]);
        }
        if (wrong == 0) {
            valued += compare(pairs);
        }
        count += PAIRS;
    }
    for (unsigned int i = 0; i < PAIRS; i++) {
        buf_fini(&pairs[i].made);
        buf_fini(&pairs[i].written);
    }
    print_message("%u expressions, %u with a value\n", count, valued);
    assert_int_equal(wrong, 0);
    assert_true(valued > count / 2);
}

/* ------------------------------------------------------------------ all */

static int open_server(void **state)
{
    (void)state;
    server = server_open();
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    server_close(server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_corpus_is_judged_as_it_says),
        cmocka_unit_test(test_a_word_that_is_a_name_to_us_is_one_to_the_server),
        cmocka_unit_test(test_random_statements_are_judged_alike),
        cmocka_unit_test(test_operators_bind_as_on_the_server),
    };

    return cmocka_run_group_tests(tests, open_server, close_server);
}
