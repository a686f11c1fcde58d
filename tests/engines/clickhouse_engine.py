"""ClickHouse, as the library chdb in this process."""

import re
import time

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


    def load_fleet(self, paths):
        self.session.query(
            "CREATE TABLE fleet (source String, `index` UInt64, `group` String, kind LowCardinality(String), namespace String, "
            "name String, uid String, labels Map(LowCardinality(String), String), env LowCardinality(Nullable(String)), "
            "app Nullable(String), INDEX label_keys mapKeys(labels) TYPE bloom_filter, "
            "INDEX label_values mapValues(labels) TYPE bloom_filter) "
            "ENGINE = MergeTree ORDER BY (env, app) SETTINGS allow_nullable_key = 1")
        self.session.query(f"INSERT INTO fleet SELECT * FROM file('{paths[0]}', 'Parquet')")
        self.session.query("OPTIMIZE TABLE fleet FINAL")

    def size(self):
        return int(self.ask("SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'fleet' AND active")[0])

    def measured(self, statement):
        started = time.time()
        result = self.session.query(statement, "TSVRaw")
        seconds, answer = time.time() - started, int(str(result))
        # Each index leaves some of those of the one before it.
        granules = re.findall(r"Granules: (\d+)/(\d+)", "\n".join(self.ask(f"EXPLAIN indexes = 1 {statement}")))
        part, total = int(granules[-1][0]), int(granules[0][1])
        read = f"{result.storage_bytes_read() / 1e6:,.1f} MB, {part:,} of {total:,} granules"
        return {"answer": answer, "seconds": seconds, "read": read, "share": part / total}


def escaped(text):
    return text.replace("\\", "\\\\").replace("'", "\\'")
