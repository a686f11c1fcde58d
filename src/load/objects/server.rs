//! What an API server answers besides lists of objects: tables, errors, and pages of lists.

use crate::json::{JsonText, member};
use crate::load::error::{Fallible, Fault, one_line};
use crate::load::json::cursor::Cursor;
use crate::load::objects::head::Head;
use crate::load::objects::sink::Sink;
use crate::load::objects::walk::{MAX_LIST_DEPTH, Walk};
use crate::load::report::Notice;
use std::ops::Range;

/// How many characters of what a server says are repeated.
const MAX_SAID: usize = 400;
/// How many members tell a map of objects.
const MAX_LOOKED_AT: usize = 8;
const ASK_FOR_OBJECTS: &str = "ask the server for the objects: `kubectl get … -o json`, or `includeObject=Object` \
    in the request";
const ASK_AGAIN: &str =
    "the request that should have given objects failed: mend what the server says, and write the dump again";

impl<'a, S: Sink> Walk<'_, 'a, '_, S> {
    /// The objects of a `Table`, each read by `read` with the cursor on it. `rows` is where the rows are, if there are
    /// any.
    pub(in crate::load) fn table(
        &mut self,
        rows: Option<usize>,
        depth: usize,
        read: impl Fn(&mut Self, usize) -> Fallible<()>,
    ) -> Fallible<()> {
        let Some(at) = rows else { return Ok(()) };
        if depth >= MAX_LIST_DEPTH {
            let message =
                format!("expected tables and lists nested at most {MAX_LIST_DEPTH} deep, found one more");
            return Err(Fault::data(at, message));
        }
        let behind = self.cursor.clone();
        // What the cursor knows to be text lies behind the rows, and so is found anew.
        self.cursor = behind.beside(at, false);
        self.rows(depth, read)?;
        self.cursor = behind;
        Ok(())
    }

    fn rows(&mut self, depth: usize, read: impl Fn(&mut Self, usize) -> Fallible<()>) -> Fallible<()> {
        match self.cursor.peek() {
            Some(b'[') => {}
            Some(b'n') => return self.cursor.skip(),
            _ => return Err(self.cursor.expected("an array or null as the `rows` of a Table")),
        }
        let mut members = self.cursor.open(b'[')?;
        while self.cursor.next_element(&mut members)? {
            self.cursor.peek();
            let start = self.cursor.pos();
            let row = self.row(depth, &read);
            row.or_else(|fault| self.pass_over(start, fault))?;
        }
        Ok(())
    }

    fn row(&mut self, depth: usize, read: impl Fn(&mut Self, usize) -> Fallible<()>) -> Fallible<()> {
        let start = self.cursor.pos();
        let object = member(self.cursor.json()?, "object");
        // Tables that were asked for without objects have none here, or null.
        let Some(object) = object.filter(|object| object.starts_with('{')) else {
            let message = "expected an `object` in every row of a Table, found a row without one";
            return Err(Fault::data(start, message).with_help(ASK_FOR_OBJECTS));
        };
        let object = self.cursor.at_text(object);
        let behind = std::mem::replace(&mut self.cursor, object);
        // After a fault the cursor stays inside the row: `pass_over` goes back by itself.
        read(self, depth + 1)?;
        self.cursor = behind;
        Ok(())
    }

    /// A `Status` at `span`, where an object should be: the watch failed, or whatever else was asked for.
    pub(in crate::load) fn status(&mut self, span: Range<usize>) -> Fallible<()> {
        if self.sink.is_watch_stream() {
            return self.watch_error(span);
        }
        let said = one_line(&self.said(span.clone())?, MAX_SAID);
        let message = format!("expected objects, found an error of the API server: {said}");
        Err(Fault::data(span.start, message).with_help(ASK_AGAIN))
    }

    /// Passes on what the API server said: in a `Status`, as a mere text, or else whatever stands there.
    pub(in crate::load) fn watch_error(&mut self, span: Range<usize>) -> Fallible<()> {
        let message = self.said(span)?;
        let notice = Notice::WatchError { source: self.source.name().to_owned(), message };
        self.sink.notice(notice, self.report);
        self.index += 1;
        Ok(())
    }

    fn said(&self, span: Range<usize>) -> Fallible<String> {
        let mut place = self.cursor.at(span.start);
        let (message, reason) = match place.peek() {
            Some(b'"') => (place.string()?.into_owned(), String::new()),
            _ => {
                let status = place.json()?;
                (text_at(status, "message"), text_at(status, "reason"))
            }
        };
        Ok(match (message.as_str(), reason.as_str()) {
            // No words of the server were found, and what stands there says more than nothing.
            ("", "") => String::from_utf8_lossy(&self.source.bytes()[span]).into_owned(),
            (said, "") | ("", said) => said.to_owned(),
            (message, reason) => format!("{message} ({reason})"),
        })
    }

    /// Remarks that a list is not whole, if its `metadata.continue` says so.
    pub(in crate::load) fn page(&mut self, list: &Head<'a>) -> Fallible<()> {
        let Some(at) = list.page_at else { return Ok(()) };
        let metadata = self.cursor.at(at).json()?;
        if text_at(metadata, "continue").is_empty() {
            return Ok(());
        }
        // Nobody hears what a part says, so that it is left to the walk that called.
        if self.is_part {
            return Err(Fault::data(at, "expected objects, found a page of a list"));
        }
        let remaining = member(metadata, "remainingItemCount").and_then(|number| number.parse().ok());
        self.sink.notice(Notice::Page { source: self.source.name().to_owned(), remaining }, self.report);
        Ok(())
    }

    /// Remarks that the first value of a source looks like a map from name to object, and is read as one object.
    pub(in crate::load) fn remark_map(&mut self, object: &Head<'a>, start: usize) {
        let may_be = self.index == 0 && object.identity().kind.is_empty() && self.loader.items_at.is_none();
        // The map is looked at last, as this reads its first members a second time.
        if may_be && is_map(self.cursor.at(start)).unwrap_or(false) {
            let notice = Notice::Map { source: self.source.name().to_owned() };
            self.sink.notice(notice, self.report);
        }
    }
}

/// The text of a field; the empty one if there is none.
fn text_at(object: &str, field: &str) -> String {
    let text = member(object, field).and_then(|json| serde_json::from_str(json).ok());
    text.map(|JsonText(text)| text).unwrap_or_default()
}

/// Whether the values of an object look like objects of Kubernetes themselves.
fn is_map(mut cursor: Cursor<'_>) -> Fallible<bool> {
    let mut n_objects = 0;
    let mut members = cursor.open(b'{')?;
    while n_objects < MAX_LOOKED_AT && cursor.next_key(&mut members)?.is_some() {
        let object = cursor.json()?;
        if member(object, "metadata").or(member(object, "kind")).is_none() {
            return Ok(false);
        }
        n_objects += 1;
    }
    Ok(n_objects > 0)
}
