"""docs/first-model.md is typed as it is printed, in one shell; every line that it shows must come.
"..." stands for what differs from run to run.
"""

import os
import pathlib
import re
import subprocess

import pytest

from support.stack import ROOT, free_ports

MARK = "=== end of command ==="
DOCUMENT = (ROOT / "docs/first-model.md").read_text()


def typed():
    """[(command, lines shown)]; a here-document belongs to its command."""
    found, until = [], None
    for line in DOCUMENT.splitlines():
        if not line.startswith("    ") and not (until and not line):
            continue
        line = line[4:]
        if until:
            found[-1][0].append(line)
            until = None if line == until else until
        elif line.startswith("$ "):
            found.append(([line[2:]], []))
            until = (re.findall(r"<<'(\w+)'", line) or [None])[0]
        else:
            found[-1][1].append(line)
    return [("\n".join(lines), shown) for lines, shown in found]


@pytest.fixture
def environment(tmp_path):
    """A reader's: nothing of the make that runs the tests, but ports that nobody uses."""
    makes = ("BUILD", "CC", "OPT", "SANITIZE", "WERROR", "MAKEFLAGS", "MFLAGS", "MAKELEVEL",
             "MAKEOVERRIDES")
    kept = {name: value for name, value in os.environ.items() if name not in makes}
    return {**kept, "PORT_BASE": str(free_ports()), "TMPDIR": str(tmp_path)}


def type_all(commands, environment):
    """What each command printed, both streams as they came."""
    script = "exec 2>&1\n" + "".join(f"{command}\necho; echo '{MARK}'\n" for command in commands)
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, text=True, timeout=180,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return done.stdout.split(MARK + "\n")


def as_printed(line):
    return ".*".join(re.escape(part) for part in line.split("..."))


def test_the_guide_leads_to_a_running_model(environment):
    steps = typed()
    assert len(steps) >= 25
    try:
        outputs = type_all([command for command, _ in steps], environment)
    finally:
        for folder in pathlib.Path(environment["TMPDIR"]).glob("tmp.*/run"):
            subprocess.run([ROOT / "conf/local/stack", "down"],
                           env={**environment, "RUN_DIR": str(folder)},
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
    for (command, shown), output in zip(steps, outputs):
        lines = [line.rstrip("\r") for line in output.splitlines()]
        missing = [line for line in shown if not any(re.fullmatch(as_printed(line), seen)
                                                     for seen in lines)]
        assert missing == [], f"$ {command}\n{output}"
    assert len(outputs) == len(steps) + 1
