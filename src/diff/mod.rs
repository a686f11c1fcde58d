//! What became of the objects of a dump in another one.

mod fields;

use std::collections::{BTreeMap, HashMap};

pub use fields::changed_fields;

use crate::edit::LabelChange;
use crate::store::IdentityIndex;
use crate::{Dump, ObjectId, ObjectIdentity, ObjectRef, parallel};

/// Fewer objects are compared before another thread has begun.
const MIN_OBJECTS_PER_THREAD: usize = 1024;

/// What has to differ for an object to count as changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffBy {
    /// Its labels.
    Labels,
    /// What somebody wants of it: all of it but `metadata` and `status`.
    Spec,
    /// Anything in it but `metadata.managedFields`.
    All,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectDifference {
    /// It is there now and was not.
    Came {
        /// Its number in the later dump.
        after: ObjectId,
    },
    /// It was there and is no more.
    Went {
        /// Its number in the earlier dump.
        before: ObjectId,
    },
    /// It is not what it was.
    Changed {
        /// Its number in the earlier dump.
        before: ObjectId,
        /// Its number in the later dump.
        after: ObjectId,
    },
}

/// Some objects of a dump.
#[derive(Debug, Clone, Copy)]
pub struct DiffSide<'d> {
    /// The dump.
    pub dump: &'d Dump,
    /// The objects of it that are compared.
    pub ids: &'d [ObjectId],
}

/// How the objects of one side differ from those of another: what went or changed in the order of the first, then what
/// came in that of the second.
///
/// Two objects are the same by group, kind, namespace and name, whatever version they are written in; of several on one side
/// the last counts. Objects without a name are the same if their labels are, or, by more than labels, if all of them is.
///
/// Takes a look-up for every object and a walk over the labels of those on both sides; by more than labels also a look at
/// their bytes, and what these differ in is taken apart. All processors compare.
///
/// ```
/// use selq::diff::{DiffBy, DiffSide, ObjectDifference, differences};
/// use selq::{Input, Loader, ObjectId};
///
/// let load = |json: &str| Loader::new().load([Input::Bytes { name: "pods".into(), bytes: json.into() }]);
/// let before = load(r#"{"metadata":{"name":"a"}} {"metadata":{"name":"b","labels":{"env":"qa"}}}"#)?;
/// let after = load(r#"{"metadata":{"name":"b","labels":{"env":"prod"}}}"#)?;
/// let ids = |dump: &selq::Dump| dump.store().objects().map(|object| object.id()).collect::<Vec<ObjectId>>();
/// let (of_before, of_after) = (ids(&before), ids(&after));
/// let differences = differences(
///     DiffSide { dump: &before, ids: &of_before },
///     DiffSide { dump: &after, ids: &of_after },
///     DiffBy::Labels,
/// );
/// assert!(matches!(differences[..], [ObjectDifference::Went { .. }, ObjectDifference::Changed { .. }]));
/// # Ok::<(), selq::LoadError>(())
/// ```
#[must_use]
pub fn differences(before: DiffSide<'_>, after: DiffSide<'_>, by: DiffBy) -> Vec<ObjectDifference> {
    let (earlier, later) = (KnownSide::new(before), KnownSide::new(after));
    let of_before = |&id: &ObjectId| match later.same_as(&earlier, id)? {
        None => Some(ObjectDifference::Went { before: id }),
        Some(other) => {
            let differs = by.tells_apart(before, id, after, other);
            differs.then_some(ObjectDifference::Changed { before: id, after: other })
        }
    };
    let of_after = |&id: &ObjectId| match earlier.same_as(&later, id)? {
        None => Some(ObjectDifference::Came { after: id }),
        Some(_) => None,
    };
    let compared = parallel::in_parts(before.ids, MIN_OBJECTS_PER_THREAD, |ids| {
        ids.iter().filter_map(of_before).collect::<Vec<_>>()
    });
    let mut differences: Vec<ObjectDifference> = compared.into_iter().flatten().collect();
    differences.extend(after.ids.iter().filter_map(of_after));
    differences.extend(nameless(before, after, by));
    differences
}

/// The objects of a side that have names, by what they are.
struct KnownSide<'d> {
    dump: &'d Dump,
    index: IdentityIndex,
}

impl<'d> KnownSide<'d> {
    fn new(side: DiffSide<'d>) -> KnownSide<'d> {
        let mut index = IdentityIndex::default();
        for &id in side.ids {
            index.insert(id, |id| identity(side.dump, id));
        }
        KnownSide { dump: side.dump, index }
    }

    fn find(&self, wanted: ObjectIdentity<'_>) -> Option<ObjectId> {
        self.index.get(wanted, |id| identity(self.dump, id))
    }

    /// The object here that is the same as one of another side, if there is one; nothing of an object that does not count
    /// there, as it has no name or a later one is the same.
    fn same_as(&self, other: &KnownSide<'_>, id: ObjectId) -> Option<Option<ObjectId>> {
        let wanted = identity(other.dump, id);
        (other.find(wanted) == Some(id)).then(|| self.find(wanted))
    }
}

fn identity(dump: &Dump, id: ObjectId) -> ObjectIdentity<'_> {
    dump.store().get(id).map_or_else(ObjectIdentity::default, |object| object.identity())
}

impl DiffBy {
    /// Whether two looks at an object differ.
    fn tells_apart(
        self,
        before: DiffSide<'_>,
        before_id: ObjectId,
        after: DiffSide<'_>,
        after_id: ObjectId,
    ) -> bool {
        match self {
            DiffBy::Labels => {
                let (old, new) = (before.dump.store().get(before_id), after.dump.store().get(after_id));
                old.zip(new).is_some_and(|(old, new)| !has_same_labels(&old, &new))
            }
            DiffBy::Spec | DiffBy::All => {
                let (old, new) = (before.dump.json(before_id), after.dump.json(after_id));
                // Most objects are the same byte by byte.
                old != new && !changed_fields(&old, &new, self).is_empty()
            }
        }
    }
}

fn has_same_labels(old: &ObjectRef<'_>, new: &ObjectRef<'_>) -> bool {
    // Labels that did not change mostly stand in the same order too.
    old.labels().eq(new.labels()) || LabelChange::all(old.labels(), new.labels()).is_empty()
}

/// How the objects without a name differ, which are what they say.
fn nameless(before: DiffSide<'_>, after: DiffSide<'_>, by: DiffBy) -> Vec<ObjectDifference> {
    let of = |side: DiffSide<'_>| -> Vec<ObjectId> {
        side.ids.iter().copied().filter(|&id| identity(side.dump, id).name.is_empty()).collect()
    };
    let (gone, new) = (of(before), of(after));
    let mut left: HashMap<String, Vec<ObjectId>> = HashMap::new();
    // The first of several that say the same is taken first.
    for &id in gone.iter().rev() {
        left.entry(by.said(before.dump, id)).or_default().push(id);
    }
    let is_new = |id: &ObjectId| left.get_mut(&by.said(after.dump, *id)).and_then(Vec::pop).is_none();
    let came: Vec<ObjectId> = new.into_iter().filter(is_new).collect();
    let mut went: Vec<ObjectId> = left.into_values().flatten().collect();
    went.sort_unstable();
    let went = went.into_iter().map(|before| ObjectDifference::Went { before });
    went.chain(came.into_iter().map(|after| ObjectDifference::Came { after })).collect()
}

impl DiffBy {
    /// What an object without a name says, as far as it counts.
    fn said(self, dump: &Dump, id: ObjectId) -> String {
        match (self, dump.store().get(id)) {
            (DiffBy::Labels, Some(object)) => {
                let identity = object.identity();
                let labels: BTreeMap<&str, &str> = object.labels().collect();
                format!("{:?}", (identity.group(), identity.kind, identity.namespace, labels))
            }
            _ => dump.compact_json(id).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, Loader};

    fn load(json: &str) -> Dump {
        let input = Input::Bytes { name: "x".to_owned(), bytes: json.into() };
        Loader::new().load((!json.is_empty()).then_some(input)).unwrap()
    }

    /// The differences in short: `-0` went, `+2` came, `1~3` changed.
    fn differing(before: &str, after: &str, by: DiffBy) -> String {
        let (before, after) = (load(before), load(after));
        let ids = |dump: &Dump| dump.store().objects().map(|object| object.id()).collect::<Vec<_>>();
        let (old, new) = (ids(&before), ids(&after));
        let found =
            differences(DiffSide { dump: &before, ids: &old }, DiffSide { dump: &after, ids: &new }, by);
        let shown = found.iter().map(|it| match it {
            ObjectDifference::Came { after } => format!("+{}", after.index()),
            ObjectDifference::Went { before } => format!("-{}", before.index()),
            ObjectDifference::Changed { before, after } => format!("{}~{}", before.index(), after.index()),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn objects_come_go_and_change() {
        let before = r#"{"metadata":{"name":"a","labels":{"x":"1","y":"2"}}}
            {"metadata":{"name":"b","labels":{"x":"1"}}} {"metadata":{"name":"c"}}"#;
        let after = r#"{"metadata":{"name":"d"}} {"metadata":{"name":"b","labels":{"x":"2"}}}
            {"metadata":{"name":"a","labels":{"y":"2","x":"1"}}}"#;
        assert_eq!(differing(before, after, DiffBy::Labels), "1~1 -2 +0");
        assert_eq!(differing(before, before, DiffBy::All), "");
        assert_eq!(differing("", after, DiffBy::Labels), "+0 +1 +2");
    }

    #[test]
    fn an_object_is_the_same_in_every_version_and_the_last_counts() {
        let before = r#"{"apiVersion":"apps/v1beta1","kind":"Deployment","metadata":{"name":"a"}}"#;
        let after = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","labels":{"x":"1"}}}
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}
            {"kind":"Deployment","metadata":{"name":"a"}}"#;
        assert_eq!(differing(before, after, DiffBy::Labels), "+2");
    }

    #[test]
    fn what_has_no_name_is_what_it_says() {
        assert_eq!(
            differing(r#"{"a":1}{"a":1}{"b":[]}"#, r#"{"a": 1}{"b":[1]}"#, DiffBy::Labels),
            "-1 -2 +1"
        );
    }

    #[test]
    fn what_counts_is_said() {
        let pod = |spec: u32, status: u32, label: &str| {
            format!(
                r#"{{"metadata":{{"name":"a","labels":{{"x":"{label}"}},"managedFields":[{status}]}},"spec":{{"n":{spec}}},"status":{status}}}"#
            )
        };
        let by = |before: &str, after: &str| {
            [DiffBy::Labels, DiffBy::Spec, DiffBy::All].map(|by| !differing(before, after, by).is_empty())
        };
        assert_eq!(by(&pod(1, 1, "a"), &pod(1, 1, "a")), [false; 3]);
        assert_eq!(by(&pod(1, 1, "a"), &pod(1, 1, "b")), [true, false, true]);
        assert_eq!(by(&pod(1, 1, "a"), &pod(2, 1, "a")), [false, true, true]);
        assert_eq!(by(&pod(1, 1, "a"), &pod(1, 2, "a")), [false, false, true]);
    }
}
