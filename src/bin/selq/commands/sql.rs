//! `selq sql`: a selector or query as a predicate of SQL.

use std::io::{self, Write};

use anyhow::Result;
use selq::Query;
use selq::sql::{SqlColumns, SqlDialect, SqlError, SqlPredicate};
use serde::Serialize;

use crate::args::SqlArgs;
use crate::commands::parse::{AskedLine, ErrorReport, LineError, each_asked_line};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::selection::wanted::Wanted;
use crate::terminal::printer::Printer;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::{self, Cell, Grid, Layout};

pub(crate) fn run(args: &SqlArgs, config: &Config) -> Result<ExitStatus> {
    let columns = args.columns.columns()?;
    let sayer = Sayer { columns, dialect: args.dialect.into(), table: args.table.as_deref() };
    if args.jsonl {
        return sayer.lines(config);
    }
    let sql = sayer.say(&Wanted::asked(&args.wanted, config)?.into_query())?;
    print_to_stdout(config, |out| Ok(out.line(&sql)?))?;
    Ok(ExitStatus::Matched)
}

/// How queries are said.
struct Sayer<'a> {
    columns: SqlColumns,
    dialect: SqlDialect,
    table: Option<&'a str>,
}

/// What a line of `--jsonl` becomes.
#[derive(Serialize)]
#[serde(untagged)]
enum SqlReport {
    Said { ok: bool, sql: String },
    Unsaid { ok: bool, error: ErrorReport },
}

impl Sayer<'_> {
    fn say(&self, query: &Query) -> Result<String, SqlError> {
        let predicate = SqlPredicate::new(query, &self.columns, self.dialect)?;
        match self.table {
            Some(table) => predicate.select(table),
            None => Ok(predicate.to_string()),
        }
    }

    /// Says each line of standard input as it comes.
    fn lines(&self, config: &Config) -> Result<ExitStatus> {
        let mut status = ExitStatus::Matched;
        print_to_stdout(config, |out| {
            each_asked_line(true, config, out, |_, asked, out| {
                let report = match asked.and_then(|asked| self.line(&asked)) {
                    Ok(sql) => SqlReport::Said { ok: true, sql },
                    Err(error) => {
                        status = ExitStatus::Error;
                        SqlReport::Unsaid { ok: false, error: error.report() }
                    }
                };
                Ok(out.json_line(&report)?)
            })
        })?;
        Ok(status)
    }

    fn line(&self, asked: &AskedLine) -> Result<String, LineError> {
        let wanted = asked.wanted().map_err(|error| LineError::line(error.to_string(), None))?;
        self.say(&wanted.into_query()).map_err(LineError::Unsaid)
    }
}

/// Which part of a predicate each requirement became, as a stage of `selq explain`.
pub(crate) struct SqlStage {
    dialect: SqlDialect,
    predicate: SqlPredicate,
}

impl SqlStage {
    pub(crate) fn new(
        wanted: Wanted,
        columns: &SqlColumns,
        dialect: SqlDialect,
    ) -> Result<SqlStage, SqlError> {
        let predicate = SqlPredicate::new(&wanted.into_query(), columns, dialect)?;
        Ok(SqlStage { dialect, predicate })
    }

    pub(crate) fn write(&self, out: &mut Printer<impl Write>) -> io::Result<()> {
        out.words(&format!("{}\n", self.dialect))?;
        // What is cut is no SQL any more, so that lines are as long as they are.
        for line in table::lines(self, &Layout::default()) {
            out.words(&format!("  {line}\n"))?;
        }
        out.words(&format!("\nWHERE {}\n", self.predicate))
    }
}

impl Grid for SqlStage {
    type Row = (String, String);

    fn header(&self) -> Vec<&str> {
        vec!["requirement", "predicate"]
    }

    fn rows(&self) -> impl Iterator<Item = (String, String)> {
        self.predicate.parts().map(|(requirement, part)| (requirement.to_owned(), part.to_owned()))
    }

    fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, _scratch: &'c mut String) -> Cell<'c> {
        Cell::Text(if column == 0 { &row.0 } else { &row.1 })
    }
}
