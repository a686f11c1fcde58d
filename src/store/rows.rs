//! The labels of every object, by object number.

use super::ObjectId;
use super::table::LabelId;

/// For every object the numbers of its labels, as slices of one pool.
///
/// Bulk loading fills the pool without gaps. A row that is set again is overwritten where it stands when
/// it fits, and moved to the end of the pool otherwise; the pool is rewritten when more than half of it
/// is such left-overs, which makes a change cost no more than its own labels on average.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    pool: Vec<LabelId>,
    /// Places in the pool that no row uses any more.
    n_unused: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    start: u32,
    len: u32,
}

impl Rows {
    /// Adds the row of the next object.
    ///
    /// # Panics
    /// When all rows together would hold more than 2³² − 1 labels.
    pub(super) fn push(&mut self, labels: &[LabelId]) {
        let row = self.append(labels);
        self.rows.push(row);
    }

    /// Adds the rows of other objects, with other numbers for their labels.
    pub(super) fn append_mapped(&mut self, other: &Rows, number: impl Fn(LabelId) -> LabelId) {
        let mut row = Vec::new();
        for (_, labels) in other.iter() {
            row.clear();
            row.extend(labels.iter().copied().map(&number));
            self.push(&row);
        }
    }

    /// Replaces the row of an object.
    pub(super) fn set(&mut self, id: ObjectId, labels: &[LabelId]) {
        let old = self.rows[id.index()];
        if labels.len() <= old.len as usize {
            self.n_unused += old.len as usize - labels.len();
            self.pool[old.start as usize..][..labels.len()].copy_from_slice(labels);
            self.rows[id.index()].len = labels.len() as u32;
        } else {
            self.n_unused += old.len as usize;
            self.rows[id.index()] = self.append(labels);
        }
        if self.n_unused > self.pool.len() / 2 {
            self.compact();
        }
    }

    fn append(&mut self, labels: &[LabelId]) -> Row {
        let start = u32::try_from(self.pool.len()).expect("fewer than 2^32 labels on all objects");
        self.pool.extend_from_slice(labels);
        Row { start, len: labels.len() as u32 }
    }

    fn compact(&mut self) {
        let mut pool = Vec::with_capacity(self.pool.len() - self.n_unused);
        for row in &mut self.rows {
            let start = pool.len() as u32;
            pool.extend_from_slice(&self.pool[row.start as usize..][..row.len as usize]);
            row.start = start;
        }
        self.pool = pool;
        self.n_unused = 0;
    }

    /// The labels of an object.
    pub(super) fn labels(&self, id: ObjectId) -> &[LabelId] {
        let row = self.rows[id.index()];
        &self.pool[row.start as usize..][..row.len as usize]
    }

    /// All rows in the order of the object numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ObjectId, &[LabelId])> {
        (0..self.rows.len() as u32).map(ObjectId).map(|id| (id, self.labels(id)))
    }

    /// How many labels all rows have together.
    pub(super) fn n_labels(&self) -> usize {
        self.pool.len() - self.n_unused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ids: &[u32]) -> Vec<LabelId> {
        ids.iter().copied().map(LabelId).collect()
    }

    #[test]
    fn rows_keep_their_labels_through_changes() {
        let mut rows = Rows::default();
        let mut model: Vec<Vec<LabelId>> = (0..20).map(|n| labels(&vec![n; n as usize % 5])).collect();
        model.iter().for_each(|row| rows.push(row));
        for step in 0..200_u32 {
            let at = (step * 7 % 20) as usize;
            model[at] = labels(&vec![step; step as usize * 3 % 8]);
            rows.set(ObjectId(at as u32), &model[at]);
        }
        let found: Vec<Vec<LabelId>> = rows.iter().map(|(_, row)| row.to_vec()).collect();
        assert_eq!(found, model);
        assert_eq!(rows.n_labels(), model.iter().map(Vec::len).sum::<usize>());
        assert!(rows.pool.len() <= 2 * rows.n_labels() + 8, "left-overs are cleared away");
    }
}
