"""One stack for all tests of a run, with ports and a folder of its own; each test uses ids of its own.

A test that stops or kills a part takes the fixture `repaired`, which brings everything back after it.
"""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from support.client import Client
from support.model import PRODUCTS, RENAME, RENAMED
from support.stack import PIECES, ROOT, Stack, end_leftovers, free_ports
from support.wait import wait_until


def pytest_configure():
    # A killed test run ends its stack too: pytest unwinds its fixtures on an exception only.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    end_leftovers()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The shipped models, and beside them a copy of products in which every name is another."""
    folder = tmp_path_factory.mktemp("models") / "models"
    shutil.copytree(ROOT / "conf/models", folder)
    subprocess.run([RENAME, folder / PRODUCTS.folder, folder / RENAMED.folder], check=True)
    return folder


@pytest.fixture(scope="session")
def stack(models, request):
    folder = ROOT / f".run-test-{os.getpid()}"
    made = Stack(folder, free_ports(), models)
    try:
        made.up()
        yield made
    finally:
        made.down()
        if request.session.testsfailed:
            print(f"\nlogs of the failed run: {folder}/logs")
        else:
            shutil.rmtree(folder)


@pytest.fixture(scope="session", params=[PRODUCTS, RENAMED], ids=str)
def any_model(request):
    """For what must hold for every model: C code knows none of their names."""
    return request.param


@pytest.fixture
def model():
    return PRODUCTS


@pytest.fixture
def client(stack, model):
    return Client(stack, model)


@pytest.fixture
def any_client(stack, any_model):
    return Client(stack, any_model)


@pytest.fixture
def repaired(stack, model):
    """After the test all parts run again, and answers come from the cache again."""
    yield stack
    stack.start(*PIECES)
    client = Client(stack, model)
    wait_until(lambda: client.session.get(stack.admin_url + "/readyz").json()["missing"] == [], 20, "nothing missing")
    product_id, _ = client.made()
    client.until_hit(model.one(product_id), 20)
