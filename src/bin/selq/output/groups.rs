//! `--group-by` and `--sum`: how many objects of an answer have which values, and what amounts they come to.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::io::Write;

use anyhow::{Result, bail};
use selq::kubernetes::Quantity;
use selq::query::{Context, SubjectReader, SubjectValue};
use selq::{Dump, ObjectId};

use super::grid::{self, GridFormat};
use super::grouping::Grouping;
use super::names;
use super::subject::ColumnSubject;
use super::{Rows, View, Written};
use crate::terminal::message::counted;
use crate::terminal::printer::Printer;
use crate::terminal::table::{Cell, Grid, Layout};

/// The most groups that one object may be in: values of several subjects multiply.
const MAX_GROUPS_OF_ONE: usize = 1 << 16;
/// What the column of counts is called.
const OBJECTS: &str = "objects";

/// GroupCounts the objects of an answer, and writes the groups: those with most objects first, and of equal ones in the order of
/// their values.
pub(crate) fn write(
    dump: &Dump,
    rows: &Rows<'_>,
    grouping: &Grouping,
    format: GridFormat,
    view: &View,
    out: &mut Printer<impl Write>,
) -> Result<Written> {
    let counts = count(dump, &rows.ids(), grouping, view.context)?;
    let remarks = counts.remarks(grouping);
    let groups = GroupRows::new(grouping, counts, view.limit);
    // The empty value would not be seen.
    let layout =
        Layout { headers: view.headers, max_width: view.max_width, empty: "\"\"", ..Layout::default() };
    grid::write(&groups, format, &layout, out)?;
    Ok(Written { n_rows: rows.len(), remarks })
}

/// How many of some objects have each value of one subject: most first, then by text. Objects without any are left out.
pub(crate) fn value_counts(
    dump: &Dump,
    ids: &[ObjectId],
    subject: &ColumnSubject,
    context: Context,
) -> Result<Vec<(String, u64)>> {
    let counts = count(dump, ids, &Grouping { by: vec![subject.clone()], sums: Vec::new() }, context)?;
    let value = |(key, group): (GroupKey, CountedGroup)| Some((key.into_iter().next()??, group.n_objects));
    let mut values: Vec<(String, u64)> = counts.groups.into_iter().filter_map(value).collect();
    values.sort_by(|(a, n_a), (b, n_b)| n_b.cmp(n_a).then_with(|| a.cmp(b)));
    Ok(values)
}

/// One value under each of the subjects, or that there is none.
type GroupKey = Vec<Option<String>>;

/// What was counted of some objects.
struct GroupCounts {
    groups: HashMap<GroupKey, CountedGroup>,
    /// How many values under each sum are no amounts.
    n_unread: Vec<u64>,
    /// An object that would be in too many groups.
    in_too_many: Option<ObjectId>,
}

/// The objects that have the same values.
struct CountedGroup {
    n_objects: u64,
    sums: Vec<Sum>,
}

/// A sum of amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sum {
    /// None of the objects has the amount.
    Nothing,
    Amount(Quantity),
    /// It has more digits than can be kept.
    TooLong,
}

impl Sum {
    fn of(amount: Option<Quantity>) -> Sum {
        amount.map_or(Sum::TooLong, Sum::Amount)
    }

    fn and(self, other: Sum) -> Sum {
        match (self, other) {
            (Sum::Nothing, other) | (other, Sum::Nothing) => other,
            (Sum::Amount(one), Sum::Amount(other)) => Sum::of(one.checked_add(other)),
            _ => Sum::TooLong,
        }
    }
}

/// GroupCounts objects on all processors.
fn count(dump: &Dump, ids: &[ObjectId], grouping: &Grouping, context: Context) -> Result<GroupCounts> {
    let subjects: Vec<ColumnSubject> = grouping.subjects().cloned().collect();
    let read = subjects.iter().filter_map(ColumnSubject::read).cloned();
    let parts = SubjectReader::new(read, context).read_parts(
        dump,
        ids,
        || GroupCounts::new(grouping),
        |counts, id, read| counts.add(id, values(dump, id, &subjects, read), grouping.by.len()),
    );
    let counts = parts.into_iter().reduce(GroupCounts::and).unwrap_or_else(|| GroupCounts::new(grouping));
    if let Some(object) = counts.in_too_many.and_then(|id| dump.store().get(id)) {
        let title = names::title(object.identity(), dump.index(object.id()));
        bail!("{title} has so many values that it would be in more than {MAX_GROUPS_OF_ONE} groups");
    }
    Ok(counts)
}

/// The values of an object under each subject; `read` has those of the subjects that are read.
fn values(
    dump: &Dump,
    id: ObjectId,
    subjects: &[ColumnSubject],
    read: Vec<Vec<SubjectValue>>,
) -> Vec<Vec<SubjectValue>> {
    let (mut read, object) = (read.into_iter(), dump.store().get(id));
    let of = |subject: &ColumnSubject| match subject.label() {
        Some(key) => {
            let value = object.and_then(|object| object.label(key));
            value.map(|value| SubjectValue::Text(value.to_owned())).into_iter().collect()
        }
        None => read.next().unwrap_or_default(),
    };
    subjects.iter().map(of).collect()
}

impl GroupCounts {
    fn new(grouping: &Grouping) -> GroupCounts {
        GroupCounts { groups: HashMap::new(), n_unread: vec![0; grouping.sums.len()], in_too_many: None }
    }

    /// GroupCounts an object, of whose `values` the first `n_keys` are what it is grouped by.
    fn add(&mut self, id: ObjectId, values: Vec<Vec<SubjectValue>>, n_keys: usize) {
        let (keys, amounts) = values.split_at(n_keys);
        let keys: Vec<Vec<Option<String>>> = keys.iter().map(|values| distinct(values)).collect();
        let n_groups = keys.iter().try_fold(1_usize, |n, values| n.checked_mul(values.len()));
        if n_groups.is_none_or(|n| n > MAX_GROUPS_OF_ONE) {
            self.in_too_many.get_or_insert(id);
            return;
        }
        let sums: Vec<Sum> = amounts.iter().zip(&mut self.n_unread).map(|(it, n)| sum(it, n)).collect();
        for key in combinations(&keys) {
            self.put(key, CountedGroup { n_objects: 1, sums: sums.clone() });
        }
    }

    fn put(&mut self, key: GroupKey, group: CountedGroup) {
        let CountedGroup { n_objects, sums } = group;
        let known = self
            .groups
            .entry(key)
            .or_insert_with(|| CountedGroup { n_objects: 0, sums: vec![Sum::Nothing; sums.len()] });
        known.n_objects += n_objects;
        known.sums.iter_mut().zip(sums).for_each(|(known, sum)| *known = known.and(sum));
    }

    /// The counts of other objects besides, which come after these.
    fn and(mut self, other: GroupCounts) -> GroupCounts {
        other.groups.into_iter().for_each(|(key, group)| self.put(key, group));
        self.n_unread.iter_mut().zip(other.n_unread).for_each(|(n, more)| *n += more);
        self.in_too_many = self.in_too_many.or(other.in_too_many);
        self
    }

    /// What there is to say: which subjects no object has, and what is in no sum.
    fn remarks(&self, grouping: &Grouping) -> Vec<String> {
        let groups = || self.groups.values();
        let is_absent = |nth: usize| self.groups.keys().all(|key| key[nth].is_none());
        let absent =
            grouping.by.iter().enumerate().filter(|(nth, by)| by.read().is_some() && is_absent(*nth));
        let mut remarks: Vec<String> =
            absent.map(|(_, by)| format!("none of these objects has {by}")).collect();
        for (nth, subject) in grouping.sums.iter().enumerate() {
            let n_unread = self.n_unread[nth];
            if n_unread > 0 {
                let are = if n_unread == 1 { "is no amount, and is" } else { "are no amounts, and are" };
                remarks.push(format!("{} of {subject} {are} in no sum", counted(n_unread, "value")));
            } else if groups().all(|group| group.sums[nth] == Sum::Nothing) {
                remarks.push(format!("none of these objects has {subject} to sum up"));
            }
            if groups().any(|group| group.sums[nth] == Sum::TooLong) {
                remarks.push(format!("a sum of {subject} has more digits than can be kept, and is left out"));
            }
        }
        remarks
    }
}

/// The values, each once; that there is none is one too.
fn distinct(values: &[SubjectValue]) -> Vec<Option<String>> {
    let texts: BTreeSet<String> = values.iter().map(ToString::to_string).collect();
    if texts.is_empty() { vec![None] } else { texts.into_iter().map(Some).collect() }
}

/// One of the values of each subject, in every way.
fn combinations(values: &[Vec<Option<String>>]) -> Vec<GroupKey> {
    values.iter().fold(vec![Vec::new()], |begun, values| {
        let with = |begin: &GroupKey, value: &Option<String>| {
            let mut key = begin.clone();
            key.push(value.clone());
            key
        };
        begun.iter().flat_map(|begin| values.iter().map(move |value| with(begin, value))).collect()
    })
}

/// The sum of an object's values; counts those that are no amounts.
fn sum(values: &[SubjectValue], n_unread: &mut u64) -> Sum {
    let amounts: Vec<Quantity> = values.iter().filter_map(SubjectValue::amount).collect();
    *n_unread += (values.len() - amounts.len()) as u64;
    amounts.into_iter().fold(Sum::Nothing, |sum, amount| sum.and(Sum::Amount(amount)))
}

/// The groups as rows: the values, the number of objects, the sums.
struct GroupRows<'g> {
    grouping: &'g Grouping,
    names: Vec<String>,
    groups: Vec<(GroupKey, CountedGroup)>,
}

impl<'g> GroupRows<'g> {
    fn new(grouping: &'g Grouping, counts: GroupCounts, limit: Option<usize>) -> GroupRows<'g> {
        let mut groups: Vec<(GroupKey, CountedGroup)> = counts.groups.into_iter().collect();
        // What is absent comes behind every value.
        groups.sort_by_cached_key(|(key, group)| {
            let values: Vec<(bool, Option<String>)> =
                key.iter().map(|value| (value.is_none(), value.clone())).collect();
            (Reverse(group.n_objects), values)
        });
        groups.truncate(limit.unwrap_or(usize::MAX));
        let by = grouping.by.iter().map(ToString::to_string);
        let sums = grouping.sums.iter().map(|subject| format!("sum({subject})"));
        GroupRows { grouping, names: by.chain([OBJECTS.to_owned()]).chain(sums).collect(), groups }
    }
}

impl Grid for GroupRows<'_> {
    /// The number of a group.
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn heading(&self, column: usize) -> String {
        let n_by = self.grouping.by.len();
        match column.checked_sub(n_by) {
            None => self.grouping.by[column].heading(),
            Some(0) => OBJECTS.to_owned(),
            Some(nth) => format!("sum({})", self.grouping.sums[nth - 1].heading()),
        }
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.groups.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, scratch: &'c mut String) -> Cell<'c> {
        let (key, group) = &self.groups[row];
        match column.checked_sub(key.len()) {
            None => key[column].as_deref().map_or(Cell::Null, Cell::Text),
            Some(0) => Cell::Number(group.n_objects),
            Some(nth) => match group.sums[nth - 1] {
                Sum::Amount(amount) => {
                    scratch.push_str(&amount.to_string());
                    Cell::Text(scratch)
                }
                Sum::Nothing | Sum::TooLong => Cell::Null,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_in_every_combination_of_its_values() {
        let values =
            [vec![Some("a".to_owned()), Some("b".to_owned())], vec![None], vec![Some(String::new())]];
        let keys: Vec<String> = combinations(&values).iter().map(|key| format!("{key:?}")).collect();
        assert_eq!(keys, [r#"[Some("a"), None, Some("")]"#, r#"[Some("b"), None, Some("")]"#]);
        assert_eq!(combinations(&[]), [GroupKey::new()]);
    }

    #[test]
    fn sums_are_exact_or_none() {
        let texts = |texts: &[&str]| {
            let values: Vec<SubjectValue> =
                texts.iter().map(|it| SubjectValue::Text((*it).to_owned())).collect();
            let mut n_unread = 0;
            (sum(&values, &mut n_unread), n_unread)
        };
        let amount = |text: &str| Sum::Amount(text.parse().unwrap());
        assert_eq!(texts(&["100m", "0.4", "1Gi"]), (amount("1073741824500m"), 0));
        assert_eq!(texts(&["x", "7", ""]), (amount("7"), 2));
        assert_eq!(texts(&[]), (Sum::Nothing, 0));
        assert_eq!(texts(&["1e100", "1n", "5"]), (Sum::TooLong, 0));
    }
}
