//! A session: what is loaded, what is set, and what a line does. Knows no terminal and no editor.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::Result;
use selq::{Dump, LabelChange, ObjectId, ObjectRef, Plan, Scope, Selector, Store};

use super::command::{self, Command};
use super::history::History;
use super::settings::Settings;
use super::typing::names::{LineError, Names};
use super::typing::{CommandSyntax, Context};
use crate::args::{InputArgs, ReplArgs, SourceArgs};
use crate::config::Config;
use crate::input::{self, Loaded};
use crate::message::{self, thousands};
use crate::output::{self, NameEnd, OutputFormat, Rows, View, names};
use crate::selection::Selection;
use crate::stats;

/// The line that is the empty selector.
const EMPTY_SELECTOR: &str = "\"\"";
/// What may stand around a line: the white space of the language, no other.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];
/// The rows of a screen that an answer leaves to its header, its last lines, and the prompt.
const ROWS_AROUND: usize = 5;

/// What people read answers on.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// The command that pages long answers; empty for none.
    pub(crate) pager: String,
}

/// The answer that `:more` goes on with.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) selector: Selector,
    /// How many rows of it were shown.
    pub(crate) n_shown: usize,
}

/// What one `:label` changed.
pub(crate) type Relabelling = Vec<(ObjectId, Vec<LabelChange>)>;

/// A session.
pub(crate) struct Session {
    pub(crate) config: Config,
    /// How dumps are read.
    pub(crate) input: InputArgs,
    pub(crate) loaded: Loaded,
    /// The namespace and kind that answers are narrowed to, as they were typed.
    pub(crate) selection: Selection,
    /// The same as the store knows them.
    pub(crate) scope: Scope,
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    pub(crate) history: History,
    /// `None` where lines and answers go through pipes.
    pub(crate) screen: Option<Screen>,
    pub(crate) last: Option<Answer>,
    /// The names of the objects in the last answer, as far as they were shown.
    pub(crate) on_screen: Vec<String>,
    /// What `:undo` takes back, the latest last.
    pub(crate) relabellings: Vec<Relabelling>,
    commands: Vec<CommandSyntax>,
}

impl Session {
    pub(crate) fn new(args: &ReplArgs, config: Config, settings: Settings, loaded: Loaded) -> Session {
        let selection = Selection::scoped(args.namespace.clone(), args.kind.clone());
        Session {
            scope: selection.scope(loaded.dump.store()),
            input: args.input.clone(),
            history: History::default(),
            names: Names::default(),
            screen: None,
            last: None,
            on_screen: Vec::new(),
            relabellings: Vec::new(),
            commands: command::COMMANDS.iter().map(|command| command.syntax).collect(),
            config,
            loaded,
            selection,
            settings,
        }
    }

    pub(crate) fn dump(&self) -> &Dump {
        &self.loaded.dump
    }

    pub(crate) fn store(&self) -> &Store {
        self.loaded.dump.store()
    }

    /// What can be said about a line while it is typed.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            store: self.store(),
            scope: &self.scope,
            names: &self.names,
            commands: &self.commands,
            on_screen: &self.on_screen,
        }
    }

    /// Does what a line says. `Break` ends the session; an error does not.
    pub(crate) fn eval(&mut self, line: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let line = line.trim_matches(BLANKS);
        if let Some(command) = line.strip_prefix(':') {
            return self.run_command(command, out);
        }
        match line {
            "" => {}
            text => self.answer(self.selector(text)?, out)?,
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What a text selects, as a line or as the argument of a command.
    pub(crate) fn selector(&self, text: &str) -> Result<Selector, LineError> {
        match text {
            EMPTY_SELECTOR => Ok(Selector::everything()),
            text => self.names.resolve(text),
        }
    }

    fn run_command(&mut self, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let (name, arguments) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let Command { run, .. } = command::find(name)?;
        run(self, arguments.trim(), out)
    }

    /// Answers a selector.
    pub(crate) fn answer(&mut self, selector: Selector, out: &mut dyn Write) -> Result<()> {
        match self.screen {
            Some(_) => {
                self.last = Some(Answer { selector, n_shown: 0 });
                self.show_page(out)
            }
            None => {
                self.last = Some(Answer { selector: selector.clone(), n_shown: 0 });
                self.answer_whole(&selector, out)
            }
        }
    }

    /// Answers as `selq -l` does: every row that the limit allows, and on standard error why there is none.
    fn answer_whole(&self, selector: &Selector, mut out: &mut dyn Write) -> Result<()> {
        let plan = Plan::scoped(self.store(), selector, &self.scope);
        let n_rows = output::answer(self.dump(), &plan, &self.view(), &mut out)?;
        if n_rows == 0 && !plan.any() {
            out.flush()?;
            self.selection.explain_no_match(self.dump(), &plan);
        }
        Ok(())
    }

    /// How many rows of an answer with so many objects are wanted.
    pub(crate) fn n_wanted(&self, count: u64) -> usize {
        usize::try_from(count).unwrap_or(usize::MAX).min(self.settings.limit.unwrap_or(usize::MAX))
    }

    /// Shows as many more rows of the last answer as fit the screen, and how many there are.
    pub(crate) fn show_page(&mut self, mut out: &mut dyn Write) -> Result<()> {
        let Some(Answer { selector, n_shown }) = self.last.clone() else { return Ok(()) };
        let begin = Instant::now();
        let plan = Plan::scoped(self.store(), &selector, &self.scope);
        let count = plan.count();
        let limit = Some(self.n_wanted(count).saturating_sub(n_shown).min(self.page()));
        let view = View { limit, skip: n_shown, ..self.view() };
        let rows = Rows::of(self.dump(), &plan, &view);
        let time = begin.elapsed();
        output::write_rows(self.dump(), &rows, &view, &mut out)?;
        if count == 0 {
            self.selection.explain_no_match(self.dump(), &plan);
        }
        let n_shown = n_shown + usize::try_from(rows.len())?;
        self.write_last_lines(count, n_shown, time, out)?;
        self.on_screen = self.names_of(&rows);
        self.last = Some(Answer { selector, n_shown });
        Ok(())
    }

    /// How many rows of an answer the screen holds; without a screen any number.
    pub(crate) fn page(&self) -> usize {
        self.screen.as_ref().map_or(usize::MAX, |screen| screen.rows.saturating_sub(ROWS_AROUND).max(1))
    }

    /// What stands below an answer: how much is left of it, and how many objects there are.
    fn write_last_lines(
        &self,
        count: u64,
        n_shown: usize,
        time: Duration,
        out: &mut dyn Write,
    ) -> Result<()> {
        let style = self.dimmed();
        let n_wanted = self.n_wanted(count);
        let (n_left, n_beyond) = ((n_wanted - n_shown) as u64, count - n_wanted as u64);
        if n_left > 0 {
            writeln!(out, "{style}… {} more; :more{style:#}", thousands(n_left))?;
        }
        if n_left == 0 && n_beyond > 0 {
            writeln!(out, "{style}… {} more, beyond :limit {n_wanted}{style:#}", thousands(n_beyond))?;
        }
        let time = if self.settings.timing { format!(" in {}", stats::shown(time)) } else { String::new() };
        writeln!(out, "{style}{}{time}{style:#}", share(count, self.store().len() as u64))?;
        Ok(())
    }

    fn names_of(&self, rows: &Rows<'_>) -> Vec<String> {
        let name = |object: ObjectRef<'_>| {
            let mut name = String::new();
            names::push_name(object.identity(), self.dump().index(object.id()), &mut name);
            name
        };
        rows.iter().map(name).collect()
    }

    /// How answers are shown.
    pub(crate) fn view(&self) -> View {
        let is_table = matches!(self.settings.output, OutputFormat::Table | OutputFormat::Wide);
        View {
            format: self.settings.output,
            label_columns: self.settings.columns.clone(),
            show_labels: self.settings.show_labels,
            headers: true,
            name_end: NameEnd::Newline,
            sort_by: self.settings.sort.as_ref().map(|(_, key)| key.clone()),
            limit: self.settings.limit,
            skip: 0,
            max_width: self.screen.as_ref().filter(|_| is_table).map(|screen| screen.columns),
            on_terminal: self.config.stdout_is_terminal,
        }
    }

    /// The style of what is said about an answer.
    pub(crate) fn dimmed(&self) -> anstyle::Style {
        if self.config.colors_stdout() { anstyle::Style::new().dimmed() } else { anstyle::Style::new() }
    }

    /// Says what a command did: below the line on a screen, else apart from the answers.
    pub(crate) fn say(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        match self.screen {
            Some(_) => writeln!(out, "{}{text}{:#}", self.dimmed(), self.dimmed())?,
            None => message::print(text),
        }
        Ok(())
    }

    /// Takes another dump in place of the one that is loaded. Names and settings stay.
    pub(crate) fn replace(&mut self, loaded: Loaded) {
        self.loaded = loaded;
        self.last = None;
        self.on_screen.clear();
        self.relabellings.clear();
        self.rescope();
    }

    /// Finds out what the namespace and kind are called in the store.
    pub(crate) fn rescope(&mut self) {
        self.scope = self.selection.scope(self.store());
    }

    /// Loads files as the session's own were loaded.
    pub(crate) fn load(&self, files: Vec<String>) -> Result<Loaded> {
        let files = files.into_iter().map(Into::into).collect();
        let source = SourceArgs { files, ..self.input.source.clone() };
        input::load(&InputArgs { source, ..self.input.clone() }, &self.config)
    }

    /// What is loaded, in a line.
    pub(crate) fn summary(&self) -> String {
        let store = self.store();
        let n = |n: usize, one: &str| message::counted(n as u64, one);
        let n_namespaces = store.namespaces().iter().filter(|fact| !fact.namespace.is_empty()).count();
        format!(
            "{}, {}, {}, {} in {}",
            n(store.len(), "object"),
            n(store.kinds().len(), "kind"),
            n(n_namespaces, "namespace"),
            n(store.keys().len(), "key"),
            stats::shown(self.loaded.read_time + self.loaded.index_time)
        )
    }
}

/// `1,204 of 100,000 (1.2 %)`
fn share(count: u64, all: u64) -> String {
    let percent = if all == 0 { 0.0 } else { count as f64 * 100.0 / all as f64 };
    let percent = match percent {
        p if count > 0 && p < 0.1 => "< 0.1".to_owned(),
        p if count < all && p > 99.9 => "> 99.9".to_owned(),
        p if p.fract() == 0.0 => format!("{p:.0}"),
        p => format!("{p:.1}"),
    };
    format!("{} of {} ({percent} %)", thousands(count), thousands(all))
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::Parser;
    use selq::{Input, Loader};

    use super::*;
    use crate::args::{Args, ColorChoice, Subcommands};

    /// A session over three pods, with a screen or without.
    pub(crate) fn session(screen: Option<(usize, usize)>) -> Session {
        let pod = |name: &str, env: &str, n: u32| {
            format!(
                r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"shop","labels":{{"env":"{env}","n":"{n}"}}}}}}"#
            )
        };
        let bytes = [pod("web-0", "prod", 2), pod("web-1", "prod", 1), pod("db-0", "staging", 10)].join("\n");
        let input = Input::Bytes { name: "pods.json".to_owned(), bytes: bytes.into_bytes() };
        let dump = Loader::new().load([input]).unwrap();
        let loaded = Loaded { dump, ..input::nothing().unwrap() };
        let Some(Subcommands::Repl(args)) = Args::parse_from(["selq", "repl"]).command else {
            unreachable!()
        };
        let config = Config::from_env().with_color(ColorChoice::Never);
        let settings = Settings { timing: false, ..Settings::default() };
        let screen = screen.map(|(rows, columns)| Screen { rows, columns, pager: String::new() });
        Session { screen, ..Session::new(&args, config, settings, loaded) }
    }

    /// What the lines print, and in brackets how they fail.
    pub(crate) fn printed(session: &mut Session, lines: &[&str]) -> String {
        let mut out = Vec::new();
        for line in lines {
            if let Err(error) = session.eval(line, &mut out) {
                out.extend(format!("[{error:#}]\n").into_bytes());
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_from_a_pipe_prints_what_the_program_prints() {
        insta::assert_snapshot!(printed(&mut session(None), &["env=prod", "", "zone=x", "env in (", "\"\""]), @r#"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        [expected a value or ")", found the end of the text]
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        shop        db-0    Pod
        "#);
    }

    #[test]
    fn an_answer_on_a_screen_has_a_last_line_and_is_cut() {
        insta::assert_snapshot!(printed(
            &mut session(Some((7, 80))),
            &["env", ":more", ":more", "env=staging"]
        ), @"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        … 1 more; :more
        3 of 3 (100 %)
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        3 of 3 (100 %)
        all of it was shown
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        1 of 3 (33.3 %)
        ");
    }

    #[test]
    fn a_limit_ends_an_answer() {
        insta::assert_snapshot!(printed(&mut session(Some((24, 80))), &[":limit 1", "env", ":more"]), @"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        … 2 more, beyond :limit 1
        3 of 3 (100 %)
        all of it was shown
        ");
    }

    #[test]
    fn shares_are_readable() {
        assert_eq!(share(1_204, 100_000), "1,204 of 100,000 (1.2 %)");
        assert_eq!(share(1, 1_000_000), "1 of 1,000,000 (< 0.1 %)");
        assert_eq!(share(999_999, 1_000_000), "999,999 of 1,000,000 (> 99.9 %)");
        assert_eq!((share(0, 0), share(5, 5)), ("0 of 0 (0 %)".to_owned(), "5 of 5 (100 %)".to_owned()));
    }
}
