//! Commands that leave the session for a while: `:!`, `:edit`, `:read`, `:refresh`.

use std::env;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, anyhow, bail};

use super::super::lines::LinesToDo;
use super::super::session::Session;
use super::super::shell::{self, ShellInput};
use super::dump::take;
use super::{find, go_on, required};
use crate::terminal::stdin::{is_stdin, read_whole, without_bom};
use crate::typing::files::arguments;

/// The editor of those who have not said which they like.
const EDITOR: &str = "vi";

pub(super) fn shell(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    shell::run(session, required(text, "!")?, &[], ShellInput::OfUser, out)?;
    go_on()
}

/// The last line, or what stands behind the command, in an editor; what is saved there is done.
pub(super) fn edit(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let text = match text {
        "" => last_to_edit(session.state.history.lines()).to_owned(),
        text => text.to_owned(),
    };
    let mut file = tempfile::Builder::new().prefix("line").suffix(".selq").tempfile()?;
    file.write_all(format!("{text}\n").as_bytes())?;
    // Whoever leaves the editor without saving has thought better of it, and an editor that saves sets another time.
    file.as_file().set_modified(UNIX_EPOCH)?;
    let path = file.path().to_string_lossy().into_owned();
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|editor| !editor.trim().is_empty()));
    let editor = named.as_deref().unwrap_or(EDITOR);
    if !shell::run(session, &format!("{editor} \"$1\""), &[&path], ShellInput::OfUser, out)? {
        bail!("the editor failed, and nothing is done: $VISUAL or $EDITOR names another one than {editor:?}");
    }
    let saved = fs::metadata(file.path()).and_then(|it| it.modified());
    if saved.context("what was edited cannot be read")? == UNIX_EPOCH {
        session.voice.remark("nothing was saved, and nothing is done", out)?;
        return go_on();
    }
    let text = fs::read_to_string(file.path()).context("what was edited cannot be read")?;
    if session.voice.screen.is_some() {
        text.lines().filter(|line| !line.trim().is_empty()).for_each(|line| session.state.history.add(line));
    }
    session.to_do = Some(LinesToDo { name: "the edited text".to_owned(), file: None, text });
    go_on()
}

/// The last line that somebody may want to write anew: not one that opened the editor, or ended a session.
fn last_to_edit(history: &[String]) -> &str {
    let is_meant = |line: &&String| {
        let name = line.trim_start().strip_prefix(':').and_then(|it| it.split_whitespace().next());
        let command = name.and_then(|name| find(name).ok());
        command.is_none_or(|command| !["edit", "quit", "quit!"].contains(&command.syntax.name))
    };
    history.iter().rev().find(is_meant).map_or("", String::as_str)
}

/// Has the lines of a file done.
pub(super) fn read(session: &mut Session, text: &str, _: &mut dyn Write) -> Result<ControlFlow<()>> {
    let files = arguments(required(text, "read")?);
    // Its lines are those of the session.
    if files.iter().any(is_stdin) {
        bail!("expected a file, found `-`: the lines of standard input are done anyway");
    }
    let [path] = &files[..] else { bail!("expected one file, found {}: `:read FILE`", files.len()) };
    let bytes = read_whole(Path::new(path))?;
    let text = String::from_utf8(without_bom(&bytes).to_vec()).map_err(|error| {
        anyhow!("{path}: expected UTF-8, found something else at byte {}", error.utf8_error().valid_up_to())
    })?;
    session.to_do = Some(LinesToDo { name: path.clone(), file: fs::canonicalize(path).ok(), text });
    go_on()
}

/// Reads the dumps again, or has kubectl fetch them again.
pub(super) fn refresh(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let files = session.state.files.clone();
    if files.is_empty() {
        bail!("no dump is loaded: `:load FILE`");
    }
    if files.iter().any(|file| file.get.is_none() && is_stdin(&file.path)) {
        bail!("standard input can be read only once: save the dump to a file and `:load` that");
    }
    take(session, files, out)?;
    go_on()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn lines_of_a_file_are_done_and_what_fails_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("a"), "# a comment\nenv=staging\n\nenv in (\n:output name\n").unwrap();
        fs::write(path("again"), format!(":read {}\n", path("again"))).unwrap();
        let mut session = session(None);
        let out = printed(&mut session, &[&format!(":read {}", path("a")), "n=1"]).replace(&path(""), "");
        insta::assert_snapshot!(out, @r#"
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        (a:4: expected a value or ")", found the end of the text)
        [1 line of a failed]
        pod/web-1
        "#);
        let out = printed(&mut session, &[&format!(":read {}", path("again"))]).replace(&path(""), "");
        assert_eq!(out, "(again:1: again reads itself)\n[1 line of again failed]\n");
        for nth in 0..20 {
            fs::write(path(&nth.to_string()), format!(":read {}\n", path(&(nth + 1).to_string()))).unwrap();
        }
        let out = printed(&mut session, &[&format!(":read {}", path("0"))]).replace(&path(""), "");
        assert!(out.starts_with("(15:1: 16: files have each other read, 16 deep)\n"), "{out}");
        assert_eq!(printed(&mut session, &[":read nowhere"]), "[nowhere: no such file]\n");
    }

    #[test]
    fn lines_that_opened_the_editor_or_ended_a_session_are_not_edited() {
        let last = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            super::last_to_edit(&lines).to_owned()
        };
        assert_eq!(last(&["env=qa", ":quiet", ":edit", " :ed env=prod", ":q", ":quit!"]), ":quiet");
        assert_eq!(last(&["a", "exit=1", ":exit"]), "exit=1");
        assert_eq!(last(&[":q"]), "");
    }

    #[cfg(unix)]
    #[test]
    fn answers_are_piped_and_commands_are_run() {
        let lines = [
            "env=prod | wc -l",
            ":output name",
            "env=prod | grep web-1",
            ":limit 1",
            "env || n=1 | cat",
            "n='|' | cat",
            ":!echo done",
            ":!exit 3",
            "env=prod | head -c 4",
            ":!",
        ];
        insta::assert_snapshot!(printed(&mut session(None), &lines), @"
        3
        pod/web-1
        pod/web-0
        pod/web-1
        pod/db-0
        (no objects found)
        done
        (exit status 3)
        pod/[expected COMMAND: `:! COMMAND`]
        ");
    }

    #[test]
    fn dumps_are_read_again_where_they_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json").display().to_string();
        fs::write(&path, r#"{"kind":"Node","metadata":{"name":"n1"}}"#).unwrap();
        let mut session = session(None);
        assert_eq!(printed(&mut session, &[":refresh"]), "[no dump is loaded: `:load FILE`]\n");
        printed(&mut session, &[&format!(":load {path}"), ":output name"]);
        fs::write(&path, r#"{"kind":"Node","metadata":{"name":"n2"}}"#).unwrap();
        assert_eq!(printed(&mut session, &["\"\"", ":refresh", "\"\""]), "node/n1\nnode/n2\n");
    }
}
