//! The part of an object that is kept: what it is and its labels.

use crate::ObjectIdentity;
use crate::json::{JsonReader, JsonTree, WantedValue, beginning};
use crate::load::error::Fallible;
use crate::load::json::cursor::Cursor;
use crate::load::objects::labels::Labels;
use crate::load::objects::lists::ItemsKind;
use std::borrow::Cow;
use std::sync::Arc;

/// What is kept of an object. Absent parts are empty texts. Borrows from the dump where it can, and is reused
/// from object to object.
#[derive(Debug, Default)]
pub(in crate::load) struct Head<'a> {
    api_version: Cow<'a, str>,
    kind: Cow<'a, str>,
    namespace: Cow<'a, str>,
    name: Cow<'a, str>,
    pub(in crate::load) labels: Labels<'a>,
    /// What is wanted of the object besides; empty where nothing is.
    pub(in crate::load) tree: JsonTree<'a>,
    /// All of the object, once it is read.
    pub(in crate::load) json: &'a [u8],
    /// Where the metadata stand, if they have a field that those of a page of a list have.
    pub(in crate::load) page_at: Option<usize>,
    /// What its list said of it before, if it says no kind itself.
    pub(in crate::load) items_kind: Option<Arc<ItemsKind>>,
}

impl<'a> Head<'a> {
    /// Forgets everything but the memory.
    pub(in crate::load) fn clear(&mut self) {
        let (mut labels, mut tree) = (std::mem::take(&mut self.labels), std::mem::take(&mut self.tree));
        labels.clear();
        tree.clear();
        *self = Head { labels, tree, ..Head::default() };
    }

    /// What the object is.
    pub(in crate::load) fn identity(&self) -> ObjectIdentity<'_> {
        ObjectIdentity {
            api_version: &self.api_version,
            kind: &self.kind,
            namespace: &self.namespace,
            name: &self.name,
        }
    }

    /// The same with what its list said before it of what it does not say itself.
    pub(in crate::load) fn identity_in_list(&self) -> ObjectIdentity<'_> {
        let own = self.identity();
        self.items_kind.as_ref().map_or(own, |items| items.complete(own))
    }

    /// Whether it is the API server's table of objects, as `kubectl get` asks for one. A resource of somebody else that
    /// has the name says so in its version.
    pub(in crate::load) fn is_table(&self) -> bool {
        // Without a version it is the server's: nobody else has such a name in no group.
        self.kind == "Table" && (self.api_version.is_empty() || self.api_version.starts_with("meta.k8s.io/"))
    }

    /// Whether it is what the API server says of a request instead of objects.
    pub(in crate::load) fn is_status(&self) -> bool {
        self.kind == "Status" && matches!(self.api_version.as_ref(), "" | "v1")
    }

    /// The labels as the store takes them.
    pub(in crate::load) fn labels(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> + Clone {
        self.labels.iter()
    }

    /// The value of a label; the last one's where several have the key.
    pub(in crate::load) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().rfind(|label| label.0 == key).map(|label| label.1)
    }

    /// Names an object that does not name itself.
    pub(in crate::load) fn name_if_absent(&mut self, name: &str) {
        if self.name.is_empty() {
            self.name = Cow::Owned(name.to_owned());
        }
    }

    /// Reads the object that begins at the cursor.
    pub(in crate::load) fn read(&mut self, cursor: &mut Cursor<'a>) -> Fallible<()> {
        self.clear();
        let mut members = cursor.open(b'{')?;
        while let Some(key) = cursor.next_key(&mut members)? {
            self.field(&key, cursor)?;
        }
        Ok(())
    }

    /// Reads one field of the object. The last of two equal keys wins, as in Go.
    #[inline]
    pub(in crate::load) fn field(&mut self, key: &str, cursor: &mut Cursor<'a>) -> Fallible<()> {
        match key {
            "apiVersion" => self.api_version = text_or_absent(cursor)?,
            "kind" => self.kind = text_or_absent(cursor)?,
            "metadata" => self.metadata(None, cursor)?,
            _ => cursor.skip()?,
        }
        Ok(())
    }

    /// The same of a field that something else is wanted of too, which is taken apart.
    // A function of its own, as most dumps are read for labels alone and should not pay for this.
    pub(in crate::load) fn wanted_field(
        &mut self,
        key: Cow<'a, str>,
        wanted: &WantedValue,
        cursor: &mut Cursor<'a>,
    ) -> Fallible<()> {
        cursor.peek();
        let start = cursor.pos();
        match key.as_ref() {
            "apiVersion" | "kind" => self.field(&key, cursor)?,
            "metadata" if wanted.is_whole() => self.metadata(None, cursor)?,
            "metadata" => {
                let part = self.tree.begin(key);
                self.metadata(Some(wanted), cursor)?;
                self.tree.end(part, beginning(wanted, cursor, start)?);
                return Ok(());
            }
            _ => return self.tree.read(key, wanted, cursor),
        }
        self.take(key, wanted, start, cursor)
    }

    #[inline]
    fn metadata(&mut self, wanted: Option<&WantedValue>, cursor: &mut Cursor<'a>) -> Fallible<()> {
        // A second `metadata` overrides the first as a whole, also what it does not have itself.
        self.name = Cow::Borrowed("");
        self.namespace = Cow::Borrowed("");
        self.labels.clear();
        self.page_at = None;
        if cursor.peek() != Some(b'{') {
            return cursor.skip();
        }
        let at = cursor.pos();
        let mut members = cursor.open(b'{')?;
        while let Some(key) = cursor.next_key(&mut members)? {
            match wanted.and_then(|metadata| metadata.member(&key)) {
                None => self.metadata_field(&key, at, cursor)?,
                Some(wanted) => self.wanted_metadata_field(key, wanted, at, cursor)?,
            }
        }
        Ok(())
    }

    /// Reads one field of the metadata that begin at `at`.
    #[inline]
    fn metadata_field(&mut self, key: &str, at: usize, cursor: &mut Cursor<'a>) -> Fallible<()> {
        match key {
            "name" => self.name = text_or_absent(cursor)?,
            "namespace" => self.namespace = text_or_absent(cursor)?,
            "labels" => self.labels.read(cursor)?,
            // Only the place is kept, as nobody asks for it but `page`, of lists.
            "continue" => {
                self.page_at = Some(at);
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
        Ok(())
    }

    fn wanted_metadata_field(
        &mut self,
        key: Cow<'a, str>,
        wanted: &WantedValue,
        at: usize,
        cursor: &mut Cursor<'a>,
    ) -> Fallible<()> {
        if !matches!(key.as_ref(), "name" | "namespace" | "labels" | "continue") {
            return self.tree.read(key, wanted, cursor);
        }
        cursor.peek();
        let start = cursor.pos();
        self.metadata_field(&key, at, cursor)?;
        self.take(key, wanted, start, cursor)
    }

    /// Takes apart what is wanted of the value from `start` to the cursor, which was read for something else before.
    pub(in crate::load) fn take(
        &mut self,
        key: Cow<'a, str>,
        wanted: &WantedValue,
        start: usize,
        cursor: &mut Cursor<'a>,
    ) -> Fallible<()> {
        self.tree.add(key, wanted, cursor.text_from(start)?);
        Ok(())
    }
}

/// A text. Any JSON object is an object, so that a kind or name which is no text counts as absent.
pub(in crate::load) fn text_or_absent<'a>(cursor: &mut Cursor<'a>) -> Fallible<Cow<'a, str>> {
    if cursor.peek() == Some(b'"') {
        return cursor.string();
    }
    cursor.skip()?;
    Ok(Cow::Borrowed(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::json::cursor::ValueLayout;

    fn head(json: &str) -> Head<'_> {
        let mut cursor = Cursor::new(json.as_bytes());
        assert!(cursor.next_part(ValueLayout::Stream));
        let mut head = Head::default();
        head.read(&mut cursor).unwrap();
        head
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let head = head(
            r#"{"kind":"A","kind":"B","metadata":{"name":"a","labels":{"x":"1"}},
                "metadata":{"namespace":"n","labels":{"x":"2"},"labels":{"y":"3"}}}"#,
        );
        let identity = head.identity();
        assert_eq!((identity.kind, identity.namespace, identity.name), ("B", "n", ""));
        assert_eq!(head.labels().collect::<Vec<_>>(), [("y", "3")]);
    }

    #[test]
    fn what_is_no_text_is_absent() {
        let head = head(r#"{"kind":7,"apiVersion":null,"metadata":{"name":1e999,"namespace":{"a":[]}}}"#);
        assert_eq!(head.identity(), ObjectIdentity::default());
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(head(r#"{"\u006bind":"a\n\"b"}"#).identity().kind, "a\n\"b");
    }
}
