//! Names of files, as arguments: completed from the folder, and taken apart.

use std::fs;

/// The files and folders whose path begins with what is typed, folders with a `/` at the end, in order.
pub(super) fn beginning_with(typed: &str) -> Vec<String> {
    let (folder, start) = match typed.rsplit_once('/') {
        Some((folder, start)) => (format!("{folder}/"), start),
        None => (String::new(), typed),
    };
    let Ok(entries) = fs::read_dir(if folder.is_empty() { "." } else { &folder }) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_wanted = name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
        let slash = if entry.path().is_dir() { "/" } else { "" };
        is_wanted.then(|| quoted(&format!("{folder}{name}{slash}")))
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The path as an argument: in quotation marks if it holds white space.
fn quoted(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path.to_owned() }
}

/// The arguments of a command: separated by white space, which one in quotation marks may hold.
pub(crate) fn arguments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (argument, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        found.push(argument.to_owned());
        rest = after.trim_start();
    }
    found
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
        let found = beginning_with(&format!("{base}/pod"));
        let expected =
            [format!("\"{base}/pods old.json\""), format!("{base}/podium/"), format!("{base}/pods.json")];
        assert_eq!(found, expected);
        assert_eq!(beginning_with("/no/such/folder/x"), [""; 0]);
    }
}
