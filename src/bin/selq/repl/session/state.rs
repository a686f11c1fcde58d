//! What is loaded, and what is set.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use selq::query::{Columns, Context};
use selq::{Dump, Matches, Plan, Scope, Selector, Store};

use super::super::history::History;
use super::super::settings::Settings;
use crate::args::{InputArgs, InputFile, KubectlGet, ReplArgs};
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
    /// What was read.
    pub(crate) files: Vec<InputFile>,
    /// The dump, which is also read while the user types.
    pub(crate) loaded: Arc<Dump>,
    /// How long it took to load.
    load_time: Duration,
    /// The namespace and kind that answers are narrowed to, as they were typed.
    pub(crate) selection: Selection,
    /// The same as the store knows them.
    pub(crate) scope: Scope,
    /// What was read of the objects for the last answer. It holds until labels or the dump change.
    pub(crate) columns: Arc<Columns>,
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    pub(crate) history: History,
}

impl SessionState {
    pub(super) fn new(args: &ReplArgs, config: Config, settings: Settings, loaded: Loaded) -> SessionState {
        let namespaces = if args.all_namespaces { Vec::new() } else { args.namespace.clone() };
        // Every line may be a query, so that one may be told as help.
        let selection = Selection::scoped(namespaces, args.kind.clone()).taking_queries();
        SessionState {
            scope: selection.scope(loaded.dump.store()),
            load_time: loaded.read_time + loaded.index_time,
            loaded: Arc::new(loaded.dump),
            input: args.input.clone(),
            files: args.input.source.inputs(),
            columns: Arc::default(),
            history: History::default(),
            names: Names::default(),
            config,
            selection,
            settings,
        }
    }

    pub(crate) fn dump(&self) -> &Dump {
        &self.loaded
    }

    pub(crate) fn store(&self) -> &Store {
        self.loaded.store()
    }

    /// Whether all objects that may be answered are of one namespace, besides those that are in none.
    pub(super) fn is_of_one_namespace(&self) -> bool {
        let is_of_one = |file: &InputFile| file.get.as_ref().is_some_and(|get| get.namespace.is_one());
        let is_fetched_of_one = !self.files.is_empty() && self.files.iter().all(is_of_one);
        self.selection.is_of_one_namespace() || is_fetched_of_one
    }

    /// The kinds that are chosen, or else those that were fetched, as they were called.
    pub(super) fn asked_kinds(&self) -> Vec<String> {
        let fetched = self.files.iter().filter_map(|file| file.get.as_ref()).flat_map(KubectlGet::kinds);
        match self.selection.kinds.is_empty() {
            true => fetched.map(str::to_owned).collect(),
            false => self.selection.kinds.clone(),
        }
    }

    /// What a text asks for, as a line or as the argument of a command: a query, in which names may stand.
    pub(crate) fn wanted(&self, text: &str) -> std::result::Result<Wanted, NamedError> {
        self.names.query(text).map(Wanted::from)
    }

    /// Takes another dump in place of the one that is loaded.
    pub(super) fn replace(&mut self, files: Vec<InputFile>, loaded: Loaded) {
        self.files = files;
        self.load_time = loaded.read_time + loaded.index_time;
        self.loaded = Arc::new(loaded.dump);
        self.rescope();
    }

    /// What queries are asked with.
    pub(crate) fn asked_with(&self) -> Context {
        self.selection.context(&self.loaded)
    }

    /// How what was [read](super::Session::read_for) is found within the namespace and kind that are chosen.
    pub(crate) fn plan_for(&self, wanted: &Wanted) -> Result<Plan<'_>> {
        self.plan_in(wanted, &self.scope)
    }

    /// The same in another scope.
    pub(crate) fn plan_in(&self, wanted: &Wanted, scope: &Scope) -> Result<Plan<'_>> {
        wanted.plan(self.store(), &self.columns, scope, &self.asked_with())
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
            stats::shown(self.load_time)
        )
    }
}
