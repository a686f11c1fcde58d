//! The files in a folder, and in the folders in it.

use super::{BundleMember, BundleMembers, BundleProgress, MemberKind, is_hidden};
use crate::load::error::{Fault, unreadable};
use crate::load::origin::source::open_regular;
use bytes::Bytes;
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// A walk through a folder in the order of names. Nothing is followed out of it.
pub(in crate::load) struct Folder {
    root: PathBuf,
    /// What is left of the folders that the walk is in, each from the last name to the first.
    open: Vec<Vec<FolderEntry>>,
    /// The file that is read next, below the root.
    file: PathBuf,
    /// How many bytes the files had that were read.
    pos: u64,
}

struct FolderEntry {
    /// The path below the root.
    path: PathBuf,
    kind: MemberKind,
}

impl Folder {
    /// Reads the names in a folder.
    pub(in crate::load) fn open(root: PathBuf) -> io::Result<Folder> {
        let entries = entries(&root, Path::new(""))?;
        Ok(Folder { root, open: vec![entries], file: PathBuf::new(), pos: 0 })
    }

    fn next_entry(&mut self) -> Option<FolderEntry> {
        loop {
            match self.open.last_mut()?.pop() {
                Some(entry) => return Some(entry),
                None => drop(self.open.pop()),
            }
        }
    }

    /// What an error means where the walk is.
    fn fault(path: &Path, error: &io::Error) -> Box<Fault> {
        let mut fault = unreadable(error);
        // The error is about the folder as a whole, and names what in it cannot be read.
        fault.message = format!("{}: {}", path.display(), fault.message).into();
        fault
    }
}

/// The paths below a folder of all that is in it and in the folders in it, but for these, in the order of names.
pub(crate) fn files_in_folder(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut walk = Folder::open(root.to_owned())?;
    let mut files = Vec::new();
    while let Some(FolderEntry { path, kind }) = walk.next_entry() {
        match kind {
            MemberKind::Folder => walk.open.push(entries(root, &path)?),
            MemberKind::File | MemberKind::Special => files.push(path),
        }
    }
    Ok(files)
}

/// How many bytes the files in a folder have.
pub(in crate::load) fn folder_len(root: &Path) -> io::Result<u64> {
    let len = |file: PathBuf| fs::symlink_metadata(root.join(file)).ok().filter(Metadata::is_file);
    Ok(files_in_folder(root)?.into_iter().filter_map(len).map(|metadata| metadata.len()).sum())
}

impl BundleMembers for Folder {
    fn next(&mut self, _: &mut BundleProgress<'_>) -> Option<Result<BundleMember, Box<Fault>>> {
        let FolderEntry { path, kind } = self.next_entry()?;
        if kind == MemberKind::Folder {
            match entries(&self.root, &path) {
                Ok(entries) => self.open.push(entries),
                Err(error) => return Some(Err(Folder::fault(&path, &error))),
            }
        }
        self.file.clone_from(&path);
        Some(Ok(BundleMember { path: path.into_os_string().into_encoded_bytes(), kind }))
    }

    fn read(&mut self, progress: &mut BundleProgress<'_>) -> Result<Option<Bytes>, Box<Fault>> {
        let start = self.pos;
        let read = open_regular(&self.root.join(&self.file), &mut |pos| progress(start + pos as u64));
        let bytes = read.map_err(|error| unreadable(&error))?;
        self.pos += bytes.as_ref().map_or(0, Bytes::len) as u64;
        Ok(bytes)
    }

    fn pos(&self) -> u64 {
        self.pos
    }

    fn separator(&self) -> &'static str {
        "/"
    }
}

/// What is in a folder below the root, from the last name to the first, without hidden names.
fn entries(root: &Path, folder: &Path) -> io::Result<Vec<FolderEntry>> {
    let mut found: Vec<(OsString, MemberKind)> = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        if !is_hidden(&name.to_string_lossy()) {
            // Does not follow links.
            found.push((name, kind(entry.file_type()?)));
        }
    }
    found.sort_by(|(name, _), (other, _)| other.cmp(name));
    Ok(found.into_iter().map(|(name, kind)| FolderEntry { path: folder.join(name), kind }).collect())
}

fn kind(file_type: FileType) -> MemberKind {
    match () {
        () if file_type.is_file() => MemberKind::File,
        () if file_type.is_dir() => MemberKind::Folder,
        () => MemberKind::Special,
    }
}
