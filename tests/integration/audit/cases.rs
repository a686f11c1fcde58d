//! The cases of rules in `tests/cases/*.audit`, which README.md there explains.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use selq::kubernetes::Links;
use selq::kubernetes::audit::{AUDIT_RULES, AuditRule, audit};
use selq::query::{Columns, Context};
use selq::{Dump, Input, Loader, Plan, Query, Scope};

/// A dump, and what is to be found in it.
#[derive(Default)]
struct AuditCase<'t> {
    title: &'t str,
    objects: Vec<&'t str>,
    expected: Vec<ExpectedVerdict<'t>>,
}

enum ExpectedVerdict<'t> {
    Finds {
        severity: &'t str,
        rule: &'t str,
        object: &'t str,
    },
    Silent(&'t str),
    Unjudged(&'t str),
    /// A query, and the names of the objects that it selects.
    Asks(&'t str, Vec<&'t str>),
}

impl ExpectedVerdict<'_> {
    fn rule(&self) -> Option<&str> {
        match self {
            ExpectedVerdict::Finds { rule, .. }
            | ExpectedVerdict::Silent(rule)
            | ExpectedVerdict::Unjudged(rule) => Some(rule),
            ExpectedVerdict::Asks(..) => None,
        }
    }
}

fn cases(text: &str) -> Vec<AuditCase<'_>> {
    let (mut cases, mut given, mut is_given): (Vec<AuditCase<'_>>, Vec<&str>, bool) = Default::default();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(below) = line.strip_prefix("    ") {
            match (is_given, cases.last_mut()) {
                (true, _) => given.push(below),
                (false, Some(case)) => match case.expected.last_mut() {
                    Some(ExpectedVerdict::Asks(_, names)) => {
                        names.extend(Some(below).filter(|name| *name != "-"));
                    }
                    _ => case.objects.push(below),
                },
                (false, None) => panic!("{line:?} belongs to nothing"),
            }
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        is_given = word == "given";
        match (word, cases.last_mut()) {
            ("given", _) => given.clear(),
            ("case", _) => {
                cases.push(AuditCase { title: rest, objects: given.clone(), expected: Vec::new() });
            }
            (_, Some(case)) => case.expected.push(expected(word, rest)),
            (_, None) => panic!("{line:?} belongs to no case"),
        }
    }
    cases
}

fn expected<'t>(word: &str, rest: &'t str) -> ExpectedVerdict<'t> {
    let words: Vec<&str> = rest.split(' ').collect();
    match (word, &words[..]) {
        ("finds", [severity, rule, object]) => ExpectedVerdict::Finds { severity, rule, object },
        ("silent", [rule]) => ExpectedVerdict::Silent(rule),
        ("unjudged", [rule]) => ExpectedVerdict::Unjudged(rule),
        ("asks", _) => ExpectedVerdict::Asks(rest, Vec::new()),
        _ => panic!("no directive {word:?} {rest:?}"),
    }
}

fn loaded(objects: &[&str]) -> Dump {
    let bytes = objects.iter().map(|object| format!("---\n{object}\n")).collect::<String>().into_bytes();
    Loader::new().load([Input::Bytes { name: "case.yaml".to_owned(), bytes }]).unwrap()
}

fn asked(dump: &Dump, query: &str) -> BTreeSet<String> {
    let query: Query = query.parse().unwrap();
    let (mut columns, context) = (Columns::new(), Context::new());
    columns.read(dump, query.subjects(), &context);
    let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap();
    plan.run().iter().map(|object| object.name().to_owned()).collect()
}

/// What is wrong with the answers about a case.
fn differences(case: &AuditCase<'_>) -> Vec<String> {
    let dump = loaded(&case.objects);
    let report = audit(&Links::new(&dump), AUDIT_RULES);
    let mut wrong = Vec::new();
    let rules: BTreeSet<&str> = case.expected.iter().filter_map(ExpectedVerdict::rule).collect();
    for rule in rules {
        assert!(AuditRule::named(rule).is_some(), "no rule {rule:?}");
        let of_rule = case.expected.iter().filter(|it| it.rule() == Some(rule));
        let is_judged = !report.not_judged.iter().any(|(it, _)| it == rule);
        let mut wanted = BTreeSet::new();
        for expected in of_rule {
            match expected {
                ExpectedVerdict::Finds { severity, object, .. } => {
                    wanted.insert(format!("{severity} {object}"));
                }
                ExpectedVerdict::Silent(_) if !is_judged => wrong.push(format!("{rule} is not judged")),
                ExpectedVerdict::Unjudged(_) if is_judged => wrong.push(format!("{rule} is judged")),
                _ => {}
            }
        }
        let findings = report.findings.iter().filter(|finding| finding.rule == rule);
        let found: BTreeSet<String> = findings
            .map(|finding| {
                let object = dump.store().get(finding.object).unwrap();
                format!("{} {}/{}", finding.severity, object.kind(), object.name())
            })
            .collect();
        if found != wanted {
            let messages: Vec<&str> =
                report.findings.iter().filter(|it| it.rule == rule).map(|it| it.message.as_str()).collect();
            wrong.push(format!("{rule} finds {found:?}, not {wanted:?}: {messages:?}"));
        }
    }
    for expected in &case.expected {
        if let ExpectedVerdict::Asks(query, names) = expected {
            let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let found = asked(&dump, query);
            if found != names {
                wrong.push(format!("{query} selects {found:?}, not {names:?}"));
            }
        }
    }
    wrong
}

/// The cases of a file, all of which have to hold.
fn check(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = fs::read_to_string(path).unwrap();
    let cases = cases(&text);
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(!case.expected.is_empty(), "{} expects nothing", case.title);
        wrong.extend(differences(case).into_iter().map(|difference| format!("{}: {difference}", case.title)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    cases.iter().flat_map(|case| &case.expected).filter_map(|it| it.rule().map(str::to_owned)).collect()
}

#[test]
fn rules_find_what_they_are_about_and_nothing_else() {
    check("audit.audit");
}

#[test]
fn what_other_tools_get_wrong_is_right() {
    assert!(check("other-tools.audit").len() > 40);
}
