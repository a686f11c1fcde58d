//! Who selects, owns, runs and uses whom: what the objects of a dump have to do with each other.
//!
//! [`Links`] reads of the objects what the table of [`LinkPlaces`] says, a relation at a time and not before it is asked for. What
//! an object holds at a place is a [`Tie`]: a selector or a name, with all that it leads to, which may be nothing.
//!
//! In here, `realm` alone decides which objects may join at all; `held` reads what stands at the places; `choice` says
//! what a selector selects, whichever form it is in, and `find` finds that, equal ones once; `names` finds what is
//! referred to by name, and `owners` what is by uid; `ties` keeps what was found, as sets that are shared, and `waiting`
//! answers the other way round for objects that are in no store.
//!
//! The relations of the query language are made of the same sets ([`Columns`](crate::query::Columns) holds them). The plans
//! know them as pairs of objects, and nothing of kinds.

mod choice;
mod derived;
mod endpoint;
mod faults;
mod find;
mod held;
mod names;
mod owners;
mod realm;
mod ties;
mod waiting;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

pub(in crate::kubernetes) use choice::{Namespaces, label_selector};
pub use derived::DerivedLink;
pub use endpoint::{EndpointState, ListedEndpoint};
pub(in crate::kubernetes) use faults::{FaultKind, SelectorFault};
pub(in crate::kubernetes) use names::DanglingName;
pub(in crate::kubernetes) use owners::OwnerReference;
pub use ties::Tie;

use super::object::ObjectJson;
use super::places::{LinkPlace, LinkPlaces};
use super::relation::Relation;
use crate::json::Reads;
use crate::store::{Column, PairSet};
use crate::{Dump, Label, ObjectId, ObjectIdentity, parallel};
use choice::SelectorChoice;
use held::{HeldValue, Holder};
use names::{NameIndex, Reference};
use owners::{Ownership, ReadBeside};
pub(in crate::kubernetes) use realm::{Realm, realms};
use ties::{NO_PLACE, TieBuilder, TieTable};
use waiting::Waiting;

/// What the objects of a dump have to do with each other.
///
/// Each relation is worked out when it is first asked for, over all objects of the dump, and kept. The dump stays borrowed,
/// so that it cannot change meanwhile: after a change, links are made anew.
///
/// ```
/// use selq::kubernetes::{Links, Relation};
/// use selq::{Input, Loader};
///
/// let dump = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"}}}
///     {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","labels":{"app":"web"}}}"#;
/// let dump = Loader::new().load([Input::Bytes { name: "dump".into(), bytes: dump.into() }])?;
/// let links = Links::new(&dump);
/// let ties: Vec<_> = links.ties(Relation::Selects).collect();
/// assert_eq!((ties[0].at(), ties[0].selector().as_deref()), (".spec.selector", Some("app=web")));
/// assert_eq!(ties[0].targets().count(), 1);
/// # Ok::<(), selq::LoadError>(())
/// ```
pub struct Links<'d> {
    dump: &'d Dump,
    places: LinkPlaces,
    tables: [OnceLock<TieTable>; Relation::ALL.len()],
    waiting: [OnceLock<Waiting>; Relation::ALL.len()],
    /// What the objects of each realm say of their owners.
    owned: OnceLock<Vec<Ownership>>,
}

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 64;

impl<'d> Links<'d> {
    /// The links of a dump by the built-in table of places. Nothing is read yet.
    #[must_use]
    pub fn new(dump: &'d Dump) -> Links<'d> {
        Links::with_places(dump, LinkPlaces::built_in())
    }

    /// The same by another table.
    #[must_use]
    pub fn with_places(dump: &'d Dump, places: LinkPlaces) -> Links<'d> {
        Links {
            dump,
            places,
            tables: Default::default(),
            waiting: Default::default(),
            owned: OnceLock::new(),
        }
    }

    /// The dump.
    #[must_use]
    pub fn dump(&self) -> &'d Dump {
        self.dump
    }

    /// The table of places.
    #[must_use]
    pub fn places(&self) -> &LinkPlaces {
        &self.places
    }

    /// All that objects hold of a relation, in the order of the objects; also what leads nowhere.
    pub fn ties(&self, relation: Relation) -> impl ExactSizeIterator<Item = Tie<'_>> {
        self.table(relation).iter()
    }

    /// What one object holds of a relation, in the order in which it stands there.
    pub fn ties_of(&self, relation: Relation, id: ObjectId) -> impl ExactSizeIterator<Item = Tie<'_>> {
        self.table(relation).of(id)
    }

    /// What other objects, and perhaps itself, hold of a relation that leads to an object.
    #[must_use]
    pub fn ties_to(&self, relation: Relation, id: ObjectId) -> Vec<Tie<'_>> {
        self.table(relation).to(id)
    }

    /// The selectors that would select an object with these labels which is in no store, or in another one: of a pod that a
    /// template makes, say. Only those that select or mention are asked.
    #[must_use]
    pub fn ties_for<L>(&self, relation: Relation, identity: ObjectIdentity<'_>, labels: L) -> Vec<Tie<'_>>
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let table = self.table(relation);
        let waiting = self.waiting[place_of(relation)].get_or_init(|| Waiting::new(self.dump, table));
        let blocks = waiting.selecting(identity, labels);
        blocks.into_iter().flat_map(|block| table.by_block(block)).collect()
    }

    /// The kinds that selectors of a relation ask for, or that it is about, of which there is no object.
    #[must_use]
    pub fn missing_kinds(&self, relation: Relation) -> Vec<String> {
        let occurs = |kind: &str| self.dump.store().kinds().iter().any(|fact| fact.kind == kind);
        let needed: &[&str] = match relation {
            Relation::Runs => &["Node", "Pod"],
            Relation::Holds => &["Namespace"],
            Relation::About => &["Event"],
            _ => &[],
        };
        let mut missing: Vec<String> =
            needed.iter().filter(|kind| !occurs(kind)).map(|kind| (*kind).to_owned()).collect();
        for target in self.table(relation).targets().filter(|target| !occurs(&target.kind)) {
            let name = target.to_string();
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
        missing
    }

    /// What is wrong with how selectors of a relation are written.
    pub(in crate::kubernetes) fn faults(&self, relation: Relation) -> &[SelectorFault] {
        self.table(relation).faults()
    }

    /// The names of a relation that no object has, though it has to be there and others of its kind are in the namespace.
    pub(in crate::kubernetes) fn dangling(&self, relation: Relation) -> &[DanglingName] {
        self.table(relation).dangling()
    }

    /// The pairs of a relation.
    pub(crate) fn pairs(&self, relation: Relation) -> Arc<PairSet> {
        Arc::clone(self.table(relation).pairs())
    }

    /// The topmost controller of each object, and how many are told by a hash alone.
    pub(crate) fn workloads(&self) -> (Column, u64) {
        let mut all = crate::store::ColumnBuilder::default();
        let mut n_by_hash = 0;
        for (nth, realm) in realms(self.dump).iter().enumerate() {
            let found = self.owned()[nth].workloads(realm);
            all.append(found.column);
            n_by_hash += found.n_by_hash;
        }
        (all.finish(), n_by_hash)
    }

    /// The topmost controller of each object that has one, as `Kind/name`.
    pub(in crate::kubernetes) fn workload_names(&self) -> HashMap<u32, String> {
        let (column, _) = self.workloads();
        let mut workloads = HashMap::new();
        for number in 0..column.len() {
            let ids = column.having(number).to_vec().into_iter();
            workloads.extend(ids.map(|id| (id, column.value(number).to_owned())));
        }
        workloads
    }

    /// The owner that an object says controls it, whether it is there or not. Owners are read once, of all objects.
    pub(in crate::kubernetes) fn controller(&self, id: ObjectId) -> Option<&OwnerReference> {
        self.owned().iter().find_map(|ownership| ownership.controller(id.0))
    }

    /// What is to be read of some objects, which is done with the owners of all if these were not read yet: in no order, as each
    /// cluster is read by itself.
    pub(in crate::kubernetes) fn read_with_owners<T: Send>(
        &self,
        objects: &RoaringBitmap,
        reads: &Reads,
        look: impl Fn(ObjectId, &ObjectJson<'_>) -> T + Sync,
    ) -> Vec<T> {
        let beside = ReadBeside { objects, reads, look };
        let mut found = None;
        self.owned.get_or_init(|| {
            let (owned, read) = self.read_owners(&beside);
            found = Some(read);
            owned
        });
        found.unwrap_or_else(|| self.read_owners(&beside).1)
    }

    /// What the objects of each realm say of their owners.
    fn owned(&self) -> &[Ownership] {
        self.owned.get_or_init(|| {
            let (objects, reads) = (RoaringBitmap::new(), Reads::nothing());
            let look = |_, _: &ObjectJson<'_>| ();
            self.read_owners(&ReadBeside { objects: &objects, reads: &reads, look }).0
        })
    }

    fn read_owners<T: Send>(
        &self,
        beside: &ReadBeside<'_, impl Fn(ObjectId, &ObjectJson<'_>) -> T + Sync>,
    ) -> (Vec<Ownership>, Vec<T>) {
        let read = realms(self.dump).iter().map(|realm| Ownership::read(realm, beside)).unzip();
        let (owned, found): (Vec<Ownership>, Vec<Vec<T>>) = read;
        (owned, found.into_iter().flatten().collect())
    }

    fn table(&self, relation: Relation) -> &TieTable {
        self.tables[place_of(relation)].get_or_init(|| {
            let mut builder = TieBuilder::new(relation);
            for (nth, realm) in realms(self.dump).iter().enumerate() {
                self.tie(nth, realm, relation, &mut builder);
            }
            builder.finish(&self.places)
        })
    }

    /// Works out a relation among the objects of a realm, which is the `nth`.
    fn tie(&self, nth: usize, realm: &Realm<'_>, relation: Relation, builder: &mut TieBuilder) {
        match relation {
            Relation::Selects | Relation::Mentions => self.tie_selected(realm, relation, builder),
            Relation::Uses | Relation::Runs | Relation::About => self.tie_named(realm, relation, builder),
            Relation::Owns => self.owned()[nth].tie(realm, builder),
            Relation::Holds => tie_namespaces(realm, builder),
        }
    }

    fn tie_selected(&self, realm: &Realm<'_>, relation: Relation, builder: &mut TieBuilder) {
        let held = self.read(realm, relation, |place, holder, value| {
            let chosen = choice::at_place(place, holder, value.json);
            let faults = faults::at_place(place, holder, value);
            (chosen.is_some() || !faults.is_empty()).then_some((chosen, faults))
        });
        // Each choice is moved to where it is kept, since most of the time would go into copies of selectors.
        let mut numbers: HashMap<SelectorChoice, usize, RandomState> = HashMap::default();
        let mut rows = Vec::with_capacity(held.len());
        for Held { from, place, at, what: (chosen, faults) } in held {
            faults.into_iter().for_each(|fault| builder.fault(from, fault));
            let Some(chosen) = chosen else { continue };
            let number = chosen.map(|choice| {
                let next = numbers.len();
                *numbers.entry(choice).or_insert(next)
            });
            rows.push((from, place, at, number));
        }
        let mut numbered: Vec<(SelectorChoice, usize)> = numbers.into_iter().collect();
        numbered.sort_unstable_by_key(|(_, number)| *number);
        let choices: Vec<SelectorChoice> = numbered.into_iter().map(|(choice, _)| choice).collect();
        let found = find::find_all(realm, &choices);
        let blocks = choices.into_iter().zip(found);
        let blocks: Vec<u32> = blocks.map(|(choice, found)| builder.selected(Ok(choice), found)).collect();
        for (from, place, at, number) in rows {
            let block = match number {
                Ok(number) => blocks[number],
                Err(problem) => builder.selected(Err(problem), RoaringBitmap::new()),
            };
            builder.tie(from, block, &at, place);
        }
    }

    fn tie_named(&self, realm: &Realm<'_>, relation: Relation, builder: &mut TieBuilder) {
        let held = self.read(realm, relation, names::at_place);
        let uid_of = |id| owners::uid_of(realm, id);
        let mut index = NameIndex::new(realm, &uid_of);
        if relation == Relation::Runs {
            return tie_running(&held, &mut index, builder);
        }
        let mut blocks: HashMap<u32, u32> = HashMap::new();
        for Held { from, place, at, what } in &held {
            let targets = index.get(what);
            if targets.is_empty() && index.is_dangling(what) {
                builder.dangling(what.dangling(*from, at));
            }
            for target in targets {
                let block = *blocks
                    .entry(target)
                    .or_insert_with(|| builder.named(RoaringBitmap::from_iter([target])));
                builder.tie(*from, block, at, *place);
            }
        }
    }

    /// Reads what stands at the places of a relation, in the order of the objects.
    fn read<T: Send>(
        &self,
        realm: &Realm<'_>,
        relation: Relation,
        read: impl Fn(&LinkPlace, &Holder<'_>, &HeldValue<'_, '_>) -> Option<T> + Sync,
    ) -> Vec<Held<T>> {
        let mut all = Vec::new();
        for (api_version, kind, objects) in realm.kinds() {
            let places = self.places.of(relation, api_version, kind);
            if places.is_empty() || objects.is_empty() {
                continue;
            }
            let reads = held::reads(places.iter().map(|(_, place)| *place));
            let needed = held::needed_names(places.iter().map(|(_, place)| *place));
            let may_hold = |id: &u32| needed.as_ref().is_none_or(|it| realm.dump.may_have(ObjectId(*id), it));
            let ids: Vec<u32> = objects.iter().collect();
            let of_part = |ids: &[u32]| {
                let mut held = Vec::new();
                let ids = ids.iter().copied().filter(may_hold);
                ids.for_each(|id| read_object(realm, id, &places, &reads, &read, &mut held));
                held
            };
            all.extend(parallel::in_parts(&ids, MIN_PER_THREAD, of_part).into_iter().flatten());
        }
        all
    }
}

/// What an object holds at a place.
struct Held<T> {
    from: u32,
    place: u32,
    at: Box<str>,
    what: T,
}

fn read_object<T>(
    realm: &Realm<'_>,
    id: u32,
    places: &[(u32, &LinkPlace)],
    reads: &Reads,
    read: impl Fn(&LinkPlace, &Holder<'_>, &HeldValue<'_, '_>) -> Option<T>,
    held: &mut Vec<Held<T>>,
) {
    let Some(object) = realm.object(id) else { return };
    let json = realm.dump.json(ObjectId(id));
    let json = ObjectJson::reading(&json, reads);
    let holder = Holder::new(object, &json);
    for (number, place) in places {
        holder.each(place, |value| {
            if let Some(what) = read(place, &holder, &value) {
                held.push(Held { from: id, place: *number, at: value.at().into(), what });
            }
        });
    }
}

/// A pod names its node, and it is the node that runs the pod.
fn tie_running(held: &[Held<Reference>], index: &mut NameIndex<'_, '_>, builder: &mut TieBuilder) {
    let mut pods: HashMap<(u32, &str), (u32, RoaringBitmap)> = HashMap::new();
    for Held { from, place, at, what } in held {
        for node in index.get(what) {
            pods.entry((node, at)).or_insert_with(|| (*place, RoaringBitmap::new())).1.insert(*from);
        }
    }
    let mut pods: Vec<_> = pods.into_iter().collect();
    pods.sort_by_key(|((node, at), _)| (*node, *at));
    for ((node, at), (place, pods)) in pods {
        let block = builder.named(pods);
        builder.tie(node, block, at, place);
    }
}

/// What is in each namespace whose object is there.
fn tie_namespaces(realm: &Realm<'_>, builder: &mut TieBuilder) {
    let namespaces =
        realm.kinds().filter(|(api_version, kind, _)| *kind == "Namespace" && !api_version.contains('/'));
    for (_, _, objects) in namespaces {
        for object in objects.iter().filter_map(|id| realm.object(id)) {
            let block = builder.named(realm.in_namespace(object.name()));
            builder.tie(object.id().0, block, ".metadata.name", NO_PLACE);
        }
    }
}

fn place_of(relation: Relation) -> usize {
    // Enum variants are numbered in the order of `Relation::ALL`, which a test holds.
    relation as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::LabelChange;
    use crate::{Input, Loader, Query};

    fn loaded(objects: &[&str]) -> Dump {
        let bytes = objects.join("\n").into_bytes();
        Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap()
    }

    /// What is held in the dump, a line a place.
    fn held(dump: &Dump, relation: Relation) -> Vec<String> {
        let links = Links::new(dump);
        let line = |tie: Tie<'_>| {
            let names = tie.targets().filter_map(|id| dump.store().get(id)).map(|object| object.name());
            let names = names.collect::<Vec<_>>().join(" ");
            let by = tie.selector().or_else(|| tie.problem().map(|it| format!("! {it}"))).unwrap_or_default();
            format!("{} {by} -> {names}", tie.at())
        };
        links.ties(relation).map(line).collect()
    }

    const PODS: [&str; 3] = [
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"x","labels":{"app":"web"}}}"#,
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","namespace":"y","labels":{"app":"web"}}}"#,
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c","namespace":"istio-system","labels":{"app":"web"}}}"#,
    ];

    #[test]
    fn relations_stand_where_they_are_looked_for() {
        for (nth, relation) in Relation::ALL.into_iter().enumerate() {
            assert_eq!(place_of(relation), nth);
            assert_eq!(Relation::named(relation.as_str()), Some(relation));
        }
    }

    #[test]
    fn what_is_no_selector_selects_nothing_and_says_why() {
        let with = |kind: &str, spec: &str| {
            let object = format!(
                r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"namespace":"x"}},"spec":{spec}}}"#
            );
            held(&loaded(&[PODS[0], &object]), Relation::Selects).join("|")
        };
        assert_eq!(with("Service", r#"{"selector":{"app":"web"}}"#), ".spec.selector app=web -> a");
        assert_eq!(
            with("Service", r#"{"selector":{"app":"w b"}}"#).split(" !").next(),
            Some(".spec.selector")
        );
        assert_eq!(
            with("Service", r#"{"selector":[]}"#),
            ".spec.selector ! expected a map from key to value -> "
        );
        assert_eq!(with("Service", r#"{"selector":null}"#), "");
        assert_eq!(with("Service", r#"{"selector":{"app":null}}"#), ".spec.selector app= -> ");
    }

    #[test]
    fn labels_that_came_later_are_looked_at() {
        let line = "ConfigMap | .metadata.labels.environment | name | Namespace | cluster | - | - | uses | - | d here";
        let places = LinkPlaces::built_in().with(line).unwrap();
        let mut dump = loaded(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","labels":{}}}"#,
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"prod"}}"#,
        ]);
        let n_ties = |dump: &Dump| Links::with_places(dump, places.clone()).ties(Relation::Uses).len();
        assert_eq!(n_ties(&dump), 0);
        let changes = LabelChange::all([("", ""); 0], [("environment", "prod")]);
        assert!(dump.relabel(ObjectId(0), &changes).unwrap());
        assert_eq!(n_ties(&dump), 1);
    }

    #[test]
    fn terms_about_nodes_are_written_as_a_query() {
        let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"affinity":{"nodeAffinity":
            {"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
            {"matchExpressions":[{"key":"zone","operator":"In","values":["b","a"]},{"key":"n","operator":"Gt","values":["5"]}]},
            {"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]},{},
            {"matchExpressions":[{"key":"zone","operator":"Near","values":["a"]}]}]}}}}}"#.replace('\n', "");
        let node = |name: &str, labels: &str| {
            format!(r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{name}","labels":{labels}}}}}"#)
        };
        let nodes =
            [node("n1", "{}"), node("n2", r#"{"zone":"a","n":"6"}"#), node("n3", r#"{"zone":"a","n":"5"}"#)];
        let dump = loaded(&[&pod, &nodes[0], &nodes[1], &nodes[2]]);
        let links = Links::new(&dump);
        let selector = links.ties(Relation::Mentions).next().and_then(|tie| tie.selector()).unwrap();
        assert_eq!(selector, "(n>5,zone in (a,b)) || name(n1)");
        assert!(selector.parse::<Query>().is_ok());
        assert!(held(&dump, Relation::Mentions)[0].ends_with(" -> n1 n2"));
    }

    #[test]
    fn namespaces_are_those_that_the_place_says() {
        let of = |api: &str, kind: &str, namespace: &str, spec: &str| {
            let object = format!(
                r#"{{"apiVersion":"{api}","kind":"{kind}","metadata":{{"name":"it","namespace":"{namespace}"}},"spec":{spec}}}"#
            );
            held(&loaded(&[PODS[0], PODS[1], PODS[2], &object]), Relation::Selects).join("|")
        };
        let policy = |namespace| of("security.istio.io/v1", "AuthorizationPolicy", namespace, "{}");
        assert_eq!(policy("x"), ".spec.selector.matchLabels  -> a");
        assert_eq!(policy("istio-system"), ".spec.selector.matchLabels  -> a b c");
        let monitor = |spec| of("monitoring.coreos.com/v1", "PodMonitor", "x", spec);
        assert_eq!(monitor(r#"{"selector":{}}"#), ".spec.selector  -> a");
        assert_eq!(monitor(r#"{"namespaceSelector":{"any":true}}"#), ".spec.selector  -> a b c");
        assert_eq!(
            monitor(r#"{"namespaceSelector":{"matchNames":["y","z"]}}"#),
            ".spec.selector namespace(y,z) -> b"
        );
    }

    #[test]
    fn the_pods_of_a_template_are_selected_as_if_they_were_there() {
        let service = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"x"},"spec":{"selector":{"app":"db"}}}"#;
        let dump = loaded(&[PODS[0], service]);
        let links = Links::new(&dump);
        let pod = |namespace| ObjectIdentity { api_version: "v1", kind: "Pod", namespace, name: "" };
        let count = |namespace, labels: [(&str, &str); 1]| {
            links.ties_for(Relation::Selects, pod(namespace), labels).len()
        };
        assert_eq!(
            [count("x", [("app", "db")]), count("y", [("app", "db")]), count("x", [("app", "web")])],
            [1, 0, 0]
        );
    }

    #[test]
    fn what_follows_from_several_links_names_what_is_between() {
        let target = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"x"},"spec":{"selector":{"matchLabels":{"app":"web"}}}}"#;
        let scaler = r#"{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h","namespace":"x"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}}"#;
        let dump = loaded(&[PODS[0], target, scaler]);
        let links = Links::new(&dump);
        let [pod, target, scaler] = [0, 1, 2].map(ObjectId);
        let link = |object| vec![DerivedLink { object, via: vec![target] }];
        assert_eq!((links.derived_from(scaler), links.derived_to(pod)), (link(pod), link(scaler)));
    }
}
