//! Taints of nodes, and what pods tolerate of them.

use std::fmt;

use super::super::object::Json;

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Taint {
    pub(super) key: Box<str>,
    pub(super) value: Box<str>,
    pub(super) effect: Box<str>,
}

/// A toleration of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Toleration {
    pub(super) key: Box<str>,
    pub(super) operator: Box<str>,
    pub(super) value: Box<str>,
    pub(super) effect: Box<str>,
}

/// Whether tolerations may compare numbers (`Gt`, `Lt`), which clusters do not take unless somebody switched it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TolerationNumbers {
    Off,
    #[cfg_attr(not(test), expect(dead_code, reason = "no dump says that a cluster has switched it on"))]
    On,
}

fn text(json: Json<'_, '_>, name: &str) -> Box<str> {
    json.get(name).string().unwrap_or_default().into()
}

impl Taint {
    pub(super) fn all(taints: Json<'_, '_>) -> Vec<Taint> {
        let taint =
            |json| Taint { key: text(json, "key"), value: text(json, "value"), effect: text(json, "effect") };
        taints.elements().map(taint).collect()
    }

    /// The taint that the control plane sets on a cordoned node, whether it is there or not.
    pub(super) fn unschedulable() -> Taint {
        Taint {
            key: "node.kubernetes.io/unschedulable".into(),
            value: "".into(),
            effect: "NoSchedule".into(),
        }
    }

    /// Whether it keeps pods off, and does not only make the node worse than others.
    pub(super) fn excludes(&self) -> bool {
        matches!(&*self.effect, "NoSchedule" | "NoExecute")
    }

    pub(super) fn is_preference(&self) -> bool {
        &*self.effect == "PreferNoSchedule"
    }
}

impl fmt::Display for Taint {
    /// `gpu=true:NoSchedule`, as `kubectl taint` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.value {
            "" => write!(f, "{}:{}", self.key, self.effect),
            value => write!(f, "{}={value}:{}", self.key, self.effect),
        }
    }
}

impl Toleration {
    pub(super) fn all(tolerations: Json<'_, '_>) -> Vec<Toleration> {
        let toleration = |json| Toleration {
            key: text(json, "key"),
            operator: text(json, "operator"),
            value: text(json, "value"),
            effect: text(json, "effect"),
        };
        tolerations.elements().map(toleration).collect()
    }

    /// The toleration of any value of a key.
    pub(super) fn exists(key: &str, effect: &str) -> Toleration {
        Toleration { key: key.into(), operator: "Exists".into(), value: "".into(), effect: effect.into() }
    }

    pub(super) fn tolerates(&self, taint: &Taint, numbers: TolerationNumbers) -> bool {
        let is_same = |own: &str, other: &str| own.is_empty() || own == other;
        is_same(&self.effect, &taint.effect) && is_same(&self.key, &taint.key) && self.takes(taint, numbers)
    }

    /// Whether it takes the taint's value.
    pub(super) fn takes(&self, taint: &Taint, numbers: TolerationNumbers) -> bool {
        let of_numbers = || Some((number(&taint.value)?, number(&self.value)?));
        match (&*self.operator, numbers) {
            ("" | "Equal", _) => self.value == taint.value,
            ("Exists", _) => true,
            ("Lt", TolerationNumbers::On) => of_numbers().is_some_and(|(taint, own)| taint < own),
            ("Gt", TolerationNumbers::On) => of_numbers().is_some_and(|(taint, own)| taint > own),
            _ => false,
        }
    }
}

/// A decimal number in the one form that a toleration's numbers have: no `+`, no leading zeros, no `-0`.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical = text == "0" || digits.starts_with(|first: char| ('1'..='9').contains(&first));
    text.parse().ok().filter(|_| is_canonical)
}

/// The first taint that keeps a pod with these tolerations off.
pub(super) fn first_untolerated<'t>(
    taints: &'t [Taint],
    tolerations: &[Toleration],
    numbers: TolerationNumbers,
) -> Option<&'t Taint> {
    let is_tolerated = |taint: &Taint| tolerations.iter().any(|it| it.tolerates(taint, numbers));
    taints.iter().find(|taint| taint.excludes() && !is_tolerated(taint))
}

/// How many taints make a node worse for a pod with these tolerations.
pub(super) fn n_disliked(taints: &[Taint], tolerations: &[Toleration], numbers: TolerationNumbers) -> usize {
    let counts = |it: &&Toleration| matches!(&*it.effect, "" | "PreferNoSchedule");
    let is_tolerated =
        |taint: &Taint| tolerations.iter().filter(counts).any(|it| it.tolerates(taint, numbers));
    taints.iter().filter(|taint| taint.is_preference() && !is_tolerated(taint)).count()
}
