//! What is loaded, and what is set.

use anyhow::Result;
use selq::query::Columns;
use selq::{Dump, Matches, Plan, Query, Scope, Selector, Store};

use super::super::history::History;
use super::super::settings::Settings;
use crate::args::{InputArgs, ReplArgs};
use crate::commands::stats;
use crate::config::Config;
use crate::input::Loaded;
use crate::selection::Selection;
use crate::selection::wanted::Wanted;
use crate::terminal::message::counted;
use crate::typing::names::{NamedError, Names};

/// What answers come from and depend on.
pub(crate) struct SessionState {
    pub(crate) config: Config,
    /// How dumps are read.
    pub(crate) input: InputArgs,
    pub(crate) loaded: Loaded,
    /// The namespace and kind that answers are narrowed to, as they were typed.
    pub(crate) selection: Selection,
    /// The same as the store knows them.
    pub(crate) scope: Scope,
    /// What was read of the objects for queries. It holds until labels or the dump change.
    pub(crate) columns: Columns,
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    pub(crate) history: History,
}

impl SessionState {
    pub(super) fn new(args: &ReplArgs, config: Config, settings: Settings, loaded: Loaded) -> SessionState {
        // Every line may be a query, so that one may be told as help.
        let selection = Selection::scoped(args.namespace.clone(), args.kind.clone()).taking_queries();
        SessionState {
            scope: selection.scope(loaded.dump.store()),
            input: args.input.clone(),
            columns: Columns::new(),
            history: History::default(),
            names: Names::default(),
            config,
            loaded,
            selection,
            settings,
        }
    }

    pub(crate) fn dump(&self) -> &Dump {
        &self.loaded.dump
    }

    pub(crate) fn store(&self) -> &Store {
        self.loaded.dump.store()
    }

    /// What a text selects, as a line or as the argument of a command: a selector, in which names may stand, or a query.
    pub(crate) fn wanted(&self, text: &str) -> std::result::Result<Wanted, NamedError> {
        // First as a selector, in which alone names may stand.
        match self.names.selector(text) {
            Ok(selector) => Ok(Wanted::from(selector)),
            Err(NamedError::Selector(_)) => match text.parse::<Query>() {
                Ok(query) => Ok(Wanted::from(query)),
                // What is neither is told as a query: that error knows of more that may be meant.
                Err(error) => Err(NamedError::Selector(error)),
            },
            Err(error) => Err(error),
        }
    }

    /// Reads of the objects what is not read yet of what is wanted.
    pub(crate) fn read_for(&mut self, wanted: &Wanted) {
        let context = self.selection.context(&self.loaded.dump);
        wanted.read_columns(&self.loaded.dump, &mut self.columns, &context);
    }

    /// How what was [read for](SessionState::read_for) is found within the namespace and kind that are chosen.
    pub(crate) fn plan_for(&self, wanted: &Wanted) -> Result<Plan<'_>> {
        self.plan_in(wanted, &self.scope)
    }

    /// The same in another scope.
    pub(crate) fn plan_in(&self, wanted: &Wanted, scope: &Scope) -> Result<Plan<'_>> {
        let context = self.selection.context(&self.loaded.dump);
        wanted.plan(self.store(), &self.columns, scope, &context)
    }

    /// How a selector is answered within the namespace and kind that are chosen.
    pub(crate) fn plan(&self, selector: &Selector) -> Plan<'_> {
        Plan::scoped(self.store(), selector, &self.scope)
    }

    /// The objects of the namespace and kind that are chosen.
    pub(crate) fn in_scope(&self) -> Matches<'_> {
        self.plan(&Selector::everything()).run()
    }

    /// Finds out what the namespace and kind are called in the store.
    pub(crate) fn rescope(&mut self) {
        self.scope = self.selection.scope(self.store());
    }

    /// What is loaded, in a line.
    pub(crate) fn summary(&self) -> String {
        let store = self.store();
        let n = |n: usize, one: &str| counted(n as u64, one);
        let n_namespaces = store.namespaces().iter().filter(|fact| !fact.namespace.is_empty()).count();
        let n_kinds = store.kinds().iter().filter(|fact| !fact.kind.is_empty()).count();
        format!(
            "{}, {}, {}, {} in {}",
            n(store.len(), "object"),
            n(n_kinds, "kind"),
            n(n_namespaces, "namespace"),
            n(store.keys().len(), "key"),
            stats::shown(self.loaded.read_time + self.loaded.index_time)
        )
    }
}
