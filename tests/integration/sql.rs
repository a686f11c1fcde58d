//! `selq sql`: what each requirement becomes in each dialect, what is refused, and how the program says so.
//!
//! That the engines answer the same is held by tests/engines, which has them at hand.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::query::Subject;
use selq::sql::{SqlColumns, SqlDialect, SqlPredicate};
use selq::{Query, Selector};

use crate::testenv::{Run, TestEnv};

/// The cases: a query on a line that begins with `>`, and below it what it is in each dialect.
const CASES: &str = "tests/cases/predicates.txt";
const BLESS: &str = "SELQ_BLESS";

/// The columns of the cases.
fn columns() -> SqlColumns {
    let subject = |text: &str| text.parse::<Subject>().unwrap();
    let columns = SqlColumns::new().with_object("object");
    [
        ("app", "app_label"),
        (".spec.nodeName", "node"),
        ("status()", "status"),
        ("requests(cpu)", "cpu"),
        (".kind", "kind"),
    ]
    .into_iter()
    .fold(columns, |columns, (of, name)| columns.with_column(subject(of), name).unwrap())
}

/// What a query is in a dialect, or why it is nothing.
fn said(query: &str, dialect: SqlDialect) -> String {
    match SqlPredicate::new(&query.parse().unwrap(), &columns(), dialect) {
        Ok(predicate) => predicate.to_string(),
        Err(error) => format!("! {error}; {}", error.help().unwrap_or_default()),
    }
}

/// A file of cases with what is said now.
fn written_anew(cases: &str) -> String {
    let mut out = String::new();
    for line in cases.lines().filter(|line| line.starts_with(['#', '>']) || line.is_empty()) {
        out.push_str(&format!("{line}\n"));
        if let Some(query) = line.strip_prefix("> ") {
            for dialect in SqlDialect::ALL {
                out.push_str(&format!("{:<11} {}\n", dialect.to_string(), said(query, dialect)));
            }
        }
    }
    out
}

#[test]
fn requirements_are_said_as_in_the_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES);
    let cases = fs::read_to_string(&path).unwrap();
    let now = written_anew(&cases);
    if std::env::var_os(BLESS).is_some() {
        fs::write(&path, &now).unwrap();
        return;
    }
    for (line, expected) in now.lines().zip(cases.lines()) {
        assert_eq!(line, expected, "run with {BLESS}=1 if that is meant");
    }
    assert_eq!(now, cases);
    assert!(cases.lines().filter(|line| line.starts_with('>')).count() > 40);
}

#[test]
fn nothing_and_everything_are_constants() {
    let said =
        |query: &Query| SqlPredicate::new(query, &SqlColumns::new(), SqlDialect::Spark).unwrap().to_string();
    assert_eq!(
        (said(&Query::everything()), said(&Query::nothing())),
        ("TRUE".to_owned(), "FALSE".to_owned())
    );
}

#[test]
fn a_deep_selector_is_said_without_recursion() {
    let one: Selector = "a=1".parse().unwrap();
    let deep = (0..2_000).fold(one, |deep, nth| match nth % 2 {
        0 => deep.or("b".parse().unwrap()),
        _ => deep.and("c=2".parse().unwrap()),
    });
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
        SqlPredicate::new(&Query::from(deep), &SqlColumns::new(), SqlDialect::ClickHouse).unwrap().to_string()
    });
    assert_eq!(thread.unwrap().join().unwrap().matches("c'] = '2'").count(), 1_000);
}

#[test]
fn a_column_has_one_subject_that_it_can_have() {
    let refused = |subjects: &[&str]| {
        let mut columns = subjects.iter().map(|it| it.parse::<Subject>().unwrap());
        let all = columns.try_fold(SqlColumns::new(), |all, it| all.with_column(it, "x"));
        all.unwrap_err().to_string()
    };
    let faults =
        [&["kind()"][..], &["age()"], &["image()"], &["taint()"], &["app", "label(app)"], &[".a", ".a"]];
    assert_snapshot!(faults.map(refused).join("\n"), @"
    kind(): a kind has many names, which are looked for in the columns kind and group
    age(): an age changes with the time, and no column keeps it
    image(): it may give several values, and a column has one
    taint(): it may give several values, and a column has one
    label(app): it has a column already
    .a: it has a column already
    ");
}

/// The end of the literal or name that `sql` begins with, as the engine reads it; a plain reading that shares nothing with
/// the quoting.
fn end_of_quoted(sql: &[char], has_backslashes: bool) -> Option<usize> {
    let mark = sql[0];
    let mut at = 1;
    while at < sql.len() {
        match sql[at] {
            '\\' if has_backslashes => at += 2,
            it if it == mark && sql.get(at + 1) == Some(&mark) => at += 2,
            it if it == mark => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// What is left of SQL without its literals and names.
fn outside_of_quotes(sql: &str, dialect: SqlDialect) -> String {
    let characters: Vec<char> = sql.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while at < characters.len() {
        let is_escape_literal =
            dialect == SqlDialect::Postgres && out.ends_with('E') && characters[at] == '\'';
        let has_backslashes = match dialect {
            SqlDialect::ClickHouse => true,
            SqlDialect::Spark => characters[at] != '`',
            _ => is_escape_literal,
        };
        if "'\"`".contains(characters[at]) {
            at += end_of_quoted(&characters[at..], has_backslashes).expect("a literal ends");
            out.push('…');
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

proptest! {
    /// Whatever a text or name is, the SQL around it stays the same.
    #[test]
    fn hostile_texts_stay_in_their_literals(text in r#"['"\\`%_é\n;a -]{1,12}"#, nth in 0..4_usize) {
        let dialect = SqlDialect::ALL[nth];
        let around = |text: &str| {
            let query = format!("label({0})={0} || .x['{1}']={0}", quoted(text), text.replace(['\'', '"', '\\', '*'], "b"));
            let query = format!("{query} || name({0},*{1}*)", quoted(text), text.replace(|it: char| !it.is_alphanumeric() && it != '%' && it != '_', "c"));
            let columns = SqlColumns::new().with_labels(text).with_object(text);
            let predicate = SqlPredicate::new(&query.parse().unwrap(), &columns, dialect).unwrap();
            let sql = predicate.select(text).unwrap();
            // How a pattern of LIKE is escaped, and a literal of PostgreSQL marked, depends on what is in it.
            outside_of_quotes(&sql, dialect).replace(" ESCAPE …", "").replace("E…", "…")
        };
        prop_assert_eq!(around(&text.replace('.', "")), around("plain"));
    }
}

/// A text between quotation marks, as a query has it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn shown(args: &[&str]) -> String {
    let Run { status, out, err } = TestEnv::new().run(args);
    format!("[{status}] {out}{err}")
}

#[test]
fn the_program_says_predicates_and_statements() {
    let sql = |args: &[&str]| shown(&[&["sql", "--dialect", "clickhouse"][..], args].concat());
    assert_snapshot!(sql(&["-l", "env!=prod,tier", "-w", "a=1 || b=2"]), @"[0] NOT (`labels`['env'] = 'prod') AND mapContains(`labels`, 'tier') AND (`labels`['a'] = '1' OR `labels`['b'] = '2')");
    assert_snapshot!(sql(&["-l", "app=web", "--column", "app=app`s", "--table", "fleet.objects"]), @r"[0] SELECT * FROM `fleet`.`objects` WHERE `app\`s` = 'web' AND `app\`s` IS NOT NULL");
    assert_snapshot!(sql(&["-l", "", "--labels", "l"]), @"[0] TRUE");
    assert_snapshot!(sql(&["--label-selector", "null"]), @"[0] FALSE");
    assert_snapshot!(sql(&["--field-selector", "kind=", "--object", "o"]), @"[0] (arrayExists(element1 -> element1 = '', arrayMap(element1 -> if(JSONType(element1) = 'String', JSONExtractString(element1), element1), arrayFilter(element1 -> JSONType(element1) NOT IN ('Null', 'Array', 'Object'), [JSONExtractRaw(ifNull(`o`, ''), 'kind')]))) OR NOT (arrayExists(element1 -> JSONType(element1) <> 'Null', [JSONExtractRaw(ifNull(`o`, ''), 'kind')])))");
}

#[test]
fn the_program_names_what_it_cannot_say() {
    let sql = |args: &[&str]| shown(&[&["sql", "--dialect", "postgres"][..], args].concat());
    assert_snapshot!(sql(&["-w", "env=prod,status()=Running"]), @"
    [2] error: status()=Running: no engine works it out, and no column has it
    help: -o records -L 'status()' writes it, and --column 'status()=COLUMN' names where it is
    ");
    assert_snapshot!(sql(&["-w", "selected-by(kind(svc))"]), @"
    [2] error: selected-by(kind(svc)): other objects have a part in it, which are other rows
    help: leave it out, and join what it asks of the others
    ");
    assert_snapshot!(sql(&["-w", ".spec.nodeName=a"]), @"
    [2] error: .spec.nodeName=a: no column has the JSON of the objects
    help: --object COLUMN names one, and --column '.spec.nodeName=COLUMN' one with this alone
    ");
    assert_snapshot!(sql(&["-l", "a=1", "--table", "a..b"]), @r#"[2] error: "a..b": no column or table has an empty name"#);
    assert_snapshot!(sql(&["-l", "a=1,"]), @r#"
    [2] a=1,
        ^
    error: expected a key or "!", found the end of the text
    help: leave out the "," at the end
    "#);
    assert_snapshot!(sql(&["--column", "age()=age"]), @"
    [2] error: age(): an age changes with the time, and no column keeps it
    help: ask for the time itself, in a column of times, beside what selq says
    ");
    assert_snapshot!(shown(&["sql", "-l", "a=1"]), @"
    [2] error: the following required arguments were not provided:
      --dialect <DIALECT>

    Usage: selq sql --dialect <DIALECT> --selector <TEXT>

    For more information, try '--help'.
    ");
}

#[test]
fn the_program_says_a_line_each() {
    let input = "\"a=1\"\n{\"where\":\"a=1 || b\"}\n{\"selector\":null}\n{\"where\":\"age()>1d\"}\n{\"where\":\"a=\\\"\"}\n";
    let Run { status, out, err } =
        TestEnv::new().pipe(&["sql", "--dialect", "duckdb", "--jsonl"], input.as_bytes());
    assert_snapshot!(format!("[{status}] {out}{err}"), @r#"
    [2] {"ok":true,"sql":"COALESCE(map_extract(\"labels\", 'a')[1] = '1', FALSE)"}
    {"ok":true,"sql":"(COALESCE(map_extract(\"labels\", 'a')[1] = '1', FALSE) OR COALESCE(map_contains(\"labels\", 'b'), FALSE))"}
    {"ok":true,"sql":"FALSE"}
    {"ok":false,"error":{"message":"age()>1d: an age changes with the time, and texts are not ordered as times","offset":null,"length":null,"help":"leave it out, and ask a column of times beside what selq says"}}
    {"ok":false,"error":{"message":"expected the quotation mark at the end of the text in quotation marks, found '\"'","offset":2,"length":1,"help":null}}
    "#);
}

#[test]
fn explain_shows_what_each_requirement_became() {
    assert_snapshot!(shown(&["explain", "--dialect", "postgres", "-w", "env=prod, !(tier in (a,b) || name(web-*))"]), @r#"
    [0] PostgreSQL
      REQUIREMENT     PREDICATE
      env=prod        "labels" @> '{"env":"prod"}'::jsonb AND "labels" IS NOT NULL
      tier in (a,b)   "labels" @> ANY (ARRAY['{"tier":"a"}', '{"tier":"b"}']::jsonb[]) AND "labels" IS NOT NULL
      name(web-*)     "name" LIKE 'web-%' AND "name" IS NOT NULL

    WHERE "labels" @> '{"env":"prod"}'::jsonb AND "labels" IS NOT NULL AND NOT (("labels" @> ANY (ARRAY['{"tier":"a"}', '{"tier":"b"}']::jsonb[]) AND "labels" IS NOT NULL) OR ("name" LIKE 'web-%' AND "name" IS NOT NULL))
    "#);
    assert_snapshot!(shown(&["explain", "--dialect", "spark", "-l", "a", "-n", "shop"]), @"[2] error: -n and -k stand beside a query, and SQL says the query alone: -w 'namespace(shop),kind(pod)'");
    let run = TestEnv::new().run(&["explain", "--dialect", "spark", "-l", "env=prod", "pods.json"]);
    assert!(run.out.starts_with("Spark\n") && run.out.contains("\nexecuted\n"), "{}", run.out);
}
