//! What a session can say about a line while it is typed: counts, completions, colours.
//!
//! Functions of the text, the cursor and the [`TypingContext`]; nothing here knows an editor or a terminal. Asked
//! on every key stroke, so that nothing here may walk the objects.

pub(crate) mod candidates;
pub(crate) mod command_line;
pub(crate) mod complete;
pub(crate) mod edits;
pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod highlight;
pub(crate) mod hint;
mod in_query;
pub(crate) mod line;
pub(crate) mod names;
pub(crate) mod place;
#[cfg(test)]
mod sample;

use selq::query::{Columns, Context, NoColumn, Subject};
use selq::{Matches, Plan, Query, Scope, Store};

use fields::FieldFacts;
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
    /// What was read of the objects besides their labels.
    pub(crate) columns: &'a Columns,
    /// What queries are asked with.
    pub(crate) asked_with: Context,
    /// The fields that occur; `None` until somebody has looked.
    pub(crate) fields: Option<&'a FieldFacts>,
}

impl<'a> TypingContext<'a> {
    /// How a query is answered in the scope, if all was read that it asks for.
    fn plan(&self, query: &Query) -> Result<Plan<'a>, NoColumn> {
        Plan::query(self.store, self.columns, query, self.scope, &self.asked_with)
    }

    /// How many objects a query matches in the scope, if all was read that it asks for.
    fn count(&self, query: &Query) -> Option<u64> {
        self.plan(query).ok().map(|plan| plan.count())
    }

    /// The objects in the scope for which all of `parts` hold that mean something already, and for which all was read.
    fn among(&self, parts: &[&str]) -> Matches<'a> {
        let meant = parts.iter().filter_map(|text| self.names.resolve(text).ok());
        let meant = meant.filter(|query| self.unread(query).is_empty());
        let query = meant.fold(Query::everything(), Query::and);
        self.plan(&query).map_or_else(|_| self.in_scope(), |plan| plan.run())
    }

    fn in_scope(&self) -> Matches<'a> {
        Plan::scoped(self.store, &selq::Selector::everything(), self.scope).run()
    }

    /// Whether objects that were looked at have a field.
    fn has_field(&self, field: &str) -> bool {
        self.fields.is_some_and(|fields| fields.has(field) == Some(true))
    }

    /// What a query asks for that was not read.
    fn unread(&self, query: &Query) -> Vec<Subject> {
        query.subjects().into_iter().filter(|subject| !self.columns.has(subject)).cloned().collect()
    }
}

/// Which of the two languages is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Selector,
    Query,
    /// What a query is about, and not what it asks of that.
    Subject,
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
    Query,
    /// `NAME = QUERY`
    Definition,
    /// Edits of labels, and perhaps `-l QUERY`.
    Edits,
    /// Label keys, fields and functions, joined by commas.
    Keys,
    /// A label key, a field or a function.
    Subject,
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

/// A line taken apart: a query, or a command and its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypedLine<'t> {
    Query(&'t str),
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
        let Some(command) = text.trim_start().strip_prefix(':') else { return TypedLine::Query(text) };
        // The name of a command of the shell follows at once.
        if let Some(arguments) = command.strip_prefix(BANG) {
            return TypedLine::Command { name: &command[..BANG.len_utf8()], arguments };
        }
        match command.split_once(char::is_whitespace) {
            None => TypedLine::CommandName(command),
            Some((name, arguments)) => TypedLine::Command { name, arguments },
        }
    }
}

/// What a line asks, and the command of a shell that its answer is for, if there is one: `app=web | wc -l`.
pub(crate) fn piped(text: &str) -> (&str, Option<&str>) {
    let (mut quote, mut bytes) = (None, text.bytes().enumerate().peekable());
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            // What is escaped ends no text.
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), _) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            // Two are an "or".
            (None, b'|') if bytes.next_if(|(_, next)| *next == b'|').is_none() => {
                return (text[..at].trim_end(), Some(text[at + 1..].trim()));
            }
            _ => {}
        }
    }
    (text, None)
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

/// What a line asks, the byte at which that begins, and the language that it is in.
pub(crate) fn query_in<'t>(text: &'t str, commands: &[CommandSyntax]) -> Option<(usize, &'t str, Language)> {
    let mut language = Language::Query;
    let query = match TypedLine::new(text) {
        TypedLine::Query(text) => piped(text).0,
        TypedLine::CommandName(_) | TypedLine::Comment => return None,
        TypedLine::Command { name, arguments } => match find_command(commands, name)?.argument {
            Argument::Query => arguments,
            Argument::Selector => {
                language = Language::Selector;
                arguments
            }
            Argument::Definition => arguments.split_once('=')?.1,
            Argument::Edits => edits::split(arguments).1?,
            _ => return None,
        },
    };
    // The query is a part of the text.
    let offset = query.as_ptr().addr() - text.as_ptr().addr();
    Some((offset, query, language))
}
