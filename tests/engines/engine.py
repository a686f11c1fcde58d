"""The engines, and what a test asks of each."""

import importlib
import json
import re

ENGINES = {"duckdb": "duckdb_engine", "postgres": "postgres_engine", "clickhouse": "clickhouse_engine", "spark": "spark_engine"}


class Missing(Exception):
    """An engine that is not installed, and how to have it."""


class Engine:
    """A table of objects in an engine.

    The columns are those of `selq -o records`, one text for each of `texts`, one number for each of `amounts`, and `object`
    with the JSON.
    """

    dialect = ""

    def load(self, records, texts, amounts):
        """Makes the table `objects` anew, of records with a member for each column; `object` is the text of the JSON."""
        raise NotImplementedError

    def verdicts(self, predicates):
        """For each predicate a text with a character for each row, by index: 1 TRUE, 0 FALSE, N NULL."""
        raise NotImplementedError

    def selected(self, statements):
        """For each statement `SELECT * …` the sorted indexes of the rows that it gives."""
        raise NotImplementedError

    def forget(self):
        """Drops the table that was loaded."""
        raise NotImplementedError

    def run(self, statement):
        """Runs a statement, and gives the rows of its answer."""
        raise NotImplementedError

    def run_all(self, script):
        """Runs the statements of a recipe, each of which ends a line with a semicolon, and gives their number."""
        statements = [it.strip() for it in re.split(r";\s*\n", script) if it.strip()]
        for statement in statements:
            self.run(statement)
        return len(statements)

    def load_fleet(self, paths):
        """Makes the table `fleet` of the files that `fleet.make` gives, sorted or cut into parts by env."""
        raise NotImplementedError

    def measured(self, statement):
        """Runs a statement that counts rows of the fleet: `answer`, `seconds`, what was `read` in words, and `share`, the part
        of the fleet's parts that was read, which is 1 where none was pruned."""
        raise NotImplementedError

    def size(self):
        """The bytes of the fleet, as the engine keeps it."""
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def close(self):
        pass


def opened(name, folder):
    """The engine of this name, with its files in a folder."""
    return importlib.import_module(ENGINES[name]).open(folder)


def verdict_sql(predicate):
    return f"CASE WHEN {predicate} THEN '1' WHEN NOT ({predicate}) THEN '0' ELSE 'N' END"


def write_lines(records, path):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=True) + "\n")
