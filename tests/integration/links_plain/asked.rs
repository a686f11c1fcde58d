//! Random queries about one cluster, as trees: printed for the engine, and asked plainly.

use std::collections::HashMap;

use fastrand::Rng;
use serde_json::Value;

use super::cluster::{KEYS, NAMES, VALUES, one};
use super::meaning::{self, Pairs};

pub(super) enum Asked {
    Label(&'static str, Option<&'static str>),
    Kind(&'static str, &'static str),
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
    Relation(&'static str, Box<Asked>),
    Count(&'static str, Box<Asked>, &'static str, u64),
    /// `node(k)=v`, `ns(k)!=v`
    There(&'static str, &'static str, Option<(bool, &'static str)>),
    Workload(Option<String>),
}

/// Every function that is a relation, with the relation and whether its objects are those from which it leads.
const FUNCTIONS: [(&str, &str, bool); 12] = [
    ("selects", "selects", true),
    ("selected-by", "selects", false),
    ("mentions", "mentions", true),
    ("mentioned-by", "mentions", false),
    ("owns", "owns", true),
    ("owned-by", "owns", false),
    ("runs", "runs", true),
    ("runs-on", "runs", false),
    ("within", "holds", false),
    ("uses", "uses", true),
    ("used-by", "uses", false),
    ("about", "about", true),
];

const KINDS: [(&str, &str); 9] = [
    ("pod", "Pod"),
    ("node", "Node"),
    ("ns", "Namespace"),
    ("svc", "Service"),
    ("deploy", "Deployment"),
    ("rs", "ReplicaSet"),
    ("pdb", "PodDisruptionBudget"),
    ("netpol", "NetworkPolicy"),
    ("cm", "ConfigMap"),
];

pub(super) fn tree(depth: usize, rng: &mut Rng) -> Asked {
    match rng.u8(if depth == 0 { 12 } else { 0 }..18) {
        0 => Asked::All(vec![tree(depth - 1, rng), tree(depth - 1, rng)]),
        1 => Asked::Any(vec![tree(depth - 1, rng), tree(depth - 1, rng)]),
        2 => Asked::Not(Box::new(tree(depth - 1, rng))),
        3..10 => Asked::Relation(one(&FUNCTIONS, rng).0, Box::new(tree(depth - 1, rng))),
        10 | 11 => {
            let function = one(&FUNCTIONS, rng).0;
            let sign = one(&["=", "!=", ">", "<", ">=", "<="], rng);
            Asked::Count(function, Box::new(tree(depth - 1, rng)), sign, rng.u64(..4))
        }
        12 | 13 => {
            let value = (rng.u8(..4) > 0).then(|| one(&VALUES, rng)).filter(|value| !value.is_empty());
            Asked::Label(one(&KEYS, rng), value)
        }
        14 | 15 => {
            let (word, kind) = one(&KINDS, rng);
            Asked::Kind(word, kind)
        }
        16 => {
            let compared = rng.bool().then(|| (rng.bool(), one(&["web", "db", "1"], rng)));
            Asked::There(one(&["node", "ns"], rng), one(&KEYS, rng), compared)
        }
        _ => Asked::Workload(rng.bool().then(|| match rng.bool() {
            true => "Deployment/web".to_owned(),
            false => format!("{}/{}", one(&["ReplicaSet", "Job"], rng), one(&NAMES, rng)),
        })),
    }
}

impl Asked {
    pub(super) fn text(&self) -> String {
        let joined = |trees: &[Asked], by: &str| {
            let parts: Vec<String> = trees.iter().map(|it| format!("({})", it.text())).collect();
            parts.join(by)
        };
        match self {
            Asked::Label(key, None) => (*key).to_owned(),
            Asked::Label(key, Some(value)) => format!("{key}={value}"),
            Asked::Kind(word, _) => format!("kind({word})"),
            Asked::All(trees) => joined(trees, " && "),
            Asked::Any(trees) => joined(trees, " || "),
            Asked::Not(tree) => format!("!({})", tree.text()),
            Asked::Relation(function, tree) => format!("{function}({})", tree.text()),
            Asked::Count(function, tree, sign, n) => format!("count({function}({})) {sign} {n}", tree.text()),
            Asked::There(function, key, None) => format!("{function}({key})"),
            Asked::There(function, key, Some((true, value))) => format!("{function}({key})={value}"),
            Asked::There(function, key, Some((false, value))) => format!("{function}({key})!={value}"),
            Asked::Workload(None) => "workload()".to_owned(),
            Asked::Workload(Some(workload)) => format!("workload({workload})"),
        }
    }
}

/// A cluster with its relations, each worked out once.
pub(super) struct PlainCluster<'v> {
    pub(super) objects: &'v [Value],
    relations: HashMap<&'static str, Pairs>,
}

impl<'v> PlainCluster<'v> {
    pub(super) fn new(objects: &'v [Value]) -> PlainCluster<'v> {
        let names = ["selects", "mentions", "owns", "runs", "uses", "holds", "about"];
        let relations = names.map(|name| (name, meaning::pairs(name, objects)));
        PlainCluster { objects, relations: relations.into_iter().collect() }
    }

    /// Whether each object is one of those.
    pub(super) fn asked(&self, asked: &Asked) -> Vec<bool> {
        let each = |holds: &dyn Fn(usize) -> bool| (0..self.objects.len()).map(holds).collect::<Vec<_>>();
        match asked {
            Asked::Label(key, value) => each(&|at| {
                let found = meaning::label(&self.objects[at], key);
                found.is_some_and(|found| value.is_none_or(|value| value == found))
            }),
            Asked::Kind(_, kind) => each(&|at| self.objects[at]["kind"] == *kind),
            Asked::All(trees) => {
                let trees: Vec<Vec<bool>> = trees.iter().map(|tree| self.asked(tree)).collect();
                each(&|at| trees.iter().all(|tree| tree[at]))
            }
            Asked::Any(trees) => {
                let trees: Vec<Vec<bool>> = trees.iter().map(|tree| self.asked(tree)).collect();
                each(&|at| trees.iter().any(|tree| tree[at]))
            }
            Asked::Not(tree) => self.asked(tree).into_iter().map(|holds| !holds).collect(),
            Asked::Relation(function, tree) => {
                let counts = self.counts(function, &self.asked(tree));
                counts.into_iter().map(|n| n > 0).collect()
            }
            Asked::Count(function, tree, sign, n) => {
                let counts = self.counts(function, &self.asked(tree));
                let holds = |found: u64| match *sign {
                    "=" => found == *n,
                    "!=" => found != *n,
                    ">" => found > *n,
                    "<" => found < *n,
                    ">=" => found >= *n,
                    _ => found <= *n,
                };
                counts.into_iter().map(holds).collect()
            }
            Asked::There(function, key, compared) => each(&|at| self.there(at, function, key, *compared)),
            Asked::Workload(wanted) => each(&|at| {
                let found = meaning::workload(at, self.objects);
                found.is_some_and(|found| wanted.as_ref().is_none_or(|wanted| *wanted == found))
            }),
        }
    }

    /// To how many of these each object stands.
    fn counts(&self, function: &str, others: &[bool]) -> Vec<u64> {
        let (_, relation, is_from) = FUNCTIONS.iter().find(|(name, ..)| *name == function).unwrap();
        let mut counts = vec![0; self.objects.len()];
        for &(from, to) in &self.relations[relation] {
            let (at, other) = if *is_from { (from, to) } else { (to, from) };
            counts[at] += u64::from(others[other]);
        }
        counts
    }

    fn there(&self, at: usize, function: &str, key: &str, compared: Option<(bool, &str)>) -> bool {
        let relation = if function == "node" { "runs" } else { "holds" };
        let there = self.relations[relation].iter().filter(|(_, to)| *to == at).map(|(from, _)| *from);
        let mut values = there.filter_map(|from| meaning::label(&self.objects[from], key));
        match compared {
            None => values.next().is_some(),
            Some((is_equal, wanted)) => values.any(|value| value == wanted) == is_equal,
        }
    }

    pub(super) fn pairs(&self, relation: &str) -> &Pairs {
        &self.relations[relation]
    }
}
