//! Completion: what could stand at the cursor, among the objects that the rest of the line selects.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use selq::{KindFacts, LabelKey, LabelValue, Matches, NamespaceFacts};

use super::line::{self, Place, Slot};
use super::{Argument, Context, Line, edits, files, find_command, selector_in};
use crate::numbers::thousands;

/// How many candidates are listed; of more, the most frequent.
const MAX_LISTED: usize = 100;
/// How wide the texts of a list are at most, before what is known of them.
const MAX_WIDTH: usize = 44;

/// What could stand at the cursor.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    /// The byte from which to the cursor a candidate would stand.
    pub(crate) start: usize,
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
    /// What is known about it: how many objects have it, what it does.
    pub(crate) note: String,
}

impl Candidate {
    pub(super) fn new(text: impl Into<String>, note: impl Into<String>) -> Candidate {
        Candidate { text: text.into(), note: note.into() }
    }
}

impl Completion {
    pub(super) fn of(start: usize, candidates: Vec<Candidate>) -> Completion {
        let common = common_beginning(candidates.iter().map(|it| it.text.as_str()));
        Completion { start, common, candidates, n_more: 0 }
    }

    /// The candidates as a list shows them, notes in a column of their own.
    pub(crate) fn listed(&self) -> Vec<String> {
        let shown = |it: &Candidate| if it.text.is_empty() { "(empty)".to_owned() } else { it.text.clone() };
        let texts: Vec<String> = self.candidates.iter().map(shown).collect();
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).min(MAX_WIDTH);
        let notes = self.candidates.iter().map(|it| it.note.as_str());
        let note_width = notes.clone().map(|note| note.chars().count()).max().unwrap_or(0);
        texts.iter().zip(notes).map(|(text, note)| format!("{text:<width$} {note:>note_width$}")).collect()
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

/// What could stand at the cursor.
pub(crate) fn complete(context: &Context<'_>, text: &str, cursor: usize) -> Completion {
    if let Some((offset, selector)) = selector_in(text, context.commands).filter(|&(at, _)| at <= cursor) {
        let completion = selector_completion(context, selector, cursor - offset);
        return Completion { start: completion.start + offset, ..completion };
    }
    match Line::new(&text[..cursor]) {
        Line::CommandName(name) => Completion::of(cursor - name.len(), command_names(context, name)),
        Line::Command { name, arguments } => argument_completion(context, name, arguments, cursor),
        Line::Selector(_) => Completion::default(),
    }
}

fn command_names(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let commands = context.commands.iter().filter(|command| command.name.starts_with(word));
    commands.map(|command| Candidate::new(command.name, command.summary)).collect()
}

/// The last of the words before the cursor, where `separator` stands between them.
fn last_word(arguments: &str, separator: fn(char) -> bool) -> &str {
    arguments.rsplit(separator).next().unwrap_or(arguments)
}

fn argument_completion(context: &Context<'_>, name: &str, arguments: &str, cursor: usize) -> Completion {
    let Some(command) = find_command(context.commands, name) else { return Completion::default() };
    let word = last_word(arguments, char::is_whitespace);
    let is_first = files::arguments(&arguments[..arguments.len() - word.len()]).is_empty();
    let candidates = match command.argument {
        Argument::Keys => return keys_argument(context, arguments, cursor),
        Argument::Edits => return edits::complete(context, word, cursor),
        Argument::Files => files_beginning(word),
        Argument::FileAndWord(_) if is_first => files_beginning(word),
        Argument::FileAndWord(words) => words_beginning(words, word),
        Argument::Words(words) => words_beginning(words, word),
        Argument::Namespace => namespaces(context, word),
        Argument::Kind => kinds(context, word),
        Argument::Object => objects(context, word),
        Argument::Command => command_names(context, word.trim_start_matches(':')),
        Argument::Other | Argument::Selector | Argument::Definition => Vec::new(),
    };
    Completion::of(cursor - word.len(), candidates)
}

pub(super) fn words_beginning(words: &[&str], word: &str) -> Vec<Candidate> {
    words.iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(*it, "")).collect()
}

fn files_beginning(word: &str) -> Vec<Candidate> {
    files::beginning_with(word).into_iter().map(|path| Candidate::new(path, "")).collect()
}

fn namespaces(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let facts = context.store.namespaces().into_iter();
    let matching = |fact: &NamespaceFacts<'_>| !fact.namespace.is_empty() && fact.namespace.starts_with(word);
    facts.filter(matching).map(|it| Candidate::new(it.namespace, thousands(it.n_objects))).collect()
}

fn kinds(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let word = word.to_lowercase();
    let matching = |it: &KindFacts<'_>| !it.kind.is_empty() && it.kind.to_lowercase().starts_with(&word);
    let facts = context.store.kinds().into_iter();
    facts.filter(matching).map(|it| Candidate::new(it.kind, thousands(it.n_objects))).collect()
}

fn objects(context: &Context<'_>, word: &str) -> Vec<Candidate> {
    let names = context.on_screen.iter().filter(|name| name.starts_with(word));
    names.take(MAX_LISTED).map(|name| Candidate::new(name, "")).collect()
}

/// `K,K…`: keys that are not in the list yet.
fn keys_argument(context: &Context<'_>, arguments: &str, cursor: usize) -> Completion {
    let word = last_word(arguments, |c| c == ',' || c.is_whitespace());
    let listed: Vec<&str> = arguments[..arguments.len() - word.len()].split(',').map(str::trim).collect();
    let mut keys = keys(context, &[]);
    keys.retain(|(key, _)| !listed.contains(key));
    grouped(cursor - word.len(), word, keys)
}

fn selector_completion(context: &Context<'_>, text: &str, cursor: usize) -> Completion {
    let Place { slot, word, rest } = line::place(text, cursor);
    let start = cursor - word.len();
    match slot {
        Slot::Key => {
            let keys = keys(context, &rest);
            match keys.iter().filter(|(key, _)| key.starts_with(word)).collect::<Vec<_>>()[..] {
                [(key, _)] if *key == word => {
                    symbols(cursor, &[("=", ""), ("!=", ""), (" in (", ""), (" notin (", "")])
                }
                _ => grouped(start, word, keys),
            }
        }
        Slot::Operator => {
            const OPERATORS: [(&str, &str); 6] = [
                ("=", "is"),
                ("!=", "is not, or has none"),
                ("in (", "is one of"),
                ("notin (", "is none of, or has none"),
                (">", "is above"),
                ("<", "is below"),
            ];
            symbols(start, &beginning(&OPERATORS, word))
        }
        Slot::List => symbols(start, &[("(", "")]),
        Slot::Value { key, listed } => values(context, key, word, &listed, &rest, start),
        Slot::AfterListed => symbols(start, &[(",", "another value"), (")", "the end of the list")]),
        Slot::End => symbols(start, &[(",", "and another requirement")]),
        Slot::Name => names(context, word, start),
        Slot::Nowhere => Completion::default(),
    }
}

fn beginning<'s>(symbols: &[(&'s str, &'s str)], word: &str) -> Vec<(&'s str, &'s str)> {
    symbols.iter().copied().filter(|(symbol, _)| symbol.starts_with(word)).collect()
}

fn symbols(start: usize, symbols: &[(&str, &str)]) -> Completion {
    Completion::of(start, symbols.iter().map(|(symbol, note)| Candidate::new(*symbol, *note)).collect())
}

fn names(context: &Context<'_>, word: &str, start: usize) -> Completion {
    let names = context.names.iter().filter(|(name, _)| name.starts_with(&word[1..]));
    let candidate =
        |(name, selector): (&str, &_)| Candidate::new(format!("@{name}"), thousands(context.count(selector)));
    Completion::of(start, names.map(candidate).collect())
}

/// The keys that occur where the rest of the line holds, other than those that no selector could name.
pub(super) fn keys<'a>(context: &Context<'a>, rest: &[&str]) -> Vec<(&'a str, u64)> {
    let counts = context.among(rest).key_counts().into_iter().map(|fact| (fact.key, fact.n_objects));
    counts.filter(|(key, _)| LabelKey::new(key).is_ok()).collect()
}

fn values(
    context: &Context<'_>,
    key: &str,
    word: &str,
    listed: &[&str],
    rest: &[&str],
    start: usize,
) -> Completion {
    let matching = matching_values(&context.among(rest), key, word, listed);
    match matching[..] {
        [(value, _)] if value == word && !word.is_empty() => symbols(start + word.len(), &[(",", "")]),
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

/// The likeliest word that begins with the key or value under the cursor, which stands at the end of `text`.
pub(crate) fn likeliest(context: &Context<'_>, text: &str) -> Option<String> {
    let Place { slot, word, rest } = line::place(text, text.len());
    let matches = context.among(&rest);
    let beginning: Vec<(&str, u64)> = match slot {
        Slot::Key => matches.key_counts().into_iter().map(|fact| (fact.key, fact.n_objects)).collect(),
        Slot::Value { key, .. } => {
            let counts = matches.value_counts(key, |value| value.starts_with(word));
            counts.into_iter().map(|fact| (fact.value, fact.n_objects)).collect()
        }
        _ => return None,
    };
    let longer = beginning.into_iter().filter(|(text, _)| text.len() > word.len() && text.starts_with(word));
    let likeliest = longer.max_by_key(|&(text, n_objects)| (n_objects, Reverse(text)))?;
    Some(likeliest.0.to_owned())
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
    Completion { start, candidates, n_more, common }
}

/// Keys, with a prefix in place of those that share it, as long as no `/` is typed.
pub(super) fn grouped(start: usize, word: &str, keys: Vec<(&str, u64)>) -> Completion {
    let keys = matching(keys, word);
    let prefix = |key: &str| key.find('/').map_or(0, |slash| slash + 1);
    if word.contains('/') || !keys.iter().all(|(key, _)| key.starts_with(word)) {
        return most_frequent(start, keys);
    }
    let mut sharing: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in &keys {
        *sharing.entry(&key[..prefix(key)]).or_default() += 1;
    }
    sharing.retain(|prefix, n| !prefix.is_empty() && *n > 1);
    let common = common_beginning(keys.iter().map(|(key, _)| *key));
    let alone = keys.into_iter().filter(|(key, _)| !sharing.contains_key(&key[..prefix(key)])).collect();
    let mut completion = most_frequent(start, alone);
    let groups = sharing.iter().map(|(prefix, n)| Candidate::new(*prefix, format!("{n} keys")));
    completion.candidates.extend(groups);
    Completion { common, ..completion }
}

#[cfg(test)]
mod tests {
    use selq::{Object, Scope, Store};

    use super::super::names::Names;
    use super::super::{CommandSyntax, Context};
    use super::*;

    const COMMANDS: [CommandSyntax; 5] = [
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
        store
    }

    /// The candidates at the `|`, with their notes, and where they would stand.
    fn at(marked: &str) -> (usize, Vec<String>) {
        let cursor = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let (store, scope) = (store(), Scope::all());
        let mut names = Names::default();
        names.set("web", "tier=web".parse().unwrap());
        let context =
            Context { store: &store, scope: &scope, names: &names, commands: &COMMANDS, on_screen: &[] };
        let completion = complete(&context, &text, cursor);
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
        assert_completes("|", 0, &["env 3", "tier 3", "note 1", "app.kubernetes.io/ 2 keys"]);
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
        assert_completes("env|", 3, &["=", "!=", " in (", " notin ("]);
        assert_completes("env n|", 4, &["notin ( is none of, or has none"]);
        assert_completes("env=prod|", 8, &[","]);
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
        assert_completes(":let x = env=st|", 13, &["staging 1"]);
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
