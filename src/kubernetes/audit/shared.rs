//! What several objects have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::audited::Audited;
use crate::ObjectId;

/// The members that are of several holders, by these holders. What was read from two files is one holder.
pub(super) fn shared(
    audited: &Audited<'_, '_>,
    pairs: impl IntoIterator<Item = (ObjectId, ObjectId)>,
) -> BTreeMap<Vec<ObjectId>, Vec<ObjectId>> {
    let mut of_member: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
    for (holder, member) in pairs {
        of_member.entry(member).or_default().insert(holder);
    }
    let mut members: BTreeMap<Vec<ObjectId>, Vec<ObjectId>> = BTreeMap::new();
    for (member, holders) in of_member.into_iter().filter(|(_, holders)| holders.len() > 1) {
        let holders = distinct(audited, holders);
        if holders.len() > 1 {
            members.entry(holders).or_default().push(member);
        }
    }
    members
}

/// The objects without those that another file holds too.
fn distinct(audited: &Audited<'_, '_>, ids: BTreeSet<ObjectId>) -> Vec<ObjectId> {
    let mut seen = BTreeSet::new();
    ids.into_iter().filter(|id| seen.insert((audited.place(*id), audited.as_owner(*id)))).collect()
}
