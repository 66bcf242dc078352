"""A stack of its own, and --seconds."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support.model import PRODUCTS  # noqa: E402
from support.own import end_with_the_run, own_stack  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--seconds", type=float, default=60, help="how long to probe (60)")


def pytest_configure():
    end_with_the_run()


@pytest.fixture
def seconds(request):
    return request.config.getoption("--seconds")


@pytest.fixture(scope="session")
def model():
    return PRODUCTS


@pytest.fixture(scope="session")
def stack(request):
    with own_stack(request.session) as made:
        yield made
