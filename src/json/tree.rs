//! A value of JSON with all that is in it, found by one reading of its text.

use std::borrow::Cow;

use super::Text;
use super::place::{self, JsonPlace, Scalar, ValueKind};
use super::scan::{end_of_value, key_is, key_name};
use super::skim::{self, Level};
use super::wanted::{WantedPaths, WantedValue};

/// How many parts there is room for at first: as many as a few columns of a pod have.
const TYPICAL: usize = 48;

/// The values inside a value, each before what is in it. What is in a value is reached without reading its text again,
/// so that a search at every depth takes no longer where the text is deeply nested.
pub(crate) struct JsonTree<'j> {
    parts: Vec<TreeEntry<'j>>,
}

struct TreeEntry<'j> {
    /// The key in its quotation marks; empty for an element.
    key: &'j str,
    text: &'j str,
    /// The number of the first part that is no longer inside this one.
    after: usize,
}

/// A value of a tree.
#[derive(Clone, Copy)]
pub(crate) struct JsonNode<'t, 'j> {
    tree: &'t JsonTree<'j>,
    number: usize,
}

impl<'j> JsonTree<'j> {
    /// The value must be valid JSON; of any other text something is found, or nothing. Nesting costs no stack.
    pub(crate) fn of(json: &'j str) -> JsonTree<'j> {
        let mut tree = JsonTree { parts: Vec::new() };
        let mut rest = Rest { json, at: 0 };
        while rest.byte().is_some() {
            tree.whole("", &mut rest);
        }
        tree
    }

    /// The values of an object that are wanted, and the objects and arrays on the way to them. All else is passed over
    /// at the speed of [`skim`], and is no part of the tree.
    pub(crate) fn reading(json: &'j str, wanted: &WantedPaths) -> JsonTree<'j> {
        let mut tree = JsonTree { parts: Vec::with_capacity(TYPICAL) };
        tree.wanted("", wanted.root(), &mut Rest { json, at: 0 }, wanted.level());
        tree
    }

    /// Reads a value with all that is in it.
    fn whole(&mut self, key: &'j str, rest: &mut Rest<'j>) {
        let (mut open, mut key) = (Vec::new(), key);
        while let Some(byte) = rest.byte() {
            match byte {
                b'{' | b'[' => {
                    open.push((self.parts.len(), rest.at));
                    // Its text is known only at its end, and it has to stand before what is in it.
                    self.push(std::mem::take(&mut key), "");
                    rest.at += 1;
                }
                b'}' | b']' => {
                    rest.at += 1;
                    open.pop().into_iter().for_each(|(number, start)| self.close(number, rest.since(start)));
                }
                b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' => {
                    rest.at += 1;
                    continue;
                }
                _ => {
                    let text = rest.scalar();
                    match rest.json[rest.at..].trim_start().starts_with(':') {
                        true => {
                            key = text;
                            continue;
                        }
                        false => self.push(std::mem::take(&mut key), text),
                    }
                }
            }
            if open.is_empty() {
                return;
            }
        }
    }

    /// Reads of a value what is wanted. It calls itself once for each name of a path and each array on it.
    fn wanted(&mut self, key: &'j str, step: &WantedValue, rest: &mut Rest<'j>, level: Level) {
        match rest.token() {
            Some(b'{' | b'[') if step.is_whole() => self.whole(key, rest),
            Some(b'{') => self.inside(key, rest, |tree, rest| tree.member(step, rest, level)),
            Some(b'[') => self.inside(key, rest, |tree, rest| tree.element(step, rest, level)),
            Some(_) => {
                let text = rest.scalar();
                self.push(key, text);
            }
            None => {}
        }
    }

    /// Reads what is between the brackets, a member or an element at a time.
    fn inside(&mut self, key: &'j str, rest: &mut Rest<'j>, mut next: impl FnMut(&mut Self, &mut Rest<'j>)) {
        let (number, start) = (self.parts.len(), rest.at);
        self.push(key, "");
        rest.at += 1;
        while let Some(byte) = rest.token() {
            match byte {
                b'}' | b']' => {
                    rest.at += 1;
                    break;
                }
                b',' | b':' => rest.at += 1,
                _ => next(self, rest),
            }
        }
        self.close(number, rest.since(start));
    }

    fn member(&mut self, step: &WantedValue, rest: &mut Rest<'j>, level: Level) {
        let key = rest.value(level);
        if rest.token() != Some(b':') {
            return;
        }
        rest.at += 1;
        match step.member(key) {
            Some(step) => self.wanted(key, step, rest, level),
            None => rest.pass(level),
        }
    }

    /// A name that is wanted of an array is wanted of each element; of arrays in arrays nothing is, or the depth of
    /// the text would be that of the calls.
    fn element(&mut self, step: &WantedValue, rest: &mut Rest<'j>, level: Level) {
        match rest.token() {
            Some(b'[') => {
                let text = rest.value(level);
                self.push("", text);
            }
            _ => self.wanted("", step, rest, level),
        }
    }

    fn push(&mut self, key: &'j str, text: &'j str) {
        let after = self.parts.len() + 1;
        self.parts.push(TreeEntry { key, text, after });
    }

    fn close(&mut self, number: usize, text: &'j str) {
        let after = self.parts.len();
        let part = &mut self.parts[number];
        (part.text, part.after) = (text, after);
    }

    /// The whole value.
    pub(crate) fn root(&self) -> Option<JsonNode<'_, 'j>> {
        (!self.parts.is_empty()).then_some(JsonNode { tree: self, number: 0 })
    }
}

/// What of a text is still to be read.
struct Rest<'j> {
    json: &'j str,
    at: usize,
}

impl<'j> Rest<'j> {
    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn since(&self, start: usize) -> &'j str {
        self.json.get(start..self.at).unwrap_or_default()
    }

    /// The next byte that is no white space.
    fn token(&mut self) -> Option<u8> {
        self.at += skim::blank_len(&self.json.as_bytes()[self.at..]);
        self.byte()
    }

    /// Takes a value that is no object and no array, or the byte that begins none.
    fn scalar(&mut self) -> &'j str {
        let start = self.at;
        self.at += end_of_value(&self.json.as_bytes()[start..]).max(1);
        self.since(start)
    }

    /// Takes any value.
    fn value(&mut self, level: Level) -> &'j str {
        let start = self.at;
        let bytes = &self.json.as_bytes()[start..];
        self.at += skim::value_len(level, bytes).unwrap_or_else(|| end_of_value(bytes)).max(1);
        self.since(start)
    }

    /// Takes white space and any value.
    fn pass(&mut self, level: Level) {
        if self.token().is_some() {
            self.value(level);
        }
    }
}

impl<'t, 'j> JsonNode<'t, 'j> {
    fn part(self) -> &'t TreeEntry<'j> {
        &self.tree.parts[self.number]
    }

    pub(crate) fn text(self) -> &'j str {
        self.part().text
    }

    /// The keys of an object, in their quotation marks, and its values.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'j str, JsonNode<'t, 'j>)> {
        self.inside_of('{').map(|node| (node.part().key, node))
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = JsonNode<'t, 'j>> {
        self.inside_of('[')
    }

    /// The value under a key of an object, of equal keys the last.
    pub(crate) fn get(self, name: &str) -> Option<JsonNode<'t, 'j>> {
        self.members().filter(|(key, _)| key_is(key, name)).last().map(|(_, value)| value)
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
        let numbers = std::iter::successors(first, move |number| {
            Some(self.tree.parts[*number].after).filter(|after| *after < end)
        });
        numbers.map(move |number| JsonNode { tree: self.tree, number })
    }
}

impl JsonPlace for JsonNode<'_, '_> {
    type End = ();

    fn kind(self) -> ValueKind {
        ValueKind::beginning_with(self.text().as_bytes().first())
    }

    fn members(self, mut each: impl FnMut(&str, Self) -> Option<()>) {
        for node in self.inside() {
            if let Some(name) = key_name(node.part().key) {
                each(&name, node);
            }
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
        let mut wanted = WantedPaths::nothing();
        paths.iter().for_each(|path| wanted.add(path.iter().copied()));
        let mut found = Vec::new();
        JsonTree::reading(json, &wanted).root().into_iter().for_each(|root| leaves(root, "", &mut found));
        found.join(" | ")
    }

    #[test]
    fn only_what_is_wanted_is_read() {
        let json = r#" { "b" : [ {"x":1,"y":[2,"]"]}, 3, [{"x":4}], {"y":5} ], "a":{"c":{"d":null}, "e" : "}" },
            "\u0061":{"c":6,"z":7}, "f":8 } "#;
        for (paths, expected) in [
            (&[&["f"][..]][..], r#""f" 8"#),
            (&[&["a", "c"]], r#""a""c""d" null | "\u0061""c" 6"#),
            (&[&["a", "c", "d"], &["a", "e"]], r#""a""c""d" null | "a""e" "}" | "\u0061""c" 6"#),
            (&[&["a"], &["a", "c"]], r#""a""c""d" null | "a""e" "}" | "\u0061""c" 6 | "\u0061""z" 7"#),
            (&[&["b", "x"]], r#""b"[]"x" 1 | "b"[] 3 | "b"[] [{"x":4}] | "b"[] {"y":5}"#),
            (&[&["g"]], r#" { "b" "#),
        ] {
            assert!(read(json, paths).starts_with(expected), "{paths:?}: {}", read(json, paths));
        }
        assert_eq!(read(" 7 ", &[&["a"]]), " 7");
        assert_eq!(read(r#"[{"a":1}]"#, &[&["a"]]), r#"[]"a" 1"#);
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"a":{deep},"b":[{deep}],"c":{{"d":{deep}}},"e":7}}"#);
        for paths in [&[&["a"][..]][..], &[&["a", "x"]], &[&["b", "x"]], &[&["c", "x"]]] {
            let mut wanted = WantedPaths::nothing();
            paths.iter().chain(&[&["e"][..]]).for_each(|path| wanted.add(path.iter().copied()));
            let tree = JsonTree::reading(&json, &wanted);
            assert_eq!(tree.root().unwrap().get("e").map(JsonNode::text), Some("7"));
        }
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
