//! The library as its users see it: text and objects in, meaning and errors out.

use selq::{Error, LabelSelector, Selector};

use crate::testenv::shared;

#[test]
fn an_error_shows_the_place_and_the_fix() {
    let error = "env in (prod,qa),tier: db".parse::<Selector>().unwrap_err();
    insta::assert_snapshot!(error.render(), @r#"
    env in (prod,qa),tier: db
                           ^^
    error: expected an operator, "," or the end of the text after the key, found "db"
    help: write "=" between a key and its value: tier=db
    "#);
}

#[test]
fn an_error_in_a_later_line_shows_that_line() {
    let error = "env=prod,\n\ttier=d/b,\nx".parse::<Selector>().unwrap_err();
    insta::assert_snapshot!(format!("|{}", error.render()), @r#"
    | tier=d/b,
           ^
    error: a label value may hold ASCII letters, digits, "-", "_" and ".", found "/"
    help: a label of a dump that has such a value can be listed, but no selector selects it
    "#);
}

#[test]
fn without_a_fix_there_is_no_help_line() {
    let error = "x>a".parse::<Selector>().unwrap_err();
    insta::assert_snapshot!(error.render(), @r#"
    x>a
      ^
    error: expected an integer after ">" or "<", found "a"
    "#);
}

#[test]
fn null_and_empty_are_different_everywhere() {
    let select = |json: &str| {
        Selector::try_from(serde_json::from_str::<Option<LabelSelector>>(json).unwrap()).unwrap()
    };
    let (nothing, everything) = (select("null"), select("{}"));
    assert!(nothing.is_nothing() && everything.is_everything() && nothing != everything);
    assert!(!nothing.matches([("a", "b")]) && everything.matches([("a", "b")]));
    assert_eq!((nothing.canonical(), everything.canonical()), (None, Some(String::new())));
    assert_eq!((nothing.requirements(), everything.requirements()), (None, Some(vec![])));
    let back =
        |selector| serde_json::to_string(&Option::<LabelSelector>::try_from(selector).unwrap()).unwrap();
    assert_eq!((back(&nothing), back(&everything)), ("null".to_owned(), "{}".to_owned()));
}

#[test]
fn one_error_type_takes_them_all() {
    fn both(text: &str, json: &str) -> Result<Selector, Error> {
        let object: LabelSelector = serde_json::from_str(json).unwrap();
        Ok(text.parse::<Selector>()?.and(Selector::try_from(object)?))
    }
    assert_eq!(both("b", r#"{"matchLabels":{"a":"1"}}"#).unwrap().to_string(), "a=1,b");
    assert!(matches!(both("b,", "{}"), Err(Error::Parse(_))));
    assert!(matches!(both("b", r#"{"matchLabels":{"":""}}"#), Err(Error::LabelSelector(_))));
}

/// A text of many megabytes is read or refused without deep recursion, and the message stays small.
#[test]
fn huge_texts_are_no_danger() {
    for unit in ["(", "!", "a,", "a in (", ",", "a=b,", "\"", "\u{a0}", "a in (b,,", " "] {
        let text = unit.repeat(500_000 / unit.len());
        match text.parse::<Selector>() {
            Ok(selector) => assert!(selector.is_everything()),
            Err(error) => assert!(error.render().len() < 2_000, "{unit:?}"),
        }
    }
    let many = vec!["k=v"; 100_000].join(",");
    assert_eq!(many.parse::<Selector>().unwrap().requirements().unwrap().len(), 100_000);
}

/// The `selector` of each line of a file in the shared folder; none, with a message, where the folder is missing.
fn lines(name: &str) -> Vec<serde_json::Value> {
    let Some(folder) = shared("data") else { return Vec::new() };
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of the selectors that people have typed, those refused are the ones that Kubernetes refuses too.
#[test]
fn selectors_from_the_wild() {
    let lines = lines("selectors.jsonl");
    let labels =
        lines.iter().filter(|line| line["kind"] == "label").map(|line| line["selector"].as_str().unwrap());
    let refused: Vec<&str> = labels.filter(|text| text.parse::<Selector>().is_err()).collect();
    let known =
        ["k8s-app: fluentd-logging", "a!!!", "!x=a", "x<a", "x==a==b", "x=a||y=b", "app=rook-ceph=operator"];
    assert!(lines.is_empty() || refused == known, "{refused:?}");
}

/// Expressions of other languages and texts with placeholders are refused, and every one gets help.
#[test]
fn what_is_no_selector_in_the_wild_gets_help() {
    for name in ["selectors-other-languages.jsonl", "selectors-templated.jsonl"] {
        for line in lines(name) {
            let text = line["selector"].as_str().unwrap();
            let error = text.parse::<Selector>().expect_err(text);
            assert!(error.help().is_some(), "{text}: {error}");
        }
    }
}

/// The LabelSelectors inside real objects are accepted and come back from their text, save for two kinds that Kubernetes
/// refuses too: those of templates, and those that Argo CD matches against its own parameters.
#[test]
fn label_selectors_from_the_wild() {
    let lines = lines("object-selectors.jsonl");
    for line in lines.iter().filter(|line| line["kind"] == "LabelSelector") {
        let object: LabelSelector = serde_json::from_value(line["selector"].clone()).unwrap();
        assert!(object.unknown_fields().is_empty(), "{line}");
        match Selector::try_from(object) {
            Ok(selector) => assert_eq!(selector.canonical().unwrap().parse(), Ok(selector), "{line}"),
            Err(error) => {
                let text = line["selector"].to_string();
                assert!(text.contains("${") || text.contains("https://"), "{line}: {error}");
            }
        }
    }
}

/// Parsing sets no memory aside that is not in the selector, but for one list of what was typed. What is in it: every
/// key, every value, and the lists of values and of requirements.
#[test]
fn parsing_allocates_little_more_than_its_result() {
    for (text, n_kept) in [
        ("", 0),
        ("env", 1),
        ("!env", 1),
        ("env=prod", 2),
        ("env=", 1),
        ("n>7", 2),
        ("env in (prod,qa)", 4),
        ("env notin (prod,dev),tier", 6),
        ("env=prod,tier in (db,cache)", 7),
        ("app.kubernetes.io/name=app-22,env=prod,team!=team-1,!legacy", 8),
    ] {
        let counted = allocation_counter::measure(|| {
            let selector: Selector = text.parse().unwrap();
            std::hint::black_box(&selector);
        });
        let n_typed = u64::from(!text.is_empty());
        assert_eq!(counted.count_total, n_kept + n_typed, "{text:?}");
    }
}
