//! Answers a screen at a time, and what stands below them.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use selq::{ObjectId, ObjectRef, Plan, Selector};

use super::Session;
use super::answers::GivenAnswer;
use crate::commands::stats;
use crate::output::{self, Rows, names};
use crate::terminal::message::thousands;

/// The lines above the rows of a table.
const LINES_ABOVE: usize = 1;

impl Session {
    /// Shows the next rows of the last answer: as many as fit the screen, and without one all that are wanted.
    pub(crate) fn write_next_rows(&mut self, out: &mut dyn Write) -> Result<()> {
        let Some(GivenAnswer { ids, n_shown, n_wanted, .. }) = &self.answers.last else { return Ok(()) };
        let wanted = &ids[*n_shown..*n_wanted];
        let page = &wanted[..self.n_on_page(wanted)?];
        let rows = Rows::listed(self.state.store(), page);
        let mut printer = self.voice.printer(&mut *out);
        let written = output::write_rows(self.state.dump(), &rows, &self.view(), &mut printer)?;
        self.voice.say_all(&written.remarks, out)?;
        let on_screen = self.voice.screen.as_ref().map(|_| self.names_of(&rows));
        let n_more = page.len();
        self.answers.on_screen = on_screen.unwrap_or_default();
        if let Some(answer) = &mut self.answers.last {
            answer.n_shown += n_more;
        }
        Ok(())
    }

    /// How many of `n_objects` objects are to be shown before more are asked for.
    pub(super) fn n_at_once(&self, n_objects: usize) -> usize {
        n_objects.min(self.state.settings.limit.unwrap_or(usize::MAX))
    }

    /// Asks for more of the last answer. False when all of it was shown.
    pub(crate) fn want_more(&mut self) -> bool {
        let Some(GivenAnswer { ids, n_shown, n_wanted, .. }) = &self.answers.last else { return false };
        let n_wanted = match n_shown < n_wanted {
            // What is left below the limit comes first, and only then the next rows.
            true => *n_wanted,
            false => n_shown + self.n_at_once(ids.len() - n_shown),
        };
        let is_any_left = *n_shown < ids.len();
        self.answers.last.iter_mut().for_each(|answer| answer.n_wanted = n_wanted);
        is_any_left
    }

    /// How many of the objects fit the screen; the first always does.
    fn n_on_page(&self, ids: &[ObjectId]) -> Result<usize> {
        let page = self.voice.page();
        let Some(screen) = &self.voice.screen else { return Ok(ids.len()) };
        let n_most = ids.len().min(page);
        // Of a table that is cut to the screen every row is a line. What is not, takes as many lines as it takes.
        if self.state.settings.output.format.is_table() {
            return Ok(n_most);
        }
        let fits = |n_objects: usize| -> Result<bool> {
            let (rows, mut text) = (Rows::listed(self.state.store(), &ids[..n_objects]), Vec::new());
            output::write_rows(self.state.dump(), &rows, &self.view(), &mut self.voice.printer(&mut text))?;
            Ok(screen.n_lines_of(&String::from_utf8_lossy(&text)) <= page + LINES_ABOVE)
        };
        let (mut n_fitting, mut n_next) = (0, n_most);
        // The greatest number that fits is between these two, or one of them.
        let mut n_too_many = n_most + 1;
        while n_fitting + 1 < n_too_many {
            match fits(n_next)? {
                true => n_fitting = n_next,
                false => n_too_many = n_next,
            }
            n_next = n_fitting.midpoint(n_too_many);
        }
        Ok(n_fitting.max(1).min(ids.len()))
    }

    /// What stands below an answer: how much is left of it, and how many objects there are.
    pub(crate) fn write_last_lines(&self, time: Option<Duration>, out: &mut dyn Write) -> Result<()> {
        let Some(GivenAnswer { ids, n_shown, n_wanted, scope, .. }) = &self.answers.last else {
            return Ok(());
        };
        let n_left = ids.len() - n_shown;
        if n_left > 0 {
            let limit = Some(self.state.settings.get("limit")).filter(|_| n_shown == n_wanted);
            let after = limit.map(|limit| format!(" after :limit {limit}")).unwrap_or_default();
            self.voice.remark(&format!("… {} more{after}; :more", thousands(n_left as u64)), out)?;
        }
        // The scope of the answer, which need not be that of now.
        let n_in_scope = Plan::scoped(self.state.store(), &Selector::everything(), scope).count();
        let time =
            time.filter(|_| self.state.settings.timing).map(|time| format!(" in {}", stats::shown(time)));
        let share = share(ids.len() as u64, n_in_scope);
        self.voice.remark(&format!("{share}{}", time.unwrap_or_default()), out)
    }

    fn names_of(&self, rows: &Rows<'_>) -> Vec<String> {
        let name = |object: ObjectRef<'_>| {
            let mut name = String::new();
            names::push_name(object.identity(), || self.state.dump().index(object.id()), &mut name);
            name
        };
        rows.iter().map(name).collect()
    }
}

/// `1,204 of 100,000 (1.2 %)`
fn share(count: u64, all: u64) -> String {
    let percent = if all == 0 { 0.0 } else { count as f64 * 100.0 / all as f64 };
    let percent = match percent {
        // Rounded, these would be 0 % and 100 %, which they are not.
        p if count > 0 && p < 0.1 => "< 0.1".to_owned(),
        p if count < all && p > 99.9 => "> 99.9".to_owned(),
        p if p.fract() == 0.0 => format!("{p:.0}"),
        p => format!("{p:.1}"),
    };
    format!("{} of {} ({percent} %)", thousands(count), thousands(all))
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};
    use super::*;

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
    fn a_limit_ends_an_answer_until_more_is_asked_for() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[":limit 1", "env", ":more", ":limit off", ":more", ":more"]
        ), @"
        limit: 1
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        … 2 more after :limit 1; :more
        3 of 3 (100 %)
        NAMESPACE   NAME    KIND
        shop        web-1   Pod
        … 1 more after :limit 1; :more
        3 of 3 (100 %)
        limit: off
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        3 of 3 (100 %)
        all of it was shown
        ");
    }

    #[test]
    fn the_rows_after_the_limit_come_through_a_pipe_too() {
        let lines = [":output name", ":limit 2", "env", ":more", ":more"];
        assert_eq!(printed(&mut session(None), &lines), "pod/web-0\npod/web-1\npod/db-0\n");
    }

    #[test]
    fn json_takes_as_many_lines_as_it_takes() {
        let mut session = session(Some((18, 60)));
        let out = printed(&mut session, &[":output json", "env"]);
        assert!(out.contains("… 1 more; :more"), "{out}");
    }

    #[test]
    fn rows_that_are_wider_than_the_screen_take_several_lines() {
        let mut narrow = session(Some((14, 20)));
        let out = printed(&mut narrow, &[":output kubectl", "env"]);
        insta::assert_snapshot!(out, @"
        output: kubectl
        NAMESPACE   NAME    READY   STATUS   RESTARTS   AGE
        shop        web-0   0/0              0          <unknown>
        shop        web-1   0/0              0          <unknown>
        … 1 more; :more
        3 of 3 (100 %)
        ");
        let mut wide = session(Some((14, 120)));
        assert!(!printed(&mut wide, &[":output kubectl", "env"]).contains("more"));
        let mut low = session(Some((2, 10)));
        assert!(printed(&mut low, &[":output kubectl", "env"]).contains("… 2 more"), "the first always fits");
    }

    #[test]
    fn shares_are_readable() {
        assert_eq!(share(1_204, 100_000), "1,204 of 100,000 (1.2 %)");
        assert_eq!(share(1, 1_000_000), "1 of 1,000,000 (< 0.1 %)");
        assert_eq!(share(999_999, 1_000_000), "999,999 of 1,000,000 (> 99.9 %)");
        assert_eq!((share(0, 0), share(5, 5)), ("0 of 0 (0 %)".to_owned(), "5 of 5 (100 %)".to_owned()));
    }
}
