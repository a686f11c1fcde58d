//! The names of types: none means two things.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::architecture::{code, is_word, sources};

/// The types that `code` defines outside of functions and traits, by their names.
fn types(code: &str) -> impl Iterator<Item = &str> {
    code.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub") || *word == "in");
        let keyword = words.find(|word| !word.ends_with(')'))?;
        let name = ["struct", "enum", "trait", "type"].contains(&keyword).then(|| words.next())??;
        Some(&name[..name.find(|c| !is_word(c)).unwrap_or(name.len())])
    })
}

/// Where each name is defined, in the files that `keep` wants.
fn definitions(keep: impl Fn(&Path) -> bool) -> BTreeMap<String, Vec<PathBuf>> {
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in sources(Path::new("src")).into_iter().filter(|path| keep(path)) {
        for name in types(&code(&path)) {
            found.entry(name.to_owned()).or_default().push(path.clone());
        }
    }
    found
}

#[test]
fn no_name_means_two_things() {
    for (name, paths) in definitions(|_| true) {
        assert!(paths.len() == 1, "{name} is defined in {paths:?}: name each after what it is");
    }
}

#[test]
fn definitions_are_seen() {
    let code = "pub(in crate::load) struct A<'a> {\nenum B {\npub trait C: Copy {\n    type D;\ntype E = u8;\npub(crate) struct F(u8);\nfn g() {\nstruct H;\nimpl I {";
    assert_eq!(types(code).collect::<Vec<_>>(), ["A", "B", "C", "E", "F", "H"]);
}
