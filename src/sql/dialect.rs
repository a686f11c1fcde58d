//! The engines that predicates are for.

use std::fmt;

use super::clickhouse::ClickHouse;
use super::duckdb::DuckDb;
use super::engine::SqlEngine;
use super::postgres::Postgres;
use super::spark::Spark;

/// An engine that a predicate is for: each reads SQL in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlDialect {
    /// DuckDB: labels are a `MAP(VARCHAR, VARCHAR)`, objects `JSON`.
    DuckDb,
    /// PostgreSQL: labels and objects are `jsonb`.
    Postgres,
    /// ClickHouse: labels are a `Map(String, String)`, objects a `String`.
    ClickHouse,
    /// Spark: labels are a `MAP<STRING, STRING>`, objects a `STRING`.
    Spark,
}

impl SqlDialect {
    /// All of them.
    pub const ALL: [SqlDialect; 4] =
        [SqlDialect::DuckDb, SqlDialect::Postgres, SqlDialect::ClickHouse, SqlDialect::Spark];

    pub(super) fn engine(self) -> &'static dyn SqlEngine {
        match self {
            SqlDialect::DuckDb => &DuckDb,
            SqlDialect::Postgres => &Postgres,
            SqlDialect::ClickHouse => &ClickHouse,
            SqlDialect::Spark => &Spark,
        }
    }
}

impl fmt::Display for SqlDialect {
    /// The name of the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SqlDialect::DuckDb => "DuckDB",
            SqlDialect::Postgres => "PostgreSQL",
            SqlDialect::ClickHouse => "ClickHouse",
            SqlDialect::Spark => "Spark",
        })
    }
}
