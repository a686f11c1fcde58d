"""The recipes of the README: what it tells to write into each engine is run here, as it stands there."""

import os
import re
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


def statements(body):
    return [it.strip() for it in re.split(r";\s*\n", body) if it.strip()]


def check(opened, selq, folder):
    """Runs the statements of the engine's recipe, and then asks the table that they make; gives how many were run."""
    work = os.path.join(folder, "recipe")
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o777)
    commands = [line[2:] for line in section().splitlines() if line.startswith("$ selq -o records")]
    path = os.path.dirname(selq.path) + os.pathsep + os.environ["PATH"]
    subprocess.run(["cp", DUMP, f"{work}/pods.json"], check=True)
    for command in commands:
        subprocess.run(command, shell=True, check=True, cwd=work, env={**os.environ, "PATH": path})
    n_run, here = 0, os.getcwd()
    # Names of files in the recipes are those of the folder that they are run in.
    os.chdir(work)
    try:
        for body in blocks(opened.dialect):
            for statement in statements(body):
                opened.run(statement)
                n_run += 1
        return n_run + asked(opened, selq)
    finally:
        os.chdir(here)


def asked(opened, selq):
    """Asks the recipe's table what the README asks, and what selq answers of the dump."""
    lines = [line for line in section().splitlines() if line.startswith(f"$ selq sql --dialect {opened.dialect}")]
    for line in lines:
        words = re.findall(r"'[^']*'|\S+", line)[4:]
        words = [word.strip("'") for word in words]
        statement = selq.run(["sql", "--dialect", opened.dialect, *words], statuses=(0,))
        selector = words[words.index("-l") + 1]
        rows = opened.run(f"SELECT count(*) FROM ({statement.strip()}) AS t")
        expected = int(selq.run(["-c", "-l", selector, DUMP], statuses=(0,)))
        if int(rows[0][0]) != expected:
            raise SystemExit(f"{line}: {rows} and not {expected}")
    return len(lines)
