//! Values with names, and how often they may be used.

use super::fault::YamlFault;
use super::scalar::Resolved;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// With fewer nodes nobody counts.
const FEW_ALIASED: u64 = 100;
const FEW_NODES: u64 = 1000;
/// Up to as many nodes nearly all may come of aliases, from `MANY_NODES` on a tenth.
const SOME_NODES: u64 = 400_000;
const MANY_NODES: u64 = 4_000_000;
/// What aliases may add to the JSON of a document in bytes, beside the nodes: kubectl has no such bound, and takes all memory.
const MAX_COPIED: usize = 64 << 20;

/// A value that has a name.
#[derive(Debug, Clone)]
pub(super) enum Anchor {
    /// It is being read.
    Open,
    Scalar(Resolved<'static>),
    Collection {
        json: Range<usize>,
        n_nodes: u64,
        depth: usize,
    },
}

impl Anchor {
    pub(super) fn of_scalar(value: &Resolved<'_>) -> Anchor {
        Anchor::Scalar(match value {
            Resolved::Null => Resolved::Null,
            Resolved::Bool(value) => Resolved::Bool(*value),
            Resolved::Int(number) => Resolved::Int(*number),
            Resolved::Uint(number) => Resolved::Uint(*number),
            Resolved::Float(number) => Resolved::Float(*number),
            Resolved::Text(text) => Resolved::Text(Cow::Owned(text.clone().into_owned())),
        })
    }
}

/// The names of a document so far, and what was made of them.
#[derive(Debug, Default)]
pub(super) struct YamlAnchors {
    by_name: HashMap<String, Anchor, foldhash::fast::RandomState>,
    n_nodes: u64,
    n_aliased: u64,
    n_copied: usize,
}

impl YamlAnchors {
    pub(super) fn clear(&mut self) {
        self.by_name.clear();
        (self.n_nodes, self.n_aliased, self.n_copied) = (0, 0, 0);
    }

    pub(super) fn set(&mut self, name: &str, anchor: Anchor) {
        self.by_name.insert(name.to_owned(), anchor);
    }

    pub(super) fn get(&self, name: &str, at: usize) -> Result<Anchor, YamlFault> {
        self.by_name.get(name).cloned().ok_or_else(|| {
            YamlFault::new(
                at,
                format!("expected the name of a value before this one, found `{name}`, which none has"),
            )
            .with_help("put a text that begins with `*` in quotes")
        })
    }

    /// How many nodes there were, those of aliases included.
    pub(super) fn n_nodes(&self) -> u64 {
        self.n_nodes
    }

    pub(super) fn count_node(&mut self, at: usize) -> Result<(), YamlFault> {
        self.n_nodes += 1;
        if self.n_aliased > FEW_ALIASED { self.check(at) } else { Ok(()) }
    }

    /// Counts the nodes that an alias stands for, and the bytes they have.
    pub(super) fn count_alias(&mut self, n_nodes: u64, n_bytes: usize, at: usize) -> Result<(), YamlFault> {
        self.n_nodes += n_nodes;
        self.n_aliased += n_nodes;
        self.n_copied += n_bytes;
        self.check(at)
    }

    /// Kubernetes' own bound on what aliases may add.
    fn check(&self, at: usize) -> Result<(), YamlFault> {
        let is_many = self.n_aliased > FEW_ALIASED && self.n_nodes > FEW_NODES;
        let part = self.n_aliased as f64 / self.n_nodes as f64;
        if is_many && part > allowed_part(self.n_nodes) || self.n_copied > MAX_COPIED {
            let message = "expected a document that aliases do not blow up, found too many of them";
            return Err(YamlFault::new(at, message).with_help("write out the values that are used most"));
        }
        Ok(())
    }
}

fn allowed_part(n_nodes: u64) -> f64 {
    let range = (MANY_NODES - SOME_NODES) as f64;
    match n_nodes {
        0..=SOME_NODES => 0.99,
        MANY_NODES.. => 0.10,
        _ => 0.99 - 0.89 * ((n_nodes - SOME_NODES) as f64 / range),
    }
}
