//! What could stand at the cursor: the keys and values that occur, the likeliest first, and the list of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use selq::query::Subject;
use selq::{LabelKey, LabelValue, Matches};

use super::TypingContext;
use crate::terminal::numbers::thousands;
use crate::terminal::sanitize::is_harmless;
use crate::terminal::table::{self, Align, Cell, Grid, Layout};

/// How many candidates are listed; of more, the most frequent.
pub(super) const MAX_LISTED: usize = 100;
/// How wide the texts of a list are at most, before what is known of them.
const MAX_WIDTH: usize = 44;

/// What could stand at the cursor.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    /// The byte from which to the cursor a candidate would stand.
    pub(crate) start: usize,
    /// The part behind the cursor of the word that a candidate stands for.
    pub(super) tail: String,
    pub(crate) candidates: Vec<Candidate>,
    /// How many more there are.
    pub(crate) n_more: usize,
    /// What all candidates, those that are not listed too, begin with.
    pub(crate) common: String,
    /// What would have to be read of the objects to know more.
    pub(crate) unread: Vec<Subject>,
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

    pub(super) fn with_tail(self, tail: &str) -> Completion {
        Completion { tail: tail.to_owned(), ..self }
    }

    /// Without those that are too many to be listed.
    pub(super) fn shortened(mut self) -> Completion {
        self.n_more += self.candidates.len().saturating_sub(MAX_LISTED);
        self.candidates.truncate(MAX_LISTED);
        self
    }

    /// Without what would steer the terminal as soon as it is taken over into the line.
    pub(super) fn harmless(mut self) -> Completion {
        self.candidates.retain(|it| is_harmless(&it.text));
        // Every candidate begins with it, so that none is left, and this is the empty text.
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
        let is_number = |note: &str| note.starts_with(|c: char| c.is_ascii_digit() || c == '~');
        let are_numbers = self.candidates.iter().all(|it| is_number(&it.note));
        let last = if are_numbers { Align::Right } else { Align::Left };
        let layout =
            Layout { headers: false, gap: 1, max_shared_width: MAX_WIDTH, last, ..Layout::default() };
        table::lines(self, &layout).iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

impl Grid for Completion {
    /// The number of a candidate.
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        vec!["text", "note"]
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.candidates.len()
    }

    fn cell<'c>(&'c self, &nth: &'c usize, column: usize, _: &'c mut String) -> Cell<'c> {
        let candidate = &self.candidates[nth];
        Cell::Text(if column == 0 { candidate.shown() } else { &candidate.note })
    }
}

pub(super) fn common_beginning<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut texts = texts.into_iter();
    let Some(first) = texts.next() else { return String::new() };
    let common = texts.fold(first, |common, text| {
        // By characters, so that none is cut in two.
        let same = common.chars().zip(text.chars()).take_while(|(a, b)| a == b);
        &common[..same.map(|(a, _)| a.len_utf8()).sum()]
    });
    common.to_owned()
}

/// The keys that occur in the scope, other than those listed and those that cannot stand in a list.
pub(super) fn keys_besides<'a>(context: &TypingContext<'a>, listed: &[&str]) -> Vec<(&'a str, u64)> {
    let mut keys = key_counts(context, &[]);
    keys.retain(|(key, _)| !listed.contains(key) && !key.contains(|c: char| c == ',' || c.is_whitespace()));
    keys
}

/// The keys that occur where the rest of the line holds.
pub(super) fn key_counts<'a>(context: &TypingContext<'a>, rest: &[&str]) -> Vec<(&'a str, u64)> {
    let counts = context.among(rest).key_counts().into_iter().map(|fact| (fact.key, fact.n_objects));
    counts.filter(|(key, _)| !key.is_empty()).collect()
}

/// The same, other than those that no selector could name.
pub(super) fn keys<'a>(context: &TypingContext<'a>, rest: &[&str]) -> Vec<(&'a str, u64)> {
    let mut keys = key_counts(context, rest);
    keys.retain(|(key, _)| LabelKey::new(key).is_ok());
    keys
}

/// The values that the key has among the matches and that begin with `word`, or else those that hold it.
pub(super) fn matching_values<'a>(
    matches: &Matches<'a>,
    key: &str,
    word: &str,
    listed: &[&str],
) -> Vec<(&'a str, u64)> {
    let counts = |wanted: &dyn Fn(&str) -> bool| {
        // The store counts only what is wanted: of tens of thousands of values few are.
        let counts = matches.value_counts(key, |value| wanted(value) && !listed.contains(&value));
        counts.into_iter().map(|fact| (fact.value, fact.n_objects)).collect::<Vec<_>>()
    };
    let beginning = counts(&|value| value.starts_with(word));
    // Only where none begins with the word, since those that hold it would stand among the
    // likelier.
    if beginning.is_empty() { counts(&|value| holds(value, word)) } else { beginning }
}

/// The most frequent of the values, without those that no selector and no edit could name.
pub(super) fn most_frequent_values(start: usize, values: Vec<(&str, u64)>) -> Completion {
    let mut completion = most_frequent(start, values);
    // Behind the choice, so that a hundred values are checked and not all of them.
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
pub(super) fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    // There are no windows of no bytes.
    word.is_empty() || text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

/// The most frequent of the texts. Only they are sorted: a key may have tens of thousands of values.
pub(super) fn most_frequent(start: usize, mut texts: Vec<(&str, u64)>) -> Completion {
    // Of all texts, since a Tab must not type what only those have in common that are listed.
    let common = common_beginning(texts.iter().map(|(text, _)| *text));
    fn rank<'t>(&(text, n): &(&'t str, u64)) -> (Reverse<u64>, usize, &'t str) {
        (Reverse(n), text.len(), text)
    }
    let n_more = texts.len().saturating_sub(MAX_LISTED);
    if n_more > 0 {
        texts.select_nth_unstable_by_key(MAX_LISTED, rank);
        texts.truncate(MAX_LISTED);
    }
    texts.sort_by_key(rank);
    let candidates = texts.into_iter().map(|(text, n)| Candidate::new(text, thousands(n))).collect();
    Completion { start, candidates, n_more, common, ..Completion::default() }
}

/// Keys, with a prefix in place of those that share it, as long as no `/` is typed.
pub(super) fn grouped(start: usize, word: &str, keys: Vec<(&str, u64)>) -> Completion {
    let keys = matching(keys, word);
    // Keys that merely hold the word do not begin with it, so that their prefixes would not either.
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
    use super::*;

    #[test]
    fn prefixes_are_ranked_with_the_keys() {
        let keys = vec![("a", 1), ("b/x", 3), ("b/y", 2), ("c", 4)];
        let texts: Vec<String> = grouped(0, "", keys).candidates.into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["c", "b/", "a"]);
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
    fn of_equally_frequent_texts_the_shorter_are_listed() {
        let long: Vec<String> = (0..150).map(|n| format!("a-long-one-{n}")).collect();
        let texts = long.iter().map(|text| (text.as_str(), 7)).chain([("z", 7)]).collect();
        let completion = most_frequent(0, texts);
        assert_eq!((completion.candidates[0].text.as_str(), completion.candidates.len()), ("z", MAX_LISTED));
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
