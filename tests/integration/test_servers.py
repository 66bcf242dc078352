"""The clients of lib/ against the stack's real servers: C programs of tests/servers, which say on
their own what they test.
"""

import os
import re
import subprocess

import pytest

from support.stack import BUILD

PROGRAMS = sorted(path for path in BUILD.glob("tests/servers/**/test_*") if path.suffix == "")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_clients(stack, program):
    done = subprocess.run([program], env={**os.environ, **stack.env}, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    failures = re.sub(r"(?m)^\[ (RUN|      OK) .*\n", "", done.stdout)
    assert done.returncode == 0, failures
