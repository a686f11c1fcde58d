"""DuckDB, in this process."""

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
        self.library, self.folder = duckdb, folder
        self.connection = duckdb.connect()
        # Statements over so few rows are not worth a thread each.
        self.connection.execute("SET threads = 1")

    def version(self):
        return self.library.__version__

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
