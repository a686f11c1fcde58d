//! The files in a folder, and in the folders in it.

use super::{BundleMember, BundleMembers, MemberKind, is_hidden};
use crate::load::error::Fault;
use crate::load::origin::source::{open_regular, unreadable};
use bytes::Bytes;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// A walk through a folder in the order of names. Nothing is followed out of it.
pub(in crate::load) struct Folder {
    root: PathBuf,
    /// What is left of the folders that the walk is in, each from the last name to the first.
    open: Vec<Vec<FolderEntry>>,
    /// The file that is read next, below the root.
    file: PathBuf,
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
        Ok(Folder { root, open: vec![entries], file: PathBuf::new() })
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

impl BundleMembers for Folder {
    fn next(&mut self) -> Option<Result<BundleMember, Box<Fault>>> {
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

    fn read(&mut self, progress: &mut dyn FnMut(usize) -> bool) -> Result<Option<Bytes>, Box<Fault>> {
        open_regular(&self.root.join(&self.file), progress).map_err(|error| unreadable(&error))
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
