//! What the store calls the texts that occur in it, and what an object is called.

/// A label key that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KeyId(pub(super) u32);

/// A label that occurs: a key together with one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LabelId(pub(crate) u32);

/// A kind together with its `apiVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KindId(pub(super) u32);

/// A namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NamespaceId(pub(super) u32);

/// An object's number within one store: given out in ascending order from 0, and never twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) u32);

impl ObjectId {
    /// The id of the `index`-th object of a store. There are never as many that it has no number.
    pub(crate) fn at(index: usize) -> ObjectId {
        ObjectId(u32::try_from(index).expect("ids are 32-bit numbers"))
    }

    /// The number as an index: the object was the `index`-th one put into its store, counted from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an object is, apart from its labels. What is absent is the empty text, as in the Kubernetes API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ObjectIdentity<'a> {
    /// `apps/v1`, or `v1` for the core group.
    pub api_version: &'a str,
    /// `Pod`, `Deployment`, ….
    pub kind: &'a str,
    /// The namespace; empty for cluster-scoped objects.
    pub namespace: &'a str,
    /// The name.
    pub name: &'a str,
}

impl<'a> ObjectIdentity<'a> {
    /// The API group: `apps` of `apps/v1`, empty for the core group's `v1`.
    #[must_use]
    pub fn group(&self) -> &'a str {
        group_of(self.api_version)
    }

    /// The kind and, of a group that has a name, the group: `Pod`, `Deployment.apps`. `None` of what has no kind.
    #[must_use]
    pub fn qualified_kind(&self) -> Option<String> {
        let (kind, group) = (self.kind, self.group());
        (!kind.is_empty()).then(|| if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") })
    }

    /// The name as kubectl prints it with `-o name`: `pod/web-0`, `deployment.apps/web`; `object/web` of what has no kind.
    /// `None` of what has no name.
    #[must_use]
    pub fn qualified_name(&self) -> Option<String> {
        let kind = self.qualified_kind().unwrap_or_else(|| "object".to_owned());
        // Only the kind in front is put into lower case. An empty one leaves `object` as it is.
        let kind = kind.replacen(self.kind, &self.kind.to_lowercase(), 1);
        (!self.name.is_empty()).then(|| format!("{kind}/{}", self.name))
    }
}

/// The API group of an `apiVersion`: `apps` of `apps/v1`, empty for the core group's `v1`.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _version)| group)
}
