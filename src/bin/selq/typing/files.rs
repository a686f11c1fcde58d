//! Names of files, as arguments: completed from the folder, and taken apart.

use std::fs;

/// A file or folder as an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) argument: String,
    /// The last part of its path.
    pub(crate) name: String,
}

/// The files and folders whose path begins with the argument that is typed, folders with a `/` at the end, in order.
pub(crate) fn beginning_with(typed: &str) -> Vec<File> {
    match typed.split_once('=') {
        // A file may be named with its cluster, as in `prod=pods.json`; a path that has a `=` begins as one.
        Some((cluster, path)) if !cluster.contains(['/', '"', '.', '~']) => paths_beginning_with(path)
            .into_iter()
            .map(|file| File { argument: format!("{cluster}={}", file.argument), ..file })
            .collect(),
        _ => paths_beginning_with(typed),
    }
}

fn paths_beginning_with(typed: &str) -> Vec<File> {
    let path = typed.strip_prefix('"').unwrap_or(typed);
    let (folder, start) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    let read_from = if folder.is_empty() { "./".to_owned() } else { in_home(folder.to_owned()) };
    let Ok(entries) = fs::read_dir(read_from) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        // Hidden files are offered once their dot is typed, as in shells.
        let is_wanted = name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
        let slash = if entry.path().is_dir() { "/" } else { "" };
        is_wanted.then(|| format!("{name}{slash}"))
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    // All alike, so that what they have in common can be taken over.
    let has_blanks = |text: &str| text.contains(char::is_whitespace);
    let is_quoted = path.len() < typed.len() || has_blanks(folder) || names.iter().any(|it| has_blanks(it));
    let argument = |path: String| if is_quoted { quoted(&path) } else { path };
    names.into_iter().map(|name| File { argument: argument(format!("{folder}{name}")), name }).collect()
}

/// The path in quotation marks, which stay open where it goes on.
fn quoted(path: &str) -> String {
    let end = if path.ends_with('/') { "" } else { "\"" };
    format!("\"{path}{end}")
}

/// The last of a command's arguments as far as it is typed, an opening quotation mark too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Last<'t> {
    pub(super) typed: &'t str,
    pub(super) is_first: bool,
}

/// The argument that `text` ends in; an empty one after white space.
pub(super) fn last_argument(text: &str) -> Last<'_> {
    let mut is_first = true;
    let mut rest = text.trim_start();
    while let Some((_, after)) = next_argument(rest)
        && after.starts_with(char::is_whitespace)
    {
        is_first = false;
        rest = after.trim_start();
    }
    Last { typed: rest, is_first }
}

/// The arguments of a command: separated by white space, which one in quotation marks may hold. `~/` is the
/// user's home folder.
pub(crate) fn arguments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((argument, after)) = next_argument(rest) {
        found.push(in_home(argument.to_owned()));
        rest = after.trim_start();
    }
    found
}

/// The first argument without its quotation marks, and what follows it.
fn next_argument(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(quoted) => Some(quoted.split_once('"').unwrap_or((quoted, ""))),
        None if text.is_empty() => None,
        None => Some(text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))),
    }
}

/// The path, with the home folder in place of a `~`.
pub(crate) fn in_home(path: String) -> String {
    let home = || std::env::home_dir()?.into_os_string().into_string().ok();
    match path.strip_prefix("~/").and_then(|rest| Some(format!("{}/{rest}", home()?))) {
        Some(path) => path,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_hold_white_space() {
        assert_eq!(arguments(" a.json  \"my dump.json\" b "), ["a.json", "my dump.json", "b"]);
        assert_eq!(arguments("\"open"), ["open"]);
        assert_eq!(arguments(" "), [""; 0]);
    }

    #[test]
    fn files_complete_within_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pods.json", "pods old.json", ".hidden"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("podium")).unwrap();
        let base = folder.path().to_str().unwrap();
        let found = |typed: &str| {
            let files = beginning_with(typed).into_iter();
            files.map(|file| format!("{} as {}", file.name, file.argument)).collect::<Vec<_>>()
        };
        assert_eq!(found(&format!("{base}/podi")), [format!("podium/ as {base}/podium/")]);
        assert_eq!(
            found(&format!("{base}/pod")),
            [
                format!("podium/ as \"{base}/podium/"),
                format!("pods old.json as \"{base}/pods old.json\""),
                format!("pods.json as \"{base}/pods.json\"")
            ]
        );
        assert_eq!(
            found(&format!("\"{base}/pods o")),
            [format!("pods old.json as \"{base}/pods old.json\"")]
        );
        assert_eq!(found("/no/such/folder/x"), [""; 0]);
    }

    #[test]
    fn the_last_argument_may_be_in_quotation_marks() {
        let last = |text: &'static str| (last_argument(text).typed, last_argument(text).is_first);
        assert_eq!(last(" a.js"), ("a.js", true));
        assert_eq!(last("a.json b"), ("b", false));
        assert_eq!(last("\"my du"), ("\"my du", true));
        assert_eq!(last("\"my dump.json\" x \"b c"), ("\"b c", false));
        assert_eq!((last("a "), last("")), (("", false), ("", true)));
    }
}
