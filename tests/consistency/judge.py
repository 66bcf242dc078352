"""What an answer may say, given what SQL had committed before the question and after the answer.
Pure functions.

    SQL before  ->  question ... answer  ->  SQL after          before <= answer <= after

A key's price only rises: a counter's by each command, a mortal key's by each birth. An even price
is in stock.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class State:
    """What SQL has of a key. price: None when there is no row. version: of twofold_aggregate, 0
    when unknown there.
    """
    price: int = None
    version: int = 0

    @property
    def alive(self):
        return self.price is not None


ABSENT = State()


def wrong_price(before, after, price, dead):
    """Why PRICE, or None for an absent key, is not what the key was at some moment in between; None
    when it may be.

    dead: the highest price that was seen committed before `before` was read
    """
    if before == after:
        return None if price == before.price else f"SQL said {before} all the while"
    if price is None:
        gone = not before.alive or not after.alive or after.price > before.price
        return None if gone else f"absent, though SQL said {before} and then {after}"
    low = before.price if before.alive else dead + 1
    if price < low:
        return (f"older than {before}, which was committed before the question (prices up to "
                f"{dead} were over)")
    if after.alive and price > after.price:
        return f"newer than {after}, which was committed after the answer"
    return None


def wrong_count(before, after, price, dead):
    """Likewise of a key that is never deleted."""
    if price is None and before.alive:
        return f"absent, though SQL said {before} and then {after}"
    return wrong_price(before, after, price, dead)


def wrong_listing(before, after, price, dead, in_stock, mortal):
    """Likewise of a list: PRICE as listed, None when the key was not."""
    if in_stock and price is not None and price % 2 == 1:
        return f"price {price} is out of stock"
    if in_stock and before == after and before.alive and before.price % 2 == 1:
        return None  # and not listed: right
    if in_stock and price is None and before != after:
        return None  # it may have been out of stock in between
    return (wrong_price if mortal else wrong_count)(before, after, price, dead)
