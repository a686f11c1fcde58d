//! From a query to a predicate of SQL.

use std::fmt;

use super::amount;
use super::clause::Clause;
use super::columns::SqlColumns;
use super::dialect::SqlDialect;
use super::engine::{AbsentValue, SqlEngine};
use super::error::{Refusal, SqlError, shell_word};
use super::field::Fields;
use super::kind::KindColumns;
use super::text_test::TextTest;
use super::tree;
use crate::Requirement;
use crate::query::{FunctionCall, Point, Predicate, Query, Subject, Test, quoted};
use crate::syntax::Function;

/// A query as a predicate of SQL over a table of objects.
///
/// It is TRUE for the rows whose objects the query selects and FALSE for all others, never NULL, so that it may stand under
/// NOT and beside anything else. `Display` writes it as an operand of AND.
///
/// ```
/// use selq::sql::{SqlColumns, SqlDialect, SqlPredicate};
///
/// let query = "env=prod,tier!=db".parse()?;
/// let predicate = SqlPredicate::new(&query, &SqlColumns::new(), SqlDialect::ClickHouse)?;
/// assert_eq!(
///     predicate.select("objects")?,
///     "SELECT * FROM `objects` WHERE `labels`['env'] = 'prod' AND NOT (`labels`['tier'] = 'db')",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlPredicate {
    dialect: SqlDialect,
    clause: Clause,
    parts: Vec<(String, String)>,
}

impl SqlPredicate {
    /// Takes time in proportion to the query, and for nested parts as often again as they nest.
    ///
    /// # Errors
    ///
    /// The first requirement that the dialect has no way to say, or that asks what no column has.
    pub fn new(query: &Query, columns: &SqlColumns, dialect: SqlDialect) -> Result<SqlPredicate, SqlError> {
        let row = Row { engine: dialect.engine(), columns };
        let mut parts = Vec::new();
        let clause = tree::clause(query, |predicate| {
            let clause = row.predicate(predicate).map_err(|refusal| refusal.of(predicate))?;
            parts.push((predicate.to_string(), clause.as_str().to_owned()));
            Ok(clause)
        })?;
        Ok(SqlPredicate { dialect, clause, parts })
    }

    /// The statement that gives the rows of a table which the query selects. The name of the table may have those of its
    /// schema and catalog before it, each with a point behind it.
    ///
    /// # Errors
    ///
    /// A name that no table can have.
    pub fn select(&self, table: &str) -> Result<String, SqlError> {
        let names = table.split('.').map(|name| self.dialect.engine().name(name));
        let names =
            names.collect::<Result<Vec<_>, _>>().map_err(|refusal| refusal.of(format!("{table:?}")))?;
        Ok(format!("SELECT * FROM {} WHERE {}", names.join("."), self.clause.as_str()))
    }

    /// Each requirement of the query, as the query has it, with the part of the predicate that it became; of a negated one
    /// with the negation.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.parts.iter().map(|(requirement, part)| (requirement.as_str(), part.as_str()))
    }
}

impl fmt::Display for SqlPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.clause.conjunct())
    }
}

/// A row of a table, which is an object.
struct Row<'a> {
    engine: &'static dyn SqlEngine,
    columns: &'a SqlColumns,
}

impl Row<'_> {
    fn predicate(&self, predicate: &Predicate) -> Result<Clause, Refusal> {
        let (holds, is_negated) = match predicate {
            Predicate::Label(requirement) => self.requirement(requirement)?,
            Predicate::Test(test) => (self.test(test)?, test.operator().is_negated()),
        };
        Ok(if is_negated { holds.negated() } else { holds })
    }

    fn requirement(&self, requirement: &Requirement) -> Result<(Clause, bool), Refusal> {
        let (test, is_negated) = TextTest::of_requirement(requirement);
        let key = requirement.key();
        let holds = match self.columns.of_subject(&Subject::Label(key.clone())) {
            Some(column) => self.column(column, &test)?,
            None => self.label(key.as_str(), &test)?,
        };
        Ok((holds, is_negated))
    }

    /// The clause of a test without its negation.
    fn test(&self, test: &Test) -> Result<Clause, Refusal> {
        let subject = test.subject();
        if let Some(column) = self.columns.of_subject(subject) {
            return self.own_column(column, test);
        }
        match subject {
            Subject::Label(key) => self.label(key.as_str(), &TextTest::of_test(test)?),
            Subject::Field(field) => {
                let object = self.object(subject)?;
                Fields::of_object(self.engine, &object).clause(field, &TextTest::of_test(test)?)
            }
            Subject::Function(call) => self.function(call, test),
        }
    }

    /// The clause of a test of what has a column of its own.
    fn own_column(&self, column: &str, test: &Test) -> Result<Clause, Refusal> {
        let asks_amount = !test.compares_texts() || matches!(test.point(), Some(Point::Quantity(_)));
        match asks_amount {
            true => amount::clause(test, &self.engine.name(column)?, self.engine),
            false => {
                self.is_about_names_alone(test)?;
                self.column(column, &TextTest::of_test(test)?)
            }
        }
    }

    fn function(&self, call: &FunctionCall, test: &Test) -> Result<Clause, Refusal> {
        match call.function() {
            Function::Label => self.label(call.word(), &TextTest::of_test(test)?),
            Function::Kind => {
                let [kind, group] = [self.engine.name("kind")?, self.engine.name("group")?];
                KindColumns { kind: &kind, group: &group, engine: self.engine }.clause(test)
            }
            Function::Name => {
                self.is_about_names_alone(test)?;
                self.identity("name", &TextTest::of_test(test)?)
            }
            Function::Namespace => self.identity("namespace", &TextTest::of_test(test)?),
            Function::Source => self.column("source", &TextTest::of_test(test)?),
            _ => Err(unsaid(call)),
        }
    }

    /// What a label is, in the map of all.
    fn label(&self, key: &str, test: &TextTest<'_>) -> Result<Clause, Refusal> {
        let labels = self.engine.name(self.columns.labels())?;
        let entry = self.engine.label(&labels, key)?;
        if test.is_any() {
            return Ok(entry.is_there);
        }
        let accepts_empty = test.accepts_empty();
        if let Some(texts) = test.texts().filter(|_| !accepts_empty)
            && let Some(clause) = self.engine.label_in(&labels, key, texts)?
        {
            return Ok(clause);
        }
        let holds = test.clause(&entry.value, self.engine)?;
        let is_null = Clause::single(format!("{} IS NULL", entry.value));
        Ok(match (entry.absent, accepts_empty) {
            (AbsentValue::Empty, false) => holds,
            (AbsentValue::Empty, true) => Clause::all(vec![entry.is_there, holds]),
            (AbsentValue::Null, false) if test.is_never_null() => holds,
            (AbsentValue::Null, false) => Clause::single(format!("COALESCE({}, FALSE)", holds.as_str())),
            // A label that is null is the empty one, as Kubernetes reads it.
            (AbsentValue::Null, true) => Clause::all(vec![entry.is_there, Clause::any(vec![holds, is_null])]),
        })
    }

    /// A text in a column, where NULL is none. The test itself stays a part of its own by which engines prune.
    fn column(&self, name: &str, test: &TextTest<'_>) -> Result<Clause, Refusal> {
        let column = self.engine.name(name)?;
        let holds = test.clause(&column, self.engine)?;
        let is_there = (!test.is_any() && !test.is_never_null())
            .then(|| Clause::single(format!("{column} IS NOT NULL")));
        Ok(Clause::all([holds].into_iter().chain(is_there).collect()))
    }

    /// The same where the empty text is none too.
    fn identity(&self, name: &str, test: &TextTest<'_>) -> Result<Clause, Refusal> {
        let holds = self.column(name, test)?;
        let is_empty = format!("{} <> ''", self.engine.name(name)?);
        let is_there = test.accepts_empty().then(|| Clause::single(is_empty));
        Ok(Clause::all([holds].into_iter().chain(is_there).collect()))
    }

    /// The column with the object's JSON.
    fn object(&self, subject: &Subject) -> Result<String, Refusal> {
        match self.columns.object() {
            Some(column) => self.engine.name(column),
            None => Err(Refusal::new("no column has the JSON of the objects").with_help(format!(
                "--object COLUMN names one, and --column {} one with this alone",
                shell_word(&format!("{subject}=COLUMN"))
            ))),
        }
    }

    /// Refuses patterns of names that have the kind before them.
    fn is_about_names_alone(&self, test: &Test) -> Result<(), Refusal> {
        let asked = test.expression().map(|it| it.as_str());
        let mut asked = test.patterns().iter().map(|it| it.as_str()).chain(asked);
        match test.subject().is_name() && asked.any(|text| text.contains('/')) {
            false => Ok(()),
            true => Err(Refusal::new("a column has names without their kinds")
                .with_help("ask for both by themselves: kind(pod),name(web-0)")),
        }
    }
}

/// Why a function is not said where no column has its value.
fn unsaid(call: &FunctionCall) -> Refusal {
    let row = call.function().row();
    match (call.function(), row.is_set() || row.asks_others) {
        (Function::Age, _) => {
            Refusal::new("an age changes with the time, and texts are not ordered as times")
                .with_help("leave it out, and ask a column of times beside what selq says")
        }
        (Function::Annotation, _) => {
            Refusal::new("it is a text or null, and no engine tells the two from others")
                .with_help(format!("ask the field: .metadata.annotations[{}]", quoted(call.word())))
        }
        (Function::Image, _) => Refusal::new("it is worked out of the parts that each kind has")
            .with_help("ask the field: .spec.containers.image"),
        (Function::Taint, _) => Refusal::new("it is worked out of the parts that each kind has")
            .with_help("ask the field: .spec.taints.key"),
        (_, true) if row.is_set() => Refusal::new("other objects have a part in it, which are other rows")
            .with_help("leave it out, and join what it asks of the others"),
        (_, others) => {
            let why = if others { "other objects have a part in it" } else { "no engine works it out" };
            // What is written is the amount as a text, which numbers cannot be compared with.
            let is_amount = matches!(call.function(), Function::Requests | Function::Limits);
            let as_number = if is_amount { " as a number: 250m is 0.25" } else { "" };
            Refusal::new(format!("{why}, and no column has it")).with_help(format!(
                "-o records -L {} writes it, and --column {} names where it is{as_number}",
                shell_word(&call.to_string()),
                shell_word(&format!("{call}=COLUMN"))
            ))
        }
    }
}
