//! Labels changed in the YAML that a source was read from.

use super::Dump;
use super::error::{Fault, LoadError, LoadErrorKind};
use super::json::lines::LineCounter;
use super::origin::source::Source;
use super::origin::written::WrittenYaml;
use crate::ObjectId;
use crate::edit::{LabelChange, Rewrite};
use crate::yaml::{self, YamlLabels, YamlTeam};
use serde_json::{Deserializer, Value};
use std::collections::BTreeMap;
use std::ops::Range;

const AS_PLAIN_YAML: &str =
    "write the file anew first, for instance with `selq -o yaml FILE`, which leaves comments out";

impl Dump {
    /// The text of a source as somebody wrote it, decompressed: YAML where its [`text`](Dump::text) is the JSON that was
    /// made of that, and the same text elsewhere.
    #[must_use]
    pub fn written(&self, source: usize) -> &[u8] {
        self.source_at(source).map_or(&[], Source::written)
    }

    /// The YAML of a source with labels of its objects changed: every other byte stays, comments too. `None` of a source
    /// that is no YAML.
    ///
    /// Reads the result once more: it has exactly these labels changed and nothing else.
    ///
    /// # Errors
    ///
    /// When the labels are written in a way in which they cannot be changed alone: as aliases of other values, for
    /// instance.
    pub fn relabelled_yaml<'c>(
        &self,
        source: usize,
        changes: impl IntoIterator<Item = (ObjectId, &'c [LabelChange])>,
    ) -> Result<Option<String>, LoadError> {
        let Some(source) = self.source_at(source) else { return Ok(None) };
        let Some(written) = source.yaml() else { return Ok(None) };
        let relabelling = YamlRelabelling { source, written, json: source.bytes() };
        let changes = changes.into_iter().filter_map(|(id, changes)| Some((self.place(id)?.1, changes)));
        relabelling.run(changes).map(Some).map_err(|mut fault| {
            fault.offset += written.start();
            let position = LineCounter::new(source.written()).locate(fault.offset);
            LoadError::new(source.name(), Some(position), None, fault)
        })
    }
}

struct YamlRelabelling<'s> {
    source: &'s Source,
    written: &'s WrittenYaml,
    json: &'s [u8],
}

impl YamlRelabelling<'_> {
    /// The whole text with the labels changed of the objects at these places of the JSON.
    fn run<'c>(
        &self,
        changes: impl Iterator<Item = (Range<usize>, &'c [LabelChange])>,
    ) -> Result<String, Box<Fault>> {
        let text = self.written.text();
        let mut by_chunk: BTreeMap<(usize, usize), BTreeMap<usize, YamlLabels<'_>>> = BTreeMap::new();
        let mut json_splices = Vec::new();
        for (span, changes) in changes {
            let map = self.written.map();
            let place = map.place(text, self.json, span.start).zip(map.chunk(span.start));
            let Some((place, chunk)) = place else { return Err(self.other_changes()) };
            let labels = changes.iter().map(|change| (change.key(), change.value())).collect();
            by_chunk.entry((chunk.start, chunk.end)).or_default().insert(place.start, labels);
            json_splices.extend(self.json_splice(span, changes));
        }
        let mut splices = Vec::new();
        for ((start, end), objects) in by_chunk {
            let fault = |fault: yaml::YamlFault| {
                let mut of_text = Fault::syntax(LoadErrorKind::Data, fault.offset, fault.message);
                of_text.help = fault.help.map(Into::into);
                of_text
            };
            splices.extend(yaml::relabel(text, start..end, &objects).map_err(fault)?);
        }
        json_splices.sort_by_key(|(span, _)| span.start);
        let changed = spliced(text, &splices).filter(|changed| self.is_exact(changed, &json_splices));
        let changed = changed.ok_or_else(|| self.other_changes())?;
        // With its byte-order mark, if it has one.
        let mark = str::from_utf8(&self.source.written()[..self.written.start()]).unwrap_or_default();
        Ok(format!("{mark}{changed}"))
    }

    /// Whether a text is read as the JSON is with these changes.
    fn is_exact(&self, changed: &str, json_splices: &[(Range<usize>, String)]) -> bool {
        let expected = str::from_utf8(self.json).ok().and_then(|json| spliced(json, json_splices));
        let read = yaml::convert(changed, YamlTeam { n_threads: 1, min_part: usize::MAX });
        let values_read = values(&read.json);
        read.fault.is_none()
            && values_read.is_some()
            && values_read == expected.and_then(|expected| values(expected.as_bytes()))
    }

    fn json_splice(&self, span: Range<usize>, changes: &[LabelChange]) -> Option<(Range<usize>, String)> {
        let json = str::from_utf8(self.json.get(span.clone())?).ok()?;
        let rewrite = Rewrite::new(json, changes).ok()?;
        let place = rewrite.span.shifted(span.start);
        Some((place.start..place.end, rewrite.text))
    }

    fn other_changes(&self) -> Box<Fault> {
        let message =
            "expected YAML in which labels can be changed alone, found that other values would change too";
        Fault::syntax(LoadErrorKind::Data, 0, message).with_help(AS_PLAIN_YAML)
    }
}

/// The text with these parts replaced, which are in order. `None` where two are about the same bytes.
fn spliced(text: &str, splices: &[(Range<usize>, String)]) -> Option<String> {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in splices {
        changed.push_str(text.get(at..span.start)?);
        changed.push_str(new);
        at = span.end;
    }
    changed.push_str(text.get(at..)?);
    Some(changed)
}

/// The values of a text. Labels that are there without any label are as none.
fn values(json: &[u8]) -> Option<Vec<Value>> {
    let mut values: Vec<Value> = Deserializer::from_slice(json).into_iter().collect::<Result<_, _>>().ok()?;
    values.iter_mut().for_each(without_empty_labels);
    Some(values)
}

fn without_empty_labels(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(without_empty_labels),
        Value::Object(members) => {
            if let Some(Value::Object(metadata)) = members.get_mut("metadata")
                && metadata
                    .get("labels")
                    .is_some_and(|labels| labels.as_object().is_some_and(|it| it.is_empty()))
            {
                metadata.remove("labels");
            }
            members.values_mut().for_each(without_empty_labels);
        }
        _ => {}
    }
}
