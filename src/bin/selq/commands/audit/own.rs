//! Rules of one's own, from TOML files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Error, Result, anyhow, bail};
use selq::Query;
use selq::kubernetes::audit::{QueryRule, Severity};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::terminal::underline::underlined;

/// What a rule says, all of which it has to.
const FIELDS: [&str; 4] = ["id", "severity", "query", "message"];

/// The rules of some files.
pub(super) fn read(files: &[impl AsRef<Path>]) -> Result<Vec<QueryRule>> {
    let mut rules: Vec<QueryRule> = Vec::new();
    for file in files {
        let file = file.as_ref();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        for rule in (RuleFile { text: &text, path: file }).rules()? {
            if rules.iter().any(|other| other.id() == rule.id()) {
                bail!("{}: rule {:?} is there twice", file.display(), rule.id());
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// A file of rules, which says where in it something is.
struct RuleFile<'f> {
    text: &'f str,
    path: &'f Path,
}

impl RuleFile<'_> {
    /// An error about what stands at a byte.
    fn at(&self, byte: usize, error: Error) -> Error {
        let line = self.text[..byte].matches('\n').count() + 1;
        anyhow!("{}:{line}: {error:#}", self.path.display())
    }

    fn rules(&self) -> Result<Vec<QueryRule>> {
        let table = DeTable::parse(self.text).map_err(|error| {
            self.at(error.span().map_or(0, |span| span.start), anyhow!("expected TOML: {}", error.message()))
        })?;
        if let Some((name, _)) = table.get_ref().iter().find(|(name, _)| name.get_ref() != "rule") {
            let error = anyhow!("expected tables [[rule]], found {:?}", name.get_ref());
            return Err(self.at(name.span().start, error));
        }
        let Some(rules) = table.get_ref().get("rule") else {
            bail!("{}: expected a table [[rule]], found none", self.path.display());
        };
        let DeValue::Array(rules) = rules.get_ref() else {
            return Err(self.at(rules.span().start, anyhow!("write [[rule]] in two pairs of brackets")));
        };
        rules.iter().map(|rule| self.rule(rule)).collect()
    }

    fn rule(&self, rule: &Spanned<DeValue<'_>>) -> Result<QueryRule> {
        let DeValue::Table(table) = rule.get_ref() else {
            return Err(self.at(rule.span().start, anyhow!("expected a table with {}", FIELDS.join(", "))));
        };
        if let Some((name, _)) = table.iter().find(|(name, _)| !FIELDS.contains(&&**name.get_ref())) {
            return Err(self.at(name.span().start, unknown(name.get_ref())));
        }
        let field = |name: &str| self.field(rule, table, name);
        let (id, severity, query, message) =
            (field("id")?, field("severity")?, field("query")?, field("message")?);
        let severity = severity_of(severity.0).map_err(|error| self.at(severity.1, error))?;
        let parsed = query.0.parse::<Query>().map_err(|error| {
            let help = error.help().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            let underlined = underlined(error.span(), error.text());
            self.at(query.1, anyhow!("{error}\n{underlined}{help}"))
        })?;
        let rule = QueryRule::new(id.0, severity, parsed, message.0);
        rule.map_err(|error| {
            let is_about_message = !matches!(
                error,
                selq::kubernetes::audit::QueryRuleError::Id { .. }
                    | selq::kubernetes::audit::QueryRuleError::Taken { .. }
            );
            self.at(if is_about_message { message.1 } else { id.1 }, Error::from(error))
        })
    }

    /// The text of a field, and where it is.
    fn field<'t>(
        &self,
        rule: &Spanned<DeValue<'_>>,
        table: &'t DeTable<'_>,
        name: &str,
    ) -> Result<(&'t str, usize)> {
        let value = table.get(name).ok_or_else(|| {
            self.at(rule.span().start, anyhow!("the rule has no {name}; it takes {}", FIELDS.join(", ")))
        })?;
        match value.get_ref() {
            DeValue::String(text) => Ok((text, value.span().start)),
            _ => Err(self.at(value.span().start, anyhow!("{name} has to be a text"))),
        }
    }
}

fn unknown(name: &str) -> Error {
    match selq::text::nearest(name, FIELDS) {
        Some(nearest) => anyhow!("a rule has no {name:?}; did you mean {nearest:?}?"),
        None => anyhow!("a rule has no {name:?}; it has {}", FIELDS.join(", ")),
    }
}

fn severity_of(text: &str) -> Result<Severity> {
    let all = [Severity::Error, Severity::Warning, Severity::Info];
    let found = all.into_iter().find(|severity| severity.as_str() == text);
    found.ok_or_else(|| anyhow!("expected error, warning or info as severity, found {text:?}"))
}
