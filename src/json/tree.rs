//! A value of JSON with all that is in it, found by one reading of its text.

use super::scan::end_of_value;

/// The values inside a value, each before what is in it. What is in a value is reached without reading its text again,
/// so that a search at every depth takes no longer where the text is deeply nested.
pub(crate) struct Tree<'j> {
    parts: Vec<Part<'j>>,
}

struct Part<'j> {
    /// The key in its quotation marks; empty for an element.
    key: &'j str,
    text: &'j str,
    /// The number of the first part that is no longer inside this one.
    after: usize,
}

/// A value of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t, 'j> {
    tree: &'t Tree<'j>,
    number: usize,
}

impl<'j> Tree<'j> {
    /// The value must be valid JSON; of any other text something is found, or nothing. Nesting costs no stack.
    pub(crate) fn of(json: &'j str) -> Tree<'j> {
        let mut tree = Tree { parts: Vec::new() };
        let (mut open, mut key, mut at) = (Vec::new(), "", 0);
        while let Some(byte) = json.as_bytes().get(at) {
            match byte {
                b'{' | b'[' => {
                    open.push((tree.parts.len(), at));
                    tree.push(std::mem::take(&mut key), "");
                    at += 1;
                }
                b'}' | b']' => {
                    at += 1;
                    open.pop().into_iter().for_each(|(number, start)| tree.close(number, &json[start..at]));
                }
                b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' => at += 1,
                _ => {
                    let text = &json[at..][..end_of_value(&json.as_bytes()[at..])];
                    at += text.len();
                    match json[at..].trim_start().starts_with(':') {
                        true => key = text,
                        false => tree.push(std::mem::take(&mut key), text),
                    }
                }
            }
        }
        tree
    }

    fn push(&mut self, key: &'j str, text: &'j str) {
        let after = self.parts.len() + 1;
        self.parts.push(Part { key, text, after });
    }

    fn close(&mut self, number: usize, text: &'j str) {
        let after = self.parts.len();
        let part = &mut self.parts[number];
        (part.text, part.after) = (text, after);
    }

    /// The whole value.
    pub(crate) fn root(&self) -> Option<Node<'_, 'j>> {
        (!self.parts.is_empty()).then_some(Node { tree: self, number: 0 })
    }
}

impl<'t, 'j> Node<'t, 'j> {
    fn part(self) -> &'t Part<'j> {
        &self.tree.parts[self.number]
    }

    pub(crate) fn text(self) -> &'j str {
        self.part().text
    }

    /// The keys of an object, in their quotation marks, and its values.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'j str, Node<'t, 'j>)> {
        self.inside('{').map(|node| (node.part().key, node))
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = Node<'t, 'j>> {
        self.inside('[')
    }

    /// The values one level below, if the text begins so.
    fn inside(self, begin: char) -> impl Iterator<Item = Node<'t, 'j>> {
        let end = if self.text().starts_with(begin) { self.part().after } else { 0 };
        let first = Some(self.number + 1).filter(|number| *number < end);
        let numbers = std::iter::successors(first, move |number| {
            Some(self.tree.parts[*number].after).filter(|after| *after < end)
        });
        numbers.map(move |number| Node { tree: self.tree, number })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{elements, members};
    use super::*;

    /// Compares what is in a value with what the plain readers find.
    #[track_caller]
    fn agrees(node: Node<'_, '_>) {
        let of_tree: Vec<(&str, &str)> = node.members().map(|(key, value)| (key, value.text())).collect();
        assert_eq!(of_tree, members(node.text()).collect::<Vec<_>>());
        let of_tree: Vec<&str> = node.elements().map(Node::text).collect();
        assert_eq!(of_tree, elements(node.text()).collect::<Vec<_>>());
        node.elements().chain(node.members().map(|(_, value)| value)).for_each(agrees);
    }

    #[test]
    fn the_parts_are_those_that_the_plain_readers_find() {
        for json in [
            r#"{"a" : {"b" : [ 1 , "x,}]\"" ] } , "é\u0041" : -1.50e3 }"#,
            r#"[ 1 , "x:}]\"" ,{"c":null}, [] ,{} , [[true]]]"#,
            "7",
            r#""a:b""#,
        ] {
            agrees(Tree::of(json).root().unwrap());
        }
        assert!(Tree::of(" ").root().is_none());
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "{", "{\"a", "{\"a\":", "}", "{]", "[1", "{\"a\":\"\\", "[\\é", "é\"é", "]]["] {
            Tree::of(text).root().map(|root| root.members().count());
        }
    }
}
