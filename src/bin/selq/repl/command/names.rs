//! Commands about names for queries: `:let`, `:names`.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use super::super::session::Session;
use super::{go_on, required};
use crate::selection::wanted::Wanted;
use crate::terminal::message::counted;
use crate::typing::names::{Meaning, as_typed, is_name};

pub(super) fn define(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let Some((name, query)) = required(text, "let")?.split_once('=') else {
        bail!("expected NAME = QUERY, found no `=`");
    };
    // `:let @web = app=web` is taken too, since that is how the name will be used.
    let name = name.trim().trim_start_matches('@');
    if !is_name(name) {
        bail!("expected a name of letters, digits, `-`, `_` and `.`, found {name:?}");
    }
    let meaning = session.state.names.meaning(query)?;
    let query = meaning.query();
    let wanted = Wanted::from(query.clone());
    session.read_for(&wanted)?;
    let n_objects = session.state.plan_for(&wanted)?.count();
    let count = format!(" ({})", counted(n_objects, "object"));
    session
        .voice
        .confirm(&session.voice.in_a_line(format!("@{name} = {}", as_typed(&query)), &count), out)?;
    session.state.names.set(name, meaning);
    go_on()
}

pub(super) fn names(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.voice.write_long(out, |out| {
        let line = |(name, meaning): (_, &Meaning)| format!("@{name} = {}", as_typed(&meaning.query()));
        let mut lines = session.state.names.iter().map(|name| session.voice.in_a_line(line(name), ""));
        Ok(lines.try_for_each(|line| writeln!(out, "{line}"))?)
    })?;
    go_on()
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn names_stand_for_selectors() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":output name",
                ":let live = env in (prod,qa)",
                ":let one = @live,n=1",
                ":names",
                "@one",
                "n=2,@live",
                ":let a b = c",
                ":let x",
                ":let y = (",
                "@liv",
                ":let none =",
                ":let all = \"\"",
                "n=1,@all",
                ":names"
            ]
        ), @r#"
        @live = env in (prod,qa)
        @one = env in (prod,qa),n=1
        pod/web-1
        (no object has env="qa")
        pod/web-0
        (no object has env="qa")
        [expected a name of letters, digits, `-`, `_` and `.`, found "a b"]
        [expected NAME = QUERY, found no `=`]
        [expected a key, a field, a function, "!" or "(", found the end of the text]
        [no name "@liv"]
        [expected a query, found nothing]
        pod/web-1
        @all = ""
        @live = env in (prod,qa)
        @one = env in (prod,qa),n=1
        "#);
    }
}
