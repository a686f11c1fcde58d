//! Every text that a help tells to write is walked here.

use super::place::{WINDOW, window};
use super::*;
use crate::{Selector, Span};

const NEVER_SELECTED_KEY: &str =
    "a label of a dump that has such a key can be listed, but no selector selects it";

/// What people write, and the help they get.
const CASES: &[(&str, &str)] = &[
    (
        "app={{ .Values.name }}-x",
        "fill in the placeholder {{ .Values.name }} first: a selector is read as it stands",
    ),
    ("app=${APP}", "fill in the placeholder ${APP} first: a selector is read as it stands"),
    ("app=$(APP)", "fill in the placeholder $(APP) first: a selector is read as it stands"),
    ("app=$APP,x", "fill in the placeholder $APP first: a selector is read as it stands"),
    ("app={app}", "fill in the placeholder {app} first: a selector is read as it stands"),
    ("app=<app>", "fill in the placeholder <app> first: a selector is read as it stands"),
    ("app=web-%s", "fill in the placeholder %s first: a selector is read as it stands"),
    ("a=1 && b=2", r#"requirements that all have to hold are joined with ",": a=1,b=2"#),
    ("a=1&&b=2", r#"requirements that all have to hold are joined with ",": a=1,b=2"#),
    ("a and b", r#"requirements that all have to hold are joined with ",": a,b"#),
    ("a=1 || b=2", r#"there is no "or"; for several values of one key write key in (a,b)"#),
    ("a or b", r#"there is no "or"; for several values of one key write key in (a,b)"#),
    ("(a=b),c", "requirements are not grouped with parentheses"),
    ("has(x)", "there are no functions; to ask whether a key is there write x"),
    ("!has(x/y)", "there are no functions; to ask whether a key is there write !x/y"),
    ("all()", "there are no functions; the empty selector selects everything"),
    ("f(x)", "there are no functions, and requirements are not grouped with parentheses"),
    ("in (a,b)", "put the key first: key in (a,b)"),
    (",notin (a)", r#"leave out the "," at the start"#),
    ("!a=b", "write a!=b"),
    ("a=(b,c)", "for one of several values write a in (b,c)"),
    ("a!=(b,c)", "for none of several values write a notin (b,c)"),
    ("a not in (b)", "write a notin (b)"),
    ("a !in (b,'c')", "write a notin (b,c)"),
    ("a not in (b", r#"the operator is one word, "notin", and a list in parentheses follows"#),
    ("a not in b", r#"the operator is one word, "notin", and a list in parentheses follows"#),
    ("not a", "write !a"),
    ("x,NOT a,b", "write !a"),
    ("not a=b", "write a!=b"),
    ("not a in (b,c)", "write a notin (b,c)"),
    ("a!", "to ask that a key is not there write !a"),
    ("a!b", "write a!=b"),
    ("a in [b,c]", "a list stands in parentheses: a in (b,c)"),
    ("a in {'b'}", "a list stands in parentheses: a in (b)"),
    ("a in b,c,d=e", "put the values in parentheses: a in (b,c)"),
    ("a in 'b'", "put the values in parentheses: a in (b)"),
    ("a notin", "put the values in parentheses"),
    ("a===b", "write a=b"),
    ("a=>b", r#"">" and "<" stand alone and compare integers"#),
    ("a<>b", "write a!=b"),
    ("a>=5", r#"">" is strict: write a>4"#),
    ("a<=5", r#""<" is strict: write a<6"#),
    ("a>=0", r#"only ">" is known, which is strict, and integers without a sign"#),
    ("a<=x", r#"only "<" is known, which is strict, and integers without a sign"#),
    ("a=~b", "there is no matching of patterns; list the values: key in (a,b)"),
    ("a!~b", "there is no matching of patterns; list the values: key in (a,b)"),
    ("a~=b", "there is no matching of patterns; list the values: key in (a,b)"),
    ("a: b", r#"write "=" between a key and its value: a=b"#),
    ("a:b", r#"write "=" between a key and its value: a=b"#),
    (r#""a": "b""#, r#"write "=" between a key and its value: a=b"#),
    ("a IN (b)", "operators are written in lower case: a in (b)"),
    ("a NotIn (b, c)", "operators are written in lower case: a notin (b,c)"),
    ("a IN (b c/d)", "operators are written in lower case"),
    ("a not-in (b)", "write a notin (b)"),
    ("a exists", "to ask whether a key is there write a"),
    ("a is b", "write a=b"),
    ("a ne b", "write a!=b"),
    ("a gt 5", "write a>5"),
    ("a lt 5", "write a<5"),
    (r#"a="b""#, "keys and values stand without quotation marks: a=b"),
    (r#"a=="b c""#, "keys and values stand without quotation marks, and hold no white space"),
    ("a=''", "keys and values stand without quotation marks: a="),
    (r#""a"=b"#, "keys and values stand without quotation marks: a=b"),
    ("a=‘b’", "keys and values stand without quotation marks: a=b"),
    ("a=*", "to ask whether a key is there write a"),
    ("a=web-*", "there are no wildcards; list the values: key in (a,b)"),
    ("a=b;c=d", r#"requirements are joined with ",": a=b,c=d"#),
    ("a in (x;y)", r#"the values of a list are separated by ",""#),
    ("a in (x),b=y;c", r#"requirements are joined with ",": a in (x),b=y,c"#),
    ("a=b=c", r#"a requirement has one operator, and no value holds "=""#),
    ("a==b==c", r#"a requirement has one operator, and no value holds "=""#),
    ("a＝b，c", "write the signs in half width: a=b,c"),
    ("a in （b）", "write the signs in half width: a in (b)"),
    (
        r#"{"matchLabels":{"a":"b"}}"#,
        "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`; as a text it is a=b",
    ),
    (r#"{"app":"web","b":""}"#, "this is a map in JSON; as a selector write app=web,b="),
    ("{app: x}", "this is a map of YAML; as a selector write app=x"),
    (r#"{app="x",env!="y"}"#, "a selector stands without braces: app=x,env!=y"),
    ("kubectl get pods -l a=b", "a selector stands here without the command around it: a=b"),
    ("-l app=x", "a selector stands here without the command around it: app=x"),
    ("-lapp=x", "a selector stands here without the command around it: app=x"),
    ("--selector='a in (b,c)' -A", "a selector stands here without the command around it: a in (b,c)"),
    ("get pods -l a,b -n shop", "a selector stands here without the command around it: a,b"),
    ("get pods -l", "a selector stands here without the command around it"),
    (
        "env | wc -l",
        "a selector is read as a whole, also a pipe and the command behind it; without them it is env",
    ),
    (
        "a\u{a0}in\u{a0}(b)",
        "there is an invisible character or another space than the plain one, U+00A0; with plain ones it is a in (b)",
    ),
    (
        "a=b\u{200b}",
        "there is an invisible character or another space than the plain one, U+200B; with plain ones it is a=b",
    ),
    ("a\u{a0}b c=", "there is an invisible character or another space than the plain one, U+00A0"),
    ("k8s:app=x", "label keys have no source in front of them: app=x"),
    ("aws:autoscaling:groupName", NEVER_SELECTED_KEY),
    ("aws:autoscaling:groupName=x", NEVER_SELECTED_KEY),
    ("a:b!=c", NEVER_SELECTED_KEY),
    (
        "instance=10.0.0.1:9090",
        "a label of a dump that has such a value can be listed, but no selector selects it",
    ),
    ("a=1 || a=2", r#"there is no "or"; for several values of one key write a in (1,2)"#),
    ("!all()", "there are no functions, and requirements are not grouped with parentheses"),
    ("!(a)", "requirements are not grouped with parentheses"),
    ("!a in (b)", "write a notin (b)"),
    ("a:=b", r#"write "=" between a key and its value: a=b"#),
    ("a!=*", "to ask whether a key is there write !a"),
    ("a>-1", r#"the number after ">" or "<" has no sign"#),
    ("pods app=x", r#"requirements are joined with ",""#),
    ("/app=web", "write app"),
    (r#"a="b,c""#, "keys and values stand without quotation marks, and hold no white space"),
    (
        "{}",
        "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`",
    ),
    ("a,,b", r#"leave out one of the two ",""#),
    (",a", r#"leave out the "," at the start"#),
    ("a,", r#"leave out the "," at the end"#),
    ("a in (b c)", r#"the values of a list are separated by ",""#),
    ("a in (b", r#"close the list with ")""#),
    ("a in (b,", r#"close the list with ")""#),
    ("a in (b, c=d", r#"close the list with ")" before the next requirement"#),
    ("a=b c", r#"keys and values hold no white space, and requirements are joined with ",""#),
    ("a in (b) c", r#"requirements are joined with ",""#),
    ("a b", "write a=b for a key and its value, a,b for two keys"),
    ("Example.com/X=1", "write example.com/X"),
];

fn error(text: &str) -> ParseError {
    text.parse::<Selector>().unwrap_err()
}

#[test]
fn known_mistakes_get_their_help() {
    for (text, help) in CASES {
        assert_eq!(error(text).help().as_deref(), Some(*help), "{text}");
    }
}

#[test]
fn every_hint_has_a_case() {
    let errors: Vec<ParseError> = CASES.iter().map(|(text, _)| error(text)).collect();
    let hints: Vec<HelpRule> = [OF_WHOLES, OF_SELECTORS, HINTS].concat();
    let first_to_know = |error| hints.iter().position(|hint| hint(&ErrorPlace::new(error)).is_some());
    let known: Vec<_> = errors.iter().filter_map(first_to_know).collect();
    let without: Vec<usize> = (0..hints.len()).filter(|hint| !known.contains(hint)).collect();
    assert_eq!(without, [0; 0], "places in the lists");
}

#[test]
fn what_nobody_knows_gets_no_help() {
    for text in ["a>1.5", "!", "\0", "a in (b)(", "a>b"] {
        assert_eq!(error(text).help(), None, "{text}");
    }
}

#[test]
fn a_placeholder_elsewhere_is_not_blamed() {
    assert_eq!(
        error("a=b c,d=${D}").help().as_deref(),
        Some("keys and values hold no white space, and requirements are joined with \",\"")
    );
}

#[test]
fn long_texts_are_looked_at_only_around_the_place() {
    let far = "é".repeat(WINDOW);
    let text = format!("{far}={far},a b,{far}");
    let place = far.len() * 2 + 4;
    let (part, span) = window(&text, Span::new(place, place + 1));
    assert_eq!(span.slice(part), "b");
    assert!(part.len() <= 2 * WINDOW + 4);
}

/// The texts that the case file says are refused.
fn refused() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../../grammar/reject.txt").lines();
    lines.filter_map(|line| Some(line.split_once(" => ")?.0))
}

/// The help for a text, if it is none and there is one.
fn help_for(text: &str) -> Option<Help> {
    known(&text.parse::<Selector>().err()?)
}

/// Whether the words of a help hold nothing that reads like a selector: signs stand between quotation marks there.
fn has_no_hidden_offer(help: &Help) -> bool {
    help.parts.iter().all(|part| match part {
        HelpPart::Words(words) => {
            let outside = words.split(['"', '`']).step_by(2);
            outside.into_iter().all(|words| !words.contains(|sign| "=!<>(){}[]".contains(sign)))
        }
        HelpPart::Quote(_) | HelpPart::Offer(_) => true,
    })
}

fn check(text: &str) {
    let Some(help) = help_for(text) else { return };
    for offer in help.offers() {
        assert!(offer.parse::<Selector>().is_ok(), "{text:?}: {help} offers {offer:?}");
    }
    assert!(has_no_hidden_offer(&help), "{text:?}: {help}");
    assert!(help.to_string().len() < 1000 && !help.to_string().contains(char::is_control), "{text:?}");
}

#[test]
fn every_offer_of_the_known_texts_is_a_selector() {
    CASES.iter().map(|(text, _)| *text).chain(refused()).for_each(check);
}

/// What people have written in other languages and in templates, in files that only some checkouts have beside them.
#[test]
#[allow(clippy::print_stdout, reason = "a test that cannot run says so")]
fn every_offer_for_texts_from_the_wild_is_a_selector() {
    for name in ["selectors-other-languages.jsonl", "selectors-templated.jsonl", "selectors.jsonl"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: there is no {}", path.display());
            continue;
        };
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            check(line["selector"].as_str().unwrap());
        }
    }
}

/// What people make of a requirement `key`, operator, value by mistake, and what it should have been.
const SLIPS: &[(&str, &str)] = &[
    ("K===V", "K=V"),
    ("K: V", "K=V"),
    ("K:V", "K=V"),
    ("K:=V", "K=V"),
    ("\"K\": \"V\"", "K=V"),
    ("K='V'", "K=V"),
    ("K == \"V\"", "K==V"),
    ("'K=V'", "K=V"),
    ("K is V", "K=V"),
    ("K eq V", "K=V"),
    ("K ne V", "K!=V"),
    ("K<>V", "K!=V"),
    ("K!==V", "K!=V"),
    ("!K=V", "K!=V"),
    ("not K", "!K"),
    ("not K=V", "K!=V"),
    ("NOT K in (V,W)", "K notin (V,W)"),
    ("!K in (V,W)", "K notin (V,W)"),
    ("K not in (V,'W')", "K notin (V,W)"),
    ("K !in (V)", "K notin (V)"),
    ("K NotIn (V, W)", "K notin (V,W)"),
    ("K nin (V)", "K notin (V)"),
    ("K IN (V)", "K in (V)"),
    ("K in V,W", "K in (V,W)"),
    ("K in [V,W]", "K in (V,W)"),
    ("K in {V,W}", "K in (V,W)"),
    ("K=(V,W)", "K in (V,W)"),
    ("K!=(V,W)", "K notin (V,W)"),
    ("K=V || K=W", "K in (V,W)"),
    ("K=V or K==W", "K in (V,W)"),
    ("K=V && !W", "K=V,!W"),
    ("K = 'V' AND W", "K=V,W"),
    ("K=V;W", "K=V,W"),
    ("K!", "!K"),
    ("K!V", "K!=V"),
    ("has(K)", "K"),
    ("!has(K)", "!K"),
    ("K exists", "K"),
    ("K=*", "K"),
    ("K!=*", "!K"),
    ("K>=5", "K>4"),
    ("K<=5", "K<6"),
    ("K gt 5", "K>5"),
    ("K lt 5", "K<5"),
    ("K V", "K=V"),
    ("{K: V}", "K=V"),
    ("{\"K\":\"V\"}", "K=V"),
    ("{K=\"V\",W!=\"V\"}", "K=V,W!=V"),
    ("{\"matchLabels\":{\"K\":\"V\"}}", "K=V"),
    ("-l K=V", "K=V"),
    ("--selector=K=V", "K=V"),
    ("kubectl get pods -A -l 'K in (V,W)' -o wide", "K in (V,W)"),
    ("K=V | wc -l", "K=V"),
    ("k8s:K=V", "K=V"),
    ("K＝V", "K=V"),
    ("K\u{a0}in\u{a0}(V)", "K in (V)"),
    ("\u{feff}K=V", "K=V"),
    ("/K", "K"),
];

/// `pattern` with words for its letters.
fn filled(pattern: &str, key: &str, value: &str, other: &str) -> String {
    let word = |letter: char| match letter {
        'K' => key.to_owned(),
        'V' => value.to_owned(),
        'W' => other.to_owned(),
        letter => letter.to_string(),
    };
    // The letters of "NOT", "AND" and "IN" are none of the three, nor are those of field names.
    pattern.chars().map(word).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// What is told to write means what was meant.
    #[test]
    fn offers_mean_what_was_meant(
        key in "[a-z]{2,5}(\\.[a-z]{1,3}/[a-zA-Z]{1,4})?",
        value in "[a-z0-9]{1,5}",
        other in "[a-z]{3,5}",
    ) {
        for (slip, meant) in SLIPS {
            // A name with a "/" can have no second one in front.
            let key = if slip.starts_with('/') { other.as_str() } else { key.as_str() };
            let words = [key, value.as_str(), other.as_str()];
            if words.iter().any(|word| ["in", "is", "or", "and", "not", "notin", "exists", "eq", "ne", "gt", "lt", "nin", "has", "all", "global"].contains(word)) {
                continue;
            }
            let (text, meant) = (filled(slip, key, &value, &other), filled(meant, key, &value, &other));
            let help = help_for(&text);
            let offer = help.as_ref().and_then(|help| help.offers().next()).unwrap_or_default();
            proptest::prop_assert_eq!(offer.parse::<Selector>().ok(), meant.parse().ok(), "{}: {:?}", text, help);
        }
    }

    /// Mistakes in front of, behind and inside one another, and random edits of all of them.
    #[test]
    fn every_offer_of_random_texts_is_a_selector(
        places in proptest::collection::vec(0_usize..SLIPS.len(), 1..4),
        joint in proptest::sample::select(vec![",", " ", "", ";", " && ", " || ", "|", "("]),
        words in ("[a-zK:/.-]{1,6}", "[a-z0-9:/ \"*.-]{0,6}", "[aé${}-]{0,3}"),
        edits in proptest::collection::vec((0_usize..80, "[-=!(),<> :;'\"{}|~*\\[\\]\u{a0}＝a]?"), 0..4),
    ) {
        let (key, value, other) = &words;
        let slips: Vec<String> = places.iter().map(|&it| filled(SLIPS[it].0, key, value, other)).collect();
        let mut text: Vec<String> = slips.join(joint).chars().map(String::from).collect();
        for (place, new) in edits {
            let place = place % text.len().max(1);
            text.splice(place..(place + 1).min(text.len()), [new]);
        }
        check(&text.concat());
    }
}
