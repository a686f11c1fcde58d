"""DuckDB, in this process."""

import builtins
import json
import os

from engine import Engine, Missing, verdict_sql, write_lines


def open(folder):
    try:
        import duckdb
    except ImportError as error:
        raise Missing("pip install duckdb") from error
    return DuckDb(duckdb, folder)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class DuckDb(Engine):
    dialect = "duckdb"

    def __init__(self, duckdb, folder):
        self.module, self.folder = duckdb, folder
        self.connection = duckdb.connect()
        # Statements over so few rows are not worth a thread each.
        self.connection.execute("SET threads = 1")

    def version(self):
        return self.module.__version__

    def load(self, records, texts, amounts):
        write_lines(records, f"{self.folder}/duckdb.ndjson")
        types = {"index": "BIGINT", "labels": "MAP(VARCHAR, VARCHAR)", "object": "VARCHAR"}
        names = ["source", "index", "group", "kind", "namespace", "name", "uid", "labels", *texts, *amounts, "object"]
        names = list(dict.fromkeys(names))
        types |= {name: "DECIMAL(38, 9)" for name in amounts}
        columns = ", ".join(f"{quoted(name)}: '{types.get(name, 'VARCHAR')}'" for name in names)
        self.connection.execute(
            "CREATE OR REPLACE TABLE objects AS SELECT * REPLACE (CAST(object AS JSON) AS object) FROM "
            f"read_json('{self.folder}/duckdb.ndjson', format = 'newline_delimited', columns = {{{columns}}})")

    def verdicts(self, predicates):
        columns = [f"string_agg({verdict_sql(it)}, '' ORDER BY index)" for it in predicates]
        return [self.connection.execute(f"SELECT {column} FROM objects").fetchone()[0] for column in columns]

    def selected(self, statements):
        answers = [self.connection.execute(f"SELECT index FROM ({it}) ORDER BY index").fetchall() for it in statements]
        return [[row[0] for row in answer] for answer in answers]

    def forget(self):
        self.connection.execute("DROP TABLE objects")

    def run(self, statement):
        return self.connection.execute(statement).fetchall()

    def load_fleet(self, paths):
        self.parquet = paths[0]
        self.connection.execute("RESET threads")
        self.connection.execute(f"CREATE VIEW fleet AS SELECT * FROM '{self.parquet}'")

    def size(self):
        return os.path.getsize(self.parquet)

    def measured(self, statement):
        profile = f"{self.folder}/profile.json"
        self.connection.execute("SET enable_profiling = 'json'")
        self.connection.execute(f"SET profiling_output = '{profile}'")
        answer = self.connection.execute(statement).fetchone()[0]
        self.connection.execute("RESET enable_profiling")
        with builtins.open(profile) as file:
            query = json.load(file)["query"]
        groups, total = query["total_row_groups_scanned"], query["total_row_groups_to_scan"]
        read = f"{query['total_bytes_scanned'] / 1e6:,.1f} MB, {groups} of {total} row groups"
        return {"answer": answer, "seconds": query["total_time"], "read": read, "share": groups / max(total, 1)}
