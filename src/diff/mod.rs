//! What became of the objects of a dump in another one.

mod fields;

use std::collections::{BTreeMap, HashMap};
use std::mem;

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
    let Paired { earlier, came } = Paired::new(before, after);
    let difference = |&(before_id, after_id): &(ObjectId, Option<ObjectId>)| match after_id {
        None => Some(ObjectDifference::Went { before: before_id }),
        Some(after_id) => {
            let differs = by.tells_apart(before, before_id, after, after_id);
            differs.then_some(ObjectDifference::Changed { before: before_id, after: after_id })
        }
    };
    let compared = parallel::in_parts(&earlier, MIN_OBJECTS_PER_THREAD, |pairs| {
        pairs.iter().filter_map(difference).collect::<Vec<_>>()
    });
    let mut differences: Vec<ObjectDifference> = compared.into_iter().flatten().collect();
    differences.extend(came.into_iter().map(|after| ObjectDifference::Came { after }));
    differences.extend(nameless(before, after, by));
    differences
}

/// The objects that have names, those that are the same on both sides together.
struct Paired {
    /// The earlier ones, each with the later one that is the same.
    earlier: Vec<(ObjectId, Option<ObjectId>)>,
    /// The later ones that no earlier one is the same as.
    came: Vec<ObjectId>,
}

impl Paired {
    fn new(before: DiffSide<'_>, after: DiffSide<'_>) -> Paired {
        let mut index = IdentityIndex::with_capacity(after.ids.len());
        // By number, whether an object counts and has no partner yet.
        let n_numbers = after.ids.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        let mut is_free = vec![false; n_numbers];
        for &id in after.ids {
            if let Some(superseded) = index.insert(id, |id| identity(after.dump, id)) {
                is_free[superseded.index()] = false;
            }
            is_free[id.index()] = !identity(after.dump, id).name.is_empty();
        }
        let (mut earlier, mut went) = (Vec::with_capacity(before.ids.len()), IdentityIndex::default());
        // The last of those that are the same comes first, and the others after it find no partner.
        for &id in before.ids.iter().rev().filter(|&&id| !identity(before.dump, id).name.is_empty()) {
            let partner = index.get(identity(before.dump, id), |id| identity(after.dump, id));
            let counts = match partner {
                Some(partner) => mem::take(&mut is_free[partner.index()]),
                None => went.insert(id, |id| identity(before.dump, id)).is_none(),
            };
            if counts {
                earlier.push((id, partner));
            }
        }
        earlier.reverse();
        let came = after.ids.iter().copied().filter(|id| is_free[id.index()]).collect();
        Paired { earlier, came }
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
        assert_eq!(differing(after, before, DiffBy::Labels), "-2");
        let twice = r#"{"metadata":{"name":"a","labels":{"x":"1"}}} {"metadata":{"name":"b"}} {"metadata":{"name":"a"}}"#;
        let dump = Loader::new()
            .keep_duplicates(true)
            .load([Input::Bytes { name: "x".to_owned(), bytes: twice.into() }]);
        let (dump, once) = (dump.unwrap(), load(r#"{"metadata":{"name":"a"}}"#));
        let ids: Vec<_> = dump.store().objects().map(|object| object.id()).collect();
        let (twice, once) = (DiffSide { dump: &dump, ids: &ids }, DiffSide { dump: &once, ids: &ids[..1] });
        assert_eq!(differences(twice, once, DiffBy::All), [ObjectDifference::Went { before: ids[1] }]);
        assert_eq!(differences(once, twice, DiffBy::All), [ObjectDifference::Came { after: ids[1] }]);
        let none = DiffSide { dump: &dump, ids: &[] };
        let went = [1, 2].map(|at| ObjectDifference::Went { before: ids[at] });
        assert_eq!(differences(twice, none, DiffBy::All), went);
    }

    #[test]
    fn what_has_no_name_is_what_it_says() {
        let (before, after) = (r#"{"a":1}{"a":1}{"b":[]}"#, r#"{"a": 1}{"b":[1]}"#);
        assert_eq!(differing(before, after, DiffBy::All), "-1 -2 +1");
        assert_eq!(differing(before, after, DiffBy::Labels), "-2");
        let labeled = r#"{"metadata":{"labels":{"x":"1"}}}"#;
        assert_eq!(differing(before, labeled, DiffBy::Labels), "-0 -1 -2 +0");
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
