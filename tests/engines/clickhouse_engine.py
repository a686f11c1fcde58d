"""ClickHouse, as the library chdb in this process."""

from engine import Engine, Missing, verdict_sql, write_lines


def open(folder):
    try:
        from chdb import session
    except ImportError as error:
        raise Missing("pip install chdb") from error
    return ClickHouse(session.Session(f"{folder}/chdb"), folder)


def quoted(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


class ClickHouse(Engine):
    dialect = "clickhouse"

    def __init__(self, session, folder):
        self.session, self.folder = session, folder

    def version(self):
        return str(self.session.query("SELECT version()", "TSVRaw")).strip()

    def load(self, records, texts, amounts):
        path = f"{self.folder}/clickhouse.ndjson"
        write_lines(records, path)
        texts = list(dict.fromkeys(["source", "group", "kind", "namespace", "name", "uid", *texts]))
        columns = ["`index` Int64", "labels Map(String, String)", "object String"]
        columns += [f"{quoted(name)} Nullable(String)" for name in texts]
        columns += [f"{quoted(name)} Nullable(Decimal(38, 9))" for name in amounts]
        self.session.query("DROP TABLE IF EXISTS objects")
        self.session.query(f"CREATE TABLE objects ({', '.join(columns)}) ENGINE = MergeTree ORDER BY `index`")
        self.session.query(f"INSERT INTO objects SELECT * FROM file('{path}', 'JSONEachRow', '{escaped(', '.join(columns))}')")

    def ask(self, statement):
        return str(self.session.query(statement, "TSVRaw")).split("\n")[:-1]

    def verdicts(self, predicates):
        rows = "SELECT {} AS verdict FROM objects ORDER BY `index`"
        ask = "SELECT arrayStringConcat(groupArray(verdict)) FROM ({})"
        return [self.ask(ask.format(rows.format(verdict_sql(it))))[0] for it in predicates]

    def selected(self, statements):
        return [[int(it) for it in self.ask(f"SELECT `index` FROM ({statement}) ORDER BY `index`")] for statement in statements]

    def forget(self):
        self.session.query("DROP TABLE objects")

    def run(self, statement):
        return [line.split("\t") for line in self.ask(statement)]


def escaped(text):
    return text.replace("\\", "\\\\").replace("'", "\\'")
