//! What was changed: labels, how to take their changes back, and whether a file has them.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Result, anyhow, bail};
use selq::ObjectId;
use selq::edit::LabelChange;

use super::super::stop::STOPPED;
use super::Session;
use crate::terminal::message::counted;

/// What one `:label` changed.
pub(crate) type Relabelling = Vec<(ObjectId, Vec<LabelChange>)>;

/// The changes of a session.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    /// What `:undo` takes back, the latest last.
    relabellings: Vec<Relabelling>,
    unsaved: Unsaved,
}

/// Whether labels are changed that no file has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Unsaved {
    #[default]
    Nothing,
    Labels,
    /// The user knows.
    Told,
}

impl Edits {
    /// Takes note that a file has what was changed.
    pub(crate) fn are_written(&mut self) {
        self.unsaved = Unsaved::Nothing;
    }
}

impl Session {
    /// Changes labels of objects, all of them or none, so that [`undo`](Session::undo) can take it back.
    pub(crate) fn relabel(&mut self, relabelling: Relabelling) -> Result<()> {
        self.change(&relabelling)?;
        if !relabelling.is_empty() {
            self.edits.relabellings.push(relabelling);
        }
        Ok(())
    }

    /// Takes the last change back. Gives the number of its objects.
    pub(crate) fn undo(&mut self) -> Result<usize> {
        let last = self.edits.relabellings.last();
        let back = reversed(last.ok_or_else(|| anyhow!("there is no `:label` to take back"))?);
        self.change(&back)?;
        // Only now, so that an undo that was stopped can be asked for again.
        self.edits.relabellings.pop();
        Ok(back.len())
    }

    fn change(&mut self, relabelling: &Relabelling) -> Result<()> {
        let stop = Arc::clone(&self.stop);
        self.change_while(relabelling, || !stop.load(Ordering::Relaxed))
    }

    /// Changes the labels of all of the objects, or, once `go_on` has said no, of none.
    fn change_while(&mut self, relabelling: &Relabelling, mut go_on: impl FnMut() -> bool) -> Result<()> {
        // What was read of labels as fields is no longer so.
        self.forget();
        let dump = Arc::get_mut(&mut self.state.loaded);
        let dump = dump.ok_or_else(|| anyhow!("the dump is being read: try it again"))?;
        for (nth, (id, changes)) in relabelling.iter().enumerate() {
            if !go_on() {
                for (id, changes) in reversed(&relabelling[..nth]) {
                    dump.relabel(id, &changes)?;
                }
                bail!(STOPPED);
            }
            dump.relabel(*id, changes)?;
        }
        if !relabelling.is_empty() {
            self.edits.unsaved = Unsaved::Labels;
        }
        Ok(())
    }

    /// Leaves, unless there are changed labels that are written nowhere and that the user was not told of.
    pub(crate) fn leave(&mut self, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let n_relabelled = self.state.dump().relabelled().len() as u64;
        if self.edits.unsaved != Unsaved::Labels || n_relabelled == 0 || self.voice.screen.is_none() {
            return Ok(ControlFlow::Break(()));
        }
        self.edits.unsaved = Unsaved::Told;
        let n_objects = counted(n_relabelled, "object");
        self.voice.say(
            &format!("the changed labels of {n_objects} are not written: `:write FILE`, or leave again"),
            out,
        )?;
        Ok(ControlFlow::Continue(()))
    }
}

/// What takes these changes back.
fn reversed(relabelling: &[(ObjectId, Vec<LabelChange>)]) -> Relabelling {
    let back = |changes: &[LabelChange]| changes.iter().map(LabelChange::reversed).collect();
    relabelling.iter().map(|(id, changes)| (*id, back(changes))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::eval;
    use super::super::super::eval::tests::{printed, session};
    use super::*;

    #[test]
    fn what_is_stopped_half_way_is_taken_back() {
        let mut session = session(Some((24, 80)));
        printed(&mut session, &[":label tier=web -l \"\""]);
        let back = reversed(session.edits.relabellings.last().unwrap());
        for n_done in 0..3 {
            let mut n_left = n_done;
            let go_on = || {
                n_left -= 1;
                n_left >= 0
            };
            assert!(session.change_while(&back, go_on).is_err());
            assert_eq!(printed(&mut session, &["tier=web,n=10"]).lines().last(), Some("1 of 3 (33.3 %)"));
            assert_eq!(session.state.dump().relabelled().len(), 3, "{n_done}");
        }
        assert_eq!(
            printed(&mut session, &[":undo", ":diff"]),
            "3 objects changed back\n0 of 3 objects changed\n"
        );
    }

    #[test]
    fn changed_labels_are_not_left_behind_unseen() {
        let mut session = session(Some((24, 80)));
        printed(&mut session, &["env", ":label tier=web"]);
        let mut out = Vec::new();
        assert!(eval(&mut session, ":quit", &mut out).unwrap().is_continue());
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("the changed labels of 3 objects are not written"), "{out}");
        assert!(eval(&mut session, ":quit", &mut Vec::new()).unwrap().is_break());
    }
}
