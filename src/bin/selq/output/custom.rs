//! `-o custom-columns=HEAD:PATH,…`: what the columns are that somebody wants.

use anyhow::{Result, anyhow, bail};
use selq::Path;
use selq::query::Subject;

use super::subject::all_parts;

/// How the format is written.
pub(crate) const USAGE: &str =
    "custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status()";

/// A column: what stands above it and what in it.
#[derive(Debug, Clone)]
pub(crate) struct CustomColumn {
    pub(super) heading: String,
    /// kubectl's path.
    pub(super) path: Option<Path>,
    /// A field or a function of the query language, where there is no such path or it leads to nothing.
    pub(super) subject: Option<Subject>,
}

impl CustomColumn {
    /// Reads what stands behind `custom-columns=`. A comma inside of brackets and parentheses is a part of its path.
    pub(crate) fn list(text: &str) -> Result<Vec<CustomColumn>> {
        if text.trim().is_empty() {
            bail!("expected {USAGE}, found no columns");
        }
        all_parts(text, |byte| byte == b',').into_iter().map(CustomColumn::of).collect()
    }

    fn of(text: &str) -> Result<CustomColumn> {
        let (heading, path) = text
            .split_once(':')
            .filter(|(_, path)| !path.trim().is_empty())
            .ok_or_else(|| anyhow!("expected HEAD:PATH, found {text:?}: {USAGE}"))?;
        let heading = heading.to_owned();
        // kubectl takes a path with braces and without, and with a point at its beginning and without.
        let jsonpath = match path.starts_with('{') {
            true => Path::jsonpath(path),
            false => Path::jsonpath(&format!("{{{path}}}")),
        };
        let is_of_query = path.starts_with('.') || path.contains('(');
        match (jsonpath, is_of_query.then(|| path.parse::<Subject>())) {
            (path, Some(Ok(subject))) => {
                Ok(CustomColumn { heading, path: path.ok(), subject: Some(subject) })
            }
            (Ok(path), _) => Ok(CustomColumn { heading, path: Some(path), subject: None }),
            (Err(_), Some(Err(error))) => Err(error.into()),
            (Err(error), None) => Err(error.into()),
        }
    }

    /// What is read of the objects besides the path.
    pub(crate) fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_or_refused() {
        let headings = |text: &str| {
            let columns = CustomColumn::list(text).map_err(|error| error.to_string())?;
            Ok::<_, String>(columns.into_iter().map(|it| it.heading).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(
            headings("A:.a,b c:{.x[?(@.y==\"a,b\")].z},D:status(),E:metadata.name"),
            Ok("A|b c|D|E".into())
        );
        let faults = ["", "NAME", "NAME:", "A:.x,", "A:.x[", "A:nope(", "A:{.x"]
            .map(|text| headings(text).unwrap_err());
        insta::assert_snapshot!(faults.join("\n"), @r#"
        expected custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status(), found no columns
        expected HEAD:PATH, found "NAME": custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status()
        expected HEAD:PATH, found "NAME:": custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status()
        expected HEAD:PATH, found "": custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status()
        expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
        expected ",", "&&", "||" or ")", found the end of the text
        expected a closing `}`, found the end of the path
        "#);
    }
}
