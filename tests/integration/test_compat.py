"""`make compat` where packages cannot be fetched: it says so, and CI goes on."""

import os
import subprocess

import pytest

from support.stack import ROOT

OFFLINE = "#!/bin/sh\necho 'E: there is no network' >&2\nexit 100\n"


@pytest.fixture
def offline(tmp_path):
    """Runs tests/compat/run with an apt-get that reaches nothing."""
    (tmp_path / "bin").mkdir()
    apt = tmp_path / "bin/apt-get"
    apt.write_text(OFFLINE)
    apt.chmod(0o755)

    def run(**environment):
        path = f"{tmp_path}/bin:{os.environ['PATH']}"
        return subprocess.run([ROOT / "tests/compat/run"], text=True, timeout=60,
                              env={**os.environ, "PATH": path, "ROOTS": str(tmp_path / "roots"),
                                   "FETCH_LIMIT_S": "10", **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    return run


def test_what_cannot_be_fetched_fails_and_says_why(offline):
    done = offline(PARTS="redis8")
    assert done.returncode == 1
    assert "redis8 could not be fetched: E: there is no network" in done.stdout
    assert "compat: skipped: 'redis8', which could not be fetched" in done.stdout


def test_ci_skips_what_cannot_be_fetched_aloud(offline):
    done = offline(PARTS="mysql valkey redis8", UNFETCHED="skip")
    assert done.returncode == 0
    assert done.stdout.count("\ncompat: skipped: ") == 2


def test_an_unknown_part_is_no_skip(offline):
    done = offline(PARTS="oracle", UNFETCHED="skip")
    assert done.returncode == 1 and "there is no part 'oracle'" in done.stdout
