"""The judge itself, by table: it must not be kind, and it must not be unjust."""

import pytest
from judge import ABSENT, State, wrong_listing, wrong_price

A3, A3_LATER, A5, GONE = State(3, 30), State(3, 31), State(5, 50), State(None, 40)


@pytest.mark.parametrize("before, after, price, dead, right", [
    (A3, A3, 3, 0, True), (A3, A3, 2, 0, False), (A3, A3, 4, 0, False), (A3, A3, None, 0, False),
    (A3, A5, 3, 0, True), (A3, A5, 4, 0, True), (A3, A5, 5, 0, True), (A3, A5, 2, 0, False),
    (A3, A5, 6, 0, False),
    (A3, A5, None, 0, True),         # it died and was born again
    (A3, A3_LATER, None, 0, False),  # it never died
    (GONE, GONE, None, 3, True), (GONE, GONE, 3, 3, False),
    (GONE, A5, 5, 3, True), (GONE, A5, None, 3, True), (GONE, A5, 3, 3, False),
    (GONE, A5, 6, 3, False),
    (A3, GONE, None, 0, True), (A3, GONE, 3, 0, True), (A3, GONE, 2, 0, False),
    (ABSENT, ABSENT, None, 0, True), (ABSENT, ABSENT, 1, 0, False),
])
def test_an_answer_lies_between_what_sql_said_before_and_after(before, after, price, dead, right):
    assert (wrong_price(before, after, price, dead) is None) == right


@pytest.mark.parametrize("before, after, price, in_stock, mortal, right", [
    (A3, A5, None, False, False, False),  # a counter never dies
    (A3, A5, None, False, True, True),
    (A3, A3, None, True, False, True), (A3, A3, 3, True, False, False),  # odd: out of stock
    (State(4, 1), State(4, 1), None, True, False, False),
    (State(4, 1), State(4, 1), 4, True, False, True),
    (State(4, 1), A5, None, True, False, True), (State(4, 1), A5, 4, True, False, True),
    (A3, State(6, 9), 2, True, False, False),
])
def test_a_list_has_the_members_that_it_had_in_between(before, after, price, in_stock, mortal,
                                                       right):
    assert (wrong_listing(before, after, price, 0, in_stock, mortal) is None) == right
