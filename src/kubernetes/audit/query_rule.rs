//! Rules of one's own: a query, and what is to be said of the objects that it finds.

use std::borrow::Cow;
use std::fmt;

use super::finding::{AuditReport, Finding, Severity};
use super::rule::AuditRule;
use crate::kubernetes::Links;
use crate::query::{Columns, Context, Gap, Query, Related, RelatedTo, Subject, SubjectReader, SubjectValue};
use crate::{Dump, ObjectId, Plan, Scope};

/// A rule of one's own: a finding is each object of a query.
#[derive(Debug, Clone)]
pub struct QueryRule {
    id: String,
    severity: Severity,
    query: Query,
    message: MessageTemplate,
}

/// A text with places for what objects say: `{name} has {.spec.replicas} replicas`.
#[derive(Debug, Clone)]
struct MessageTemplate {
    text: String,
    parts: Vec<MessagePart>,
}

#[derive(Debug, Clone)]
enum MessagePart {
    Text(String),
    Kind,
    Name,
    Namespace,
    /// The number of a subject.
    Value(usize, Subject),
}

/// What is wrong with a rule of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryRuleError {
    /// It is called as no rule can be.
    Id {
        /// How it is called.
        id: String,
    },
    /// Another rule is called so.
    Taken {
        /// How it is called.
        id: String,
    },
    /// A brace of the message has no partner.
    Brace {
        /// Which.
        brace: char,
    },
    /// What stands in braces is nothing that an object says.
    Subject {
        /// What stands there.
        text: String,
        /// What is wrong with it, or what to write.
        problem: String,
    },
}

impl QueryRule {
    /// A rule that finds the objects of a query. In the message `{name}`, `{namespace}` and `{kind}` stand for what the object
    /// is, `{.spec.replicas}` and `{status()}` for what a field or function gives, and `{{` and `}}` for braces.
    ///
    /// ```
    /// use selq::kubernetes::Links;
    /// use selq::kubernetes::audit::{QueryRule, Severity, audit_queries};
    /// use selq::query::Context;
    /// use selq::{Input, Loader};
    ///
    /// let rule = QueryRule::new("one-replica", Severity::Warning, ".spec.replicas=1".parse()?, "{name} has only one")?;
    /// let dump = r#"{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":1}}"#;
    /// let dump = Loader::new().load([Input::Bytes { name: "dump".into(), bytes: dump.into() }])?;
    /// let report = audit_queries(&Links::new(&dump), [&rule], &Context::new());
    /// assert_eq!(report.findings[0].message, "web has only one");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An id that is not of small letters, digits and `-`, or is that of a built-in rule, and a message that asks what no
    /// object says.
    pub fn new(
        id: &str,
        severity: Severity,
        query: Query,
        message: &str,
    ) -> Result<QueryRule, QueryRuleError> {
        let is_of_id = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        if id.is_empty() || !id.chars().all(is_of_id) {
            return Err(QueryRuleError::Id { id: id.to_owned() });
        }
        if AuditRule::named(id).is_some() {
            return Err(QueryRuleError::Taken { id: id.to_owned() });
        }
        Ok(QueryRule { id: id.to_owned(), severity, query, message: MessageTemplate::parse(message)? })
    }

    /// What it is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Which objects it finds.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// What it says of them, with braces.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message.text
    }

    /// Finds the objects with what was read of the dump; nothing where not all was.
    fn find(&self, dump: &Dump, columns: &Columns, context: &Context) -> Vec<Finding> {
        let plan = Plan::query(dump.store(), columns, &self.query, &Scope::all(), context);
        let ids: Vec<ObjectId> = plan.map_or_else(|_| Vec::new(), |plan| plan.run().ids().collect());
        let reader = SubjectReader::new(self.message.subjects().cloned(), *context);
        let found = reader.read_all(dump, &ids, |id, values| {
            let finding =
                Finding::new(id, self.severity, ".metadata", self.message.filled(dump, id, &values));
            finding.with("query", self.query.to_string())
        });
        found.into_iter().map(|finding| Finding { rule: Cow::Owned(self.id.clone()), ..finding }).collect()
    }

    /// The kinds that it asks about other objects and of which the dump has none, so that what it finds would say nothing.
    fn lacking(&self, columns: &Columns) -> Vec<String> {
        let mut lacking = Vec::new();
        asked_of_others(&self.query, &mut |pairs, kinds| {
            for gap in columns.gaps(&[pairs]) {
                if let Gap::NoObjects { kinds: missing, .. } = gap {
                    let is_asked =
                        |kind: &&String| kinds.is_empty() || kinds.iter().any(|it| is_called(kind, it));
                    lacking.extend(missing.iter().filter(is_asked).cloned());
                }
            }
        });
        lacking.sort();
        lacking.dedup();
        lacking
    }
}

/// Calls `each` with each relation that a query asks for, and with the kinds that it asks for there.
fn asked_of_others(query: &Query, each: &mut dyn FnMut(&Subject, &[String])) {
    for related in query.tests().filter_map(|test| Related::of(test.subject())) {
        match related.of {
            RelatedTo::Objects(inner) => {
                each(related.pairs, &named_kinds(inner));
                asked_of_others(inner, each);
            }
            RelatedTo::Values(_) => each(related.pairs, &[]),
        }
    }
}

/// The kinds that a query names.
fn named_kinds(query: &Query) -> Vec<String> {
    let kinds = query.tests().filter(|test| test.subject().is_kind());
    kinds.flat_map(|test| test.named_values().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Whether a kind of the table of places, `Pod` or `Gateway.networking.istio.io`, goes by a name.
fn is_called(kind: &str, name: &str) -> bool {
    let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let identity = crate::ObjectIdentity { api_version: &api_version, kind, namespace: "", name: "" };
    crate::kubernetes::kinds::is_called(identity, name)
}

/// Looks for what rules of one's own say in the dump of the links.
#[must_use]
pub fn audit_queries<'r>(
    links: &Links<'_>,
    rules: impl IntoIterator<Item = &'r QueryRule>,
    context: &Context,
) -> AuditReport {
    let (dump, mut report) = (links.dump(), AuditReport::default());
    let mut columns = Columns::with_places(links.places().clone());
    for rule in rules {
        columns.read(dump, rule.query.subjects(), context);
        let lacking = rule.lacking(&columns);
        if lacking.is_empty() {
            report.findings.extend(rule.find(dump, &columns, context));
        }
        let of_rule = |kind| (Cow::Owned(rule.id.clone()), Cow::Owned(kind));
        report.not_judged.extend(lacking.into_iter().map(of_rule));
    }
    report
}

impl MessageTemplate {
    fn parse(text: &str) -> Result<MessageTemplate, QueryRuleError> {
        let (mut parts, mut n_values, mut rest) = (Vec::new(), 0, text);
        let mut plain = String::new();
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = if rest[at..].starts_with('{') { '{' } else { '}' };
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix(brace) {
                plain.push(brace);
                rest = behind;
                continue;
            }
            let (inner, behind) =
                rest.split_once('}').filter(|_| brace == '{').ok_or(QueryRuleError::Brace { brace })?;
            rest = behind;
            parts.push(MessagePart::Text(std::mem::take(&mut plain)));
            parts.push(MessagePart::parse(inner, n_values)?);
            n_values += usize::from(matches!(parts.last(), Some(MessagePart::Value(..))));
        }
        plain.push_str(rest);
        parts.push(MessagePart::Text(plain));
        Ok(MessageTemplate { text: text.to_owned(), parts })
    }

    fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.parts.iter().filter_map(|part| match part {
            MessagePart::Value(_, subject) => Some(subject),
            _ => None,
        })
    }

    /// The text about an object.
    fn filled(&self, dump: &Dump, id: ObjectId, values: &[Vec<SubjectValue>]) -> String {
        let object = dump.store().get(id);
        let of_object = |text: Option<&str>| text.filter(|it| !it.is_empty()).unwrap_or("<none>").to_owned();
        let filled = self.parts.iter().map(|part| match part {
            MessagePart::Text(text) => text.clone(),
            MessagePart::Kind => of_object(object.map(|it| it.kind())),
            MessagePart::Name => of_object(object.map(|it| it.name())),
            MessagePart::Namespace => of_object(object.map(|it| it.namespace())),
            MessagePart::Value(nth, _) => match &values[*nth][..] {
                [] => "<none>".to_owned(),
                values => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            },
        });
        filled.collect()
    }
}

impl MessagePart {
    /// What stands in braces; `nth` is the number of a value.
    fn parse(text: &str, nth: usize) -> Result<MessagePart, QueryRuleError> {
        match text.trim().trim_end_matches("()") {
            "kind" => return Ok(MessagePart::Kind),
            "name" => return Ok(MessagePart::Name),
            "namespace" => return Ok(MessagePart::Namespace),
            _ => {}
        }
        let refused = |problem: String| QueryRuleError::Subject { text: text.to_owned(), problem };
        match text.trim().parse::<Subject>() {
            Ok(Subject::Label(key)) => Err(refused(format!("for a label write {{label({key})}}"))),
            Ok(subject) => Ok(MessagePart::Value(nth, subject)),
            Err(error) => Err(refused(error.to_string())),
        }
    }
}

impl fmt::Display for QueryRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryRuleError::Id { id } => {
                write!(f, "{id:?} is no id of a rule: it takes small letters, digits and -")
            }
            QueryRuleError::Taken { id } => write!(f, "{id:?} is another rule"),
            QueryRuleError::Brace { brace } => {
                write!(f, "{brace} has no partner in the message; write {brace}{brace} for the character")
            }
            QueryRuleError::Subject { text, problem } => {
                write!(f, "{{{text}}} is nothing that an object says: {problem}")
            }
        }
    }
}

impl std::error::Error for QueryRuleError {}
