//! What comes nearest to what a selector asks for, and what it lacks.

use serde_json::{Value, json};

use super::audited::Audited;
use super::labelled::Labelled;
use crate::{Requirement, Selector, suggest};

/// The candidate that fails the fewest requirements, and which these are.
pub(super) struct NearMiss<'p, 'd, 's> {
    pub(super) candidate: &'p Labelled<'d>,
    pub(super) failing: Vec<&'s Requirement>,
    n_met: usize,
    /// Whether others meet the same, and have other values under the keys that fail: what is met says little then.
    is_common: bool,
}

/// In how many candidates is looked for what is spelled nearly so.
const MAX_SPELLED: usize = 200;

/// Values that say nothing without their key.
const COMMON: [&str; 6] = ["", "disabled", "enabled", "false", "true", "yes"];

/// The candidate that fails the fewest of a selector's requirements, and meets one at least, or has one of its keys, or
/// something that is spelled nearly so.
pub(super) fn nearest<'p, 'd, 's>(
    candidates: &[&'p Labelled<'d>],
    selector: &'s Selector,
) -> Option<NearMiss<'p, 'd, 's>> {
    let requirements = selector.requirements()?;
    let miss = |candidate: &&'p Labelled<'d>| {
        let failing: Vec<&Requirement> =
            requirements.iter().filter(|it| !candidate.meets(it)).copied().collect();
        NearMiss { candidate, n_met: requirements.len() - failing.len(), failing, is_common: false }
    };
    let in_common = || candidates.iter().map(miss).filter(NearMiss::has_something_in_common);
    // One that has the key with another value is nearer than one that lacks it; of equally near ones it is that which is spelled
    // nearly so, or else the first.
    let distance = |miss: &NearMiss<'_, '_, '_>| (miss.failing.len(), miss.n_lacking());
    let least = in_common().map(|miss| distance(&miss)).min();
    let mut nearest = in_common().filter(|miss| Some(distance(miss)) == least).take(MAX_SPELLED);
    let near = match nearest.next() {
        Some(first) if !first.is_spelled_nearly_so() => {
            Some(nearest.find(NearMiss::is_spelled_nearly_so).unwrap_or(first))
        }
        first => first,
    };
    let near =
        near.map(|near| NearMiss { is_common: near.is_common_among(candidates, &requirements), ..near });
    near.or_else(|| candidates.iter().take(MAX_SPELLED).map(miss).find(NearMiss::is_slip))
}

/// What an object has under the key of a requirement that it does not meet: `app=db` or `no app`.
pub(super) fn held_for(requirement: &Requirement, label: Option<&str>) -> String {
    let key = requirement.key().as_str();
    label.map_or_else(|| format!("no {key}"), |value| format!("{key}={value}"))
}

/// Whether a text is spelled nearly as another one. What is one of a family begins as the others do, `rook-ceph-mon` and
/// `rook-ceph-tools`, so that only the rest is looked at.
pub(super) fn is_nearly(text: &str, other: &str) -> bool {
    let n_alike = text.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let ends = text.as_bytes()[..n_alike].iter().rposition(|byte| b"-._/".contains(byte));
    let beginning = ends.map_or(0, |at| at + 1);
    suggest::nearest(&text[beginning..], [&other[beginning..]]).is_some()
}

impl NearMiss<'_, '_, '_> {
    fn has_something_in_common(&self) -> bool {
        self.n_met > 0 || self.n_lacking() < self.failing.len()
    }

    /// Whether it has all keys that are asked for, though not the values.
    pub(super) fn has_all_keys(&self) -> bool {
        self.n_lacking() == 0
    }

    fn n_lacking(&self) -> usize {
        self.failing.iter().filter(|it| self.candidate.label(it.key().as_str()).is_none()).count()
    }

    fn is_common_among(&self, candidates: &[&Labelled<'_>], requirements: &[&Requirement]) -> bool {
        let is_met = |it: &&&Requirement| !self.failing.contains(*it);
        let is_alike = |other: &&&Labelled<'_>| requirements.iter().filter(is_met).all(|it| other.meets(it));
        let held = |of: &Labelled<'_>| -> Vec<Option<String>> {
            self.failing.iter().map(|it| of.label(it.key().as_str()).map(str::to_owned)).collect()
        };
        let own = held(self.candidate);
        candidates.iter().filter(is_alike).any(|other| held(other) != own)
    }

    /// Whether it looks like a slip, and not like something else altogether: some of it is met, or what is not is spelled
    /// nearly so.
    pub(super) fn is_slip(&self) -> bool {
        (self.n_met > 0 && !self.is_common) || self.is_spelled_nearly_so()
    }

    fn is_spelled_nearly_so(&self) -> bool {
        self.failing.iter().all(|it| self.is_nearly_met(it))
    }

    fn is_nearly_met(&self, requirement: &Requirement) -> bool {
        let is_near = |value: &str| requirement.named_values().any(|it| it == value || is_nearly(it, value));
        match (self.candidate.label(requirement.key().as_str()), self.meant_by(requirement)) {
            (Some(other), _) => is_near(other),
            (None, Some((_, value))) => is_near(value) || requirement.named_values().next().is_none(),
            (None, None) => false,
        }
    }

    /// The label that a requirement may be about whose key is not there: one with its value, or with nearly its key.
    fn meant_by(&self, requirement: &Requirement) -> Option<(&str, &str)> {
        let labels = || self.candidate.labels();
        let is_telling =
            |value: &str| !COMMON.contains(&value) && requirement.named_values().any(|it| it == value);
        let with_value = || labels().find(|(_, value)| is_telling(value));
        let near_key = suggest::nearest(requirement.key().as_str(), labels().map(|(key, _)| key));
        near_key.and_then(|near| labels().find(|(key, _)| *key == near)).or_else(with_value)
    }

    /// `the nearest is Pod shop/web-0, which has app=web-frontend, not app=web`
    pub(super) fn in_words(&self, audited: &Audited<'_, '_>) -> String {
        let failing: Vec<String> = self.failing.iter().map(ToString::to_string).collect();
        let has = self.failing.iter().map(|requirement| {
            match (self.candidate.label(requirement.key().as_str()), self.meant_by(requirement)) {
                (None, Some((key, value))) => format!("{key}={value}"),
                (label, _) => held_for(requirement, label),
            }
        });
        let has: Vec<String> = has.collect();
        let template = if self.candidate.is_template() { "the template of " } else { "" };
        format!(
            "the nearest is {template}{}, which has {}, not {}",
            audited.called(self.candidate.id),
            has.join(" and "),
            failing.join(",")
        )
    }

    pub(super) fn evidence(&self, audited: &Audited<'_, '_>) -> Value {
        let fails: Vec<String> = self.failing.iter().map(ToString::to_string).collect();
        json!({"object": audited.called(self.candidate.id), "template": self.candidate.is_template(), "fails": fails})
    }
}

#[cfg(test)]
mod tests {
    use super::is_nearly;

    #[test]
    fn families_are_no_slips() {
        for (text, other) in
            [("wbe", "web"), ("rook-ceph-tolos", "rook-ceph-tools"), ("kubesystem", "kube-system")]
        {
            assert!(is_nearly(text, other), "{text} {other}");
        }
        for (text, other) in
            [("rook-ceph-mon", "rook-ceph-tools"), ("app.a/cluster", "app.a/pod"), ("web", "db"), ("", "web")]
        {
            assert!(!is_nearly(text, other), "{text} {other}");
        }
    }
}
