//! The labels of an object: in `metadata.labels`, or wherever a pointer says.

use crate::load::error::{Fallible, Fault, quoted};
use crate::load::json::cursor::Cursor;
use crate::path::Pointer;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The labels of an object while it is read, and what is wrong with them.
///
/// A label that is none is no fault yet: the last of equal keys wins, and what it overrides only has to be JSON; nor
/// are the labels of a list or of a watch event's wrapper looked at. Whoever knows that the labels count asks
/// [`check`](Labels::check).
#[derive(Debug, Default)]
pub(in crate::load) struct Labels<'a> {
    /// In the order they were read; a key may be there twice.
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Boxed, as hardly any labels have one.
    faults: Option<Box<Faults<'a>>>,
}

/// What is wrong with labels, each fault at its place.
#[derive(Debug, Default)]
struct Faults<'a> {
    /// Values that are none. A later value of the same key takes the place of such a one.
    by_key: BTreeMap<Cow<'a, str>, Box<Fault>>,
    /// The first fault that no label can make good.
    lasting: Option<Box<Fault>>,
}

/// A text, or the fault of what stands in its place.
type Judged<'a> = Result<Cow<'a, str>, Box<Fault>>;
/// A key, and what stands in the place of its value.
type Pair<'a> = (Cow<'a, str>, Judged<'a>);

impl<'a> Labels<'a> {
    /// Forgets everything but the memory.
    pub(in crate::load) fn clear(&mut self) {
        self.pairs.clear();
        self.faults = None;
    }

    /// Keys and values in the order they were read.
    pub(in crate::load) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> + Clone {
        self.pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }

    /// Takes out what is wrong with the labels, the first of it.
    pub(in crate::load) fn check(&mut self) -> Fallible<()> {
        match self.faults.take() {
            None => Ok(()),
            Some(faults) => (*faults).first(),
        }
    }

    /// Reads the labels that the pointer leads to from the object of this text, which is known to be JSON. False if it
    /// leads nowhere.
    pub(in crate::load) fn read_at(
        &mut self,
        cursor: &Cursor<'a>,
        object: &'a str,
        pointer: &Pointer,
    ) -> Fallible<bool> {
        self.clear();
        match pointer.find(object) {
            Some(labels) => self.read(&mut cursor.at_text(labels)).map(|()| true),
            None => Ok(false),
        }
    }

    /// Reads the labels at the cursor: an object of texts, a list of key and value pairs, or `null` for none.
    pub(in crate::load) fn read(&mut self, cursor: &mut Cursor<'a>) -> Fallible<()> {
        self.clear();
        match cursor.peek() {
            Some(b'{') => self.read_object(cursor),
            Some(b'[') => self.read_pairs(cursor),
            Some(b'n') => cursor.skip(),
            _ => {
                let what = "labels (an object of strings, a list of key and value pairs, or null)";
                let fault = pass_over(cursor, what)?;
                self.refuse(fault);
                Ok(())
            }
        }
    }

    fn read_object(&mut self, cursor: &mut Cursor<'a>) -> Fallible<()> {
        let mut members = cursor.open(b'{')?;
        while let Some(key) = cursor.next_key(&mut members)? {
            // Nearly all labels are good ones, which go this way without a look at what may be wrong.
            if self.faults.is_none() && cursor.peek() == Some(b'"') {
                self.pairs.push((key, cursor.string()?));
                continue;
            }
            let value = read_value(cursor, &key)?;
            self.push(key, value);
        }
        Ok(())
    }

    fn read_pairs(&mut self, cursor: &mut Cursor<'a>) -> Fallible<()> {
        let mut members = cursor.open(b'[')?;
        while cursor.next_element(&mut members)? {
            match read_pair(cursor)? {
                Ok((key, value)) => self.push(key, value),
                Err(fault) => self.refuse(fault),
            }
        }
        Ok(())
    }

    fn push(&mut self, key: Cow<'a, str>, value: Judged<'a>) {
        match value {
            Ok(value) => {
                // The last of equal keys wins, so that this value makes up for a bad one.
                if let Some(faults) = &mut self.faults {
                    faults.by_key.remove(&key);
                }
                self.pairs.push((key, value));
            }
            Err(fault) => drop(self.faults.get_or_insert_default().by_key.insert(key, fault)),
        }
    }

    /// Keeps a fault of what is no label at all.
    fn refuse(&mut self, fault: Box<Fault>) {
        self.faults.get_or_insert_default().lasting.get_or_insert(fault);
    }
}

impl Faults<'_> {
    fn first(self) -> Fallible<()> {
        let faults = self.by_key.into_values().chain(self.lasting);
        // They were kept by key, and a user mends a dump from its beginning.
        faults.min_by_key(|fault| fault.offset).map_or(Ok(()), Err)
    }
}

/// Passes over a value that is not `what` belongs there, and gives the fault of that.
#[cold]
fn pass_over(cursor: &mut Cursor<'_>, what: &str) -> Fallible<Box<Fault>> {
    let fault = cursor.expected(what);
    // What is no JSON has no end behind which the labels could go on.
    if fault.fatal {
        return Err(fault);
    }
    cursor.skip().map(|()| fault)
}

/// A label's value. Null is the empty value, as Kubernetes reads it.
fn read_value<'a>(cursor: &mut Cursor<'a>, key: &str) -> Fallible<Judged<'a>> {
    match cursor.peek() {
        Some(b'"') => cursor.string().map(Ok),
        Some(b'n') => cursor.skip().map(|()| Ok(Cow::Borrowed(""))),
        _ => pass_over(cursor, &format!("a string as the value of label {}", quoted(key))).map(Err),
    }
}

fn read_key<'a>(cursor: &mut Cursor<'a>) -> Fallible<Judged<'a>> {
    match cursor.peek() {
        Some(b'"') => cursor.string().map(Ok),
        _ => pass_over(cursor, "a string as the key of a label").map(Err),
    }
}

/// One `{"Key":…,"Value":…}`; other fields are of no interest, and no value is the empty one.
fn read_pair<'a>(cursor: &mut Cursor<'a>) -> Fallible<Result<Pair<'a>, Box<Fault>>> {
    if cursor.peek() != Some(b'{') {
        return pass_over(cursor, "an object").map(Err);
    }
    let start = cursor.pos();
    let (mut key, mut value) = (None, Ok(Cow::Borrowed("")));
    let mut members = cursor.open(b'{')?;
    while let Some(field) = cursor.next_key(&mut members)? {
        match field.as_ref() {
            "Key" | "key" => key = Some(read_key(cursor)?),
            "Value" | "value" => {
                // The key may come after its value, and then the message cannot name it.
                let name = key.as_ref().and_then(|key| key.as_deref().ok());
                value = read_value(cursor, name.unwrap_or("?"))?;
            }
            _ => cursor.skip()?,
        }
    }
    let without_key = "expected a pair with `Key` and `Value`, found an object without `Key`";
    let key = key.unwrap_or_else(|| Err(Fault::data(start, without_key)));
    Ok(key.map(|key| (key, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::json::cursor::ValueLayout;

    fn labels(json: &str, at: &str) -> Result<String, String> {
        let mut cursor = Cursor::new(json.as_bytes());
        assert!(cursor.next_part(ValueLayout::Stream));
        let mut labels = Labels::default();
        let pointer: Pointer = at.parse().unwrap();
        let read = labels.read_at(&cursor, json, &pointer).and_then(|_| labels.check());
        read.map_err(|fault| fault.message.into_owned())?;
        Ok(labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn objects_and_lists_of_pairs_are_labels() {
        assert_eq!(labels(r#"{"a":"1","b":null}"#, "").unwrap(), "a=1,b=");
        assert_eq!(
            labels(r#"{"t":[{"Key":"a","Value":"1"},{"value":"2","x":[],"key":"b"}]}"#, "/t").unwrap(),
            "a=1,b=2"
        );
        assert_eq!(labels(r#"{"t":[{"Key":"a"},{"Key":"b","Value":null}]}"#, "/t").unwrap(), "a=,b=");
    }

    #[test]
    fn pointers_go_into_arrays_and_take_the_last_of_equal_keys() {
        assert_eq!(labels(r#"[{}, {"x":{"a":"1"},"x":{"a":"2"}}]"#, "/1/x").unwrap(), "a=2");
        assert_eq!(labels(r#"[{}, 3]"#, "/7").unwrap(), "");
        assert_eq!(labels(r#"{"x":"text"}"#, "/x/y").unwrap(), "");
    }

    #[test]
    fn what_a_later_label_overrides_may_be_anything() {
        assert_eq!(labels(r#"{"a":[{}],"b":"1","a":"2"}"#, "").unwrap(), "b=1,a=2");
        let pairs = r#"[{"Key":{},"Value":[],"key":"a","value":"1"},{"key":"b","value":7},{"key":"b"}]"#;
        assert_eq!(labels(pairs, "").unwrap(), "a=1,b=");
        for last in
            [r#"{"a":"1","a":2}"#, r#"[{"key":"a","value":"1","Value":2}]"#, r#"[{"key":"a","Key":2}]"#]
        {
            assert!(labels(last, "").unwrap_err().ends_with(", found a number"), "{last}");
        }
    }

    #[test]
    fn of_many_faults_the_first_that_counts_is_told() {
        let mut cursor = Cursor::new(br#"{"a":1,"c":2,"b":3,"a":""}"#);
        assert!(cursor.next_part(ValueLayout::Stream));
        let mut labels = Labels::default();
        labels.read(&mut cursor).unwrap();
        assert_eq!(labels.check().unwrap_err().offset, 11);
    }

    #[test]
    fn other_values_are_refused() {
        insta::assert_snapshot!(labels(r#"{"a":1}"#, "").unwrap_err(), @"expected a string as the value of label `a`, found a number");
        insta::assert_snapshot!(labels(r#"{"x":true}"#, "/x").unwrap_err(), @"expected labels (an object of strings, a list of key and value pairs, or null), found `true`");
        insta::assert_snapshot!(labels(r#"["a"]"#, "").unwrap_err(), @"expected an object, found a string");
        insta::assert_snapshot!(labels(r#"[{"Value":"a"}]"#, "").unwrap_err(), @"expected a pair with `Key` and `Value`, found an object without `Key`");
        insta::assert_snapshot!(labels(r#"[{"Key":null}]"#, "").unwrap_err(), @"expected a string as the key of a label, found `null`");
    }
}
