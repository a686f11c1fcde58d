//! What is still to be read, in order.

use super::source::{Input, Source};
use crate::load::error::LoadError;
use crate::yaml::YamlTeam;
use std::collections::VecDeque;

/// Something to read that may be read already.
enum Pending {
    Input(Input),
    Source(Source),
}

impl Pending {
    /// How many bytes it has, where that is known beforehand.
    fn n_bytes(&self) -> Option<u64> {
        match self {
            Pending::Input(input) => input.n_bytes(),
            Pending::Source(source) => Some(source.bytes().len() as u64),
        }
    }
}

/// Inputs and sources to be read one after another. Nothing says that an input is one source: what it gives when it is
/// opened stands in its place, and is counted and numbered as if each had been named.
#[derive(Default)]
pub(in crate::load) struct Queue(VecDeque<Pending>);

impl Queue {
    pub(in crate::load) fn of_inputs(inputs: impl IntoIterator<Item = Input>) -> Queue {
        Queue(inputs.into_iter().map(Pending::Input).collect())
    }

    /// The same with sources before it that are read already.
    pub(in crate::load) fn after(self, sources: Vec<Source>) -> Queue {
        Queue(sources.into_iter().map(Pending::Source).chain(self.0).collect())
    }

    /// How many bytes there are in all, where that is known beforehand.
    pub(in crate::load) fn n_bytes(&self) -> Option<u64> {
        // One unknown length leaves none: more would be read than half a total says.
        self.0.iter().map(Pending::n_bytes).sum()
    }

    /// The next source; `None` at the end. YAML is read by the team. `progress` is told how much of it is read so far, until that wants no more.
    pub(in crate::load) fn next_source(
        &mut self,
        team: YamlTeam,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Option<Result<Source, LoadError>> {
        loop {
            match self.0.pop_front()? {
                Pending::Source(source) => return Some(Ok(source)),
                Pending::Input(input) => match open(input, team, progress) {
                    // From the last to the first, so that they stand in front in their own order.
                    Ok(given) => given.into_iter().rev().for_each(|it| self.0.push_front(it)),
                    Err(error) => return Some(Err(error)),
                },
            }
        }
    }
}

/// The sources in an input, and what of it is still to be opened, in their order. A file is one source.
fn open(
    input: Input,
    team: YamlTeam,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<Vec<Pending>, LoadError> {
    Ok(vec![Pending::Source(Source::open(input, progress)?.read_yaml(team))])
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("n_pending", &self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: YamlTeam = YamlTeam { n_threads: 1, min_part: 1 };

    fn input(name: &str, text: &str) -> Input {
        Input::Bytes { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn names(mut queue: Queue) -> Vec<String> {
        let sources = std::iter::from_fn(|| queue.next_source(TEAM, &mut |_| true));
        sources.map(|source| source.unwrap().name().to_owned()).collect()
    }

    #[test]
    fn what_is_read_already_comes_first_and_is_not_read_again() {
        let mut queue = Queue::of_inputs([input("a", "{}"), input("b", "[]"), input("c", "{}")]);
        assert_eq!(queue.n_bytes(), Some(6));
        let first = queue.next_source(TEAM, &mut |_| true).unwrap().unwrap();
        assert_eq!(queue.n_bytes(), Some(4));
        assert_eq!(names(queue.after(vec![first])), ["a", "b", "c"]);
        assert!(names(Queue::default()).is_empty());
    }

    #[test]
    fn what_cannot_be_opened_is_told_in_its_place() {
        let mut queue = Queue::of_inputs([Input::Path("no/such/file".into()), input("b", "")]);
        assert_eq!(queue.n_bytes(), None);
        assert!(queue.next_source(TEAM, &mut |_| true).unwrap().is_err());
        assert_eq!(names(queue), ["b"]);
    }
}
