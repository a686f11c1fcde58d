//! Words that are no file: verbs, kinds, selectors, keys and names of objects.

use crate::terminal::stdin::is_stdin;
use std::path::Path;

use clap::Command;
use selq::kubernetes::kinds;
use selq::{LabelKey, Selector};

use super::OF_SELECTORS;
use super::anew::Anew;
use super::files::{is_missing, nearest_file, resembles_dump};

/// What kubectl has to do when it is asked.
const VERBS: [&str; 6] = ["get", "describe", "list", "kubectl", "k", "oc"];
/// The same, where it changes or follows what only a cluster has.
const VERBS_OF_CLUSTERS: [&str; 9] =
    ["annotate", "apply", "delete", "edit", "exec", "logs", "patch", "rollout", "scale"];

impl Anew {
    /// Writes an operand anew.
    pub(super) fn operand(&mut self, text: &str) {
        if self.n_taken > 0 {
            self.n_taken -= 1;
            return;
        }
        // A file that is there wins over every other meaning of its name.
        if !self.reads_files() || is_stdin(text) || !is_missing(Path::new(text)) {
            self.n_operands += 1;
            return self.push(&[text]);
        }
        // What is told by itself comes first, and names last: behind a kind every other word would
        // be one.
        let is_told = self.verb(text)
            || self.kinds(text)
            || self.subcommand(text)
            || self.selector(text)
            || self.key(text)
            || self.name(text);
        if !is_told {
            self.dump(text);
        }
    }

    /// Whether nothing stands before the operand that says what is to be done.
    fn is_first(&self) -> bool {
        self.n_operands == 0 && self.subcommand.is_none()
    }

    fn verb(&mut self, text: &str) -> bool {
        let is_of_clusters = VERBS_OF_CLUSTERS.contains(&text);
        let is_verb = self.is_first() && (is_of_clusters || VERBS.contains(&text));
        if is_verb {
            let what = if is_of_clusters {
                "reads dumps and asks no cluster"
            } else {
                "answers without a verb, from dumps"
            };
            self.because(format!("no file and no subcommand {text:?}: selq {what}"));
            // No line of selq deletes anything or follows logs, so that none is offered.
            self.has_no_equal |= is_of_clusters;
        }
        is_verb
    }

    fn kinds(&mut self, text: &str) -> bool {
        if text == "all" {
            self.because("no file \"all\": without -k all kinds are meant");
            return true;
        }
        let are_kinds = text.split(',').all(kinds::is_built_in);
        if are_kinds {
            self.kinds.push(text.to_owned());
            self.because(format!("no file {text:?}: kinds are chosen with -k"));
        }
        are_kinds
    }

    fn subcommand(&mut self, text: &str) -> bool {
        let Some(name) =
            Some(text).filter(|_| self.is_first()).and_then(|text| self.nearest_subcommand(text))
        else {
            return false;
        };
        self.subcommand = Some(name);
        self.because(format!("no file and no subcommand {text:?}"));
        true
    }

    fn selector(&mut self, text: &str) -> bool {
        let is_meant = text.contains(OF_SELECTORS);
        if is_meant {
            // The parser of the arguments takes any text behind -l, so that `env=(prod` would be
            // offered.
            self.has_no_equal |= text.parse::<Selector>().is_err();
            self.push(&["-l", text]);
            self.because(format!("no file {text:?}: selectors are given with -l"));
        }
        is_meant
    }

    /// `selq labels env pods.json`
    fn key(&mut self, text: &str) -> bool {
        let is_key = self.subcommand.as_deref() == Some("labels")
            && LabelKey::new(text).is_ok()
            // A mistyped file, such as `pods.jsn`, would be a valid key too.
            && !resembles_dump(text);
        if is_key {
            self.push(&["--key", text]);
            self.because(format!("no file {text:?}: a key is named with --key"));
        }
        is_key
    }

    /// `selq get pod web-0`, `selq pod/web-0`
    fn name(&mut self, text: &str) -> bool {
        let kind_and_name = text.split_once('/').filter(|(kind, _)| kinds::is_built_in(kind));
        let name = match kind_and_name {
            Some((kind, name)) => {
                self.kinds.push(kind.to_owned());
                name
            }
            // `selq get pods nowhere.json` names a dump, and not a pod.
            None if self.kinds.is_empty() || resembles_dump(text) => return false,
            None => text,
        };
        self.names.push(name.to_owned());
        self.because(format!("no file {text:?}: objects are chosen by their names with -w"));
        true
    }

    fn dump(&mut self, text: &str) {
        self.n_operands += 1;
        if let Some(nearest) = nearest_file(text) {
            self.because(format!("no file {text:?}"));
            return self.push(&[&nearest]);
        }
        self.push(&[text]);
        self.missing = Some(text.to_owned());
    }

    fn nearest_subcommand(&self, text: &str) -> Option<String> {
        let names = self.root.get_subcommands().map(Command::get_name);
        selq::text::nearest(text, names).map(str::to_owned)
    }
}
