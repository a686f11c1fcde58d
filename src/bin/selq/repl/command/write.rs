//! `:write` and `:write!`: an answer in a file of its own.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use selq::ObjectId;

use super::super::session::Session;
use super::super::stop::Stoppable;
use super::{go_on, required};
use crate::config::Audience;
use crate::output::replace::{Readers, Replacement, writable_file};
use crate::output::{self, OutputFormat, Rows, TypedFormat, View};
use crate::terminal::message::counted;
use crate::terminal::printer::Printer;
use crate::typing::files;

pub(super) fn write(session: &mut Session, arguments: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    write_answer(session, required(arguments, "write")?, Occupied::Refused, out)
}

pub(super) fn write_over(
    session: &mut Session,
    arguments: &str,
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    write_answer(session, required(arguments, "write!")?, Occupied::Replaced, out)
}

fn write_answer(
    session: &mut Session,
    arguments: &str,
    occupied: Occupied,
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    let (path, typed) = file_and_format(session, arguments)?;
    let (format, custom_columns) = (typed.format, typed.custom_columns()?);
    let answer = session.answers.latest()?;
    refuse_source(session, &path)?;
    let place = Destination::of(&path, occupied, arguments)?;
    let view = View { format, custom_columns, max_width: None, ..session.view() };
    let rows = Rows::listed(session.state.store(), &answer.ids);
    let mut remarks = Vec::new();
    let written = place.fill(|file| {
        // A file gets everything as it is, also from a session on a terminal.
        let mut file = Printer::new(Stoppable::new(file, &session.stop), Audience::Program);
        let written = output::write_rows(session.state.dump(), &rows, &view, &mut file);
        remarks = written.map_err(io::Error::other)?.remarks;
        Ok(())
    });
    // That the user had enough says all.
    session.go_on()?;
    written.with_context(|| path.clone())?;
    session.voice.say_all(&remarks, out)?;
    session.voice.confirm(&format!("wrote {} to {path}", counted(rows.len(), "object")), out)?;
    if holds_labels(session, view.format)? {
        session.edits.are_written();
    }
    go_on()
}

/// Whether the latest answer in this format has all labels that were changed.
fn holds_labels(session: &Session, format: OutputFormat) -> Result<bool> {
    let written: HashSet<ObjectId> = session.answers.latest()?.ids.iter().copied().collect();
    // Tables and names have some labels at most.
    Ok(format.is_of_objects() && session.state.dump().relabelled().all(|(id, _)| written.contains(&id)))
}

/// The file and the format that the arguments name.
fn file_and_format(session: &Session, arguments: &str) -> Result<(String, TypedFormat)> {
    let arguments = files::arguments(arguments);
    match &arguments[..] {
        [path] => {
            let format = OutputFormat::of_extension(Path::new(path));
            let format = format.map(TypedFormat::from);
            Ok((path.clone(), format.unwrap_or_else(|| session.state.settings.output.clone())))
        }
        [path, format] => Ok((path.clone(), TypedFormat::named("format", format)?)),
        _ => bail!("expected a file and perhaps a format, found {} arguments", arguments.len()),
    }
}

/// A dump that is loaded is still read from, and must not be written over.
fn refuse_source(session: &Session, path: &str) -> Result<()> {
    let Ok(target) = Path::new(path).canonicalize() else { return Ok(()) };
    let mut sources = session.state.dump().sources();
    if sources.any(|source| Path::new(source).canonicalize().is_ok_and(|source| source == target)) {
        bail!("{path} is loaded, and is not written over");
    }
    Ok(())
}

/// What to do where there is a file of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occupied {
    Refused,
    Replaced,
}

/// Where an answer goes.
enum Destination {
    /// There is nothing of that name.
    New(PathBuf),
    /// There is a file, which is replaced.
    File(PathBuf),
    /// What is written there is gone at once: a FIFO or a device.
    Stream(PathBuf),
}

impl Destination {
    fn of(path: &str, occupied: Occupied, arguments: &str) -> Result<Destination> {
        let Ok(metadata) = fs::metadata(path) else { return Ok(Destination::New(path.into())) };
        if metadata.is_dir() {
            bail!("{path}: expected a file, found a directory");
        }
        if !metadata.is_file() {
            return Ok(Destination::Stream(path.into()));
        }
        match occupied {
            Occupied::Refused => bail!("{path} is there already: `:write! {arguments}` replaces it"),
            Occupied::Replaced => {
                Ok(Destination::File(writable_file(Path::new(path)).with_context(|| path.to_owned())?))
            }
        }
    }

    /// Writes all of it, or leaves everything as it was.
    fn fill(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Destination::New(path) => {
                // A file that got this name meanwhile stays.
                Replacement::prepare(path, Readers::Usual, |file| write(file))?.commit_new()
            }
            Destination::File(path) => {
                Replacement::prepare(path, Readers::Owner, |file| write(file))?.commit()
            }
            Destination::Stream(path) => {
                let mut stream = BufWriter::new(OpenOptions::new().write(true).open(path)?);
                write(&mut stream)?;
                stream.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::Ordering;

    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn an_answer_is_written_whole_in_the_format_of_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let lines = [
            "env=prod".to_owned(),
            format!(":write {}", path("a.csv")),
            format!(":write {} name", path("b")),
            ":limit 1".to_owned(),
            format!(":write {}", path("c.CSV")),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let out = printed(&mut session(Some((6, 40))), &lines);
        assert!(out.contains("wrote 2 objects to"), "{out}");
        assert_eq!(
            fs::read_to_string(path("a.csv")).unwrap(),
            "namespace,name,kind\nshop,web-0,Pod\nshop,web-1,Pod\n"
        );
        assert_eq!(fs::read_to_string(path("b")).unwrap(), "pod/web-0\npod/web-1\n");
        // A limit is for the eye.
        assert_eq!(fs::read_to_string(path("c.CSV")).unwrap(), fs::read_to_string(path("a.csv")).unwrap());
    }

    #[test]
    fn what_was_answered_is_written_though_its_labels_match_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let write = format!(":write {} jsonl", folder.path().join("out").display());
        printed(&mut session(None), &["env=prod", ":label env- tier=web", &write]);
        let written = fs::read_to_string(folder.path().join("out")).unwrap();
        assert_eq!(
            (written.lines().count(), written.matches("\"tier\":\"web\"").count()),
            (2, 2),
            "{written}"
        );
    }

    #[test]
    fn labels_are_saved_only_by_json_of_all_that_changed() {
        let folder = tempfile::tempdir().unwrap();
        let left = |lines: &[&str]| {
            let mut session = session(Some((24, 80)));
            printed(&mut session, &["env=prod", ":label tier=web"]);
            let lines = lines.iter().map(|line| line.replace("DIR", &folder.path().display().to_string()));
            let lines: Vec<String> = lines.chain([":quit".to_owned()]).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            !printed(&mut session, &lines).contains("are not written")
        };
        assert!(!left(&[":write! DIR/out name"]));
        assert!(!left(&[":write! DIR/out.csv"]));
        assert!(!left(&["n=1", ":write! DIR/out.json"]));
        assert!(left(&["\"\"", ":write! DIR/out.json"]));
        assert!(left(&[":write! DIR/out.jsonl"]));
    }

    /// The names of the files in a folder.
    fn files_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_by_the_command_that_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my pods");
        fs::write(&path, "old").unwrap();
        let shown = path.display();
        let mut session = session(Some((24, 80)));
        let refused = format!(":write \"{shown}\" name");
        let out = printed(&mut session, &["env=prod", &refused]);
        let offer = format!(":write! \"{shown}\" name");
        assert!(out.ends_with(&format!("[{shown} is there already: `{offer}` replaces it]\n")), "{out}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        printed(&mut session, &[&offer]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "pod/web-0\npod/web-1\n");
        printed(&mut session, &["env=staging", &format!(":w! \"{shown}\" name")]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "pod/db-0\n");
        assert_eq!(files_in(folder.path()), ["my pods"]);
    }

    #[test]
    fn what_is_stopped_or_fails_leaves_no_file_and_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let mut session = session(None);
        printed(&mut session, &["env=prod"]);
        session.stop.store(true, Ordering::Relaxed);
        for command in ["write", "write!"] {
            let out = printed(&mut session, &[&format!(":{command} {}", path.display())]);
            assert_eq!(out, "[stopped by the user]\n");
            assert_eq!(fs::read_to_string(&path).unwrap_or_default().is_empty(), command == "write");
            fs::write(&path, "old").unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(files_in(folder.path()), ["out"]);
        session.stop.store(false, Ordering::Relaxed);
        let out = printed(&mut session, &[&format!(":write {}/no/file", folder.path().display())]);
        assert!(out.ends_with("/no/file: no such folder]\n"), "{out}");
    }

    #[test]
    fn what_is_no_file_is_written_to_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = session(None);
        let out = printed(
            &mut session,
            &["env=staging", ":write /dev/null", &format!(":write {}", folder.path().display())],
        );
        assert!(out.ends_with(": expected a file, found a directory]\n"), "{out}");
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_as_others_and_an_old_one_stays_as_it_was() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
        fs::write(path("usual"), "").unwrap();
        fs::write(path("old"), "").unwrap();
        fs::set_permissions(path("old"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("old", path("link")).unwrap();
        let write = [format!(":write {}", path("new")), format!(":write! {}", path("link"))];
        printed(&mut session(None), &["env=prod", &write[0], &write[1]]);
        assert_eq!((mode("new"), mode("old")), (mode("usual"), 0o640));
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink(), "a link stays one");
        assert_eq!(fs::read(path("old")).unwrap(), fs::read(path("new")).unwrap());
    }
}
