//! The fields that occur in the objects, as far as a sample of each kind tells.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use selq::store::KindFacts;
use selq::syntax::Role;
use serde_json::Value;

use super::line::pieces;

/// How many different names are kept under one field, and how many fields of one kind: names may be data.
const MAX_NAMES: usize = 1_000;
const MAX_FIELDS: usize = 20_000;
/// Deeper fields are not kept. Fields of custom resources' schemas nest without end.
const MAX_DEPTH: usize = 24;
/// What nobody asks about, and what would hide all else.
const LEFT_OUT: &str = "managedFields";

/// The fields of objects, by kind.
#[derive(Debug, Default)]
pub(crate) struct FieldFacts {
    kinds: Vec<FieldsOfKind>,
}

/// The fields of the objects of one kind that were looked at.
#[derive(Debug)]
pub(crate) struct FieldsOfKind {
    api_version: String,
    kind: String,
    /// How many objects there are of the kind, and how many of them were looked at.
    n_objects: u64,
    n_looked_at: u64,
    n_fields: usize,
    root: FieldNode,
    /// How many objects have each name anywhere, and each type of condition.
    names: HashMap<String, u64>,
    conditions: HashMap<String, u64>,
}

/// What stands at a place in the objects of a kind, of all elements of an array together.
#[derive(Debug, Default)]
struct FieldNode {
    n_objects: u64,
    /// The object that was counted last: several elements may have the name.
    last: u64,
    is_array: bool,
    names: BTreeMap<String, FieldNode>,
}

/// A field that may be asked about, with the number of objects that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldFact {
    pub(crate) name: String,
    pub(crate) n_objects: u64,
    /// Whether something stands below it.
    pub(crate) has_names: bool,
    pub(crate) is_array: bool,
    /// Whether the number is a guess, from a sample.
    pub(crate) is_guess: bool,
}

impl FieldFact {
    /// What is known of something else that has a name.
    pub(super) fn exact(name: &str, n_objects: u64) -> FieldFact {
        let name = name.to_owned();
        FieldFact { name, n_objects, has_names: false, is_array: false, is_guess: false }
    }
}

impl FieldsOfKind {
    pub(crate) fn new(kind: &KindFacts<'_>) -> FieldsOfKind {
        FieldsOfKind {
            api_version: kind.api_version.to_owned(),
            kind: kind.kind.to_owned(),
            n_objects: kind.n_objects,
            n_looked_at: 0,
            n_fields: 0,
            root: FieldNode::default(),
            names: HashMap::new(),
            conditions: HashMap::new(),
        }
    }

    /// Takes note of what an object has.
    pub(crate) fn look_at(&mut self, object: &Value) {
        self.n_looked_at += 1;
        let mut look = ObjectLook {
            nth: self.n_looked_at,
            n_left: MAX_FIELDS - self.n_fields,
            names: BTreeSet::new(),
            conditions: BTreeSet::new(),
        };
        look.at(&mut self.root, object, 0);
        self.n_fields = MAX_FIELDS - look.n_left;
        let ObjectLook { names, conditions, .. } = look;
        for name in names {
            add_one(&mut self.names, name);
        }
        for condition in conditions {
            add_one(&mut self.conditions, condition);
        }
    }

    /// How many of `n_objects` objects of the kind have what `n` of those have that were looked at.
    fn scaled(&self, n: u64, n_objects: u64) -> u64 {
        if self.n_looked_at == 0 { 0 } else { (n * n_objects).div_ceil(self.n_looked_at) }
    }

    fn is_guess(&self, n_objects: u64) -> bool {
        self.n_looked_at < self.n_objects || n_objects < self.n_objects
    }
}

fn add_one(counts: &mut HashMap<String, u64>, name: &str) {
    if let Some(n) = counts.get_mut(name) {
        *n += 1;
    } else if counts.len() < MAX_FIELDS {
        counts.insert(name.to_owned(), 1);
    }
}

/// One look at an object.
struct ObjectLook<'v> {
    /// The number of the object.
    nth: u64,
    /// How many more fields may be kept.
    n_left: usize,
    names: BTreeSet<&'v str>,
    conditions: BTreeSet<&'v str>,
}

impl<'v> ObjectLook<'v> {
    fn at(&mut self, field: &mut FieldNode, value: &'v Value, depth: usize) {
        match value {
            Value::Array(elements) => {
                field.is_array = true;
                elements.iter().for_each(|element| self.at(field, element, depth));
            }
            Value::Object(members) if depth < MAX_DEPTH => {
                let members = members.iter().filter(|(_, value)| !value.is_null());
                members.for_each(|(name, value)| self.at_member(field, name, value, depth));
            }
            _ => {}
        }
    }

    fn at_member(&mut self, field: &mut FieldNode, name: &'v str, value: &'v Value, depth: usize) {
        self.names.insert(name);
        if name == "conditions"
            && let Value::Array(conditions) = value
        {
            self.conditions.extend(conditions.iter().filter_map(|it| it.get("type")?.as_str()));
        }
        if !field.names.contains_key(name) {
            if self.n_left == 0 || field.names.len() >= MAX_NAMES {
                return;
            }
            self.n_left -= 1;
            field.names.insert(name.to_owned(), FieldNode::default());
        }
        let Some(member) = field.names.get_mut(name) else { return };
        if member.last != self.nth {
            (member.last, member.n_objects) = (self.nth, member.n_objects + 1);
        }
        if name != LEFT_OUT {
            self.at(member, value, depth + 1);
        }
    }
}

impl FieldFacts {
    pub(crate) fn new(kinds: Vec<FieldsOfKind>) -> FieldFacts {
        FieldFacts { kinds }
    }

    /// What stands right below a field, in objects of these kinds.
    pub(crate) fn below(&self, field: &str, among: &[KindFacts<'_>]) -> Vec<FieldFact> {
        let way = FieldWay::of(field);
        let mut found = FactsByName::default();
        for (kind, n_objects) in self.among(among) {
            for field in way.ends(&kind.root) {
                for (name, field) in &field.names {
                    let fact = FieldFact {
                        name: name.clone(),
                        n_objects: kind.scaled(field.n_objects, n_objects),
                        has_names: !field.names.is_empty(),
                        is_array: field.is_array,
                        is_guess: kind.is_guess(n_objects),
                    };
                    found.add(fact);
                }
            }
        }
        found.0.into_values().collect()
    }

    /// The names that occur anywhere in objects of these kinds.
    pub(crate) fn names(&self, among: &[KindFacts<'_>]) -> Vec<FieldFact> {
        self.counted(among, |kind| &kind.names)
    }

    /// The types of the conditions that objects of these kinds have.
    pub(crate) fn conditions(&self, among: &[KindFacts<'_>]) -> Vec<FieldFact> {
        self.counted(among, |kind| &kind.conditions)
    }

    fn counted(
        &self,
        among: &[KindFacts<'_>],
        counts: impl Fn(&FieldsOfKind) -> &HashMap<String, u64>,
    ) -> Vec<FieldFact> {
        let mut found = FactsByName::default();
        for (kind, n_objects) in self.among(among) {
            for (name, n) in counts(kind) {
                let (n_objects, is_guess) = (kind.scaled(*n, n_objects), kind.is_guess(n_objects));
                let (name, has_names, is_array) = (name.clone(), false, false);
                found.add(FieldFact { name, n_objects, has_names, is_array, is_guess });
            }
        }
        found.0.into_values().collect()
    }

    /// Whether elements of an array stand at a field.
    pub(crate) fn is_array(&self, field: &str) -> bool {
        let way = FieldWay::of(field);
        self.kinds.iter().flat_map(|kind| way.ends(&kind.root)).any(|field| field.is_array)
    }

    /// Whether a field occurs; `None` if that is not known, since not all was looked at.
    pub(crate) fn has(&self, field: &str) -> Option<bool> {
        let way = FieldWay::of(field);
        if self.kinds.iter().any(|kind| !way.ends(&kind.root).is_empty()) {
            return Some(true);
        }
        let is_whole = |kind: &FieldsOfKind| kind.n_looked_at >= kind.n_objects && kind.n_fields < MAX_FIELDS;
        let is_kept = way.names.len() < MAX_DEPTH && !way.names.iter().any(|name| name == LEFT_OUT);
        (is_kept && self.kinds.iter().all(is_whole)).then_some(false)
    }

    /// The kinds that are among these, each with the number of its objects.
    fn among(&self, kinds: &[KindFacts<'_>]) -> impl Iterator<Item = (&FieldsOfKind, u64)> {
        self.kinds.iter().filter_map(|own| {
            let is_same = |it: &&KindFacts<'_>| it.kind == own.kind && it.api_version == own.api_version;
            Some((own, kinds.iter().find(is_same)?.n_objects))
        })
    }
}

/// Facts of several kinds, one for each name.
#[derive(Default)]
struct FactsByName(BTreeMap<String, FieldFact>);

impl FactsByName {
    fn add(&mut self, fact: FieldFact) {
        match self.0.get_mut(&fact.name) {
            Some(known) => {
                known.n_objects += fact.n_objects;
                known.has_names |= fact.has_names;
                known.is_array |= fact.is_array;
                known.is_guess |= fact.is_guess;
            }
            None => _ = self.0.insert(fact.name.clone(), fact),
        }
    }
}

/// The names on the way to a field. Places of elements and queries about them are left out: all elements of an array stand
/// at one field.
struct FieldWay {
    is_anywhere: bool,
    names: Vec<String>,
}

impl FieldWay {
    fn of(field: &str) -> FieldWay {
        let mut names = Vec::new();
        let pieces = pieces(field);
        for piece in pieces.iter().filter(|piece| piece.role == Role::Field) {
            match piece.inside {
                None => names.extend(piece.text.split('.').filter(|it| !it.is_empty()).map(str::to_owned)),
                // A name in brackets, not the field of a query about elements.
                Some(open) if pieces[open].inside.is_none() && !piece.text.starts_with('.') => {
                    names.extend(selq::query::Pattern::typed(piece.text).as_text().map(str::to_owned));
                }
                _ => {}
            }
        }
        FieldWay { is_anywhere: field.starts_with(".."), names }
    }

    /// Where it leads from here.
    fn ends<'f>(&self, root: &'f FieldNode) -> Vec<&'f FieldNode> {
        match (self.is_anywhere, self.names.split_first()) {
            (true, Some((first, rest))) => {
                let mut found = Vec::new();
                collect_named(root, first, &mut found);
                found.into_iter().filter_map(|field| follow(field, rest)).collect()
            }
            _ => follow(root, &self.names).into_iter().collect(),
        }
    }
}

fn follow<'f>(root: &'f FieldNode, names: &[String]) -> Option<&'f FieldNode> {
    names.iter().try_fold(root, |field, name| field.names.get(name))
}

fn collect_named<'f>(field: &'f FieldNode, wanted: &str, found: &mut Vec<&'f FieldNode>) {
    for (name, field) in &field.names {
        if name == wanted {
            found.push(field);
        }
        collect_named(field, wanted, found);
    }
}

#[cfg(test)]
mod tests {
    use selq::{Object, Store};
    use serde_json::json;

    use super::*;

    fn facts() -> (Store, FieldFacts) {
        let mut store = Store::new();
        for (kind, name) in [("Pod", "a"), ("Pod", "b"), ("Node", "n")] {
            store.insert(Object::new(kind, "", name));
        }
        let pods = [
            json!({"spec": {"containers": [{"image": "x"}, {"image": "y", "tty": null}]},
                   "metadata": {"annotations": {"example.com/a": "1"}, "managedFields": [{"f:x": 1}]}}),
            json!({"spec": {"nodeName": "n"}, "status": {"conditions": [{"type": "Ready"}]}}),
        ];
        let nodes = [json!({"spec": {"taints": []}})];
        let kinds = store.kinds().into_iter().map(|kind| {
            let mut fields = FieldsOfKind::new(&kind);
            let objects = if kind.kind == "Pod" { &pods[..] } else { &nodes };
            objects.iter().for_each(|object| fields.look_at(object));
            fields
        });
        let facts = FieldFacts::new(kinds.collect());
        (store, facts)
    }

    fn below(field: &str) -> String {
        let (store, facts) = facts();
        let found = facts.below(field, &store.kinds());
        found.iter().map(|it| format!("{} {}", it.name, it.n_objects)).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn fields_are_counted_by_object_and_those_of_elements_stand_together() {
        assert_eq!(below(""), "metadata 1, spec 3, status 1");
        assert_eq!(below(".spec"), "containers 1, nodeName 1, taints 1");
        assert_eq!(below(".spec.containers"), "image 1");
        assert_eq!(below(".spec.containers[0]"), "image 1");
        assert_eq!(below(".spec['containers'][.image=x && !.spec]"), "image 1");
        assert_eq!(below("..containers"), "image 1");
        assert_eq!(below(".metadata.annotations"), "example.com/a 1");
        assert_eq!((below(".metadata.managedFields"), below(".zone")), (String::new(), String::new()));
    }

    #[test]
    fn what_is_not_there_is_known_where_all_was_looked_at() {
        let (_, mut facts) = facts();
        assert_eq!(
            (facts.has(".spec.nodeName"), facts.has("..image"), facts.has(".x")),
            (Some(true), Some(true), Some(false))
        );
        assert_eq!(facts.has(".metadata.managedFields.f:x"), None);
        facts.kinds[0].n_objects = 5;
        assert_eq!((facts.has(".spec.nodeName"), facts.has(".x")), (Some(true), None));
    }

    #[test]
    fn a_sample_stands_for_all_objects_that_are_asked_about() {
        let (store, mut facts) = facts();
        facts.kinds[0].n_objects = 200;
        let mut kinds = store.kinds();
        kinds[0].n_objects = 200;
        let spec = facts.below("", &kinds[..1]).remove(1);
        assert_eq!((spec.name.as_str(), spec.n_objects, spec.is_guess), ("spec", 200, true));
        assert_eq!(facts.conditions(&kinds[..1])[0].n_objects, 100);
    }

    #[test]
    fn names_that_are_data_are_bounded() {
        let (_, mut facts) = facts();
        for nth in 0..30 {
            let names = (0..2_000).map(|n| (format!("k{nth}-{n}"), json!({"a": {"b": 1}})));
            facts.kinds[0].look_at(&Value::Object(names.collect()));
        }
        assert!(facts.kinds[0].root.names.len() <= MAX_NAMES && facts.kinds[0].n_fields <= MAX_FIELDS);
    }
}
