//! Completion: what could stand at the cursor, among the objects that the rest of the line selects.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use selq::{KindFacts, LabelKey, LabelValue, Matches, NamespaceFacts};

use super::line::{self, Place, Slot};
use super::names::Meaning;
use super::{Argument, Context, Line, commands_called, edits, files, find_command, selector_in};
use crate::terminal::numbers::thousands;
use crate::terminal::sanitize::is_harmless;

/// How many candidates are listed; of more, the most frequent.
const MAX_LISTED: usize = 100;
/// How wide the texts of a list are at most, before what is known of them.
const MAX_WIDTH: usize = 44;

/// What could stand at the cursor.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    /// The byte from which to the cursor a candidate would stand.
    pub(crate) start: usize,
    /// The part behind the cursor of the word that a candidate stands for.
    tail: String,
    pub(crate) candidates: Vec<Candidate>,
    /// How many more there are.
    pub(crate) n_more: usize,
    /// What all candidates, those that are not listed too, begin with.
    pub(crate) common: String,
}

/// Something that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) text: String,
    /// What a list has in place of the text.
    pub(crate) short: Option<String>,
    /// What is known about it: how many objects have it, what it does.
    pub(crate) note: String,
}

impl Candidate {
    pub(super) fn new(text: impl Into<String>, note: impl Into<String>) -> Candidate {
        Candidate { text: text.into(), short: None, note: note.into() }
    }

    fn shown(&self) -> &str {
        let text = self.short.as_ref().unwrap_or(&self.text);
        if text.is_empty() { "(empty)" } else { text }
    }
}

impl Completion {
    pub(super) fn of(start: usize, candidates: Vec<Candidate>) -> Completion {
        let common = common_beginning(candidates.iter().map(|it| it.text.as_str()));
        Completion { start, common, candidates, ..Completion::default() }
    }

    fn with_tail(self, tail: &str) -> Completion {
        Completion { tail: tail.to_owned(), ..self }
    }

    /// Without what would steer the terminal as soon as it is taken over into the line.
    fn harmless(mut self) -> Completion {
        self.candidates.retain(|it| is_harmless(&it.text));
        if !is_harmless(&self.common) {
            self.common = common_beginning(self.candidates.iter().map(|it| it.text.as_str()));
        }
        self
    }

    /// How many bytes behind the cursor go when `elected` takes the place of `typed`: the whole word if it is the
    /// only candidate, and else what would stand there twice.
    pub(crate) fn n_replaced_behind(&self, typed: &str, elected: &str) -> usize {
        match &self.candidates[..] {
            [only] if only.text == elected => self.tail.len(),
            _ => common_beginning([elected.get(typed.len()..).unwrap_or_default(), &self.tail]).len(),
        }
    }

    /// The candidates as a list shows them, notes in a column of their own: numbers to the right.
    pub(crate) fn listed(&self) -> Vec<String> {
        let texts = self.candidates.iter().map(Candidate::shown);
        let width = texts.clone().map(|text| text.chars().count()).max().unwrap_or(0).min(MAX_WIDTH);
        let notes = self.candidates.iter().map(|it| it.note.as_str());
        let note_width = notes.clone().map(|note| note.chars().count()).max().unwrap_or(0);
        let are_numbers = notes.clone().all(|note| note.starts_with(|c: char| c.is_ascii_digit()));
        let line = |(text, note)| match are_numbers {
            true => format!("{text:<width$} {note:>note_width$}"),
            false => format!("{text:<width$} {note}").trim_end().to_owned(),
        };
        texts.zip(notes).map(line).collect()
    }
}

fn common_beginning<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut texts = texts.into_iter();
    let Some(first) = texts.next() else { return String::new() };
    let common = texts.fold(first, |common, text| {
        let same = common.chars().zip(text.chars()).take_while(|(a, b)| a == b);
        &common[..same.map(|(a, _)| a.len_utf8()).sum()]
    });
    common.to_owned()
}

/// What could stand at the cursor, in the line of the text that the cursor is in.
pub(crate) fn complete(context: &Context<'_>, text: &str, cursor: usize) -> Completion {
    let (start, line) = line::line_at(text, cursor);
    let mut completion = complete_line(context, line, cursor - start);
    completion.start += start;
    if completion.start == cursor {
        // It does not stand for the word, it follows it.
        completion.tail.clear();
    }
    completion.harmless()
}

fn complete_line(context: &Context<'_>, text: &str, cursor: usize) -> Completion {
    if let Some((offset, selector)) = selector_in(text, context.commands).filter(|&(at, _)| at <= cursor) {
        let completion = selector_completion(context, selector, cursor - offset);
        return Completion { start: completion.start + offset, ..completion };
    }
    let (typed, behind) = text.split_at(cursor);
    match Line::new(typed) {
        Line::CommandName(name) => Completion::of(cursor - name.len(), command_names(context, name))
            .with_tail(behind.split(char::is_whitespace).next().unwrap_or_default()),
        Line::Command { name, arguments } => argument_completion(context, name, arguments, text, cursor),
        Line::Selector(_) | Line::Comment => Completion::default(),
    }
}

fn command_names(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let commands = commands_called(context.commands, word).into_iter();
    commands.map(|command| Candidate::new(command.name, command.summary)).collect()
}

/// Completes the argument before the cursor, the last of those in `arguments`.
fn argument_completion(
    context: &Context<'_>,
    name: &str,
    arguments: &str,
    text: &str,
    cursor: usize,
) -> Completion {
    let argument = find_command(context.commands, name).map_or(Argument::Other, |command| command.argument);
    match (argument, files::last_argument(arguments)) {
        (Argument::Files, last) => return file_completion(last.typed, cursor),
        (Argument::FileAndWord(_), last) if last.is_first => return file_completion(last.typed, cursor),
        _ => {}
    }
    let separates = |c: char| c.is_whitespace() || (c == ',' && argument.is_list());
    let word = arguments.rsplit(separates).next().unwrap_or(arguments);
    let listed: Vec<&str> = arguments[..arguments.len() - word.len()].split(separates).collect();
    let start = cursor - word.len();
    let completion = match argument {
        Argument::Keys => grouped(start, word, keys_besides(context, &listed)),
        Argument::Edits => edits::complete(context, word, cursor),
        Argument::FileAndWord(words) | Argument::Words(words) => {
            Completion::of(start, words_beginning(words, word))
        }
        Argument::Namespace => Completion::of(start, namespaces(context, word, &listed)),
        Argument::Kind => Completion::of(start, kinds(context, word, &listed)),
        Argument::Object => Completion::of(start, objects(context, word)),
        Argument::Command => {
            let word = word.trim_start_matches(':');
            Completion::of(cursor - word.len(), command_names(context, word))
        }
        _ => Completion::default(),
    };
    completion.with_tail(text[cursor..].split(separates).next().unwrap_or_default())
}

fn words_beginning(words: &[&str], word: &str) -> Vec<Candidate> {
    words.iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(*it, "")).collect()
}

/// Files and folders, listed by the last part of their path.
fn file_completion(typed: &str, cursor: usize) -> Completion {
    let candidate =
        |file: files::File| Candidate { short: Some(file.name), ..Candidate::new(file.argument, "") };
    let candidates = files::beginning_with(typed).into_iter().map(candidate).collect();
    Completion::of(cursor - typed.len(), candidates)
}

fn namespaces(context: &Context<'_>, word: &str, listed: &[&str]) -> Vec<Candidate> {
    let facts = context.store.namespaces().into_iter();
    let matching = |it: &NamespaceFacts<'_>| {
        !it.namespace.is_empty() && it.namespace.starts_with(word) && !listed.contains(&it.namespace)
    };
    facts.filter(matching).map(|it| Candidate::new(it.namespace, thousands(it.n_objects))).collect()
}

fn kinds(context: &Context<'_>, word: &str, listed: &[&str]) -> Vec<Candidate> {
    let word = word.to_lowercase();
    let matching = |it: &KindFacts<'_>| {
        !it.kind.is_empty() && it.kind.to_lowercase().starts_with(&word) && !listed.contains(&it.kind)
    };
    let facts = context.store.kinds().into_iter();
    facts.filter(matching).map(|it| Candidate::new(it.kind, thousands(it.n_objects))).collect()
}

fn objects(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let names = context.on_screen.iter().filter(|name| name.starts_with(word));
    names.take(MAX_LISTED).map(|name| Candidate::new(name, "")).collect()
}

fn selector_completion(context: &Context<'_>, text: &str, cursor: usize) -> Completion {
    let Place { slot, word, tail, rest } = line::place(text, cursor);
    let start = cursor - word.len();
    let completion = match slot {
        Slot::Key => key_or_operator(context, word, start, &rest),
        Slot::Operator => symbols(start, OPERATORS.iter().filter(|(symbol, _)| symbol.starts_with(word))),
        Slot::List => symbols(start, &[("(", "")]),
        Slot::Value { key, listed } => values(context, key, word, listed.as_deref(), &rest, start),
        Slot::AfterListed => symbols(start, &AFTER_LISTED),
        Slot::End => symbols(start, &[(",", "and another requirement")]),
        Slot::Name => names(context, word, start),
        Slot::Nowhere => Completion::default(),
    };
    completion.with_tail(tail)
}

const OPERATORS: [(&str, &str); 6] = [
    ("=", "is"),
    ("!=", "is not, or has none"),
    ("in (", "is one of"),
    ("notin (", "is none of, or has none"),
    (">", "is above"),
    ("<", "is below"),
];
const AFTER_LISTED: [(&str, &str); 2] = [(",", "another value"), (")", "the end of the list")];

/// Keys, or what can follow the one that is typed if it begins no other.
fn key_or_operator(context: &Context<'_>, word: &str, start: usize, rest: &[&str]) -> Completion {
    let keys = keys(context, rest);
    match keys.iter().filter(|(key, _)| key.starts_with(word)).collect::<Vec<_>>()[..] {
        [(key, _)] if *key == word => {
            let spaced = |symbol: &str| match symbol.starts_with(char::is_alphabetic) {
                true => format!(" {symbol}"),
                false => symbol.to_owned(),
            };
            let operators = OPERATORS.iter().map(|&(symbol, note)| Candidate::new(spaced(symbol), note));
            Completion::of(start + word.len(), operators.collect())
        }
        _ => grouped(start, word, keys),
    }
}

fn symbols<'s>(start: usize, symbols: impl IntoIterator<Item = &'s (&'s str, &'s str)>) -> Completion {
    let candidates = symbols.into_iter().map(|&(symbol, note)| Candidate::new(symbol, note));
    Completion::of(start, candidates.collect())
}

fn names(context: &Context<'_>, word: &str, start: usize) -> Completion {
    let names = context.names.iter().filter(|(name, _)| name.starts_with(&word[1..]));
    let candidate = |(name, meaning): (&str, &Meaning)| {
        Candidate::new(format!("@{name}"), thousands(context.count(&meaning.selector())))
    };
    Completion::of(start, names.map(candidate).collect())
}

/// The keys that occur in the scope, other than those listed and those that cannot stand in a list.
fn keys_besides<'a>(context: &Context<'a>, listed: &[&str]) -> Vec<(&'a str, u64)> {
    let mut keys = key_counts(context, &[]);
    keys.retain(|(key, _)| !listed.contains(key) && !key.contains(|c: char| c == ',' || c.is_whitespace()));
    keys
}

/// The keys that occur where the rest of the line holds.
fn key_counts<'a>(context: &Context<'a>, rest: &[&str]) -> Vec<(&'a str, u64)> {
    let counts = context.among(rest).key_counts().into_iter().map(|fact| (fact.key, fact.n_objects));
    counts.filter(|(key, _)| !key.is_empty()).collect()
}

/// The same, other than those that no selector could name.
pub(super) fn keys<'a>(context: &Context<'a>, rest: &[&str]) -> Vec<(&'a str, u64)> {
    let mut keys = key_counts(context, rest);
    keys.retain(|(key, _)| LabelKey::new(key).is_ok());
    keys
}

/// Values, or what can follow the one that is typed if it begins no other.
fn values(
    context: &Context<'_>,
    key: &str,
    word: &str,
    listed: Option<&[&str]>,
    rest: &[&str],
    start: usize,
) -> Completion {
    let matching = matching_values(&context.among(rest), key, word, listed.unwrap_or_default());
    match (&matching[..], listed) {
        ([(value, _)], None) if *value == word && !word.is_empty() => {
            symbols(start + word.len(), &[(",", "and another requirement")])
        }
        ([(value, _)], Some(_)) if *value == word && !word.is_empty() => {
            symbols(start + word.len(), &AFTER_LISTED)
        }
        _ => most_frequent_values(start, matching),
    }
}

/// The values that the key has among the matches and that begin with `word`, or else those that hold it.
pub(super) fn matching_values<'a>(
    matches: &Matches<'a>,
    key: &str,
    word: &str,
    listed: &[&str],
) -> Vec<(&'a str, u64)> {
    let counts = |wanted: &dyn Fn(&str) -> bool| {
        let counts = matches.value_counts(key, |value| wanted(value) && !listed.contains(&value));
        counts.into_iter().map(|fact| (fact.value, fact.n_objects)).collect::<Vec<_>>()
    };
    let beginning = counts(&|value| value.starts_with(word));
    if beginning.is_empty() { counts(&|value| holds(value, word)) } else { beginning }
}

/// The most frequent of the values, without those that no selector and no edit could name.
pub(super) fn most_frequent_values(start: usize, values: Vec<(&str, u64)>) -> Completion {
    let mut completion = most_frequent(start, values);
    completion.candidates.retain(|it| LabelValue::new(it.text.as_str()).is_ok());
    completion
}

/// The texts that begin with `word`, or else those that hold it somewhere.
fn matching<'a>(texts: Vec<(&'a str, u64)>, word: &str) -> Vec<(&'a str, u64)> {
    let beginning: Vec<_> = texts.iter().copied().filter(|(text, _)| text.starts_with(word)).collect();
    if !beginning.is_empty() {
        return beginning;
    }
    texts.into_iter().filter(|(text, _)| holds(text, word)).collect()
}

/// Whether the text holds the word somewhere, ASCII letters in either case.
fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    word.is_empty() || text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

/// The likeliest word that begins with the key or value under the cursor, which stands at the end of `text`, and
/// that could be entered there.
pub(crate) fn likeliest(context: &Context<'_>, text: &str) -> Option<String> {
    let Place { slot, word, rest, .. } = line::place(text, text.len());
    let is_longer = |text: &str| text.len() > word.len() && text.starts_with(word);
    let beginning: Vec<(&str, u64)> = match slot {
        Slot::Key => {
            let counts = key_counts(context, &rest).into_iter();
            counts.filter(|(key, _)| is_longer(key) && LabelKey::new(key).is_ok()).collect()
        }
        Slot::Value { key, listed } => {
            let listed = listed.unwrap_or_default();
            let wanted = |value: &str| is_longer(value) && !listed.contains(&value);
            let counts = context.among(&rest).value_counts(key, wanted).into_iter();
            let counts = counts.filter(|fact| LabelValue::new(fact.value).is_ok());
            counts.map(|fact| (fact.value, fact.n_objects)).collect()
        }
        _ => return None,
    };
    let (text, _) = beginning.into_iter().max_by_key(|&(text, n_objects)| (n_objects, Reverse(text)))?;
    Some(text.to_owned())
}

/// The most frequent of the texts. Only they are sorted: a key may have tens of thousands of values.
fn most_frequent(start: usize, mut texts: Vec<(&str, u64)>) -> Completion {
    let common = common_beginning(texts.iter().map(|(text, _)| *text));
    let rank = |&(text, n): &(&str, u64)| (Reverse(n), text.len(), text.to_owned());
    let n_more = texts.len().saturating_sub(MAX_LISTED);
    if n_more > 0 {
        texts.select_nth_unstable_by(MAX_LISTED, |a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        texts.truncate(MAX_LISTED);
    }
    texts.sort_by_cached_key(rank);
    let candidates = texts.into_iter().map(|(text, n)| Candidate::new(text, thousands(n))).collect();
    Completion { start, candidates, n_more, common, tail: String::new() }
}

/// Keys, with a prefix in place of those that share it, as long as no `/` is typed.
pub(super) fn grouped(start: usize, word: &str, keys: Vec<(&str, u64)>) -> Completion {
    let keys = matching(keys, word);
    if word.contains('/') || !keys.iter().all(|(key, _)| key.starts_with(word)) {
        return most_frequent(start, keys);
    }
    let prefix = |key: &str| key.find('/').map_or(0, |slash| slash + 1);
    let common = common_beginning(keys.iter().map(|(key, _)| *key));
    let mut sharing: BTreeMap<&str, Group> = BTreeMap::new();
    for (key, n_objects) in &keys {
        sharing.entry(&key[..prefix(key)]).or_default().add(*n_objects);
    }
    sharing.retain(|prefix, group| !prefix.is_empty() && group.n_keys > 1);
    let alone = keys.into_iter().filter(|(key, _)| !sharing.contains_key(&key[..prefix(key)]));
    let groups = sharing.iter().map(|(prefix, group)| (*prefix, group.n_objects));
    let mut completion = most_frequent(start, alone.chain(groups).collect());
    for candidate in &mut completion.candidates {
        if let Some(group) = sharing.get(candidate.text.as_str()) {
            candidate.note = format!("{} keys", group.n_keys);
        }
    }
    Completion { common, ..completion }
}

/// Keys that share a prefix.
#[derive(Default)]
struct Group {
    n_keys: usize,
    /// The number of objects that have the most frequent of them, which is its rank among keys.
    n_objects: u64,
}

impl Group {
    fn add(&mut self, n_objects: u64) {
        self.n_keys += 1;
        self.n_objects = self.n_objects.max(n_objects);
    }
}

#[cfg(test)]
mod tests {
    use selq::{Object, Scope, Store};

    use super::super::names::Names;
    use super::super::{CommandSyntax, Context};
    use super::*;

    const COMMANDS: [CommandSyntax; 7] = [
        CommandSyntax { name: "kind", usage: "", summary: "k", argument: Argument::Kind },
        CommandSyntax { name: "labels", usage: "", summary: "l", argument: Argument::Keys },
        CommandSyntax { name: "let", usage: "", summary: "", argument: Argument::Definition },
        CommandSyntax {
            name: "output",
            usage: "",
            summary: "",
            argument: Argument::Words(&["json", "jsonl", "table"]),
        },
        CommandSyntax { name: "namespace", usage: "", summary: "", argument: Argument::Namespace },
        CommandSyntax { name: "columns", usage: "", summary: "", argument: Argument::Keys },
        CommandSyntax { name: "help", usage: "", summary: "", argument: Argument::Command },
    ];

    fn store() -> Store {
        let mut store = Store::new();
        for (namespace, labels) in [
            ("shop", &[("env", "prod"), ("tier", "web"), ("app.kubernetes.io/name", "cart")][..]),
            ("shop", &[("env", "prod"), ("tier", "db"), ("app.kubernetes.io/part-of", "shop")]),
            ("ops", &[("env", "staging"), ("tier", "web"), ("bad key", "x"), ("note", "")]),
        ] {
            store.insert(Object::new("Pod", namespace, "p").with_labels(labels.iter().copied()));
        }
        let odd = [("__name__", "x"), ("ke\u{1b}y", "x"), ("note", "pr\u{1b}[41mod")];
        store.insert(Object::new("Node", "n\u{1b}[32ms", "n").with_labels(odd));
        store
    }

    /// What `ask` says of three pods, a node and a name.
    fn asked<T>(ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let (store, scope) = (store(), Scope::all());
        let mut names = Names::default();
        names.set("web", names.meaning("tier=web").unwrap());
        ask(&Context { store: &store, scope: &scope, names: &names, commands: &COMMANDS, on_screen: &[] })
    }

    /// The completion at the `|`.
    fn completion(marked: &str) -> Completion {
        let cursor = marked.find('|').unwrap();
        asked(|context| complete(context, &marked.replacen('|', "", 1), cursor))
    }

    /// The candidates at the `|`, with their notes, and where they would stand.
    fn at(marked: &str) -> (usize, Vec<String>) {
        let completion = completion(marked);
        let shown = |it: &Candidate| {
            if it.note.is_empty() { it.text.clone() } else { format!("{} {}", it.text, it.note) }
        };
        (completion.start, completion.candidates.iter().map(shown).collect())
    }

    #[track_caller]
    fn assert_completes(marked: &str, start: usize, candidates: &[&str]) {
        assert_eq!(at(marked), (start, candidates.iter().map(|&it| it.to_owned()).collect()), "{marked}");
    }

    #[test]
    fn keys_are_those_of_the_objects_that_the_rest_selects() {
        assert_completes("|", 0, &["env 3", "tier 3", "note 2", "app.kubernetes.io/ 2 keys"]);
        assert_completes("env=staging,|", 12, &["env 1", "note 1", "tier 1"]);
        assert_completes("t|,env=prod", 0, &["tier 2"]);
        assert_completes("@web,|", 5, &["env 2", "tier 2", "note 1", "app.kubernetes.io/name 1"]);
    }

    #[test]
    fn prefixes_complete_up_to_the_slash_and_substrings_where_nothing_begins_so() {
        assert_completes("app|", 0, &["app.kubernetes.io/ 2 keys"]);
        assert_completes(
            "app.kubernetes.io/|",
            0,
            &["app.kubernetes.io/name 1", "app.kubernetes.io/part-of 1"],
        );
        assert_completes("!PART|", 1, &["app.kubernetes.io/part-of 1"]);
    }

    #[test]
    fn values_are_counted_and_those_listed_left_out() {
        assert_completes("env=|", 4, &["prod 2", "staging 1"]);
        assert_completes("env in (prod, |", 14, &["staging 1"]);
        assert_completes("tier=db,env in (|)", 16, &["prod 1"]);
        assert_completes("note=|", 5, &[" 1"]);
        assert_completes("env=ging|", 4, &["staging 1"]);
    }

    #[test]
    fn what_is_whole_goes_on() {
        assert_completes(
            "env|",
            3,
            &[
                "= is",
                "!= is not, or has none",
                " in ( is one of",
                " notin ( is none of, or has none",
                "> is above",
                "< is below",
            ],
        );
        assert_completes("env n|", 4, &["notin ( is none of, or has none"]);
        assert_completes("env=prod|", 8, &[", and another requirement"]);
        assert_completes("env in (prod|", 12, &[", another value", ") the end of the list"]);
        assert_completes("env in (prod |", 13, &[", another value", ") the end of the list"]);
        assert_completes("@w|", 0, &["@web 2"]);
    }

    #[test]
    fn commands_and_their_arguments_complete() {
        assert_completes(":l|", 1, &["labels l", "let"]);
        assert_completes(":out js|", 5, &["json", "jsonl"]);
        assert_completes(":ns |", 0, &[]);
        assert_completes(":namesp s|", 8, &["shop 2"]);
        assert_completes(":kind p|", 6, &["Pod 3"]);
        assert_completes(":labels env,t|", 12, &["tier 3"]);
        assert_completes(":columns __|", 9, &["__name__ 1"]);
        assert_completes("__|", 0, &[]);
        assert_completes(":kind Pod,N|", 10, &["Node 1"]);
        assert_completes(":kind Pod,P|", 10, &[]);
        assert_completes(":?|", 1, &["help"]);
        assert_completes("env\n:out js|", 9, &["json", "jsonl"]);
        assert_completes(":let x = env=st|", 13, &["staging 1"]);
    }

    #[test]
    fn nothing_that_steers_a_terminal_or_that_no_selector_names_gets_into_the_line() {
        for marked in ["ke|", "note=p|", ":namespace n|", ":columns ke|", ":label ke|"] {
            assert_completes(marked, at(marked).0, &[]);
        }
        let likeliest = |text: &str| asked(|context| likeliest(context, text));
        assert_eq!(["ke", "__", "note=p"].map(likeliest), [None, None, None]);
        assert_eq!(likeliest("env in (s").as_deref(), Some("staging"));
        assert_eq!(likeliest("env in (staging,s"), None);
    }

    #[test]
    fn prefixes_are_ranked_with_the_keys() {
        let keys = vec![("a", 1), ("b/x", 3), ("b/y", 2), ("c", 4)];
        let texts: Vec<String> = grouped(0, "", keys).candidates.into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["c", "b/", "a"]);
    }

    #[test]
    fn a_word_is_replaced_to_its_end() {
        for (marked, typed, elected, n_behind) in [
            ("tier=w|eb", "w", "web", 2),
            ("env=st|oging,tier", "st", "staging", 5),
            ("e|nv", "e", "env", 2),
            ("n|ote=", "n", "note", 3),
            (":out|pu js", "out", "output", 2),
            (":labels t|i,env", "t", "tier", 1),
            // Where there are several, what they have in common, and only what would be there twice goes.
            (":output j|son", "j", "json", 3),
            ("app.|kube", "app.", "app.kubernetes.io/", 4),
            ("env=prod|x", "", ",", 0),
        ] {
            assert_eq!(completion(marked).n_replaced_behind(typed, elected), n_behind, "{marked}");
        }
    }

    #[test]
    fn a_list_has_words_to_the_left_and_numbers_to_the_right() {
        let candidates = |pairs: [(&str, &str); 2]| {
            Completion::of(0, pairs.map(|(text, note)| Candidate::new(text, note)).into()).listed()
        };
        assert_eq!(candidates([("a", "5"), ("bb", "1,000")]), ["a      5", "bb 1,000"]);
        assert_eq!(candidates([("a", "to do"), ("bb", "it")]), ["a  to do", "bb it"]);
        assert_eq!(candidates([("a", ""), ("bb", "")]), ["a", "bb"]);
    }

    #[test]
    fn of_many_values_the_most_frequent_are_listed_and_none_is_ruled_out() {
        let texts: Vec<String> = (0..500).map(|n| format!("v{n:03}")).collect();
        let completion =
            most_frequent(0, texts.iter().enumerate().map(|(n, it)| (it.as_str(), n as u64)).collect());
        assert_eq!((completion.candidates.len(), completion.n_more), (MAX_LISTED, 400));
        assert_eq!((completion.candidates[0].text.as_str(), completion.common.as_str()), ("v499", "v"));
    }
}
