//! Which tool wrote a bundle, told by the paths in it.

/// A layout: what it is called, and what its paths say.
struct KnownLayout {
    name: &'static str,
    /// Parts of a path, all of which have to occur in a bundle.
    needs: &'static [Sign],
}

/// What tells a path from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// These names follow one another somewhere in the path.
    Names(&'static [&'static str]),
    /// The path is of a file of this name, in the bundle itself or in its only folder.
    Top(&'static str),
    /// The path is of a file of this name in a folder that is in the bundle itself or in its only folder.
    Second(&'static str),
    /// The path is of a file of one of these names in a folder, which may be a namespace.
    InFolder(&'static [&'static str]),
}

use Sign::{InFolder, Names, Second, Top};

/// The first that fits is meant: some have names in common.
const KNOWN: [KnownLayout; 7] = [
    KnownLayout { name: "a Velero backup", needs: &[Names(&["metadata", "version"]), Names(&["resources"])] },
    KnownLayout { name: "a support bundle of troubleshoot", needs: &[Names(&["cluster-resources"])] },
    KnownLayout { name: "a must-gather", needs: &[Names(&["cluster-scoped-resources"])] },
    KnownLayout { name: "a snapshot of sonobuoy", needs: &[Names(&["resources", "ns"])] },
    KnownLayout { name: "a snapshot of sonobuoy", needs: &[Names(&["resources", "non-ns"])] },
    KnownLayout { name: "a dump of `kubectl cluster-info dump`", needs: &[Top("nodes"), Second("pods")] },
    KnownLayout { name: "files by namespace", needs: &[InFolder(&["pods"]), InFolder(&OTHER_KINDS)] },
];

const N_SIGNS: usize = 10;
/// What stands beside pods where somebody wrote a file for each kind and namespace.
const OTHER_KINDS: [&str; 6] =
    ["configmaps", "daemonsets", "deployments", "events", "replicasets", "services"];

/// The layout of this name.
pub(crate) fn known_layout(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.name == name).map(|known| known.name)
}

/// What is known so far of the paths in a bundle.
#[derive(Debug, Default)]
pub(super) struct PathLayout {
    /// The signs that were seen, in the order of all that are known.
    seen: [bool; N_SIGNS],
}

impl PathLayout {
    /// Looks at the path of a file.
    pub(super) fn see(&mut self, path: &str) {
        let names: Vec<&str> = path.split('/').collect();
        for (sign, seen) in signs().zip(&mut self.seen) {
            *seen = *seen || sign.is_of(&names);
        }
    }

    /// What wrote a bundle with these paths, if that is known.
    pub(super) fn name(&self) -> Option<&'static str> {
        let mut seen = self.seen.iter();
        let fits = |known: &&KnownLayout| {
            // All are taken, also behind one that was not seen.
            known.needs.iter().filter(|_| seen.next() == Some(&true)).count() == known.needs.len()
        };
        KNOWN.iter().find(fits).map(|known| known.name)
    }
}

/// All signs of all layouts.
fn signs() -> impl Iterator<Item = &'static Sign> {
    KNOWN.iter().flat_map(|known| known.needs)
}

impl Sign {
    fn is_of(self, names: &[&str]) -> bool {
        let (file, folders) = names.split_last().map_or(("", names), |(file, folders)| (*file, folders));
        match self {
            Names(wanted) => names.windows(wanted.len()).any(|names| names == wanted),
            Top(name) => folders.len() <= 1 && is_named(file, name),
            Second(name) => matches!(folders.len(), 1 | 2) && is_named(file, name),
            InFolder(kinds) => folders.len() == 1 && kinds.iter().any(|kind| is_named(file, kind)),
        }
    }
}

/// Whether a file has this name and an ending of dumps.
fn is_named(file: &str, name: &str) -> bool {
    let ending = file.strip_prefix(name).unwrap_or_default();
    matches!(ending, ".json" | ".yaml" | ".yml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(paths: &[&str]) -> Option<&'static str> {
        let mut layout = PathLayout::default();
        paths.iter().for_each(|path| layout.see(path));
        layout.name()
    }

    #[test]
    fn layouts_are_told_by_their_paths() {
        assert_eq!(signs().count(), N_SIGNS);
        for (paths, expected) in [
            (&["metadata/version", "resources/pods/namespaces/shop/web-0.json"][..], "a Velero backup"),
            (&["must-gather.local.1/quay-io/cluster-scoped-resources/core/nodes/a.yaml"], "a must-gather"),
            (&["nodes.json", "shop/pods.json"], "a dump of `kubectl cluster-info dump`"),
            (&["dump/nodes.json", "dump/shop/pods.json"], "a dump of `kubectl cluster-info dump`"),
            (&["resources/ns/shop/core_v1_pods.json", "meta/query-time.json"], "a snapshot of sonobuoy"),
            (&["resources/non-ns/Nodes.json"], "a snapshot of sonobuoy"),
            (&["bundle/cluster-resources/pods/shop.json"], "a support bundle of troubleshoot"),
            (&["shop/pods.json", "shop/services.json"], "files by namespace"),
        ] {
            assert_eq!(layout(paths), Some(expected), "{paths:?}");
        }
        for paths in
            [&[][..], &["metadata/version"], &["pods.json"], &["a/b/c/pods.json"], &["my-resources/ns.json"]]
        {
            assert_eq!(layout(paths), None, "{paths:?}");
        }
    }
}
