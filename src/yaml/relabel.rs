//! Labels changed in YAML as it is written: all other bytes stay as they are.
//!
//! What is to be written where is found by the events of the parser. Whoever takes it reads the result once more and
//! compares: a form that is not foreseen here is refused then, and never changes anything else.

mod mapping;

use super::fault::YamlFault;
use super::write::{quoted, scalar_text, single_quoted};
use mapping::{ReadMapping, ReadValue, Walker};
use std::collections::BTreeMap;
use std::ops::Range;

const METADATA: &str = "metadata";
const LABELS: &str = "labels";
const INDENT: usize = 2;

/// The labels to set, or to remove where there is no value.
pub(crate) type YamlLabels<'c> = BTreeMap<&'c str, Option<&'c str>>;

/// What comes in the place of which bytes.
pub(crate) type YamlSplice = (Range<usize>, String);

/// Finds what changes the labels of the objects in a chunk that begin at these places of the text.
pub(crate) fn relabel(
    text: &str,
    chunk: Range<usize>,
    objects: &BTreeMap<usize, YamlLabels<'_>>,
) -> Result<Vec<YamlSplice>, YamlFault> {
    let moved = |fault: YamlFault| YamlFault { offset: chunk.start + fault.offset, ..fault };
    let mut editor = Editor { text: &text[chunk.clone()], splices: Vec::new() };
    let mut walker = Walker::new(editor.text);
    while let Some(object) = walker.next_of(objects, chunk.start).map_err(moved)? {
        let labels = &objects[&(chunk.start + object.start)];
        editor.object(&object, labels).map_err(moved)?;
    }
    let mut splices = editor.splices;
    splices.sort_by_key(|(span, _)| (span.start, span.end));
    Ok(splices
        .into_iter()
        .map(|(span, text)| (chunk.start + span.start..chunk.start + span.end, text))
        .collect())
}

struct Editor<'t> {
    text: &'t str,
    splices: Vec<YamlSplice>,
}

/// A member that is to be added, which may hold others.
struct NewMember<'n> {
    key: &'n str,
    value: NewValue<'n>,
}

enum NewValue<'n> {
    Text(&'n str),
    Object(Vec<NewMember<'n>>),
}

impl<'n> NewMember<'n> {
    fn labels(set: &[(&'n str, &'n str)]) -> NewMember<'n> {
        let members = set.iter().map(|&(key, value)| NewMember { key, value: NewValue::Text(value) });
        NewMember { key: LABELS, value: NewValue::Object(members.collect()) }
    }

    /// In block style, behind `indent` blanks that stand there already.
    fn block(&self, out: &mut String, indent: usize, line_end: &str) {
        scalar_text(out, self.key);
        out.push(':');
        match &self.value {
            NewValue::Text(text) => {
                out.push(' ');
                scalar_text(out, text);
            }
            NewValue::Object(members) => members.iter().for_each(|member| {
                new_line(out, indent + INDENT, line_end);
                member.block(out, indent + INDENT, line_end);
            }),
        }
    }

    /// In flow style.
    fn flow(&self, out: &mut String) {
        flow_key(out, self.key);
        out.push_str(": ");
        match &self.value {
            NewValue::Text(text) => quoted(out, text),
            NewValue::Object(members) => {
                out.push('{');
                for (nth, member) in members.iter().enumerate() {
                    out.push_str(if nth > 0 { ", " } else { "" });
                    member.flow(out);
                }
                out.push('}');
            }
        }
    }
}

fn new_line(out: &mut String, indent: usize, line_end: &str) {
    out.push_str(line_end);
    out.extend(std::iter::repeat_n(' ', indent));
}

fn flow_key(out: &mut String, key: &str) {
    let is_simple = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte));
    if is_simple { scalar_text(out, key) } else { quoted(out, key) }
}

impl Editor<'_> {
    fn object(&mut self, object: &ReadMapping, changes: &YamlLabels<'_>) -> Result<(), YamlFault> {
        let set: Vec<(&str, &str)> =
            changes.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect();
        let Some(metadata) = self.member(object, METADATA)? else {
            let metadata =
                NewMember { key: METADATA, value: NewValue::Object(vec![NewMember::labels(&set)]) };
            return self.add(object, &[metadata], &|_| true);
        };
        let metadata = match metadata {
            (_, ReadValue::Mapping(metadata)) => metadata,
            (key, value) => return self.fill(object, key, value, vec![NewMember::labels(&set)]),
        };
        match self.member(metadata, LABELS)? {
            None => self.add(metadata, &[NewMember::labels(&set)], &|_| true),
            Some((key, ReadValue::Mapping(labels))) if labels.members.is_empty() && !metadata.is_flow => {
                let value = ReadValue::Scalar { span: labels.start..labels.end, is_null: true };
                self.fill(metadata, key, &value, members(&set))
            }
            Some((key, ReadValue::Mapping(labels))) => self.labels(labels, changes, key.end),
            Some((key, value)) => self.fill(metadata, key, value, members(&set)),
        }
    }

    /// The last member with this key, and where that ends, if the member may be changed.
    fn member<'m>(
        &self,
        mapping: &'m ReadMapping,
        key: &str,
    ) -> Result<Option<(Range<usize>, &'m ReadValue)>, YamlFault> {
        let found = mapping.members.iter().rfind(|member| member.key.as_deref() == Some(key));
        if found.is_none() && mapping.members.iter().any(|member| member.is_merge) {
            return Err(no_change(mapping.start, &format!("`{key}` may come from `<<` here")));
        }
        let Some(member) = found else { return Ok(None) };
        let at = member.key_span.start;
        match &member.value {
            ReadValue::Alias => Err(no_change(at, &format!("`{key}` is an alias of another value"))),
            ReadValue::Mapping(value) if value.has_anchor => {
                Err(no_change(at, &format!("`{key}` has an anchor, by which others may use it")))
            }
            value => Ok(Some((member.key_span.clone(), value))),
        }
    }

    /// Puts members in the place of nothing: behind `key:`, or of `null`.
    fn fill(
        &mut self,
        outer: &ReadMapping,
        key: Range<usize>,
        value: &ReadValue,
        new: Vec<NewMember<'_>>,
    ) -> Result<(), YamlFault> {
        let ReadValue::Scalar { span, is_null: true } = value else {
            return Err(no_change(key.start, "another value than an object stands where labels belong"));
        };
        // What was to be removed is not there.
        if new.is_empty() {
            return Ok(());
        }
        if outer.is_flow {
            let object = NewMember { key: "", value: NewValue::Object(new) };
            let mut text = String::new();
            object.flow(&mut text);
            text.drain(..text.find('{').unwrap_or_default());
            let has_blank = self.text[..span.start].ends_with(' ');
            let blank = if has_blank { "" } else { " " };
            self.splices.push((span.clone(), format!("{blank}{text}")));
            return Ok(());
        }
        // What stands there goes, and the members come below the line, whose comment stays.
        let colon = self.text[..span.start].trim_ascii_end().len();
        self.splices.push((colon..span.end.max(colon), String::new()));
        let (indent, line_end) = (self.column(key.start) + INDENT, self.line_end(key.start));
        for member in &new {
            let mut text = String::new();
            member.block(&mut text, indent, line_end);
            self.add_line(span.end, indent, &text, line_end);
        }
        Ok(())
    }

    /// Adds lines below the one in which something ends.
    fn add_line(&mut self, end: usize, indent: usize, text: &str, line_end: &str) {
        let at = self.next_line(end);
        let blanks = " ".repeat(indent);
        let line = match self.text[..at].ends_with('\n') {
            true => format!("{blanks}{text}{line_end}"),
            // The last line has no line end.
            false => format!("{line_end}{blanks}{text}"),
        };
        self.splices.push((at..at, line));
    }

    /// Changes the members of the labels, whose key ends at `key_end`.
    fn labels(
        &mut self,
        labels: &ReadMapping,
        changes: &YamlLabels<'_>,
        key_end: usize,
    ) -> Result<(), YamlFault> {
        if let Some(merge) = labels.members.iter().find(|member| member.is_merge) {
            return Err(no_change(merge.key_span.start, "labels come from `<<`"));
        }
        let change_of = |key: &Option<String>| changes.get(key.as_deref()?).copied();
        let last = |key: &str| labels.members.iter().rposition(|member| member.key.as_deref() == Some(key));
        for (nth, member) in labels.members.iter().enumerate() {
            let Some(Some(value)) = change_of(&member.key) else { continue };
            if member.key.as_deref().and_then(last) == Some(nth) {
                self.replace(labels.is_flow, member, value)?;
            }
        }
        let added: Vec<NewMember<'_>> = changes
            .iter()
            .filter(|(key, _)| last(key).is_none())
            .filter_map(|(key, value)| Some(NewMember { key, value: NewValue::Text((*value)?) }))
            .collect();
        let is_removed = |nth: usize| change_of(&labels.members[nth].key) == Some(None);
        let is_any_kept = (0..labels.members.len()).any(|nth| !is_removed(nth));
        self.add(labels, &added, &|nth| !is_removed(nth))?;
        self.remove(labels, &is_removed, is_any_kept, added.is_empty())?;
        if !is_any_kept && added.is_empty() && !labels.is_flow {
            // As in JSON, an object without members is left.
            let colon = self.text[key_end..].find(':').map_or(key_end, |colon| key_end + colon + 1);
            self.splices.push((colon..colon, " {}".to_owned()));
        }
        Ok(())
    }

    fn replace(&mut self, is_flow: bool, member: &mapping::ReadMember, value: &str) -> Result<(), YamlFault> {
        let ReadValue::Scalar { span, .. } = &member.value else {
            return Err(no_change(member.key_span.start, "its value is an alias of another value"));
        };
        let old = &self.text[span.clone()];
        if old.starts_with('&') {
            return Err(no_change(span.start, "its value has an anchor, by which others may use it"));
        }
        let mut text = if span.is_empty() { " ".to_owned() } else { String::new() };
        match old.as_bytes().first() {
            Some(b'"') => quoted(&mut text, value),
            Some(b'\'') => single_quoted(&mut text, value),
            _ if is_flow => quoted(&mut text, value),
            _ => scalar_text(&mut text, value),
        }
        self.splices.push((span.clone(), text));
        Ok(())
    }

    /// Adds members where they belong among those that are kept: in the order of keys if these are.
    fn add(
        &mut self,
        mapping: &ReadMapping,
        new: &[NewMember<'_>],
        is_kept: &dyn Fn(usize) -> bool,
    ) -> Result<(), YamlFault> {
        let keys: Vec<Option<&str>> = mapping.members.iter().map(|member| member.key.as_deref()).collect();
        let is_sorted = keys.is_sorted();
        for member in new {
            let precedes = |nth: &usize| is_kept(*nth) && (!is_sorted || keys[*nth] < Some(member.key));
            let before = (0..keys.len()).rev().find(precedes);
            match mapping.is_flow {
                true => self.add_in_flow(mapping, member, before, is_kept),
                false => self.add_in_block(mapping, member, before)?,
            }
        }
        Ok(())
    }

    fn add_in_block(
        &mut self,
        mapping: &ReadMapping,
        member: &NewMember<'_>,
        before: Option<usize>,
    ) -> Result<(), YamlFault> {
        let Some(first) = mapping.members.first() else {
            return Err(no_change(mapping.start, "nothing of the object is written there"));
        };
        let indent = self.column(first.key_span.start);
        let line_end = self.line_end(first.key_span.start);
        let mut text = String::new();
        member.block(&mut text, indent, line_end);
        let blanks = " ".repeat(indent);
        if let Some(nth) = before {
            self.add_line(mapping.members[nth].end, indent, &text, line_end);
            return Ok(());
        }
        let at = first.key_span.start;
        let (at, text) = match self.is_first_in_line(at) {
            true => (self.line_start(at), format!("{blanks}{text}{line_end}")),
            false => (at, format!("{text}{line_end}{blanks}")),
        };
        self.splices.push((at..at, text));
        Ok(())
    }

    fn add_in_flow(
        &mut self,
        mapping: &ReadMapping,
        member: &NewMember<'_>,
        before: Option<usize>,
        is_kept: &dyn Fn(usize) -> bool,
    ) {
        let mut text = String::new();
        member.flow(&mut text);
        let first = (0..mapping.members.len()).find(|&nth| is_kept(nth)).map(|nth| &mapping.members[nth]);
        let (at, text) = match (before.map(|nth| &mapping.members[nth]), first) {
            (Some(before), _) if self.is_first_in_line(before.key_span.start) => {
                let mut line = ",".to_owned();
                let start = before.key_span.start;
                new_line(&mut line, self.column(start), self.line_end(start));
                (before.end, line + &text)
            }
            (Some(before), _) => (before.end, format!(", {text}")),
            (None, Some(first)) => (first.key_span.start, format!("{text}, ")),
            // Behind the bracket, before what is removed.
            (None, None) => {
                let is_next = self.splices.last().is_some_and(|(span, _)| span.start == mapping.inside);
                (mapping.inside, if is_next { format!(", {text}") } else { text })
            }
        };
        self.splices.push((at..at, text));
    }

    fn remove(
        &mut self,
        mapping: &ReadMapping,
        is_removed: &dyn Fn(usize) -> bool,
        is_any_kept: bool,
        is_none_added: bool,
    ) -> Result<(), YamlFault> {
        let members = &mapping.members;
        let mut nth = 0;
        while nth < members.len() {
            if !is_removed(nth) {
                nth += 1;
                continue;
            }
            let first = nth;
            while nth < members.len() && is_removed(nth) {
                nth += 1;
            }
            let span = match (mapping.is_flow, members.get(nth)) {
                (false, _) => {
                    self.remove_lines(&members[first..nth])?;
                    continue;
                }
                (true, Some(next)) => members[first].key_span.start..next.key_span.start,
                (true, None) if is_any_kept => members[first - 1].end..members[nth - 1].end,
                (true, None) => {
                    let end = if is_none_added { mapping.end - 1 } else { members[nth - 1].end };
                    members[first].key_span.start..end
                }
            };
            if self.text[span.clone()].contains('#') {
                return Err(no_change(span.start, "a comment stands between labels in braces"));
            }
            self.splices.push((span, String::new()));
        }
        Ok(())
    }

    fn remove_lines(&mut self, members: &[mapping::ReadMember]) -> Result<(), YamlFault> {
        for member in members {
            let at = member.key_span.start;
            if !self.is_first_in_line(at) {
                return Err(no_change(at, "something stands before the label in its line"));
            }
            if matches!(&member.value, ReadValue::Scalar { span, .. } if self.text[span.clone()].starts_with('&'))
            {
                return Err(no_change(at, "its value has an anchor, by which others may use it"));
            }
            self.splices.push((self.line_start(at)..self.next_line(member.end), String::new()));
        }
        Ok(())
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Where the next line begins, which is here if one does.
    fn next_line(&self, at: usize) -> usize {
        match self.text[..at].ends_with('\n') {
            true => at,
            false => self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1),
        }
    }

    /// How far to the right something stands in its line.
    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    fn is_first_in_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].bytes().all(|byte| byte == b' ')
    }

    /// How lines end around here.
    fn line_end(&self, at: usize) -> &'static str {
        let line = &self.text[..self.next_line(at)];
        if line.ends_with("\r\n") || !line.ends_with('\n') && self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }
}

fn members<'n>(set: &[(&'n str, &'n str)]) -> Vec<NewMember<'n>> {
    set.iter().map(|&(key, value)| NewMember { key, value: NewValue::Text(value) }).collect()
}

/// Why labels cannot be changed where they are written.
fn no_change(at: usize, found: &str) -> YamlFault {
    YamlFault::new(at, format!("expected labels that can be changed where they are written: {found}"))
        .with_help(
            "write the file anew without that: `selq -o yaml FILE` writes plain YAML, without comments",
        )
}
