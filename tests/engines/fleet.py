"""A fleet of pods of any size, made by DuckDB: as Parquet, as a dump for selq, and as text for PostgreSQL.

Modelled on the fleet of the benches: workloads of some twenty replicas, apps and namespaces of which a few are large, ten labels
on a pod, half of the pods in production. The same number of pods is always the same fleet.
"""

import os

from engine import Missing

NINE = [
    "env=prod", "env=prod,tier in (db,cache)", "env!=prod", "env notin (prod,dev),tier", "app.kubernetes.io/name=app-22,env=prod",
    "app.kubernetes.io/name=app-22,env=prod,team!=team-1,!legacy", "release", "!release", "pod-template-hash",
]
# The labels that have columns of their own, by which the tables are sorted or cut into parts.
COLUMNS = {"env": "env", "app.kubernetes.io/name": "app"}

# Random numbers are hashes of the workload or the pod; one near 0 is likelier than a large one where few are to be large.
PODS = """
WITH pods AS (
  SELECT i, i // 20 AS workload, hash(i // 20, 'app') / 18446744073709551616.0 AS u, hash(i // 20, 'ns') / 18446744073709551616.0 AS w,
    hash(i, 'pod') AS pod
  FROM range({n}) AS numbers(i)
), named AS (
  SELECT *, CAST(floor(pow(2001, u)) - 1 AS BIGINT) AS app_number, CAST(floor(pow(501, w)) - 1 AS BIGINT) AS namespace_number,
    ['prod', 'prod', 'prod', 'prod', 'staging', 'staging', 'dev', 'qa'][1 + (hash(workload, 'env') % 8)::BIGINT] AS env,
    printf('%x', hash(workload, 'template') % 1099511627776) AS template
  FROM pods
)
SELECT 'fleet.ndjson' AS source, i AS index, '' AS "group", 'Pod' AS kind, 'ns-' || namespace_number AS namespace,
  'app-' || app_number || '-' || template || '-' || printf('%x', pod % 16777216) AS name, 'u' || i AS uid,
  map_from_entries([label FOR label IN [
    {{'key': 'app.kubernetes.io/name', 'value': 'app-' || app_number}},
    {{'key': 'app.kubernetes.io/instance', 'value': 'app-' || app_number || '-' || env}},
    {{'key': 'app.kubernetes.io/version', 'value': '1.' || workload % 20 || '.' || workload % 7}},
    {{'key': 'app.kubernetes.io/managed-by', 'value': CASE WHEN app_number % 3 = 0 THEN 'Helm' ELSE 'argocd' END}},
    {{'key': 'env', 'value': env}},
    {{'key': 'team', 'value': 'team-' || app_number % 50}},
    {{'key': 'topology.kubernetes.io/zone', 'value': 'eu-' || pod % 9}},
    {{'key': 'tier', 'value': CASE WHEN app_number % 4 = 0 THEN ['db', 'cache', 'frontend', 'queue'][1 + workload % 4] END}},
    {{'key': 'release', 'value': CASE WHEN app_number % 7 = 0 THEN 'stable' END}},
    {{'key': 'legacy', 'value': CASE WHEN app_number % 13 = 0 THEN '' END}},
    {{'key': 'pod-template-hash', 'value': CASE WHEN workload % 10 > 0 THEN template END}}
  ] IF label.value IS NOT NULL]) AS labels,
  env, 'app-' || app_number AS app
FROM named
"""


def make(n, folder):
    """The Parquet file, the dump and the text of so many pods, which are made if they are not there; gives their paths."""
    try:
        import duckdb
    except ImportError as error:
        raise Missing("pip install duckdb, which makes the fleet") from error
    paths = [f"{folder}/fleet-{n}.{ending}" for ending in ("parquet", "ndjson", "tsv")]
    parquet, dump, text = paths
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = '{folder}'")
    if not os.path.exists(parquet):
        connection.execute(f"COPY ({PODS.format(n=n)} ORDER BY env, app, index) TO '{parquet}.part' (FORMAT parquet)")
        os.rename(f"{parquet}.part", parquet)
    if not os.path.exists(dump):
        lines = f"SELECT kind, {{'name': name, 'namespace': namespace, 'uid': uid, 'labels': labels}} AS metadata FROM '{parquet}'"
        connection.execute(f"COPY ({lines}) TO '{dump}.part' (FORMAT json)")
        os.rename(f"{dump}.part", dump)
    if not os.path.exists(text):
        rows = f"SELECT index, namespace, name, CAST(labels AS JSON) AS labels, env, app FROM '{parquet}'"
        connection.execute(f"COPY ({rows}) TO '{text}.part' (FORMAT csv, DELIMITER '\t', HEADER false)")
        os.rename(f"{text}.part", text)
    return paths
