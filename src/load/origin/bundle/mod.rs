//! Folders and archives: inputs that give several sources, one after another.
//!
//! `folder`, `tar` and `zip` find the members and read them one at a time, so that nothing is unpacked beyond the member
//! that is read; what is asked of all of them alike is asked here: which names count, how a source is called, how much it
//! may become. `layout` tells by the paths which tool wrote a bundle.

mod folder;
mod layout;
mod tar;
mod zip;

use super::budget::Budget;
use super::compress::Compression;
use super::source::Source;
use crate::load::error::{Fault, LoadError, LoadErrorKind, Position};
use crate::load::format;
use crate::load::report::{Notice, Reporter};
use bytes::Bytes;
pub(in crate::load) use folder::Folder;
pub(crate) use folder::files_in_folder;
pub(in crate::load) use folder::folder_len;
use layout::PathLayout;
pub(crate) use layout::known_layout;
use std::io::{self, Read};
use std::sync::Arc;
pub(in crate::load) use tar::{Tar, is_tar, tar_stream};
pub(in crate::load) use zip::{Zip, is_zip};

/// How much of a member is read before the rest: enough to tell a text that is no dump.
const BEGINNING: u64 = format::LOOK_AHEAD as u64 + 4096;
const CUT_SHORT: &str = "the archive may have been cut short on the way: compare its size or checksum with the \
    original's; --skip-invalid reads what is there";

/// What stands in a bundle, as far as its name and kind are known.
pub(in crate::load) struct BundleMember {
    /// The path in the bundle, as it is written there.
    path: Vec<u8>,
    kind: MemberKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum MemberKind {
    File,
    Folder,
    /// A link, a device, a FIFO: it leads somewhere else or has no end.
    Special,
}

/// Told now and then how far the file of a bundle is read, or how many bytes of files in a folder, and says whether it goes
/// on.
pub(in crate::load) type BundleProgress<'p> = dyn FnMut(u64) -> bool + 'p;

/// Finds the members of a bundle in their order, and reads those that are wanted.
pub(in crate::load) trait BundleMembers: Send + Sync {
    /// Goes to the next member. `None` at the end; after a fault there is no next one.
    fn next(&mut self, progress: &mut BundleProgress<'_>) -> Option<Result<BundleMember, Box<Fault>>>;

    /// Reads the member that [`next`](BundleMembers::next) gave. `None` if it is no file after all.
    fn read(&mut self, progress: &mut BundleProgress<'_>) -> Result<Option<Bytes>, Box<Fault>>;

    /// How far the file is read, or how many bytes of files in a folder.
    fn pos(&self) -> u64;

    /// What stands between the bundle's name and a path in it.
    fn separator(&self) -> &'static str;
}

/// A folder or an archive that is being read.
pub(in crate::load) struct Bundle {
    number: usize,
    members: Box<dyn BundleMembers>,
    budget: Budget,
    /// How many bytes the inputs before it had.
    before: u64,
    /// There is no more to be had.
    is_over: bool,
}

/// What is known of a bundle besides its objects.
#[derive(Debug, Default)]
pub(in crate::load) struct BundleFacts {
    pub(in crate::load) name: String,
    /// The cluster that its input is of.
    cluster: Option<Arc<str>>,
    layout: PathLayout,
    /// Links, devices, FIFOs, and paths that lead out of the bundle.
    pub(in crate::load) n_not_followed: u64,
    pub(in crate::load) n_without_objects: u64,
    /// Those among them that are archives.
    pub(in crate::load) n_archives: u64,
    /// Objects that another one stands for.
    pub(in crate::load) n_duplicates: u64,
}

impl BundleFacts {
    pub(in crate::load) fn new(name: &str, cluster: Option<Arc<str>>) -> BundleFacts {
        BundleFacts { name: name.to_owned(), cluster, ..BundleFacts::default() }
    }

    /// Tells what a user should read of it.
    pub(in crate::load) fn tell(&self, report: &mut Reporter<'_>) {
        let BundleFacts { n_without_objects, n_archives, n_not_followed, .. } = *self;
        let (source, layout) = (self.name.clone(), self.layout.name());
        if layout.is_some() || n_without_objects + n_not_followed > 0 {
            let notice = Notice::Bundle { source, layout, n_without_objects, n_archives, n_not_followed };
            report.notice(notice);
        }
        if self.n_duplicates > 0 {
            report.notice(Notice::Duplicates { source: self.name.clone(), n_left_out: self.n_duplicates });
        }
    }

    /// Counts a file in which no object is.
    pub(in crate::load) fn count_without_objects(&mut self, source: &Source) {
        self.n_without_objects += 1;
        self.n_archives += u64::from(is_tar(source.bytes()) || is_zip(source.bytes()));
    }
}

impl Bundle {
    /// A bundle with this number behind so many bytes of other inputs, whose files may become as much as the budget says.
    pub(in crate::load) fn new(
        number: usize,
        members: impl BundleMembers + 'static,
        budget: Budget,
        before: u64,
    ) -> Bundle {
        Bundle { number, members: Box::new(members), budget, before, is_over: false }
    }

    /// How far the inputs are read, with this one as the last.
    pub(in crate::load) fn pos(&self) -> u64 {
        self.before + self.members.pos()
    }

    /// The next file in it that may hold objects; `None` at the end.
    pub(in crate::load) fn next_source(
        &mut self,
        bundles: &mut [BundleFacts],
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Option<Result<Source, LoadError>> {
        let facts = bundles.get_mut(self.number)?;
        let before = self.before;
        loop {
            let path = match self.next_path(facts, &mut |pos| progress(before + pos))? {
                Ok(path) => path,
                Err(fault) => return Some(Err(self.failed(&facts.name, fault))),
            };
            let name = self.name_of(&facts.name, &path);
            let mut start = self.pos();
            // What was told while it was read is not told again while its objects are.
            let mut tell = |pos| {
                start = before + pos;
                progress(start)
            };
            match self.members.read(&mut tell) {
                Ok(Some(bytes)) => {
                    let end = self.pos();
                    let at = end.saturating_sub(bytes.len() as u64);
                    let source = Source::bundled(name, bytes, self.number, &self.budget, &mut |pos| {
                        start = at + pos as u64;
                        progress(start)
                    });
                    let source = source.in_part(start.min(end)..end).in_cluster(facts.cluster.clone());
                    return Some(Ok(source));
                }
                Ok(None) => facts.n_not_followed += 1,
                Err(fault) => return Some(Err(self.failed(&name, fault))),
            }
        }
    }

    /// The path of the next file, which is not read yet.
    fn next_path(
        &mut self,
        facts: &mut BundleFacts,
        progress: &mut BundleProgress<'_>,
    ) -> Option<Result<String, Box<Fault>>> {
        while !self.is_over {
            match self.members.next(progress)?.map(|member| MemberPath::of(&member)) {
                Ok(MemberPath::Inside(path)) => {
                    facts.layout.see(&path);
                    return Some(Ok(path));
                }
                Ok(MemberPath::LeftOut) => {}
                Ok(MemberPath::NotFollowed) => facts.n_not_followed += 1,
                Err(fault) => return Some(Err(fault)),
            }
        }
        None
    }

    /// `bundle.tgz!path`, `dir/path`
    fn name_of(&self, bundle: &str, path: &str) -> String {
        match self.members.separator() {
            "/" if bundle.ends_with('/') => format!("{bundle}{path}"),
            separator => format!("{bundle}{separator}{path}"),
        }
    }

    /// An error of the bundle, or of a member that could not be read; its place has nothing to do with lines.
    fn failed(&mut self, name: &str, fault: Box<Fault>) -> LoadError {
        // The other members would be told to be too large too, one by one.
        self.is_over |= fault.kind == LoadErrorKind::TooLarge;
        let has_place = fault.kind != LoadErrorKind::Unreadable;
        let position = has_place.then_some(Position { line: None, offset: fault.offset as u64 });
        LoadError::new(name, position, None, fault)
    }
}

/// What the path of a member comes to.
#[derive(Debug, PartialEq, Eq)]
enum MemberPath {
    /// A file inside the bundle.
    Inside(String),
    /// A folder, or a name that begins with a dot.
    LeftOut,
    NotFollowed,
}

impl MemberPath {
    fn of(member: &BundleMember) -> MemberPath {
        let path = String::from_utf8_lossy(&member.path);
        // Archives made on Windows may have either; nothing is ever written by this name.
        let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
        let has_drive = matches!(path.as_bytes(), [_, b':', b'/' | b'\\', ..]);
        let is_absolute = path.starts_with(['/', '\\']) || has_drive;
        if is_absolute || parts.contains(&"..") {
            return MemberPath::NotFollowed;
        }
        let is_folder = member.kind == MemberKind::Folder || path.ends_with(['/', '\\']);
        if is_folder || parts.is_empty() || parts.iter().any(|part| is_hidden(part)) {
            return MemberPath::LeftOut;
        }
        match member.kind {
            MemberKind::Special => MemberPath::NotFollowed,
            _ => MemberPath::Inside(parts.join("/")),
        }
    }
}

/// Whether a name is one that lists leave out, such as `.git` or what macOS writes beside files.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Reads a member to its end, or only the beginning of one that is no dump for certain. `pos` tells how far the file of
/// the bundle is read.
fn read_member<R: Read>(
    reader: &mut R,
    pos: impl Fn(&R) -> u64,
    progress: &mut BundleProgress<'_>,
) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    reader.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
    // Whoever reads the beginning finds the same: no more is looked at to tell what a text is.
    let is_no_dump = || {
        format::check(&bytes).is_err()
            && Compression::of(&bytes).is_none()
            && format::may_be_yaml(&bytes) != Some(true)
    };
    if bytes.len() as u64 == BEGINNING && is_no_dump() {
        return Ok((bytes, false));
    }
    while reader.by_ref().take(BEGINNING).read_to_end(&mut bytes)? > 0 && progress(pos(reader)) {}
    bytes.shrink_to_fit();
    Ok((bytes, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_bundle() {
        let of = |path: &str, kind| MemberPath::of(&BundleMember { path: path.as_bytes().to_vec(), kind });
        for (path, expected) in [
            ("a.json", "a.json"),
            ("./a//b.json", "a/b.json"),
            ("a\\b", "a/b"),
            ("a..b", "a..b"),
            ("a/b:c", "a/b:c"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(of(path, MemberKind::File), MemberPath::Inside(expected.to_owned()), "{path}");
        }
        for path in ["", "./", "a/", ".git/config", "a/._b.json", "a/.b/c"] {
            assert_eq!(of(path, MemberKind::File), MemberPath::LeftOut, "{path}");
        }
        assert_eq!(of("a", MemberKind::Folder), MemberPath::LeftOut);
        for path in ["/etc/passwd", "../a", "a/../../b", "C:\\a", "\\a", "a\\..\\b"] {
            assert_eq!(of(path, MemberKind::File), MemberPath::NotFollowed, "{path}");
        }
        assert_eq!(of("a", MemberKind::Special), MemberPath::NotFollowed);
    }
}
