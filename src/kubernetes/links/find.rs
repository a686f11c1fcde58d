//! The objects that selectors select.

use std::collections::HashMap;

use roaring::{MultiOps, RoaringBitmap};

use super::super::places::KindName;
use super::choice::{ChoiceFilter, NodeTerm, SelectorChoice};
use super::realm::Realm;
use crate::{Plan, Scope, Selector, parallel};

/// Fewer selectors are answered before another thread has begun.
const MIN_PER_THREAD: usize = 64;

/// The objects that each of some choices selects, in their order.
pub(super) fn find_all(realm: &Realm<'_>, choices: &[SelectorChoice]) -> Vec<RoaringBitmap> {
    let finder = ChoiceFinder::new(realm, choices);
    let find =
        |choices: &[SelectorChoice]| choices.iter().map(|choice| finder.find(choice)).collect::<Vec<_>>();
    parallel::in_parts(choices, MIN_PER_THREAD, find).into_iter().flatten().collect()
}

struct ChoiceFinder<'r, 'd> {
    realm: &'r Realm<'d>,
    /// The namespaces that are selected by their labels, worked out once for each selector.
    labelled: HashMap<&'r Selector, Vec<&'d str>>,
}

impl<'r, 'd> ChoiceFinder<'r, 'd> {
    fn new(realm: &'r Realm<'d>, choices: &'r [SelectorChoice]) -> ChoiceFinder<'r, 'd> {
        let mut labelled = HashMap::new();
        for selector in choices.iter().filter_map(|choice| choice.namespaces.labelled.as_ref()) {
            labelled.entry(selector).or_insert_with(|| namespaces(realm, selector));
        }
        ChoiceFinder { realm, labelled }
    }

    fn find(&self, choice: &SelectorChoice) -> RoaringBitmap {
        let Some(scope) = self.scope(choice) else { return RoaringBitmap::new() };
        let mut found = match &choice.filter {
            ChoiceFilter::Labels(selector) => self.labelled(selector, &scope),
            ChoiceFilter::Terms(terms) => terms.iter().map(|term| self.of_term(term, &scope)).union(),
        };
        choice.but.into_iter().for_each(|id| {
            found.remove(id);
        });
        found
    }

    fn labelled(&self, selector: &Selector, scope: &Scope) -> RoaringBitmap {
        self.realm.narrowed(Plan::scoped(self.realm.store(), selector, scope).run().to_bitmap())
    }

    fn of_term(&self, term: &NodeTerm, scope: &Scope) -> RoaringBitmap {
        let mut found = self.labelled(&term.labels, scope);
        for (is_it, name) in &term.names {
            let is_called = |id: &u32| self.realm.object(*id).is_some_and(|node| *node.name() == **name);
            found = found.into_iter().filter(|id| is_called(id) == *is_it).collect();
        }
        found
    }

    /// Where is looked; `None` where that is nowhere.
    fn scope(&self, choice: &SelectorChoice) -> Option<Scope> {
        let mut scope = of_kind(choice.target.as_ref());
        let namespaces = &choice.namespaces;
        if namespaces.are_all {
            return Some(scope);
        }
        let named = namespaces.named.iter().map(|name| &**name);
        let labelled = namespaces.labelled.as_ref().and_then(|selector| self.labelled.get(selector));
        let mut names = named.chain(labelled.into_iter().flatten().copied()).peekable();
        // A scope that names no namespace is one of all.
        names.peek()?;
        for name in names {
            scope = scope.namespace(name);
        }
        Some(scope)
    }
}

fn of_kind(target: Option<&KindName>) -> Scope {
    match target {
        Some(name) => Scope::all().kind(Some(&name.group), &*name.kind),
        None => Scope::all(),
    }
}

/// The names of the namespaces that a selector selects.
fn namespaces<'d>(realm: &Realm<'d>, selector: &Selector) -> Vec<&'d str> {
    let scope = Scope::all().kind(Some(""), "Namespace");
    let found = realm.narrowed(Plan::scoped(realm.store(), selector, &scope).run().to_bitmap());
    found.into_iter().filter_map(|id| Some(realm.object(id)?.name())).collect()
}
