//! The passes that turn a plan into a cheaper one that finds the same objects.

use std::collections::BTreeMap;

use super::leaf::{ColumnId, Leaf, ValueId};
use super::node::Node;
use super::sets::Sets;

/// A rewriting of a plan. Every pass is right by itself; together, in the order of [`Pass::ALL`], they
/// are what [`Plan::new`](super::Plan::new) does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pass {
    /// Makes one interval of what bounds the same key: `k>1 ∩ k>5` → `k>5`, `k>5 ∩ k<3` → `none`, `k>1 ∪ k>5` → `k>1`.
    /// Done while a plan is built, whatever the order of the passes: each bound by itself would be a list of values.
    MergeBounds,
    /// Takes out what is everything or nothing: `a ∩ none` → `none`, `a ∪ none` → `a`, `¬¬a` → `a`.
    FoldConstants,
    /// Joins what is nested: `a ∩ (b ∩ c)` → `a ∩ b ∩ c`, and likewise for unions.
    Flatten,
    /// Uses that an object has one value of a key: `tier ∩ tier=db` → `tier=db`,
    /// `tier=db ∩ tier=web` → `none`, `tier in (a,b) ∩ tier in (b,c)` → `tier=b`.
    MergeSameKey,
    /// Turns negations into differences: `a ∩ ¬b ∩ ¬c` → `a − (b ∪ c)`. A complement of everything stays
    /// only where there is nothing to subtract from.
    SubtractNegations,
    /// Leaves out what a difference cannot meet: `env=prod − env=dev` → `env=prod`.
    DropDisjoint,
    /// Puts small sets first in an intersection, so that the work shrinks soonest.
    SmallestFirst,
}

impl Pass {
    /// All passes, in the order in which they run.
    pub const ALL: [Pass; 7] = [
        Pass::MergeBounds,
        // Constants go first, so that no later pass meets one.
        Pass::FoldConstants,
        // The next passes look at the operands of one intersection, not into intersections inside it. A scope is an
        // intersection around the selector's own.
        Pass::Flatten,
        // What is dropped as disjoint is compared with one operand for each key, so that a key's operands are one by then.
        Pass::MergeSameKey,
        // Only differences are looked at for what is disjoint.
        Pass::SubtractNegations,
        Pass::DropDisjoint,
        // Sizes are those of what the other passes leave.
        Pass::SmallestFirst,
    ];

    /// The name by which `selq explain` knows the pass.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Pass::MergeBounds => "merge-bounds",
            Pass::FoldConstants => "fold-constants",
            Pass::Flatten => "flatten",
            Pass::MergeSameKey => "merge-same-key",
            Pass::SubtractNegations => "subtract-negations",
            Pass::DropDisjoint => "drop-disjoint",
            Pass::SmallestFirst => "smallest-first",
        }
    }

    fn run(self, node: Node, sets: Sets<'_>) -> Node {
        // Most selectors are a few postings and their scope: nothing in them is nested, constant or negated.
        let are_postings = node.joins_postings();
        let node = if are_postings { node } else { node.map_operands(|operand| self.run(operand, sets)) };
        match self {
            Pass::Flatten | Pass::SubtractNegations | Pass::DropDisjoint if are_postings => node,
            // Putting a node together from its operands folds what can be folded. Bounds are merged already.
            Pass::MergeBounds | Pass::FoldConstants => node,
            Pass::Flatten => flatten(node),
            Pass::MergeSameKey => merge_same_key(node),
            Pass::SubtractNegations => subtract_negations(node),
            Pass::DropDisjoint => drop_disjoint(node),
            Pass::SmallestFirst => smallest_first(node, sets),
        }
    }
}

/// Runs the passes one after another.
pub(super) fn optimize(node: Node, sets: Sets<'_>, passes: &[Pass]) -> Node {
    passes.iter().fold(node, |node, pass| pass.run(node, sets))
}

/// `a ∩ (b ∩ c)` → `a ∩ b ∩ c`; `a ∪ (b ∪ c)` → `a ∪ b ∪ c`.
fn flatten(node: Node) -> Node {
    fn spread(operands: Vec<Node>, nested: impl Fn(Node) -> Result<Vec<Node>, Node>) -> Vec<Node> {
        operands.into_iter().flat_map(|it| nested(it).unwrap_or_else(|other| vec![other])).collect()
    }
    match node {
        Node::Intersect(operands) => Node::intersect(spread(operands, |operand| match operand {
            Node::Intersect(nested) => Ok(nested),
            other => Err(other),
        })),
        Node::Union(operands) => Node::union(spread(operands, |operand| match operand {
            Node::Union(nested) => Ok(nested),
            other => Err(other),
        })),
        node => node,
    }
}

/// What a set is, when it is about one key alone: the objects that have the key, or one of some values of
/// it, sorted.
enum SaysOfKey {
    Has,
    HasOneOf(Vec<ValueId>),
}

/// The key is any column of which an object has one value at most.
fn about_one_key(node: &Node) -> Option<(ColumnId, SaysOfKey)> {
    let about = match node {
        Node::Leaf(Leaf::Present(column)) => (*column, SaysOfKey::Has),
        Node::Leaf(Leaf::Value(column, value)) => (*column, SaysOfKey::HasOneOf(vec![*value])),
        Node::OneOf(column, values) => (*column, SaysOfKey::HasOneOf(values.clone())),
        _ => return None,
    };
    Some(about).filter(|(column, _)| column.is_single_valued())
}

impl SaysOfKey {
    /// What holds when both hold.
    fn and(self, other: SaysOfKey) -> SaysOfKey {
        match (self, other) {
            (says, SaysOfKey::Has) | (SaysOfKey::Has, says) => says,
            (SaysOfKey::HasOneOf(mut values), SaysOfKey::HasOneOf(others)) => {
                values.retain(|value| others.binary_search(value).is_ok());
                SaysOfKey::HasOneOf(values)
            }
        }
    }

    fn into_node(self, key: ColumnId) -> Node {
        match self {
            SaysOfKey::Has => Node::Leaf(Leaf::Present(key)),
            SaysOfKey::HasOneOf(values) => Node::one_of(key, values),
        }
    }
}

/// `tier ∩ tier=db` → `tier=db`; `tier=db ∩ tier=web` → `none`.
fn merge_same_key(node: Node) -> Node {
    let Node::Intersect(operands) = node else { return node };
    // Keys are kept in their order, so that one selector always has the same plan.
    let mut keys: BTreeMap<ColumnId, SaysOfKey> = BTreeMap::new();
    let mut others: Vec<Node> = Vec::new();
    for operand in operands {
        match about_one_key(&operand) {
            Some((key, says)) => {
                let known = keys.remove(&key).unwrap_or(SaysOfKey::Has);
                keys.insert(key, known.and(says));
            }
            None => others.push(operand),
        }
    }
    others.extend(keys.into_iter().map(|(key, says)| says.into_node(key)));
    Node::intersect(others)
}

/// `a ∩ ¬b ∩ ¬c` → `a − (b ∪ c)`; `¬b ∩ ¬c` → `¬(b ∪ c)`.
fn subtract_negations(node: Node) -> Node {
    let Node::Intersect(operands) = node else { return node };
    let (mut positive, mut negative) = (Vec::new(), Vec::new());
    for operand in operands {
        match operand {
            Node::Not(operand) => negative.push(*operand),
            // What was a difference already gives both of its sides.
            Node::Subtract(from, minus) => {
                positive.push(*from);
                negative.push(*minus);
            }
            operand => positive.push(operand),
        }
    }
    Node::subtract(Node::intersect(positive), flatten(Node::union(negative)))
}

/// `env=prod − env=dev` → `env=prod`; `env=prod − env` → `none`.
fn drop_disjoint(node: Node) -> Node {
    let Node::Subtract(from, minus) = node else { return node };
    let minus = match *minus {
        Node::Union(operands) => operands,
        minus => vec![minus],
    };
    let operands =
        if let Node::Intersect(operands) = &*from { operands } else { std::slice::from_ref(&*from) };
    let known = operands.iter().filter_map(about_one_key).collect();
    let minus = minus.into_iter().map(|minus| narrow(minus, &known)).collect();
    Node::subtract(*from, Node::union(minus))
}

/// What is left to subtract from objects of which it is known what they say of some keys.
fn narrow(minus: Node, known: &BTreeMap<ColumnId, SaysOfKey>) -> Node {
    let Some((key, subtracted)) = about_one_key(&minus) else { return minus };
    match (known.get(&key), subtracted) {
        // All of them have the key, so nothing is left of them.
        (Some(_), SaysOfKey::Has) => Node::All,
        (Some(SaysOfKey::HasOneOf(values)), SaysOfKey::HasOneOf(mut subtracted)) => {
            subtracted.retain(|value| values.binary_search(value).is_ok());
            Node::one_of(key, subtracted)
        }
        _ => minus,
    }
}

/// `large ∩ small` → `small ∩ large`.
fn smallest_first(node: Node, sets: Sets<'_>) -> Node {
    let Node::Intersect(mut operands) = node else { return node };
    // An estimate looks through a whole operand, so that it is made once for each. Operands of
    // equal size stay in their order.
    operands.sort_by_cached_key(|operand| operand.estimate(sets) as u64);
    Node::Intersect(operands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::plan::{Plan, Scope, Step};
    use crate::{Object, Selector};

    /// Ten objects: `env` is prod on five, dev on three and qa on two; `tier` is db on every second.
    fn store() -> Store {
        let mut store = Store::new();
        for n in 0..10 {
            let env = ["prod", "dev", "prod", "qa", "prod", "dev", "prod", "dev", "prod", "qa"][n];
            let object = Object::new("Pod", "shop", format!("web-{n}")).with_labels([("env", env)]);
            let tier = (n % 2 == 0).then_some(("tier", "db"));
            store.insert(object.with_labels(tier));
        }
        store
    }

    /// The plan that these passes make, on one line.
    fn one_line(selector: &Selector, scope: &Scope, passes: &[Pass]) -> String {
        fn line(step: &Step) -> String {
            let operands: Vec<String> = step.operands.iter().map(line).collect();
            let operands =
                if operands.is_empty() { String::new() } else { format!("({})", operands.join(", ")) };
            step.operation.clone() + &operands
        }
        line(&Plan::with_passes(&store(), selector, scope, passes).explain().optimized)
    }

    fn planned(selector: Selector, passes: &[Pass]) -> String {
        one_line(&selector, &Scope::all(), passes)
    }

    fn selector(text: &str) -> Selector {
        text.parse().expect("a valid selector")
    }

    #[test]
    fn fold_constants_takes_out_everything_and_nothing() {
        let before = |text: &str| planned(selector(text), &[]);
        let after = |text: &str| planned(selector(text), &[Pass::FoldConstants]);
        assert_eq!(before("env=prod,zone"), "intersect(env=prod, none)");
        assert_eq!(after("env=prod,zone"), "none");
        assert_eq!(before("env=prod,!zone"), "intersect(env=prod, all objects but(none))");
        assert_eq!(after("env=prod,!zone"), "env=prod");
        assert_eq!(after("zone!=a"), "all objects");
    }

    #[test]
    fn bounds_of_a_key_are_one_interval() {
        let planned = |selector: Selector, passes: &[Pass]| {
            let mut store = Store::new();
            for n in 0..10 {
                store.insert(Object::new("Pod", "", "").with_labels([("k", n.to_string())]));
            }
            let plan = Plan::with_passes(&store, &selector, &Scope::all(), passes);
            (plan.explain().optimized.operands.len(), plan.count())
        };
        let merged = |selector| planned(selector, &[Pass::MergeBounds]);
        let text: Vec<String> = (0..1_000).map(|n| format!("k>{}", n % 8)).collect();
        // What is shown under the one list that is left are its values 8 and 9.
        assert_eq!(merged(selector(&text.join(","))), (2, 2));
        assert_eq!(planned(selector(&text.join(",")), &[]), (1_000, 2));
        assert_eq!(merged(selector("k>5,k<3")), (0, 0));
        assert_eq!(merged(selector("k>1").or(selector("k>5")).or(selector("k<1"))), (2, 9));
        assert_eq!(merged(selector("k>1").negate().and(selector("k>5").negate())), (1, 2));
    }

    #[test]
    fn flatten_joins_what_is_nested() {
        let scope = Scope::all().namespace("shop");
        let planned = |passes| one_line(&selector("env,tier"), &scope, passes);
        assert_eq!(planned(&[]), "intersect(union(namespace shop), intersect(env, tier))");
        assert_eq!(planned(&[Pass::Flatten]), "intersect(namespace shop, env, tier)");
    }

    #[test]
    fn merge_same_key_uses_that_a_key_has_one_value() {
        let after = |text: &str| planned(selector(text), &[Pass::MergeSameKey]);
        assert_eq!(after("tier,tier=db"), "tier=db");
        assert_eq!(after("env=prod,env=qa"), "none");
        assert_eq!(after("env in (prod,qa),env in (qa,dev),env"), "env=qa");
        assert_eq!(after("env,tier"), "intersect(env, tier)");
    }

    #[test]
    fn subtract_negations_leaves_no_complement_beside_a_set() {
        let after = |text: &str| planned(selector(text), &[Pass::SubtractNegations]);
        assert_eq!(after("env,tier!=db"), "subtract(env, tier=db)");
        assert_eq!(after("tier,env!=qa,env!=dev"), "subtract(tier, union(env=qa, env=dev))");
        assert_eq!(after("!tier,env!=qa"), "all objects but(union(env=qa, tier))");
    }

    #[test]
    fn drop_disjoint_subtracts_only_what_can_be_there() {
        let passes = [Pass::SubtractNegations, Pass::DropDisjoint];
        let after = |text: &str| planned(selector(text), &passes);
        assert_eq!(after("env=prod,env!=dev"), "env=prod");
        assert_eq!(
            after("env in (prod,qa),env notin (qa,dev),tier!=db"),
            "subtract(env, one of 2 values(env=prod, env=qa), union(env=qa, tier=db))"
        );
        assert_eq!(after("env=prod,!env"), "none");
    }

    #[test]
    fn smallest_first_orders_by_size() {
        assert_eq!(planned(selector("env,tier,env=qa"), &[]), "intersect(env, env=qa, tier)");
        assert_eq!(
            planned(selector("env,tier,env=qa"), &[Pass::SmallestFirst]),
            "intersect(env=qa, tier, env)"
        );
    }

    #[test]
    fn every_pass_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Pass::ALL.iter().map(|pass| pass.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Pass::ALL.len());
    }
}
