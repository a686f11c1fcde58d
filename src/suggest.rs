//! "Did you mean": the candidate nearest to a text that was probably misspelt.

use std::borrow::Cow;

use strsim::osa_distance;

/// The candidate that `text` was most likely meant to be, if one is near enough.
///
/// Near is an edit distance (swapped neighbours count as one edit) of at most a third of the text's
/// length and one at least, letter case apart; or else being the name part of `candidate` = `prefix/text`,
/// since people leave prefixes out. Of equally near candidates the first wins.
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
    let folded = text.to_lowercase();
    let limit = (text.chars().count() / 3).max(1);
    let mut best: Option<((usize, R), &str)> = None;
    for (candidate, rank) in candidates {
        let least = best.as_ref().map_or(limit, |((distance, _), _)| *distance);
        let distance = if is_name_of(&folded, candidate) {
            Some(limit).filter(|&distance| distance <= least)
        } else {
            distance_within(&folded, candidate, least)
        };
        let Some(distance) = distance else { continue };
        if best.as_ref().is_none_or(|(nearest, _)| (distance, &rank) < (nearest.0, &nearest.1)) {
            best = Some(((distance, rank), candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether `candidate` is `prefix/text`. `text` is in lower case.
fn is_name_of(text: &str, candidate: &str) -> bool {
    candidate.rsplit_once('/').is_some_and(|(_prefix, name)| lower_case(name) == text)
}

/// How far `candidate` is from `text`, which is in lower case, when that is no more than `limit`.
fn distance_within(text: &str, candidate: &str, limit: usize) -> Option<usize> {
    // Every edit changes the length in bytes by at most four, or one in ASCII, so most candidates need no closer look.
    let most_bytes = if text.is_ascii() && candidate.is_ascii() { 1 } else { 4 };
    if candidate.len().abs_diff(text.len()) > most_bytes * limit {
        return None;
    }
    let candidate = lower_case(candidate);
    // What both begin and end with is not edited.
    let (text, candidate) = without_common_start(text, &candidate);
    let (text, candidate) = without_common_end(text, candidate);
    if n_foreign(text, candidate) > limit || n_foreign(candidate, text) > limit {
        return None;
    }
    Some(osa_distance(text, candidate)).filter(|&distance| distance <= limit)
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
        ] {
            assert_eq!(nearest(text, keys), expected, "{text:?}");
        }
    }

    #[test]
    fn the_nearest_wins_and_then_the_first() {
        assert_eq!(nearest("proa", ["prog", "prod", "proa1", "proa"]), Some("proa"));
        assert_eq!(nearest("prox", ["prog", "prod"]), Some("prog"));
    }

    /// What `nearest` says, without its short cuts.
    fn plainly_nearest<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
        let text = text.to_lowercase();
        let limit = (text.chars().count() / 3).max(1);
        let distance = |candidate: &str| match candidate.rsplit_once('/') {
            Some((_, name)) if name.to_lowercase() == text => limit,
            _ => osa_distance(&text, &candidate.to_lowercase()),
        };
        let near = candidates.iter().filter(|candidate| distance(candidate) <= limit);
        near.min_by_key(|candidate| distance(candidate)).copied()
    }

    proptest::proptest! {
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
