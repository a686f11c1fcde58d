//! The truth table of `tests/cases/truth.tsv`.

use std::collections::BTreeSet;

use selq::query::{Columns, Context};
use selq::{Input, Loader, Plan, Query, Scope};
use serde_json::Value;

use super::{Plain, eval};

/// The names of the objects that satisfy a test.
type Names = BTreeSet<String>;

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap().to_owned()
}

/// The names that a line has: `-` for none, `all but` others.
fn expected(text: &str, objects: &[Value]) -> Names {
    let named = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Names>();
    match text.strip_prefix("all but") {
        Some(others) => &objects.iter().map(name).collect::<Names>() - &named(others),
        None if text == "-" => Names::new(),
        None => named(text),
    }
}

/// What a query finds, by itself and as a plan.
fn found(query: &Query, objects: &[Value], context: &Context) -> [Names; 2] {
    let plain = objects
        .iter()
        .filter(|object| query.matches(&Plain { object, json: object.to_string() }, context).unwrap());
    let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
    let input = Input::Bytes { name: "dump".to_owned(), bytes: lines.join("\n").into_bytes() };
    let dump = Loader::new().load([input]).unwrap();
    let mut columns = Columns::new();
    columns.read(&dump, query.subjects(), context);
    let plan = Plan::query(dump.store(), &columns, query, &Scope::all(), context).unwrap();
    let planned = plan.run().iter().map(|object| object.name().to_owned()).collect();
    [plain.map(name).collect(), planned]
}

#[test]
fn the_truth_table_holds() {
    let (mut objects, mut wrong, mut n_lines) = (Vec::<Value>::new(), Vec::new(), 0);
    let context = Context::at(eval::NOW.parse().unwrap());
    let table = include_str!("../../cases/truth.tsv");
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, rest) = line.split_once('\t').unwrap();
        if text == "object" {
            objects.push(serde_json::from_str(rest).unwrap());
            continue;
        }
        n_lines += 1;
        let query: Query = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let expected = expected(rest, &objects);
        for found in found(&query, &objects, &context) {
            if found != expected {
                wrong.push(format!("{text}: {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_lines > 200, "{n_lines} lines");
}
