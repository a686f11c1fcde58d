//! Globs, taken apart once for the many values that they are tried on.

/// A glob between whose parts any characters may stand. It is about the whole value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Glob {
    /// How the value begins.
    first: GlobPart,
    /// What follows a `*` and stands before another one, in its order.
    middle: Box<[GlobPart]>,
    /// How the value ends; `None` where no `*` stands in the glob.
    last: Option<GlobPart>,
}

/// What stands between two `*` of a glob. A `?` in it stands for one character.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct GlobPart {
    text: Box<str>,
    has_any: bool,
}

impl Glob {
    pub(super) fn new(text: &str) -> Glob {
        let mut parts = text.split('*').map(GlobPart::new);
        let first = parts.next().unwrap_or_default();
        let mut middle: Vec<GlobPart> = parts.collect();
        let last = middle.pop();
        // Where two `*` stand together nothing is to be found.
        middle.retain(|part| !part.text.is_empty());
        Glob { first, middle: middle.into(), last }
    }

    /// Whether it stands for the whole of `value`. The parts between its `*` stand in the value one behind another; each is
    /// taken where it is found first, which leaves most room to those behind it.
    pub(super) fn accepts(&self, value: &str) -> bool {
        let Some(mut rest) = self.first.at_start(value) else { return false };
        let Some(last) = &self.last else { return rest.is_empty() };
        for part in &self.middle {
            match part.find(rest) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        last.is_at_end(rest)
    }
}

impl GlobPart {
    fn new(text: &str) -> GlobPart {
        GlobPart { text: text.into(), has_any: text.contains('?') }
    }

    /// What is behind the beginning of `value` that it stands for.
    fn at_start<'v>(&self, value: &'v str) -> Option<&'v str> {
        match &*self.text {
            // No memory is behind an empty text. To compare it, some processors look there all the same, which took
            // more than half of the time of a glob that begins with `*`.
            "" => return Some(value),
            text if !self.has_any => return value.strip_prefix(text),
            _ => {}
        }
        let mut rest = value.chars();
        let is_like = |wanted| rest.next().is_some_and(|it| wanted == '?' || wanted == it);
        self.text.chars().all(is_like).then_some(rest.as_str())
    }

    /// What is behind the first place that it stands for.
    fn find<'v>(&self, value: &'v str) -> Option<&'v str> {
        if !self.has_any {
            // Values are short and many, so that what a search makes ready for a long text would be most of its work.
            let at = match self.text.as_bytes() {
                [byte] => memchr::memchr(*byte, value.as_bytes()),
                text => memchr::memmem::find(value.as_bytes(), text),
            };
            return at.map(|at| &value[at + self.text.len()..]);
        }
        let mut starts = value.char_indices().map(|(at, _)| at).chain([value.len()]);
        starts.find_map(|start| self.at_start(&value[start..]))
    }

    /// Whether `value` ends with what it stands for.
    fn is_at_end(&self, value: &str) -> bool {
        match &*self.text {
            "" => return true,
            text if !self.has_any => return value.ends_with(text),
            _ => {}
        }
        // A `?` stands for any number of bytes, so that the place is found by counting characters.
        let n_before = value.chars().count().checked_sub(self.text.chars().count());
        n_before
            .and_then(|n| value.char_indices().map(|(at, _)| at).chain([value.len()]).nth(n))
            .is_some_and(|start| self.at_start(&value[start..]) == Some(""))
    }
}
