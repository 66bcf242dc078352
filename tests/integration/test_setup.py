"""`twofold-projector setup`: whom its SQL users may read."""

import subprocess

import pymysql
import pytest

from support import replica
from support.stack import BUILD

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
