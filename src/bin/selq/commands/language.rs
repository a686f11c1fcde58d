//! `selq help language`: the query language on one screen, its functions from the table that the parser reads.

use selq::syntax::{FUNCTIONS, FunctionRow, Parameter};

const INTRODUCTION: &str = "\
A query (-w, a line of the REPL) is a selector, and more. Quote it for the shell.

  app=web,tier!=db       a selector: all hold; an absent key satisfies != and notin
  a=1 || b=2 && c        \"or\", \"and\"; , is && and does not stand beside ||
  !(a=1 || b=2)          what is not so; ( ) group
  app=web-*  v in (a?,b) globs of the whole value; '…' and \"…\" quote a text
  k=~'v\\d+'  k!~'x.*'     regular expressions of the whole value
  k>=7  k<10             integers of labels; amounts, times and durations elsewhere
  .spec.nodeName=node-*  a field; it is there: .spec.nodeName; it is not: !.spec.nodeName
  .spec.containers[0].image  [*]  ['any name']  ..image  (at any depth)
  .status.conditions[.type=Ready].status=False
                         [ ] keeps the elements for which a query of fields holds

Functions, f(v,…) for f() in (v,…):
";

const EXAMPLES: &str = "
  selq -w 'kind(pod), status(*CrashLoopBackOff)' dump.json
  selq -w 'ready()=false && !owner()' dump.json
  selq -w 'kind(pod), !.spec.containers[.resources.limits.memory]' dump.json
  selq -w 'requests(cpu)>500m || limits(memory)>=1Gi' dump.json
  selq -w 'age()<1h, image(nginx:*)' dump.json
  selq -w 'kind(svc), .spec.selector, !selects(kind(pod))' dump.json
  selq -w 'ready()=false, node(topology.kubernetes.io/zone)=eu-*' dump.json

A QUERY is about other objects of the input, without one about all: selects(), !used-by().
Two requirements outside of [ ] may hold for different elements. A value that begins
with . or is only * is refused: quote it. What an object lacks is neither more nor less.
";

/// The text of the help.
pub(super) fn text() -> String {
    let rows: Vec<(String, &str)> = FUNCTIONS.iter().map(|row| (spelled(row), row.words)).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, words)| format!("  {name:width$}  {words}\n"));
    format!("{INTRODUCTION}{}{EXAMPLES}", lines.collect::<String>())
}

fn spelled(row: &FunctionRow) -> String {
    match row.parameter {
        Parameter::Word(what) => {
            let last = what.rsplit(' ').next().unwrap_or(what);
            format!("{}({})", row.name, last.to_uppercase())
        }
        Parameter::Path => format!("{0}() {0}(PATH)", row.name),
        Parameter::Subject => format!("{}(SUBJECT)", row.name),
        Parameter::Set => format!("{}(SET)", row.name),
        Parameter::Query => format!("{}(QUERY)", row.name),
        _ => format!("{}()", row.name),
    }
}

#[cfg(test)]
mod tests {
    use selq::Query;

    use super::*;

    #[test]
    fn examples_are_queries_and_lines_fit() {
        let text = text();
        let quoted = text.lines().filter_map(|line| line.trim().strip_prefix("selq -w '"));
        let queries: Vec<&str> = quoted.map(|rest| rest.split_once("' dump").unwrap().0).collect();
        assert_eq!(queries.len(), 7);
        queries.iter().for_each(|query| assert!(query.parse::<Query>().is_ok(), "{query}"));
        assert!(text.lines().all(|line| line.chars().count() <= 90), "{text}");
        for row in FUNCTIONS {
            row.examples.iter().for_each(|query| assert!(query.parse::<Query>().is_ok(), "{query}"));
        }
    }
}
