"""A stack of its own; every test leaves it whole, and hits come again."""

import pathlib
import random
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "integration"), str(TESTS / "consistency")]

from probe import Probe  # noqa: E402
from support.client import Client  # noqa: E402
from support.model import PRODUCTS  # noqa: E402
from support.own import end_with_the_run, own_stack  # noqa: E402
from support.stack import PIECES  # noqa: E402
from support.wait import wait_until  # noqa: E402

RECOVERY_S = 30  # a bound, not a goal: java alone may need a third of it on a busy machine


def pytest_addoption(parser):
    parser.addoption("--seconds", type=float, default=120, help="how long random faults last (120)")
    parser.addoption("--faults", default="all",
                     help="which (all, or names of tests/fault/faults.py)")
    parser.addoption("--seed", type=int, default=random.randrange(2 ** 31),
                     help="of the random faults")


def pytest_configure(config):
    config.addinivalue_line("markers", "ci: the part that CI runs")
    end_with_the_run()


@pytest.fixture(scope="session")
def model():
    return PRODUCTS


@pytest.fixture(scope="session")
def stack(request):
    with own_stack(request.session) as made:
        yield made


@pytest.fixture
def client(stack, model):
    return Client(stack, model)


@pytest.fixture
def probe(stack, model):
    """A load that is judged: give it to `with`, and check() it."""
    return Probe(stack, model)


@pytest.fixture(autouse=True)
def whole(stack, model):
    """After each test all parts run, nothing is missing, and answers come from the cache."""
    yield
    stack.start(*PIECES)
    client = Client(stack, model)
    wait_until(lambda: client.session.get(stack.admin_url + "/readyz").json()["missing"] == [],
               RECOVERY_S, "nothing missing")
    product_id, _ = client.made()
    client.until_hit(model.one(product_id), RECOVERY_S)
    client.delete(product_id)
