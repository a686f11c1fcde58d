//! Files that are not there, and those that are and go by nearly the same name.

use std::path::Path;
use std::{fs, io};

/// How the names of dumps end.
const OF_DUMPS: [&str; 7] = [".gz", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".zst"];

pub(super) fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Whether a text looks like the name of a dump, and not of an object or a key.
pub(super) fn resembles_dump(text: &str) -> bool {
    OF_DUMPS.iter().any(|ending| text.ends_with(ending)) || nearest_file(text).is_some()
}

/// The file in the same folder whose name is nearest.
pub(super) fn nearest_file(text: &str) -> Option<String> {
    let (folder, name) = text.split_at(text.rfind('/').map_or(0, |slash| slash + 1));
    let entries = fs::read_dir(if folder.is_empty() { "." } else { folder }).ok()?;
    let is_file = |entry: &fs::DirEntry| !entry.path().is_dir();
    let names = entries.flatten().filter(is_file).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    // What both have in common at the end, such as `.json`, does not make two names alike.
    let stem = |name: &'_ str| name.split('.').next().unwrap_or_default().to_owned();
    let is_alike = |other: &String| {
        stem(other) == stem(name) || selq::text::nearest(&stem(name), [stem(other).as_str()]).is_some()
    };
    names.retain(is_alike);
    names.sort();
    Some(format!("{folder}{}", selq::text::nearest(name, names.iter().map(String::as_str))?))
}
