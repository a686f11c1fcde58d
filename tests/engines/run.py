#!/usr/bin/env python3
"""Asks SQL engines what `selq sql` says, and compares with the answers of selq.

usage: run.py --selq target/debug/selq [--engines duckdb,postgres,clickhouse,spark] [--required duckdb,…]
              [--conformance ../shared/conformance] [--objects N] [--queries N] [--seed N] [--skip recipes,…]

Every predicate is asked twice: as a column beside each row, where it has to be TRUE or FALSE and never NULL, and, of a part of
the queries, as a statement behind WHERE, where the engine prunes and uses indexes. An engine that cannot be had is said
loudly, and is a failure if it is required. README.md says more.
"""

import argparse
import json
import os
import sys
import tempfile
import time

import cases
import engine
import fleet
import recipes
from program import Selq

ALL = list(engine.ENGINES)
DUMP = "objects.ndjson"
# Every so many queries are asked behind WHERE too.
STATEMENTS = {"duckdb": 1, "postgres": 3, "clickhouse": 3, "spark": 20}


class Check:
    """The comparisons with one engine."""

    def __init__(self, selq, opened, folder):
        self.selq, self.engine, self.folder = selq, opened, folder
        self.n_compared = self.n_statements = self.n_unsaid = self.n_failed = 0
        self.unsaid = {}

    def load(self, objects, columns=(), amounts=()):
        """The objects in a table, and in a dump beside it."""
        texts = [json.dumps(it, ensure_ascii=False) for it in objects]
        with open(f"{self.folder}/{DUMP}", "w", encoding="utf-8", newline="\n") as file:
            file.writelines(text + "\n" for text in texts)
        records = self.selq.records(DUMP, list(dict.fromkeys([*columns, *amounts])))
        by_column = [{name: record.get(subject) for subject, name in dict(columns).items()} for record in records]
        in_numbers = [{name: number(record.get(subject)) for subject, name in dict(amounts).items()} for record in records]
        whole = [{**record, **one, **two, "object": texts[record["index"]]}
                 for record, one, two in zip(records, by_column, in_numbers)]
        for record, thing in zip(whole, objects):
            null_where_selq_is_not(record, thing)
            # What a column is loaded from has its own name, and no other.
            for subject in {*dict(columns), *dict(amounts)} - {*dict(columns).values(), *dict(amounts).values()}:
                record.pop(subject, None)
        self.n_rows = len(whole)
        self.engine.load(whole, list(dict(columns).values()), list(dict(amounts).values()))

    def compare(self, queries, options=(), every=1):
        """Compares all answers; `queries` are lines of JSON."""
        path = f"{self.folder}/queries.jsonl"
        with open(path, "w", encoding="utf-8") as file:
            file.write(queries)
        asked = [json.loads(line) for line in queries.splitlines()]
        answers = self.selq.answers(path, DUMP)
        said = self.selq.predicates(self.engine.dialect, queries, options)
        assert len(asked) == len(answers) == len(said), (len(asked), len(answers), len(said))
        whole = []
        for query, answer, predicate in zip(asked, answers, said):
            if isinstance(answer, dict):
                raise SystemExit(f"a case is no query: {query}: {answer['message']}")
            if predicate["ok"]:
                whole.append((query, answer, predicate["sql"]))
            else:
                self.n_unsaid += 1
                reason = predicate["error"]["message"].rsplit(": ", 1)[-1]
                self.unsaid.setdefault(reason, query)
        self.columns(whole)
        self.statements(whole[::every])

    def columns(self, whole):
        verdicts = self.engine.verdicts([sql for _, _, sql in whole])
        assert len(verdicts) == len(whole), (len(verdicts), len(whole))
        for (query, answer, sql), verdict in zip(whole, verdicts):
            expected = ["0"] * self.n_rows
            for index in answer:
                expected[index] = "1"
            self.n_compared += self.n_rows
            if verdict != "".join(expected):
                rows = [nth for nth in range(self.n_rows) if nth >= len(verdict) or verdict[nth] != expected[nth]]
                self.fail(query, sql, f"row {rows[0]} of {len(rows)} is {verdict[rows[0]:rows[0] + 1] or 'missing'}", rows[0])

    def statements(self, whole):
        answers = self.engine.selected([f"SELECT * FROM objects WHERE {sql}" for _, _, sql in whole])
        for (query, answer, sql), rows in zip(whole, answers):
            self.n_statements += 1
            if rows != answer:
                self.fail(query, sql, f"WHERE gives {len(rows)} rows and not {len(answer)}", None)

    def fail(self, query, sql, what, row):
        self.n_failed += 1
        if self.n_failed <= 10:
            print(f"  DIFFERS: {query}\n    {what}\n    {sql}", flush=True)
            if row is not None:
                with open(f"{self.folder}/{DUMP}", encoding="utf-8", newline="\n") as file:
                    print(f"    {file.read().split(chr(10))[row]}", flush=True)


def null_where_selq_is_not(record, thing):
    """Tables may have NULL where records have none: for a label that is null, for no labels, and for an empty object."""
    labels = (thing.get("metadata") or {}).get("labels")
    record["labels"] = {key: labels[key] for key in record["labels"]} if labels else None
    if not thing:
        record["object"] = None


def number(amount):
    """A number of whole units; Kubernetes writes the amounts of the cases in these ways alone."""
    if amount is None:
        return None
    return f"{int(amount[:-1]) / 1000:.3f}" if amount.endswith("m") else amount


def random_cases(check, seed, n_objects, n_queries, with_nul):
    rng = cases.Random(seed, with_nul)
    check.load([{}] + [rng.object() for _ in range(n_objects)], cases.COLUMNS, cases.AMOUNTS)
    queries = cases.lines([rng.query() for _ in range(n_queries)])
    every = STATEMENTS[check.engine.dialect]
    check.compare(queries, ["--object", "object"], every)
    named = [option for subject, name in {**cases.COLUMNS, **cases.AMOUNTS}.items() for option in ("--column", f"{subject}={name}")]
    check.compare(queries, ["--object", "object", *named], every)
    check.compare(cases.lines(cases.hostile()), [], every)


def conformance(check, folder):
    """Each line has labels and a selector: all selectors are asked of all labels, so many at a time, and each line of its own."""
    with open(f"{folder}/match.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    size = 400
    for start in range(0, len(lines), size):
        part = lines[start:start + size]
        check.load([{"kind": "Pod", "metadata": {"name": "a", "labels": line["labels"]}} for line in part])
        queries = "".join(json.dumps({"name": str(nth), "selector": line["selector"]}) + "\n" for nth, line in enumerate(part))
        said = check.selq.predicates(check.engine.dialect, queries)
        verdicts = check.engine.verdicts([it["sql"] for it in said])
        for nth, (line, verdict, predicate) in enumerate(zip(part, verdicts, said)):
            check.n_compared += 1
            if verdict[nth] != ("1" if line["match"] else "0"):
                check.fail(line, predicate["sql"], f"Kubernetes says {line['match']}", nth)


def nine(check):
    rng = cases.Random(7, False)
    objects = []
    for nth in range(2_000):
        app = int(60 * rng.random() ** 2)
        labels = {"app.kubernetes.io/name": f"app-{app}", "env": rng.choice(["prod", "prod", "staging", "dev", "qa"]), "team": f"team-{app % 5}"}
        labels |= {"tier": rng.choice(["db", "cache", "frontend"])} if app % 4 == 0 else {}
        labels |= {"release": "stable"} if app % 7 == 0 else {}
        labels |= {"legacy": ""} if app % 13 == 0 else {}
        labels |= {"pod-template-hash": f"{rng.randrange(10**9):x}"} if nth % 10 else {}
        objects.append({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{nth}", "namespace": "shop", "labels": labels}})
    check.load(objects, {"env": "env"})
    queries = "".join(json.dumps({"name": it, "selector": it}) + "\n" for it in fleet.NINE)
    check.compare(queries)
    check.compare(queries, ["--column", "env=env"])


def prunes(check, folder):
    """A label that has a column of its own, by which the table is sorted or cut, is asked without reading all of the table."""
    n, selector = 150_000, "env=qa,team!=team-1"
    try:
        paths = fleet.make(n, folder)
    except engine.Missing as error:
        print(f"*** NOT TESTED: what the engine prunes, of a fleet that is not made: {error} ***", flush=True)
        return
    check.engine.load_fleet(paths)
    predicate = check.selq.predicates(check.engine.dialect, json.dumps({"selector": selector}), ["--column", "env=env"])[0]["sql"]
    measured = check.engine.measured(f"SELECT count(*) FROM fleet WHERE {predicate}")
    expected = int(check.selq.run(["-c", "-l", selector, f"fleet-{n}.ndjson"]))
    if measured["answer"] != expected or measured["share"] > 0.6:
        check.fail(selector, predicate, f"{measured} and not {expected}, or not pruned", None)
    print(f"  {selector} of {n:,} objects: {measured['read']}", flush=True)


def check_engine(name, args, folder):
    # Java's folder is the one that it is started in.
    os.chdir(folder)
    opened = engine.opened(name, folder)
    started = time.time()
    try:
        check = Check(Selq(args.selq, folder), opened, folder)
        print(f"{name} {opened.version()}", flush=True)
        random_cases(check, args.seed, args.objects, args.queries, with_nul=name != "postgres")
        nine(check)
        prunes(check, folder)
        if args.conformance and os.path.exists(f"{args.conformance}/match.jsonl"):
            conformance(check, args.conformance)
        else:
            print("  WITHOUT the recorded answers of Kubernetes: --conformance names no folder that has match.jsonl", flush=True)
        n_recipes = 0 if "recipes" in args.skip else recipes.check(opened, check.selq)
    finally:
        opened.close()
    print(f"  {check.n_compared:,} verdicts and {check.n_statements:,} statements compared, {check.n_unsaid:,} queries unsaid, "
          f"{n_recipes} statements of the recipe run, {check.n_failed} differ, {time.time() - started:.0f} s", flush=True)
    for reason, query in sorted(check.unsaid.items()):
        print(f"  not said: {reason}: {query.get('where', query)[:100]!r}", flush=True)
    return check.n_failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selq", required=True)
    parser.add_argument("--engines", default=",".join(ALL))
    parser.add_argument("--required", default="")
    parser.add_argument("--conformance")
    parser.add_argument("--objects", type=int, default=150)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", default="")
    args = parser.parse_args()
    args.selq, args.conformance = os.path.abspath(args.selq), args.conformance and os.path.abspath(args.conformance)
    n_failed, missing = 0, []
    for name in args.engines.split(","):
        with tempfile.TemporaryDirectory(prefix="selq-engines-") as folder:
            os.chmod(folder, 0o755)
            try:
                n_failed += check_engine(name, args, folder)
            except engine.Missing as error:
                missing.append(name)
                print(f"*** NOT TESTED: {name} is not installed: {error} ***", flush=True)
    lacking = [name for name in missing if name in args.required.split(",")]
    if missing:
        print(f"*** {len(missing)} of {len(args.engines.split(','))} engines NOT TESTED: {', '.join(missing)} ***", flush=True)
    sys.exit(1 if n_failed or lacking else 0)


if __name__ == "__main__":
    main()
