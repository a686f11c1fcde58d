//! A value of JSON with all that is in it, found by one reading of its text.

use std::borrow::Cow;
use std::cell::Cell;
use std::mem;

use super::Text;
use super::place::{self, JsonPlace, Scalar, ValueKind, WrittenPlace};
use super::reader::{JsonReader, Rest};
use super::reads::{Reads, WantedValue};
use super::scan::{key_is, key_name};
use super::skim::Level;

/// How many parts there is room for at first: as many as a few columns of a pod have.
const TYPICAL: usize = 48;
/// From how many parts on the memory of a tree is given back.
const MAX_SPARE: usize = 1024;

/// The values inside a value, each before what is in it. What is in a value is reached without reading its text again,
/// so that a search at every depth takes no longer where the text is deeply nested.
#[derive(Debug, Default)]
pub(crate) struct JsonTree<'j> {
    parts: Vec<TreeEntry<'j>>,
}

thread_local! {
    /// The memory of a tree that is no more, for the next one: a tree is made of each of many thousands of objects.
    static SPARE: Cell<Vec<TreeEntry<'static>>> = const { Cell::new(Vec::new()) };
}

impl Drop for JsonTree<'_> {
    fn drop(&mut self) {
        // Where the thread ends its memory is gone already, and that of a large tree is not kept.
        if (1..=MAX_SPARE).contains(&self.parts.capacity()) {
            let _ = SPARE.try_with(|spare| spare.set(emptied(mem::take(&mut self.parts))));
        }
    }
}

/// The memory of some parts for others.
fn emptied<'to>(mut parts: Vec<TreeEntry<'_>>) -> Vec<TreeEntry<'to>> {
    parts.clear();
    // There is none to be made another, and a list that is collected of itself keeps its memory.
    parts.into_iter().map(|TreeEntry { after, .. }| TreeEntry { key: "".into(), text: "", after }).collect()
}

#[derive(Debug)]
struct TreeEntry<'j> {
    /// The name of a member; empty for an element.
    key: Cow<'j, str>,
    text: &'j str,
    /// The number of the first part that is no longer inside this one.
    after: usize,
}

/// A part of a tree whose end was not read yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenPart(usize);

/// A value of a tree.
#[derive(Clone, Copy)]
pub(crate) struct JsonNode<'t, 'j> {
    tree: &'t JsonTree<'j>,
    number: usize,
}

impl<'j> JsonTree<'j> {
    /// The value must be valid JSON; of any other text something is found, or nothing. Nesting costs no stack.
    pub(crate) fn of(json: &'j str) -> JsonTree<'j> {
        let mut tree = JsonTree::default();
        let mut rest = Rest::new(Level::baseline(), json);
        while rest.byte().is_some() {
            tree.whole(Cow::Borrowed(""), &mut rest);
        }
        tree
    }

    /// The values of an object that are wanted, and the objects and arrays on the way to them. All else is passed over
    /// at the speed of [`skim`](super::skim), and is no part of the tree.
    pub(crate) fn reading(json: &'j str, reads: &Reads) -> JsonTree<'j> {
        let mut tree = JsonTree { parts: emptied(SPARE.take()) };
        tree.parts.reserve(TYPICAL);
        let Ok(()) = tree.read(Cow::Borrowed(""), reads.root(), &mut Rest::new(reads.level(), json));
        tree
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.parts.clear();
    }

    /// Reads of the value at the reader what is wanted. It calls itself once for each name of a path and each array on
    /// it.
    pub(crate) fn read<R: JsonReader<'j>>(
        &mut self,
        key: Cow<'j, str>,
        wanted: &WantedValue,
        reader: &mut R,
    ) -> Result<(), R::Fault> {
        let next = reader.peek();
        let start = reader.pos();
        // What is wanted as a whole may be nested deeply, so that it is passed over here and read without calls.
        if !matches!(next, Some(b'{' | b'[')) || wanted.is_whole() || wanted.is_alone() {
            reader.skip()?;
            let text = reader.text_from(start)?;
            self.add(key, wanted, text);
            return Ok(());
        }
        let part = self.begin(key);
        match next {
            Some(b'{') => self.members(wanted, reader)?,
            _ => self.elements(wanted, reader)?,
        }
        self.end(part, beginning(wanted, reader, start)?);
        Ok(())
    }

    fn members<R: JsonReader<'j>>(&mut self, wanted: &WantedValue, reader: &mut R) -> Result<(), R::Fault> {
        let mut commas = reader.open(b'{')?;
        while let Some(key) = reader.next_key(&mut commas)? {
            match wanted.member(&key) {
                Some(wanted) => self.read(key, wanted, reader)?,
                None => reader.skip()?,
            }
        }
        Ok(())
    }

    /// A name that is wanted of an array is wanted of each element. Arrays in arrays are read whole, or the depth of the
    /// text would be that of the calls.
    fn elements<R: JsonReader<'j>>(&mut self, wanted: &WantedValue, reader: &mut R) -> Result<(), R::Fault> {
        let mut commas = reader.open(b'[')?;
        while reader.next_element(&mut commas)? {
            if reader.peek() == Some(b'[') {
                let start = reader.pos();
                reader.skip()?;
                self.add_whole(Cow::Borrowed(""), reader.text_from(start)?);
            } else {
                self.read(Cow::Borrowed(""), wanted, reader)?;
            }
        }
        Ok(())
    }

    /// Adds a value whose text is known, with what is wanted of it.
    pub(crate) fn add(&mut self, key: Cow<'j, str>, wanted: &WantedValue, text: &'j str) {
        match text.as_bytes().first() {
            Some(b'{' | b'[') if wanted.is_whole() => self.add_whole(key, text),
            Some(b'{' | b'[') if !wanted.is_alone() => {
                let Ok(()) = self.read(key, wanted, &mut Rest::new(Level::baseline(), text));
            }
            _ => self.push(key, text),
        }
    }

    fn add_whole(&mut self, key: Cow<'j, str>, text: &'j str) {
        self.whole(key, &mut Rest::new(Level::baseline(), text));
    }

    /// Reads a value with all that is in it.
    fn whole(&mut self, key: Cow<'j, str>, rest: &mut Rest<'j>) {
        let (mut open, mut key) = (Vec::new(), key);
        while let Some(byte) = rest.byte() {
            match byte {
                b'{' | b'[' => {
                    open.push((self.begin(std::mem::take(&mut key)), rest.pos()));
                    rest.pass_byte();
                }
                b'}' | b']' => {
                    rest.pass_byte();
                    open.pop().into_iter().for_each(|(part, start)| self.end(part, rest.since(start)));
                }
                b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' => {
                    rest.pass_byte();
                    continue;
                }
                _ => {
                    let text = rest.scalar();
                    // A text is a name if a colon follows, which white space may stand before.
                    if let Some(name) = key_name(text).filter(|_| rest.is_at_colon()) {
                        key = name;
                        continue;
                    }
                    self.push(std::mem::take(&mut key), text);
                }
            }
            if open.is_empty() {
                return;
            }
        }
    }

    fn push(&mut self, key: Cow<'j, str>, text: &'j str) {
        let after = self.parts.len() + 1;
        self.parts.push(TreeEntry { key, text, after });
    }

    /// Adds a value whose text is known only at its end, though it has to stand before what is in it.
    pub(crate) fn begin(&mut self, key: Cow<'j, str>) -> OpenPart {
        self.push(key, "");
        OpenPart(self.parts.len() - 1)
    }

    /// All that is in a value was added, and this is its text.
    pub(crate) fn end(&mut self, OpenPart(number): OpenPart, text: &'j str) {
        let after = self.parts.len();
        let part = &mut self.parts[number];
        // All that was read since stands inside it.
        (part.text, part.after) = (text, after);
    }

    /// The whole value.
    pub(crate) fn root(&self) -> Option<JsonNode<'_, 'j>> {
        (!self.parts.is_empty()).then_some(JsonNode { tree: self, number: 0 })
    }
}

/// As much as is asked for of the text that begins at `start` and was read up to here, of which something is wanted.
///
/// That is its first byte mostly, which tells what sort of value it is: to take all of it for text, a reader that checks
/// would have to go through it once more.
pub(crate) fn beginning<'j, R: JsonReader<'j>>(
    wanted: &WantedValue,
    reader: &mut R,
    start: usize,
) -> Result<&'j str, R::Fault> {
    let end = if wanted.is_value() { reader.pos() } else { start + 1 };
    reader.text(start..end)
}

impl<'t, 'j> JsonNode<'t, 'j> {
    fn part(self) -> &'t TreeEntry<'j> {
        &self.tree.parts[self.number]
    }

    /// The names and values of an object's members.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'t str, JsonNode<'t, 'j>)> {
        self.inside_of('{').map(|node| (&*node.part().key, node))
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = JsonNode<'t, 'j>> {
        self.inside_of('[')
    }

    /// The value under a key of an object, of equal keys the last.
    pub(crate) fn get(self, name: &str) -> Option<JsonNode<'t, 'j>> {
        let part = self.part();
        if !part.text.starts_with('{') {
            return None;
        }
        let (mut number, mut found) = (self.number + 1, None);
        // What is inside a value is skipped by its number, however much that is.
        while number < part.after {
            let member = &self.tree.parts[number];
            if *member.key == *name {
                found = Some(JsonNode { tree: self.tree, number });
            }
            number = member.after;
        }
        found
    }

    /// What a string says; copied only where something in it is escaped.
    pub(crate) fn string(self) -> Option<Cow<'j, str>> {
        key_name(self.text())
    }

    /// Whether it is the string that says this.
    pub(crate) fn says(self, text: &str) -> bool {
        key_is(self.text(), text)
    }

    /// The values one level below, if the text begins so.
    fn inside_of(self, begin: char) -> impl Iterator<Item = JsonNode<'t, 'j>> {
        let inside = self.text().starts_with(begin).then(|| self.inside());
        inside.into_iter().flatten()
    }

    /// The values one level below.
    fn inside(self) -> impl Iterator<Item = JsonNode<'t, 'j>> {
        let end = self.part().after;
        let first = Some(self.number + 1).filter(|number| *number < end);
        // What is inside a value is skipped by its number, however much that is.
        let numbers = std::iter::successors(first, move |number| {
            Some(self.tree.parts[*number].after).filter(|after| *after < end)
        });
        numbers.map(move |number| JsonNode { tree: self.tree, number })
    }
}

impl<'j> WrittenPlace<'j> for JsonNode<'_, 'j> {
    fn text(self) -> &'j str {
        self.part().text
    }
}

impl JsonPlace for JsonNode<'_, '_> {
    type End = ();

    fn kind(self) -> ValueKind {
        ValueKind::beginning_with(self.text().as_bytes().first())
    }

    fn members(self, mut each: impl FnMut(&str, Self) -> Option<()>) {
        for node in self.inside() {
            each(&node.part().key, node);
        }
    }

    fn elements(self, mut each: impl FnMut(usize, Self) -> Option<()>) {
        for (nth, node) in self.inside().enumerate() {
            each(nth, node);
        }
    }

    fn leaves(self, each: impl FnMut(Self) -> Option<()>) {
        place::leaves(self, each);
    }

    fn scalar(self) -> Option<Scalar> {
        Text::of(self.text()).scalar()
    }

    fn address(self) -> usize {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The children of a value: their names, those of elements being numbers, and their values.
    fn children<P: JsonPlace>(place: P) -> Vec<(String, P)> {
        let mut all = Vec::new();
        if place.kind() == ValueKind::Object {
            place.members(|name, value| {
                all.push((name.to_owned(), value));
                None
            });
            return all;
        }
        place.all_elements().into_iter().enumerate().map(|(nth, value)| (nth.to_string(), value)).collect()
    }

    /// Compares what is in a value with what the plain reader finds.
    #[track_caller]
    fn agrees(node: JsonNode<'_, '_>) {
        let of_tree = children(node);
        let of_text = children(Text::of(node.text()));
        let shown = |(name, text): (&String, &str)| format!("{name}: {text}");
        assert_eq!(
            of_tree.iter().map(|(name, node)| shown((name, node.text()))).collect::<Vec<_>>(),
            of_text.iter().map(|(name, text)| shown((name, text.text()))).collect::<Vec<_>>(),
        );
        of_tree.into_iter().for_each(|(_, node)| agrees(node));
    }

    #[test]
    fn the_parts_are_those_that_the_plain_reader_finds() {
        for json in [
            r#"{"a" : {"b" : [ 1 , "x,}]\"" ] } , "é\u0041" : -1.50e3 }"#,
            r#"[ 1 , "x:}]\"" ,{"c":null}, [] ,{} , [[true]]]"#,
            "7",
            r#""a:b""#,
        ] {
            agrees(JsonTree::of(json).root().unwrap());
        }
        assert!(JsonTree::of(" ").root().is_none());
    }

    /// The values of the tree that hold no others, each with the keys that lead to it.
    fn leaves(node: JsonNode<'_, '_>, path: &str, found: &mut Vec<String>) {
        let below: Vec<_> = node.members().chain(node.elements().map(|element| ("[]", element))).collect();
        if below.is_empty() {
            found.push(format!("{path} {}", node.text()));
        }
        below.into_iter().for_each(|(key, value)| leaves(value, &format!("{path}{key}"), found));
    }

    #[track_caller]
    fn read(json: &str, paths: &[&[&str]]) -> String {
        let reads = paths.iter().fold(Reads::nothing(), |reads, path| reads.and(path.iter().copied()));
        let mut found = Vec::new();
        JsonTree::reading(json, &reads).root().into_iter().for_each(|root| leaves(root, "", &mut found));
        found.join(" | ")
    }

    #[test]
    fn only_what_is_wanted_is_read() {
        let json = r#" { "b" : [ {"x":1,"y":[2,"]"]}, 3, [{"x":4}], {"y":5} ], "a":{"c":{"d":null}, "e" : "}" },
            "\u0061":{"c":6,"z":7}, "f":8 } "#;
        for (paths, expected) in [
            (&[&["f"][..]][..], "f 8"),
            (&[&["a", "c"]], "acd null | ac 6"),
            (&[&["a", "c", "d"], &["a", "e"]], r#"acd null | ae "}" | ac 6"#),
            (&[&["a"], &["a", "c"]], r#"acd null | ae "}" | ac 6 | az 7"#),
            (&[&["b", "x"]], r#"b[]x 1 | b[] 3 | b[][]x 4 | b[] {"#),
            (&[&["g"]], " {"),
        ] {
            assert_eq!(read(json, paths), expected, "{paths:?}");
        }
        assert_eq!(read(" 7 ", &[&["a"]]), " 7");
        assert_eq!(read(r#"[{"a":1}]"#, &[&["a"]]), "[]a 1");
    }

    #[test]
    fn a_value_that_is_wanted_keeps_its_text_where_only_some_of_it_is_read() {
        let reads = Reads::nothing().and_value(["a"]).and(["a", "x"]).and(["b", "x"]);
        let tree = JsonTree::reading(r#"{"a":{"x":1, "y":2},"b":{"x":3,"y":4}}"#, &reads);
        let text = |name| tree.root().unwrap().get(name).map(JsonNode::text);
        assert_eq!((text("a"), text("b")), (Some(r#"{"x":1, "y":2}"#), Some("{")));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"a":{deep},"b":[{deep}],"c":{{"d":{deep}}},"e":7}}"#);
        for paths in [&[&["a"][..]][..], &[&["a", "x"]], &[&["b", "x"]], &[&["c", "x"]]] {
            let reads = Reads::nothing().and(["e"]);
            let reads = paths.iter().fold(reads, |reads, path| reads.and(path.iter().copied()));
            let tree = JsonTree::reading(&json, &reads);
            assert_eq!(tree.root().unwrap().get("e").map(JsonNode::text), Some("7"));
        }
    }

    #[test]
    fn the_memory_of_a_tree_is_used_again() {
        let reads = Reads::nothing().and(["a"]);
        let memory = |json: &str| {
            let tree = JsonTree::reading(json, &reads);
            assert_eq!(tree.root().unwrap().get("a").unwrap().text(), "1");
            tree.parts.as_ptr().addr()
        };
        assert_eq!(memory(r#"{"a":1,"b":2}"#), memory(r#"{"\u0061":1}"#));
    }

    #[test]
    fn the_last_of_equal_keys_is_found() {
        let tree = JsonTree::of(r#"{"a":1,"b":2,"\u0061":"\n"}"#);
        let root = tree.root().unwrap();
        assert_eq!(root.get("a").unwrap().string().as_deref(), Some("\n"));
        assert!(root.get("a").unwrap().says("\n") && !root.get("b").unwrap().says("2"));
        assert!(root.get("c").is_none() && root.get("b").unwrap().get("a").is_none());
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "{", "{\"a", "{\"a\":", "}", "{]", "[1", "{\"a\":\"\\", "[\\é", "é\"é", "]]["] {
            JsonTree::of(text).root().map(|root| children(root).len());
            read(text, &[&["a", "b"], &["c"]]);
        }
    }
}
