//! What could stand at a place of a query.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use selq::query::{Pattern, Subject};
use selq::syntax::{FUNCTIONS, Function, FunctionRow, Parameter, Role};
use selq::{LabelKey, LabelValue};

use super::candidates::{
    Candidate, Completion, common_beginning, grouped, holds, key_counts, keys, matching_values,
    most_frequent, most_frequent_values,
};
use super::fields::FieldFact;
use super::line::pieces;
use super::names::Meaning;
use super::place::{CursorPlace, Slot, place};
use super::{Language, TypingContext};
use crate::terminal::numbers::thousands;

/// Of more candidates than this, functions are listed without their words, so that several stand in a line.
const MAX_WITH_WORDS: usize = 24;

const OPERATORS: [(&str, &str); 6] = [
    ("=", "is"),
    ("!=", "is not, or has none"),
    ("in (", "is one of"),
    ("notin (", "is none of, or has none"),
    (">", "is above"),
    ("<", "is below"),
];
/// What only queries have.
const OPERATORS_OF_QUERIES: [(&str, &str); 4] = [
    (">=", "is at least"),
    ("<=", "is at most"),
    ("=~", "matches an expression: =~ 'web-\\d+'"),
    ("!~", "does not match, or has none"),
];
const AFTER_LISTED: [(&str, &str); 2] = [(",", "another value"), (")", "the end of the list")];
const ANOTHER: (&str, &str) = (",", "and another requirement");

/// Who asks for candidates.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a, 'c> {
    pub(super) context: &'c TypingContext<'a>,
    pub(super) language: Language,
}

/// What could stand at the cursor of a query.
pub(super) fn query_completion(asking: Asking<'_, '_>, text: &str, cursor: usize) -> Completion {
    let CursorPlace { slot, word, tail, rest } = place(text, cursor);
    let start = cursor - word.len();
    let at = WordAt { context: asking.context, language: asking.language, word, start, rest: &rest };
    let is_query = asking.language != Language::Selector;
    let completion = match slot {
        Slot::Subject => at.subjects_or_operators(),
        Slot::Operator { subject } => at.operators(&subject, ""),
        Slot::List => at.symbols(&[("(", "")]),
        Slot::Value { subject, listed } => at.values(&subject, listed.as_deref()),
        Slot::AfterListed => at.symbols(&AFTER_LISTED),
        Slot::End { closer } => at.joints(closer, is_selector(text)),
        Slot::Name => at.names(),
        Slot::Step { field } if is_query => at.steps(&field),
        Slot::InBrackets { field, is_first } if is_query => at.in_brackets(&field, is_first),
        Slot::Parameter { function } if is_query => at.parameters(function),
        _ => Completion::default(),
    };
    completion.with_tail(tail)
}

/// Whether a text has nothing that only a query has.
pub(super) fn is_selector(text: &str) -> bool {
    use Role::{Close, Comma, Comparison, Key, ListComma, Membership, Name, Not, Open, Stray, Value};
    let is_of_selector = |role| {
        matches!(
            role,
            Key | Value | Name | Not | Comparison | Membership | Open | Close | Comma | ListComma | Stray
        )
    };
    pieces(text).iter().all(|piece| is_of_selector(piece.role) && !piece.text.starts_with(['\'', '"']))
}

/// The place that candidates are for.
struct WordAt<'a, 'c, 't> {
    context: &'c TypingContext<'a>,
    language: Language,
    word: &'t str,
    start: usize,
    rest: &'c [&'t str],
}

impl<'a> WordAt<'a, '_, '_> {
    fn cursor(&self) -> usize {
        self.start + self.word.len()
    }

    fn symbols(&self, symbols: &[(&str, &str)]) -> Completion {
        let matching = symbols.iter().filter(|(symbol, _)| symbol.starts_with(self.word));
        let candidates = matching.map(|&(symbol, note)| Candidate::new(symbol, note));
        Completion::of(self.start, candidates.collect())
    }

    /// The same behind a word that is whole.
    fn behind(&self, symbols: &[(&str, &str)]) -> Completion {
        let candidates = symbols.iter().map(|&(symbol, note)| Candidate::new(symbol, note));
        Completion::of(self.cursor(), candidates.collect())
    }

    /// What joins the next part of a query, or closes what is open. What is a selector so far goes on as one.
    fn joints(&self, closer: Option<&str>, is_selector: bool) -> Completion {
        let closer = closer.map(|closer| (closer, "the end of it"));
        let joints: &[_] = match self.language {
            Language::Subject => &[],
            Language::Query if !is_selector => &[ANOTHER, ("||", "or something else")],
            _ => &[ANOTHER],
        };
        self.symbols(&closer.into_iter().chain(joints.iter().copied()).collect::<Vec<_>>())
    }

    /// Keys, fields and functions, or what can follow the key that is typed if it begins no other.
    fn subjects_or_operators(&self) -> Completion {
        let keys = keys(self.context, self.rest);
        match keys.iter().filter(|(key, _)| key.starts_with(self.word)).collect::<Vec<_>>()[..] {
            [(key, _)] if *key == self.word => self.operators(key, " "),
            _ => self.with_functions(grouped(self.start, self.word, keys)),
        }
    }

    /// Functions behind the keys, unless these have more in common than what was typed: that is taken over first.
    fn with_functions(&self, mut keys: Completion) -> Completion {
        let are_keys_first = !self.word.is_empty() && keys.common.len() > self.word.len();
        if self.language == Language::Selector || are_keys_first {
            return keys;
        }
        let begin = |row: &&FunctionRow| row.name.starts_with(self.word);
        let mut rows: Vec<&FunctionRow> = FUNCTIONS.iter().filter(begin).collect();
        if rows.is_empty() && keys.candidates.is_empty() {
            rows = FUNCTIONS.iter().filter(|row| holds(row.name, self.word)).collect();
        }
        let n_all = keys.candidates.len() + rows.len();
        let note = |row: &FunctionRow| if n_all > MAX_WITH_WORDS { "" } else { row.words };
        let functions = rows.iter().map(|row| Candidate::new(called(row), note(row)));
        keys.candidates.extend(functions);
        if self.word.is_empty() {
            keys.candidates.push(Candidate::new(".", "a field"));
        }
        keys.common = common_beginning(keys.candidates.iter().map(|it| it.text.as_str()));
        keys
    }

    /// What can follow a subject; behind a word a blank stands before what is a word itself.
    fn operators(&self, subject: &str, blank: &str) -> Completion {
        let (operators, of_queries): (&[_], &[_]) = match self.language {
            Language::Selector => (&OPERATORS, &[]),
            Language::Query => (&OPERATORS, &OPERATORS_OF_QUERIES),
            Language::Subject => (&[], &[]),
        };
        let has_order = has_order(subject);
        let fits = |symbol: &str| has_order || !symbol.starts_with(['<', '>']);
        let candidate = |&(symbol, note): &(&str, &str)| match symbol.starts_with(char::is_alphabetic) {
            true => Candidate::new(format!("{blank}{symbol}"), note),
            false => Candidate::new(symbol, note),
        };
        let typed = if blank.is_empty() { self.word } else { "" };
        let operators = operators.iter().chain(of_queries);
        let operators = operators.filter(|(symbol, _)| symbol.starts_with(typed) && fits(symbol));
        Completion::of(self.cursor() - typed.len(), operators.map(candidate).collect())
    }

    fn names(&self) -> Completion {
        let names = self.context.names.iter().filter(|(name, _)| name.starts_with(&self.word[1..]));
        let candidate = |(name, meaning): (&str, &Meaning)| {
            let count = self.context.count(&meaning.query());
            Candidate::new(format!("@{name}"), count.map(thousands).unwrap_or_default())
        };
        Completion::of(self.start, names.map(candidate).collect())
    }

    /// Values, or what can follow the one that is typed if it begins no other.
    fn values(&self, subject: &str, listed: Option<&[&str]>) -> Completion {
        let after: &[(&str, &str)] = match listed {
            Some(_) => &AFTER_LISTED,
            None => &[ANOTHER],
        };
        if is_key(subject) {
            let among = self.context.among(self.rest);
            let matching = matching_values(&among, subject, self.word, listed.unwrap_or_default());
            return match matching[..] {
                [(value, _)] if value == self.word && !self.word.is_empty() => self.behind(after),
                _ => most_frequent_values(self.start, matching),
            };
        }
        let Ok(about) = subject.parse::<Subject>() else { return Completion::default() };
        if !self.context.columns.has(&about) {
            return Completion { unread: vec![about], ..Completion::default() };
        }
        let listed: Vec<String> = listed.unwrap_or_default().iter().filter_map(|it| text_of(it)).collect();
        self.written_values(&about, &listed, after)
    }

    /// Values as a query has them, in quotation marks where they need them or where one was typed.
    fn written_values(&self, subject: &Subject, listed: &[String], after: &[(&str, &str)]) -> Completion {
        let quote = self.word.chars().next().filter(|it| matches!(it, '\'' | '"'));
        let typed = self.word.trim_start_matches(['\'', '"']);
        let is_listed = |value: &str| listed.iter().any(|it| it == value);
        let begins = |value: &str| value.get(..typed.len()).is_some_and(|it| it.eq_ignore_ascii_case(typed));
        let mut matching = self.values_of(subject, &|value| begins(value) && !is_listed(value));
        if matching.is_empty() {
            matching = self.values_of(subject, &|value| holds(value, typed) && !is_listed(value));
        }
        if let ([(value, _)], None) = (&matching[..], quote)
            && *value == self.word
            && !self.word.is_empty()
        {
            return self.behind(after);
        }
        let mut completion = most_frequent(self.start, matching);
        for candidate in &mut completion.candidates {
            let written = written_value(&candidate.text, quote);
            if written != candidate.text {
                // What they have in common is not what is written.
                completion.common.clear();
                candidate.text = written;
            }
        }
        completion
    }

    /// The values of a subject that are wanted, among the objects that the rest of the line selects.
    fn values_of(&self, subject: &Subject, wanted: &dyn Fn(&str) -> bool) -> Vec<(&'a str, u64)> {
        let among = self.context.among(self.rest);
        // A name is asked for with its kind only where somebody types a slash.
        let is_name = matches!(subject, Subject::Function(call) if call.function() == Function::Name);
        let is_short = is_name && !self.word.contains('/');
        let facts = among.subject_counts(self.context.columns, subject, |it| wanted(asked(it, is_short)));
        let values = facts.into_iter().map(|fact| (asked(fact.value, is_short), fact.n_objects));
        if is_short { summed(values) } else { values.collect() }
    }

    /// The next steps of a field, or what can follow it if nothing stands below.
    fn steps(&self, field: &str) -> Completion {
        let Some(fields) = self.context.fields else { return Completion::default() };
        let kinds = self.context.among(self.rest).kind_counts();
        if let Some(name) = self.word.strip_prefix("..") {
            return self.facts(fields.names(&kinds), name, |name| is_name(name).then(|| format!("..{name}")));
        }
        let found = fields.below(field, &kinds);
        let name = self.word.trim_start_matches('.');
        let mut longer = found.iter().filter(|fact| fact.name.starts_with(name) && fact.name != name);
        match found.iter().find(|fact| fact.name == name) {
            Some(_) if longer.next().is_none() => self.behind_step(&format!("{field}{}", self.word)),
            _ => self.facts(found, name, |name| Some(step(name))),
        }
    }

    /// What can follow a field that is whole.
    fn behind_step(&self, field: &str) -> Completion {
        let behind = WordAt { word: "", start: self.cursor(), ..*self };
        let mut below = behind.steps(field);
        if below.candidates.is_empty() {
            return self.operators(field, " ");
        }
        if self.context.fields.is_some_and(|fields| fields.is_array(field)) {
            below.candidates.push(Candidate::new("[", "elements by what they hold"));
            below.common.clear();
        }
        below
    }

    /// What can stand in the brackets behind a field: the names of a map, or fields of elements.
    fn in_brackets(&self, field: &str, is_first: bool) -> Completion {
        let Some(fields) = self.context.fields else { return Completion::default() };
        let kinds = self.context.among(self.rest).kind_counts();
        let found = fields.below(field, &kinds);
        if !fields.is_array(field) {
            let typed = self.word.trim_start_matches(['\'', '"']);
            let quote = if self.word.starts_with('"') { '"' } else { '\'' };
            return self.facts(found, typed, |name| {
                Some(format!("{}]", written_value(name, Some(quote)))).filter(|_| is_first)
            });
        }
        let mut completion = self.facts(found, self.word, |name| Some(step(name)));
        let places = [("*", "every element"), ("0", "the first element"), ("!", "those without")];
        let places = places.iter().filter(|(text, _)| self.word.is_empty() && (is_first || *text == "!"));
        completion.candidates.extend(places.map(|&(text, note)| Candidate::new(text, note)));
        completion.common = common_beginning(completion.candidates.iter().map(|it| it.text.as_str()));
        completion
    }

    /// The facts whose name begins with what is typed of it, or else holds it.
    fn facts(
        &self,
        facts: Vec<FieldFact>,
        typed: &str,
        written: impl Fn(&str) -> Option<String>,
    ) -> Completion {
        let begins = |fact: &&FieldFact| fact.name.starts_with(typed);
        let mut matching: Vec<&FieldFact> = facts.iter().filter(begins).collect();
        if matching.is_empty() {
            matching = facts.iter().filter(|fact| holds(&fact.name, typed)).collect();
        }
        matching.sort_by(|a, b| b.n_objects.cmp(&a.n_objects).then_with(|| a.name.cmp(&b.name)));
        let candidate = |fact: &FieldFact| {
            let about = if fact.is_guess { "~" } else { "" };
            Some(Candidate::new(written(&fact.name)?, format!("{about}{}", thousands(fact.n_objects))))
        };
        let candidates = matching.into_iter().filter(|it| it.n_objects > 0).filter_map(candidate);
        Completion::of(self.start, candidates.collect()).shortened()
    }

    /// What the parameter of a function may be.
    fn parameters(&self, function: &str) -> Completion {
        let Some(function) = Function::named(function) else { return Completion::default() };
        let quote = self.word.chars().next().filter(|it| matches!(it, '\'' | '"'));
        let typed = self.word.trim_start_matches(['\'', '"']);
        let written = |name: &str| Some(format!("{})", written_value(name, quote)));
        let kinds = || self.context.among(self.rest).kind_counts();
        let fields = |ask: &dyn Fn(&super::FieldFacts) -> Vec<FieldFact>| self.context.fields.map(ask);
        let found = match function {
            Function::Label => {
                let keys = key_counts(self.context, self.rest).into_iter();
                Some(keys.map(|(key, n)| FieldFact::exact(key, n)).collect())
            }
            Function::Annotation => fields(&|fields| fields.below(".metadata.annotations", &kinds())),
            Function::Condition => fields(&|fields| fields.conditions(&kinds())),
            Function::Requests => fields(&|fields| fields.below("..requests", &kinds())),
            Function::Limits => fields(&|fields| fields.below("..limits", &kinds())),
            _ if function.row().parameter == Parameter::Nothing => return self.symbols(&[(")", "")]),
            _ => None,
        };
        self.facts(found.unwrap_or_default(), typed, written)
    }
}

/// The part of a value that is asked for: of `pod/web-0` perhaps the name alone.
fn asked(value: &str, is_short: bool) -> &str {
    value.split_once('/').filter(|_| is_short).map_or(value, |(_, name)| name)
}

/// The same texts together.
fn summed<'v>(values: impl Iterator<Item = (&'v str, u64)>) -> Vec<(&'v str, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (value, n) in values {
        *sums.entry(value).or_default() += n;
    }
    sums.into_iter().collect()
}

/// A function as far as it is the same whatever is asked: with both parentheses where its examples leave them empty.
fn called(row: &FunctionRow) -> String {
    let empty = format!("{}()", row.name);
    let is_empty = row.examples.first().is_some_and(|example| example.starts_with(&empty));
    if is_empty { empty } else { format!("{}(", row.name) }
}

/// Whether a subject is a label's key.
pub(super) fn is_key(subject: &str) -> bool {
    !subject.starts_with('.') && !subject.contains('(')
}

/// Whether a subject has values above others. Only the parser knows.
fn has_order(subject: &str) -> bool {
    is_key(subject) || ["1", "1d"].iter().any(|it| format!("{subject}>{it}").parse::<selq::Query>().is_ok())
}

/// The text that a value in a list stands for, unless it is a glob.
fn text_of(typed: &str) -> Option<String> {
    Pattern::typed(typed).as_text().map(str::to_owned)
}

/// A value as a query has it.
fn written_value(value: &str, quote: Option<char>) -> String {
    match quote {
        None => Pattern::text(value).to_string(),
        Some(quote) => {
            let escaped = value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
            format!("{quote}{escaped}{quote}")
        }
    }
}

/// Whether a name stands behind a point as it is.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn step(name: &str) -> String {
    if is_name(name) { format!(".{name}") } else { format!("[{}]", written_value(name, Some('\''))) }
}

/// The likeliest word that begins with what is under the cursor, which stands at the end of `text`, and that could be
/// entered there.
pub(super) fn likeliest(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let CursorPlace { slot, word, rest, .. } = place(text, text.len());
    let is_longer = |text: &str| text.len() > word.len() && text.starts_with(word);
    let beginning: Vec<(&str, u64)> = match slot {
        Slot::Subject => {
            let counts = key_counts(context, &rest).into_iter();
            counts.filter(|(key, _)| is_longer(key) && LabelKey::new(key).is_ok()).collect()
        }
        Slot::Value { subject, listed } if is_key(&subject) => {
            let listed = listed.unwrap_or_default();
            let wanted = |value: &str| is_longer(value) && !listed.contains(&value);
            let counts = context.among(&rest).value_counts(&subject, wanted).into_iter();
            let counts = counts.filter(|fact| LabelValue::new(fact.value).is_ok());
            counts.map(|fact| (fact.value, fact.n_objects)).collect()
        }
        Slot::Value { subject, listed } => return likeliest_value(context, &subject, listed, word, &rest),
        Slot::Step { .. } | Slot::Parameter { .. } => return likeliest_candidate(context, text, word),
        _ => return None,
    };
    let likeliest = beginning.into_iter().max_by_key(|&(text, n_objects)| (n_objects, Reverse(text)));
    let function = || (slot_is_subject(text) && !word.is_empty()).then(|| function_beginning(word)).flatten();
    likeliest.map(|(text, _)| text.to_owned()).or_else(function)
}

fn slot_is_subject(text: &str) -> bool {
    place(text, text.len()).slot == Slot::Subject
}

fn function_beginning(word: &str) -> Option<String> {
    FUNCTIONS.iter().find(|row| row.name.starts_with(word)).map(called)
}

/// The likeliest value of a field or function that goes on what is typed. Looks at nothing but the beginnings of values,
/// which may be as many as the objects.
fn likeliest_value(
    context: &TypingContext<'_>,
    subject: &str,
    listed: Option<Vec<&str>>,
    word: &str,
    rest: &[&str],
) -> Option<String> {
    let subject: Subject = subject.parse().ok()?;
    let at = WordAt { context, language: Language::Query, word, start: 0, rest };
    let quote = word.chars().next().filter(|it| matches!(it, '\'' | '"'));
    let typed = word.trim_start_matches(['\'', '"']);
    let is_longer = |value: &str| value.len() > typed.len() && value.starts_with(typed);
    let is_listed = |value: &str| listed.iter().flatten().any(|it| *it == value);
    let values = at.values_of(&subject, &|value| is_longer(value) && !is_listed(value)).into_iter();
    let (value, _) = values.max_by_key(|&(value, n_objects)| (n_objects, Reverse(value)))?;
    // What begins without a quotation mark cannot go on with one.
    Some(written_value(value, quote)).filter(|written| written.starts_with(word))
}

/// The first of the candidates, if it goes on what is typed.
fn likeliest_candidate(context: &TypingContext<'_>, text: &str, word: &str) -> Option<String> {
    let asking = Asking { context, language: Language::Query };
    let completion = query_completion(asking, text, text.len());
    let candidates = completion.candidates.into_iter().map(|it| it.text);
    candidates
        .filter(|_| completion.start + word.len() == text.len())
        .find(|it| it.len() > word.len() && it.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::super::complete::complete;
    use super::super::sample::{asked, unmarked};
    use super::*;

    /// The candidates at the `¦` with their notes, each behind what stays of the word.
    fn at(marked: &str) -> String {
        let (text, cursor) = unmarked(marked);
        let completion = asked(|context| complete(context, &text, cursor));
        let before = &text[completion.start..cursor];
        let shown = |it: &Candidate| match it.note.is_empty() {
            true => it.text.clone(),
            false => format!("{} {}", it.text, it.note),
        };
        let candidates: Vec<String> = completion.candidates.iter().map(shown).collect();
        format!("{before}: {}", candidates.join(", "))
    }

    #[track_caller]
    fn assert_completes(cases: &[(&str, &str)]) {
        for (marked, candidates) in cases {
            assert_eq!(at(marked), *candidates, "{marked}");
        }
    }

    #[test]
    fn fields_complete_step_by_step_with_the_objects_that_have_them() {
        assert_completes(&[
            (".¦", ".: .apiVersion 4, .kind 4, .metadata 4, .spec 4, .status 3"),
            (".s¦", ".s: .spec 4, .status 3"),
            (".status¦", ": .phase 3, .conditions 2, .message 1"),
            (".status.ph¦", ".ph: .phase 3"),
            ("app=web,.status.¦", ".: .conditions ~2, .phase ~2, .message ~1"),
            ("kind(svc),.spec.¦", ".: .clusterIP 1"),
            ("a || !(.spec.no¦", ".no: .nodeName 2"),
            (".metadata.annotations.¦", ".: ['example.com/owner'] 1, .note 1"),
            (".metadata.annotations.owner¦", ".owner: ['example.com/owner'] 1"),
            ("..im¦", "..im: ..image 3"),
            (".spec.containers[0].¦", ".: .image 3, .name 3, .resources 1"),
            (".spec.containers[0]¦", ": .image 3, .name 3, .resources 1"),
            (".spec.containers¦", ": .image 3, .name 3, .resources 1, [ elements by what they hold"),
        ]);
    }

    #[test]
    fn in_brackets_stand_fields_of_elements_and_names_of_maps() {
        assert_completes(&[
            (
                ".spec.containers[¦",
                ": .image 3, .name 3, .resources 1, * every element, 0 the first element, ! those without",
            ),
            (".spec.containers[.im¦", ".im: .image 3"),
            (".spec.containers[.image=ng¦]", "ng: nginx:1.25 1, nginx:1.27 1"),
            (".status.conditions[.type=Ready && .¦", ".: .status 2, .type 2"),
            (".metadata.annotations[¦", ": 'example.com/owner'] 1, 'note'] 1"),
            (".metadata.annotations['no¦", "'no: 'note'] 1"),
            (
                ".spec.containers[.image=nginx ¦",
                ": ] the end of it, , and another requirement, || or something else",
            ),
        ]);
    }

    #[test]
    fn values_of_fields_and_functions_have_their_counts_and_quotation_marks() {
        assert_completes(&[
            (".status.phase=¦", ": Running 2, Pending 1"),
            (".status.phase=r¦", "r: Running 2"),
            (".status.phase in (Running, ¦", ": Pending 1"),
            (".status.phase=Running¦", ": , and another requirement"),
            (".status.phase!='R¦", "'R: 'Running' 2"),
            (".status.message=¦", ": \"it's [fine]\" 1"),
            (".status.message=\"¦", "\": \"it's [fine]\" 1"),
            ("app=db,.status.phase=¦", ": Running 1"),
            ("status(¦", ": Running 2, Pending 1"),
            ("image(nginx:1.25, ¦", ": postgres 1, nginx:1.27 1"),
            ("ready()=¦", ": false 2, true 1"),
            ("kind(¦", ": Pod 3, Service 1"),
            ("kind(s¦", "s: Service 1"),
            ("namespace()=¦", ": shop 3, ops 1"),
            ("name(web¦", "web: web 1, web-0 1, web-1 1"),
            ("name(pod/we¦", "pod/we: pod/web-0 1, pod/web-1 1"),
        ]);
    }

    #[test]
    fn functions_have_their_words_and_parameters() {
        assert_completes(&[
            ("st¦", "st: status( the STATUS of kubectl get"),
            ("app=web && !(res¦", "res: restarts() how often its containers were restarted"),
            ("requests(¦", ": cpu) 1"),
            ("condition(¦", ": Ready) 2, PodScheduled) 1"),
            ("annotation(¦", ": example.com/owner) 1, note) 1"),
            ("label(¦", ": app) 4, aws:created) 1"),
            ("label('aw¦", "'aw: 'aws:created') 1"),
            (
                "age()¦",
                ": = is, != is not, or has none, in ( is one of, notin ( is none of, or has none, > is above, \
              < is below, >= is at least, <= is at most, =~ matches an expression: =~ 'web-\\d+', !~ does not match, or has none",
            ),
            ("status¦ (", "status: status( the STATUS of kubectl get"),
            ("all(¦", ": )"),
            ("@s¦", "@s: @sick 2"),
            ("app || (@w¦", "@w: @web 3"),
        ]);
        assert!(!at("name() ¦").contains('>'), "names have no order");
        assert!(at("app=web || ¦").starts_with(": app 4, kind("));
        assert!(at("app=web,sel¦").contains("selects( those whose selector acts"), "{}", at("app=web,sel¦"));
    }

    #[test]
    fn what_is_whole_goes_on_or_ends() {
        assert_completes(&[
            ("(app=web ¦", ": ) the end of it, , and another requirement, || or something else"),
            (".status.phase=Running ¦", ": , and another requirement, || or something else"),
            ("app=web ¦", ": , and another requirement"),
            (".status.phase =~¦", ".status.phase =~: "),
            (":labels .status.ph¦", ".ph: .phase 3"),
            (":labels .status.phase¦", ": "),
            (":columns app,.status.ph¦", ".ph: .phase 3"),
            (":columns app,sta¦", "sta: status( the STATUS of kubectl get"),
            (":explain app=web || .status.ph¦", ".ph: .phase 3"),
        ]);
    }

    #[test]
    fn what_was_not_read_is_asked_for() {
        let unread = |text: &str| asked(|context| complete(context, text, text.len()).unread);
        assert_eq!(unread(".metadata.name=")[0].to_string(), ".metadata.name");
        assert_eq!(unread("owner(")[0].to_string(), "owner()");
        assert!(unread(".status.phase=").is_empty());
    }

    /// Whatever is taken over is a beginning of a query.
    #[test]
    fn what_is_inserted_parses() {
        for marked in [
            ".metadata.annotations.¦",
            ".metadata.annotations[¦",
            ".status.message=¦",
            ".status.message='¦",
            "label(¦",
            "annotation(¦",
            "condition(¦",
            "image(¦",
            ".spec.containers[.image=¦",
            "kind(¦",
            ".¦",
            "..¦",
        ] {
            let (text, cursor) = unmarked(marked);
            let completion = asked(|context| complete(context, &text, cursor));
            assert!(!completion.candidates.is_empty(), "{marked}");
            for candidate in completion.candidates {
                let line = format!("{}{}", &text[..completion.start], candidate.text);
                let ends = ["", "=x", ")", "]", ")=x", ")=True", "[.x=y]"];
                let is_query = |end: &&str| format!("{line}{end}").parse::<selq::Query>().is_ok();
                assert!(ends.iter().any(is_query), "{line}");
            }
        }
    }
}
