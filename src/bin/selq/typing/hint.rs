//! The hint behind the cursor: how many objects the text selects, or what it lacks.

use selq::query::Subject;
use selq::selector::ParseErrorKind;
use selq::syntax::{Expected, Role};
use selq::{Plan, Query, Scope, Selector};

use super::in_query::{is_key, likeliest};
use super::line::{self, Piece};
use super::names::NamedError;
use super::place::{CursorPlace, Slot, place};
use super::{CommandSyntax, TypedLine, TypingContext, commands_called, find_command, piped, query_in};
use crate::terminal::numbers::thousands;

/// What stands behind the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The end of a word that may be meant, which one key stroke takes over.
    pub(crate) ending: String,
    /// What is to be said.
    pub(crate) remark: String,
    /// What has to be read of the objects before more can be said.
    pub(crate) unread: Vec<Subject>,
}

impl Hint {
    fn remark(remark: impl Into<String>) -> Hint {
        Hint { remark: remark.into(), ..Hint::default() }
    }
}

/// The hint for a text, of which the last line counts.
pub(crate) fn hint(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    let (_, text) = line::line_at(text, text.len());
    if matches!(TypedLine::new(text), TypedLine::Query(text) if piped(text).1.is_some()) {
        // What stands at the end is for another program.
        return None;
    }
    match query_in(text, context.commands) {
        Some((_, query, _)) if !query.trim().is_empty() => query_hint(context, query),
        _ => command_hint(context, text).map(Hint::remark),
    }
}

/// What a command takes and does, until its arguments are typed.
fn command_hint(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let (name, arguments) = match TypedLine::new(text) {
        TypedLine::Query(_) | TypedLine::Comment => return None,
        TypedLine::CommandName(name) => (name, ""),
        TypedLine::Command { name, arguments } => (name, arguments),
    };
    if !arguments.trim().is_empty() {
        return None;
    }
    match (find_command(context.commands, name), text.ends_with(' ')) {
        (Some(command), true) => Some(format!("{}  {}", command.usage, command.summary)),
        // An alias such as `:exit` is no beginning of the name that it stands for: it is whole
        // already.
        (Some(command), false) if command.name == name || !command.name.starts_with(name) => {
            Some(format!(" {}  {}", command.usage, command.summary))
        }
        (Some(command), false) => Some(format!("  :{} {}", command.name, command.usage)),
        (None, _) => candidates(&commands_called(context.commands, name)),
    }
}

/// The commands that may be meant, or how to see them if they are too many for a hint.
fn candidates(commands: &[&CommandSyntax]) -> Option<String> {
    const MAX_SHOWN: usize = 8;
    match commands.len() {
        0 => None,
        1..=MAX_SHOWN => {
            let names: Vec<String> = commands.iter().map(|it| format!(":{}", it.name)).collect();
            Some(format!("  {}", names.join(" ")))
        }
        _ => Some("  Tab lists the commands".to_owned()),
    }
}

fn query_hint(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    if let Some(hint) = ending(context, text) {
        return Some(hint);
    }
    let meant = context.names.query(text);
    let absent = match &meant {
        // Its words are a shell's, and no keys that could be missing.
        Err(NamedError::CommandLine(_)) => None,
        _ => absent_subject(context, text).or_else(|| absent_value(context, text)),
    };
    let unread = absent.is_none().then(|| unread(context, text, meant.as_ref().ok()));
    if let Some(unread) = unread.filter(|unread| !unread.is_empty()) {
        return Some(Hint { remark: format!("  {}", reading(&unread)), unread, ..Hint::default() });
    }
    let remark = absent.unwrap_or_else(|| match meant {
        Ok(query) => meaning(context, text, &query),
        Err(_) if text.trim() == "\"" => "\"\" is every object".to_owned(),
        Err(_) if is_operator_begun(text) => "in ( or notin (".to_owned(),
        Err(error) => begun(context, text, &error).unwrap_or_else(|| expected(&error)),
    });
    Some(Hint::remark(format!("  {remark}")))
}

/// What has to be read before more can be said: what the query asks for, or, of a text that is none yet, whatever a value
/// is asked of.
fn unread(context: &TypingContext<'_>, text: &str, meant: Option<&Query>) -> Vec<Subject> {
    if let Some(query) = meant {
        return context.unread(query);
    }
    let mut unread = Vec::new();
    let pieces = line::pieces(text);
    let asks = |piece: &&Piece<'_>| matches!(piece.role, Role::Comparison | Role::Membership | Role::Open);
    for subject in pieces.iter().filter(asks).filter(|piece| !is_key(&piece.subject)) {
        if let Ok(subject) = subject.subject.parse::<Subject>()
            && !context.columns.has(&subject)
            && !unread.contains(&subject)
        {
            unread.push(subject);
        }
    }
    unread
}

/// `reading .status.phase …`
fn reading(unread: &[Subject]) -> String {
    let subjects: Vec<String> = unread.iter().map(ToString::to_string).collect();
    format!("reading {} …", subjects.join(", "))
}

/// What a text goes on with that breaks off in the middle of a part.
fn begun(context: &TypingContext<'_>, text: &str, error: &NamedError) -> Option<String> {
    let place = place(text, text.len());
    match place.slot {
        Slot::Name => names_begun(context, &place.word[1..]),
        Slot::Value { listed: None, .. } if place.word.is_empty() && is_open(error) => {
            Some("a value".to_owned())
        }
        Slot::Operator { .. } if place.word.is_empty() => help_of_refusal(error),
        _ => None,
    }
}

/// Whether more may follow what is wrong so far.
fn is_open(error: &NamedError) -> bool {
    let is_at_end = |kind: &ParseErrorKind| matches!(kind, ParseErrorKind::Syntax { found: None, .. });
    is_refused(error) || matches!(error, NamedError::Query(error) if is_at_end(error.kind()))
}

fn is_refused(error: &NamedError) -> bool {
    matches!(error, NamedError::Query(error) if matches!(error.kind(), ParseErrorKind::Query { .. }))
}

/// What to write instead of a subject alone which says nothing.
fn help_of_refusal(error: &NamedError) -> Option<String> {
    error.help().filter(|_| is_refused(error))
}

/// The names that begin so.
fn names_begun(context: &TypingContext<'_>, begun: &str) -> Option<String> {
    let names = context.names.iter().filter(|(name, _)| name.starts_with(begun));
    let names: Vec<String> = names.map(|(name, _)| format!("@{name}")).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// How many objects the query that the text means matches, or why there is none.
fn meaning(context: &TypingContext<'_>, text: &str, query: &Query) -> String {
    let Ok(plan) = context.plan(query) else { return String::new() };
    let count = plan.count();
    // No value yet is one that will come, unless the empty one occurs.
    if count == 0 && is_value_missing(text) {
        return "a value".to_owned();
    }
    // The nearest name costs a look at all of them, which only an answer of nothing is worth.
    let absent = if count == 0 { plan.absences().into_iter().next() } else { None };
    match absent {
        Some(it) => absence(&it.key, it.value.as_deref(), it.nearest),
        None if count == 0 => format!("{}{}", share(context, count), elsewhere(context, query)),
        None => share(context, count),
    }
}

/// Whether the text ends where a value would stand.
fn is_value_missing(text: &str) -> bool {
    let place = place(text, text.len());
    place.word.is_empty() && matches!(place.slot, Slot::Value { .. })
}

/// Whether the text ends in what may become `in` or `notin`.
fn is_operator_begun(text: &str) -> bool {
    let place = place(text, text.len());
    let begins = ["in", "notin"].iter().any(|operator| operator.starts_with(place.word));
    matches!(place.slot, Slot::Operator { .. }) && !place.word.is_empty() && begins
}

/// `→ 1,204 of 100,000`
fn share(context: &TypingContext<'_>, count: u64) -> String {
    let n_in_scope = context.in_scope().len() as u64;
    format!("→ {} of {}", thousands(count), thousands(n_in_scope))
}

/// How many objects outside the scope the query matches.
fn elsewhere(context: &TypingContext<'_>, query: &Query) -> String {
    let everywhere = TypingContext { scope: &Scope::all(), ..*context };
    match everywhere.count(query) {
        None | Some(0) => String::new(),
        Some(n) => format!(", {} elsewhere", thousands(n)),
    }
}

/// The likeliest end of a word that does not occur and begins one that does.
fn ending(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    let place = place(text, text.len());
    if place.word.is_empty() || occurs(context, &place) {
        return None;
    }
    let likeliest = likeliest(context, text)?;
    let ending = likeliest.strip_prefix(place.word)?;
    let whole = context.names.resolve(&format!("{text}{ending}"));
    let count = whole.ok().and_then(|query| context.count(&query));
    let remark = count.map_or_else(String::new, |count| format!("  {}", share(context, count)));
    Some(Hint { ending: ending.to_owned(), remark, unread: Vec::new() })
}

/// Whether the word at the place is whole, as something that occurs, or cannot become so.
fn occurs(context: &TypingContext<'_>, place: &CursorPlace<'_>) -> bool {
    match &place.slot {
        Slot::Subject => context.store.count_key(place.word) > 0,
        Slot::Value { subject, .. } => match subject.parse::<Subject>() {
            Ok(Subject::Label(key)) => context.store.count_label(key.as_str(), place.word) > 0,
            Ok(subject) => context.columns.has_value(&subject, place.word),
            Err(_) => context.store.count_label(subject, place.word) > 0,
        },
        Slot::Step { field } => context.has_field(&format!("{field}{}", place.word)),
        Slot::Parameter { .. } => false,
        _ => true,
    }
}

/// The subject of an unfinished part at the end, if it does not occur: there is no use in going on.
fn absent_subject(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let place = place(text, text.len());
    match place.slot {
        Slot::Value { subject, .. } if is_key(&subject) => {
            if context.store.count_key(&subject) > 0 {
                return None;
            }
            let keys = context.store.keys();
            let nearest = selq::text::nearest(&subject, keys.iter().map(|fact| fact.key));
            Some(absence(&subject, None, nearest))
        }
        Slot::Value { subject, .. } if subject.starts_with('.') => absent_field(context, &subject),
        Slot::Step { field } if !place.word.is_empty() => {
            absent_field(context, &format!("{field}{}", place.word))
        }
        _ => None,
    }
}

/// That no object has a field, where that is known without reading all of them.
fn absent_field(context: &TypingContext<'_>, field: &str) -> Option<String> {
    let fields = context.fields?;
    if field.ends_with('.') || fields.has(field) != Some(false) {
        return None;
    }
    let kinds = context.in_scope().kind_counts();
    let (before, name) = field.rsplit_once('.')?;
    let near = match before {
        "." => fields.names(&kinds),
        before => fields.below(before, &kinds),
    };
    let nearest = selq::text::nearest(name, near.iter().map(|fact| fact.name.as_str()));
    let what = format!("no field {field}");
    Some(nearest.map_or_else(|| what.clone(), |nearest| format!("{what} → {before}.{nearest}")))
}

/// The last value of a list that is still open, if it does not occur: the list would be finished in vain.
fn absent_value(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let place = place(text, text.len());
    if !matches!(place.slot, Slot::AfterListed | Slot::Value { listed: Some(_), .. }) {
        return None;
    }
    let pieces = line::pieces(text);
    let Piece { subject, text: value, .. } = pieces.iter().rev().find(|piece| piece.role == Role::Value)?;
    let is_negated = pieces.iter().rev().find(|it| it.role == Role::Membership)?.text == "notin";
    if is_negated || !is_key(subject) || context.store.count_label(subject, value) > 0 {
        return None;
    }
    let selector: Selector = format!("{subject}={value}").parse().ok()?;
    let absent = Plan::scoped(context.store, &selector, context.scope).absences().into_iter().next()?;
    Some(absence(&absent.key, absent.value.as_deref(), absent.nearest))
}

/// `no label "enviroment" → environment`
fn absence(key: &str, value: Option<&str>, nearest: Option<&str>) -> String {
    let is_read = !is_key(key);
    let what = match value {
        None if is_read => format!("no {key}"),
        None => format!("no label {key:?}"),
        Some(value) => format!("no {key}={value:?}"),
    };
    let function = selq::syntax::Function::named(key).filter(|_| value.is_none() && nearest.is_none());
    match (nearest, function) {
        (Some(nearest), _) => format!("{what} → {nearest}"),
        (None, Some(_)) => format!("{what} → {key}()"),
        (None, None) => what,
    }
}

/// What the text lacks at its end, or what is wrong with it.
fn expected(error: &NamedError) -> String {
    match error {
        NamedError::Nothing => error.to_string(),
        NamedError::CommandLine(it) => format!("✗ {}", it.in_short()),
        NamedError::TooLong { .. } => format!("✗ {error}"),
        NamedError::Query(error) => match error.kind() {
            ParseErrorKind::Syntax { expected, found: None } => in_short(*expected).to_owned(),
            ParseErrorKind::Syntax { expected, found: Some(_) } => {
                let found = error.span().slice(error.text());
                format!("✗ expected {} and found {found:?}", in_short(*expected))
            }
            // Nothing is typed yet that could be a wrong one.
            ParseErrorKind::NotAnInteger if error.span().is_empty() => "an integer".to_owned(),
            _ => format!("✗ {error}"),
        },
        NamedError::UnknownName { nearest: Some(nearest), .. } => format!("{error} → @{nearest}"),
        NamedError::UnknownName { .. } => error.to_string(),
    }
}

/// A few words for what has to come.
fn in_short(expected: Expected) -> &'static str {
    match expected {
        Expected::Requirement => "a key or !",
        Expected::Key => "a key",
        Expected::Operator => "an operator or ,",
        Expected::EndOfRequirement => ",",
        Expected::Value => "a value",
        Expected::OpenParen => "(",
        Expected::ValueOrCloseParen => "a value or )",
        Expected::CommaOrCloseParen => ", or )",
        Expected::Factor => "a key, field or function, ! or (",
        Expected::NegatedFactor => "a key, field or function, or (",
        Expected::QueryOperator => "an operator or , && ||",
        Expected::EndOfFactor => ", && or ||",
        Expected::CloseGroup => "), or , && ||",
        Expected::CloseBracket => "], or , && ||",
        Expected::Path => "a path or )",
        Expected::FieldName => "a name",
        Expected::InBrackets => "a number, *, 'name' or .field=value",
        Expected::Quoted => "'an expression'",
        Expected::EndOfQuoted => "a closing quotation mark",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use selq::query::{Columns, Context};
    use selq::{Object, Scope, Store};

    use super::super::Argument;
    use super::super::names::Names;
    use super::*;

    const COMMANDS: [CommandSyntax; 3] = [
        CommandSyntax { name: "limit", usage: "N", summary: "rows at most", argument: Argument::Other },
        CommandSyntax { name: "explain", usage: "SELECTOR", summary: "how", argument: Argument::Query },
        CommandSyntax { name: "list", usage: "", summary: "", argument: Argument::Other },
    ];

    fn shown(text: &str) -> String {
        let mut store = Store::new();
        for n in 0..1_500 {
            let env = if n < 1_204 { "prod" } else { "dev" };
            store.insert(Object::new("Pod", "shop", "p").with_labels([("environment", env), ("n", "1")]));
        }
        let (scope, mut names) = (Scope::all(), Names::default());
        names.set("web", names.meaning("n=1").unwrap());
        let context = TypingContext {
            store: &store,
            scope: &scope,
            names: &names,
            commands: &COMMANDS,
            on_screen: &[],
            columns: &Columns::new(),
            asked_with: Context::new(),
            fields: None,
        };
        hint(&context, text).map_or_else(String::new, |hint| format!("{}|{}", hint.ending, hint.remark))
    }

    #[test]
    fn the_count_stands_there_as_soon_as_the_text_means_something() {
        for (text, hint) in [
            ("", ""),
            ("  ", ""),
            ("environment=prod", "|  → 1,204 of 1,500"),
            ("\"\"", "|  → 1,500 of 1,500"),
            (":explain \"\"", "|  → 1,500 of 1,500"),
            ("environment=dev\nenvironment=prod", "|  → 1,204 of 1,500"),
            ("!environment", "|  → 0 of 1,500"),
            (":explain environment!=prod", "|  → 296 of 1,500"),
        ] {
            assert_eq!(shown(text), hint, "{text:?}");
        }
    }

    #[test]
    fn what_is_expected_stands_there_until_then() {
        for (text, hint) in [
            ("environment in (", "|  a value or )"),
            ("environment in (prod", "|  , or )"),
            ("environment no", "|  in ( or notin ("),
            ("environment xo", "|  ✗ expected an operator or , and found \"xo\""),
            ("environment in", "|  in ( or notin ("),
            ("n=1,", "|  a key or !"),
            ("n=", "|  a value"),
            ("n>", "|  an integer"),
            ("n=a=b", "|  ✗ expected , and found \"=\""),
            ("@wbe", "|  no name \"@wbe\" → @web"),
            ("@", "|  @web"),
            ("n=1,@w", "|  @web"),
            ("\"", "|  \"\" is every object"),
            ("-l environment=prod", "|  ✗ type environment=prod"),
            ("kubectl get pods", "|  ✗ type :kind pods"),
            ("# environment=", ""),
        ] {
            assert_eq!(shown(text), hint, "{text:?}");
        }
    }

    #[test]
    fn what_does_not_occur_has_its_nearest() {
        for (text, hint) in [
            ("enviroment", "|  no label \"enviroment\" → environment"),
            ("enviroment in (", "|  no label \"enviroment\" → environment"),
            ("environment=prdo", "|  no environment=\"prdo\" → prod"),
            ("zone", "|  no label \"zone\""),
            ("environment in (prdo", "|  no environment=\"prdo\" → prod"),
            ("environment in (prdo,", "|  no environment=\"prdo\" → prod"),
            ("environment notin (prdo", "|  , or )"),
        ] {
            assert_eq!(shown(text), hint, "{text:?}");
        }
    }

    #[test]
    fn the_likeliest_end_of_a_word_can_be_taken_over() {
        assert_eq!(shown("envi"), "ronment|  → 1,500 of 1,500");
        assert_eq!(shown("environment=d"), "ev|  → 296 of 1,500");
        assert_eq!(shown("environment in (d"), "ev|");
        assert_eq!(shown("environment in (dev,d"), "|  no environment=\"d\"", "dev is listed");
    }

    #[test]
    fn commands_say_what_they_take() {
        assert_eq!(shown(":limit"), "| N  rows at most");
        assert_eq!(shown(":limit "), "|N  rows at most");
        assert_eq!(shown(":lim"), "|  :limit N");
        assert_eq!(
            (shown(":l"), shown(":")),
            ("|  :limit :list".to_owned(), "|  :limit :explain :list".to_owned())
        );
        assert_eq!((shown(":limit 5"), shown(":zzz")), (String::new(), String::new()));
    }

    /// The hint for a query over the sample, and what is to be read for it.
    fn of_query(text: &str) -> String {
        let hint = super::super::sample::asked(|context| hint(context, text)).unwrap_or_default();
        format!("{}|{}", hint.ending, hint.remark.trim_start())
    }

    #[test]
    fn queries_are_counted_as_soon_as_they_mean_something() {
        for (text, hint) in [
            (".status.phase", "|→ 3 of 4"),
            (".status.phase=Running", "|→ 2 of 4"),
            ("app=db || status(Pending)", "|→ 2 of 4"),
            ("kind(pod) && !(@sick)", "|→ 1 of 4"),
            ("kind(pod) && !@sick", "|→ 1 of 4"),
            (":explain !.status", "|reading .status …"),
            ("..image", "|reading ..image …"),
            ("name(web-*) && app", "|→ 2 of 4"),
            (".spec.containers[.image=nginx*].name=c", "|reading .spec.containers[.image=nginx*].name …"),
            ("owner() || app=web && (", "|reading owner() …"),
        ] {
            assert_eq!(of_query(text), hint, "{text}");
        }
    }

    #[test]
    fn what_a_query_lacks_stands_there_until_then() {
        for (text, hint) in [
            (".status.ph", "ase|→ 3 of 4"),
            (".status.phase=Ru", "nning|→ 2 of 4"),
            (".status.phase=", "|a value"),
            (".status.phase in (", "|a value or )"),
            (".status.", "|a name"),
            (".status.conditions[", "|a number, *, 'name' or .field=value"),
            (".status.conditions[.type=", "|a value"),
            (".status.conditions[.type=Ready", "|], or , && ||"),
            ("stat", "us(|"),
            ("status(", "|a value or )"),
            ("ready()", "|write ready()=true"),
            ("(app=web", "|), or , && ||"),
            ("app=web ||", "|a key, field or function, ! or ("),
            ("app=web && @", "|@sick @web"),
            (".status.phase =~ ", "|'an expression'"),
            (".status.phase=Running zone", "|✗ expected , && or || and found \"zone\""),
            (".metadata.name=x && (", "|reading .metadata.name …"),
        ] {
            assert_eq!(of_query(text), hint, "{text}");
        }
    }

    #[test]
    fn what_no_object_has_is_told_without_reading() {
        for (text, hint) in [
            (".status.phsae=x", "|no field .status.phsae → .status.phase"),
            (".status.zone", "|no field .status.zone"),
            (".status.phase=Runing", "|no .status.phase=\"Runing\" → Running"),
            ("status", "(|"),
        ] {
            assert_eq!(of_query(text), hint, "{text}");
        }
    }
}
