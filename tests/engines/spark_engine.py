"""Spark, in this process and its Java machine."""

import glob
import os
import time

from engine import Engine, Missing, write_lines


def open(folder):
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Missing("pip install pyspark, and a Java machine") from error
    builder = SparkSession.builder.master("local[2]").config("spark.ui.showConsoleProgress", "false").appName("selq").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1").config("spark.sql.warehouse.dir", f"{folder}/warehouse")
    builder = builder.config("spark.driver.extraJavaOptions", f"-Dderby.system.home={folder}")
    return Spark(builder.config("spark.log.level", "ERROR").getOrCreate(), folder)


class Spark(Engine):
    dialect = "spark"
    # Predicates that are asked by one statement: planning takes longer than the few rows.
    TOGETHER = 20

    def __init__(self, session, folder):
        self.session, self.folder, self.n_loaded = session, folder, 0

    def version(self):
        return self.session.version

    def load(self, records, texts, amounts):
        from pyspark.sql import types as t
        # What is cached is known by the path that it was read from.
        self.n_loaded += 1
        path = f"{self.folder}/spark-{self.n_loaded}.ndjson"
        write_lines(records, path)
        texts = list(dict.fromkeys(["source", "group", "kind", "namespace", "name", "uid", *texts, "object"]))
        fields = [t.StructField("index", t.LongType()), t.StructField("labels", t.MapType(t.StringType(), t.StringType()))]
        fields += [t.StructField(name, t.StringType()) for name in texts]
        fields += [t.StructField(name, t.DecimalType(38, 9)) for name in amounts]
        self.session.catalog.clearCache()
        table = self.session.read.schema(t.StructType(fields)).json(path).coalesce(1).cache()
        table.createOrReplaceTempView("objects")

    def verdicts(self, predicates):
        verdicts = []
        for start in range(0, len(predicates), self.TOGETHER):
            columns = [f"{it} AS v{nth}" for nth, it in enumerate(predicates[start:start + self.TOGETHER])]
            rows = self.session.sql(f"SELECT {', '.join(columns)} FROM objects ORDER BY index").collect()
            letters = {True: "1", False: "0", None: "N"}
            verdicts += ["".join(letters[row[nth]] for row in rows) for nth in range(len(columns))]
        return verdicts

    def selected(self, statements):
        return [sorted(row["index"] for row in self.session.sql(it).select("index").collect()) for it in statements]

    def forget(self):
        self.session.catalog.dropTempView("objects")

    def run(self, statement):
        return [tuple(row) for row in self.session.sql(statement).collect()]

    def load_fleet(self, paths):
        self.session.conf.set("spark.sql.adaptive.enabled", "false")
        table = self.session.read.parquet(paths[0])
        table.write.partitionBy("env").parquet(f"{self.folder}/fleet")
        self.session.read.parquet(f"{self.folder}/fleet").createOrReplaceTempView("fleet")
        self.total = self.size()

    def size(self):
        found = glob.glob(f"{self.folder}/fleet/**/*.parquet", recursive=True)
        return sum(os.path.getsize(path) for path in found)

    def measured(self, statement):
        started = time.time()
        frame = self.session.sql(statement)
        answer = frame.collect()[0][0]
        seconds = time.time() - started
        leaf = frame._jdf.queryExecution().executedPlan().collectLeaves().head()
        metric = lambda name: leaf.metrics().apply(name).value()
        files, size, rows = metric("numFiles"), metric("filesSize"), metric("numOutputRows")
        read = f"at most {size / 1e6:,.1f} MB of {files} files, {rows:,} rows"
        return {"answer": answer, "seconds": seconds, "read": read, "share": size / self.total}

    def close(self):
        self.session.stop()
