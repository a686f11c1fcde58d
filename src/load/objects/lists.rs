//! The lists that objects came from.

use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};
use crate::{ObjectId, ObjectIdentity};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What a list says that it is: a `PodList` of `v1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ListKind {
    /// `v1`, or an empty text where the list says none.
    pub api_version: String,
    /// `PodList`.
    pub kind: String,
}

impl ListKind {
    /// Whether it says what its items are; a `List` is of anything.
    fn is_of_one_kind(&self) -> bool {
        kind_of_items(&self.kind).is_some()
    }
}

/// The kind of the items of a list that do not say their own: `Pod` of a `PodList`.
pub(in crate::load) fn kind_of_items(kind_of_list: &str) -> Option<&str> {
    kind_of_list.strip_suffix("List").filter(|kind| !kind.is_empty())
}

/// What a list said before its items that those are which do not say it themselves.
///
/// A list may say it again behind them, and that counts: whoever goes by this has to compare the two.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::load) struct ItemsKind {
    api_version: Box<str>,
    kind: Box<str>,
}

impl ItemsKind {
    /// What a list says as far as it is read. `None` where one of both may still come.
    pub(in crate::load) fn of(list: ObjectIdentity<'_>) -> Option<Arc<ItemsKind>> {
        let kind = kind_of_items(list.kind)?.into();
        (!list.api_version.is_empty())
            .then(|| Arc::new(ItemsKind { api_version: list.api_version.into(), kind }))
    }

    /// What an item is that says no kind.
    pub(in crate::load) fn complete<'i>(&'i self, own: ObjectIdentity<'i>) -> ObjectIdentity<'i> {
        let api_version = if own.api_version.is_empty() { &self.api_version } else { own.api_version };
        ObjectIdentity { api_version, kind: &self.kind, ..own }
    }
}

/// A list kind, and whether there are items that have their kind from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Listed {
    list: ListKind,
    gives_kind: bool,
}

/// The lists that were read so far, inner ones before those around them.
#[derive(Debug, Default)]
pub(in crate::load) struct Lists {
    spans: Vec<(Range<usize>, usize)>,
    kinds: ListKinds,
}

#[derive(Debug, Default)]
struct ListKinds {
    all: Vec<Listed>,
    numbers: HashMap<Listed, usize>,
}

impl ListKinds {
    fn number(&mut self, kind: Listed) -> usize {
        let next = self.all.len();
        *self.numbers.entry(kind).or_insert_with_key(|kind| {
            self.all.push(kind.clone());
            next
        })
    }
}

impl Lists {
    /// Adds the list of the objects with these ids; inner ones come first.
    pub(in crate::load) fn push(&mut self, ids: Range<usize>, list: ObjectIdentity<'_>, gives_kind: bool) {
        // A list without items says nothing of any object, and its kind need not be kept.
        if ids.is_empty() {
            return;
        }
        let (api_version, kind) = (list.api_version.to_owned(), list.kind.to_owned());
        let kind = self.kinds.number(Listed { list: ListKind { api_version, kind }, gives_kind });
        self.spans.push((ids, kind));
    }

    /// Adds the lists of other objects, which come after `n_before` objects.
    pub(in crate::load) fn append(&mut self, other: Lists, n_before: usize) {
        let numbers: Vec<usize> = other.kinds.all.into_iter().map(|kind| self.kinds.number(kind)).collect();
        let moved = other.spans.into_iter();
        self.spans.extend(moved.map(|(ids, kind)| (ids.start + n_before..ids.end + n_before, numbers[kind])));
    }

    /// The innermost list of every object.
    pub(in crate::load) fn finish(self) -> ListRuns {
        let mut spans: Vec<(usize, (Range<usize>, usize))> = self.spans.into_iter().enumerate().collect();
        // Outer lists first. Of two with the same items the inner one was read to its end first.
        spans.sort_by_key(|(nth, (ids, _))| (ids.start, Reverse(ids.end), Reverse(*nth)));
        let (mut runs, mut open) = (ListRuns { kinds: self.kinds.all, ..ListRuns::default() }, Vec::new());
        for (_, (ids, kind)) in spans {
            runs.close(&mut open, ids.start);
            runs.begin(ids.start, Some(kind));
            open.push((ids.end, kind));
        }
        // The last run has no list, lest objects that are joined behind it be in one.
        runs.close(&mut open, usize::MAX);
        runs
    }
}

/// The innermost list of every object: ids are given out in the order of reading, so that a few runs tell it.
#[derive(Debug, Default)]
pub(in crate::load) struct ListRuns {
    /// The first object's id, and the number of its kind of list. No list before the first run.
    runs: Vec<(usize, Option<usize>)>,
    kinds: Vec<Listed>,
}

impl ListRuns {
    /// Ends the open lists that end before `start`, innermost first.
    fn close(&mut self, open: &mut Vec<(usize, usize)>, start: usize) {
        while let Some((end, _)) = open.pop_if(|(end, _)| *end <= start) {
            self.begin(end, open.last().map(|(_, kind)| *kind));
        }
    }

    fn begin(&mut self, first: usize, kind: Option<usize>) {
        // An inner list may begin with the same object as the one around it, which then has no run.
        self.runs.pop_if(|(last, _)| *last == first);
        if self.runs.last().and_then(|(_, kind)| *kind) != kind {
            self.runs.push((first, kind));
        }
    }

    /// Adds the runs of other objects, which come after `n_before` objects.
    pub(in crate::load) fn append(&mut self, other: ListRuns, n_before: usize) {
        // Kinds that both have get two numbers: `common` compares the kinds themselves.
        let n_kinds = self.kinds.len();
        self.kinds.extend(other.kinds);
        other
            .runs
            .into_iter()
            .for_each(|(first, kind)| self.begin(n_before + first, kind.map(|it| n_kinds + it)));
    }

    fn of(&self, id: ObjectId) -> Option<&Listed> {
        let n_before = self.runs.partition_point(|(first, _)| *first <= id.index());
        self.kinds.get(self.runs.get(n_before.checked_sub(1)?)?.1?)
    }

    /// The kind of list that all of these objects are from, if that says what its items are.
    pub(in crate::load) fn common(&self, ids: impl IntoIterator<Item = ObjectId>) -> Option<&ListKind> {
        let mut kinds = ids.into_iter().map(|id| self.of(id).map(|listed| &listed.list));
        let first = kinds.next()??;
        (first.is_of_one_kind() && kinds.all(|kind| kind == Some(first))).then_some(first)
    }

    /// Whether the object is in a list that gave items their kind.
    pub(in crate::load) fn may_give_kind(&self, id: ObjectId) -> bool {
        self.of(id).is_some_and(|listed| listed.gives_kind)
    }

    pub(in crate::load) fn encode(&self, out: &mut Encoder) {
        out.u64s(self.runs.iter().map(|(first, _)| *first as u64));
        out.u64s(self.runs.iter().map(|(_, kind)| kind.map_or(0, |kind| kind as u64 + 1)));
        out.u64(self.kinds.len() as u64);
        for Listed { list, gives_kind } in &self.kinds {
            out.u64(u64::from(*gives_kind));
            out.bytes(list.api_version.as_bytes());
            out.bytes(list.kind.as_bytes());
        }
    }

    pub(in crate::load) fn decode(bytes: &mut Decoder) -> Result<ListRuns, Malformed> {
        let (firsts, numbers): (NumberBuffer<u64>, NumberBuffer<u64>) = (bytes.numbers()?, bytes.numbers()?);
        let kind = |&number: &u64| (number as usize).checked_sub(1);
        let runs = firsts.iter().map(|&first| first as usize).zip(numbers.iter().map(kind)).collect();
        let n_kinds = bytes.size()?;
        let kinds = (0..n_kinds).map(|_| listed(bytes)).collect::<Result<_, _>>()?;
        let runs = ListRuns { runs, kinds };
        // The search by halves needs the order. A number without a kind leads to no list in `of`.
        let is_sorted = runs.runs.is_sorted_by(|run, next| run.0 < next.0);
        Malformed::unless(is_sorted && firsts.len() == numbers.len(), "lists")?;
        Ok(runs)
    }
}

fn listed(bytes: &mut Decoder) -> Result<Listed, Malformed> {
    let gives_kind = bytes.u64()? != 0;
    let mut text = || String::from_utf8(bytes.bytes()?.to_vec()).map_err(|_| Malformed("a text"));
    Ok(Listed { list: ListKind { api_version: text()?, kind: text()? }, gives_kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identity(kind: &str) -> ObjectIdentity<'_> {
        ObjectIdentity { kind, ..ObjectIdentity::default() }
    }

    fn kinds(runs: &ListRuns, n: u32) -> Vec<&str> {
        (0..n).map(|id| runs.of(ObjectId(id)).map_or("-", |listed| listed.list.kind.as_str())).collect()
    }

    #[test]
    fn the_innermost_list_counts() {
        let mut lists = Lists::default();
        for (ids, kind) in [(1..3, "AList"), (3..3, "C"), (3..4, "BList"), (1..5, "List"), (6..7, "AList")] {
            lists.push(ids, identity(kind), false);
        }
        let runs = lists.finish();
        assert_eq!(kinds(&runs, 8), ["-", "AList", "AList", "BList", "List", "-", "AList", "-"]);
        let common =
            |ids: &[u32]| runs.common(ids.iter().map(|&id| ObjectId(id))).map(|list| list.kind.as_str());
        assert_eq!(common(&[6, 1, 2]), Some("AList"));
        for none in [&[][..], &[0], &[4], &[1, 3], &[1, 0], &[7]] {
            assert_eq!(common(none), None, "{none:?}");
        }
        let mut out = Encoder::default();
        runs.encode(&mut out);
        let mut bytes = Decoder::new(out.into_bytes().into());
        assert_eq!(kinds(&ListRuns::decode(&mut bytes).unwrap(), 8), kinds(&runs, 8));
    }

    /// Ranges within `0..n` as lists have them: each beside or inside the others.
    fn nested(
        ids: Range<usize>,
        cuts: &mut impl Iterator<Item = usize>,
        depth: u8,
        found: &mut Vec<Range<usize>>,
    ) {
        if depth > 0 && ids.len() > 1 {
            let middle = ids.start + cuts.next().unwrap_or(1) % ids.len();
            nested(ids.start..middle, cuts, depth - 1, found);
            nested(middle..ids.end, cuts, depth - 1, found);
        }
        if cuts.next().is_some_and(|cut| cut % 3 != 1) {
            found.push(ids);
        }
    }

    proptest! {
        #[test]
        fn runs_tell_what_looking_at_every_list_does(cuts in prop::collection::vec(0_usize..20, 20)) {
            let mut ranges = Vec::new();
            nested(1..15, &mut cuts.into_iter(), 3, &mut ranges);
            let mut lists = Lists::default();
            let names: Vec<String> = (0..ranges.len()).map(|nth| nth.to_string()).collect();
            for (ids, name) in ranges.iter().zip(&names) {
                lists.push(ids.clone(), identity(name), false);
            }
            let expected: Vec<&str> = (0..16)
                .map(|id| ranges.iter().position(|ids| ids.contains(&id)).map_or("-", |nth| names[nth].as_str()))
                .collect();
            let runs = lists.finish();
            prop_assert_eq!(kinds(&runs, 16), expected);
        }
    }
}
