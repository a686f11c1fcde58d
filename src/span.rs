//! Where something stands in a text.

/// A range of bytes in a text, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`, end exclusive.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// The span of `part` within `whole`. `part` must be a slice of `whole`, and may be an empty one.
    #[must_use]
    pub fn of(whole: &str, part: &str) -> Span {
        let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
        debug_assert!(
            start.checked_add(part.len()).is_some_and(|end| end <= whole.len()),
            "the part is not a slice of the whole"
        );
        Span { start, end: start.wrapping_add(part.len()) }
    }

    /// How many bytes the span covers.
    #[must_use]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte: a place between two bytes.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The same span in a text of which this one's text is the part that begins at `offset`.
    #[must_use]
    pub fn shifted(self, offset: usize) -> Span {
        Span { start: self.start + offset, end: self.end + offset }
    }

    /// The part of `text` that the span covers; empty where the span does not fit the text.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_place_not_by_its_bytes() {
        let whole = "a,a";
        assert_eq!(Span::of(whole, &whole[2..]), Span::new(2, 3));
        assert_eq!(Span::of(whole, &whole[3..]), Span::new(3, 3));
    }

    #[test]
    fn slices_that_do_not_fit_are_empty() {
        assert_eq!(Span::new(1, 3).slice("abc"), "bc");
        assert_eq!(Span::new(1, 9).slice("abc"), "");
        assert_eq!(Span::new(1, 2).slice("é"), "");
    }

    #[test]
    fn shifting_keeps_the_length() {
        let span = Span::new(1, 3).shifted(4);
        assert_eq!((span, span.len(), span.is_empty()), (Span::new(5, 7), 2, false));
        assert!(Span::new(4, 4).is_empty());
    }
}
