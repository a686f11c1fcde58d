"""What selq says: predicates, answers and records."""

import json
import subprocess


class Selq:
    """The program, which is run in a folder."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, args, stdin="", statuses=(0, 1, 2)):
        done = subprocess.run([self.path, *args], input=stdin.encode(), capture_output=True, cwd=self.folder)
        if done.returncode not in statuses:
            raise RuntimeError(f"selq {args}: status {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def predicates(self, dialect, lines, options=()):
        """A line of JSON for each line: `sql`, or the `error`."""
        out = self.run(["sql", "--dialect", dialect, "--jsonl", *options], lines)
        return [json.loads(line) for line in out.splitlines()]

    def answers(self, queries, dump):
        """For each line of the file of queries the indexes of the objects, or the error."""
        answers = []
        for line in self.run(["--queries", queries, "-o", "jsonl", dump]).splitlines():
            answer = json.loads(line)
            answers.append(answer.get("error") or [it["index"] for it in answer["objects"]])
        return answers

    def records(self, dump, columns):
        args = ["-o", "records", dump]
        for column in columns:
            args += ["-L", column]
        return [json.loads(line) for line in self.run(args, statuses=(0, 1)).splitlines()]
