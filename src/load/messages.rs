//! Lines that programs write for people, and that end up in dumps.

/// What a line is, and what to do about it.
pub(in crate::load) type Message = (&'static str, &'static str);

const APART: &str = "write standard error elsewhere: leave `2>&1` out";
const NOTHING: &str = "kubectl found nothing, and so wrote no dump; with `-o json` it writes an empty list";
const FAILED: &str = "kubectl failed, and so wrote no dump: mend what it says, and write it again";
const ASK_FOR_JSON: &str = "ask kubectl for JSON: `-o json`";
const INTO_FILES: &str = "write it into files, `kubectl cluster-info dump -o json --output-directory=DIR`, and name \
    the .json files in DIR";
const NO_LOGS: &str = "a dump is JSON, such as `kubectl get … -o json` writes: cut everything else off";
const RENDER: &str = "render the template first, for instance with `helm template`";
const LOOK_AT_IT: &str = "this is often an error page or a login page: look at it";
const AS_JSON: &str = "write the dump as JSON, for instance with `kubectl get … -o json`";

pub(in crate::load) const TEMPLATE: Message = ("a Helm template", RENDER);

/// By how they begin, in any case of letters.
const BY_BEGINNING: [(&str, Message); 25] = [
    ("{{", TEMPLATE),
    ("<!doctype html", ("an HTML page", LOOK_AT_IT)),
    ("<html", ("an HTML page", LOOK_AT_IT)),
    ("<head", ("an HTML page", LOOK_AT_IT)),
    ("<body", ("an HTML page", LOOK_AT_IT)),
    ("<?xml", ("XML", AS_JSON)),
    // The space is a part of these, as columns stand apart: a word that only begins so is no table.
    ("NAME ", ("a table", ASK_FOR_JSON)),
    ("NAMESPACE ", ("a table", ASK_FOR_JSON)),
    ("LAST SEEN ", ("a table", ASK_FOR_JSON)),
    ("Warning: ", ("a warning of kubectl", APART)),
    ("Flag --", ("a warning of kubectl", APART)),
    ("Defaulted container ", ("a remark of kubectl", APART)),
    ("No resources found", ("kubectl's word that there are no objects", NOTHING)),
    ("Error from server", ("an error of kubectl", FAILED)),
    ("error: ", ("an error message", FAILED)),
    ("The connection to the server ", ("an error of kubectl", FAILED)),
    ("Unable to connect to the server", ("an error of kubectl", FAILED)),
    ("==== START logs for container", ("the logs of `kubectl cluster-info dump`", INTO_FILES)),
    ("==== END logs for container", ("the logs of `kubectl cluster-info dump`", INTO_FILES)),
    ("Cluster info dumped to", ("the word of `kubectl cluster-info dump`", INTO_FILES)),
    ("Kubernetes control plane is running", ("the text of `kubectl cluster-info`", INTO_FILES)),
    ("Kubernetes master is running", ("the text of `kubectl cluster-info`", INTO_FILES)),
    ("time=\"", ("a log", NO_LOGS)),
    ("level=", ("a log", NO_LOGS)),
    ("ts=", ("a log", NO_LOGS)),
];

/// What a line says that it is, if it is known by how it begins.
pub(in crate::load) fn of(line: &[u8]) -> Option<Message> {
    let begins = |prefix: &str| {
        line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let message = BY_BEGINNING.iter().find(|(prefix, _)| begins(prefix)).map(|(_, message)| *message);
    // `E0101 12:00:00.000000`, as Kubernetes logs, and `2026-01-01T00:00:00Z`.
    let is_log = || {
        let is_level = matches!(line.first(), Some(b'I' | b'W' | b'E' | b'F'));
        is_level && has_form(&line[1..], "0000 00:00:00")
            || has_form(line, "0000-00-00T00:00")
            || has_form(line, "0000-00-00 00:00")
            || has_form(line, "0000/00/00 00:00")
    };
    message.or_else(|| is_log().then_some(("a log", NO_LOGS)))
}

/// Whether a text begins like this one, with any digits for its zeros.
fn has_form(text: &[u8], form: &str) -> bool {
    let fits = |(byte, of_form): (&u8, u8)| match of_form {
        b'0' => byte.is_ascii_digit(),
        _ => *byte == of_form,
    };
    text.len() >= form.len() && text.iter().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_by_their_beginning() {
        for (line, expected) in [
            ("Warning: v1 ComponentStatus is deprecated in v1.19+", "a warning of kubectl"),
            ("Flag --export has been deprecated", "a warning of kubectl"),
            ("Defaulted container \"web\" out of: web, proxy", "a remark of kubectl"),
            ("No resources found in shop namespace.", "kubectl's word that there are no objects"),
            ("Error from server (NotFound): pods \"x\" not found", "an error of kubectl"),
            ("error: the server doesn't have a resource type \"pdos\"", "an error message"),
            (
                "==== START logs for container web of pod shop/web-0 ====",
                "the logs of `kubectl cluster-info dump`",
            ),
            ("E1127 20:01:02.000003   12 memcache.go:265] couldn't get", "a log"),
            ("2026-11-27T20:01:02.000Z INFO start", "a log"),
            ("2026/11/27 20:01:02 start", "a log"),
            ("time=\"2026-11-27T20:01:02Z\" level=info msg=start", "a log"),
            ("<!DOCTYPE html>", "an HTML page"),
            ("NAME    READY", "a table"),
        ] {
            assert_eq!(of(line.as_bytes()).map(|(found, _)| found), Some(expected), "{line}");
        }
        for line in ["", "{}", "I0101 starting", "name: x", "namespace: y", "warning", "2026", "-1", "levels"]
        {
            assert_eq!(of(line.as_bytes()), None, "{line}");
        }
    }
}
