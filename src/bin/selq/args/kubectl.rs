//! What `kubectl get` is asked for where the program is a plugin of kubectl.

use clap::Args as ClapArgs;

/// How kubectl is to be asked.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct KubectlArgs {
    /// The context of kubectl's configuration to use
    #[arg(long, value_name = "NAME", hide = true, help_heading = "kubectl")]
    context: Option<String>,
    /// The file with kubectl's configuration
    #[arg(long, value_name = "FILE", hide = true, help_heading = "kubectl")]
    kubeconfig: Option<String>,
    /// How many objects the server is asked for at a time
    #[arg(long, value_name = "N", hide = true, help_heading = "kubectl")]
    chunk_size: Option<u32>,
    /// What is to be fetched.
    #[arg(skip)]
    pub(super) get: Option<KubectlGet>,
}

impl KubectlArgs {
    /// Whether something was said that only kubectl can follow.
    pub(super) fn are_given(&self) -> bool {
        self.context.is_some() || self.kubeconfig.is_some() || self.chunk_size.is_some()
    }

    /// The same for kubectl.
    pub(super) fn options(&self) -> Vec<String> {
        let options = [
            ("--context", self.context.clone()),
            ("--kubeconfig", self.kubeconfig.clone()),
            ("--chunk-size", self.chunk_size.map(|n| n.to_string())),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
        given.flatten().collect()
    }
}

/// What `kubectl get` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KubectlGet {
    /// `pods,svc`, and perhaps names.
    pub(crate) words: Vec<String>,
    pub(crate) namespace: KubectlNamespace,
    /// Which cluster, and how.
    pub(super) options: Vec<String>,
    /// What the server is to leave out already: one call each. Without any, one call for all.
    pub(crate) selections: Vec<ServerSelection>,
}

/// The namespaces that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KubectlNamespace {
    /// That of the context.
    OfContext,
    One(String),
    All,
}

/// What an API server selects by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerSelection {
    pub(crate) namespace: Option<String>,
    pub(crate) selector: Option<String>,
    pub(crate) field_selector: Option<String>,
}

impl KubectlGet {
    /// All that the words name, with nothing left out.
    pub(crate) fn of(words: Vec<String>, namespace: KubectlNamespace) -> KubectlGet {
        KubectlGet { words, namespace, options: Vec::new(), selections: Vec::new() }
    }

    /// The arguments of each call.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        let everything = [ServerSelection::default()];
        let selections = if self.selections.is_empty() { &everything[..] } else { &self.selections };
        selections.iter().map(|selection| self.call(selection)).collect()
    }

    fn call(&self, selection: &ServerSelection) -> Vec<String> {
        let mut call = vec!["get".to_owned()];
        call.extend(self.words.iter().cloned());
        match (&self.namespace, &selection.namespace) {
            (KubectlNamespace::One(name), _) | (KubectlNamespace::All, Some(name)) => {
                call.extend(["-n".to_owned(), name.clone()]);
            }
            (KubectlNamespace::All, None) => call.push("-A".to_owned()),
            (KubectlNamespace::OfContext, _) => {}
        }
        call.extend(["-o".to_owned(), "json".to_owned()]);
        for (option, text) in [("-l", &selection.selector), ("--field-selector", &selection.field_selector)] {
            call.extend(text.iter().flat_map(|text| [option.to_owned(), text.clone()]));
        }
        call.extend(self.options.iter().cloned());
        call
    }

    /// The kinds that are asked for; what stands behind them are names.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.words.iter().take(1).flat_map(|kinds| kinds.split(','))
    }

    /// Whether `get` was said too, which is no kind.
    pub(super) fn begins_with_verb(&self) -> bool {
        self.words.first().is_some_and(|word| word == "get")
    }

    /// `kubectl get pods,svc`
    pub(crate) fn title(&self) -> String {
        format!("kubectl get {}", self.words.join(" "))
    }
}

impl KubectlNamespace {
    /// Whether all objects are of one, besides those that are in none.
    pub(crate) fn is_one(&self) -> bool {
        *self != KubectlNamespace::All
    }

    pub(super) fn asked(names: &[String], all: bool) -> KubectlNamespace {
        match names {
            _ if all => KubectlNamespace::All,
            [] => KubectlNamespace::OfContext,
            [name] => KubectlNamespace::One(name.clone()),
            // kubectl knows one or all: what is not wanted of all is left out here.
            _ => KubectlNamespace::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_say_what_was_asked() {
        let get = |namespace, selections| KubectlGet {
            words: vec!["pods,svc".to_owned()],
            namespace,
            options: vec!["--context".to_owned(), "qa".to_owned()],
            selections,
        };
        let lines = |get: KubectlGet| get.calls().iter().map(|call| call.join(" ")).collect::<Vec<_>>();
        assert_eq!(
            lines(get(KubectlNamespace::OfContext, Vec::new())),
            ["get pods,svc -o json --context qa"]
        );
        let selections = vec![
            ServerSelection { selector: Some("a=1".to_owned()), ..ServerSelection::default() },
            ServerSelection { namespace: Some("shop".to_owned()), ..ServerSelection::default() },
        ];
        assert_eq!(
            lines(get(KubectlNamespace::All, selections)),
            ["get pods,svc -A -o json -l a=1 --context qa", "get pods,svc -n shop -o json --context qa"]
        );
    }
}
