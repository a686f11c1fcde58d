//! "Did you mean": the candidate nearest to a text that was probably misspelt.

use std::borrow::Cow;

/// Longer texts are no names that anyone types: neither are they looked for nor told.
const MAX_BYTES: usize = 512;
/// Shorter texts are the beginning of too much to be taken for an abbreviation.
const MIN_BEGINNING: usize = 2;
/// Shorter candidates are too often what a text begins with by chance.
const MIN_BEGUN: usize = 3;

/// The candidate that `text` was most likely meant to be, if one is near enough.
///
/// Near is, the nearest first, letter case apart:
///
/// 1. An edit distance (swapped neighbours count as one edit) of at most a third of the text's length, or of
///    one; but never all of the text.
/// 2. The text is the name part of `candidate` = `prefix/text`, since people leave prefixes out. That is as near
///    as the farthest edit.
/// 3. The text is the beginning of the candidate or of its name part: `env` for `environment`, `app` for
///    `app.kubernetes.io/name`.
/// 4. The candidate is the beginning of the text: `production` for `prod`.
///
/// Of equally near candidates the first wins. The empty candidate is never near, nor is one of more than 512 bytes.
#[must_use]
pub fn nearest<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    nearest_ranked(text, candidates.into_iter().enumerate().map(|(nth, candidate)| (candidate, nth)))
}

/// As [`nearest`], of candidates in any order: of equally near ones that with the least rank wins.
///
/// Made for tens of thousands of candidates: once one is near, only those as near get a closer look.
pub(crate) fn nearest_ranked<'c, R: Ord>(
    text: &str,
    candidates: impl IntoIterator<Item = (&'c str, R)>,
) -> Option<&'c str> {
    let text = MisspeltText::new(text)?;
    let mut best: Option<((usize, R), &str)> = None;
    for (candidate, rank) in candidates.into_iter().filter(|(it, _)| (1..=MAX_BYTES).contains(&it.len())) {
        let most = best.as_ref().map_or(usize::MAX, |((farness, _), _)| *farness);
        let Some(farness) = text.farness(candidate, most) else { continue };
        if best.as_ref().is_none_or(|(nearest, _)| (farness, &rank) < (nearest.0, &nearest.1)) {
            best = Some(((farness, rank), candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A text that was probably misspelt.
struct MisspeltText {
    /// In lower case.
    folded: String,
    /// How many edits are a slip and not another word.
    limit: usize,
    n_characters: usize,
}

impl MisspeltText {
    /// `None` for the empty text, which is nothing misspelt, and for one that is too long for a name.
    fn new(text: &str) -> Option<MisspeltText> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let n_characters = text.chars().count();
        let limit = (n_characters / 3).max(1).min(n_characters.checked_sub(1)?);
        Some(MisspeltText { folded: text.to_lowercase(), limit, n_characters })
    }

    /// How far a candidate is, if it is near at all and no farther than `most`.
    fn farness(&self, candidate: &str, most: usize) -> Option<usize> {
        let by_edits = if is_name_of(&self.folded, candidate) {
            Some(self.limit).filter(|&distance| distance <= most)
        } else {
            distance_within(&self.folded, candidate, self.limit.min(most))
        };
        match by_edits {
            // Once one is near by edits, beginnings are too far.
            None if most > self.limit => self.farness_of_beginning(candidate).filter(|&it| it <= most),
            by_edits => by_edits,
        }
    }

    /// How far a candidate is that begins with the text, or the text with it: farther than any edit.
    fn farness_of_beginning(&self, candidate: &str) -> Option<usize> {
        let name = || candidate.rsplit_once('/').is_some_and(|(_, name)| begins_with(name, &self.folded));
        if self.n_characters >= MIN_BEGINNING && (begins_with(candidate, &self.folded) || name()) {
            return Some(self.limit + 1);
        }
        let is_begun = candidate.len() >= MIN_BEGUN && begins_with(&self.folded, candidate);
        is_begun.then_some(self.limit + 2)
    }
}

/// Whether `text` begins with `beginning`, letter case apart.
fn begins_with(text: &str, beginning: &str) -> bool {
    if text.is_ascii() && beginning.is_ascii() {
        let start = text.as_bytes().get(..beginning.len());
        return start.is_some_and(|start| start.eq_ignore_ascii_case(beginning.as_bytes()));
    }
    lower_case(text).starts_with(lower_case(beginning).as_ref())
}

/// Whether `candidate` is `prefix/text`. `text` is in lower case.
fn is_name_of(text: &str, candidate: &str) -> bool {
    candidate.rsplit_once('/').is_some_and(|(_prefix, name)| match name.is_ascii() {
        true => name.eq_ignore_ascii_case(text),
        false => lower_case(name) == text,
    })
}

/// How far `candidate` is from `text`, which is in lower case, when that is no more than `limit`.
fn distance_within(text: &str, candidate: &str, limit: usize) -> Option<usize> {
    // Every edit changes the length in bytes by at most four, or one in ASCII, so most candidates need no closer look.
    let most_bytes = if text.is_ascii() && candidate.is_ascii() { 1 } else { 4 };
    if candidate.len().abs_diff(text.len()) > most_bytes * limit {
        return None;
    }
    let candidate = lower_case(candidate);
    // What both begin and end with is not edited, and the table of edits grows with the product of what is left.
    let (text, candidate) = without_common_start(text, &candidate);
    let (text, candidate) = without_common_end(text, candidate);
    // Letters that only one of them has cost an edit each, which a few instructions tell of most candidates.
    if n_foreign(text, candidate) > limit || n_foreign(candidate, text) > limit {
        return None;
    }
    if text.is_ascii() && candidate.is_ascii() {
        return edits(text.as_bytes(), candidate.as_bytes(), limit);
    }
    let characters = |text: &str| text.chars().collect::<Vec<char>>();
    edits(&characters(text), &characters(candidate), limit)
}

/// The edits between two texts where there are no more than `limit`, swapped neighbours being one ("optimal string
/// alignment"): row by row, and no further than a row in which all is beyond the limit.
fn edits<T: PartialEq>(from: &[T], to: &[T], limit: usize) -> Option<usize> {
    if from.len().abs_diff(to.len()) > limit {
        return None;
    }
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, character) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(to.len() + 1);
        row.push(i + 1);
        for (j, other) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(character != other);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *other && *character == to[j - 1] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        if row.iter().all(|&edits| edits > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&edits| edits <= limit)
}

fn lower_case(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// How many kinds of character `text` has and `other` has not, at least: each costs an edit.
fn n_foreign(text: &str, other: &str) -> usize {
    // A bit for every 64th character; those that share one are taken for the same.
    let kinds =
        |text: &str| text.chars().fold(0_u64, |kinds, character| kinds | 1 << (character as u32 % 64));
    (kinds(text) & !kinds(other)).count_ones() as usize
}

fn without_common_start<'a, 'b>(a: &'a str, b: &'b str) -> (&'a str, &'b str) {
    let common: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    (&a[common..], &b[common..])
}

fn without_common_end<'a, 'b>(a: &'a str, b: &'b str) -> (&'a str, &'b str) {
    let pairs = a.chars().rev().zip(b.chars().rev());
    let common: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    (&a[..a.len() - common], &b[..b.len() - common])
}

#[cfg(test)]
mod tests {
    use strsim::osa_distance;

    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let keys = ["app", "environment", "app.kubernetes.io/name", "tier"];
        for (text, expected) in [
            ("enviroment", Some("environment")),
            ("Environment", Some("environment")),
            ("teir", Some("tier")),
            ("name", Some("app.kubernetes.io/name")),
            ("ap", Some("app")),
            ("zone", None),
            ("", None),
            ("a", None),
            ("APP", Some("app")),
            ("env", Some("environment")),
            ("app.k", Some("app.kubernetes.io/name")),
            ("nam", Some("app.kubernetes.io/name")),
            ("tier-1", Some("tier")),
        ] {
            assert_eq!(nearest(text, keys), expected, "{text:?}");
        }
    }

    #[test]
    fn a_short_text_is_not_another_short_text() {
        assert_eq!(nearest("a", ["n", "", "ab"]), None);
        assert_eq!(nearest("b", [""]), None);
        assert_eq!(nearest("1", ["2"]), None);
        assert_eq!(nearest("A", ["a"]), Some("a"));
        assert_eq!(nearest("ab", ["xy", "", "a"]), Some("a"));
    }

    #[test]
    fn the_nearest_wins_and_then_the_first() {
        assert_eq!(nearest("proa", ["prog", "prod", "proa1", "proa"]), Some("proa"));
        assert_eq!(nearest("prox", ["prog", "prod"]), Some("prog"));
        assert_eq!(nearest("prod", ["production", "prods"]), Some("prods"), "an edit before a beginning");
        assert_eq!(nearest("production", ["prod", "production-eu"]), Some("production-eu"));
    }

    /// What `nearest` says, without its short cuts.
    fn plainly_nearest<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
        let text = text.to_lowercase();
        let n_characters = text.chars().count();
        let limit = (n_characters / 3).max(1).min(n_characters.saturating_sub(1));
        let farness = |original: &str| {
            let candidate = original.to_lowercase();
            let name = candidate.rsplit('/').next().filter(|_| candidate.contains('/')).unwrap_or("");
            let distance = osa_distance(&text, &candidate);
            match () {
                () if text.is_empty() || candidate.is_empty() => None,
                () if candidate.contains('/') && name == text => Some(limit),
                () if distance <= limit => Some(distance),
                () if n_characters >= 2 && (candidate.starts_with(&text) || name.starts_with(&text)) => {
                    Some(limit + 1)
                }
                () if original.len() >= 3 && text.starts_with(&candidate) => Some(limit + 2),
                () => None,
            }
        };
        let near = candidates.iter().filter(|candidate| farness(candidate).is_some());
        near.min_by_key(|candidate| farness(candidate)).copied()
    }

    #[test]
    fn what_is_longer_than_a_name_is_not_told() {
        let long = format!("app{}", "a".repeat(MAX_BYTES));
        assert_eq!(nearest("app", [long.as_str()]), None);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    proptest::proptest! {
        #[test]
        fn edits_are_counted_as_far_as_the_limit(from in "[abé]{0,9}", to in "[abé]{0,9}", limit in 0_usize..6) {
            let [a, b] = [&from, &to].map(|text| text.chars().collect::<Vec<char>>());
            let expected = Some(osa_distance(&from, &to)).filter(|&distance| distance <= limit);
            proptest::prop_assert_eq!(edits(&a, &b, limit), expected);
        }

        #[test]
        fn short_cuts_change_no_answer(
            text in "[abAé/-]{0,9}",
            candidates in proptest::collection::vec("[abAé/-]{0,9}", 0..12),
        ) {
            let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
            let found = nearest(&text, candidates.iter().copied());
            proptest::prop_assert_eq!(found, plainly_nearest(&text, &candidates));
        }
    }
}
