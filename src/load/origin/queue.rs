//! What is still to be read, in order.

use super::budget::{Budget, MaxBytes};
use super::bundle::{Bundle, BundleFacts, Folder, Tar, Zip, folder_len, is_tar, is_zip, tar_stream};
use super::compress::Compression;
use super::source::{Input, Origin, Source, unreadable};
use crate::load::error::{LoadError, Position};
use crate::load::report::InputBytes;
use crate::yaml::YamlTeam;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

/// Something to read that may be read already.
enum Pending {
    Input(Input),
    Source(Source),
    /// Stays in front until all files in it were given.
    Bundle(Bundle),
}

/// Inputs and sources to be read one after another. Nothing says that an input is one source: what it gives when it is
/// opened stands in its place, and is counted and numbered as if each had been named.
#[derive(Default)]
pub(in crate::load) struct Queue {
    pending: VecDeque<Pending>,
    /// The folders and archives that were opened, by their numbers.
    bundles: Vec<BundleFacts>,
    max_bytes: MaxBytes,
    /// How many bytes all inputs have.
    total: InputBytes,
    /// How many those have that were opened.
    opened: u64,
}

impl Queue {
    /// Inputs each of which may become so many bytes.
    pub(in crate::load) fn of_inputs(inputs: impl IntoIterator<Item = Input>, max_bytes: MaxBytes) -> Queue {
        let inputs: Vec<Input> = inputs.into_iter().collect();
        let (folders, files): (Vec<&Input>, Vec<&Input>) =
            inputs.iter().partition(|input| input.folder().is_some());
        let total = InputBytes {
            // One unknown length leaves none: more would be read than half a total says.
            of_files: files.into_iter().map(Input::n_bytes).sum(),
            folders: folders.into_iter().filter_map(Input::folder).map(Path::to_owned).collect(),
            folder_len,
        };
        let pending = inputs.into_iter().map(Pending::Input).collect();
        Queue { pending, bundles: Vec::new(), max_bytes, total, opened: 0 }
    }

    /// The same with sources before it that are read already.
    pub(in crate::load) fn after(self, sources: Vec<Source>) -> Queue {
        Queue { pending: sources.into_iter().map(Pending::Source).chain(self.pending).collect(), ..self }
    }

    /// How many bytes there are in all, those read already included.
    pub(in crate::load) fn n_bytes(&self) -> InputBytes {
        self.total.clone()
    }

    /// The next source; `None` at the end. YAML is read by the team. `progress` is told how much of all inputs is read so
    /// far, until that wants no more.
    pub(in crate::load) fn next_source(
        &mut self,
        team: YamlTeam,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Option<Result<Source, LoadError>> {
        loop {
            match self.pending.pop_front()? {
                Pending::Source(source) => return Some(Ok(source)),
                Pending::Input(input) => match self.open(input, team, progress) {
                    Ok(given) => self.pending.push_front(given),
                    Err(error) => return Some(Err(error)),
                },
                Pending::Bundle(mut bundle) => {
                    let next = bundle.next_source(&mut self.bundles, progress);
                    self.opened = self.opened.max(bundle.pos());
                    if let Some(source) = next {
                        self.pending.push_front(Pending::Bundle(bundle));
                        return Some(source.map(|source| source.read_yaml(team)));
                    }
                }
            }
        }
    }

    /// What is known of the folders and archives that were opened.
    pub(in crate::load) fn bundles(&self) -> &[BundleFacts] {
        &self.bundles
    }

    /// Counts a file of a folder or archive that is no dump.
    pub(in crate::load) fn without_objects(&mut self, source: &Source) {
        if let Some(bundle) = source.bundle.and_then(|number| self.bundles.get_mut(number)) {
            bundle.count_without_objects(source);
        }
    }

    /// What is known of the folder or archive that has this number.
    pub(in crate::load) fn bundle_mut(&mut self, number: usize) -> Option<&mut BundleFacts> {
        self.bundles.get_mut(number)
    }

    /// The source that an input is, or the folder or archive.
    fn open(
        &mut self,
        input: Input,
        team: YamlTeam,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Pending, LoadError> {
        let before = self.opened;
        let mut progress = |pos: usize| progress(before + pos as u64);
        let budget = Budget::new(self.max_bytes);
        let (input, cluster) = input.split_cluster();
        let name = input.name();
        match input {
            Input::Path(path) if path.is_dir() => {
                let folder = Folder::open(path)
                    .map_err(|error| LoadError::new(&name, None, None, unreadable(&error)))?;
                Ok(self.begin(&name, cluster, |number| Bundle::new(number, folder, budget, before)))
            }
            input => {
                let source = Source::read(input, &mut progress)?.in_cluster(cluster);
                self.opened += source.n_bytes();
                let part = before..self.opened;
                let unpacked = self.unpacked(source, budget, before, &mut progress)?;
                Ok(match unpacked {
                    Pending::Source(source) => {
                        // What is decompressed is told while it is, and not a second time while it is read.
                        let start = if source.origin == Origin::Plain { part.start } else { part.end };
                        Pending::Source(source.read_yaml(team).in_part(start..part.end))
                    }
                    other => other,
                })
            }
        }
    }

    /// What a source is whose first bytes are looked at: an archive, a compressed text, or what it is.
    fn unpacked(
        &mut self,
        source: Source,
        budget: Budget,
        before: u64,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Pending, LoadError> {
        let (name, bytes) = (source.name().to_owned(), source.shared_bytes());
        let cluster = source.cluster().map(Arc::from);
        if let Some(compression) = Compression::of(&bytes) {
            let mut decoder = compression.decoder(bytes, budget.clone());
            let mut text = Vec::new();
            let read = tar_stream(&mut decoder, &mut text);
            if is_tar(&text) {
                let tar = Tar::of_stream(text, decoder);
                return Ok(self.begin(&name, cluster, |number| Bundle::new(number, tar, budget, before)));
            }
            let read = read.and_then(|()| decoder.read_rest(&mut text, progress));
            return Ok(Pending::Source(source.decompressed(text, read.err())));
        }
        if is_tar(&bytes) {
            let tar = Tar::of_bytes(bytes);
            return Ok(self.begin(&name, cluster, |number| Bundle::new(number, tar, budget, before)));
        }
        if is_zip(&bytes) {
            let zip = Zip::open(bytes, budget.clone()).map_err(|fault| {
                let position = Position { line: None, offset: fault.offset as u64 };
                LoadError::new(&name, Some(position), None, fault)
            })?;
            return Ok(self.begin(&name, cluster, |number| Bundle::new(number, zip, budget, before)));
        }
        Ok(Pending::Source(source))
    }

    /// Numbers a folder or archive.
    fn begin(
        &mut self,
        name: &str,
        cluster: Option<Arc<str>>,
        bundle: impl FnOnce(usize) -> Bundle,
    ) -> Pending {
        let number = self.bundles.len();
        self.bundles.push(BundleFacts::new(name, cluster));
        Pending::Bundle(bundle(number))
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("n_pending", &self.pending.len()).finish()
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
        let mut queue =
            Queue::of_inputs([input("a", "{}"), input("b", "[]"), input("c", "{}")], MaxBytes::default());
        assert_eq!(queue.n_bytes().of_files, Some(6));
        let first = queue.next_source(TEAM, &mut |_| true).unwrap().unwrap();
        assert_eq!((queue.n_bytes().of_files, &first.part), (Some(6), &(0..2)));
        assert_eq!(names(queue.after(vec![first])), ["a", "b", "c"]);
        assert!(names(Queue::default()).is_empty());
    }

    #[test]
    fn what_cannot_be_opened_is_told_in_its_place() {
        let mut queue =
            Queue::of_inputs([Input::Path("no/such/file".into()), input("b", "")], MaxBytes::default());
        assert_eq!(queue.n_bytes().of_files, None);
        assert!(queue.next_source(TEAM, &mut |_| true).unwrap().is_err());
        assert_eq!(names(queue), ["b"]);
    }
}
