"""One stack for all tests of a run, with ports and a folder of its own; each test uses ids of its
own.

A test that stops or kills a part takes the fixture `repaired`, which brings everything back after
it.
"""

import shutil
import subprocess

import pytest

from support.client import Client, token
from support.model import PRODUCTS, RENAME, RENAMED
from support.own import end_with_the_run, own_stack
from support.stack import PIECES, ROOT
from support.wait import wait_until


def pytest_configure(config):
    config.addinivalue_line("markers", "long: minutes; make integration PYTEST='-m long' runs them")
    end_with_the_run()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The shipped models, and beside them a copy of products in which every name is another."""
    folder = tmp_path_factory.mktemp("models") / "models"
    shutil.copytree(ROOT / "conf/models", folder)
    subprocess.run([RENAME, folder / PRODUCTS.folder, folder / RENAMED.folder], check=True)
    return folder


@pytest.fixture(scope="session")
def stack(models, request):
    with own_stack(request.session, models) as made:
        yield made


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
def path(client, model):
    """Of a product that exists."""
    return model.one(client.made()[0])


@pytest.fixture
def large(client, model):
    """Bytes of a request whose answer is some kilobytes."""
    for _ in range(8):
        client.made(name="x" * 200)
    return f"GET {model.path}?limit=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.fixture
def any_client(stack, any_model):
    return Client(stack, any_model)


@pytest.fixture
def repaired(stack, model):
    """After the test all parts run again, and answers come from the cache again."""
    yield stack
    stack.start(*PIECES)
    client = Client(stack, model)
    wait_until(lambda: client.session.get(stack.admin_url + "/readyz").json()["missing"] == [], 20,
               "nothing missing")
    product_id = model.new_id()
    made = client.create(product_id)
    wait_until(lambda: client.read(product_id, token(made)).status_code == 200, 20,
               "the lanes after their rest")
    client.until_hit(model.one(product_id), 20)
