//! No file uses another one that uses it in turn, held by reading the sources.
//!
//! Names are followed through prefixes and exports to the file that has them. A folder's own file is its front: what lies
//! in the folder shares what the front defines, as Rust lets it see the front's private parts, and that is no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::architecture::{code, is_word, mentions, sources};

/// Two files that may use each other: lists within lists are walked by one and found by the other.
const ALLOWED: [[&str; 2]; 1] = [["src/load/objects/parts.rs", "src/load/objects/walk.rs"]];

/// How many names may lead from one to the next before a path is given up.
const MAX_HOPS: usize = 40;

/// The modules of a crate, each by the path from the root to it: `["load", "json"]`.
type Modules = BTreeMap<Vec<String>, Source>;

/// A file, and what its names stand for.
struct Source {
    file: PathBuf,
    /// The code without its `use`s.
    code: String,
    uses: Vec<Use>,
}

/// A name that a file brings in.
struct Use {
    name: String,
    path: Vec<String>,
    /// Whether it is for others too, which the file itself may have no need of.
    is_public: bool,
}

/// The modules of the crate whose root is `root`, other than those in `without`.
fn modules(root: &Path, without: Option<&Path>) -> Modules {
    let files = sources(root.parent().unwrap()).into_iter();
    let files = files.filter(|file| without.is_none_or(|without| !file.starts_with(without)));
    let source = |file: PathBuf| Source::new(file.clone(), &code(&file));
    files.map(|file| (module_path(root, &file), source(file))).collect()
}

/// `["load", "json"]` for `load/json/mod.rs`, `["label"]` for `label.rs`, and nothing for the root.
fn module_path(root: &Path, file: &Path) -> Vec<String> {
    if file == root {
        return Vec::new();
    }
    let inside = file.strip_prefix(root.parent().unwrap()).unwrap().with_extension("");
    let mut path: Vec<String> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    path.pop_if(|last| last == "mod");
    path
}

impl Source {
    fn new(file: PathBuf, code: &str) -> Source {
        let (uses, code) = uses(&without_texts(code));
        Source { file, code, uses }
    }
}

/// The code with nothing in its string literals, where words are no names.
fn without_texts(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(start) = rest.find('"') {
        let is_character = rest[..start].ends_with(['\'', '\\']);
        kept.push_str(&rest[..=start]);
        rest = &rest[start + 1..];
        if is_character {
            continue;
        }
        let hashes = kept[..kept.len() - 1].chars().rev().take_while(|&it| it == '#').count();
        rest = &rest[end_of_text(rest, hashes)..];
    }
    kept + rest
}

/// Where the literal that `rest` is inside of ends: a raw one with as many `#` as it began with.
fn end_of_text(rest: &str, hashes: usize) -> usize {
    if hashes > 0 {
        let end = format!("\"{}", "#".repeat(hashes));
        return rest.find(&end).map_or(rest.len(), |at| at + end.len());
    }
    let mut is_escaped = false;
    let end = rest.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(rest.len(), |at| at + 1)
}

/// The names that `use` brings in, and the code without them.
fn uses(code: &str) -> (Vec<Use>, String) {
    let (mut uses, mut others) = (Vec::new(), String::new());
    let mut rest = code;
    while let Some(at) =
        rest.match_indices("use ").map(|(at, _)| at).find(|&at| begins_statement(&rest[..at]))
    {
        let (before, statement) = (&rest[..at], &rest[at + 4..]);
        let (tree, after) = statement.split_once(';').unwrap();
        others.push_str(before);
        rest = after;
        let line = before.rsplit('\n').next().unwrap();
        let is_public = line.trim_start().starts_with("pub");
        let paths = paths_of_tree(&tree.split_whitespace().collect::<Vec<_>>().join(" "));
        uses.extend(paths.into_iter().map(|(path, name)| Use { name, path, is_public }));
    }
    others.push_str(rest);
    (uses, others)
}

fn begins_statement(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap().trim();
    line.is_empty() || (line.starts_with("pub") && !line.contains(' '))
}

/// The paths in the tree of a `use`, each with the name that it has in the file.
fn paths_of_tree(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        let name = if name.is_empty() { path.last().unwrap().clone() } else { name.to_owned() };
        return vec![(path, name)];
    };
    let prefix: Vec<String> = prefix.split("::").filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let inside = &group[..group.rfind('}').unwrap()];
    let branches = branches(inside).into_iter().flat_map(paths_of_tree);
    branches.map(|(path, name)| under(&prefix, path, name)).collect()
}

/// The path below a prefix; `self` is the prefix itself.
fn under(prefix: &[String], path: Vec<String>, name: String) -> (Vec<String>, String) {
    let is_self = path == ["self"];
    let whole = prefix.iter().cloned().chain(path.into_iter().filter(|_| !is_self)).collect();
    let name = if name == "self" { prefix.last().unwrap().clone() } else { name };
    (whole, name)
}

/// The parts of a group between its own commas.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, character) in group.char_indices().chain([(group.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.into_iter().filter(|branch| !branch.is_empty()).collect()
}

/// The paths of two names and more in the code: `a::b::c`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let words = code.split(|character: char| !is_word(character) && character != ':');
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    paths.map(|path| path.split("::").filter(|it| !it.is_empty()).map(str::to_owned).collect()).collect()
}

/// The module in which `path` ends, seen from `module`, that has the last thing it names; `None` for what is no module
/// of this crate, or for a module itself, which is nothing before something in it is named.
fn target(modules: &Modules, module: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    if depth == 0 {
        return None;
    }
    let child = || module.iter().chain([first]).cloned().collect::<Vec<_>>();
    match first.as_str() {
        "crate" => target(modules, &[], rest, depth - 1),
        "self" => target(modules, module, rest, depth - 1),
        "super" => target(modules, &module[..module.len().checked_sub(1)?], rest, depth - 1),
        _ if modules.contains_key(&child()) => target(modules, &child(), rest, depth - 1),
        name => match modules[module].uses.iter().find(|it| it.name == *name) {
            Some(it) => {
                let whole: Vec<String> = it.path.iter().chain(rest).cloned().collect();
                target(modules, module, &whole, depth - 1)
            }
            None => Some(module.to_vec()),
        },
    }
}

/// Whether a path says by itself where it begins. Any other one begins with a name of the file or of another crate.
fn is_local(modules: &Modules, module: &[String], path: &[String]) -> bool {
    let first = &path[0];
    let child: Vec<String> = module.iter().chain([first]).cloned().collect();
    ["crate", "super", "self"].contains(&first.as_str())
        || modules.contains_key(&child)
        || modules[module].uses.iter().any(|it| it.name == *first && it.path != [first.clone()])
}

/// The modules that a module uses.
fn used(modules: &Modules, module: &[String]) -> BTreeSet<Vec<String>> {
    let source = &modules[module];
    let needed = source.uses.iter().filter(|it| !it.is_public || mentions(&source.code, &it.name));
    let brought = needed.map(|it| it.path.clone()).chain(paths(&source.code));
    let local = brought.filter(|path| is_local(modules, module, path));
    let targets = local.filter_map(|path| target(modules, module, &path, MAX_HOPS));
    let is_front_of_it = |target: &Vec<String>| module.starts_with(target);
    targets.filter(|target| !is_front_of_it(target)).collect()
}

/// The pairs and longer rings of modules that use each other, as the files that they are.
fn circles(modules: &Modules) -> Vec<Vec<PathBuf>> {
    let reached = reached(modules);
    let mutual = |a: &Vec<String>| -> BTreeSet<PathBuf> {
        let others = reached[a].iter().filter(|&b| reached[b].contains(a));
        others.map(|it| modules[it].file.clone()).collect()
    };
    let found: BTreeSet<BTreeSet<PathBuf>> = modules.keys().map(mutual).collect();
    found.into_iter().filter(|circle| !circle.is_empty()).map(|it| it.into_iter().collect()).collect()
}

/// The modules that each module uses, and those that they use, to the last.
fn reached(modules: &Modules) -> BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> {
    let direct: BTreeMap<_, _> = modules.keys().map(|module| (module, used(modules, module))).collect();
    let all = |module| {
        let mut found = BTreeSet::new();
        let mut next = vec![module];
        while let Some(module) = next.pop() {
            next.extend(direct[module].iter().filter(|&it| found.insert(it.clone())));
        }
        (module, found)
    };
    modules.keys().map(all).collect()
}

/// The modules of the library and of the program.
fn crates() -> [Modules; 2] {
    let library = modules(Path::new("src/lib.rs"), Some(Path::new("src/bin")));
    [library, modules(Path::new("src/bin/selq/main.rs"), None)]
}

#[test]
fn no_file_uses_one_that_uses_it() {
    for circle in crates().iter().flat_map(circles) {
        assert!(ALLOWED.iter().any(|allowed| circle == allowed.map(PathBuf::from)), "a circle of {circle:?}");
    }
}

#[test]
fn the_circles_that_are_allowed_are_there() {
    let found: Vec<_> = crates().iter().flat_map(circles).collect();
    for allowed in ALLOWED {
        assert!(found.contains(&allowed.map(PathBuf::from).to_vec()), "{allowed:?} is no circle any more");
    }
}

/// The circles of a crate of these modules, each given by its path and its code.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<PathBuf>> {
    let path = |path: &str| path.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
    circles(&files.iter().map(|&(name, code)| (path(name), Source::new(name.into(), code))).collect())
}

#[track_caller]
fn assert_circles(files: &[(&str, &str)], expected: &[&[&str]]) {
    let expected: Vec<Vec<PathBuf>> =
        expected.iter().map(|circle| circle.iter().map(PathBuf::from).collect()).collect();
    assert_eq!(circles_of(files), expected);
}

#[test]
fn circles_are_seen_however_names_come_in() {
    assert_circles(&[("", ""), ("a", "use crate::b::B;"), ("b", "fn f() { crate::a::f() }")], &[&["a", "b"]]);
    let by_super = ("x/a", "use super::{b::{self, C as D}, c};\nfn f() { b::f() }");
    assert_circles(&[("", ""), ("x", ""), by_super, ("x/b", "use super::a::A;")], &[&["x/a", "x/b"]]);
    let ring = [("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "use crate::a::A;")];
    assert_circles(&[&[("", "")][..], &ring].concat(), &[&["a", "b", "c"]]);
}

#[test]
fn a_name_that_is_exported_belongs_to_the_file_that_has_it() {
    let front = ("", "pub use a::A;\npub(crate) use b::B;");
    assert_circles(&[front, ("a", "use crate::B;"), ("b", "")], &[]);
    assert_circles(&[front, ("a", "use crate::B;"), ("b", "use super::A;")], &[&["a", "b"]]);
}

#[test]
fn what_is_no_use_makes_no_circle() {
    let others = "use std::a::B;\nuse crate::b;\nconst TEXT: &str = \"crate::b::f\";\nconst RAW: &str = r#\"\"b::f\"\"#;";
    assert_circles(&[("", ""), ("a", others), ("b", "use crate::a::A;")], &[]);
    assert_circles(
        &[("", ""), ("a", "use crate::b;\nfn f() { b::f() }"), ("b", "use crate::a::A;")],
        &[&["a", "b"]],
    );
    let (front, below) = (("a", "use b::B;"), ("a/b", "use super::A;"));
    assert_circles(&[("", ""), front, below], &[]);
}
