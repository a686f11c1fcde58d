//! Options that several subcommands share: which dumps to read, and which of their objects are wanted.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, ValueHint};
use selq::Dump;
use selq::kubernetes::{Quantity, QuantityError, Time, TimeError};
use selq::path::{Pointer, PointerError};

use super::kubectl::{KubectlArgs, KubectlGet, KubectlNamespace, ServerSelection};

/// A JSON pointer, or why a text is none and what to write instead.
pub(super) fn pointer(text: &str) -> Result<Pointer, String> {
    // clap prints one text about a value that it refuses, so that the help stands in it.
    let said =
        |error: PointerError| error.help().map_or_else(|| error.to_string(), |it| format!("{error}; {it}"));
    text.parse().map_err(said)
}

/// A size in bytes as Kubernetes writes amounts: `16Gi`.
pub(super) fn n_bytes(text: &str) -> Result<u64, String> {
    let quantity: Quantity = text.parse().map_err(|error: QuantityError| error.to_string())?;
    let whole = quantity.units().and_then(|units| u64::try_from(units).ok());
    whole.ok_or_else(|| {
        "expected a size in bytes such as 16Gi, found one below 0 or out of all bounds".to_owned()
    })
}

/// The time that ages are counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Now {
    At(Time),
    /// The newest time in the input.
    OfDump,
}

impl FromStr for Now {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Now, TimeError> {
        // What time the word stands for is known only once the dump is read.
        if text == "dump" { Ok(Now::OfDump) } else { text.parse().map(Now::At) }
    }
}

/// What is to be read, and the cluster that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    /// The name of the cluster, where it was given one.
    pub(crate) cluster: Option<String>,
    /// What kubectl is to fetch, where it is no file; the path is what it is called then.
    pub(crate) get: Option<KubectlGet>,
}

impl InputFile {
    /// The file of a name and a path, `prod=pods.json`, or why it is none.
    pub(crate) fn named(text: &str) -> Result<InputFile, String> {
        let Some((cluster, path)) = text.split_once('=') else {
            return Err("expected NAME=PATH, such as prod=pods.json, found no `=`".to_owned());
        };
        if let Some(fault) = fault_of_cluster(cluster) {
            return Err(fault);
        }
        if path.is_empty() {
            return Err(format!("expected a file behind `{cluster}=`, found nothing"));
        }
        Ok(InputFile { path: path.into(), cluster: Some(cluster.to_owned()), get: None })
    }

    /// What an index gave of the file, which is the same however its cluster is called, with that name.
    pub(crate) fn name_cluster_of(&self, dump: Dump) -> Dump {
        match &self.cluster {
            Some(cluster) => dump.in_cluster(cluster),
            None => dump,
        }
    }

    /// The file as it was named alone.
    pub(crate) fn of_path(path: &Path) -> InputFile {
        InputFile { path: path.to_owned(), cluster: None, get: None }
    }

    /// What kubectl fetches.
    fn of_kubectl(get: &KubectlGet) -> InputFile {
        InputFile { path: get.title().into(), cluster: None, get: Some(get.clone()) }
    }
}

/// Why a text is no name of a cluster: it stands in `cluster(NAME)` as it is, and means nothing but itself there.
fn fault_of_cluster(name: &str) -> Option<String> {
    let is_odd = |char: char| char.is_whitespace() || char.is_control() || "(),=!<>&|'\"*?".contains(char);
    let found = match name.chars().find(|&char| is_odd(char)) {
        _ if name.is_empty() => "nothing".to_owned(),
        _ if name.starts_with('.') => "`.` at its beginning".to_owned(),
        Some(odd) => format!("{odd:?}"),
        None => return None,
    };
    Some(format!("expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found {found}"))
}

/// Inputs with the names of their clusters.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ClusterArgs {
    /// A dump of the cluster that is called NAME, as `cluster()` and the column CLUSTER say; several may be of one; read
    /// before other files; may be repeated
    #[arg(
        long = "cluster",
        value_name = "NAME=PATH",
        num_args = 1,
        value_parser = InputFile::named,
        value_hint = ValueHint::FilePath,
        help_heading = "Input"
    )]
    pub(crate) clusters: Vec<InputFile>,
}

impl ClusterArgs {
    /// These and then the other files, which are of no cluster that has a name.
    pub(crate) fn and(&self, files: &[PathBuf]) -> Vec<InputFile> {
        self.clusters.iter().cloned().chain(files.iter().map(|file| InputFile::of_path(file))).collect()
    }
}

/// Which dumps to read, and where in them the objects and labels are.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SourceArgs {
    /// Dumps to read: List, array, objects, NDJSON or watch events, also gzip or zstd; folders, tar and zip archives of
    /// dumps; `-` is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    clusters: ClusterArgs,
    #[command(flatten)]
    pub(super) kubectl: KubectlArgs,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result; taken as they are, also with
    /// `items` in them
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    /// Where an object's labels are, as a JSON pointer, instead of /metadata/labels
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) labels_at: Option<Pointer>,
    /// What one input may become at most when it is decompressed or unpacked
    #[arg(long, value_name = "SIZE", value_parser = n_bytes, default_value = "16Gi", help_heading = "Input")]
    pub(crate) max_bytes: u64,
}

impl SourceArgs {
    /// All that is to be read, in order; none where that is standard input.
    pub(crate) fn inputs(&self) -> Vec<InputFile> {
        let fetched = self.kubectl_get().map(InputFile::of_kubectl);
        fetched.into_iter().chain(self.clusters.and(&self.files)).collect()
    }

    /// The same with other files to read.
    pub(crate) fn with_inputs(&self, inputs: Vec<InputFile>) -> SourceArgs {
        let (clusters, kubectl) = (ClusterArgs { clusters: inputs }, KubectlArgs::default());
        SourceArgs { files: Vec::new(), clusters, kubectl, ..self.clone() }
    }

    /// What kubectl is to fetch.
    pub(crate) fn kubectl_get(&self) -> Option<&KubectlGet> {
        self.kubectl.get.as_ref()
    }

    /// The same where the server leaves out by itself what these do not select.
    pub(crate) fn with_selections(&self, selections: Vec<ServerSelection>) -> SourceArgs {
        let mut source = self.clone();
        source.kubectl.get.iter_mut().for_each(|get| get.selections.clone_from(&selections));
        source
    }
}

/// Which dumps to read or to open by their index, and how.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Report bad objects, go on without them, and exit with 2
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    /// Keep objects that a folder or archive holds more than once; else the one with the highest resourceVersion counts
    #[arg(long, help_heading = "Input")]
    pub(crate) keep_duplicates: bool,
    /// The dump's index, as `selq index -o` wrote it, instead of FILE.selq
    #[arg(long, value_name = "INDEX", help_heading = "Input")]
    pub(crate) index: Option<PathBuf>,
    /// Read all of the dump to tell whether its index still belongs to it, not only samples
    #[arg(long, help_heading = "Input")]
    pub(crate) verify: bool,
}

/// What is wanted of the objects, as selectors and queries.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct WantedArgs {
    /// Selector: `k=v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>7`, joined by `,`; all must hold
    #[arg(short = 'l', long, value_name = "TEXT", help_heading = "Selection")]
    pub(crate) selector: Vec<String>,
    /// Selector as a LabelSelector object: matchLabels and matchExpressions, {} or null
    #[arg(long, value_name = "JSON", help_heading = "Selection")]
    pub(crate) label_selector: Vec<String>,
    /// Query: a selector and more: `||`, `&&`, `!( )`, globs `app=web-*`, `=~ '…'`, fields `.status.phase=Running`,
    /// functions `status(*BackOff)`; all must hold
    #[arg(short = 'w', long = "where", value_name = "QUERY", help_heading = "Selection")]
    pub(crate) where_queries: Vec<String>,
    /// Kubernetes' own field selector, over any path: `status.phase!=Running,spec.nodeName=`
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub(crate) field_selector: Vec<String>,
}

/// Which objects are wanted.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SelectionArgs {
    #[command(flatten)]
    pub(crate) wanted: WantedArgs,
    /// The time that ages are counted to: RFC 3339, a date, or `dump` for the newest time in the input
    #[arg(long, value_name = "TIME|dump", help_heading = "Selection")]
    pub(crate) now: Option<Now>,
    /// Only these namespaces; all without it; several are joined by `,`
    #[arg(
        short = 'n',
        long,
        value_name = "NS,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) namespace: Vec<String>,
    /// All namespaces, also if -n names one
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub(crate) all_namespaces: bool,
    /// The namespaces that kubectl fetches objects of, where it fetches any, besides those that are in none.
    #[arg(skip)]
    pub(crate) fetched: Option<KubectlNamespace>,
    /// Only these kinds: Pod, pods, po, deployments.apps, …; several are joined by `,`
    #[arg(
        short = 'k',
        long,
        value_name = "KIND,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) kind: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_has_a_name_that_queries_take() {
        let named = |text: &str| InputFile::named(text).map(|it| (it.cluster.unwrap(), it.path));
        for (text, cluster, path) in [
            ("prod=pods.json", "prod", "pods.json"),
            ("prod=-", "prod", "-"),
            ("a=b=c.json", "a", "b=c.json"),
            ("arn:aws:eks:eu-1:12:cluster/x=a", "arn:aws:eks:eu-1:12:cluster/x", "a"),
            ("admin@kind-ü=./a b", "admin@kind-ü", "./a b"),
        ] {
            assert_eq!(named(text), Ok((cluster.to_owned(), path.into())));
            let query = format!("cluster({cluster})").parse::<selq::Query>().unwrap();
            assert_eq!(query.to_string(), format!("cluster({cluster})"));
        }
        let faults = ["pods.json", "=a", "p q=a", "a\tb=c", "a*=b", "./a=b", "'a'=b", "prod="]
            .map(|text| named(text).unwrap_err());
        insta::assert_snapshot!(faults.join("\n"), @r"
        expected NAME=PATH, such as prod=pods.json, found no `=`
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found nothing
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found ' '
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found '\t'
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found '*'
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found `.` at its beginning
        expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found '\''
        expected a file behind `prod=`, found nothing
        ");
    }
}
