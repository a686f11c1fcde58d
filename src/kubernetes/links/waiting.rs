//! The selectors of a relation held at once, for objects that are in no store.

use std::collections::{BTreeSet, HashMap};

use super::super::places::KindName;
use super::choice::{ChoiceFilter, NodeTerm, SelectorChoice};
use super::ties::TieTable;
use crate::label::owned;
use crate::{Dump, Label, ObjectIdentity, Plan, Scope, Selector, SelectorSet};

/// The selectors of a relation, by what they are about.
#[derive(Default)]
pub(super) struct Waiting {
    of_namespaces: HashMap<Box<str>, ByKind>,
    of_all_namespaces: ByKind,
}

/// Selectors in one namespace, by the kind that they are about, or about any. These are few.
type ByKind = Vec<(Option<KindName>, WaitingSelectors)>;

/// Selectors about one kind in one namespace.
#[derive(Default)]
struct WaitingSelectors {
    by_labels: SelectorSet,
    /// The block of each of these.
    blocks: Vec<u32>,
    /// Those with names besides, which are tried one by one.
    terms: Vec<(u32, Vec<NodeTerm>)>,
}

impl Waiting {
    pub(super) fn new(dump: &Dump, table: &TieTable) -> Waiting {
        let mut waiting = Waiting::default();
        for (block, choice) in table.choices() {
            for namespace in namespaces(dump, choice) {
                let by_kind = match namespace {
                    Some(namespace) => waiting.of_namespaces.entry(namespace).or_default(),
                    None => &mut waiting.of_all_namespaces,
                };
                let known = by_kind.iter().position(|(target, _)| *target == choice.target);
                let nth = known.unwrap_or_else(|| {
                    by_kind.push((choice.target.clone(), WaitingSelectors::default()));
                    by_kind.len() - 1
                });
                by_kind[nth].1.insert(block, &choice.filter);
            }
        }
        waiting
    }

    /// The blocks whose selector selects an object, in their order.
    pub(super) fn selecting<L>(&self, identity: ObjectIdentity<'_>, labels: L) -> BTreeSet<u32>
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels = owned(labels);
        let is_about = |target: &Option<KindName>| {
            target.as_ref().is_none_or(|target| target.is(identity.api_version, identity.kind))
        };
        let there = self.of_namespaces.get(identity.namespace).into_iter().flatten();
        let about = there.chain(&self.of_all_namespaces).filter(|(target, _)| is_about(target));
        about.flat_map(|(_, selectors)| selectors.selecting(identity.name, &labels)).collect()
    }
}

impl WaitingSelectors {
    fn insert(&mut self, block: u32, filter: &ChoiceFilter) {
        match filter {
            ChoiceFilter::Labels(selector) => {
                self.by_labels.insert(selector.clone());
                self.blocks.push(block);
            }
            ChoiceFilter::Terms(terms) => self.terms.push((block, terms.clone())),
        }
    }

    fn selecting(&self, name: &str, labels: &[(String, String)]) -> Vec<u32> {
        let matching = self.by_labels.matching(labels);
        let by_labels = matching.iter().map(|id| self.blocks[id.index()]);
        let holds = |term: &NodeTerm| {
            term.labels.matches(labels) && term.names.iter().all(|(is_it, it)| (**it == *name) == *is_it)
        };
        let by_terms =
            self.terms.iter().filter(|(_, terms)| terms.iter().any(holds)).map(|(block, _)| *block);
        by_labels.chain(by_terms).collect()
    }
}

/// The namespaces in which something is selected; `None` for all.
fn namespaces(dump: &Dump, choice: &SelectorChoice) -> Vec<Option<Box<str>>> {
    if choice.namespaces.are_all {
        return vec![None];
    }
    let labelled = choice.namespaces.labelled.iter().flat_map(|selector| named(dump, selector));
    let mut names: Vec<Option<Box<str>>> =
        choice.namespaces.named.iter().cloned().chain(labelled).map(Some).collect();
    names.sort();
    names.dedup();
    names
}

fn named(dump: &Dump, selector: &Selector) -> Vec<Box<str>> {
    let scope = Scope::all().kind(Some(""), "Namespace");
    let namespaces = Plan::scoped(dump.store(), selector, &scope).run();
    namespaces.iter().map(|namespace| namespace.name().into()).collect()
}
