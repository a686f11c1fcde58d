//! `selq label`: sets and removes labels in dumps, as `kubectl label` does in a cluster.

mod in_place;
mod lock;
pub(crate) mod show;
mod write;

use anyhow::{Error, Result, bail};
use selq::edit::{EditError, LabelChange, Overwrite, Rewrite};
use selq::{Dump, LabelEdits, LabelKey, ObjectRef};

use crate::args::{LabelArgs, LabelForm};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::names;
use crate::selection::Selection;
use crate::terminal::message::{self, counted};
use crate::terminal::sanitize;
use crate::terminal::stdin::without_bom;
use in_place::Target;
use lock::Locks;

/// A selected object and what happens to it.
pub(crate) struct Edited<'s> {
    pub(crate) object: ObjectRef<'s>,
    pub(crate) changes: Vec<LabelChange>,
    /// The changes in the object's text. `None` when there are none.
    rewrite: Option<Rewrite>,
}

pub(crate) fn run(args: &LabelArgs, config: &Config) -> Result<ExitStatus> {
    let edits = LabelEdits::parse(&args.edits)?;
    let selection = Selection::new(&args.selection, config)?;
    check(args, &edits, &selection)?;
    warn_of_keys(&edits, config);
    let files = args.inputs();
    // Held until the files are replaced.
    let _locks = args.form.replaces_files().then(|| Locks::of(files.iter().map(|file| &file.path)));
    // Looked at before they are read, so that no later change is overwritten.
    let targets: Vec<Target<'_>> = files.iter().map(|file| Target::new(&file.path)).collect();
    // Every look of an object is edited, as all of them are printed.
    let loader = input::loader(args.items_at.as_ref(), None).max_bytes(args.max_bytes).keep_duplicates(true);
    let loaded = input::open_without_index(&files, loader, config)?.load()?;
    let dump = &loaded.dump;
    // Where there is no object, none can be meant by accident.
    let is_plain = args.all || selection.narrows() || dump.store().is_empty() || is_bare(dump);
    // Without edits, under --list, nothing changes, so that all objects may be meant.
    if !edits.is_empty() && !is_plain {
        return Err(needs_selection(args));
    }
    let columns = selection.columns(dump);
    let plan = selection.plan(dump, &columns)?;
    let edited = edit_all(dump, plan.run().iter(), &edits, overwrite(args), |edited| edited)?;
    let mut remarks = put_out(dump, &edited, &targets, args, config)?;
    remarks.extend(selection.remarks(dump, &plan, !edited.is_empty()));
    message::remarks(&remarks);
    Ok(ExitStatus::of_match(!edited.is_empty()))
}

/// What can be seen to make no sense before any data is read.
fn check(args: &LabelArgs, edits: &LabelEdits, selection: &Selection) -> Result<()> {
    if edits.is_empty() && !args.form.list {
        return Err(no_edits());
    }
    if args.all && !selection.takes_all() {
        bail!("expected --all or a selector, found both");
    }
    if args.form.in_place && in_place::reads_stdin(&args.inputs()) {
        bail!("standard input cannot be changed in place: name files with -f");
    }
    Ok(())
}

pub(crate) fn no_edits() -> Error {
    anyhow::anyhow!("expected at least one edit: `key=value` sets a label, `key-` removes one")
}

fn needs_selection(args: &LabelArgs) -> Error {
    let asked = &args.selection.wanted;
    let has_selector = !asked.selector.is_empty() || !asked.label_selector.is_empty();
    let has_query = !asked.where_queries.is_empty() || !asked.field_selector.is_empty();
    let but = match (has_selector, has_query) {
        (true, _) => ": an empty selector does not count",
        (false, true) => ": an empty query does not count",
        (false, false) => "",
    };
    anyhow::anyhow!("expected -l, -w, -n, -k or --all, to say which objects of the dump are meant{but}")
}

fn overwrite(args: &LabelArgs) -> Overwrite {
    if args.overwrite { Overwrite::Allowed } else { Overwrite::Refused }
}

/// `kubectl label` leaves it to the API server to refuse keys; a dump has none.
pub(crate) fn warn_of_keys(edits: &LabelEdits, config: &Config) {
    for (key, value) in edits.iter() {
        if value.is_some()
            && let Err(error) = LabelKey::new(key)
        {
            message::warning(config, &format!("an API server would refuse the label key {key:?}: {error}"));
        }
    }
}

/// Whether each source is one object that stands alone: its file's name says which object is meant.
fn is_bare(dump: &Dump) -> bool {
    let n_sources = dump.sources().len();
    let mut is_bare = vec![false; n_sources];
    for object in dump.store().objects() {
        let Some((source, span)) = dump.place(object.id()) else { return false };
        let (before, rest) = dump.text(source).split_at(span.start);
        if !without_bom(before).trim_ascii().is_empty() || !rest[span.len()..].trim_ascii().is_empty() {
            return false;
        }
        is_bare[source] = true;
    }
    is_bare.iter().all(|&it| it)
}

/// Edits all of the objects, of which `keep` is kept, or refuses because one of them does.
pub(crate) fn edit_all<'s, T>(
    dump: &Dump,
    objects: impl Iterator<Item = ObjectRef<'s>>,
    edits: &LabelEdits,
    overwrite: Overwrite,
    keep: impl Fn(Edited<'s>) -> T,
) -> Result<Vec<T>> {
    let mut edited = Vec::new();
    let mut refusals = Refusals::default();
    for object in objects {
        match edit(dump, object, edits, overwrite) {
            Ok(object) => edited.push(keep(object)),
            Err(error) => refusals.add(dump, &object, error.into()),
        }
    }
    // Behind all of them, so that the error says how many refuse.
    refusals.into_result().map(|()| edited)
}

fn edit<'s>(
    dump: &Dump,
    object: ObjectRef<'s>,
    edits: &LabelEdits,
    overwrite: Overwrite,
) -> Result<Edited<'s>, EditError> {
    let changes = edits.changes(object.labels(), overwrite)?;
    let rewrite = match changes.as_slice() {
        [] => None,
        changes => Some(Rewrite::new(&dump.json(object.id()), changes)?),
    };
    Ok(Edited { object, changes, rewrite })
}

/// Puts out what the form asks for, and gives what there is to say of it.
fn put_out(
    dump: &Dump,
    edited: &[Edited<'_>],
    targets: &[Target<'_>],
    args: &LabelArgs,
    config: &Config,
) -> Result<Vec<String>> {
    match args.form {
        // The first that holds counts: with --in-place, --dry-run only looks.
        LabelForm { dry_run: true, .. } => show::diff(dump, edited, config)?,
        LabelForm { in_place: true, .. } => return in_place::write(dump, edited, targets),
        LabelForm { list: true, .. } => show::list(dump, edited, config)?,
        LabelForm { as_commands: true, .. } => show::commands(dump, edited, config)?,
        LabelForm { as_patch: true, .. } => show::patches(dump, edited, config)?,
        _ => write::to_stdout(dump, edited, config)?,
    }
    Ok(Vec::new())
}

/// How many of the selected objects changed, in words.
pub(crate) fn summary(n_changed: usize, n_selected: usize) -> String {
    let same = match n_selected - n_changed {
        0 => String::new(),
        n => format!("; {} stayed as before", counted(n as u64, "object")),
    };
    format!("{} changed{same}", counted(n_changed as u64, "object"))
}

/// The objects that stand in the way of an edit: the first of them, and how many.
#[derive(Debug, Default)]
struct Refusals {
    first: Option<Error>,
    n_objects: u64,
}

impl Refusals {
    fn add(&mut self, dump: &Dump, object: &ObjectRef<'_>, error: Error) {
        self.n_objects += 1;
        self.first.get_or_insert_with(|| {
            let index = dump.index(object.id());
            let title = names::title(object.identity(), index);
            let place = format!("{}: object {index} ({title})", dump.source(object.id()));
            error.context(sanitize::escaped(&place).into_owned())
        });
    }

    fn into_result(self) -> Result<()> {
        match self.first {
            None => Ok(()),
            Some(error) if self.n_objects == 1 => Err(error),
            Some(error) => {
                Err(error.context(format!("{} refuse, the first is", counted(self.n_objects, "object"))))
            }
        }
    }
}
