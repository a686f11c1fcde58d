//! Several paths that are followed together.

use serde_json::Value;

use super::search::{Way, search};
use super::{Path, PathStep, find};
use crate::json::{Text, WrittenPlace};

/// Several paths that are followed in one reading.
///
/// What they have in common is gone only once, and what none of them needs is passed over: names, numbers and `[*]` at
/// the beginning of paths cost one reading together. From the first part of another sort on (a filter, an index from the
/// end, any depth) a path is followed on its own.
///
/// ```
/// use selq::Path;
/// use selq::path::Paths;
///
/// let paths = Paths::new([Path::field(".spec.nodeName")?, Path::field(".spec.containers.image")?]);
/// let pod = r#"{"spec":{"containers":[{"image":"a"},{"image":"b"}],"nodeName":"n1"}}"#;
/// let mut found = Vec::new();
/// paths.find(pod, |nth, value| found.push((nth, value)));
/// assert_eq!(found, [(1, r#""a""#), (1, r#""b""#), (0, r#""n1""#)]);
/// # Ok::<(), selq::path::PathError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Paths {
    paths: Vec<Path>,
    /// How many of its steps each path shares with the tree.
    n_straight: Vec<usize>,
    /// A tree of steps; the first is its root.
    nodes: Vec<TrieNode>,
}

#[derive(Debug, Clone, Default)]
struct TrieNode {
    /// The paths that lead no further, or go on by another sort of step.
    ends: Vec<usize>,
    /// The steps that lead on, each another one, and the nodes behind them.
    steps: Vec<(PathStep, usize)>,
}

impl Paths {
    /// The paths are numbered from 0, in their order.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Paths {
        let mut set = Paths { paths: Vec::new(), n_straight: Vec::new(), nodes: vec![TrieNode::default()] };
        paths.into_iter().for_each(|path| set.push(path));
        set
    }

    fn push(&mut self, path: Path) {
        let straight = path.steps.iter().take_while(|step| step.is_straight());
        let (mut node, mut n_straight) = (0, 0);
        for step in straight {
            node = self.behind(node, step);
            n_straight += 1;
        }
        // The path is to get the next place among the others, which is its number.
        self.nodes[node].ends.push(self.paths.len());
        self.n_straight.push(n_straight);
        self.paths.push(path);
    }

    /// The node behind a step, which is made if there is none.
    fn behind(&mut self, node: usize, step: &PathStep) -> usize {
        let known = self.nodes[node].steps.iter().find(|(known, _)| known == step);
        known.map(|(_, behind)| *behind).unwrap_or_else(|| {
            let new = self.nodes.len();
            self.nodes[node].steps.push((step.clone(), new));
            self.nodes.push(TrieNode::default());
            new
        })
    }

    /// Gives the texts of all values that the paths lead to from the value `json`, each with the number of its path: for
    /// each path what [`Path::all`] finds, in the same order.
    pub fn find<'j>(&self, json: &'j str, mut each: impl FnMut(usize, &'j str)) {
        self.places(Text::of(json), |nth, place| each(nth, place.text()));
    }

    /// Gives the values that the paths lead to from a value that is parsed already, as [`find`](Paths::find) does.
    pub fn values<'v>(&self, value: &'v Value, each: impl FnMut(usize, &'v Value)) {
        self.places(value, each);
    }

    fn places<P: find::SearchRoot>(&self, start: P, mut each: impl FnMut(usize, P)) {
        for (nth, place) in search([start], At { nodes: &self.nodes, node: 0 }) {
            let path = &self.paths[nth];
            match &path.steps[self.n_straight[nth]..] {
                // Fields and JSONPaths may be in one set, so that each path decides by itself about
                // `null`.
                [] if !path.null.may_be(place) => {}
                [] => each(nth, place),
                rest => find::all(place, rest)
                    .into_iter()
                    .filter(|place| path.null.may_be(*place))
                    .for_each(|place| each(nth, place)),
            }
        }
    }
}

/// A place in the tree of steps.
#[derive(Clone, Copy)]
struct At<'t> {
    nodes: &'t [TrieNode],
    node: usize,
}

impl Way for At<'_> {
    fn steps(&self) -> impl Iterator<Item = &PathStep> {
        self.nodes[self.node].steps.iter().map(|(step, _)| step)
    }

    fn behind(self, nth: usize) -> Self {
        At { node: self.nodes[self.node].steps[nth].1, ..self }
    }

    fn ends(&self) -> impl Iterator<Item = usize> {
        self.nodes[self.node].ends.iter().copied()
    }
}
