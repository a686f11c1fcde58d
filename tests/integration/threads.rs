//! A store that threads read while another changes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use selq::store::StoreEdit;
use selq::{Matches, Object, ObjectId, ObjectIdentity, Plan, Selector, SharedStore, Store};

use crate::public_api::types;

/// How many states the readers see before the writer ends.
const N_SEEN: usize = 200;
const N_OBJECTS: usize = 40;
/// What the budgets of all objects add up to in every state that is published.
const TOTAL: u64 = 1_000;

/// In every published state all objects are of one generation, and their budgets add up to [`TOTAL`].
fn first_state() -> Store {
    let mut builder = Store::builder();
    for at in 0..N_OBJECTS {
        let labels = labels(0, at);
        builder.push(ObjectIdentity::default(), labels.iter().map(|(key, value)| (*key, value.as_str())));
    }
    builder.finish()
}

/// How much of [`TOTAL`] the object at a place has: in each generation another one has all of it.
fn budget(generation: u64, at: usize) -> u64 {
    if at as u64 == generation % N_OBJECTS as u64 { TOTAL } else { 0 }
}

fn labels(generation: u64, at: usize) -> [(&'static str, String); 2] {
    [("generation", generation.to_string()), ("budget", budget(generation, at).to_string())]
}

/// Brings every object to the next generation, one after the other, and replaces one of them.
fn advance(edit: &mut StoreEdit, generation: u64) {
    let ids: Vec<ObjectId> = edit.store().objects().map(|object| object.id()).collect();
    let (oldest, rest) = ids.split_first().unwrap();
    for (at, &id) in rest.iter().enumerate() {
        assert!(edit.relabel(id, labels(generation, at)));
    }
    assert!(edit.remove(*oldest));
    edit.insert(Object::new("", "", "").with_labels(labels(generation, rest.len())));
}

fn budgets(matches: &Matches<'_>) -> u64 {
    matches.iter().filter_map(|object| object.label("budget")?.parse::<u64>().ok()).sum()
}

/// The generation of a state, which must be one that was published.
fn check(store: &Store) -> u64 {
    let generations = store.values("generation");
    assert_eq!((store.len(), generations.len()), (N_OBJECTS, 1), "{generations:?}");
    let generation = generations[0].value;
    let of_it: Selector = format!("generation={generation}").parse().unwrap();
    let plan = Plan::new(store, &of_it);
    assert_eq!(plan.count(), N_OBJECTS as u64);
    assert_eq!(budgets(&plan.run()), TOTAL);
    let rich: Selector = format!("budget={TOTAL}").parse().unwrap();
    assert_eq!(Plan::new(store, &rich).count(), 1);
    generation.parse().unwrap()
}

/// What the threads of a test know of each other.
struct Load {
    shared: SharedStore,
    is_done: AtomicBool,
    /// How many states all readers have seen, each counting its own.
    n_seen: AtomicUsize,
}

impl Load {
    /// Reads until the writer is done. Keeps up to `n_kept` states, to look at again later.
    fn read(&self, n_kept: usize) {
        let mut last = 0;
        let mut kept: Vec<(u64, Arc<Store>)> = Vec::new();
        while !self.is_done.load(Ordering::Acquire) {
            let snapshot = self.shared.snapshot();
            let generation = check(&snapshot);
            assert!(generation >= last, "time goes on: {last}, then {generation}");
            self.n_seen.fetch_add(usize::from(generation > last), Ordering::Relaxed);
            last = generation;
            kept.push((generation, snapshot));
            if kept.len() > n_kept {
                kept.drain(..).for_each(|(generation, snapshot)| assert_eq!(check(&snapshot), generation));
            }
        }
    }

    /// Publishes states until the readers have seen enough of them, or one has failed. Returns the last generation.
    fn write(&self, readers: &[ScopedJoinHandle<'_, ()>]) -> u64 {
        let mut generation = 0;
        let is_enough = || self.n_seen.load(Ordering::Relaxed) >= N_SEEN;
        while !is_enough() && !readers.iter().any(ScopedJoinHandle::is_finished) {
            generation += 1;
            self.shared.update(|edit| advance(edit, generation));
        }
        self.is_done.store(true, Ordering::Release);
        generation
    }
}

#[test]
fn readers_see_only_states_that_were_published() {
    let load = Load {
        shared: SharedStore::new(first_state()),
        is_done: AtomicBool::new(false),
        n_seen: AtomicUsize::new(0),
    };
    thread::scope(|scope| {
        // Some let go of what they read at once, some keep it while the writer goes on.
        let load = &load;
        let readers = [0, 0, 3, 20].map(|n_kept| scope.spawn(move || load.read(n_kept)));
        let last = load.write(&readers);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        assert_eq!(check(&load.shared.snapshot()), last);
    });
}

#[test]
fn no_change_of_several_writers_is_lost() {
    let shared = SharedStore::new(Store::new());
    thread::scope(|scope| {
        for writer in 0..4 {
            let shared = &shared;
            scope.spawn(move || {
                for _ in 0..100 {
                    shared.update(|edit| {
                        edit.insert(Object::new("", "", "").with_labels([("writer", writer.to_string())]));
                    });
                }
            });
        }
    });
    let snapshot = shared.snapshot();
    let counts: Vec<u64> = snapshot.values("writer").iter().map(|value| value.n_objects).collect();
    assert_eq!(counts, [100; 4]);
}

/// Asserts that types can be shared by threads, and gives their names.
macro_rules! shared {
    ($($type:ident $(<$($parameter:tt),+>)?),* $(,)?) => {{
        fn is_shared<T: Send + Sync>() {}
        $(is_shared::<$type $(<$($parameter),+>)?>();)*
        [$(stringify!($type)),*]
    }};
}

#[test]
fn every_type_can_be_shared() {
    #[allow(clippy::wildcard_imports, reason = "all that there is")]
    use selq::{
        diff::*, edit::*, kubernetes::audit::*, kubernetes::columns::*, kubernetes::endpoints::*,
        kubernetes::kinds::*, kubernetes::links::*, kubernetes::scheduling::*, kubernetes::*, label::*,
        load::*, path::*, plan::*, query::*, saved::*, selector::*, selector_set::*, sql::*, store::*,
        syntax::*, text::*, watch::*, *,
    };
    let shared = shared! {
        Absence<'static>, Answer, Check, Dump, EditError, Error, Explanation, Expr<Requirement>, IndexError, IndexErrorKind,
        Input, InputReader, Integer, KeptObjects, KeyCount<'static>, KeyFacts<'static>, KindFacts<'static>, LabelChange, LabelPart,
        LabelEdits, LabelEditsIter<'static>, LabelError, LabelErrorKind, LabelKey, LabelSelector, LabelSelectorError,
        LabelSelectorErrorKind, LabelSelectorOperator, LabelSelectorRequirement, LabelValue, LeftOut, ListKind,
        LoadError, LoadErrorKind, Loader, Matcher<'static>, Matches<'static>, NamespaceFacts<'static>, Notice, Origin, Object,
        ObjectChange,
        ObjectId, ObjectIdentity<'static>, ObjectIds<'static>, ObjectLabels<'static>, ObjectRef<'static>, Objects<'static, 'static>, Operator, Outcome,
        Overwrite, ParseError, ParseErrorKind, Pass, PatchOperation, Path, PathError, Paths, Plan<'static>, Pointer, PointerError,
        Progress, ReadObject<'static>, Requirement, Rewrite, SavedIndex, Scan, Scope, Selector,
        SelectorChanges, SelectorId, SelectorIds, SelectorIdsIter<'static>, SelectorSet, SelectorSet<Query>, Selectors<'static>, Selectors<'static, Query>, NotAboutLabels, SharedStore, SharedWatchedStore, Quoted<'_>, Span, Step, Store, StoreBuilder,
        StoreEdit, StoreMemory, StoreObjects<'static>, Transition, Unanswered, ValueFacts<'static>, ValueSet, Expected, SyntaxError, Token, TokenKind, Kind, KindFilter, Kinds, Quantity, QuantityError, QuantityFormat, WatchEvent, WatchReader, WatchedStore,
        DerivedLink, Gap, Links<'static>, NeedsDump, LinkPlace, LinkPlaces, LinkPlacesError, Relation, Tie<'static>,
        KubectlCall, KubectlCalls, Columns, Context, Expression, Field, FunctionCall, NoColumn, Pattern, Predicate, Query, QueryMatcher<'static>, QueryOperator, Subject, SubjectReader, SubjectValue, Test,
        AuditReport, AuditRule, EndpointState, Finding, ListedEndpoint, QueryRule, QueryRuleError, Severity, UnjudgedRule, Endpoint, EndpointPort, IpFamily, LegacyEndpoint, PodNode, ServiceEndpoints, Function, FunctionRow, Parameter, Role, Age, AgeError, ObjectJson<'static>, Reads, QosClass, Time, TimeError, DiffBy, DiffSide<'static>, ObjectDifference, KubectlColumn, KubectlTable, AlikePods, TemplateCompletion, Scheduler<'static>, Verdict<'static>, FoldedNodes, MessageComparison, NodeGroup, NodeReason, NodeScores, RejectionCause, SchedulerPlugin, SchedulingChange, SchedulingFix, SchedulingPod, WorkloadPlaces,
        FieldOperator, FieldRequirement, FieldSelector, FieldSelectorError, FieldSelectorErrorKind,
        SqlColumns, SqlDialect, SqlError, SqlPredicate,
    };
    for name in types() {
        assert!(shared.contains(&name.as_str()), "{name} is not asserted");
    }
}
