//! Goes down one way or several through a value, and reads it once.

use super::PathStep;
use crate::json::{JsonPlace, ValueKind};

/// Where a search has come to: what leads on from there.
pub(super) trait Way: Copy {
    /// The steps that lead on, each of them [straight](PathStep::is_straight).
    fn steps(&self) -> impl Iterator<Item = &PathStep>;

    /// What leads on behind the step of this number.
    fn behind(self, nth: usize) -> Self;

    /// The numbers of the ways that lead no further than here.
    fn ends(&self) -> impl Iterator<Item = usize>;
}

/// One way: the straight steps that others begin with.
impl Way for &[PathStep] {
    fn steps(&self) -> impl Iterator<Item = &PathStep> {
        self.first().filter(|step| step.is_straight()).into_iter()
    }

    fn behind(self, nth: usize) -> Self {
        self.get(nth + 1..).unwrap_or_default()
    }

    fn ends(&self) -> impl Iterator<Item = usize> {
        let is_end = self.first().is_none_or(|step| !step.is_straight());
        is_end.then_some(0).into_iter()
    }
}

/// Gives what the ways lead to from each of the places, each value with the number of its way, in the order of the JSON.
pub(super) fn search<P: JsonPlace, W: Way>(places: impl IntoIterator<Item = P>, way: W) -> Vec<(usize, P)> {
    let mut search = Search { found: Vec::new(), marks: Vec::new() };
    for place in places {
        search.visit(place, way);
    }
    search.found
}

struct Search<P> {
    found: Vec<(usize, P)>,
    /// What was found behind each step from the objects that are being read: the first and the one after the last of
    /// `found`.
    marks: Vec<(usize, usize)>,
}

impl<P: JsonPlace> Search<P> {
    /// Finds what is here and further in. Gives the end of the value if it was read to its end.
    ///
    /// It is as deep in calls as there are steps, since elements of arrays in arrays are visited from the outermost.
    fn visit<W: Way>(&mut self, place: P, way: W) -> Option<P::End> {
        self.found.extend(way.ends().map(|nth| (nth, place)));
        match place.kind() {
            // An object that no step leads into is left unread, for whoever holds it passes over it
            // faster.
            ValueKind::Object if way.steps().any(|step| step.name().is_some()) => {
                Some(self.members(place, way, PathStep::name))
            }
            ValueKind::Array => self.array(place, way),
            _ => None,
        }
    }

    fn array<W: Way>(&mut self, place: P, way: W) -> Option<P::End> {
        let mut end = None;
        // An array is read twice only where some steps go on through arrays in it and others do
        // not.
        if way.steps().any(|step| step.name_in_elements().is_some()) {
            end = Some(place.leaves(|leaf| match leaf.kind() {
                ValueKind::Object => Some(self.members(leaf, way, PathStep::name_in_elements)),
                _ => None,
            }));
        }
        if way.steps().any(PathStep::takes_elements) {
            end =
                Some(place.elements(|nth, element| self.go_on(element, way, |step| step.takes_element(nth))));
        }
        end
    }

    /// Goes into one child along all steps that lead to it.
    fn go_on<W: Way>(&mut self, child: P, way: W, leads: impl Fn(&PathStep) -> bool) -> Option<P::End> {
        let leading = way.steps().enumerate().filter(|(_, step)| leads(step));
        // Whichever of the visits read the value to its end knows where that is, so that nobody
        // looks for it again.
        leading.fold(None, |end, (nth, _)| self.visit(child, way.behind(nth)).or(end))
    }

    /// Goes into the members that steps name; `name` says which one that is. The last of equal keys counts.
    fn members<W: Way>(&mut self, place: P, way: W, name: fn(&PathStep) -> Option<&str>) -> P::End {
        // The marks of objects further in stand behind those of this one, so that one list serves
        // all depths.
        let base = self.marks.len();
        self.marks.extend(way.steps().map(|_| (0, 0)));
        let end = place.members(|key, child| {
            let named = way.steps().enumerate().filter(|(_, step)| name(step) == Some(key));
            named.fold(None, |end, (nth, _)| {
                // Only an equal key further on tells that the one before it was not the last.
                self.forget(base, base + nth);
                let start = self.found.len();
                let end = self.visit(child, way.behind(nth)).or(end);
                self.marks[base + nth] = (start, self.found.len());
                end
            })
        });
        self.marks.truncate(base);
        end
    }

    /// Takes back what was found behind a step from the object whose marks begin at `base`.
    #[inline]
    fn forget(&mut self, base: usize, nth: usize) {
        let (start, end) = self.marks[nth];
        if start < end {
            self.found.drain(start..end);
            // What other steps found later has moved up by as much as was taken out.
            let behind = self.marks[base..].iter_mut().filter(|(start, _)| *start >= end);
            behind.for_each(|mark| *mark = (mark.0 + start - end, mark.1 + start - end));
            self.marks[nth] = (0, 0);
        }
    }
}
