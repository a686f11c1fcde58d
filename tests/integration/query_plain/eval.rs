//! The meaning of queries, written down plainly: no column, no plan, nothing of the engine.

use serde_json::Value;

use super::amount::{age, integer, nanos, quantity};
use super::tree::{Asked, Parameter, Step, Subject, Tree, Typed};

/// The time that it is.
pub(super) const NOW: &str = "2026-11-20T12:00:00Z";

/// How values are ordered.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Integers,
    TimesOrQuantities,
    Amounts,
    Ages,
    None,
}

/// A value that a subject has: a text, or something without one.
#[derive(Debug, PartialEq)]
enum Found {
    Text(String),
    There,
}

pub(super) fn holds(tree: &Tree, object: &Value) -> bool {
    match tree {
        Tree::And(trees) => trees.iter().all(|tree| holds(tree, object)),
        Tree::Or(trees) => trees.iter().any(|tree| holds(tree, object)),
        Tree::Not(tree) => !holds(tree, object),
        Tree::Test(subject, asked) => asks(subject, asked, object),
    }
}

fn asks(subject: &Subject, asked: &Asked, object: &Value) -> bool {
    let values = values(subject, object);
    let some = |test: &dyn Fn(&str) -> bool| {
        values.iter().any(|value| matches!(value, Found::Text(text) if test(text)))
    };
    let listed =
        |typed: &[Typed]| typed.iter().any(|typed| some(&|text| is_equal(subject, typed, text, object)));
    match asked {
        Asked::Exists => !values.is_empty(),
        Asked::Absent => values.is_empty(),
        Asked::Equal("!=", value) => !listed(std::slice::from_ref(value)),
        Asked::Equal(_, value) => listed(std::slice::from_ref(value)),
        Asked::Listed { is_in, values } => listed(values) == *is_in,
        Asked::Called { holds, values } => listed(values) == *holds,
        Asked::Ordered(sign, bound) => some(&|text| is_ordered(order(subject), sign, text, bound)),
        Asked::Expression { holds, whole, .. } => some(&|text| whole.is_match(text)) == *holds,
    }
}

fn order(subject: &Subject) -> Order {
    match subject {
        Subject::Label(_) | Subject::Function("label", _) => Order::Integers,
        Subject::Field(_) | Subject::Function("annotation", _) => Order::TimesOrQuantities,
        Subject::Function("restarts", _) => Order::Amounts,
        Subject::Function("age", _) => Order::Ages,
        Subject::Function(..) => Order::None,
    }
}

fn is_equal(subject: &Subject, typed: &Typed, text: &str, object: &Value) -> bool {
    let fits = |text: &str| if typed.is_bare { glob(&typed.text, text) } else { typed.text == text };
    match subject {
        Subject::Function("kind", _) => is_kind(typed, text),
        Subject::Function("name", _) if typed.text.contains('/') => fits(&printed_name(object)),
        _ if order(subject) == Order::Amounts => {
            let amounts = quantity(&typed.text).zip(quantity(text));
            amounts.is_some_and(|(typed, value)| typed == value)
        }
        _ => fits(text),
    }
}

fn is_ordered(order: Order, sign: &str, text: &str, bound: &str) -> bool {
    let pair = match order {
        Order::Integers => integer(text).zip(integer(bound)),
        Order::TimesOrQuantities if nanos(bound).is_some() => nanos(text).zip(nanos(bound)),
        Order::TimesOrQuantities | Order::Amounts => quantity(text).zip(quantity(bound)),
        Order::Ages => text.parse().ok().zip(age(bound)),
        Order::None => panic!("has no order"),
    };
    pair.is_some_and(|(value, bound)| match sign {
        ">" => value > bound,
        "<" => value < bound,
        ">=" => value >= bound,
        "<=" => value <= bound,
        other => panic!("no order {other}"),
    })
}

/// Any run for `*`, one character for `?`.
fn glob(pattern: &str, text: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = characters.as_str();
            glob(rest, text) || text.chars().next().is_some_and(|c| glob(pattern, &text[c.len_utf8()..]))
        }
        Some(wanted) => {
            let mut text = text.chars();
            text.next()
                .is_some_and(|c| (wanted == '?' || wanted == c) && glob(characters.as_str(), text.as_str()))
        }
    }
}

/// Kinds with their group and other names.
const KINDS: [(&str, &str, &[&str]); 4] = [
    ("Pod", "", &["pod", "pods", "po"]),
    ("Service", "", &["service", "services", "svc"]),
    ("Node", "", &["node", "nodes", "no"]),
    ("Deployment", "apps", &["deployment", "deployments", "deploy"]),
];

/// `text` is a kind with or without its group; a word may be another name of it.
fn is_kind(typed: &Typed, text: &str) -> bool {
    let pattern = typed.text.to_lowercase();
    if typed.is_bare && pattern.contains(['*', '?']) {
        return glob(&pattern, &text.to_lowercase());
    }
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    let (wanted, wanted_group) = pattern.split_once('.').unwrap_or((&pattern, ""));
    let names = KINDS.iter().find(|(name, ..)| *name == kind).map_or(&[] as &[&str], |it| it.2);
    names.contains(&wanted) && (wanted_group.is_empty() || wanted_group == group)
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    path.iter().fold(value, |value, name| &value[*name]).as_str().unwrap_or("")
}

fn group(object: &Value) -> &str {
    text(object, &["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
}

/// `pod/web-0`, `deployment.apps/web`
fn printed_name(object: &Value) -> String {
    let kind = text(object, &["kind"]).to_lowercase();
    let group = if group(object).is_empty() { String::new() } else { format!(".{}", group(object)) };
    format!("{kind}{group}/{}", text(object, &["metadata", "name"]))
}

fn some_text(text: impl Into<String>) -> Vec<Found> {
    vec![Found::Text(text.into())].into_iter().filter(|it| *it != Found::Text(String::new())).collect()
}

fn values(subject: &Subject, object: &Value) -> Vec<Found> {
    match subject {
        Subject::Label(key) => member(&object["metadata"]["labels"], key),
        Subject::Field(steps) => field(object, steps),
        Subject::Function(name, parameter) => function(name, parameter, object),
    }
}

/// The text under a key, also an empty one.
fn member(map: &Value, key: &str) -> Vec<Found> {
    map[key].as_str().map(|text| Found::Text(text.to_owned())).into_iter().collect()
}

fn function(name: &str, parameter: &Parameter, object: &Value) -> Vec<Found> {
    let word = if let Parameter::Word(word) = parameter { word.as_str() } else { "" };
    match name {
        "kind" => {
            let kind = text(object, &["kind"]);
            let mut kinds = some_text(kind);
            if !group(object).is_empty() {
                kinds.extend(some_text(format!("{kind}.{}", group(object))));
            }
            kinds
        }
        "name" => some_text(text(object, &["metadata", "name"])),
        "namespace" => some_text(text(object, &["metadata", "namespace"])),
        "label" => member(&object["metadata"]["labels"], word),
        "annotation" => member(&object["metadata"]["annotations"], word),
        "condition" => list(&object["status"]["conditions"])
            .iter()
            .filter(|it| it["type"] == word)
            .flat_map(|it| some_text(text(it, &["status"])))
            .collect(),
        "image" => [&object["spec"], &object["spec"]["template"]["spec"]]
            .into_iter()
            .flat_map(|spec| ["initContainers", "containers", "ephemeralContainers"].map(|it| &spec[it]))
            .flat_map(list)
            .flat_map(|container| some_text(text(container, &["image"])))
            .collect(),
        "owner" => list(&object["metadata"]["ownerReferences"])
            .iter()
            .filter(|it| it["controller"] == true)
            .flat_map(|it| some_text(format!("{}/{}", text(it, &["kind"]), text(it, &["name"]))))
            .collect(),
        "taint" if object["kind"] == "Node" => list(&object["spec"]["taints"]).iter().map(taint).collect(),
        "restarts" if object["kind"] == "Pod" => {
            let counts = list(&object["status"]["containerStatuses"]).iter();
            let n: u64 = counts.filter_map(|it| it["restartCount"].as_u64()).sum();
            some_text(n.to_string())
        }
        "age" => match parameter {
            Parameter::Path(steps) => ages(field(object, steps)),
            _ => ages(some_text(text(object, &["metadata", "creationTimestamp"]))),
        },
        _ => Vec::new(),
    }
}

fn taint(taint: &Value) -> Found {
    let value = text(taint, &["value"]);
    let value = if value.is_empty() { String::new() } else { format!("={value}") };
    Found::Text(format!("{}{value}:{}", text(taint, &["key"]), text(taint, &["effect"])))
}

/// How many nanoseconds ago the times are.
fn ages(times: Vec<Found>) -> Vec<Found> {
    let now = nanos(NOW).unwrap();
    let ages = times.iter().filter_map(|time| match time {
        Found::Text(text) => Some(Found::Text((now - nanos(text)?).to_string())),
        Found::There => None,
    });
    ages.collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What is at a field: each value that is not null.
fn field(object: &Value, steps: &[Step]) -> Vec<Found> {
    let ends = steps
        .iter()
        .fold(vec![object], |values, step| values.into_iter().flat_map(|value| after(step, value)).collect());
    let found = ends.into_iter().filter(|end| !end.is_null()).map(|end| match end {
        Value::String(text) => Found::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Found::There,
        number => Found::Text(number.to_string()),
    });
    found.collect()
}

fn after<'v>(step: &Step, value: &'v Value) -> Vec<&'v Value> {
    match step {
        Step::Anywhere(name) => anywhere(name, value),
        Step::Name(name) => match value {
            Value::Array(elements) => elements.iter().flat_map(|element| after(step, element)).collect(),
            value => value.get(name).into_iter().collect(),
        },
        Step::Index(index) => value.as_array().and_then(|it| it.get(*index)).into_iter().collect(),
        Step::Each => list(value).iter().collect(),
        Step::Where(tree) => list(value).iter().filter(|element| holds(tree, element)).collect(),
    }
}

fn anywhere<'v>(name: &str, value: &'v Value) -> Vec<&'v Value> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(|element| anywhere(name, element)).collect(),
        Value::Object(members) => {
            let members = members.iter().filter(|(key, _)| *key != "managedFields");
            let found = members.flat_map(|(key, value)| {
                let here = (key == name).then_some(value);
                here.into_iter().chain(anywhere(name, value))
            });
            found.collect()
        }
        _ => Vec::new(),
    }
}
