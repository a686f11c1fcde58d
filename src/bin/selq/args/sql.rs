//! The options of `selq sql`, and those of its table that `selq explain` has too.

use clap::{Args as ClapArgs, ValueEnum};
use selq::query::Subject;
use selq::sql::{SqlColumns, SqlDialect, SqlError};
use selq::{LabelKey, ParseError};

use super::groups::WantedArgs;

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # the predicate, for a WHERE of one's own
  selq sql --dialect duckdb -l 'env in (prod,qa),tier!=db,!legacy'
  # the statement
  selq sql --dialect postgres -w 'env=prod || tier=db' --table objects
  # one label has a column of its own, by which the engine prunes
  selq sql --dialect clickhouse -l app=web --column app=app_label
  # fields, where a column has the JSON of the objects
  selq sql --dialect spark -w '.spec.nodeName=node-*' --object object
  # which part each requirement becomes
  selq explain --dialect duckdb -w 'env=prod, name(web-*)'",
    after_help = "\
The table has a row for each object, as `selq -o records` writes them: labels as
a map from text to text (PostgreSQL: jsonb), and the columns group, kind,
namespace, name and source, in which NULL is none. A column of its own holds the
text of its label, field or function, of an amount the number, and NULL for none.
The predicate is TRUE or FALSE and never NULL. What the engine cannot say is an
error that names the requirement.
Exit status: 0 it is said, 2 an error."
)]
pub(crate) struct SqlArgs {
    /// The engine that it is for
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: DialectName,
    #[command(flatten)]
    pub(crate) wanted: WantedArgs,
    /// Print the statement that gives the rows of this table, not the predicate alone; SCHEMA.TABLE has both names
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) columns: SqlColumnArgs,
    /// Say each line of standard input, as `selq parse --jsonl` reads them: one JSON object a line, with `sql` or `error`
    #[arg(long, conflicts_with_all = ["selector", "label_selector", "where_queries", "field_selector"])]
    pub(crate) jsonl: bool,
}

/// Where the objects are in the columns of a table.
#[derive(Debug, ClapArgs)]
pub(crate) struct SqlColumnArgs {
    /// The column that has all labels, `labels` without it
    #[arg(long, value_name = "COLUMN", requires = "dialect", help_heading = "Table")]
    labels: Option<String>,
    /// The column that has the JSON of the objects, which fields are looked up in
    #[arg(long, value_name = "COLUMN", requires = "dialect", help_heading = "Table")]
    object: Option<String>,
    /// A label, field or function that has a column of its own: app=app_label, .spec.nodeName=node, status()=status; may
    /// be repeated
    #[arg(
        long,
        value_name = "KEY=NAME",
        num_args = 1,
        value_parser = named_column,
        requires = "dialect",
        help_heading = "Table"
    )]
    column: Vec<(Subject, String)>,
}

impl SqlColumnArgs {
    /// The columns.
    pub(crate) fn columns(&self) -> Result<SqlColumns, SqlError> {
        let columns = SqlColumns::new();
        let columns = self.labels.iter().fold(columns, SqlColumns::with_labels);
        let columns = self.object.iter().fold(columns, SqlColumns::with_object);
        let mut named = self.column.iter().cloned();
        named.try_fold(columns, |columns, (subject, name)| columns.with_column(subject, name))
    }
}

/// The dialects by the names that options have for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectName {
    /// DuckDB: MAP and JSON
    Duckdb,
    /// PostgreSQL: jsonb
    Postgres,
    /// ClickHouse: Map and String
    Clickhouse,
    /// Spark: MAP and STRING; fields from version 4 on
    Spark,
}

impl From<DialectName> for SqlDialect {
    fn from(name: DialectName) -> SqlDialect {
        match name {
            DialectName::Duckdb => SqlDialect::DuckDb,
            DialectName::Postgres => SqlDialect::Postgres,
            DialectName::Clickhouse => SqlDialect::ClickHouse,
            DialectName::Spark => SqlDialect::Spark,
        }
    }
}

/// What has a column of its own, and the name of that.
fn named_column(text: &str) -> Result<(Subject, String), String> {
    // A field may have a `=` in its brackets, and a name hardly ever has one.
    let Some((subject, name)) =
        text.rsplit_once('=').filter(|(subject, name)| !subject.is_empty() && !name.is_empty())
    else {
        return Err("expected KEY=NAME, such as app=app_label".to_owned());
    };
    let subject = match subject.starts_with('.') || subject.contains('(') {
        true => subject.parse().map_err(|error: ParseError| said(&error, error.help())),
        false => LabelKey::new(subject).map(Subject::Label).map_err(|error| said(&error, error.help())),
    };
    Ok((subject?, name.to_owned()))
}

/// An error in one line: clap prints one text about a value that it refuses.
fn said(error: &dyn std::fmt::Display, help: Option<String>) -> String {
    help.map_or_else(|| error.to_string(), |help| format!("{error}; {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_behind_the_last_equals_sign() {
        for (text, subject, name) in [
            ("app=a", "app", "a"),
            ("app.kubernetes.io/name=app name", "app.kubernetes.io/name", "app name"),
            (".spec.containers[.name=web].image=image", ".spec.containers[.name=web].image", "image"),
            ("status()=status()", "status()", "status()"),
            ("label('a b')=ab", "label('a b')", "ab"),
        ] {
            let (said_subject, said_name) = named_column(text).unwrap();
            assert_eq!((said_subject.to_string().as_str(), said_name.as_str()), (subject, name));
        }
        let faults =
            ["app", "=a", "app=", "a b=c", "status(=x", ".a[=x"].map(|text| named_column(text).unwrap_err());
        insta::assert_snapshot!(faults.join("\n"), @r#"
        expected KEY=NAME, such as app=app_label
        expected KEY=NAME, such as app=app_label
        expected KEY=NAME, such as app=app_label
        a label key may hold ASCII letters, digits, "-", "_" and ".", found a space
        expected a value or ")", found the end of the text; close the list with ")"
        expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
        "#);
    }
}
