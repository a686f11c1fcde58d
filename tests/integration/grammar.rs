//! `grammar/` is run: the formal grammar against the parser, and the case files against both.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use abnf::types::{Kind, Node, Repeat, TerminalValues};
use proptest::prelude::*;
use selq::Selector;
use selq::selector::ParseErrorKind;
use selq::syntax::parse;

const GRAMMAR: &str = include_str!("../../grammar/selector.abnf");
const ACCEPT: &str = include_str!("../../grammar/accept.txt");
const REJECT: &str = include_str!("../../grammar/reject.txt");
/// The grammar, read once for all tests.
static RULES: LazyLock<Grammar> = LazyLock::new(Grammar::new);
/// Where the rules are functions.
const PARSER: [&str; 2] =
    [include_str!("../../src/syntax/parser.rs"), include_str!("../../src/syntax/token.rs")];

/// The rules of a grammar by their names; the first one is where a sentence begins.
struct Grammar {
    start: String,
    rules: HashMap<String, Node>,
}

impl Grammar {
    fn new() -> Grammar {
        let rules = abnf::rulelist(&GRAMMAR.replace('\n', "\r\n")).unwrap();
        assert!(rules.iter().all(|rule| rule.kind() == Kind::Basic), "a rule is defined in one place");
        let start = rules[0].name().to_owned();
        let n_rules = rules.len();
        let rules: HashMap<_, _> =
            rules.iter().map(|rule| (rule.name().to_owned(), rule.node().clone())).collect();
        assert_eq!(rules.len(), n_rules, "a rule is defined once");
        Grammar { start, rules }
    }

    /// Whether `text` is a sentence.
    fn accepts(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut recogniser = Recogniser { grammar: self, text: &text, known: HashMap::new() };
        recogniser.rule(&self.start, 0).contains(&text.len())
    }

    /// A random sentence.
    fn sentence(&self, random: &mut Random) -> String {
        let mut sentence = String::new();
        self.generate(&self.rules[&self.start], random, &mut sentence);
        sentence
    }

    fn generate(&self, node: &Node, random: &mut Random, out: &mut String) {
        match node {
            Node::Alternatives(nodes) => self.generate(&nodes[random.below(nodes.len())], random, out),
            Node::Concatenation(nodes) => nodes.iter().for_each(|node| self.generate(node, random, out)),
            Node::Repetition { repeat, node } => {
                let (least, most) = bounds(repeat);
                let n = least + random.below(4);
                (0..n.min(most)).for_each(|_| self.generate(node, random, out));
            }
            Node::Rulename(name) => self.generate(&self.rules[name], random, out),
            Node::Group(node) => self.generate(node, random, out),
            Node::Optional(node) if random.below(2) == 0 => self.generate(node, random, out),
            Node::Optional(_) => {}
            Node::String(literal) => out.push_str(literal.value()),
            Node::TerminalValues(TerminalValues::Range(from, to)) => out.push(random.character(*from, *to)),
            Node::TerminalValues(TerminalValues::Concatenation(values)) => {
                out.extend(values.iter().copied().map(char_of));
            }
            Node::Prose(prose) => panic!("prose cannot be run: {prose}"),
        }
    }
}

fn char_of(value: u32) -> char {
    char::from_u32(value).unwrap()
}

fn bounds(repeat: &Repeat) -> (usize, usize) {
    let (min, max) = repeat.min_max();
    (min.unwrap_or(0), max.unwrap_or(usize::MAX))
}

/// Finds where in a text a rule can end: all places at once, each rule at each place only once, so that no grammar takes
/// exponential time.
struct Recogniser<'g> {
    grammar: &'g Grammar,
    text: &'g [char],
    known: HashMap<(&'g str, usize), BTreeSet<usize>>,
}

impl<'g> Recogniser<'g> {
    fn rule(&mut self, name: &'g str, start: usize) -> BTreeSet<usize> {
        if let Some(ends) = self.known.get(&(name, start)) {
            return ends.clone();
        }
        let grammar = self.grammar;
        let ends = self.node(&grammar.rules[name], start);
        self.known.insert((name, start), ends.clone());
        ends
    }

    fn node(&mut self, node: &'g Node, start: usize) -> BTreeSet<usize> {
        match node {
            Node::Alternatives(nodes) => nodes.iter().flat_map(|node| self.node(node, start)).collect(),
            Node::Concatenation(nodes) => {
                nodes.iter().fold(BTreeSet::from([start]), |starts, node| self.after(node, &starts))
            }
            Node::Repetition { repeat, node } => self.repetition(bounds(repeat), node, start),
            Node::Rulename(name) => self.rule(name, start),
            Node::Group(node) => self.node(node, start),
            Node::Optional(node) => self.repetition((0, 1), node, start),
            Node::String(literal) => {
                let wanted: Vec<char> = literal.value().chars().collect();
                let is_equal = |a: char, b: char| {
                    if literal.is_case_sensitive() { a == b } else { a.eq_ignore_ascii_case(&b) }
                };
                self.literal(start, wanted.len(), |i, c| is_equal(wanted[i], c))
            }
            Node::TerminalValues(TerminalValues::Range(from, to)) => {
                self.literal(start, 1, |_, c| (*from..=*to).contains(&u32::from(c)))
            }
            Node::TerminalValues(TerminalValues::Concatenation(values)) => {
                self.literal(start, values.len(), |i, c| values[i] == u32::from(c))
            }
            Node::Prose(prose) => panic!("prose cannot be run: {prose}"),
        }
    }

    fn after(&mut self, node: &'g Node, starts: &BTreeSet<usize>) -> BTreeSet<usize> {
        starts.iter().flat_map(|&start| self.node(node, start)).collect()
    }

    fn repetition(&mut self, (least, most): (usize, usize), node: &'g Node, start: usize) -> BTreeSet<usize> {
        let mut newest = (0..least).fold(BTreeSet::from([start]), |starts, _| self.after(node, &starts));
        let mut all = newest.clone();
        for _ in least..most {
            newest = &self.after(node, &newest) - &all;
            if newest.is_empty() {
                break;
            }
            all.extend(&newest);
        }
        all
    }

    fn literal(&self, start: usize, len: usize, is_wanted: impl Fn(usize, char) -> bool) -> BTreeSet<usize> {
        let found = self.text.get(start..start + len);
        let fits = found.is_some_and(|found| found.iter().enumerate().all(|(i, &c)| is_wanted(i, c)));
        if fits { BTreeSet::from([start + len]) } else { BTreeSet::new() }
    }
}

/// A small repeatable source of choices: proptest gives the seed, and so can repeat a failure.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// A character of a range: mostly one of the first 64, which are those that people type.
    fn character(&mut self, from: u32, to: u32) -> char {
        let n = if self.below(8) == 0 { to - from + 1 } else { (to - from + 1).min(64) };
        char_of(from + u32::try_from(self.below(n as usize)).unwrap())
    }

    /// One character of `text` removed, replaced or added, with a liking for those that mean something.
    fn edit(&mut self, text: &str) -> String {
        const CHARACTERS: [char; 21] = [
            '=', '!', '(', ')', ',', '<', '>', ' ', '\t', '\n', '\r', 'i', 'n', 'o', 't', 'x', '\u{a0}',
            '\0', 'é', '\u{b}', '"',
        ];
        let mut characters: Vec<char> = text.chars().collect();
        let place = self.below(characters.len() + 1);
        let removed = place..(place + self.below(2)).min(characters.len());
        let added = (self.below(3) > 0).then(|| CHARACTERS[self.below(CHARACTERS.len())]);
        characters.splice(removed, added);
        characters.into_iter().collect()
    }
}

/// The names that `node` refers to.
fn references<'n>(node: &'n Node, names: &mut BTreeSet<&'n str>) {
    match node {
        Node::Alternatives(nodes) | Node::Concatenation(nodes) => {
            nodes.iter().for_each(|node| references(node, names));
        }
        Node::Repetition { node, .. } | Node::Group(node) | Node::Optional(node) => references(node, names),
        Node::Rulename(name) => {
            names.insert(name);
        }
        Node::String(_) | Node::TerminalValues(_) | Node::Prose(_) => {}
    }
}

#[test]
fn every_rule_is_defined_and_used() {
    let grammar = &RULES;
    let mut used = BTreeSet::from([grammar.start.as_str()]);
    grammar.rules.values().for_each(|node| references(node, &mut used));
    let defined: BTreeSet<&str> = grammar.rules.keys().map(String::as_str).collect();
    assert_eq!(used, defined);
}

/// The rules as the text of the grammar has them: name and definition, white space made one space.
fn written_rules() -> BTreeMap<String, String> {
    let lines = GRAMMAR.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    let rules = lines.map(|line| line.split_once('=').unwrap());
    rules.map(|(name, definition)| (name.trim().to_owned(), definition.trim().to_owned())).collect()
}

/// The functions whose documentation begins with a rule: name of the function, name and definition of the rule.
fn documented_rules(source: &str) -> Vec<(String, String, String)> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let blocks = code.split("\n\n").filter_map(|block| {
        let rule = block.strip_prefix("/// ")?.lines().next()?;
        let (name, definition) = rule.split_once(" = ")?;
        let signature = block.lines().find(|line| !line.starts_with("///"))?;
        let function = signature.split("fn ").nth(1)?.split(['(', '<']).next()?;
        Some((function.to_owned(), name.to_owned(), definition.to_owned()))
    });
    blocks.collect()
}

#[test]
fn rules_are_the_functions_of_the_parser() {
    let mut found = BTreeMap::new();
    for (function, rule, definition) in PARSER.iter().flat_map(|source| documented_rules(source)) {
        assert_eq!(function, rule.replace('-', "_"));
        found.insert(rule, definition);
    }
    assert_eq!(found, written_rules());
}

#[test]
fn parser_functions_are_rules() {
    let rules = written_rules();
    for source in PARSER {
        let code = source.split("#[cfg(test)]").next().unwrap();
        let functions =
            code.lines().filter(|line| line.contains("fn ") && line.contains("(input: &str) -> Parsed<"));
        let names = functions
            .map(|line| line.split("fn ").nth(1).unwrap().split('(').next().unwrap().replace('_', "-"));
        // The lexer's choice between all terminals is no rule of the language.
        for name in names.filter(|name| name != "any-token") {
            assert!(rules.contains_key(&name), "{name} is no rule");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_of_the_grammar_parse(seed in any::<u64>()) {
        let grammar = &RULES;
        let sentence = grammar.sentence(&mut Random(seed));
        prop_assert!(grammar.accepts(&sentence), "{sentence:?}");
        prop_assert!(parse(&sentence).is_ok(), "{sentence:?}: {:?}", parse(&sentence));
    }

    #[test]
    fn after_edits_grammar_and_parser_agree(seed in any::<u64>(), n_edits in 1..4) {
        let grammar = &RULES;
        let mut random = Random(seed);
        let mut text = grammar.sentence(&mut random);
        for _ in 0..n_edits {
            text = random.edit(&text);
        }
        prop_assert_eq!(parse(&text).is_ok(), grammar.accepts(&text), "{:?}: {:?}", &text, parse(&text));
    }
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
    let mut out = String::new();
    let mut parts = text.split('\\');
    out.extend(parts.next());
    for part in parts {
        let (escape, rest) =
            part.split_at(if part.starts_with('u') { part.find('}').unwrap() + 1 } else { 1 });
        match escape {
            "e" => {}
            "s" => out.push(' '),
            "t" => out.push('\t'),
            "r" => out.push('\r'),
            "n" => out.push('\n'),
            "0" => out.push('\0'),
            code => out.push(char_of(u32::from_str_radix(code.trim_matches(['u', '{', '}']), 16).unwrap())),
        }
        out.push_str(rest);
    }
    out
}

#[test]
fn accepted_cases() {
    let grammar = &RULES;
    for (text, canonical) in cases(ACCEPT) {
        assert!(grammar.accepts(&text), "{text:?}");
        let selector: Selector = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(selector.canonical(), Some(canonical.unwrap_or(text)));
    }
}

#[test]
fn rejected_cases() {
    let grammar = &RULES;
    for (text, message) in cases(REJECT) {
        let error = text.parse::<Selector>().expect_err(&text);
        assert_eq!(Some(error.to_string()), message, "{text:?}");
        let is_syntax = matches!(error.kind(), ParseErrorKind::Syntax { .. } | ParseErrorKind::Nul);
        assert_eq!(grammar.accepts(&text), !is_syntax, "{text:?}");
    }
}
