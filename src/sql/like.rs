//! Globs as patterns of LIKE.

/// A pattern of LIKE, in which a backslash takes what it stands before literally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LikePattern {
    pub(super) text: String,
    /// Whether it has a backslash.
    pub(super) has_escape: bool,
}

impl LikePattern {
    /// The pattern that a glob is.
    pub(super) fn of_glob(glob: &str) -> LikePattern {
        let mut pattern = LikePattern { text: String::with_capacity(glob.len()), has_escape: false };
        for character in glob.chars() {
            match character {
                '*' => pattern.text.push('%'),
                '?' => pattern.text.push('_'),
                other => pattern.push(other),
            }
        }
        pattern
    }

    /// The pattern of all texts that begin with this one.
    pub(super) fn of_prefix(prefix: &str) -> LikePattern {
        let mut pattern = LikePattern { text: String::new(), has_escape: false };
        prefix.chars().for_each(|character| pattern.push(character));
        pattern.text.push('%');
        pattern
    }

    fn push(&mut self, character: char) {
        if matches!(character, '%' | '_' | '\\') {
            self.text.push('\\');
            self.has_escape = true;
        }
        self.text.push(character);
    }
}

/// Whether a glob stands for the empty text: only those of nothing but `*` do.
pub(super) fn accepts_empty(glob: &str) -> bool {
    glob.chars().all(|character| character == '*')
}
