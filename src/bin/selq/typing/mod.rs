//! What a session can say about a line while it is typed: counts, completions, colours.
//!
//! Functions of the text, the cursor and the [`TypingContext`]; nothing here knows an editor or a terminal. Asked
//! on every key stroke, so that nothing here may walk the objects.

pub(crate) mod candidates;
pub(crate) mod command_line;
pub(crate) mod complete;
pub(crate) mod edits;
pub(crate) mod files;
pub(crate) mod highlight;
pub(crate) mod hint;
pub(crate) mod line;
pub(crate) mod names;

use selq::{Matches, Plan, Scope, Selector, Store};

use names::Names;

/// What a session knows.
#[derive(Clone, Copy)]
pub(crate) struct TypingContext<'a> {
    pub(crate) store: &'a Store,
    pub(crate) scope: &'a Scope,
    pub(crate) names: &'a Names,
    pub(crate) commands: &'a [CommandSyntax],
    /// The names of the objects that are on the screen.
    pub(crate) on_screen: &'a [String],
}

impl<'a> TypingContext<'a> {
    /// How many objects the selector matches in the scope.
    fn count(&self, selector: &Selector) -> u64 {
        Plan::scoped(self.store, selector, self.scope).count()
    }

    /// The objects in the scope for which all of `requirements` hold that mean something already.
    fn among(&self, requirements: &[&str]) -> Matches<'a> {
        let meant = requirements.iter().filter_map(|text| self.names.resolve(text).ok());
        let selector = meant.fold(Selector::everything(), Selector::and);
        Plan::scoped(self.store, &selector, self.scope).run()
    }
}

/// A command, as far as typing it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandSyntax {
    /// The name, without `:`.
    pub(crate) name: &'static str,
    /// Its arguments as help shows them.
    pub(crate) usage: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    pub(crate) argument: Argument,
}

/// What a command is about, which says how its arguments are completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Nothing that could be completed.
    Other,
    Selector,
    /// `NAME = SELECTOR`
    Definition,
    /// Edits of labels, and perhaps `-l SELECTOR`.
    Edits,
    /// Label keys, joined by commas.
    Keys,
    Namespace,
    Kind,
    /// An object on the screen.
    Object,
    /// The name of a command.
    Command,
    /// One of a few words.
    Words(&'static [&'static str]),
    Files,
    /// A file, and then one of a few words.
    FileAndWord(&'static [&'static str]),
}

impl Argument {
    /// Whether it is several names joined by commas.
    fn is_list(self) -> bool {
        matches!(self, Argument::Keys | Argument::Namespace | Argument::Kind)
    }
}

/// A line taken apart: a selector, or a command and its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypedLine<'t> {
    Selector(&'t str),
    /// `#` and whatever follows it: nobody is asked anything.
    Comment,
    /// The name, without `:`, that is or may still be typed, and no argument yet.
    CommandName(&'t str),
    Command {
        name: &'t str,
        arguments: &'t str,
    },
}

impl<'t> TypedLine<'t> {
    pub(crate) fn new(text: &'t str) -> TypedLine<'t> {
        if is_comment(text) {
            return TypedLine::Comment;
        }
        let Some(command) = text.trim_start().strip_prefix(':') else { return TypedLine::Selector(text) };
        match command.split_once(char::is_whitespace) {
            None => TypedLine::CommandName(command),
            Some((name, arguments)) => TypedLine::Command { name, arguments },
        }
    }
}

/// Whether a line is for those who read it, and asks nothing.
pub(crate) fn is_comment(text: &str) -> bool {
    text.trim_start().starts_with('#')
}

/// What people type out of habit, and the commands that they mean.
pub(crate) const ALIASES: [(&str, &str); 6] = [
    // `:history` begins so too.
    ("h", "help"),
    ("?", "help"),
    ("exit", "quit"),
    ("columns", "label-columns"),
    ("sort", "sort-by"),
    ("settings", "set"),
];
/// The end of the name of a command that asks no more.
const BANG: char = '!';

/// The command that goes by this name, or else all that begin with it: `w` begins `write`, and `w!` begins `write!`.
pub(crate) fn commands_called<'c>(commands: &'c [CommandSyntax], name: &str) -> Vec<&'c CommandSyntax> {
    let whole = whole_name(name);
    match commands.iter().find(|command| command.name == whole) {
        Some(command) => vec![command],
        None => commands.iter().filter(|command| is_begun(command.name, name)).collect(),
    }
}

/// The name of the command that an alias stands for.
pub(crate) fn whole_name(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, whole)| whole)
}

fn is_begun(command: &str, name: &str) -> bool {
    let begun = name.strip_suffix(BANG).unwrap_or(name);
    // What asks no more is never meant by an abbreviation without its `!`.
    command.starts_with(begun) && command.ends_with(BANG) == (begun.len() < name.len())
}

/// The only command that may be meant by a name.
pub(crate) fn find_command<'c>(commands: &'c [CommandSyntax], name: &str) -> Option<&'c CommandSyntax> {
    match commands_called(commands, name)[..] {
        // The empty name begins every command, also an only one.
        [command] if !name.is_empty() => Some(command),
        _ => None,
    }
}

/// The selector in a line, and the byte at which it begins.
pub(crate) fn selector_in<'t>(text: &'t str, commands: &[CommandSyntax]) -> Option<(usize, &'t str)> {
    let selector = match TypedLine::new(text) {
        TypedLine::Selector(selector) => selector,
        TypedLine::CommandName(_) | TypedLine::Comment => return None,
        TypedLine::Command { name, arguments } => match find_command(commands, name)?.argument {
            Argument::Selector => arguments,
            // A name holds no `=`, so that the first one ends it, and the others are the
            // selector's.
            Argument::Definition => arguments.split_once('=')?.1,
            Argument::Edits => edits::split(arguments).1?,
            _ => return None,
        },
    };
    // It is the end of the line, whichever kind of line that is.
    Some((text.len() - selector.len(), selector))
}

/// Whether a text is a query and no selector.
fn is_query_alone(text: &str) -> bool {
    text.parse::<selq::Selector>().is_err() && text.parse::<selq::Query>().is_ok()
}
