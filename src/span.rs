//! Where something stands in a text, and how it is shown there.

use unicode_width::UnicodeWidthChar;

/// How wide an underlined line is that nobody gave a width for.
// These are 120 columns of text and one on either side for what stands for the rest.
const COLUMNS: usize = 122;
/// The least that is of use: a few characters around the place, and what stands for those left out.
const MIN_COLUMNS: usize = 10;

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
        // Wrapping lets a part of another text give a span of no use where the
        // assertion below is not built in.
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

impl Span {
    /// The line of `text` in which the span begins and, under it, carets below the place: how
    /// [`ParseError::render`](crate::ParseError::render) shows it. No line break at the end; of a long line only what is
    /// around the place.
    #[must_use]
    pub fn underline(self, text: &str) -> String {
        self.underline_within(text, COLUMNS)
    }

    /// The same in lines of no more than `columns` columns, for a narrow terminal; ten at the least.
    ///
    /// ```
    /// let span = selq::Span::new(14, 15);
    /// assert_eq!(span.underline_within("env in (prod),(tier=db),!legacy", 16), "…(prod),(tier=d…\n        ^");
    /// ```
    #[must_use]
    pub fn underline_within(self, text: &str, columns: usize) -> String {
        let line = line_around(text, self.start);
        let start = line.start.max(self.start).min(line.end);
        let end = self.end.clamp(start, line.end);
        let [before, within, after] =
            [&text[line.start..start], &text[start..end], &text[end..line.end]].map(cells);
        let room = columns.max(MIN_COLUMNS).saturating_sub(2);
        // A line that fits as it is needs no room for what stands for the rest.
        let is_whole = width(&before) + width(&within) + width(&after) <= room + 2;
        let (n_before, n_within, n_after) = match is_whole {
            true => (before.len(), within.len(), after.len()),
            false => shares(&before, &within, &after, room),
        };
        let shown =
            before[before.len() - n_before..].iter().chain(&within[..n_within]).chain(&after[..n_after]);
        let shown: String = shown.map(|(character, _)| character).collect();
        let left = if n_before < before.len() { "…" } else { "" };
        let right = if n_within < within.len() || n_after < after.len() { "…" } else { "" };
        let margin = " ".repeat(left.chars().count() + width(&before[before.len() - n_before..]));
        let carets = "^".repeat(width(&within[..n_within]).max(1));
        format!("{left}{shown}{right}\n{margin}{carets}")
    }
}

/// A character as it is shown, and how many columns it takes.
type ShownChar = (char, usize);

/// What a text looks like: a tab as a space, and `�` for what moves the cursor.
fn cells(text: &str) -> Vec<ShownChar> {
    let cells = text.chars().map(|character| match character {
        '\t' => (' ', 1),
        _ => character.width().map_or(('\u{fffd}', 1), |width| (character, width)),
    });
    cells.collect()
}

fn width(cells: &[ShownChar]) -> usize {
    cells.iter().map(|(_, width)| width).sum()
}

/// How many of the cells before, within and after the place fit: the place first, and what is around it alike, unless
/// one side leaves room to the other.
fn shares(
    before: &[ShownChar],
    within: &[ShownChar],
    after: &[ShownChar],
    room: usize,
) -> (usize, usize, usize) {
    // A long place leaves half of the room to what is around it, by which people find it again.
    let n_within = n_fitting(within.iter(), room.div_ceil(2));
    let room = room - width(&within[..n_within]);
    // Of a place that is cut the end is not shown, and so nothing behind it.
    let after = if n_within < within.len() { &[] } else { after };
    let wanted_after = width(after).min(room / 2);
    let n_before = n_fitting(before.iter().rev(), room - wanted_after);
    let n_after = n_fitting(after.iter(), room - width(&before[before.len() - n_before..]));
    (n_before, n_within, n_after)
}

/// How many characters fit into `room` columns.
fn n_fitting<'c>(cells: impl Iterator<Item = &'c ShownChar>, mut room: usize) -> usize {
    let fits = |(_, width): &&ShownChar| match room.checked_sub(*width) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    cells.take_while(fits).count()
}

/// The line of `text` that holds the byte `place`, without its line break.
fn line_around(text: &str, place: usize) -> Span {
    let is_break = |character| matches!(character, '\n' | '\r');
    let place = place.min(text.len());
    let start = text[..place].rfind(is_break).map_or(0, |at| at + 1);
    let end = text[place..].find(is_break).map_or(text.len(), |at| place + at);
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn caret(text: &str, span: Span) -> String {
        span.underline(text)
    }

    #[test]
    fn carets_stand_under_the_place() {
        assert_snapshot!(caret("env: prod", Span::new(5, 9)), @r"
        env: prod
             ^^^^
        ");
    }

    #[test]
    fn the_end_of_the_text_is_a_place_too() {
        assert_snapshot!(caret("a in (", Span::new(6, 6)), @r"
        a in (
              ^
        ");
    }

    #[test]
    fn tabs_take_one_column_and_wide_characters_two() {
        assert_eq!(caret("\té\u{1}=x", Span::new(5, 6)), " é\u{fffd}=x\n    ^");
        assert_eq!(caret("环境=x y", Span::new(9, 10)), "环境=x y\n       ^");
        assert_eq!(caret("a=环境,b", Span::new(2, 8)), "a=环境,b\n  ^^^^");
        // A combining character takes none.
        assert_eq!(caret("e\u{301}=x y", Span::new(6, 7)), "e\u{301}=x y\n    ^");
    }

    #[test]
    fn only_the_line_with_the_place_is_shown() {
        assert_eq!(caret("a,\nb c\r\n,d", Span::new(5, 6)), "b c\n  ^");
        assert_eq!(caret("a\nb", Span::new(1, 1)), "a\n ^");
        assert_eq!(caret("a\n", Span::new(2, 2)), "\n^");
    }

    #[test]
    fn long_lines_and_long_places_are_cut() {
        let text = format!("{}!{}", "a".repeat(1 << 20), "b".repeat(1 << 20));
        let shown = caret(&text, Span::new(1 << 20, text.len()));
        let (line, carets) = shown.split_once('\n').unwrap();
        assert_eq!((line.chars().count(), carets.chars().count()), (COLUMNS, COLUMNS - 1));
        assert_eq!(carets, format!("{}{}", " ".repeat(61), "^".repeat(60)));
    }

    #[test]
    fn spans_beyond_the_text_do_no_harm() {
        assert_eq!(caret("ab", Span::new(7, 9)), "ab\n  ^");
    }

    proptest::proptest! {
        /// At any width the line fits, and the carets are under what the span covers.
        #[test]
        fn lines_fit_and_carets_are_under_their_place(
            (before, within, after) in ("[a环\t]{0,90}", "[b境]{0,40}", "[c,é]{0,90}"),
            columns in 0_usize..130,
        ) {
            let text = format!("{before}{within}{after}");
            let shown = Span::new(before.len(), before.len() + within.len()).underline_within(&text, columns);
            let (line, carets) = shown.split_once('\n').unwrap();
            proptest::prop_assert!(line.width() <= columns.max(MIN_COLUMNS), "{}", shown);
            let (mut place, mut above) = (0, String::new());
            let marked = carets.find('^').unwrap()..carets.len();
            for character in line.chars() {
                if marked.contains(&place) {
                    above.push(character);
                }
                place += character.width().unwrap();
            }
            proptest::prop_assert!(carets.len() <= columns.max(MIN_COLUMNS) + 1, "{}", shown);
            match within.is_empty() {
                true => proptest::prop_assert!(above.is_empty() || above == "…" || after.starts_with(&above), "{}", shown),
                false => proptest::prop_assert!(within.starts_with(&above) && !above.is_empty(), "{}", shown),
            }
        }
    }

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
