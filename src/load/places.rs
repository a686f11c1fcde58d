//! Where the objects of a dump stand in its sources.

use crate::ObjectId;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};
use std::ops::Range;

/// Where the objects stand, by id: 16 bytes an object.
#[derive(Debug, Default)]
pub(in crate::load) struct Places {
    // Two lists of plain numbers, no list of pairs: both are read where an index is mapped.
    starts: NumberBuffer<u64>,
    ends: NumberBuffer<u64>,
    /// Ids are given out in the order of reading, so that source and index follow from a few runs.
    runs: Vec<PlaceRun>,
}

/// Objects of one source that follow one another without a gap, up to the next run.
#[derive(Debug)]
struct PlaceRun {
    /// The first object's id.
    first: usize,
    source: usize,
    /// The first object's index.
    index: u64,
}

impl Places {
    /// Writes the places.
    pub(in crate::load) fn encode(&self, out: &mut Encoder) {
        out.u64s(self.starts.iter().copied());
        out.u64s(self.ends.iter().copied());
        out.u64s(self.runs.iter().map(|run| run.first as u64));
        out.u64s(self.runs.iter().map(|run| run.source as u64));
        out.u64s(self.runs.iter().map(|run| run.index));
    }

    /// Reads places in so many sources. Whether they are within these is looked at when one is asked for.
    pub(in crate::load) fn decode(bytes: &mut Decoder, n_sources: usize) -> Result<Places, Malformed> {
        let (starts, ends): (NumberBuffer<u64>, NumberBuffer<u64>) = (bytes.numbers()?, bytes.numbers()?);
        let [firsts, sources, indices]: [NumberBuffer<u64>; 3] =
            [bytes.numbers()?, bytes.numbers()?, bytes.numbers()?];
        let runs = firsts.iter().zip(sources.iter()).zip(indices.iter());
        let runs = runs.map(|((&first, &source), &index)| PlaceRun {
            first: first as usize,
            source: source as usize,
            index,
        });
        let are_pairs = starts.len() == ends.len()
            && [sources.len(), indices.len()] == [firsts.len(); 2]
            && sources.iter().all(|&source| source < n_sources as u64);
        let places = Places { starts, ends, runs: runs.collect() };
        Malformed::unless(are_pairs && places.have_runs(), "places")?;
        Ok(places)
    }

    /// Whether the runs are of all objects.
    fn have_runs(&self) -> bool {
        let n_objects = self.len();
        let first = self.runs.first().map(|run| run.first);
        let last = self.runs.last().map_or(0, |run| run.first);
        first == (n_objects > 0).then_some(0)
            && self.runs.is_sorted_by(|run, next| run.first < next.first)
            && (last < n_objects || n_objects == 0)
            // `index` adds to it unchecked.
            && self.runs.iter().all(|run| run.index.checked_add(n_objects as u64).is_some())
    }

    pub(in crate::load) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(in crate::load) fn span(&self, id: ObjectId) -> Option<Range<usize>> {
        Some(*self.starts.get(id.index())? as usize..*self.ends.get(id.index())? as usize)
    }

    /// The number of the source that the object is in.
    pub(in crate::load) fn source(&self, id: ObjectId) -> Option<usize> {
        self.run(id).map(|run| run.source)
    }

    /// The object's position among those of its source.
    pub(in crate::load) fn index(&self, id: ObjectId) -> Option<u64> {
        self.run(id).map(|run| run.index + (id.index() - run.first) as u64)
    }

    fn run(&self, id: ObjectId) -> Option<&PlaceRun> {
        if id.index() >= self.len() {
            return None;
        }
        let n_before = self.runs.partition_point(|run| run.first <= id.index());
        self.runs.get(n_before.checked_sub(1)?)
    }

    pub(in crate::load) fn push(&mut self, source: usize, index: u64, span: Range<usize>) {
        self.begin_run(self.len(), source, index);
        self.starts.to_mut().push(span.start as u64);
        self.ends.to_mut().push(span.end as u64);
    }

    /// Adds the places of other objects after these, the first of which has this index.
    pub(in crate::load) fn append(&mut self, other: Places, index: u64) {
        let n_before = self.len();
        for run in other.runs {
            self.begin_run(n_before + run.first, run.source, index + run.index);
        }
        self.starts.to_mut().extend_from_slice(&other.starts);
        self.ends.to_mut().extend_from_slice(&other.ends);
    }

    /// Moves an object.
    pub(in crate::load) fn set(&mut self, id: ObjectId, span: Range<usize>) {
        self.starts.to_mut()[id.index()] = span.start as u64;
        self.ends.to_mut()[id.index()] = span.end as u64;
    }

    /// Moves the objects from this id on by so many bytes.
    pub(in crate::load) fn shift(&mut self, first: usize, n_bytes: usize) {
        for places in [self.starts.to_mut(), self.ends.to_mut()] {
            places[first..].iter_mut().for_each(|place| *place += n_bytes as u64);
        }
    }

    /// Gives back memory that was set aside for more.
    pub(in crate::load) fn shrink_to_fit(&mut self) {
        self.starts.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Adds the places of the objects of other sources, which come after `n_sources` others.
    pub(in crate::load) fn append_sources(&mut self, mut other: Places, n_sources: usize) {
        other.runs.iter_mut().for_each(|run| run.source += n_sources);
        self.append(other, 0);
    }

    /// Says where the object `first` stands, unless that follows from the one before.
    fn begin_run(&mut self, first: usize, source: usize, index: u64) {
        let follows = self
            .runs
            .last()
            .is_some_and(|run| run.source == source && run.index + (first - run.first) as u64 == index);
        if !follows {
            self.runs.push(PlaceRun { first, source, index });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_keep_source_and_index() {
        let mut places = Places::default();
        for (source, index) in [(0, 0), (0, 1), (0, 5), (2, 0), (2, 1)] {
            places.push(source, index, 0..2);
        }
        assert_eq!(places.runs.len(), 3);
        let place = |id: u32| Some((places.source(ObjectId(id))?, places.index(ObjectId(id))?));
        assert_eq!(
            [place(1), place(2), place(4), place(5)],
            [Some((0, 1)), Some((0, 5)), Some((2, 1)), None]
        );
    }
}
