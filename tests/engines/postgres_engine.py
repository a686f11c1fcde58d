"""PostgreSQL: a server of its own in a folder, without the network, asked by psql."""

import glob
import json
import os
import pwd
import re
import shutil
import subprocess

from engine import Engine, Missing, verdict_sql, write_lines

# What no text has, so that a line of a file is one value of COPY.
NOTHING = "CSV QUOTE E'\\x01' DELIMITER E'\\x02'"


def programs():
    """The folder of the server's programs, of the newest version that is installed."""
    version = lambda path: int(path.split("/")[-2])
    found = sorted(glob.glob("/usr/lib/postgresql/[0-9]*/bin"), key=version)
    found = [folder for folder in found if os.path.exists(f"{folder}/initdb")]
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    if initdb and os.path.exists(os.path.realpath(initdb)):
        return os.path.dirname(os.path.realpath(initdb))
    raise Missing("apt-get install postgresql")


def open(folder):
    return Postgres(folder)


class Postgres(Engine):
    dialect = "postgres"

    def __init__(self, folder):
        self.programs, self.folder, self.data = programs(), folder, f"{folder}/data"
        os.makedirs(folder, exist_ok=True)
        self.owner = None
        if os.geteuid() == 0:
            # The server refuses to run as root, and Debian's package has made a user for it.
            self.owner = pwd.getpwnam("postgres")
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)
        self.call("initdb", "-D", self.data, "-U", "selq", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale-provider=libc", "--locale=C.UTF-8")
        self.call("pg_ctl", "-D", self.data, "-w", "-l", f"{folder}/log", "-o",
                  f"-k {folder} -h '' -c fsync=off -c full_page_writes=off", "start")

    def call(self, program, *args):
        user = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        subprocess.run([f"{self.programs}/{program}", *args], check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **user)

    def close(self):
        self.call("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def psql(self, script):
        """Runs a script, and gives a line for each row, its columns joined by U+0002."""
        command = [f"{self.programs}/psql", "-h", self.folder, "-U", "selq", "-d", "postgres", "-X", "-q", "-A", "-t",
                   "-F", "\x02", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(command, input=script.encode(), capture_output=True, env={**os.environ, "PGCLIENTENCODING": "UTF8"})
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode().split("\n")[:-1]

    def version(self):
        return self.psql("SHOW server_version;")[0]

    def load(self, records, texts, amounts):
        path = f"{self.folder}/postgres.ndjson"
        write_lines(records, path)
        names = list(dict.fromkeys(["source", "group", "kind", "namespace", "name", "uid", *texts]))
        quoted = lambda name: '"' + name.replace('"', '""') + '"'
        member = lambda name: "'" + name.replace("'", "''") + "'"
        columns = [f"line ->> {member(name)} AS {quoted(name)}" for name in names]
        columns += [f"(line ->> {member(name)})::numeric AS {quoted(name)}" for name in amounts]
        self.psql(
            "DROP TABLE IF EXISTS objects, lines; CREATE TABLE lines (line jsonb);\n"
            f"\\copy lines FROM '{path}' {NOTHING}\n"
            "CREATE TABLE objects AS SELECT (line ->> 'index')::bigint AS index, line -> 'labels' AS labels, "
            f"(line ->> 'object')::jsonb AS object, {', '.join(columns)} FROM lines;\n"
            "CREATE INDEX ON objects USING gin (labels); ANALYZE objects;")

    def verdicts(self, predicates):
        return self.psql("".join(f"SELECT string_agg({verdict_sql(it)}, '' ORDER BY index) FROM objects;\n" for it in predicates))

    def selected(self, statements):
        # An index is tried wherever there is one that serves.
        ask = "".join(f"SELECT coalesce(string_agg(index::text, ',' ORDER BY index), '') FROM ({it}) AS t;\n" for it in statements)
        return [[int(it) for it in line.split(",") if it] for line in self.psql("SET enable_seqscan = off;\n" + ask)]

    def forget(self):
        self.psql("DROP TABLE objects, lines;")

    def run_all(self, script):
        # Lines that psql itself reads are among the statements.
        self.psql(script)
        return len(re.findall(r";\s*\n|^\\", script, re.M))

    def run(self, statement):
        return [line.split("\x02") for line in self.psql(statement.rstrip().rstrip(";") + ";")]

    def load_fleet(self, paths):
        self.psql(
            "CREATE TABLE fleet (index bigint, namespace text, name text, labels jsonb, env text, app text);\n"
            f"\\copy fleet FROM '{paths[2]}' CSV DELIMITER E'\\t'\n"
            "CREATE INDEX ON fleet USING gin (labels jsonb_path_ops); CREATE INDEX ON fleet (env, app); VACUUM ANALYZE fleet;")

    def size(self):
        return int(self.psql("SELECT pg_total_relation_size('fleet');")[0])

    def measured(self, statement):
        plan = "".join(self.psql(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement};"))
        answer = int(self.psql(f"{statement};")[0])
        whole = json.loads(plan)[0]
        nodes = list(below(whole["Plan"]))
        blocks = whole["Plan"]["Shared Hit Blocks"] + whole["Plan"]["Shared Read Blocks"]
        total = int(self.psql("SELECT pg_relation_size('fleet') / 8192;")[0])
        how = " over ".join(dict.fromkeys(it["Node Type"] for it in nodes if "Scan" in it["Node Type"]))
        read = f"{blocks * 8192 / 1e6:,.1f} MB, {how}"
        return {"answer": answer, "seconds": whole["Execution Time"] / 1e3, "read": read, "share": blocks / total}


def below(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from below(inner)
