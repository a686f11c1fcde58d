//! What was answered, and how answers look.

use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Result, anyhow};
use selq::{ObjectId, Scope};

use super::Session;
use crate::output::{NameEnd, Rows, ShowLabels, View};
use crate::selection::wanted::Wanted;

/// The answers of a session, as far as it comes back to them.
#[derive(Debug, Default)]
pub(crate) struct GivenAnswers {
    pub(crate) last: Option<GivenAnswer>,
    /// The names of the objects in the last answer, as far as they were shown.
    pub(crate) on_screen: Vec<String>,
}

/// An answer as it was given. Whatever is set or labelled afterwards, it is of the same objects.
#[derive(Debug)]
pub(crate) struct GivenAnswer {
    pub(crate) wanted: Wanted,
    pub(crate) scope: Scope,
    /// The objects, in the order in which they are shown.
    pub(crate) ids: Vec<ObjectId>,
    /// How many of them were shown.
    pub(super) n_shown: usize,
    /// How many of them are to be shown before more are asked for.
    pub(super) n_wanted: usize,
}

impl GivenAnswers {
    /// The last answer, which there must be.
    pub(crate) fn latest(&self) -> Result<&GivenAnswer> {
        self.last.as_ref().ok_or_else(|| anyhow!("there is no answer yet: type a query"))
    }
}

impl Session {
    /// Finds and shows what is wanted. Gives the number of objects.
    pub(crate) fn answer(&mut self, wanted: Wanted, out: &mut dyn Write) -> Result<usize> {
        let begin = Instant::now();
        let (n_objects, unsorted) = self.find(&wanted)?;
        let time = begin.elapsed();
        self.write_next_rows(out)?;
        self.voice.say_all(unsorted.as_slice(), out)?;
        self.explain_answer(&wanted, n_objects > 0, out)?;
        if self.voice.screen.is_some() {
            self.write_last_lines(Some(time), out)?;
        }
        Ok(n_objects)
    }

    /// Finds what is wanted and has the whole of it written by `write`, for a program to read. Gives the number of objects.
    pub(crate) fn answer_whole(
        &mut self,
        wanted: &Wanted,
        out: &mut dyn Write,
        write: impl FnOnce(&Session, &Rows<'_>, &View, &mut dyn Write) -> Result<()>,
    ) -> Result<usize> {
        let (n_objects, unsorted) = self.find(wanted)?;
        let answer = self.answers.latest()?;
        let rows = Rows::listed(self.state.store(), &answer.ids);
        write(self, &rows, &View { limit: None, max_width: None, ..self.view() }, out)?;
        self.voice.say_all(unsorted.as_slice(), out)?;
        self.explain_answer(wanted, n_objects > 0, out)?;
        Ok(n_objects)
    }

    /// Finds what is wanted, which is the last answer from now on. Gives the number of objects, and what there is to say of
    /// their order.
    fn find(&mut self, wanted: &Wanted) -> Result<(usize, Option<String>)> {
        self.read_for(wanted)?;
        let plan = self.state.plan_for(wanted)?;
        // All are found, since `:more`, `:last` and `:write` go on behind the limit.
        let view = View { limit: None, ..self.view() };
        let stop = &self.stop;
        let rows = Rows::of_while(self.state.dump(), &plan, &view, || !stop.load(Ordering::Relaxed));
        // An answer that was stopped does not take the place of the last one.
        self.go_on()?;
        let (ids, unsorted) = (rows.ids(), self.remark_of_order(&rows, &view));
        let n_objects = ids.len();
        self.answers.last = Some(GivenAnswer {
            n_wanted: self.n_at_once(n_objects),
            n_shown: 0,
            scope: self.state.scope.clone(),
            wanted: wanted.clone(),
            ids,
        });
        Ok((n_objects, unsorted))
    }

    /// That the rows have nothing that they were to be sorted by. On a screen, where `:sort-by` has said what there is to
    /// say about a label that is not there, nothing is said again with every answer.
    fn remark_of_order(&self, rows: &Rows<'_>, view: &View) -> Option<String> {
        let is_told = self.voice.screen.is_some() && view.sort_by.iter().all(|key| key.label().is_some());
        if is_told { None } else { rows.remark(self.state.dump()) }
    }

    /// Says why there are no objects that are wanted.
    pub(crate) fn explain_no_match(&self, wanted: &Wanted, out: &mut dyn Write) -> Result<()> {
        self.explain_answer(wanted, false, out)
    }

    /// Says what is named in vain, and why there are no objects where none matched.
    fn explain_answer(&self, wanted: &Wanted, matched: bool, out: &mut dyn Write) -> Result<()> {
        let plan = self.state.plan_for(wanted)?;
        self.voice.say_all(&self.state.selection.remarks(self.state.dump(), &plan, matched), out)
    }

    /// How answers are shown.
    pub(crate) fn view(&self) -> View {
        let format = self.state.settings.output.format;
        View {
            format,
            columns: self.state.settings.columns.clone(),
            custom_columns: self.state.settings.custom_columns.clone(),
            is_of_one_namespace: self.state.is_of_one_namespace(),
            asked_kinds: self.state.asked_kinds(),
            show_labels: if self.state.settings.show_labels {
                ShowLabels::Always
            } else {
                ShowLabels::OfAnonymous
            },
            headers: true,
            name_end: NameEnd::Newline,
            sort_by: self.state.settings.sort_by.iter().map(|(_, key)| key.clone()).collect(),
            grouping: None,
            limit: self.state.settings.limit,
            max_width: self.voice.screen.as_ref().filter(|_| format.is_table()).map(|screen| screen.columns),
            context: self.state.selection.context(self.state.dump()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use selq::{Input, Loader};

    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn a_line_from_a_pipe_prints_what_the_program_prints() {
        insta::assert_snapshot!(printed(&mut session(None), &["env=prod", "", "zone=x", "env in (", "\"\""]), @r#"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        (no label "zone" in 3 objects)
        [expected a value or ")", found the end of the text]
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        shop        db-0    Pod
        "#);
    }

    #[test]
    fn what_is_stopped_while_it_is_sorted_is_no_answer() {
        let mut session = session(None);
        printed(&mut session, &["env=staging", ":sort-by .metadata.name"]);
        session.stop.store(true, Ordering::Relaxed);
        assert_eq!(printed(&mut session, &["env"]), "[stopped by the user]\n");
        session.stop.store(false, Ordering::Relaxed);
        assert!(printed(&mut session, &[":last"]).contains("db-0"), "the last answer stays");
    }

    #[test]
    fn an_answer_stays_what_it_was_whatever_is_set_afterwards() {
        let lines = [
            ":sort-by n",
            "env",
            ":sort-by .metadata.name",
            ":more",
            ":show 1",
            ":namespace shop",
            ":kind po",
            ":more",
        ];
        let out = printed(&mut session(Some((6, 80))), &lines);
        let order: Vec<&str> = out.lines().filter(|line| line.starts_with("shop ")).collect();
        assert_eq!(order, ["shop        web-1   Pod", "shop        web-0   Pod", "shop        db-0   Pod"]);
        assert!(out.contains("\"name\": \"web-1\""), "row 1 is that of the screen: {out}");
    }

    #[test]
    fn shares_are_of_the_scope_and_what_is_outside_is_told() {
        let mut session = session(Some((24, 80)));
        session.state.loaded = {
            let text = r#"[{"kind":"Node","metadata":{"name":"n","labels":{"env":"lab"}}},{"kind":"Pod","metadata":{"name":"p","labels":{"env":"prod"}}}]"#;
            let input = Input::Bytes { name: "x.json".to_owned(), bytes: text.as_bytes().to_vec() };
            Loader::new().load([input]).unwrap().into()
        };
        insta::assert_snapshot!(printed(&mut session, &[":kind po", "env", "env=lab", "env=la"]), @r#"
        NAMESPACE   NAME   KIND
        <none>      p      Pod
        1 of 1 (100 %)
        env=lab only holds outside kind "po"
        0 of 1 (0 %)
        no object has env="la"; did you mean "lab"?
        0 of 1 (0 %)
        "#);
    }
}
