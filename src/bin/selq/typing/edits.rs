//! Edits of labels, as `:label` takes them: taken apart and completed.

use super::TypingContext;
use super::candidates::{Candidate, Completion, grouped, keys, matching_values, most_frequent_values};

/// What comes before the selector.
const SELECTOR: [&str; 2] = ["-l", "--selector"];
const OPTIONS: [(&str, &str); 2] =
    [("--overwrite", "replace other values"), ("-l", "the objects that a selector selects")];

/// The edits and options, and the selector, which is all that follows `-l`: selectors hold white space.
pub(crate) fn split(arguments: &str) -> (&str, Option<&str>) {
    let mut start = 0;
    for word in arguments.split_inclusive(char::is_whitespace) {
        let end = start + word.len();
        // A `-l` at the very end may become another word.
        if word.ends_with(char::is_whitespace) && SELECTOR.contains(&word.trim_end()) {
            return (&arguments[..start], Some(&arguments[end..]));
        }
        start = end;
    }
    (arguments, None)
}

/// What could stand in place of the word before the cursor. Other objects' keys and values are the likeliest.
pub(super) fn complete(context: &TypingContext<'_>, word: &str, cursor: usize) -> Completion {
    let start = cursor - word.len();
    if word.starts_with('-') {
        let options = OPTIONS.iter().filter(|(option, _)| option.starts_with(word));
        return Completion::of(start, options.map(|&(option, note)| Candidate::new(option, note)).collect());
    }
    if let Some((key, value)) = word.split_once('=') {
        let values = matching_values(&context.among(&[]), key, value, &[]);
        return most_frequent_values(cursor - value.len(), values);
    }
    let keys = keys(context, &[]);
    match keys.iter().filter(|(key, _)| key.starts_with(word)).collect::<Vec<_>>()[..] {
        [(key, _)] if *key == word => {
            let edits = [Candidate::new("=", "set it"), Candidate::new("-", "remove it")];
            Completion::of(cursor, edits.into())
        }
        _ => grouped(start, word, keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_follows_the_option_is_the_selector() {
        assert_eq!(split("a=1 b-"), ("a=1 b-", None));
        assert_eq!(split("a=1 -l env in (prod, qa)"), ("a=1 ", Some("env in (prod, qa)")));
        assert_eq!(split("a=1 --selector env -l x"), ("a=1 ", Some("env -l x")));
        assert_eq!(split("-l "), ("", Some("")));
        assert_eq!(split("a=1 -l"), ("a=1 -l", None));
        assert_eq!(split("a-l b"), ("a-l b", None));
    }
}
