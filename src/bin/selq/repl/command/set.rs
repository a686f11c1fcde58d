//! Commands that change how answers look: `:output`, `:limit` and the other settings.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use super::super::session::Session;
use super::super::settings;
use super::go_on;
use super::pairs::write_pairs;
use crate::commands::labels;
use crate::output::subject::ColumnSubject;
use crate::typing::whole_name;

pub(super) fn label_columns(
    session: &mut Session,
    value: &str,
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    set(session, "label-columns", value, out)?;
    if !value.is_empty() {
        let keys = session.state.settings.columns.iter();
        say_absent(session, keys.filter_map(ColumnSubject::label), out)?;
    }
    go_on()
}

pub(super) fn output(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "output", value, out)?;
    go_on()
}

pub(super) fn limit(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "limit", value, out)?;
    go_on()
}

pub(super) fn sort_by(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "sort-by", value, out)?;
    if !value.is_empty() {
        let key = session.state.settings.sort_by.iter();
        say_absent(session, key.filter_map(|(_, key)| key.label()), out)?;
    }
    go_on()
}

/// Says which of the keys no object has.
fn say_absent<'k>(session: &Session, keys: impl Iterator<Item = &'k str>, out: &mut dyn Write) -> Result<()> {
    for key in keys.filter(|key| session.state.store().count_key(key) == 0) {
        session.voice.say(&labels::absence(Some(key), session.state.store()), out)?;
    }
    Ok(())
}

pub(super) fn timing(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "timing", value, out)?;
    go_on()
}

/// All settings, or one by its name in the config file: `:set limit 50`, also `:set limit = 50` as it is written there.
pub(super) fn set_by_name(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let (name, value) = text.split_once(|c: char| c.is_whitespace() || c == '=').unwrap_or((text, ""));
    let value = value.trim_start();
    let value = value.strip_prefix('=').unwrap_or(value).trim();
    match whole_name(name) {
        "" => {
            let rows = settings::NAMES.map(|name| (name.to_owned(), session.state.settings.get(name)));
            write_pairs(session, rows.into(), out)?;
            go_on()
        }
        // Through their commands, which say what does not occur.
        "label-columns" => label_columns(session, value, out),
        "sort-by" => sort_by(session, value, out),
        // The editor is made with them when the session begins.
        "color" | "mode" if !value.is_empty() => {
            bail!("{name} holds from the beginning of a session on: `selq repl --{name} {value}`")
        }
        name if settings::NAMES.contains(&name) => {
            set(session, name, value, out)?;
            go_on()
        }
        _ => Err(settings::unknown(name)),
    }
}

/// Changes a setting, or says what it is.
fn set(session: &mut Session, name: &str, value: &str, out: &mut dyn Write) -> Result<()> {
    match value {
        "" => Ok(writeln!(out, "{}", session.state.settings.get(name))?),
        value => {
            session.state.settings.set(name, value)?;
            session.voice.confirm(&format!("{name}: {}", session.state.settings.get(name)), out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn settings_change_how_answers_look() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":label-columns env,*",
                ":sort-by n",
                ":limit 2",
                "env",
                ":output name",
                "env",
                ":output",
                ":label-columns",
                ":output xml",
                ":timing maybe",
                ":limit off",
                ":limit"
            ]
        ), @r#"
        NAMESPACE   NAME    KIND   ENV    LABELS
        shop        web-1   Pod    prod   env=prod,n=1
        shop        web-0   Pod    prod   env=prod,n=2
        pod/web-1
        pod/web-0
        name
        env,*
        [expected table, wide, name, json, yaml, jsonl, csv, tsv, kubectl, kubectl-wide, custom-columns, records as output, found "xml"]
        [expected on or off, found "maybe"]
        off
        "#);
    }

    #[test]
    fn settings_are_confirmed_on_a_screen_and_keys_that_no_object_has_named() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":label-columns env n",
                ":label-columns evn,*",
                ":sort-by n",
                ":sort-by tier",
                "n=1",
                ":limit 1,000",
                ":let a = env=prod"
            ]
        ), @r#"
        label-columns: env,n
        label-columns: evn,*
        no label "evn" in 3 objects; did you mean "env"?
        sort-by: n
        sort-by: tier
        no label "tier" in 3 objects
        NAMESPACE   NAME    KIND   EVN      LABELS
        shop        web-1   Pod    <none>   env=prod,n=1
        1 of 3 (33.3 %)
        limit: 1000
        @a = env=prod (2 objects)
        "#);
    }

    #[test]
    fn all_settings_are_listed_and_set_by_their_names() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":set limit 2",
                ":set columns = env,evn",
                ":set sort=tier",
                ":settings",
                ":set limit",
                ":set limt 5",
                ":set mode vi",
                ":set color",
                ":set limit few",
            ]
        ), @r#"
        limit: 2
        label-columns: env,evn
        no label "evn" in 3 objects; did you mean "env"?
        sort-by: tier
        no label "tier" in 3 objects
        color           auto
        label-columns   env,evn
        limit           2
        mode            emacs
        output          table
        sort-by         tier
        timing          off
        2
        [no setting "limt"; did you mean "limit"?]
        [mode holds from the beginning of a session on: `selq repl --mode vi`]
        auto
        [expected a number or off, found "few"]
        "#);
    }
}
