//! The arrows between the modules, held by reading the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the library may use of the others.
const ARROWS: [(&str, &[&str]); 30] = [
    ("parallel", &[]),
    ("formula", &[]),
    ("json", &[]),
    // What is asked of one object stands below the queries, and what objects have to do with each other above them: see
    // `UPPER_ROOMS`.
    ("kubernetes", &["json", "store", "suggest"]),
    ("kubernetes::places", &["kubernetes", "store"]),
    ("kubernetes::columns", &["kubernetes", "load", "parallel", "selector", "store"]),
    (
        "kubernetes::audit",
        &[
            "json",
            "kubernetes",
            "kubernetes::links",
            "kubernetes::scheduling",
            "label",
            "load",
            "parallel",
            "plan",
            // Rules of one's own are queries.
            "query",
            "selector",
            "store",
            "suggest",
        ],
    ),
    (
        "kubernetes::links",
        &["json", "kubernetes", "label", "load", "parallel", "plan", "selector", "selector_set", "store"],
    ),
    (
        "kubernetes::scheduling",
        &[
            "json",
            "kubernetes",
            "kubernetes::links",
            "label",
            "load",
            "parallel",
            "plan",
            "selector",
            "selector_set",
            "store",
            "suggest",
        ],
    ),
    ("shown", &[]),
    ("span", &[]),
    ("suggest", &[]),
    ("codec", &[]),
    // A page without code.
    ("with_kube", &[]),
    ("yaml", &["json"]),
    ("label", &["span"]),
    ("path", &["json", "shown", "span"]),
    ("diff", &["edit", "json", "load", "parallel", "store"]),
    ("edit", &["json", "label", "shown", "span"]),
    ("syntax", &["span"]),
    ("selector", &["formula", "syntax", "label", "shown", "span"]),
    ("store", &["parallel", "label", "codec"]),
    ("load", &["json", "path", "store", "label", "edit", "shown", "codec", "yaml"]),
    ("saved", &["load", "query", "store", "codec"]),
    (
        "query",
        &[
            "codec",
            "formula",
            "json",
            "kubernetes",
            "label",
            "load",
            "parallel",
            "path",
            // What other objects say of one is found by plans.
            "plan",
            "selector",
            "store",
            "suggest",
            "syntax",
        ],
    ),
    ("sql", &["formula", "kubernetes", "path", "query", "selector", "syntax"]),
    ("watch", &["label", "load", "store", "edit", "selector", "selector_set"]),
    ("plan", &["formula", "parallel", "query", "selector", "store", "suggest", "syntax"]),
    ("selector_set", &["formula", "query", "selector", "store", "label"]),
    ("error", &["edit", "label", "load", "path", "saved", "selector"]),
];

/// Folders that are a module of their own for these arrows, though they lie in another: what lies beside them may not use
/// what they may.
const UPPER_ROOMS: [(&str, &str); 5] = [
    ("kubernetes/audit", "kubernetes::audit"),
    ("kubernetes/columns", "kubernetes::columns"),
    ("kubernetes/links", "kubernetes::links"),
    ("kubernetes/places", "kubernetes::places"),
    ("kubernetes/scheduling", "kubernetes::scheduling"),
];

/// The front page, which re-exports, and the program, which sees the public API only.
const WITHOUT_ARROWS: [&str; 2] = ["lib", "bin"];

const PROGRAM: &str = "src/bin/selq";

/// What each room of the program may use of the others.
const PROGRAM_ARROWS: [(&str, &[&str]); 11] = [
    ("config", &[]),
    ("exit", &[]),
    ("terminal", &["config"]),
    ("typing", &["terminal"]),
    ("output", &["config", "terminal"]),
    ("args", &["config", "output", "terminal"]),
    ("selection", &["args", "config", "terminal"]),
    ("input", &["args", "config", "exit", "terminal"]),
    ("complete", &["args", "config", "input", "selection", "typing"]),
    ("commands", &["args", "complete", "config", "exit", "input", "output", "selection", "terminal"]),
    ("repl", &["args", "commands", "config", "exit", "input", "output", "selection", "terminal", "typing"]),
];

/// Crates that only some places may use.
const CRATES: [(&str, &[&str]); 16] = [
    ("nom", &["src/syntax/", "src/path/"]),
    (
        "roaring",
        &[
            "src/store/",
            "src/plan/",
            "src/selector_set/",
            "src/kubernetes/links/",
            "src/kubernetes/scheduling/",
        ],
    ),
    ("memmap2", &["src/load/"]),
    ("regex_syntax", &["src/sql/"]),
    ("bytes", &["src/codec/", "src/saved/", "src/load/origin/"]),
    ("tar", &["src/load/origin/bundle/"]),
    ("rawzip", &["src/load/origin/bundle/zip.rs"]),
    ("bytemuck", &["src/codec/"]),
    ("twox_hash", &["src/saved/", "src/load/origin/reread.rs"]),
    ("clap", &["src/bin/"]),
    ("anyhow", &["src/bin/"]),
    ("csv", &["src/bin/"]),
    ("indicatif", &["src/bin/"]),
    ("ctrlc", &["src/bin/selq/repl/editor/mod.rs", "src/bin/selq/commands/watch.rs"]),
    ("rustyline", &["src/bin/selq/repl/editor/"]),
    ("toml", &["src/bin/"]),
];

/// The public names at the root of the crate, and the module that each comes from.
pub(crate) fn exports() -> Vec<(String, String)> {
    let lib = read(Path::new("src/lib.rs"));
    let statements = lib.split("pub use ").skip(1).map(|rest| rest.split(';').next().unwrap().to_owned());
    let names = statements.flat_map(|statement| {
        let (module, names) = statement.trim_start_matches("crate::").split_once("::").unwrap();
        let names: Vec<_> = names.split([',', '{', '}']).map(|name| name.trim().to_owned()).collect();
        let module = module.to_owned();
        names.into_iter().filter(|name| !name.is_empty()).map(move |name| (name, module.clone()))
    });
    names.collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The source files under `folder`, as paths from the root of the project.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// The code of a file: without comments and without its tests, which may use anything.
pub(crate) fn code(path: &Path) -> String {
    let text = read(path);
    let tests = ["#[cfg(test)]\nmod tests", "#[cfg(test)]\npub(crate) mod tests"];
    let end = tests.iter().filter_map(|tests| text.find(tests)).min().unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top module that a file belongs to, by its path from the root of the crate: `selector` for `selector/help.rs`,
/// `label` for `label.rs`.
fn module(path: &Path) -> String {
    if let Some((_, room)) = UPPER_ROOMS.iter().find(|(folder, _)| path.starts_with(folder)) {
        return (*room).to_owned();
    }
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Whether `name` stands in `code` as a word of its own.
pub(crate) fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(start, _)| {
        !code[..start].ends_with(is_word) && !code[start + name.len()..].starts_with(is_word)
    })
}

/// Whether a character belongs to a name.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The paths after `crate::` in `code`, or after as many `super::` as lead to the root from `depth` modules below it,
/// each as its first word; a group in braces counts as each of its paths.
fn root_paths(code: &str, depth: usize) -> Vec<&str> {
    let to_root = "super::".repeat(depth);
    // A longer chain of `super::` ends with the shorter one, but does not begin at a word.
    let supers = code.match_indices(&to_root).filter(|(start, _)| !code[..*start].ends_with("super::"));
    let after_supers = supers.map(|(start, found)| &code[start + found.len()..]);
    let after_crate = code.split("crate::").skip(1);
    let first = |path: &str| path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let paths = after_crate.chain(after_supers.filter(|_| depth > 0)).flat_map(paths_of_group);
    paths.map(|path| &path[..first(path)]).filter(|word| !word.is_empty() && *word != "super").collect()
}

/// The paths in the group in braces that `rest` begins with, however they nest; or `rest` itself.
fn paths_of_group(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else { return vec![rest] };
    let (mut depth, mut start, mut paths) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                paths.push(group[start..at].trim());
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    paths
}

/// How many modules a file is below the root of the crate: 1 for `label.rs` and `load/mod.rs`.
fn depth(path: &Path) -> usize {
    path.components().count() - usize::from(path.ends_with("mod.rs"))
}

/// Holds a file to what its module may use; `exports` are names at the root of the crate with the modules they come from.
fn check_arrows(path: &Path, root: &str, arrows: &[(&str, &[&str])], exports: &[(String, String)]) {
    let inside = path.strip_prefix(root).unwrap();
    let own = module(inside);
    let below = arrows.iter().find(|(module, _)| *module == own);
    let (_, below) = below.unwrap_or_else(|| panic!("no arrows for the module {own}: {}", path.display()));
    for used in root_paths(&code(path), depth(inside)) {
        let used = exports.iter().find(|(name, _)| name == used).map_or(used, |(_, module)| module);
        assert!(used == own || below.contains(&used), "{} uses {used}", path.display());
    }
}

#[test]
fn modules_use_only_those_below_them() {
    let exports = exports();
    assert!(
        exports.contains(&("Selector".into(), "selector".into())),
        "the exports of src/lib.rs are understood"
    );
    for path in sources(Path::new("src")) {
        let inside = path.strip_prefix("src").unwrap();
        if !WITHOUT_ARROWS.contains(&module(inside).as_str()) {
            check_arrows(&path, "src", &ARROWS, &exports);
        }
    }
}

#[test]
fn rooms_of_the_program_use_only_those_below_them() {
    for path in sources(Path::new(PROGRAM)) {
        if !path.ends_with("main.rs") {
            check_arrows(&path, PROGRAM, &PROGRAM_ARROWS, &[]);
        }
    }
}

#[test]
fn crates_stay_where_they_belong() {
    for path in sources(Path::new("src")) {
        let code = code(&path);
        for (name, places) in CRATES {
            let is_used = code.contains(&format!("use {name}::")) || code.contains(&format!(" {name}::"));
            let may = places.iter().any(|place| path.starts_with(place));
            assert!(may || !is_used, "{} uses {name}", path.display());
        }
    }
}

#[test]
fn the_library_never_ends_the_program() {
    for path in sources(Path::new("src")).iter().filter(|path| !path.starts_with("src/bin")) {
        assert!(!mentions(&code(path), "process::exit"), "{} may end the program", path.display());
    }
}

#[test]
fn unsafe_code_is_in_one_file() {
    for path in sources(Path::new("src")) {
        // closed.rs has only the word, in an attribute that asks for it.
        let may = [Path::new("src/load/origin/mmap.rs"), Path::new("src/bin/selq/terminal/closed.rs")]
            .contains(&&*path);
        assert!(may || !mentions(&code(&path), "unsafe"), "{} has unsafe code", path.display());
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    assert_eq!(
        root_paths("use crate::{Span, label};\nlet x = crate::store::new();", 1),
        ["Span", "label", "store"]
    );
    let nested = "use crate::{load::{Dump, error::{A, B}}, store, codec::*};";
    assert_eq!(root_paths(nested, 1), ["load", "store", "codec"]);
    let supers = "use super::super::store::Store;\nuse super::error::A;\nsuper::super::super::x();";
    assert_eq!(root_paths(supers, 2), ["store"]);
    assert_eq!(root_paths("use super::store::Store;", 1), ["store"]);
    let depths = ["label.rs", "load/mod.rs", "load/objects/walk.rs", "json/skim/mod.rs"];
    assert_eq!(depths.map(|path| depth(Path::new(path))), [1, 1, 3, 2]);
    assert!(mentions("unsafe {", "unsafe") && !mentions("unsafe_code", "unsafe"));
    assert_eq!(module(Path::new("selector/help.rs")), "selector");
    assert_eq!(module(Path::new("label.rs")), "label");
}
