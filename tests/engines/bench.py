#!/usr/bin/env python3
"""The nine queries of the benches over millions of generated objects: each engine beside selq.

usage: bench.py --selq target/release/selq --folder DIR [--objects 10000000,50000000] [--engines duckdb,…] [--runs N]

Prints a table in Markdown for each number of objects. A row is a query in one way to ask it: `map` over the labels, `columns` with
columns of their own for env and the app's name. Times are the best of some runs. `rows/s a core` is all rows over time and cores,
whether they were read or not; `read` is what the engine says that it has read.
"""

import argparse
import os
import subprocess
import time

import engine
import fleet
from program import Selq

CORES = os.cpu_count()


def best(runs, ask):
    """The answer, and of some runs the measurement that took the least time."""
    measured = [ask() for _ in range(runs)]
    return min(measured, key=lambda it: it["seconds"])


def of_engine(name, args, paths, n, folder):
    opened = engine.opened(name, folder)
    try:
        started = time.time()
        opened.load_fleet(paths)
        loading = time.time() - started
        print(f"\n{name} {opened.version()}: {n:,} objects loaded in {loading:.0f} s, {opened.size() / 1e6:,.0f} MB\n", flush=True)
        print("| query | asked of | answer | time | rows/s a core | read |\n|---|---|---|---|---|---|")
        selq = Selq(args.selq, folder)
        for query in fleet.NINE:
            for way, columns in (("map", {}), ("columns", fleet.COLUMNS)):
                options = [option for key, column in columns.items() for option in ("--column", f"{key}={column}")]
                predicate = selq.run(["sql", "--dialect", opened.dialect, "-l", query, *options], statuses=(0,)).strip()
                row(query, way, n, best(args.runs, lambda: opened.measured(f"SELECT count(*) FROM fleet WHERE {predicate}")))
    finally:
        opened.close()


def row(query, way, n, it):
    speed = n / it["seconds"] / CORES
    print(f"| `{query}` | {way} | {it['answer']:,} | {it['seconds'] * 1e3:,.0f} ms | {speed / 1e6:,.1f} M | {it['read']} |", flush=True)


def of_selq(args, dump, n):
    size = os.path.getsize(dump)
    print(f"\nselq: {n:,} objects, {size / 1e6:,.0f} MB\n", flush=True)
    print("| query | asked of | answer | time | rows/s a core | read |\n|---|---|---|---|---|---|")
    index = f"{dump}.selq"
    for way, path, read in (("dump", dump, size), ("index", index, None)):
        if way == "index":
            subprocess.run([args.selq, "index", dump], check=True, stdout=subprocess.DEVNULL)
            read = os.path.getsize(index)
        elif os.path.exists(index):
            os.remove(index)
        for query in fleet.NINE:
            def ask():
                started = time.time()
                out = subprocess.run([args.selq, "-c", "-l", query, dump], capture_output=True, check=False).stdout
                return {"seconds": time.time() - started, "answer": int(out), "read": f"{read / 1e6:,.0f} MB mapped"}
            row(query, way, n, best(args.runs, ask))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selq", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--objects", default="10000000,50000000")
    parser.add_argument("--engines", default=",".join(engine.ENGINES))
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    args.selq, args.folder = os.path.abspath(args.selq), os.path.abspath(args.folder)
    os.makedirs(args.folder, exist_ok=True)
    os.chmod(args.folder, 0o755)
    for n in [int(it) for it in args.objects.split(",")]:
        paths = fleet.make(n, args.folder)
        of_selq(args, paths[1], n)
        for name in args.engines.split(","):
            work = f"{args.folder}/{name}-{n}"
            os.makedirs(work)
            os.chdir(work)
            try:
                of_engine(name, args, paths, n, work)
            except engine.Missing as error:
                print(f"*** NOT MEASURED: {name} is not installed: {error} ***", flush=True)


if __name__ == "__main__":
    main()
