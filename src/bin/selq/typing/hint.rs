//! The hint behind the cursor: how many objects the text selects, or what it lacks.

use selq::selector::ParseErrorKind;
use selq::syntax::{Expected, Role};
use selq::{Plan, Selector};

use super::complete::likeliest;
use super::line::{self, Piece, Slot};
use super::names::NamedError;
use super::{
    CommandSyntax, TypedLine, TypingContext, commands_called, find_command, is_query_alone, selector_in,
};
use crate::terminal::numbers::thousands;

/// What stands behind the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The end of a word that may be meant, which one key stroke takes over.
    pub(crate) ending: String,
    /// What is to be said.
    pub(crate) remark: String,
}

impl Hint {
    fn remark(remark: impl Into<String>) -> Hint {
        Hint { ending: String::new(), remark: remark.into() }
    }
}

/// The hint for a text, of which the last line counts.
pub(crate) fn hint(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    let (_, text) = line::line_at(text, text.len());
    match selector_in(text, context.commands) {
        Some((_, selector)) if !selector.trim().is_empty() => selector_hint(context, selector),
        _ => command_hint(context, text).map(Hint::remark),
    }
}

/// What a command takes and does, until its arguments are typed.
fn command_hint(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let (name, arguments) = match TypedLine::new(text) {
        TypedLine::Selector(_) | TypedLine::Comment => return None,
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

fn selector_hint(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    // What is half typed comes first: of a word that will go on, nothing else could be said for
    // sure.
    if let Some(hint) = ending(context, text) {
        return Some(hint);
    }
    if is_query_alone(text) {
        return None;
    }
    let meant = context.names.selector(text);
    let absent = match &meant {
        // Its words are a shell's, and no keys that could be missing.
        Err(NamedError::CommandLine(_)) => None,
        _ => absent_key(context, text).or_else(|| absent_value(context, text)),
    };
    let remark = absent.unwrap_or_else(|| match meant {
        Ok(selector) => meaning(context, text, &selector),
        Err(_) if text.trim() == "\"" => "\"\" is every object".to_owned(),
        Err(_) if is_operator_begun(text) => "in ( or notin (".to_owned(),
        Err(error) => names_begun(context, text).unwrap_or_else(|| expected(&error)),
    });
    Some(Hint::remark(format!("  {remark}")))
}

/// The names that begin with the one at the end of the text.
fn names_begun(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let place = line::place(text, text.len());
    let begun = place.word.strip_prefix('@').filter(|_| place.slot == Slot::Name)?;
    let names = context.names.iter().filter(|(name, _)| name.starts_with(begun));
    let names: Vec<String> = names.map(|(name, _)| format!("@{name}")).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// How many objects the selector that the text means matches, or why there is none.
fn meaning(context: &TypingContext<'_>, text: &str, selector: &Selector) -> String {
    let plan = Plan::scoped(context.store, selector, context.scope);
    let count = plan.count();
    // No value yet is one that will come, unless the empty one occurs.
    if count == 0 && is_value_missing(text) {
        return "a value".to_owned();
    }
    // The nearest name costs a look at all of them, which only an answer of nothing is worth.
    let absent = if count == 0 { plan.absences().into_iter().next() } else { None };
    match absent {
        Some(it) => absence(&it.key, it.value.as_deref(), it.nearest),
        None if count == 0 => format!("{}{}", share(context, count), elsewhere(context, selector)),
        None => share(context, count),
    }
}

/// Whether the text ends where a value would stand.
fn is_value_missing(text: &str) -> bool {
    let place = line::place(text, text.len());
    place.word.is_empty() && matches!(place.slot, Slot::Value { .. })
}

/// Whether the text ends in what may become `in` or `notin`.
fn is_operator_begun(text: &str) -> bool {
    let place = line::place(text, text.len());
    let begins = ["in", "notin"].iter().any(|operator| operator.starts_with(place.word));
    place.slot == Slot::Operator && !place.word.is_empty() && begins
}

/// `→ 1,204 of 100,000`
fn share(context: &TypingContext<'_>, count: u64) -> String {
    let n_in_scope = context.count(&Selector::everything());
    format!("→ {} of {}", thousands(count), thousands(n_in_scope))
}

/// How many objects outside the scope the selector matches.
fn elsewhere(context: &TypingContext<'_>, selector: &Selector) -> String {
    match Plan::new(context.store, selector).count() {
        0 => String::new(),
        n => format!(", {} elsewhere", thousands(n)),
    }
}

/// The likeliest end of a word that does not occur and begins one that does.
fn ending(context: &TypingContext<'_>, text: &str) -> Option<Hint> {
    let place = line::place(text, text.len());
    let occurs = match place.slot {
        Slot::Key => context.store.count_key(place.word) > 0,
        Slot::Value { key, .. } => context.store.count_label(key, place.word) > 0,
        _ => return None,
    };
    if occurs || place.word.is_empty() {
        return None;
    }
    let likeliest = likeliest(context, text)?;
    let ending = likeliest.strip_prefix(place.word)?;
    let whole = context.names.resolve(&format!("{text}{ending}"));
    let remark =
        whole.map_or_else(|_| String::new(), |it| format!("  {}", share(context, context.count(&it))));
    Some(Hint { ending: ending.to_owned(), remark })
}

/// The key of an unfinished requirement at the end, if it does not occur: there is no use in going on.
fn absent_key(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let Slot::Value { key, .. } = line::place(text, text.len()).slot else { return None };
    if context.store.count_key(key) > 0 {
        return None;
    }
    let keys = context.store.keys();
    let nearest = selq::text::nearest(key, keys.iter().map(|fact| fact.key));
    Some(absence(key, None, nearest))
}

/// The last value of a list that is still open, if it does not occur: the list would be finished in vain.
fn absent_value(context: &TypingContext<'_>, text: &str) -> Option<String> {
    let place = line::place(text, text.len());
    if !matches!(place.slot, Slot::AfterListed | Slot::Value { listed: Some(_), .. }) {
        return None;
    }
    let pieces = line::pieces(text);
    let Piece { key, text: value, .. } = *pieces.iter().rev().find(|piece| piece.role == Role::Value)?;
    let is_negated = pieces.iter().rev().find(|it| it.role == Role::Membership)?.text == "notin";
    // Behind `notin` an absent value is no dead end.
    if is_negated || context.store.count_label(key, value) > 0 {
        return None;
    }
    let selector: Selector = format!("{key}={value}").parse().ok()?;
    let absent = Plan::scoped(context.store, &selector, context.scope).absences().into_iter().next()?;
    Some(absence(&absent.key, absent.value.as_deref(), absent.nearest))
}

/// `no label "enviroment" → environment`
fn absence(key: &str, value: Option<&str>, nearest: Option<&str>) -> String {
    let what = match value {
        None => format!("no label {key:?}"),
        Some(value) => format!("no {key}={value:?}"),
    };
    nearest.map_or_else(|| what.clone(), |nearest| format!("{what} → {nearest}"))
}

/// What the text lacks at its end, or what is wrong with it.
fn expected(error: &NamedError) -> String {
    match error {
        NamedError::Nothing => error.to_string(),
        NamedError::CommandLine(it) => format!("✗ {}", it.in_short()),
        NamedError::TooLong { .. } => format!("✗ {error}"),
        NamedError::Selector(error) => match error.kind() {
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
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use selq::{Object, Scope, Store};

    use super::super::Argument;
    use super::super::names::Names;
    use super::*;

    const COMMANDS: [CommandSyntax; 3] = [
        CommandSyntax { name: "limit", usage: "N", summary: "rows at most", argument: Argument::Other },
        CommandSyntax { name: "explain", usage: "SELECTOR", summary: "how", argument: Argument::Selector },
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
}
