"""The examples of README.md are typed as they are printed; every line that it shows must come."""

import re
import subprocess

from support.stack import ROOT


def examples():
    """[(command, lines shown)]"""
    found = []
    for line in (ROOT / "README.md").read_text().splitlines():
        if line.startswith("    $ curl"):
            found.append((line[6:], []))
        elif found and line.startswith("    "):
            found[-1][1].append(line[4:])
        elif line.startswith("## Where"):
            break
    return found


def without_chance(text):
    """Versions, hashes and the node that was asked differ from run to run."""
    text = re.sub(r"\b\d{16}\b", "VERSION", text)
    text = re.sub(r'"[0-9a-f]{16}"', '"HASH"', text)
    return re.sub(r"detail=(replica1|primary)", "detail=NODE", text)


def test_the_readme_shows_what_happens(stack):
    version = ""
    typed = examples()
    assert len(typed) >= 5
    for command, shown in typed:
        command = command.replace("localhost:8080", stack.url)
        command = re.sub(r"@\d{16}", f"@{version}", command)
        answer = subprocess.run(["bash", "-c", command], check=True, text=True,
                                capture_output=True).stdout
        lines = without_chance(answer).splitlines()
        assert [line for line in shown if without_chance(line) not in lines] == [], answer
        if token := re.search(r"Consistency-Token: Product:1@(\d+)", answer):
            version = token[1]
