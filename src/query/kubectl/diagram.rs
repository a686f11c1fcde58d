//! A query as a decision diagram: one dimension asked after another, so that no two ways to the end have an object in common.

use std::collections::HashMap;
use std::rc::Rc;

use super::literal::{Literal, Place};
use super::region::{Region, Work};
use crate::formula::Expr;

/// How many dimensions a diagram may have; it is walked by recursion.
pub(super) const MAX_DIMENSIONS: usize = 256;

type NodeId = usize;

const NOWHERE: NodeId = 0;
const EVERYWHERE: NodeId = 1;

/// What is decided by one dimension: the regions share all values out among different nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct DecisionNode {
    rank: usize,
    edges: Vec<(Rc<Region>, NodeId)>,
}

/// The objects of a query. Where one region after another leads nowhere, the node itself does, and equal nodes are one:
/// queries that mean the same for the same order are the same.
pub(super) struct Diagram<'o> {
    /// The dimensions in the order in which they are asked.
    order: &'o [Place],
    rank: HashMap<Place, usize>,
    nodes: Vec<DecisionNode>,
    known: HashMap<DecisionNode, NodeId>,
    joined: HashMap<(bool, NodeId, NodeId), NodeId>,
    negated: HashMap<NodeId, NodeId>,
    work: &'o mut Work,
    root: NodeId,
}

impl<'o> Diagram<'o> {
    /// The diagram of a tree with `literals` at its leaves, in their order; `None` if it would be too large.
    pub(super) fn new<R>(
        expr: &Expr<R>,
        literals: &[Literal],
        order: &'o [Place],
        work: &'o mut Work,
    ) -> Option<Diagram<'o>> {
        let rank = order.iter().enumerate().map(|(rank, &place)| (place, rank)).collect();
        // The ends rank behind all dimensions: who joins a node with one follows the node.
        let end = DecisionNode { rank: usize::MAX, edges: Vec::new() };
        let mut diagram = Diagram {
            order,
            rank,
            nodes: vec![end.clone(), end],
            known: HashMap::new(),
            joined: HashMap::new(),
            negated: HashMap::new(),
            work,
            root: NOWHERE,
        };
        let mut literals = literals.iter();
        diagram.root = expr.fold(|part, operands: Vec<NodeId>| match part {
            Expr::All => EVERYWHERE,
            Expr::None => NOWHERE,
            Expr::Requirement(_) => literals.next().map_or(NOWHERE, |literal| diagram.leaf(literal)),
            Expr::And(_) => diagram.joined(operands, true),
            Expr::Or(_) => diagram.joined(operands, false),
            Expr::Not(_) => operands.into_iter().fold(NOWHERE, |_, operand| diagram.not(operand)),
        });
        (!diagram.work.is_done()).then_some(diagram)
    }

    fn leaf(&mut self, literal: &Literal) -> NodeId {
        let rank = self.rank[&literal.place];
        let complement = Rc::new(literal.region.complement());
        self.node(rank, vec![(literal.region.clone(), EVERYWHERE), (complement, NOWHERE)])
    }

    /// Joins neighbours first, which keeps long lists of values cheap.
    fn joined(&mut self, mut operands: Vec<NodeId>, and: bool) -> NodeId {
        while operands.len() > 1 {
            operands = operands
                .chunks(2)
                .map(|pair| pair.iter().skip(1).fold(pair[0], |a, &b| self.join(a, b, and)))
                .collect();
        }
        operands.first().copied().unwrap_or(if and { EVERYWHERE } else { NOWHERE })
    }

    /// What is in both nodes, or in one of them.
    fn join(&mut self, a: NodeId, b: NodeId, and: bool) -> NodeId {
        let (neutral, other_end) = if and { (EVERYWHERE, NOWHERE) } else { (NOWHERE, EVERYWHERE) };
        match (a, b) {
            // What this gives is never used: a diagram for which the
            // work did not last is thrown away.
            _ if self.work.is_done() => return NOWHERE,
            _ if a == b || b == neutral => return a,
            _ if a == neutral => return b,
            _ if a == other_end || b == other_end => return other_end,
            _ => {}
        }
        // Either way round it is the same node.
        let key = (and, a.min(b), a.max(b));
        if let Some(&known) = self.joined.get(&key) {
            return known;
        }
        let rank = self.nodes[a].rank.min(self.nodes[b].rank);
        let (left, right) = (self.edges(a, rank), self.edges(b, rank));
        let mut edges = Vec::new();
        for (from_left, to_left) in &left {
            for (from_right, to_right) in &right {
                let both = from_left.and(from_right);
                if !self.work.spend(from_left, from_right) {
                    return NOWHERE;
                }
                if !both.is_empty() {
                    edges.push((Rc::new(both), self.join(*to_left, *to_right, and)));
                }
            }
        }
        let node = self.node(rank, edges);
        self.joined.insert(key, node);
        node
    }

    /// The edges of a node at a rank; of one further down a single one to itself.
    fn edges(&self, id: NodeId, rank: usize) -> Vec<(Rc<Region>, NodeId)> {
        let node = &self.nodes[id];
        if node.rank == rank { node.edges.clone() } else { vec![(Rc::new(Region::all(true)), id)] }
    }

    fn not(&mut self, id: NodeId) -> NodeId {
        match id {
            NOWHERE => return EVERYWHERE,
            EVERYWHERE => return NOWHERE,
            _ => {}
        }
        if let Some(&known) = self.negated.get(&id) {
            return known;
        }
        // A negation has as many nodes as what it negates, so that no work
        // is counted for it but the merging of edges.
        let DecisionNode { rank, edges } = self.nodes[id].clone();
        let edges = edges.into_iter().map(|(region, to)| (region, self.not(to))).collect();
        let node = self.node(rank, edges);
        self.negated.insert(id, node);
        node
    }

    /// The node with these edges, of which those with one end become one.
    fn node(&mut self, rank: usize, edges: Vec<(Rc<Region>, NodeId)>) -> NodeId {
        let mut merged: Vec<(Rc<Region>, NodeId)> = Vec::new();
        for (region, to) in edges.into_iter().filter(|(region, _)| !region.is_empty()) {
            match merged.iter().position(|(_, end)| *end == to) {
                Some(nth) => {
                    let known = merged[nth].0.clone();
                    self.work.spend(&known, &region);
                    merged[nth].0 = Rc::new(known.or(&region));
                }
                None => merged.push((region, to)),
            }
        }
        if let [(_, to)] = *merged {
            return to;
        }
        // What leads to the end comes first, so that the simplest call is the first.
        merged.sort_unstable_by_key(|(_, to)| *to);
        let node = DecisionNode { rank, edges: merged };
        *self.known.entry(node).or_insert_with_key(|node| {
            self.nodes.push(node.clone());
            self.nodes.len() - 1
        })
    }

    /// Gives `visit` every way to the end, as the dimensions and regions on it, until it returns `false`. Says whether it
    /// never did.
    pub(super) fn ways(&self, visit: &mut impl FnMut(&[(Place, Rc<Region>)]) -> bool) -> bool {
        self.ways_from(self.root, &mut Vec::new(), visit)
    }

    fn ways_from(
        &self,
        id: NodeId,
        way: &mut Vec<(Place, Rc<Region>)>,
        visit: &mut impl FnMut(&[(Place, Rc<Region>)]) -> bool,
    ) -> bool {
        // Ways are as long as there are dimensions at most, which bounds the recursion.
        match id {
            NOWHERE => return true,
            EVERYWHERE => return visit(way),
            _ => {}
        }
        let node = &self.nodes[id];
        node.edges.iter().all(|(region, to)| {
            way.push((self.order[node.rank], region.clone()));
            let goes_on = self.ways_from(*to, way, visit);
            way.pop();
            goes_on
        })
    }
}
