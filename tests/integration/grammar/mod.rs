//! `grammar/` is run: the formal grammars against the parser, and the case files against both.

mod abnf;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use abnf::{Grammar, Random, Within, char_of};
use proptest::prelude::*;
use regex::Regex;
use selq::selector::ParseErrorKind;
use selq::syntax::{FUNCTIONS, Function, FunctionRow, Parameter, check_query, parse};
use selq::{ParseError, Query, Selector};

const SELECTOR: &str = include_str!("../../../grammar/selector.abnf");
const ACCEPT: &str = include_str!("../../../grammar/accept.txt");
const REJECT: &str = include_str!("../../../grammar/reject.txt");
const ACCEPT_QUERY: &str = include_str!("../../../grammar/accept-query.txt");
const REJECT_QUERY: &str = include_str!("../../../grammar/reject-query.txt");
const QUERY: &str = include_str!("../../../grammar/query.abnf");
/// The grammars, read once for all tests.
static SELECTORS: LazyLock<Grammar> = LazyLock::new(|| Grammar::new(&[SELECTOR], &[], &[]));
static QUERIES: LazyLock<Grammar> = LazyLock::new(|| Grammar::new(&[SELECTOR, QUERY], IN_BRACKETS, WORDS));
/// What brackets change.
const IN_BRACKETS: &[Within] = &[
    Within { rule: "in-brackets", instead_of: "word-char", with: "element-char" },
    Within { rule: "in-brackets", instead_of: "field", with: "element-field" },
];
/// What is read as far as it goes, though what follows could begin earlier: `.inn (a)` is not `.in n (a)`.
const WORDS: &[&str] = &["word", "key", "name", "field", "element-field"];
/// Where the rules are functions: those of selectors, and those of queries.
const PARSER: [&str; 2] =
    [include_str!("../../../src/syntax/parser.rs"), include_str!("../../../src/syntax/token.rs")];
const QUERY_PARSER: [&str; 2] =
    [include_str!("../../../src/syntax/query.rs"), include_str!("../../../src/syntax/query_token.rs")];
/// Rules that the parser has no function for: kinds of names, which stand in a table, and what goes by bytes.
const WITHOUT_FUNCTION: [&str; 6] =
    ["key", "key-start", "element-field", "escape", "single-char", "double-char"];
/// Functions that are no rule: a lexer's choice, what may follow, and the parts of `function`.
const WITHOUT_RULE: [&str; 5] =
    ["any-token", "element-word", "after-value", "arguments", "unknown-arguments"];

/// A rule, and how it is defined.
type Rules = BTreeMap<String, String>;

/// The rules as the text of a grammar has them: name and definition, white space made one space.
fn written_rules(grammar: &str) -> Rules {
    let mut rules: Vec<(String, String)> = Vec::new();
    for line in grammar.lines().filter(|line| !line.starts_with(';') && !line.is_empty()) {
        match line.strip_prefix(' ') {
            Some(more) => {
                let (_, definition) = rules.last_mut().unwrap();
                *definition = format!("{definition} {}", more.trim());
            }
            None => {
                let (name, definition) = line.split_once('=').unwrap();
                rules.push((name.trim().to_owned(), definition.trim().to_owned()));
            }
        }
    }
    rules.into_iter().collect()
}

fn code(source: &str) -> &str {
    source.split("#[cfg(test)]").next().unwrap()
}

/// The rules with which the documentation of a function begins, which has the name of the rule.
fn documented_rules(sources: &[&str]) -> Rules {
    let mut rules = Rules::new();
    for block in sources.iter().flat_map(|source| code(source).split("\n\n")) {
        let mut lines = block.lines().map(str::trim).skip_while(|line| !line.starts_with("///"));
        let documentation: Vec<&str> = lines.by_ref().map_while(|line| line.strip_prefix("/// ")).collect();
        let mut lines = block.lines().map(str::trim);
        let signature = lines.find(|line| line.contains("fn ") && !line.starts_with("///"));
        let paragraph = documentation.join(" ");
        if let (Some((rule, definition)), Some(signature)) = (paragraph.split_once(" = "), signature)
            && !rule.contains(' ')
        {
            let function = signature.split("fn ").nth(1).unwrap().split(['(', '<']).next().unwrap();
            assert_eq!(function, rule.replace('-', "_"));
            rules.insert(rule.to_owned(), definition.to_owned());
        }
    }
    rules
}

/// The functions that read a part of a text.
fn parser_functions(sources: &[&str]) -> Vec<String> {
    let lines = sources.iter().flat_map(|source| code(source).lines());
    let reads = Regex::new(r"fn .*input: &('t )?str\) -> Parsed<").unwrap();
    let lines = lines.filter(|line| reads.is_match(line));
    let names = lines.map(|line| line.split("fn ").nth(1).unwrap().split(['(', '<']).next().unwrap());
    names.map(|name| name.replace('_', "-")).filter(|name| !WITHOUT_RULE.contains(&name.as_str())).collect()
}

fn is_without_function(rule: &str) -> bool {
    WITHOUT_FUNCTION.contains(&rule) || rule.ends_with("-name")
}

#[test]
fn every_rule_is_used() {
    for (text, grammar) in [(SELECTOR, &SELECTORS), (QUERY, &QUERIES)] {
        for rule in written_rules(text).keys() {
            assert!(grammar.rules.contains_key(rule), "no sentence needs {rule}");
        }
    }
}

#[test]
fn rules_are_the_functions_of_the_parser() {
    assert_eq!(documented_rules(&PARSER), written_rules(SELECTOR));
    let mut of_queries = written_rules(QUERY);
    of_queries.retain(|rule, _| !is_without_function(rule));
    assert_eq!(documented_rules(&QUERY_PARSER), of_queries);
}

#[test]
fn parser_functions_are_rules() {
    for (sources, grammar) in [(PARSER, &SELECTORS), (QUERY_PARSER, &QUERIES)] {
        for name in parser_functions(&sources) {
            assert!(grammar.rules.contains_key(&name), "{name} is no rule");
        }
    }
}

/// The rule that has the names of the functions which take such a parameter.
fn rule_of(row: &FunctionRow) -> &'static str {
    match row.parameter {
        Parameter::Values => "values-name",
        Parameter::Word(_) => "word-name",
        Parameter::Path => "path-name",
        Parameter::Subject => "subject-name",
        Parameter::Set => "set-name",
        Parameter::Nothing => "plain-name",
        Parameter::Query => "query-name",
        other => panic!("no rule for {other:?}"),
    }
}

#[test]
fn the_grammar_names_the_functions() {
    let mut rows = BTreeMap::<&str, BTreeSet<String>>::new();
    for row in FUNCTIONS {
        rows.entry(rule_of(row)).or_default().insert(format!("%s\"{}\"", row.name));
    }
    let rules = written_rules(QUERY);
    for (rule, names) in rows {
        let written: BTreeSet<String> = rules[rule].split(" / ").map(str::to_owned).collect();
        assert_eq!(written, names, "{rule} of grammar/query.abnf");
    }
}

#[test]
fn examples_are_sentences() {
    for row in FUNCTIONS {
        for example in row.examples {
            assert!(QUERIES.accepts(example), "{example}");
        }
    }
}

/// Whether the grammar and the parser are of two minds about a text by what `grammar/README.md` says: the parser reads
/// functions that there are not, which a later part refuses by name, and symbols as long as they go.
fn is_beyond_the_grammar(text: &str) -> bool {
    static FUNCTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"([^\x00 \t\r\n,()=!<>&|'"]+)[ \t\r\n]*\("#).unwrap());
    static KEYWORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(^|[,&|!(\[])[ \t\r\n]*(in|notin)[ \t\r\n]*\(").unwrap());
    static EXPRESSION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"=~[ \t\r\n]*([^'" \t\r\n]|$)"#).unwrap());
    let mut words = FUNCTION.captures_iter(text).map(|it| it.get(1).unwrap().as_str());
    let is_known = |word: &str| {
        Function::named(word).is_some() || ["in", "notin"].contains(&word) || word.starts_with('.')
    };
    !words.all(is_known) || KEYWORD.is_match(text) || EXPRESSION.is_match(text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_of_the_grammar_parse(seed in any::<u64>()) {
        let sentence = SELECTORS.sentence(&mut Random(seed));
        prop_assert!(SELECTORS.accepts(&sentence), "{sentence:?}");
        prop_assert!(parse(&sentence).is_ok(), "{sentence:?}: {:?}", parse(&sentence));
    }

    #[test]
    fn after_edits_grammar_and_parser_agree(seed in any::<u64>(), n_edits in 1_usize..4) {
        let text = edited(&SELECTORS, seed, n_edits);
        prop_assert_eq!(parse(&text).is_ok(), SELECTORS.accepts(&text), "{:?}: {:?}", &text, parse(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_of_the_query_grammar_parse(seed in any::<u64>()) {
        let sentence = QUERIES.sentence(&mut Random(seed));
        // A name with a keyword right behind it is made, and read as a longer name.
        if QUERIES.accepts(&sentence) && !is_beyond_the_grammar(&sentence) {
            prop_assert!(check_query(&sentence).is_ok(), "{sentence:?}: {:?}", check_query(&sentence));
        }
    }

    #[test]
    fn after_edits_query_grammar_and_parser_agree(seed in any::<u64>(), n_edits in 1_usize..4) {
        let text = edited(&QUERIES, seed, n_edits);
        let read = check_query(&text);
        if !is_beyond_the_grammar(&text) {
            prop_assert_eq!(read.is_ok(), QUERIES.accepts(&text), "{:?}: {:?}", &text, read);
        }
    }
}

fn edited(grammar: &Grammar, seed: u64, n_edits: usize) -> String {
    let mut random = Random(seed);
    let text = grammar.sentence(&mut random);
    (0..n_edits).fold(text, |text, _| random.edit(&text))
}

/// The cases of a file, the part before ` => ` and the one after it, if there is one.
fn cases(file: &str) -> Vec<(String, Option<String>)> {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cases: Vec<_> = lines
        .map(|line| match line.split_once(" => ") {
            Some((text, answer)) => (unescape(text), Some(unescape(answer))),
            None => (unescape(line), None),
        })
        .collect();
    assert!(cases.len() > 20, "there are cases");
    cases
}

/// `text` with its escapes replaced; `grammar/README.md` lists them.
fn unescape(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text.chars());
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        out.extend(match rest.next().unwrap() {
            'e' => None,
            's' => Some(' '),
            't' => Some('\t'),
            'r' => Some('\r'),
            'n' => Some('\n'),
            '0' => Some('\0'),
            '\\' => Some('\\'),
            'u' => {
                let code: String = rest.by_ref().take_while(|&it| it != '}').collect();
                Some(char_of(u32::from_str_radix(&code[1..], 16).unwrap()))
            }
            other => panic!("no escape {other:?}"),
        });
    }
    out
}

#[test]
fn accepted_cases() {
    let grammar = &SELECTORS;
    for (text, canonical) in cases(ACCEPT) {
        assert!(grammar.accepts(&text), "{text:?}");
        let selector: Selector = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(selector.canonical(), Some(canonical.unwrap_or(text)));
    }
}

#[test]
fn rejected_cases() {
    let grammar = &SELECTORS;
    for (text, message) in cases(REJECT) {
        let error = text.parse::<Selector>().expect_err(&text);
        assert_eq!(Some(error.to_string()), message, "{text:?}");
        let is_syntax = matches!(error.kind(), ParseErrorKind::Syntax { .. } | ParseErrorKind::Nul);
        assert_eq!(grammar.accepts(&text), !is_syntax, "{text:?}");
    }
}

#[test]
fn accepted_queries() {
    for (text, canonical) in cases(ACCEPT_QUERY) {
        assert!(QUERIES.accepts(&text), "{text:?}");
        let query: Query = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let canonical = canonical.unwrap_or(text);
        assert_eq!(query.canonical().as_ref(), Some(&canonical));
        assert_eq!(canonical.parse(), Ok(query), "{canonical:?}");
    }
}

/// The message, and what to write instead, where there is something.
fn told(error: &ParseError) -> String {
    let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{error}{help}")
}

#[test]
fn rejected_queries() {
    for (text, message) in cases(REJECT_QUERY) {
        let error = text.parse::<Query>().expect_err(&text);
        assert_eq!(Some(told(&error)), message, "{text:?}");
        if !is_beyond_the_grammar(&text) {
            assert_eq!(QUERIES.accepts(&text), check_query(&text).is_ok(), "{text:?}");
        }
    }
}

#[test]
fn selectors_are_queries() {
    for (text, canonical) in cases(ACCEPT) {
        assert!(QUERIES.accepts(&text), "{text:?}");
        let query: Query = text.parse().unwrap();
        assert_eq!(query.canonical(), Some(canonical.unwrap_or(text)));
    }
}
