//! The public API as a text, so that no name, signature, field or variant changes unseen.
//!
//! `tests/data/public-api.txt` has every public path with what belongs to it. After a change that is meant,
//! `SELQ_BLESS=1 cargo test --test integration public_api` writes it anew, and the difference is read with the change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, UseTree, Visibility};

const FILE: &str = "tests/data/public-api.txt";
/// Set to write the file instead of comparing with it.
const BLESS: &str = "SELQ_BLESS";

/// A module by the names that lead to it from the root of the crate.
type ModulePath = Vec<String>;

/// A module of the library.
struct Module {
    text: String,
    items: Vec<Item>,
}

/// All modules of the library.
struct Library(BTreeMap<ModulePath, Module>);

/// What a name stands for: the module that defines it, and its name there.
type Definition = (ModulePath, String);

impl Library {
    fn read() -> Library {
        let mut modules = BTreeMap::new();
        read_module(Path::new("src/lib.rs"), Path::new("src"), Vec::new(), &mut modules);
        Library(modules)
    }

    /// The public names of a module with what they stand for.
    fn exports(&self, module: &ModulePath) -> Vec<(String, Definition)> {
        let items = self.0[module].items.iter().filter(|item| !is_hidden(attributes(item)));
        let mut exports = Vec::new();
        for item in items {
            match item {
                Item::Use(it) if is_public(&it.vis) => {
                    for (name, path) in leaves(&it.tree) {
                        exports.push((name, self.resolve(module, &path).expect("what is exported is there")));
                    }
                }
                item => exports.extend(public_name(item).map(|name| (name.clone(), (module.clone(), name)))),
            }
        }
        exports
    }

    /// What a path means in a module; `None` for what other crates define.
    fn resolve(&self, module: &ModulePath, path: &[String]) -> Option<Definition> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.resolve(&Vec::new(), rest),
            "self" => self.resolve(module, rest),
            "super" => self.resolve(&module[..module.len() - 1].to_vec(), rest),
            name if rest.is_empty() => self.resolve_name(module, name),
            name => self.resolve(&[&module[..], &[name.to_owned()]].concat(), rest),
        }
    }

    fn resolve_name(&self, module: &ModulePath, name: &str) -> Option<Definition> {
        let items = &self.0.get(module)?.items;
        if items.iter().any(|item| any_name(item).is_some_and(|it| it == name)) {
            return Some((module.clone(), name.to_owned()));
        }
        let uses = items.iter().filter_map(|item| if let Item::Use(it) = item { Some(it) } else { None });
        let mut leaves = uses.flat_map(|it| leaves(&it.tree)).filter(|(leaf, _)| leaf == name);
        self.resolve(module, &leaves.next()?.1)
    }

    /// Every public path below `prefix` with what it stands for, the paths of a module before those inside it.
    fn paths(&self, module: &ModulePath, prefix: &str) -> Vec<(String, Definition)> {
        let mut paths = Vec::new();
        for (name, definition) in self.exports(module) {
            let path = format!("{prefix}::{name}");
            let inner: ModulePath = [&definition.0[..], &[name]].concat();
            if self.item(&definition).is_none() {
                paths.extend(self.paths(&inner, &path));
            } else {
                paths.push((path, definition));
            }
        }
        paths
    }

    /// What is to be read of every public path: of one definition once, under its longest path.
    fn text(&self) -> String {
        let (paths, impls) = (self.paths(&Vec::new(), "selq"), self.impls());
        let mut by_definition: BTreeMap<&Definition, Vec<&str>> = BTreeMap::new();
        for (path, definition) in &paths {
            by_definition.entry(definition).or_default().push(path);
        }
        let mut lines: BTreeMap<&str, String> = BTreeMap::new();
        for (definition, mut paths) in by_definition {
            paths.sort_by_key(|path| path.len());
            let own = paths.pop().expect("every definition has a path");
            lines.insert(own, self.describe(definition, &impls).join("\n  "));
            lines.extend(paths.into_iter().map(|path| (path, format!("is {own}"))));
        }
        lines.iter().map(|(path, lines)| format!("{path}\n  {lines}\n")).collect()
    }

    fn item(&self, (module, name): &Definition) -> Option<&Item> {
        let is_it =
            |item: &&Item| any_name(item).is_some_and(|it| it == *name) && !matches!(item, Item::Mod(_));
        self.0[module].items.iter().find(is_it)
    }

    /// What an item is and all that belongs to it, a line each.
    fn describe(
        &self,
        definition: &Definition,
        impls: &BTreeMap<Definition, BTreeSet<String>>,
    ) -> Vec<String> {
        let item = self.item(definition).unwrap_or_else(|| panic!("{definition:?} is defined"));
        let text = &self.0[&definition.0].text;
        let mut lines = own_lines(item, text);
        lines.extend(impls.get(definition).into_iter().flatten().cloned());
        lines
    }

    /// What the `impl` blocks of every type say, each line once and in order.
    fn impls(&self) -> BTreeMap<Definition, BTreeSet<String>> {
        let mut impls: BTreeMap<Definition, BTreeSet<String>> = BTreeMap::new();
        for (module, found) in &self.0 {
            for item in &found.items {
                let Item::Impl(block) = item else { continue };
                let of = type_path(&block.self_ty).and_then(|path| self.resolve(module, &path));
                if let Some(of) = of.filter(|_| !is_test(&block.attrs)) {
                    impls.entry(of).or_default().extend(impl_lines(block, &found.text));
                }
            }
        }
        impls
    }
}

fn read_module(file: &Path, folder: &Path, path: ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let items = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).items;
    for item in &items {
        let Item::Mod(module) = item else { continue };
        let name = module.ident.to_string();
        if let Some((_, items)) = &module.content {
            let inner = Module { text: text.clone(), items: items.to_vec() };
            modules.insert([&path[..], &[name]].concat(), inner);
        } else if !is_test(&module.attrs) {
            let inner: PathBuf = folder.join(&name);
            let (alone, with_others) = (inner.with_extension("rs"), inner.join("mod.rs"));
            let file = if alone.exists() { alone } else { with_others };
            read_module(&file, &inner, [&path[..], &[name]].concat(), modules);
        }
    }
    modules.insert(path, Module { text, items });
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether what has these attributes is no part of what is promised.
fn is_hidden(attributes: &[Attribute]) -> bool {
    is_test(attributes)
        || attributes.iter().any(|it| it.path().is_ident("doc") && tokens(it).contains("hidden"))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| it.path().is_ident("cfg") && tokens(it).contains("test"))
}

fn tokens(attribute: &Attribute) -> String {
    attribute.meta.require_list().map(|list| list.tokens.to_string().replace(" ,", ",")).unwrap_or_default()
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Struct(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Const(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

/// The name and the visibility of an item.
fn named(item: &Item) -> Option<(String, &Visibility)> {
    Some(match item {
        Item::Struct(it) => (it.ident.to_string(), &it.vis),
        Item::Enum(it) => (it.ident.to_string(), &it.vis),
        Item::Trait(it) => (it.ident.to_string(), &it.vis),
        Item::Fn(it) => (it.sig.ident.to_string(), &it.vis),
        Item::Mod(it) => (it.ident.to_string(), &it.vis),
        Item::Const(it) => (it.ident.to_string(), &it.vis),
        Item::Type(it) => (it.ident.to_string(), &it.vis),
        _ => return None,
    })
}

fn any_name(item: &Item) -> Option<String> {
    named(item).map(|(name, _)| name)
}

fn public_name(item: &Item) -> Option<String> {
    named(item).filter(|(_, visibility)| is_public(visibility)).map(|(name, _)| name)
}

/// The names that a `use` brings, each with the path that it stands for.
fn leaves(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Name(it) => vec![(it.ident.to_string(), vec![it.ident.to_string()])],
        UseTree::Rename(it) => vec![(it.rename.to_string(), vec![it.ident.to_string()])],
        UseTree::Group(it) => it.items.iter().flat_map(leaves).collect(),
        UseTree::Path(it) => {
            let within =
                |(name, path): (String, Vec<String>)| (name, [&[it.ident.to_string()], &path[..]].concat());
            leaves(&it.tree).into_iter().map(within).collect()
        }
        _ => Vec::new(),
    }
}

/// The path of a type that is a plain name, or a reference to one.
fn type_path(of: &syn::Type) -> Option<Vec<String>> {
    match of {
        syn::Type::Path(it) => {
            Some(it.path.segments.iter().map(|segment| segment.ident.to_string()).collect())
        }
        syn::Type::Reference(it) => type_path(&it.elem),
        _ => None,
    }
}

/// The text of a piece of syntax on one line.
fn line(text: &str, piece: &impl Spanned) -> String {
    let words: Vec<&str> = text[piece.span().byte_range()].split_whitespace().collect();
    let line = words.join(" ");
    [("( ", "("), (", )", ")"), ("< ", "<"), (", >", ">"), (" ;", ";")]
        .iter()
        .fold(line, |line, (from, to)| line.replace(from, to))
        .trim_end_matches(',')
        .to_owned()
}

/// `#[non_exhaustive] ` and the traits that are derived, where there are any.
fn modifiers(attributes: &[Attribute]) -> String {
    let non_exhaustive = attributes.iter().any(|it| it.path().is_ident("non_exhaustive"));
    let derives: Vec<String> =
        attributes.iter().filter(|it| it.path().is_ident("derive")).map(tokens).collect();
    let derives = if derives.is_empty() { String::new() } else { format!(" derives {}", derives.join(", ")) };
    format!("{}{derives}", if non_exhaustive { " #[non_exhaustive]" } else { "" })
}

/// What an item says itself.
fn own_lines(item: &Item, text: &str) -> Vec<String> {
    match item {
        Item::Struct(it) => {
            let generics = line(text, &it.generics);
            let mut lines = vec![format!("struct {}{generics}{}", it.ident, modifiers(&it.attrs))];
            lines.extend(public_fields(&it.fields, text));
            lines
        }
        Item::Enum(it) => {
            let generics = line(text, &it.generics);
            let mut lines = vec![format!("enum {}{generics}{}", it.ident, modifiers(&it.attrs))];
            lines.extend(
                it.variants
                    .iter()
                    .map(|variant| format!("  {}{}", variant.ident, payload(&variant.fields, text))),
            );
            lines
        }
        Item::Trait(it) => {
            let mut lines = vec![format!("trait {}{}", it.ident, line(text, &it.generics))];
            let functions = it.items.iter().filter_map(|item| match item {
                TraitItem::Fn(it) => Some((it, if it.default.is_some() { " (provided)" } else { "" })),
                _ => None,
            });
            lines.extend(functions.map(|(it, provided)| format!("  {}{provided}", line(text, &it.sig))));
            lines
        }
        Item::Fn(it) => vec![line(text, &it.sig)],
        Item::Const(it) => vec![format!("const {}: {}", it.ident, line(text, &it.ty))],
        Item::Type(it) => vec![format!("type {} = {}", it.ident, line(text, &it.ty))],
        other => panic!("this kind of item is not described yet: {}", line(text, other)),
    }
}

fn public_fields(fields: &Fields, text: &str) -> Vec<String> {
    let public = fields.iter().filter(|field| is_public(&field.vis));
    let name = |field: &syn::Field| field.ident.as_ref().map_or("0".to_owned(), ToString::to_string);
    public.map(|field| format!("  {}: {}", name(field), line(text, &field.ty))).collect()
}

/// What a variant holds.
fn payload(fields: &Fields, text: &str) -> String {
    let types = |field: &syn::Field| match &field.ident {
        Some(name) => format!("{name}: {}", line(text, &field.ty)),
        None => line(text, &field.ty),
    };
    let all = fields.iter().map(types).collect::<Vec<_>>().join(", ");
    match fields {
        Fields::Named(_) => format!(" {{ {all} }}"),
        Fields::Unnamed(_) => format!("({all})"),
        Fields::Unit => String::new(),
    }
}

/// The trait that a block implements, or its public functions and constants.
fn impl_lines(block: &syn::ItemImpl, text: &str) -> Vec<String> {
    if let Some((trait_, _)) = &block.trait_ {
        let generics = line(text, &block.generics);
        return vec![format!("  impl{generics} {} for {}", line(text, trait_), line(text, &*block.self_ty))];
    }
    let items = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(it) if is_public(&it.vis) && !is_hidden(&it.attrs) => Some(line(text, &it.sig)),
        ImplItem::Const(it) if is_public(&it.vis) => {
            Some(format!("const {}: {}", it.ident, line(text, &it.ty)))
        }
        _ => None,
    });
    let of = line(text, &*block.self_ty);
    // What only one instance of a generic type has says which.
    let is_instance = block.generics.params.is_empty() && of.contains('<') && !of.contains('\'');
    let of = if is_instance { format!("{of}: ") } else { String::new() };
    items.map(|item| format!("  {of}{item}")).collect()
}

/// The names of all public types.
pub(crate) fn types() -> Vec<String> {
    let library = Library::read();
    let is_type =
        |definition: &Definition| matches!(library.item(definition), Some(Item::Struct(_) | Item::Enum(_)));
    let paths = library.paths(&Vec::new(), "selq").into_iter();
    paths.filter(|(_, definition)| is_type(definition)).map(|(_, (_, name))| name).collect()
}

#[test]
fn the_public_api_is_what_it_was() {
    let text = Library::read().text();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os(BLESS).is_some() {
        fs::write(&file, &text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let differences = |one: &str, other: &str, sign: &str| -> Vec<String> {
        let known: BTreeSet<&str> = other.lines().collect();
        one.lines().filter(|line| !known.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    let changed =
        [differences(&expected, &text, "-"), differences(&text, &expected, "+")].concat().join("\n");
    assert!(expected == text, "the public API changed; if that is meant, run with {BLESS}=1:\n{changed}");
}
