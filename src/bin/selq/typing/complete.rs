//! Completion: what could stand at the cursor, among the objects that the rest of the line selects.

use selq::store::{KindFacts, NamespaceFacts};
use selq::{Plan, Selector};

use super::candidates::{Candidate, Completion, MAX_LISTED, common_beginning, grouped, keys_besides};
use super::in_query::{Asking, query_completion};
use super::line;
use super::{
    Argument, Language, TypedLine, TypingContext, commands_called, edits, files, find_command, query_in,
};
use crate::terminal::numbers::thousands;

/// What could stand at the cursor, in the line of the text that the cursor is in.
pub(crate) fn complete(context: &TypingContext<'_>, text: &str, cursor: usize) -> Completion {
    let (start, line) = line::line_at(text, cursor);
    let mut completion = complete_line(context, line, cursor - start);
    completion.start += start;
    if completion.start == cursor {
        // It does not stand for the word, it follows it.
        completion.tail.clear();
    }
    completion.harmless()
}

fn complete_line(context: &TypingContext<'_>, text: &str, cursor: usize) -> Completion {
    let is_at_cursor =
        |(offset, query, _): &(usize, &str, Language)| (*offset..=offset + query.len()).contains(&cursor);
    if let Some((offset, query, language)) = query_in(text, context.commands).filter(is_at_cursor) {
        let asking = Asking { context, language };
        let completion = query_completion(asking, query, cursor - offset);
        return Completion { start: completion.start + offset, ..completion };
    }
    let (typed, behind) = text.split_at(cursor);
    match TypedLine::new(typed) {
        TypedLine::CommandName(name) => Completion::of(cursor - name.len(), command_names(context, name))
            .with_tail(behind.split(char::is_whitespace).next().unwrap_or_default()),
        TypedLine::Command { name, arguments } => argument_completion(context, name, arguments, text, cursor),
        TypedLine::Query(_) | TypedLine::Comment => Completion::default(),
    }
}

fn command_names(context: &TypingContext<'_>, word: &str) -> Vec<Candidate> {
    let commands = commands_called(context.commands, word).into_iter();
    commands.map(|command| Candidate::new(command.name, command.summary)).collect()
}

/// Completes the argument before the cursor, the last of those in `arguments`.
fn argument_completion(
    context: &TypingContext<'_>,
    name: &str,
    arguments: &str,
    text: &str,
    cursor: usize,
) -> Completion {
    let argument = find_command(context.commands, name).map_or(Argument::Other, |command| command.argument);
    // Files come first: a path in quotation marks holds white space, which separates other words.
    match (argument, files::last_argument(arguments)) {
        (Argument::Files, last) => return file_completion(last.typed, cursor),
        (Argument::FileAndWord(_), last) if last.is_first => return file_completion(last.typed, cursor),
        _ => {}
    }
    let separates = |c: char| c.is_whitespace() || (c == ',' && argument.is_list());
    let word = arguments.rsplit(separates).next().unwrap_or(arguments);
    let listed: Vec<&str> = arguments[..arguments.len() - word.len()].split(separates).collect();
    let start = cursor - word.len();
    let completion = match argument {
        Argument::Keys => {
            let keys = grouped(start, word, keys_besides(context, &listed));
            match with_columns_of_pods(context, word, &listed, keys) {
                keys if keys.candidates.is_empty() => return subject_completion(context, word, text, cursor),
                keys => keys,
            }
        }
        Argument::Edits => edits::complete(context, word, cursor),
        Argument::Subject => return subject_completion(context, arguments, text, cursor),
        Argument::FileAndWord(words) | Argument::Words(words) => {
            Completion::of(start, words_beginning(words, word))
        }
        Argument::Namespace => Completion::of(start, namespaces(context, word, &listed)),
        Argument::Kind => Completion::of(start, kinds(context, word, &listed)),
        Argument::Object => Completion::of(start, objects(context, word)),
        Argument::Command => {
            let word = word.trim_start_matches(':');
            Completion::of(cursor - word.len(), command_names(context, word))
        }
        _ => Completion::default(),
    };
    completion.with_tail(text[cursor..].split(separates).next().unwrap_or_default())
}

/// A key, a field or a function without what is asked of it.
fn subject_completion(context: &TypingContext<'_>, typed: &str, text: &str, cursor: usize) -> Completion {
    if let Some(completion) = key_completion(context, typed, cursor) {
        return completion;
    }
    let offset = cursor - typed.len();
    let asking = Asking { context, language: Language::Subject };
    let completion = query_completion(asking, &text[offset..], cursor - offset);
    Completion { start: completion.start + offset, ..completion }
}

/// The keys that begin so, if there is one among them that no query could name: a command takes any.
fn key_completion(context: &TypingContext<'_>, word: &str, cursor: usize) -> Option<Completion> {
    let keys = keys_besides(context, &[]);
    let is_odd = |key: &str| key.starts_with(word) && selq::LabelKey::new(key).is_err();
    let is_any_odd = !word.is_empty() && keys.iter().any(|(key, _)| is_odd(key));
    is_any_odd.then(|| grouped(cursor - word.len(), word, keys))
}

/// The columns that `kubectl get pods` shows, as functions.
const COLUMNS_OF_PODS: [(&str, &str); 4] =
    [("status()", "STATUS"), ("age()", "AGE"), ("ready()", "READY"), ("restarts()", "RESTARTS")];

/// Whether all objects on the screen are pods; as long as there are none, all that may come.
fn are_pods(context: &TypingContext<'_>) -> bool {
    if !context.on_screen.is_empty() {
        return context.on_screen.iter().all(|name| name.starts_with("pod/"));
    }
    let kinds = Plan::scoped(context.store, &Selector::everything(), context.scope).run().kind_counts();
    !kinds.is_empty() && kinds.iter().all(|fact| fact.kind == "Pod")
}

/// The same with these before the keys, where all objects are pods.
fn with_columns_of_pods(
    context: &TypingContext<'_>,
    word: &str,
    listed: &[&str],
    keys: Completion,
) -> Completion {
    // Who knows the column types its name.
    let is_meant = |(function, heading): &(&str, &str)| {
        (function.starts_with(word) || heading.starts_with(word)) && !listed.contains(function)
    };
    let columns: Vec<Candidate> = COLUMNS_OF_PODS
        .into_iter()
        .filter(is_meant)
        .map(|(function, heading)| Candidate::new(function, heading))
        .collect();
    if columns.is_empty() || !are_pods(context) {
        return keys;
    }
    let of_keys = (!keys.candidates.is_empty()).then_some(keys.common.as_str());
    let common = common_beginning(columns.iter().map(|it| it.text.as_str()).chain(of_keys));
    Completion { common, candidates: columns.into_iter().chain(keys.candidates).collect(), ..keys }
}

fn words_beginning(words: &[&str], word: &str) -> Vec<Candidate> {
    words.iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(*it, "")).collect()
}

/// Files and folders, listed by the last part of their path.
fn file_completion(typed: &str, cursor: usize) -> Completion {
    let candidate =
        |file: files::File| Candidate { short: Some(file.name), ..Candidate::new(file.argument, "") };
    let candidates = files::beginning_with(typed).into_iter().map(candidate).collect();
    Completion::of(cursor - typed.len(), candidates)
}

fn namespaces(context: &TypingContext<'_>, word: &str, listed: &[&str]) -> Vec<Candidate> {
    let facts = context.store.namespaces().into_iter();
    let matching = |it: &NamespaceFacts<'_>| {
        !it.namespace.is_empty() && it.namespace.starts_with(word) && !listed.contains(&it.namespace)
    };
    facts.filter(matching).map(|it| Candidate::new(it.namespace, thousands(it.n_objects))).collect()
}

fn kinds(context: &TypingContext<'_>, word: &str, listed: &[&str]) -> Vec<Candidate> {
    // A dump says `Pod`, and most people type `po`.
    let word = word.to_lowercase();
    let matching = |it: &KindFacts<'_>| {
        !it.kind.is_empty() && it.kind.to_lowercase().starts_with(&word) && !listed.contains(&it.kind)
    };
    let facts = context.store.kinds().into_iter();
    facts.filter(matching).map(|it| Candidate::new(it.kind, thousands(it.n_objects))).collect()
}

fn objects(context: &TypingContext<'_>, word: &str) -> Vec<Candidate> {
    // Other objects are passed over: a dump has too many to choose from, and to walk at each key
    // stroke.
    let names = context.on_screen.iter().filter(|name| name.starts_with(word));
    names.take(MAX_LISTED).map(|name| Candidate::new(name, "")).collect()
}

#[cfg(test)]
mod tests {
    use selq::query::{Columns, Context};
    use selq::{Object, Scope, Store};

    use super::super::names::Names;
    use super::super::{CommandSyntax, TypingContext};
    use super::*;

    const COMMANDS: [CommandSyntax; 7] = [
        CommandSyntax { name: "kind", usage: "", summary: "k", argument: Argument::Kind },
        CommandSyntax { name: "labels", usage: "", summary: "l", argument: Argument::Keys },
        CommandSyntax { name: "let", usage: "", summary: "", argument: Argument::Definition },
        CommandSyntax {
            name: "output",
            usage: "",
            summary: "",
            argument: Argument::Words(&["json", "jsonl", "table"]),
        },
        CommandSyntax { name: "namespace", usage: "", summary: "", argument: Argument::Namespace },
        CommandSyntax { name: "columns", usage: "", summary: "", argument: Argument::Keys },
        CommandSyntax { name: "help", usage: "", summary: "", argument: Argument::Command },
    ];

    fn store() -> Store {
        let mut store = Store::new();
        for (namespace, labels) in [
            ("shop", &[("env", "prod"), ("tier", "web"), ("app.kubernetes.io/name", "cart")][..]),
            ("shop", &[("env", "prod"), ("tier", "db"), ("app.kubernetes.io/part-of", "shop")]),
            ("ops", &[("env", "staging"), ("tier", "web"), ("bad key", "x"), ("note", "")]),
        ] {
            store.insert(Object::new("Pod", namespace, "p").with_labels(labels.iter().copied()));
        }
        let odd = [("__name__", "x"), ("ke\u{1b}y", "x"), ("note", "pr\u{1b}[41mod")];
        store.insert(Object::new("Node", "n\u{1b}[32ms", "n").with_labels(odd));
        store
    }

    /// What `ask` says of three pods, a node and a name.
    fn asked<T>(ask: impl FnOnce(&TypingContext<'_>) -> T) -> T {
        asked_in(&Scope::all(), &[], ask)
    }

    /// The same where a kind or namespace is chosen, and some objects are on the screen.
    fn asked_in<T>(scope: &Scope, on_screen: &[String], ask: impl FnOnce(&TypingContext<'_>) -> T) -> T {
        let store = store();
        let mut names = Names::default();
        names.set("web", names.meaning("tier=web").unwrap());
        ask(&TypingContext {
            store: &store,
            scope,
            names: &names,
            commands: &COMMANDS,
            on_screen,
            columns: &Columns::new(),
            asked_with: Context::new(),
            fields: None,
        })
    }

    /// The completion at the `|`.
    fn completion(marked: &str) -> Completion {
        let cursor = marked.find('|').unwrap();
        asked(|context| complete(context, &marked.replacen('|', "", 1), cursor))
    }

    /// The candidates at the `|`, with their notes, and where they would stand.
    fn at(marked: &str) -> (usize, Vec<String>) {
        let completion = completion(marked);
        let shown = |it: &Candidate| {
            if it.note.is_empty() { it.text.clone() } else { format!("{} {}", it.text, it.note) }
        };
        (completion.start, completion.candidates.iter().map(shown).collect())
    }

    #[track_caller]
    fn assert_completes(marked: &str, start: usize, candidates: &[&str]) {
        assert_eq!(at(marked), (start, candidates.iter().map(|&it| it.to_owned()).collect()), "{marked}");
    }

    /// The same of the first candidates, without the notes of functions.
    #[track_caller]
    fn assert_begins(marked: &str, start: usize, candidates: &[&str]) {
        let (at, found) = at(marked);
        let is_same =
            |(found, it): (&String, &&str)| found == it || (it.ends_with('(') && found.starts_with(it));
        let n_same = found.iter().zip(candidates).take_while(|it| is_same(*it)).count();
        assert_eq!((at, n_same), (start, candidates.len()), "{marked}: {found:?}");
    }

    #[test]
    fn keys_are_those_of_the_objects_that_the_rest_selects() {
        assert_begins("|", 0, &["env 3", "tier 3", "note 2", "app.kubernetes.io/ 2 keys", "kind("]);
        assert_begins("env=staging,|", 12, &["env 1", "note 1", "tier 1", "kind("]);
        assert_completes("t|,env=prod", 0, &["tier 2"]);
        assert_begins("@web,|", 5, &["env 2", "tier 2", "note 1", "app.kubernetes.io/name 1", "kind("]);
    }

    #[test]
    fn prefixes_complete_up_to_the_slash_and_substrings_where_nothing_begins_so() {
        assert_completes("app|", 0, &["app.kubernetes.io/ 2 keys"]);
        assert_completes(
            "app.kubernetes.io/|",
            0,
            &["app.kubernetes.io/name 1", "app.kubernetes.io/part-of 1"],
        );
        assert_completes("!PART|", 1, &["app.kubernetes.io/part-of 1"]);
    }

    #[test]
    fn values_are_counted_and_those_listed_left_out() {
        assert_completes("env=|", 4, &["prod 2", "staging 1"]);
        assert_completes("env in (prod, |", 14, &["staging 1"]);
        assert_completes("tier=db,env in (|)", 16, &["prod 1"]);
        assert_completes("note=|", 5, &[" 1"]);
        assert_completes("env=ging|", 4, &["staging 1"]);
    }

    #[test]
    fn what_is_whole_goes_on() {
        assert_begins(
            "env|",
            3,
            &[
                "= is",
                "!= is not, or has none",
                " in ( is one of",
                " notin ( is none of, or has none",
                "> is above",
                "< is below",
                ">= is at least",
            ],
        );
        assert_completes("env n|", 4, &["notin ( is none of, or has none"]);
        assert_completes("env=prod|", 8, &[", and another requirement"]);
        assert_completes("env in (prod|", 12, &[", another value", ") the end of the list"]);
        assert_completes("env in (prod |", 13, &[", another value", ") the end of the list"]);
        assert_completes("@w|", 0, &["@web 2"]);
    }

    #[test]
    fn commands_and_their_arguments_complete() {
        assert_completes(":l|", 1, &["labels l", "let"]);
        assert_completes(":out js|", 5, &["json", "jsonl"]);
        assert_completes(":ns |", 0, &[]);
        assert_completes(":namesp s|", 8, &["shop 2"]);
        assert_completes(":kind p|", 6, &["Pod 3"]);
        assert_completes(":labels env,t|", 12, &["tier 3"]);
        assert_completes(":columns __|", 9, &["__name__ 1"]);
        assert_completes("__|", 0, &[]);
        assert_completes(":kind Pod,N|", 10, &["Node 1"]);
        assert_completes(":kind Pod,P|", 10, &[]);
        assert_completes(":?|", 1, &["help"]);
        assert_completes("env\n:out js|", 9, &["json", "jsonl"]);
        assert_completes(":let x = env=st|", 13, &["staging 1"]);
    }

    #[test]
    fn the_columns_of_pods_are_offered_where_all_rows_are_pods() {
        let (all, pods) = (Scope::all(), Scope::all().kind(None, "Pod"));
        let [pod, node] = ["pod/a", "node/n"].map(str::to_owned);
        let columns = |scope: &Scope, on_screen: &[String], line: &str| {
            let completion = asked_in(scope, on_screen, |context| complete(context, line, line.len()));
            let columns = completion.candidates.iter().filter(|it| it.text.ends_with("()"));
            columns.map(|it| format!("{} {}", it.text, it.note)).collect::<Vec<_>>().join(", ")
        };
        let expected = "status() STATUS, age() AGE, ready() READY, restarts() RESTARTS";
        assert_eq!(columns(&pods, &[], ":columns "), expected);
        assert_eq!(columns(&all, &[pod.clone(), pod.clone()], ":columns "), expected);
        assert_eq!(columns(&all, &[pod, node], ":columns "), "");
        assert_eq!(columns(&all, &[], ":columns "), "");
        assert_eq!(columns(&pods, &[], ":columns status(),A"), "age() AGE");
        // No key of these is like it.
        assert_eq!(columns(&pods, &[], ":columns STATUS"), "status() STATUS");
        let elected = asked_in(&pods, &[], |context| complete(context, ":columns STA", 12)).common;
        assert_eq!(elected, "status()");
    }

    #[test]
    fn nothing_that_steers_a_terminal_or_that_no_selector_names_gets_into_the_line() {
        for marked in ["ke|", "note=p|", ":namespace n|", ":columns ke|", ":label ke|"] {
            assert_completes(marked, at(marked).0, &[]);
        }
        let likeliest = |text: &str| asked(|context| super::super::in_query::likeliest(context, text));
        assert_eq!(["ke", "__", "note=p"].map(likeliest), [None, None, None]);
        assert_eq!(likeliest("env in (s").as_deref(), Some("staging"));
        assert_eq!(likeliest("env in (staging,s"), None);
    }

    #[test]
    fn a_word_is_replaced_to_its_end() {
        for (marked, typed, elected, n_behind) in [
            ("tier=w|eb", "w", "web", 2),
            ("env=st|oging,tier", "st", "staging", 5),
            ("e|nv", "e", "env", 2),
            ("n|ote=", "n", "note", 3),
            (":out|pu js", "out", "output", 2),
            (":labels t|i,env", "t", "tier", 1),
            // Where there are several, what they have in common, and only what would be there twice goes.
            (":output j|son", "j", "json", 3),
            ("app.|kube", "app.", "app.kubernetes.io/", 4),
            ("env=prod|x", "", ",", 0),
        ] {
            assert_eq!(completion(marked).n_replaced_behind(typed, elected), n_behind, "{marked}");
        }
    }
}
