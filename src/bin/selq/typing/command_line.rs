//! What is typed by people who have the shell in their fingers: `-l app=x`, `kubectl get pods -l app=x`.

use std::fmt;

use selq::Query;

/// The programs that a line may begin with.
const PROGRAMS: [&str; 3] = ["selq", "kubectl", "oc"];

/// A line that would be right in a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// What it begins with.
    first: String,
    /// The query in it.
    query: Option<String>,
    /// The namespace and the kind in it, as commands take them.
    scope: Vec<String>,
    asks_for_help: bool,
}

impl CommandLine {
    /// Takes a line apart that is no query. `None` if it does not look like one for a shell either.
    pub(super) fn read(text: &str) -> Option<CommandLine> {
        let words = words(text);
        let first = words.first()?.clone();
        let is_program = || PROGRAMS.contains(&first.rsplit('/').next().unwrap_or_default());
        // `kubectl` alone, or `kubectl in (`, is a selector of a key of that name, or becomes one.
        if !first.starts_with('-') && (!is_program() || words.get(1).is_none_or(|it| is_operator(it))) {
            return None;
        }
        let given_as = |short, long| given(&words, short, long).into_iter().map(query_of);
        let queries: Vec<String> = given_as('l', "selector").chain(given_as('w', "where")).collect();
        let joined = joined(&queries);
        let is_meant = joined.parse::<Query>().is_ok_and(|it| it != Query::everything());
        let scoped = |(short, command): (char, &str)| {
            let values = given(&words, short, command).into_iter();
            let values = values.filter_map(|words| words.into_iter().next());
            let names: Vec<String> =
                resource(&words).filter(|_| short == 'k').into_iter().chain(values).collect();
            (!names.is_empty()).then(|| format!(":{command} {}", names.join(",")))
        };
        Some(CommandLine {
            asks_for_help: words.iter().any(|word| word == "--help" || word == "-h"),
            query: is_meant.then_some(joined),
            scope: [('n', "namespace"), ('k', "kind")].into_iter().filter_map(scoped).collect(),
            first,
        })
    }

    /// What to type instead.
    pub(super) fn help(&self) -> String {
        let lines: Vec<String> = self.lines().map(|line| format!("`{line}`")).collect();
        match lines.as_slice() {
            _ if self.asks_for_help => "`:help` lists the commands".to_owned(),
            [] => "a line is a query, such as `app=web`, or a command, such as `:help`".to_owned(),
            lines => format!("type {}", lines.join(" and then ")),
        }
    }

    /// The same in a few words.
    pub(super) fn in_short(&self) -> String {
        self.lines().last().map_or_else(|| "no query".to_owned(), |line| format!("type {line}"))
    }

    /// The lines to type instead.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.scope.iter().chain(&self.query).map(String::as_str)
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.first.starts_with('-') { "the option" } else { "a command line of" };
        write!(f, "expected a query alone, found {what} {}", self.first)
    }
}

/// Whether a word goes on a selector that begins with the name of a program.
fn is_operator(word: &str) -> bool {
    ["in", "notin"].iter().any(|operator| operator.starts_with(word))
        || word.starts_with(['=', '!', '<', '>', ','])
}

/// What `kubectl get` is to get. All of it is no kind.
fn resource(words: &[String]) -> Option<String> {
    let get = words.iter().position(|word| word == "get")?;
    let resource = words.get(get + 1).filter(|word| !word.starts_with('-') && *word != "all")?;
    // `pod/web-0` is one object, which `:kind` does not choose.
    (!resource.contains('/')).then(|| resource.clone())
}

/// The words of a line as a shell has them, without their quotation marks.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in text.chars() {
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(character);
                // `''` is a word too, though nothing is in it.
                word.get_or_insert_default();
            }
            (_, None) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// What was given to each use of an option: its value, and the words up to the next option.
fn given(words: &[String], short: char, long: &str) -> Vec<Vec<String>> {
    let value = |word: &str| {
        let attached = match word.strip_prefix("--") {
            Some(name) => name.strip_prefix(long).filter(|rest| rest.is_empty() || rest.starts_with('=')),
            None => word.strip_prefix('-')?.strip_prefix(short),
        };
        attached.map(|it| it.strip_prefix('=').unwrap_or(it).to_owned())
    };
    let of_use = |(nth, word): (usize, &String)| {
        let attached = Some(value(word)?).filter(|it| !it.is_empty());
        let following = words[nth + 1..].iter().take_while(|word| !word.starts_with('-')).cloned();
        Some(attached.into_iter().chain(following).collect())
    };
    words.iter().enumerate().filter_map(of_use).collect()
}

/// The query that begins with the first of the words. Lists that no quotation marks hold together are several words.
fn query_of(words: Vec<String>) -> String {
    let is_query = |text: &String| text.parse::<Query>().is_ok();
    let joined = words.join(" ");
    if is_query(&joined) { joined } else { words.into_iter().next().unwrap_or_default() }
}

/// All of them as one.
fn joined(queries: &[String]) -> String {
    let in_parentheses = |query: &String| match queries.len() > 1 && query.contains("||") {
        true => format!("({query})"),
        false => query.clone(),
    };
    queries.iter().map(in_parentheses).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;

    /// What is said about a line, in short.
    fn said(text: &str) -> String {
        let error = Names::default().meaning(text).unwrap_err();
        format!("{text}\n  {error}\n  {}", error.help().unwrap_or_default())
    }

    #[test]
    fn the_selector_in_a_command_line_is_offered() {
        let lines = [
            "-l app=x",
            "-lapp=x",
            "-l 'app in (a, b)' pods.json",
            "--selector=app=x --selector \"env in (prod)\"",
            "-l app in (a, b)",
            "selq -l app=x pods.json",
            "kubectl get pods -l app=x -n shop -n ops",
            "/usr/bin/kubectl get po --namespace=shop",
            "selq -k po,svc -l env=prod",
            "kubectl get all",
            "selq --help",
            "-c",
            "-l app=x=y",
            "-l ''",
            "-l",
            "selq -l a -w 'status(Running) || b=1' pods.json",
        ];
        insta::assert_snapshot!(lines.map(said).join("\n"), @r#"
        -l app=x
          expected a query alone, found the option -l
          type `app=x`
        -lapp=x
          expected a query alone, found the option -lapp=x
          type `app=x`
        -l 'app in (a, b)' pods.json
          expected a query alone, found the option -l
          type `app in (a, b)`
        --selector=app=x --selector "env in (prod)"
          expected a query alone, found the option --selector=app=x
          type `app=x,env in (prod)`
        -l app in (a, b)
          expected a query alone, found the option -l
          type `app in (a, b)`
        selq -l app=x pods.json
          expected a query alone, found a command line of selq
          type `app=x`
        kubectl get pods -l app=x -n shop -n ops
          expected a query alone, found a command line of kubectl
          type `:namespace shop,ops` and then `:kind pods` and then `app=x`
        /usr/bin/kubectl get po --namespace=shop
          expected a query alone, found a command line of /usr/bin/kubectl
          type `:namespace shop` and then `:kind po`
        selq -k po,svc -l env=prod
          expected a query alone, found a command line of selq
          type `:kind po,svc` and then `env=prod`
        kubectl get all
          expected a query alone, found a command line of kubectl
          a line is a query, such as `app=web`, or a command, such as `:help`
        selq --help
          expected a query alone, found a command line of selq
          `:help` lists the commands
        -c
          expected a query alone, found the option -c
          a line is a query, such as `app=web`, or a command, such as `:help`
        -l app=x=y
          expected a query alone, found the option -l
          a line is a query, such as `app=web`, or a command, such as `:help`
        -l ''
          expected a query alone, found the option -l
          a line is a query, such as `app=web`, or a command, such as `:help`
        -l
          expected a query alone, found the option -l
          a line is a query, such as `app=web`, or a command, such as `:help`
        selq -l a -w 'status(Running) || b=1' pods.json
          expected a query alone, found a command line of selq
          type `a,(status(Running) || b=1)`
        "#);
    }

    #[test]
    fn what_is_offered_is_a_line_of_its_own() {
        for text in ["-l app=x", "kubectl get pods -l 'env in (prod, qa),!legacy' -A", "-l a -l b,c -l d>5"] {
            let help = Names::default().meaning(text).unwrap_err().help().unwrap();
            let offer = help.rsplit('`').nth(1).unwrap();
            assert!(Names::default().meaning(offer).is_ok(), "{text}: {offer}");
        }
    }

    #[test]
    fn other_lines_have_the_words_of_selectors() {
        for text in ["app x", "kubectl", "selq=1", "k8s get", "a=b=c", "!-l", "oc in (a", "oc not", "k b"] {
            let error = Names::default().meaning(text).err().map(|error| error.to_string());
            assert!(error.is_none_or(|error| !error.contains("alone")), "{text}");
        }
    }
}
