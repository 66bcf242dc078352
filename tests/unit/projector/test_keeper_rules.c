#include "projector/keeper_rules.h"
#include "tests/unit/unit.h"

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NONCE "0123456789abcdef0123456789abcdef"

enum home_place {
    NONE,
    HERE,
    THERE
};
enum page_state {
    GONE,
    WHOLE,
    OTHER_EPOCH,
    OTHER_REPLID,
    OTHER_HOME
};
enum redis_state {
    UP,
    DOWN,
    LOST
};

/* Everything else is as it should be: touches ours, revision 10, published 10, server 7. */
struct rule {
    const char *what;
    enum redis_state redis;
    enum home_place home;
    enum page_state page;
    bool starting, theirs, waited, others, given_back, shared, rebuild;
    uint64_t revision, server; /* 0: 10, 7 */
    enum keeper_action action;
    bool writes_touches;
};

// clang-format off
static const struct rule rules[] = {
    {"a good page is renewed",                          UP, HERE, WHOLE, .action = KEEPER_RENEW},
    {"a page that a transaction in flight published on",
     UP, HERE, WHOLE, .revision = 9, .action = KEEPER_RENEW},
    {"a page ahead by two: the database went back",
     UP, HERE, WHOLE, .revision = 8, .action = KEEPER_EPOCH},
    {"another writer: the database may have lost commits",
     UP, HERE, WHOLE, .server = 8, .action = KEEPER_EPOCH},
    {"another writer on shared storage",
     UP, HERE, WHOLE, .server = 8, .shared = true, .action = KEEPER_RENEW},
    {"a missing page is asserted",                      UP, HERE, GONE, .action = KEEPER_ASSERT},
    {"a page of another epoch is none",
     UP, HERE, OTHER_EPOCH, .action = KEEPER_ASSERT},
    {"a server that was a replica in between",
     UP, HERE, OTHER_REPLID, .action = KEEPER_ASSERT},
    {"a page with another home in its header",
     UP, HERE, OTHER_HOME, .action = KEEPER_ASSERT},
    {"NULL was not waited for",                         UP, NONE, GONE, .action = KEEPER_WAIT},
    {"NULL was waited for",
     UP, NONE, GONE, .waited = true, .action = KEEPER_ASSERT},
    {"NULL while a rebuild holds the row",
     UP, NONE, GONE, .waited = true, .rebuild = true, .action = KEEPER_WAIT},
    {"home on another server",                          UP, THERE, GONE, .action = KEEPER_CLEAR},
    {"home on another server, whose page was copied",   UP, THERE, WHOLE, .action = KEEPER_CLEAR},
    {"home on another server that others may see",
     UP, THERE, GONE, .others = true, .action = KEEPER_GIVE_BACK},
    {"nobody took what was given back",
     UP, THERE, GONE, .others = true, .given_back = true, .action = KEEPER_CLEAR},
    {"Redis stumbles",                                  DOWN, HERE, GONE, .action = KEEPER_WAIT},
    {"Redis is lost",                                   LOST, HERE, GONE, .action = KEEPER_CLEAR},
    {"Redis is lost to us, perhaps not to others",
     LOST, HERE, GONE, .others = true, .action = KEEPER_GIVE_BACK},
    {"Redis is lost and was cleared",
     LOST, NONE, GONE, .waited = true, .action = KEEPER_WAIT},
    {"another plan's touches while we run",
     UP, HERE, WHOLE, .theirs = true, .action = KEEPER_SUPERSEDED},
    {"another plan's touches, Redis lost, while we run",
     LOST, HERE, GONE, .theirs = true, .action = KEEPER_SUPERSEDED},
    {"a starting projector writes its touches by an ASSERT",
     UP, HERE, WHOLE, .starting = true, .theirs = true, .action = KEEPER_ASSERT},
    {"but not under a NULL that was not waited for",
     UP, NONE, GONE, .starting = true, .theirs = true, .action = KEEPER_WAIT},
    {"or by a CLEAR when Redis is dead",
     LOST, HERE, GONE, .starting = true, .theirs = true, .action = KEEPER_CLEAR,
     .writes_touches = true},
    {"also when it was cleared already",
     LOST, NONE, GONE, .starting = true, .theirs = true, .action = KEEPER_CLEAR,
     .writes_touches = true},
    {"a CLEAR for another server leaves touches",
     UP, THERE, GONE, .starting = true, .theirs = true, .action = KEEPER_CLEAR},
};
// clang-format on

static struct home home_of(enum home_place home)
{
    if (home == NONE) {
        return (struct home){.len = 0};
    }
    return home_make(home == HERE ? SLICE_LITERAL(RUN_A) : SLICE_LITERAL(RUN_B),
                     SLICE_LITERAL(NONCE));
}

static struct renew_view look_of(const struct rule *rule)
{
    struct renew_view look = {.master = true, .published = 10, .page_server_id = 7};

    look.page = rule->page != GONE;
    look.page_home = home_of(rule->page == OTHER_HOME ? THERE : rule->home);
    memcpy(look.page_epoch, rule->page == OTHER_EPOCH ? "1111111111111111" : "0000000000000000",
           17);
    memcpy(look.replid, RUN_A, sizeof(RUN_A));
    memcpy(look.page_replid, rule->page == OTHER_REPLID ? RUN_B : RUN_A, sizeof(RUN_A));
    return look;
}

static struct keeper_view view_of(const struct rule *rule)
{
    struct keeper_view view = {
        .starting = rule->starting,
        .touches_ours = !rule->theirs,
        .redis = rule->redis == UP,
        .redis_lost = rule->redis == LOST,
        .run_id = rule->redis == UP ? SLICE_LITERAL(RUN_A) : SLICE_EMPTY,
        .look = look_of(rule),
        .waited = rule->waited,
        .others = rule->others,
        .given_back = rule->given_back,
        .shared_storage = rule->shared,
    };

    view.row.number = rule->revision ? rule->revision : 10;
    view.row.server_id = rule->server ? rule->server : 7;
    view.row.home = home_of(rule->home);
    memcpy(view.row.epoch, "0000000000000000", 17);
    memcpy(view.row.cleared, rule->rebuild ? "0" : NONCE, rule->rebuild ? 2 : sizeof(NONCE));
    return view;
}

static void test_each_rule_of_the_keeper(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(rules); i++) {
        struct keeper_view view = view_of(&rules[i]);
        bool writes_touches;
        enum keeper_action action = keeper_decide(&view, &writes_touches);

        print_message("%s\n", rules[i].what);
        assert_string_equal(keeper_action_name(action), keeper_action_name(rules[i].action));
        assert_int_equal(writes_touches, rules[i].writes_touches);
        if (action == KEEPER_ASSERT) {
            assert_true(keeper_may_assert(&view));
        }
    }
}

static void test_assert_under_the_lock_is_refused_when_the_row_became_another(void **state)
{
    const struct rule asserted = {"", UP, HERE, GONE, .action = KEEPER_ASSERT};
    struct keeper_view view = view_of(&asserted);

    (void)state;
    assert_true(keeper_may_assert(&view));
    view.row.home = home_of(THERE); /* another projector was faster, on another server */
    assert_false(keeper_may_assert(&view));
    view.row.home = home_of(NONE); /* another projector cleared it */
    assert_false(keeper_may_assert(&view));
    view.waited = true;
    assert_true(keeper_may_assert(&view));
    view.touches_ours = false; /* another plan took over */
    assert_false(keeper_may_assert(&view));
}

static void test_a_null_home_is_waited_for_two_leases_under_one_nonce(void **state)
{
    struct revision row = {.cleared = "one"};
    struct null_note note = {.since_us = 0};

    (void)state;
    assert_false(null_note_waited(&note, &row, 5000, 600));
    null_note_see(&note, &row, 1000);
    null_note_see(&note, &row, 2000); /* the first sight counts */
    assert_false(null_note_waited(&note, &row, 2199, 600));
    assert_true(null_note_waited(&note, &row, 2200, 600));

    memcpy(row.cleared, "two", 4); /* cleared again: what was waited for is void */
    assert_false(null_note_waited(&note, &row, 9000, 600));
    null_note_see(&note, &row, 9000);
    assert_false(null_note_waited(&note, &row, 10199, 600));
    assert_true(null_note_waited(&note, &row, 10200, 600));

    row.home = home_of(HERE);
    assert_false(null_note_waited(&note, &row, 20000, 600));
    null_note_see(&note, &row, 20000);
    row.home = home_of(NONE); /* the same nonce, but a page was there in between */
    assert_false(null_note_waited(&note, &row, 30000, 600));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_rule_of_the_keeper),
        cmocka_unit_test(test_assert_under_the_lock_is_refused_when_the_row_became_another),
        cmocka_unit_test(test_a_null_home_is_waited_for_two_leases_under_one_nonce),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
