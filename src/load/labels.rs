//! The labels of an object: in `metadata.labels`, or wherever a pointer says.

use super::cursor::Cursor;
use super::error::{Fallible, Fault, quoted};
use super::pointer::array_index;
use std::borrow::Cow;

/// Keys and values in the order they were read; a key may be there twice.
pub(super) type Labels<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Reads the labels that the pointer's `steps` lead to from the value at the cursor. None if it leads nowhere.
pub(super) fn read_at<'a>(cursor: Cursor<'a>, steps: &[String], labels: &mut Labels<'a>) -> Fallible<()> {
    labels.clear();
    match follow(cursor, steps)? {
        Some(mut place) => read(&mut place, labels),
        None => Ok(()),
    }
}

/// Reads the labels at the cursor: an object of texts, a list of key and value pairs, or `null` for none.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>, labels: &mut Labels<'a>) -> Fallible<()> {
    labels.clear();
    match cursor.peek() {
        Some(b'{') => read_object(cursor, labels),
        Some(b'[') => read_pairs(cursor, labels),
        Some(b'n') => cursor.skip(),
        _ => Err(cursor.expected("labels (an object of strings, a list of key and value pairs, or null)")),
    }
}

fn read_object<'a>(cursor: &mut Cursor<'a>, labels: &mut Labels<'a>) -> Fallible<()> {
    let mut members = cursor.open(b'{')?;
    while let Some(key) = cursor.next_key(&mut members)? {
        let value = read_value(cursor, &key)?;
        labels.push((key, value));
    }
    Ok(())
}

/// A label's value. Null is the empty value, as Kubernetes reads it.
fn read_value<'a>(cursor: &mut Cursor<'a>, key: &str) -> Fallible<Cow<'a, str>> {
    match cursor.peek() {
        Some(b'"') => cursor.string(),
        Some(b'n') => cursor.skip().map(|()| Cow::Borrowed("")),
        _ => Err(cursor.expected(&format!("a string as the value of label {}", quoted(key)))),
    }
}

fn read_pairs<'a>(cursor: &mut Cursor<'a>, labels: &mut Labels<'a>) -> Fallible<()> {
    let mut members = cursor.open(b'[')?;
    while cursor.next_element(&mut members)? {
        labels.push(read_pair(cursor)?);
    }
    Ok(())
}

/// One `{"Key":…,"Value":…}`; other fields are of no interest, and no value is the empty one.
fn read_pair<'a>(cursor: &mut Cursor<'a>) -> Fallible<(Cow<'a, str>, Cow<'a, str>)> {
    cursor.peek();
    let start = cursor.pos();
    let (mut key, mut value) = (None, Cow::Borrowed(""));
    let mut members = cursor.open(b'{')?;
    while let Some(field) = cursor.next_key(&mut members)? {
        match field.as_ref() {
            "Key" | "key" if cursor.peek() == Some(b'"') => key = Some(cursor.string()?),
            "Key" | "key" => return Err(cursor.expected("a string as the key of a label")),
            "Value" | "value" => value = read_value(cursor, key.as_deref().unwrap_or("?"))?,
            _ => cursor.skip()?,
        }
    }
    match key {
        Some(key) => Ok((key, value)),
        None => {
            Err(Fault::data(start, "expected a pair with `Key` and `Value`, found an object without `Key`"))
        }
    }
}

/// Goes to the place that `steps` lead to. The last of two equal keys wins.
pub(super) fn follow<'a>(mut cursor: Cursor<'a>, steps: &[String]) -> Fallible<Option<Cursor<'a>>> {
    for step in steps {
        let child = match cursor.peek() {
            Some(b'{') => member(cursor, step)?,
            Some(b'[') => element(cursor, step)?,
            _ => None,
        };
        match child {
            Some(child) => cursor = child,
            None => return Ok(None),
        }
    }
    Ok(Some(cursor))
}

fn member<'a>(mut cursor: Cursor<'a>, step: &str) -> Fallible<Option<Cursor<'a>>> {
    let mut found = None;
    let mut members = cursor.open(b'{')?;
    while let Some(key) = cursor.next_key(&mut members)? {
        if key == step {
            found = Some(cursor.clone());
        }
        cursor.skip()?;
    }
    Ok(found)
}

fn element<'a>(mut cursor: Cursor<'a>, step: &str) -> Fallible<Option<Cursor<'a>>> {
    let Some(mut left) = array_index(step) else { return Ok(None) };
    let mut members = cursor.open(b'[')?;
    while cursor.next_element(&mut members)? {
        if left == 0 {
            return Ok(Some(cursor));
        }
        left -= 1;
        cursor.skip()?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pointer;
    use crate::load::cursor::Layout;

    fn labels(json: &str, at: &str) -> Result<String, String> {
        let mut cursor = Cursor::new(json.as_bytes());
        assert!(cursor.next_part(Layout::Stream));
        let mut labels = Labels::new();
        let pointer: Pointer = at.parse().unwrap();
        read_at(cursor, pointer.steps(), &mut labels).map_err(|fault| fault.message.into_owned())?;
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
    fn other_values_are_refused() {
        insta::assert_snapshot!(labels(r#"{"a":1}"#, "").unwrap_err(), @"expected a string as the value of label `a`, found a number");
        insta::assert_snapshot!(labels(r#"{"x":true}"#, "/x").unwrap_err(), @"expected labels (an object of strings, a list of key and value pairs, or null), found `true`");
        insta::assert_snapshot!(labels(r#"["a"]"#, "").unwrap_err(), @"expected an object, found a string");
        insta::assert_snapshot!(labels(r#"[{"Value":"a"}]"#, "").unwrap_err(), @"expected a pair with `Key` and `Value`, found an object without `Key`");
        insta::assert_snapshot!(labels(r#"[{"Key":null}]"#, "").unwrap_err(), @"expected a string as the key of a label, found `null`");
    }
}
