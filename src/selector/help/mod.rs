//! The fix for a text that is no selector: what people write, and what a selector says instead.
//!
//! There are lists of things that people are seen to write. Each hint looks at the tokens around the place of the error
//! and knows one of them; the first that knows gives the help. A help keeps the texts that it tells to write apart from
//! its words, and one with a text that is itself refused is not given: the next hint has its turn.

mod lists;
mod operators;
mod place;
mod queries;
mod whole;

use std::borrow::Cow;
use std::fmt;

use super::error::{ParseError, ParseErrorKind};
use crate::LabelKey;
use place::{ErrorPlace, is_selector};

/// How many characters of the text are repeated in a help as they stand, at most.
const MAX_QUOTED: usize = 40;

impl ParseError {
    /// The fix, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self.kind() {
            ParseErrorKind::Query { help, .. } => help.clone(),
            _ if self.is_helpless() => None,
            _ => known(self).map(|help| help.to_string()),
        }
    }

    /// The same error without help, unless each text that the help tells to write is `accepted`.
    pub(crate) fn helped_by(self, accepted: impl Fn(&str) -> bool) -> ParseError {
        let is_helpful = known(&self).iter().flat_map(Help::offers).all(accepted);
        if is_helpful { self } else { self.without_help() }
    }
}

/// What the first hint says that knows the mistake.
fn known(error: &ParseError) -> Option<Help> {
    let place = ErrorPlace::new(error);
    let of_dialect = if error.is_query() { OF_QUERIES } else { OF_SELECTORS };
    // Whoever pastes a command line or JSON makes a mistake in every part of it, so that the whole is looked at first.
    [OF_WHOLES, of_dialect, HINTS]
        .into_iter()
        .flatten()
        .find_map(|hint| hint(&place).filter(|help| help.is_accepted(error.is_query())))
}

/// A fix: words, parts of the text, and texts to write.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Help {
    parts: Vec<HelpPart>,
}

/// A part of a help.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HelpPart {
    Words(Cow<'static, str>),
    /// What stands in the text already.
    Quote(String),
    /// What to write instead: a selector, or a query where those are read.
    Offer(String),
}

impl Help {
    fn say(words: impl Into<Cow<'static, str>>) -> Help {
        Help { parts: vec![HelpPart::Words(words.into())] }
    }

    /// The help that is one text to write.
    fn write(text: impl Into<String>) -> Help {
        Help::say("write ").offer(text)
    }

    fn and(self, words: &'static str) -> Help {
        self.with(HelpPart::Words(words.into()))
    }

    fn offer(self, text: impl Into<String>) -> Help {
        self.with(HelpPart::Offer(text.into()))
    }

    fn quote(self, text: &str) -> Help {
        let shown = match text.char_indices().nth(MAX_QUOTED) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        self.with(HelpPart::Quote(shown))
    }

    fn with(mut self, part: HelpPart) -> Help {
        self.parts.push(part);
        self
    }

    /// Whether each text that it tells to write is a selector, or a query where queries are read.
    fn is_accepted(&self, is_query: bool) -> bool {
        self.offers().all(|text| is_selector(text) || (is_query && place::is_query(text)))
    }

    fn offers(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            HelpPart::Offer(text) => Some(text.as_str()),
            HelpPart::Words(_) | HelpPart::Quote(_) => None,
        })
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            HelpPart::Words(words) => f.write_str(words),
            HelpPart::Quote(text) | HelpPart::Offer(text) => f.write_str(text),
        })
    }
}

/// What a hint is: a look at the place, and the help if it is what the hint knows.
type HelpRule = fn(&ErrorPlace<'_>) -> Option<Help>;

/// What is something else as a whole.
const OF_WHOLES: &[HelpRule] = &[
    // JSON begins with a brace too. A pipe may hold an option that is none of a selector's, as
    // in `env | wc -l`, so that it goes before command lines.
    whole::json_object,
    whole::braces,
    whole::pipe,
    whole::command_line,
    whole::placeholder,
    // The wide space of East Asian keyboards is one of their signs and not an odd space.
    whole::full_width,
    whole::odd_space,
];

/// What a query has and a selector has not.
const OF_SELECTORS: &[HelpRule] = &[
    operators::other_and,
    operators::other_or,
    operators::grouping,
    operators::function_call,
    operators::pattern_operator,
];

/// What those write who mean a query.
const OF_QUERIES: &[HelpRule] = &[
    queries::too_long,
    queries::word_for_sign,
    queries::absent_or_different,
    queries::value_with_sign,
    queries::bare_expression,
    queries::json_path,
];

/// What people write, the more telling signs first.
const HINTS: &[HelpRule] = &[
    lists::list_without_key,
    operators::absent_or_different,
    operators::absent_or_outside,
    lists::list_after_equals,
    lists::not_in,
    operators::not_key,
    lists::bracketed_list,
    lists::missing_parenthesis,
    operators::doubled_operator,
    operators::signed_number,
    operators::exclamation_mark,
    operators::source_prefix,
    operators::colon,
    operators::word_operator,
    // Hints before this one leave quotation marks out of what they
    // offer, and know more of what was meant.
    whole::quoted_word,
    lists::wildcard,
    // A `;` between values is no end of a requirement.
    lists::semicolon_in_list,
    lists::semicolon,
    operators::second_equals,
    lists::stray_comma,
    lists::unclosed_list,
    lists::two_words,
    lists::two_requirements,
    // These two know what is wrong with a word and not what was meant by it, so that every other hint goes first.
    wrong_key,
    never_selected,
];

/// `Example.com/key`, `/key`
fn wrong_key(place: &ErrorPlace<'_>) -> Option<Help> {
    let error = LabelKey::new(place.word(0)).err().filter(|_| place.is_about_key())?;
    Some(Help::write(error.mended()?))
}

/// `aws:autoscaling:groupName`, `instance=10.0.0.1:9090`: a dump can hold such a label.
fn never_selected(place: &ErrorPlace<'_>) -> Option<Help> {
    let what = match (place.is_about_key(), place.is_about_value()) {
        (true, _) => "key",
        (_, true) => "value",
        _ => return None,
    };
    if place.is_query {
        return Some(Help::say(match what {
            "key" => "a key of any spelling stands in label('…')",
            _ => "a value of any spelling stands in quotation marks",
        }));
    }
    Some(Help::say(format!(
        "a label of a dump that has such a {what} can be listed, but no selector selects it"
    )))
}

#[cfg(test)]
mod tests;
