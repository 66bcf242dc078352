"""`twofold-projector setup`: whom its SQL users may read, and which ids of before it names."""

import shutil
import subprocess

import pymysql
import pytest

from support import replica
from support.projector import Projector
from support.stack import BUILD, ROOT

USER, PASSWORD = "twofold_tester", "tested"


@pytest.fixture(params=[0, 1], ids=["patterns", "literal"])
def grants(repaired, request):
    """How the server takes a database's name in GRANT: MySQL's partial_revokes makes it literal."""
    stack = repaired
    if not replica.is_mysql(stack):
        if request.param:
            pytest.skip("MariaDB knows no partial_revokes")
        yield stack
        return
    stack.sql(f"SET GLOBAL partial_revokes = {request.param}")
    yield stack
    stack.sql("SET GLOBAL partial_revokes = 0")


@pytest.fixture
def twin(stack, model):
    """A database that the model's name would match, were _ any character."""
    name = model.database.replace("_", "x")
    assert name != model.database
    stack.sql(f"CREATE DATABASE {name}")
    stack.sql(f"CREATE TABLE {name}.t (id INT PRIMARY KEY)")
    yield name
    stack.sql(f"DROP DATABASE {name}")


def as_user(stack, text):
    """By the socket: over TCP pymysql would want Python's cryptography for MySQL's passwords."""
    connection = pymysql.connect(unix_socket=stack.env["TWOFOLD_SQL_PRIMARY"], user=USER,
                                 password=PASSWORD)
    with connection, connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def test_a_user_reads_the_model_and_no_database_that_its_name_would_match(grants, model, twin,
                                                                          tmp_path):
    stack = grants
    (tmp_path / "password").write_text(PASSWORD)
    subprocess.run([BUILD / "twofold-projector", "setup", f"--config={stack.config}",
                    f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}", f"--sql_user={USER}",
                    f"--sql_password_file={tmp_path}/password"], check=True, timeout=60,
                   env={"AWS_ACCESS_KEY_ID": "twofoldlocal", "AWS_SECRET_ACCESS_KEY": "x"},
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert as_user(stack, f"SELECT id FROM {model.database}.twofold_revision") == ((1,),)
        with pytest.raises(pymysql.err.OperationalError, match="denied"):
            as_user(stack, f"SELECT id FROM {twin}.t")
    finally:
        stack.sql(f"DROP USER {USER}@'127.0.0.1', {USER}@localhost")


@pytest.fixture
def uuids(stack, tmp_path):
    """comments under another name, whose ids are of the format uuid."""
    folder = tmp_path / "models" / "uuids"
    shutil.copytree(ROOT / "conf/models/comments", folder)
    model = folder / "model.json"
    text = model.read_text().replace('"model": "comments"', '"model": "uuids"')
    model.write_text(text.replace('"pattern": "^[A-Za-z0-9-]{1,64}$"', '"format": "uuid"'))
    yield Projector(stack, 0, tmp_path / "log", f"--models={folder.parent}")
    stack.sql("DROP DATABASE IF EXISTS twofold_uuids")


def test_ids_of_before_in_another_spelling_are_named(stack, uuids):
    lower, upper = "0b5cd1a1-0a0b-4c0d-8e0f-0123456789ab", "0B5CD1A1-0A0B-4C0D-8E0F-0123456789AB"

    def set_up():
        done = uuids.run("setup", f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}")
        assert done.returncode == 0, done.stderr
        return done.stderr

    insert = "INSERT INTO twofold_uuids.twofold_aggregate (aggregate, version, revision) VALUES"
    set_up()
    stack.sql(f"{insert} (%s, 1, 1)", f"Comment:{lower}")
    assert "another spelling" not in set_up()
    stack.sql(f"{insert} (%s, 1, 1)", f"Comment:{upper}")
    assert f"aggregates=1 such_as=Comment:{upper} hint=" in set_up()
