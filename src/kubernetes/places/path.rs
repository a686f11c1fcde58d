//! Where in an object a place is.

use std::fmt;

use super::error::LinkPlacesError;

/// A path to a place: names, and arrays of which each element counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) struct PlacePath {
    steps: Vec<PlaceStep>,
    /// How many steps lead to what has to be there. What the others lead to may be absent.
    n_base: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) enum PlaceStep {
    Name(Box<str>),
    /// Each element of an array.
    Each,
}

impl PlacePath {
    /// Reads a path without braces.
    pub(super) fn parse(text: &str) -> Result<PlacePath, LinkPlacesError> {
        let wrong = || {
            LinkPlacesError::new(format!("{text:?} is no path"))
                .with_help("write a path as .spec.ingress[].from[] or .spec.a/b.c")
        };
        let (mut steps, mut n_base, mut rest) = (Vec::new(), 0, text);
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("[]") {
                steps.push(PlaceStep::Each);
                (n_base, rest) = (steps.len(), behind);
            } else if let Some(behind) = rest.strip_prefix("['") {
                let (name, behind) = behind.split_once("']").ok_or_else(wrong)?;
                steps.push(PlaceStep::Name(name.into()));
                rest = behind;
            } else {
                // A slash begins a name as a point does, and says besides where the base ends.
                let is_base = rest.starts_with('/');
                let name = rest.strip_prefix(['.', '/']).ok_or_else(wrong)?;
                let end = name.find(['.', '/', '[']).unwrap_or(name.len());
                n_base = if is_base { steps.len() } else { n_base };
                steps.push(PlaceStep::Name(name[..end].into()));
                rest = &name[end..];
                if end == 0 {
                    return Err(wrong());
                }
            }
        }
        if steps.is_empty() { Err(wrong()) } else { Ok(PlacePath { steps, n_base }) }
    }

    /// The path that begins where this one leads to.
    pub(super) fn joined(&self, inner: &PlacePath) -> PlacePath {
        let steps = self.steps.iter().chain(&inner.steps).cloned().collect();
        let n_base = if inner.n_base == 0 { 0 } else { self.steps.len() + inner.n_base };
        PlacePath { steps, n_base }
    }

    /// The steps to what has to be there, and those behind them.
    pub(in crate::kubernetes) fn parts(&self) -> (&[PlaceStep], &[PlaceStep]) {
        self.steps.split_at(self.n_base)
    }

    /// The names in it, from the object on.
    pub(in crate::kubernetes) fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(PlaceStep::name)
    }

    /// The names up to the last one.
    pub(in crate::kubernetes) fn parent_names(&self) -> impl Iterator<Item = &str> {
        self.names().take(self.names().count().saturating_sub(1))
    }

    /// The names up to what has to be there.
    pub(in crate::kubernetes) fn base_names(&self) -> impl Iterator<Item = &str> {
        self.steps[..self.n_base].iter().filter_map(PlaceStep::name)
    }
}

impl PlaceStep {
    pub(in crate::kubernetes) fn name(&self) -> Option<&str> {
        match self {
            PlaceStep::Name(name) => Some(name),
            PlaceStep::Each => None,
        }
    }
}

impl fmt::Display for PlacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| match step {
            PlaceStep::Name(name) => push_name(f, name),
            PlaceStep::Each => f.write_str("[]"),
        })
    }
}

/// Writes a name of a path as a query has it.
pub(in crate::kubernetes) fn push_name(out: &mut impl fmt::Write, name: &str) -> fmt::Result {
    let is_bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_bare { write!(out, ".{name}") } else { write!(out, "['{name}']") }
}

/// Each text that a text with `{a,b}` stands for.
pub(super) fn spelled_out(text: &str) -> Vec<String> {
    let group = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match group {
        None => vec![text.to_owned()],
        Some((before, (names, after))) => {
            names.split(',').flat_map(|name| spelled_out(&format!("{before}{name}{after}"))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_has_to_be_there() {
        for (text, base) in [
            (".spec.selector", ""),
            (".spec.ingress[].from[]", ".spec.ingress[].from[]"),
            (".spec.listeners[]/allowedRoutes.selector", ".spec.listeners[]"),
            (".spec.targets.ingress/selector", ".spec.targets.ingress"),
            (".metadata.labels['a/b']", ""),
        ] {
            let path = PlacePath::parse(text).unwrap();
            assert_eq!(path.to_string(), text.replace('/', ".").replace("a.b", "a/b"), "{text}");
            let base_path = PlacePath { steps: path.parts().0.to_vec(), n_base: 0 };
            assert_eq!(base_path.to_string(), base, "{text}");
        }
        for text in ["", "spec", ".a..b", ".a['b", ".a[0]", "."] {
            assert!(PlacePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn braces_stand_for_each_of_their_names() {
        assert_eq!(spelled_out(".a.{b,c}[].{d,e}"), [".a.b[].d", ".a.b[].e", ".a.c[].d", ".a.c[].e"]);
    }
}
