//! What is still to be read, in order.

use super::budget::{Budget, MaxBytes};
use super::bundle::{Bundle, BundleFacts, Folder, Tar, Zip, folder_len, is_tar, is_zip, tar_stream};
use super::compress::Decompressor;
use super::rest::{ComingText, ReadCount};
use super::source::{Input, Origin, Source, gone};
use crate::load::error::{LoadError, Position, unreadable};
use crate::load::format;
use crate::load::report::InputBytes;
use crate::yaml::{self, YamlTeam};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

/// Something to read that may be read already.
enum Pending {
    Input(Input),
    Source(Source),
    /// A source of which only the beginning was read.
    Begun(Source, ComingText),
    /// Stays in front until all files in it were given.
    Bundle(Bundle),
}

/// How an input is opened.
struct Opening<'p> {
    budget: Budget,
    /// How many bytes the inputs before it have.
    before: u64,
    team: YamlTeam,
    progress: &'p mut dyn FnMut(usize) -> bool,
}

/// Inputs and sources to be read one after another. Nothing says that an input is one source: what it gives when it is
/// opened stands in its place, and is counted and numbered as if each had been named.
pub(in crate::load) struct Queue {
    pending: VecDeque<Pending>,
    /// How many bytes of a text that has to be read are kept at most, if it can be read as it comes.
    max_kept: usize,
    /// The folders and archives that were opened, by their numbers.
    bundles: Vec<BundleFacts>,
    max_bytes: MaxBytes,
    /// How many bytes all inputs have.
    total: InputBytes,
    /// How many those have that were opened.
    opened: u64,
    /// How many had those before an input that is read as it comes, and how much of that was read.
    passing: Option<(u64, ReadCount)>,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue::of_inputs([], MaxBytes::default())
    }
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
        Queue {
            pending,
            max_kept: usize::MAX,
            bundles: Vec::new(),
            max_bytes,
            total,
            opened: 0,
            passing: None,
        }
    }

    /// The same where larger texts than this are given with what is still to come of them.
    pub(in crate::load) fn keeping(self, max_kept: usize) -> Queue {
        Queue { max_kept, ..self }
    }

    /// The same with sources before it that are read already. All that is given then is whole.
    ///
    /// # Errors
    ///
    /// When something is missing of one that cannot be had once more.
    pub(in crate::load) fn after(self, sources: Vec<Source>) -> Result<Queue, LoadError> {
        let pending = sources.into_iter().map(|source| match source.is_whole() {
            true => Ok(Pending::Source(source)),
            false => source.again().map(Pending::Input).ok_or_else(|| gone(&source)),
        });
        let pending = pending.chain(self.pending.into_iter().map(Ok)).collect::<Result<_, _>>()?;
        Ok(Queue { pending, ..self }.keeping(usize::MAX))
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
    ) -> Option<Result<(Source, Option<ComingText>), LoadError>> {
        loop {
            match self.pending.pop_front()? {
                Pending::Source(source) => return Some(Ok((source, None))),
                Pending::Begun(source, rest) => return Some(Ok((source, Some(rest)))),
                Pending::Input(input) => match self.open(input, team, progress) {
                    Ok(given) => self.pending.push_front(given),
                    Err(error) => return Some(Err(error)),
                },
                Pending::Bundle(mut bundle) => {
                    let next = bundle.next_source(&mut self.bundles, progress);
                    self.opened = self.opened.max(bundle.pos());
                    if let Some(source) = next {
                        self.pending.push_front(Pending::Bundle(bundle));
                        return Some(source.map(|source| (source.read_yaml(team), None)));
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
        if let Some((before, n_read)) = self.passing.take() {
            self.opened = before + n_read.get();
        }
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
                let (source, rest) = Source::open(input, &budget, self.max_kept)?;
                let opening = Opening { budget, before, team, progress: &mut progress };
                self.begun(source.in_cluster(cluster), rest, opening)
            }
        }
    }

    /// What an opened input is.
    fn begun(
        &mut self,
        source: Source,
        rest: Option<ComingText>,
        opening: Opening<'_>,
    ) -> Result<Pending, LoadError> {
        match rest {
            None => {
                self.opened += source.n_bytes();
                let part = opening.before..self.opened;
                self.unpacked(source.in_part(part), opening)
            }
            Some(ComingText::Compressed(decoder, n_read)) => {
                self.decompressed(source, decoder, n_read, opening)
            }
            Some(rest) => self.read(source, Vec::new(), rest, opening),
        }
    }

    /// What a compressed input is: a tar archive, or a text.
    fn decompressed(
        &mut self,
        source: Source,
        mut decoder: Box<Decompressor>,
        n_read: ReadCount,
        opening: Opening<'_>,
    ) -> Result<Pending, LoadError> {
        let mut text = Vec::new();
        let read = tar_stream(&mut decoder, &mut text);
        if is_tar(&text) {
            let tar = Tar::of_stream(text, *decoder);
            let cluster = source.cluster().map(Arc::from);
            let Opening { budget, before, .. } = opening;
            return Ok(self.begin(source.name(), cluster, |number| Bundle::new(number, tar, budget, before)));
        }
        match read {
            Err(damage) => {
                Ok(Pending::Source(source.with_text(text).damaged(damage)?.read_yaml(opening.team)))
            }
            Ok(()) => self.read(source, text, ComingText::Compressed(decoder, n_read), opening),
        }
    }

    /// Reads the text of a source: to its end, or as much as is kept.
    fn read(
        &mut self,
        source: Source,
        mut text: Vec<u8>,
        mut rest: ComingText,
        opening: Opening<'_>,
    ) -> Result<Pending, LoadError> {
        // At least what tells the format: what is read must not depend on how much is kept.
        let enough = self.max_kept.saturating_add(1).max(format::LOOK_AHEAD);
        let mut read = rest.read_to(&mut text, enough, opening.progress);
        let is_stream = read.is_ok() && text.len() > self.max_kept && can_be_windowed(&text);
        if matches!(read, Ok(false)) && !is_stream {
            read = rest.read_to(&mut text, usize::MAX, opening.progress);
        }
        // The bytes are kept as long as the dump, and up to half of the memory was set aside for more.
        text.shrink_to_fit();
        self.opened = opening.before + rest.n_read().get();
        let part = opening.before..self.opened;
        // What was read to get the text is told while it is, and not a second time while the text is read.
        let start = if source.origin == Origin::Plain || is_stream { part.start } else { part.end };
        let source = source.with_text(text).in_part(start..part.end);
        match read {
            Ok(_) if is_stream => {
                self.passing = Some((part.start, rest.n_read().clone()));
                Ok(Pending::Begun(source, rest))
            }
            Ok(_) if source.origin == Origin::Plain => self.unpacked(source, opening),
            Ok(_) => Ok(Pending::Source(source.read_yaml(opening.team))),
            Err(error) => Ok(Pending::Source(source.damaged(rest.fault(error))?.read_yaml(opening.team))),
        }
    }

    /// What bytes are that are all there: an archive, or a text.
    fn unpacked(&mut self, source: Source, opening: Opening<'_>) -> Result<Pending, LoadError> {
        let (name, bytes) = (source.name().to_owned(), source.shared_bytes());
        let cluster = source.cluster().map(Arc::from);
        let Opening { budget, before, team, .. } = opening;
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
        Ok(Pending::Source(source.read_yaml(team)))
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

/// Whether a text that begins so may be JSON or YAML in UTF-8, and so can be read as it comes.
fn can_be_windowed(beginning: &[u8]) -> bool {
    // A text of another encoding has to be there as a whole before it can be read.
    let is_other = is_tar(beginning) || is_zip(beginning) || yaml::has_utf16_mark(beginning);
    !is_other && format::may_be_yaml(beginning) != Some(false)
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
        sources.map(|source| source.unwrap().0.name().to_owned()).collect()
    }

    #[test]
    fn what_is_read_already_comes_first_and_is_not_read_again() {
        let mut queue =
            Queue::of_inputs([input("a", "{}"), input("b", "[]"), input("c", "{}")], MaxBytes::default());
        assert_eq!(queue.n_bytes().of_files, Some(6));
        let first = queue.next_source(TEAM, &mut |_| true).unwrap().unwrap().0;
        assert_eq!((queue.n_bytes().of_files, &first.part), (Some(6), &(0..2)));
        assert_eq!(names(queue.after(vec![first]).unwrap()), ["a", "b", "c"]);
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
