//! Equal keys of an object, of which the last counts.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::ops::Range;

/// With as many keys a table is built to look for equal ones.
const MANY: usize = 24;

/// A member of an object that is being written: where it begins, and its key.
#[derive(Debug, Clone)]
struct KeyedMember {
    start: usize,
    key: Range<usize>,
}

/// The members so far of the objects that are open, innermost last.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    members: Vec<KeyedMember>,
    open: Vec<OpenObject>,
    hasher: RandomState,
}

#[derive(Debug)]
struct OpenObject {
    first: usize,
    /// The member with the greatest key: one with a greater key is new.
    greatest: usize,
    /// Members by their keys, once there are many and they are in no order.
    table: Option<Box<HashTable<usize>>>,
}

impl Keys {
    pub(crate) fn clear(&mut self) {
        self.members.clear();
        self.open.clear();
    }

    pub(crate) fn open(&mut self) {
        let first = self.members.len();
        self.open.push(OpenObject { first, greatest: first, table: None });
    }

    pub(crate) fn close(&mut self) {
        if let Some(object) = self.open.pop() {
            self.members.truncate(object.first);
        }
    }

    /// Whether the innermost object has no members yet.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.open.last().is_none_or(|object| object.first == self.members.len())
    }

    /// Adds a member whose key is written in `out`. Where one stands that has this key too and so counts no more: up
    /// to the member behind it.
    #[inline]
    pub(crate) fn push(&mut self, out: &[u8], start: usize, key: Range<usize>) -> Option<Range<usize>> {
        let Keys { members, open, .. } = self;
        let object = open.last_mut()?;
        let nth = members.len();
        let is_new = nth == object.first || out[members[object.greatest].key.clone()] < out[key.clone()];
        if is_new && object.table.is_none() {
            object.greatest = nth;
            members.push(KeyedMember { start, key });
            return None;
        }
        self.push_unordered(out, KeyedMember { start, key })
    }

    #[cold]
    fn push_unordered(&mut self, out: &[u8], new: KeyedMember) -> Option<Range<usize>> {
        let nth = self.members.len();
        let equal = self.equal(out, &new);
        if let Some(object) = self.open.last_mut()
            && out[self.members[object.greatest].key.clone()] < out[new.key.clone()]
        {
            object.greatest = nth;
        }
        let start = new.start;
        self.members.push(new);
        let equal = equal?;
        let overridden =
            self.members[equal].start..self.members.get(equal + 1).map_or(start, |next| next.start);
        // It keeps its place, but is found no more.
        if self.open.last().is_some_and(|object| object.greatest == equal) {
            self.open.last_mut()?.greatest = nth;
        }
        self.members[equal].key = 0..0;
        Some(overridden)
    }

    /// The member with the same key. Notes the new one in the table, if there is one or has to be.
    fn equal(&mut self, out: &[u8], new: &KeyedMember) -> Option<usize> {
        let Keys { members, open, hasher } = self;
        let object = open.last_mut()?;
        let nth = members.len();
        let key_of = |member: usize| &out[members[member].key.clone()];
        let key = &out[new.key.clone()];
        if object.table.is_none() && nth - object.first < MANY {
            return (object.first..nth).rev().find(|&member| key_of(member) == key);
        }
        let hash = |key: &[u8]| hasher.hash_one(key);
        let table = object.table.get_or_insert_with(|| {
            let mut table = HashTable::new();
            let named = (object.first..nth).filter(|&member| !members[member].key.is_empty());
            named.for_each(|member| {
                table.insert_unique(hash(key_of(member)), member, |&member| hash(key_of(member)));
            });
            Box::new(table)
        });
        match table.find_mut(hash(key), |&member| key_of(member) == key) {
            Some(member) => Some(std::mem::replace(member, nth)),
            None => {
                table.insert_unique(hash(key), nth, |&member| {
                    if member == nth { hash(key) } else { hash(key_of(member)) }
                });
                None
            }
        }
    }
}
