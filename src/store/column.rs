//! Columns: what was read of objects besides their labels, with postings by value.

use std::collections::HashMap;

use super::postings::{Postings, PostingsView};

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

    /// The objects that have a value.
    pub(crate) fn having(&self, number: u32) -> PostingsView<'_> {
        self.postings[number as usize].view()
    }

    /// The objects that have any value.
    pub(crate) fn present(&self) -> PostingsView<'_> {
        self.present.view()
    }
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
}
