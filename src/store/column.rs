//! Columns: what was read of objects besides their labels, with postings by value.

use std::collections::HashMap;
use std::ops::Range;

use super::postings::{Postings, PostingsView};
use crate::codec::{Decoder, Encoder, Malformed};

/// The values that one subject has in the objects of a store: a field's or a function's. An object may have several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    values: Vec<Box<str>>,
    /// The objects that have each value.
    postings: Vec<Postings>,
    /// The objects that have any value, also one that is no text.
    present: Postings,
}

impl Column {
    /// How many distinct values there are.
    pub(crate) fn len(&self) -> u32 {
        self.values.len() as u32
    }

    /// The value with a number below [`len`](Column::len).
    pub(crate) fn value(&self, number: u32) -> &str {
        &self.values[number as usize]
    }

    /// Whether some object has the value. One look-up in their order.
    pub(crate) fn has(&self, value: &str) -> bool {
        self.values.binary_search_by(|it| (**it).cmp(value)).is_ok()
    }

    /// Whether some value is `prefix/name`, whatever the prefix, in which there is no `/`.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let mut rest = self.values.as_slice();
        // The values with one prefix stand together, so that each prefix is looked at once and none
        // of its values besides those that a search by halving meets.
        while let Some(first) = rest.first() {
            let Some((prefix, _)) = first.split_once('/') else {
                if **first == *name {
                    return true;
                }
                rest = &rest[1..];
                continue;
            };
            let has_prefix = |value: &str| value.split_once('/').is_some_and(|(it, _)| it == prefix);
            let (of_prefix, others) = rest.split_at(rest.partition_point(|value| has_prefix(value)));
            if of_prefix.binary_search_by(|value| value[prefix.len() + 1..].cmp(name)).is_ok() {
                return true;
            }
            rest = others;
        }
        false
    }

    /// The objects that have a value.
    pub(crate) fn having(&self, number: u32) -> PostingsView<'_> {
        self.postings[number as usize].view()
    }

    /// The objects that have any value.
    pub(crate) fn present(&self) -> PostingsView<'_> {
        self.present.view()
    }
}

/// Columns as a file holds them, by the texts of what they are about. Nothing of one is read before it is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct SavedColumns {
    columns: Vec<(Box<str>, Decoder)>,
    /// How many numbers of objects there are.
    n_ids: usize,
}

impl SavedColumns {
    /// Writes columns, so that [`decode`](SavedColumns::decode) reads them.
    pub(crate) fn encode<'c>(columns: impl Iterator<Item = (String, &'c Column)>, out: &mut Encoder) {
        for (about, column) in columns {
            let mut bytes = Encoder::default();
            column.encode(&mut bytes);
            out.bytes(about.as_bytes());
            out.bytes(&bytes.into_bytes());
        }
    }

    /// Reads what the columns of a store with so many numbers are about.
    pub(crate) fn decode(mut bytes: Decoder, n_ids: usize) -> Result<SavedColumns, Malformed> {
        let mut columns = Vec::new();
        while !bytes.is_at_end() {
            let about = bytes.bytes()?;
            let about = str::from_utf8(&about).map_err(|_| Malformed("what a column is about"))?.into();
            columns.push((about, Decoder::new(bytes.bytes()?)));
        }
        Ok(SavedColumns { columns, n_ids })
    }

    /// The column about something, if it is there and whole.
    pub(crate) fn get(&self, about: &str) -> Option<Column> {
        let (_, bytes) = self.columns.iter().find(|(own, _)| **own == *about)?;
        Column::decode(bytes.clone(), self.n_ids).ok()
    }

    /// Forgets all: they are about objects that are not as they were.
    pub(crate) fn clear(&mut self) {
        self.columns.clear();
    }
}

impl Column {
    fn encode(&self, out: &mut Encoder) {
        let (mut text, mut text_ends) = (String::new(), Vec::new());
        let (mut ids, mut id_ends) = (Vec::new(), Vec::new());
        for (value, postings) in self.values.iter().zip(&self.postings) {
            text.push_str(value);
            text_ends.push(text.len() as u64);
            ids.extend(postings.view().to_vec());
            id_ends.push(ids.len() as u64);
        }
        out.bytes(text.as_bytes());
        out.u64s(text_ends.into_iter());
        out.u32s(ids.into_iter());
        out.u64s(id_ends.into_iter());
        out.u32s(self.present.view().to_vec().into_iter());
    }

    /// Every number is looked at: one that led nowhere would stay in the postings.
    fn decode(mut bytes: Decoder, n_ids: usize) -> Result<Column, Malformed> {
        let text = bytes.bytes()?;
        let text = str::from_utf8(&text).map_err(|_| Malformed("the values of a column"))?;
        let text_ends = bytes.numbers::<u64>()?;
        let ids = bytes.numbers::<u32>()?;
        let id_ends = bytes.numbers::<u64>()?;
        let present = bytes.numbers::<u32>()?;
        bytes.end()?;
        Malformed::unless(text_ends.len() == id_ends.len(), "as many postings as values")?;
        let values: Option<Vec<Box<str>>> =
            ranges(&text_ends, text.len()).map(|range| Some(text.get(range?)?.into())).collect();
        let postings: Option<Vec<Postings>> =
            ranges(&id_ends, ids.len()).map(|range| postings_of(ids.get(range?)?, n_ids)).collect();
        let (Some(values), Some(postings), Some(present)) = (values, postings, postings_of(&present, n_ids))
        else {
            return Err(Malformed("a column"));
        };
        Ok(Column { values, postings, present })
    }
}

/// The ranges that end at these places, one after the other up to `len`; `None` where one does not.
fn ranges(ends: &[u64], len: usize) -> impl Iterator<Item = Option<Range<usize>>> {
    let starts = [0].into_iter().chain(ends.iter().copied());
    let last = ends.len().checked_sub(1);
    starts.zip(ends.iter().copied()).enumerate().map(move |(nth, (start, end))| {
        let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
        let is_all = Some(nth) != last || end == len;
        (start <= end && end <= len && is_all).then_some(start..end)
    })
}

/// The postings of ids that are in ascending order and those of objects.
fn postings_of(ids: &[u32], n_ids: usize) -> Option<Postings> {
    let is_sorted = ids.is_sorted_by(|a, b| a < b) && ids.last().is_none_or(|&last| (last as usize) < n_ids);
    is_sorted.then(|| Postings::from_sorted(ids))
}

/// Puts a column together, object by object in ascending order.
#[derive(Debug, Default)]
pub(crate) struct ColumnBuilder {
    numbers: HashMap<Box<str>, u32>,
    /// The objects that have each value; of equal ones side by side only one is kept.
    ids: Vec<Vec<u32>>,
    present: Vec<u32>,
}

impl ColumnBuilder {
    /// An object has a value; none of a value that is no text.
    pub(crate) fn push(&mut self, id: u32, value: Option<&str>) {
        push_once(&mut self.present, id);
        let Some(value) = value else { return };
        // Looked up first, as an entry of the map would need a copy of the text.
        let number = match self.numbers.get(value) {
            Some(&number) => number,
            None => {
                let number = self.ids.len() as u32;
                self.numbers.insert(value.into(), number);
                self.ids.push(Vec::new());
                number
            }
        };
        push_once(&mut self.ids[number as usize], id);
    }

    /// Adds what was read of objects that all come after those here.
    pub(crate) fn append(&mut self, other: ColumnBuilder) {
        self.present.extend(other.present);
        // The map's order and so the new numbers differ from run to run: `finish` sorts the values.
        for (value, number) in other.numbers {
            let ids = &other.ids[number as usize];
            match self.numbers.get(&value) {
                // Still ascending, as all ids of the other are larger.
                Some(&number) => self.ids[number as usize].extend(ids),
                None => {
                    self.numbers.insert(value, self.ids.len() as u32);
                    self.ids.push(ids.clone());
                }
            }
        }
    }

    /// The column, its values in the order of their text.
    pub(crate) fn finish(self) -> Column {
        let mut values: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        values.sort_unstable();
        let postings = values.iter().map(|(_, number)| Postings::from_sorted(&self.ids[*number as usize]));
        Column {
            postings: postings.collect(),
            present: Postings::from_sorted(&self.present),
            values: values.into_iter().map(|(value, _)| value).collect(),
        }
    }
}

fn push_once(ids: &mut Vec<u32>, id: u32) {
    if ids.last() != Some(&id) {
        ids.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_and_without_what_is_before_them() {
        let mut builder = ColumnBuilder::default();
        for (id, value) in ["pod/web-0", "a", "pod/web-1", "pod-x/a-1", "node/b/c", "pod/"].iter().enumerate()
        {
            builder.push(id as u32, Some(value));
        }
        let column = builder.finish();
        assert!(column.has("pod/web-0") && column.has("a") && !column.has("web-0"));
        for name in ["web-0", "web-1", "a", "a-1", "b/c", ""] {
            assert!(column.has_name(name), "{name}");
        }
        for name in ["web", "web-2", "c", "pod/web-0", "pod"] {
            assert!(!column.has_name(name), "{name}");
        }
    }

    #[test]
    fn parts_of_a_column_are_one() {
        let mut first = ColumnBuilder::default();
        first.push(0, Some("b"));
        first.push(0, Some("a"));
        first.push(0, Some("b"));
        first.push(2, None);
        let mut second = ColumnBuilder::default();
        second.push(5, Some("a"));
        second.push(6, Some("c"));
        first.append(second);
        let column = first.finish();
        let read: Vec<(&str, Vec<u32>)> =
            (0..column.len()).map(|n| (column.value(n), column.having(n).to_vec())).collect();
        assert_eq!(read, [("a", vec![0, 5]), ("b", vec![0]), ("c", vec![6])]);
        assert_eq!(column.present().to_vec(), [0, 2, 5, 6]);
    }

    fn saved(column: &Column, n_ids: usize) -> SavedColumns {
        let mut out = Encoder::default();
        SavedColumns::encode([(".x".to_owned(), column)].into_iter(), &mut out);
        SavedColumns::decode(Decoder::new(out.into_bytes().into()), n_ids).unwrap()
    }

    #[test]
    fn a_saved_column_is_what_it_was() {
        let mut builder = ColumnBuilder::default();
        for id in 0..200 {
            builder.push(id, ["", "ä", "b"].get(id as usize % 4).copied());
        }
        let column = builder.finish();
        let read = saved(&column, 200).get(".x").unwrap();
        assert_eq!(format!("{read:?}"), format!("{column:?}"));
        assert!(saved(&column, 200).get(".y").is_none());
        assert!(saved(&column, 199).get(".x").is_none(), "an id of no object");
        let empty = ColumnBuilder::default().finish();
        assert_eq!(saved(&empty, 0).get(".x").unwrap().len(), 0);
    }

    #[test]
    fn a_forged_column_is_none_or_one_of_objects() {
        let mut builder = ColumnBuilder::default();
        (0..9).for_each(|id| builder.push(id, Some(["aü", "b", "c"][id as usize % 3])));
        let mut out = Encoder::default();
        builder.finish().encode(&mut out);
        let bytes = out.into_bytes();
        for place in 0..bytes.len() {
            for value in [0, 1, 0x80, 0xFF, bytes[place] ^ 1, bytes[place].wrapping_add(1)] {
                let mut forged = bytes.clone();
                forged[place] = value;
                let Ok(column) = Column::decode(Decoder::new(forged.into()), 9) else { continue };
                for n in 0..column.len() {
                    let _ = column.value(n);
                    assert!(column.having(n).to_vec().iter().all(|&id| id < 9));
                }
                assert!(column.present().to_vec().iter().all(|&id| id < 9));
            }
            // The last list may lack what fills it up.
            let cut = bytes[..place / 8 * 8].to_vec();
            assert!(Column::decode(Decoder::new(cut.into()), 9).is_err());
        }
    }
}
