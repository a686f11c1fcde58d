//! Grammars in ABNF that can be run: sentences are made and recognised.

use std::collections::{BTreeSet, HashMap};

use abnf::types::{Kind, Node, Repeat, TerminalValues};

/// How many rules may stand inside each other before a sentence takes the shortest way to its end.
const DEEP: usize = 16;

/// A rule that stands for another one, inside of what a third one makes.
pub(super) struct Within {
    pub(super) rule: &'static str,
    pub(super) instead_of: &'static str,
    pub(super) with: &'static str,
}

/// The rules of a grammar by their names; the first one of the last text is where a sentence begins.
pub(super) struct Grammar {
    pub(super) start: String,
    pub(super) rules: HashMap<String, Node>,
    /// How many rules the shortest sentence of each goes through.
    heights: HashMap<String, usize>,
    within: &'static [Within],
    /// The rules that are read as far as they go.
    longest: &'static [&'static str],
}

impl Grammar {
    /// The rules of the texts; what one has defined another one may define anew.
    pub(super) fn new(
        texts: &[&str],
        within: &'static [Within],
        longest: &'static [&'static str],
    ) -> Grammar {
        let (mut start, mut all) = (String::new(), HashMap::new());
        for text in texts {
            let rules = abnf::rulelist(&text.replace('\n', "\r\n")).unwrap();
            assert!(rules.iter().all(|rule| rule.kind() == Kind::Basic), "a rule is defined in one place");
            start = rules[0].name().to_owned();
            let names: BTreeSet<&str> = rules.iter().map(|rule| rule.name()).collect();
            assert_eq!(names.len(), rules.len(), "a rule is defined once");
            all.extend(rules.iter().map(|rule| (rule.name().to_owned(), rule.node().clone())));
        }
        let mut grammar = Grammar { start, rules: all, heights: HashMap::new(), within, longest };
        let reached = grammar.reached();
        grammar.rules.retain(|name, _| reached.contains(name));
        grammar.measure();
        grammar
    }

    /// The rules that a sentence can be made of.
    fn reached(&self) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut new = vec![self.start.as_str()];
        new.extend(self.within.iter().map(|it| it.with));
        while let Some(name) = new.pop() {
            if reached.insert(name.to_owned()) {
                let rule = self.rules.get(name).unwrap_or_else(|| panic!("{name} is not defined"));
                let mut names = BTreeSet::new();
                references(rule, &mut names);
                new.extend(names);
            }
        }
        reached
    }

    /// Finds the heights, which grow from the rules that refer to no other.
    fn measure(&mut self) {
        while self.heights.len() < self.rules.len() {
            let known: Vec<(String, usize)> = self
                .rules
                .iter()
                .filter(|(name, _)| !self.heights.contains_key(*name))
                .filter_map(|(name, node)| Some((name.clone(), self.height(node)? + 1)))
                .collect();
            assert!(!known.is_empty(), "every rule has a sentence");
            self.heights.extend(known);
        }
    }

    fn height(&self, node: &Node) -> Option<usize> {
        match node {
            Node::Alternatives(nodes) => nodes.iter().filter_map(|node| self.height(node)).min(),
            Node::Concatenation(nodes) => {
                nodes.iter().map(|node| self.height(node)).try_fold(0, |most, it| Some(most.max(it?)))
            }
            Node::Repetition { repeat, node } if bounds(repeat).0 > 0 => self.height(node),
            Node::Repetition { .. } | Node::Optional(_) => Some(0),
            Node::Rulename(name) => self.heights.get(name).copied(),
            Node::Group(node) => self.height(node),
            Node::String(_) | Node::TerminalValues(_) | Node::Prose(_) => Some(0),
        }
    }

    /// The rule that `name` means, where `within` says which rules stand for others.
    fn meant<'g>(&self, name: &'g str, is_within: bool) -> (&'g str, bool) {
        let replaced = self.within.iter().find(|it| is_within && it.instead_of == name);
        let is_within = is_within || self.within.iter().any(|it| it.rule == name);
        (replaced.map_or(name, |it| it.with), is_within)
    }

    /// Whether `text` is a sentence.
    pub(super) fn accepts(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut recogniser =
            Recogniser { grammar: self, text: &text, known: HashMap::new(), is_within: false };
        recogniser.rule(&self.start, 0).contains(&text.len())
    }

    /// A random sentence.
    pub(super) fn sentence(&self, random: &mut Random) -> String {
        let mut writer = Writer { grammar: self, random, out: String::new(), depth: 0, is_within: false };
        writer.node(&self.rules[&self.start]);
        writer.out
    }
}

/// Writes a sentence.
struct Writer<'g> {
    grammar: &'g Grammar,
    random: &'g mut Random,
    out: String,
    depth: usize,
    is_within: bool,
}

impl Writer<'_> {
    fn node(&mut self, node: &Node) {
        let is_deep = self.depth > DEEP;
        match node {
            Node::Alternatives(nodes) if is_deep => {
                let shortest = nodes.iter().min_by_key(|node| self.grammar.height(node)).unwrap();
                self.node(shortest);
            }
            Node::Alternatives(nodes) => {
                let chosen = self.random.below(nodes.len());
                self.node(&nodes[chosen]);
            }
            Node::Concatenation(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Repetition { repeat, node } => {
                let (least, most) = bounds(repeat);
                // The deeper, the fewer, so that sentences end.
                let n = least + self.random.below(4 - self.depth.min(DEEP) * 3 / DEEP);
                (0..n.min(most)).for_each(|_| self.node(node));
            }
            Node::Rulename(name) => self.rule(name),
            Node::Group(node) => self.node(node),
            Node::Optional(node) if !is_deep && self.random.below(2) == 0 => self.node(node),
            Node::Optional(_) => {}
            Node::String(literal) => self.out.push_str(literal.value()),
            Node::TerminalValues(TerminalValues::Range(from, to)) => {
                self.out.push(self.random.character(*from, *to));
            }
            Node::TerminalValues(TerminalValues::Concatenation(values)) => {
                self.out.extend(values.iter().copied().map(char_of));
            }
            Node::Prose(prose) => panic!("prose cannot be run: {prose}"),
        }
    }

    fn rule(&mut self, name: &str) {
        let outside = self.is_within;
        let (meant, is_within) = self.grammar.meant(name, outside);
        (self.depth, self.is_within) = (self.depth + 1, is_within);
        self.node(&self.grammar.rules[meant]);
        (self.depth, self.is_within) = (self.depth - 1, outside);
    }
}

pub(super) fn char_of(value: u32) -> char {
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
    known: HashMap<(&'g str, usize, bool), BTreeSet<usize>>,
    is_within: bool,
}

impl<'g> Recogniser<'g> {
    fn rule(&mut self, name: &'g str, start: usize) -> BTreeSet<usize> {
        let outside = self.is_within;
        if let Some(ends) = self.known.get(&(name, start, outside)) {
            return ends.clone();
        }
        let grammar = self.grammar;
        let (meant, is_within) = grammar.meant(name, outside);
        self.is_within = is_within;
        let mut ends = self.node(&grammar.rules[meant], start);
        self.is_within = outside;
        if grammar.longest.contains(&meant) {
            ends = ends.last().copied().into_iter().collect();
        }
        self.known.insert((name, start, outside), ends.clone());
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
pub(super) struct Random(pub(super) u64);

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
    pub(super) fn edit(&mut self, text: &str) -> String {
        const CHARACTERS: [char; 31] = [
            '=', '!', '(', ')', ',', '<', '>', ' ', '\t', '\n', '\r', 'i', 'n', 'o', 't', 'x', '\u{a0}',
            '\0', 'é', '\u{b}', '"', '\'', '&', '|', '~', '.', '[', ']', '*', '\\', '1',
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
pub(super) fn references<'n>(node: &'n Node, names: &mut BTreeSet<&'n str>) {
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
