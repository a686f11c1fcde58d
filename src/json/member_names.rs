//! Names that members of a text of JSON may have, looked for without reading it.

use memchr::memmem::Finder;

/// Some names, by any of which a member of a text of JSON may go.
///
/// Where none of them stands in a text no member of it goes by one, so that it need not be read for them. Costs a search at
/// memory speed for each name, which is several times faster than passing over the text as JSON.
#[derive(Debug)]
pub(crate) struct MemberNames {
    finders: Vec<Finder<'static>>,
    escapes: Finder<'static>,
}

impl MemberNames {
    /// Whether a name can be looked for: one of ASCII letters alone, as those of the Kubernetes API are.
    pub(crate) fn may_be(name: &str) -> bool {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    }

    /// Names that can be looked for.
    pub(crate) fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> MemberNames {
        let finders = names.into_iter().inspect(|name| debug_assert!(MemberNames::may_be(name)));
        let finders = finders.map(|name| Finder::new(name).into_owned()).collect();
        MemberNames { finders, escapes: Finder::new("\\u00") }
    }

    /// Whether a member of a text may go by one of the names: it stands there, in whatever place, or letters are escaped.
    pub(crate) fn may_be_in(&self, json: &[u8]) -> bool {
        self.finders.iter().any(|finder| finder.find(json).is_some()) || self.has_escaped_letters(json)
    }

    /// No other escape than `\u0041` to `\u007a` says an ASCII letter. What Go escapes mostly, `<`, `>` and `&`, is below.
    fn has_escaped_letters(&self, json: &[u8]) -> bool {
        let digit = |at: usize| json.get(at + self.escapes.needle().len());
        self.escapes.find_iter(json).any(|at| matches!(digit(at), Some(b'4'..=b'7')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_missed_however_it_is_written() {
        let names = MemberNames::new(["nodeName", "taints"]);
        for (json, expected) in [
            (r#"{"spec":{"nodeName":"a"}}"#, true),
            (r#"{"spec":{"taints" : []}}"#, true),
            (r#"{"spec":{"node\u004eame":"a"}}"#, true),
            (r#"{"spec":{"\u0074aints":"a"}}"#, true),
            (r#"{"spec":{"t\u0061\u0069nts":"a"}}"#, true),
            (r#"{"spec":{"nodename":"a","taint":"\u003c\u0026\u003e\u00e9\n"}}"#, false),
            (r#"{"a":"\u00"#, false),
            ("", false),
        ] {
            assert_eq!(names.may_be_in(json.as_bytes()), expected, "{json}");
        }
    }
}
