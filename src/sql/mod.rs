//! Queries as predicates of SQL, for objects that are in the tables of other engines.
//!
//! Whoever has more objects than one machine holds keeps them in DuckDB, PostgreSQL, ClickHouse or Spark. An
//! [`SqlPredicate`] answers there what the query answers here: `!=` and `notin` where a key is absent, empty values, NULL,
//! integers and patterns, under any nesting of "or" and "not".
//!
//! A row is an object. [`SqlColumns`] says where in it the labels are, the object's JSON, and what else has a column of its
//! own. Texts have to compare as the bytes that they are, as they do in all of these engines unless a column was given
//! another collation.
//!
//! | a query asks | it is said with |
//! |---|---|
//! | a label | the map of all labels, or a column of its own |
//! | `kind()`, `name()`, `namespace()`, `source()` | the columns `kind` and `group`, `name`, `namespace`, `source`, which `selq -o records` writes |
//! | a field | the JSON of the object, or a column of its own |
//! | any other function | a column of its own |
//! | an order of amounts | a column of numbers |
//!
//! Everything else is an [`SqlError`] that names the requirement: what other objects have a part in, and ages and times, for
//! which every engine has its own. Of JSON, numbers that are not plain integers (`1.0`, `1e3`, `-0`) are compared as the engine
//! writes them, and of equal keys in one object an engine may take another than the last; and a name goes into the elements of
//! an array, and of arrays in it, but no deeper.
//!
//! A kind has many names in any case, by which no engine prunes; `.kind=Pod`, where `.kind` has the column of the kind, is a
//! comparison.

mod amount;
mod clause;
mod clickhouse;
mod columns;
mod dialect;
mod duckdb;
mod engine;
mod error;
mod expression;
mod field;
mod kind;
mod like;
mod postgres;
mod predicate;
mod quoting;
mod spark;
mod text_test;
mod tree;

pub use columns::SqlColumns;
pub use dialect::SqlDialect;
pub use error::SqlError;
pub use predicate::SqlPredicate;
