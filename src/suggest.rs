//! "Did you mean": the candidate nearest to a text that was probably misspelt.

use strsim::osa_distance;

/// The candidate that `text` was most likely meant to be, if one is near enough.
///
/// Near is an edit distance (swapped neighbours count as one edit) of at most a third of the text's
/// length and one at least, letter case apart; or else being the name part of `candidate` = `prefix/text`,
/// since people leave prefixes out. Of equally near candidates the first wins.
#[must_use]
pub fn nearest<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = text.to_lowercase();
    let limit = (text.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(distance) = distance_within(&folded, candidate, limit) else { continue };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How far `candidate` is from `text`, which is in lower case, when that is no more than `limit`.
fn distance_within(text: &str, candidate: &str, limit: usize) -> Option<usize> {
    let name = candidate.rsplit_once('/').map(|(_prefix, name)| name);
    if name.is_some_and(|name| name.to_lowercase() == text) {
        return Some(limit);
    }
    // Every edit changes the length in bytes by at most four, so most candidates need no closer look.
    if candidate.len().abs_diff(text.len()) > 4 * limit {
        return None;
    }
    Some(osa_distance(text, &candidate.to_lowercase())).filter(|&distance| distance <= limit)
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
}
