"""The recipes of the README: what it tells to write into each engine is run here, as it stands there."""

import os
import re
import shlex
import subprocess

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../README.md")
DUMP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/pods.json")
TITLE = "## When one machine is not enough"


def section():
    with open(README, encoding="utf-8") as file:
        text = file.read()
    return text.split(TITLE, 1)[1].split("\n## ", 1)[0] if TITLE in text else ""


def blocks(dialect):
    """The blocks of SQL of a dialect, by the comment that they begin with."""
    found = re.findall(r"```sql\n-- (\w+)[^\n]*\n(.*?)```", section(), re.S)
    return [body for name, body in found if name.lower().startswith(dialect)]


def check(opened, selq):
    """Runs the statements of the engine's recipe, and then asks the table that they make; gives how many were run.

    Names of files in the recipes are those of the folder that this is run in, where selq is run too.
    """
    subprocess.run(["cp", DUMP, f"{selq.folder}/pods.json"], check=True)
    # Whatever the program is called, the README calls it selq.
    os.makedirs(f"{selq.folder}/bin", exist_ok=True)
    os.symlink(selq.path, f"{selq.folder}/bin/selq")
    path = f"{selq.folder}/bin{os.pathsep}{os.environ['PATH']}"
    for command in [line[2:] for line in section().splitlines() if line.startswith("$ selq -o records")]:
        subprocess.run(command, shell=True, check=True, cwd=selq.folder, env={**os.environ, "PATH": path})
    opened.forget()
    n_run = sum(opened.run_all(body) for body in blocks(opened.dialect))
    return n_run + asked(opened, selq)


def asked(opened, selq):
    """Asks the recipe's table what the README asks, and selq the same of the dump; gives how many questions there are."""
    lines = [line for line in section().splitlines() if line.startswith(f"$ selq sql --dialect {opened.dialect} ")]
    for line in lines:
        words = shlex.split(line)[2:]
        statement = selq.run(words, statuses=(0,)).strip()
        rows = opened.run(f"SELECT count(*) FROM ({statement}) AS t")
        expected = selq.run(["-c", "-l", words[words.index("-l") + 1], DUMP], statuses=(0,))
        if int(rows[0][0]) != int(expected):
            raise SystemExit(f"{line}: {rows} and not {expected}")
    return len(lines)
