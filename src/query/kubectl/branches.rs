//! Calls that hold all objects of a query, and others, where none can be had that hold exactly these.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::KubectlCall;
use super::literal::{Dimension, Dimensions, Literal, Place};
use super::region::{Region, Work};
use super::say::{self, Part, Unsayable};
use crate::formula::Expr;

/// How many calls there may be, at most.
const MAX_CALLS: usize = 16;

/// How many branches are looked at: several may turn out to say the same.
const MAX_BRANCHES: usize = 64;

/// Where the value of a dimension lies: by all that is required of it, and by what of that can be said.
#[derive(Clone, PartialEq)]
struct BranchBounds {
    all: Rc<Region>,
    said: Rc<Region>,
}

impl BranchBounds {
    fn joined(&self, other: &BranchBounds, join: impl Fn(&Region, &Region) -> Region) -> BranchBounds {
        let all = Rc::new(join(&self.all, &other.all));
        // Mostly all can be said.
        let is_same = [self, other].iter().all(|bounds| Rc::ptr_eq(&bounds.all, &bounds.said));
        let said = if is_same { all.clone() } else { Rc::new(join(&self.said, &other.said)) };
        BranchBounds { all, said }
    }
}

type Branch = BTreeMap<Place, BranchBounds>;

/// The disjunctive form of a part of a query.
#[derive(Clone)]
struct Branches {
    /// `None` if there are too many.
    each: Option<Vec<Branch>>,
    /// What holds in each of them; `None` if there is none.
    common: Option<Branch>,
}

/// The calls: one a branch, with what cannot be said left out.
pub(super) fn calls<R>(
    expr: &Expr<R>,
    literals: &[Literal],
    dimensions: &Dimensions<'_>,
) -> Vec<KubectlCall> {
    let mut literals = literals.iter();
    let mut joiner = Joiner { work: Work::new() };
    // What the part says, and what its negation does.
    let (branches, _) = expr.fold(|part, operands: Vec<(Branches, Branches)>| match part {
        Expr::All => (Branches::everything(), Branches::nothing()),
        Expr::None => (Branches::nothing(), Branches::everything()),
        Expr::Requirement(_) => literals
            .next()
            .map_or((Branches::everything(), Branches::everything()), |it| of_literal(it, dimensions)),
        Expr::And(_) => {
            let (held, negated): (Vec<_>, Vec<_>) = operands.into_iter().unzip();
            (joiner.all(held), joiner.any(negated))
        }
        Expr::Or(_) => {
            let (held, negated): (Vec<_>, Vec<_>) = operands.into_iter().unzip();
            (joiner.any(held), joiner.all(negated))
        }
        Expr::Not(_) => operands.into_iter().next().map_or_else(
            || (Branches::everything(), Branches::everything()),
            |(held, negated)| (negated, held),
        ),
    });
    let common = || branches.common.iter().cloned().collect::<Vec<_>>();
    // Each attempt asks for less than the one before, and so for all of its objects: the branches,
    // what they have in common, the labels of that, and then everything.
    let each = branches.each.as_ref().and_then(|each| of_branches(each, dimensions));
    each.or_else(|| of_branches(&common(), dimensions))
        .or_else(|| {
            of_branches(
                &common().into_iter().map(|it| labels_of(it, dimensions)).collect::<Vec<_>>(),
                dimensions,
            )
        })
        .unwrap_or_else(|| vec![KubectlCall::default()])
}

/// The calls for some branches, each once; `None` if there are too many.
fn of_branches(branches: &[Branch], dimensions: &Dimensions<'_>) -> Option<Vec<KubectlCall>> {
    let mut calls: Vec<KubectlCall> = Vec::new();
    for branch in branches {
        for call in of_branch(branch, dimensions)? {
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
    }
    // A call without conditions has all that the others have.
    let everything = KubectlCall::default();
    if calls.contains(&everything) {
        return Some(vec![everything]);
    }
    (calls.len() <= MAX_CALLS).then_some(calls)
}

fn of_branch(branch: &Branch, dimensions: &Dimensions<'_>) -> Option<Vec<KubectlCall>> {
    let parts: Vec<Part> = branch
        .iter()
        .map(|(&place, bounds)| {
            let is_sayable = is_sayable(&dimensions.all[place], &bounds.all);
            (place, if is_sayable { bounds.all.clone() } else { bounds.said.clone() })
        })
        .filter(|(_, region)| !region.is_full())
        .collect();
    say::calls(&parts, dimensions, Unsayable::LeaveOut, MAX_CALLS)
}

fn labels_of(branch: Branch, dimensions: &Dimensions<'_>) -> Branch {
    branch.into_iter().filter(|(place, _)| matches!(dimensions.all[*place], Dimension::Label(_))).collect()
}

/// Whether one selector says that a label is in a region. Of the rest that depends on the kind.
fn is_sayable(dimension: &Dimension<'_>, region: &Region) -> bool {
    match dimension {
        Dimension::Label(key) => say::is_one_selector(key, region),
        _ => true,
    }
}

fn of_literal(literal: &Literal, dimensions: &Dimensions<'_>) -> (Branches, Branches) {
    let branch = |all: Rc<Region>| {
        let is_sayable = is_sayable(&dimensions.all[literal.place], &all);
        let said = if is_sayable { all.clone() } else { Rc::new(Region::all(true)) };
        Branches::of(Branch::from([(literal.place, BranchBounds { all, said })]))
    };
    (branch(literal.region.clone()), branch(Rc::new(literal.region.complement())))
}

impl Branches {
    fn everything() -> Branches {
        Branches::of(Branch::new())
    }

    fn nothing() -> Branches {
        Branches { each: Some(Vec::new()), common: None }
    }

    fn of(branch: Branch) -> Branches {
        if branch.values().any(|bounds| bounds.all.is_empty()) {
            return Branches::nothing();
        }
        Branches { common: Some(branch.clone()), each: Some(vec![branch]) }
    }
}

/// Joins branches as long as that is worth it: what is joined later holds everything.
struct Joiner {
    work: Work,
}

impl Joiner {
    fn all(&mut self, operands: Vec<Branches>) -> Branches {
        operands.into_iter().fold(Branches::everything(), |left, right| {
            if self.work.is_done() {
                return Branches::everything();
            }
            let each = left.each.zip(right.each).and_then(|(left, right)| self.pairs(left, &right));
            let common = left.common.zip(right.common).and_then(|(left, right)| self.both(left, &right));
            Branches { each, common }
        })
    }

    fn any(&mut self, operands: Vec<Branches>) -> Branches {
        operands.into_iter().fold(Branches::nothing(), |left, right| {
            if self.work.is_done() {
                return Branches::everything();
            }
            let each = left.each.zip(right.each);
            let each = each.and_then(|(left, right)| self.few(left.into_iter().chain(right).collect()));
            let common = match (left.common, right.common) {
                (Some(left), Some(right)) => Some(self.either(left, &right)),
                (left, right) => left.or(right),
            };
            Branches { each, common }
        })
    }

    /// Each of some branches with each of others.
    fn pairs(&mut self, left: Vec<Branch>, right: &[Branch]) -> Option<Vec<Branch>> {
        // Long conjunctions grow in place.
        if let ([_], [other]) = (&*left, right) {
            return Some(left.into_iter().filter_map(|branch| self.both(branch, other)).collect());
        }
        let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
        let both: Vec<Branch> = pairs
            .filter_map(|(a, b)| {
                self.work.copy(1 + a.len());
                self.both(a.clone(), b)
            })
            .collect();
        self.few(both)
    }

    /// The branches, without those that lie within others, if they are not too many.
    fn few(&mut self, branches: Vec<Branch>) -> Option<Vec<Branch>> {
        let mut kept: Vec<Branch> = Vec::new();
        for branch in branches {
            if kept.iter().any(|other| self.is_within(&branch, other)) {
                continue;
            }
            kept.retain(|other| !self.is_within(other, &branch));
            if kept.len() == MAX_BRANCHES || self.work.is_done() {
                return None;
            }
            kept.push(branch);
        }
        Some(kept)
    }

    fn is_within(&mut self, branch: &Branch, other: &Branch) -> bool {
        other.iter().all(|(place, bounds)| {
            branch
                .get(place)
                .is_some_and(|it| self.work.spend(&it.all, &bounds.all) && it.all.is_within(&bounds.all))
        })
    }

    /// What two branches say together; `None` if no object is in both.
    fn both(&mut self, mut branch: Branch, other: &Branch) -> Option<Branch> {
        for (&place, bounds) in other {
            let joined = match branch.get(&place) {
                None => bounds.clone(),
                Some(known) if self.work.spend(&known.all, &bounds.all) => known.joined(bounds, Region::and),
                // When the work is done a branch says nothing, which
                // holds too much and never too little.
                Some(_) => return Some(Branch::new()),
            };
            if joined.all.is_empty() {
                return None;
            }
            branch.insert(place, joined);
        }
        Some(branch)
    }

    /// What holds in both branches.
    fn either(&mut self, mut branch: Branch, other: &Branch) -> Branch {
        branch.retain(|place, bounds| {
            let Some(others) = other.get(place).filter(|it| self.work.spend(&bounds.all, &it.all)) else {
                // A condition that is left out loses no object of either branch.
                return false;
            };
            *bounds = bounds.joined(others, Region::or);
            !bounds.all.is_full()
        });
        branch
    }
}
