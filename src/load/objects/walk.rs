//! Finds the objects of a source: in lists, arrays, maps, watch events, or standing alone.

use crate::ObjectId;
use crate::json::{Reads, WantedValue, beginning, member};
use crate::load::Loader;
use crate::load::error::{Fallible, Fault, LoadError, LoadErrorKind, Position, quoted};
use crate::load::format;
use crate::load::json::cursor::{Commas, Cursor, ValueLayout};
use crate::load::json::lines::LineCounter;
use crate::load::objects::envelope::Envelope;
use crate::load::objects::file_sort::{self, FileSort};
use crate::load::objects::head::{Head, text_or_absent};
use crate::load::objects::lists::{ItemsKind, kind_of_items};
use crate::load::objects::parts::{self, Pace};
use crate::load::objects::runs::{Ahead, MAX_OBJECTS, RunStart, Runs};
use crate::load::objects::sink::Sink;
use crate::load::objects::watch::EventType;
use crate::load::origin::source::Source;
use crate::load::report::{Notice, Reporter};
use crate::path::PathStep;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// How deeply lists may be nested in lists. Bounds the recursion; `kubectl` writes one level.
pub(in crate::load) const MAX_LIST_DEPTH: usize = 64;
/// Any object with `items` is a list, unless it is said where the objects are.
const ITEMS_OF_OBJECTS: &str = "if `items` is a field of the objects themselves, say where they are: \
    --items-at '' for an array at the top, or --items-at /place";
const ITEMS_OF_MAP: &str = "`items` is a map from name to object: read it with --items-at /items";

/// A walk over one source.
///
/// A value that is bad is a [`Fault`] on the way up; the innermost place where an object belongs decides
/// whether it can be left out ([`Walk::element`]), and [`Walk::run`] turns what is left into an error.
pub(in crate::load) struct Walk<'w, 'a, 'o, S> {
    pub(in crate::load) loader: &'w Loader,
    pub(in crate::load) source: &'a Source,
    pub(in crate::load) sink: &'w mut S,
    pub(in crate::load) report: &'w mut Reporter<'o>,
    pub(in crate::load) cursor: Cursor<'a>,
    lines: LineCounter<'a>,
    /// The index of the object that is read next.
    pub(in crate::load) index: u64,
    /// When to read the next objects on several threads.
    pub(in crate::load) pace: Pace,
    /// Where the value before this one stands at the top level.
    previous: Range<usize>,
    /// Heads that are not in use, with their memory.
    heads: Vec<Head<'a>>,
    /// What the list around said before its items that they are.
    pub(in crate::load) items_kind: Option<Arc<ItemsKind>>,
    /// The source ends early, and that has been reported.
    pub(in crate::load) is_cut: bool,
    /// The source is a file in a folder or archive, where anything may lie beside dumps.
    pub(in crate::load) is_bundled: bool,
    /// What it was seen to be so far, if it is one of these.
    pub(in crate::load) sort: FileSort,
    /// The source was written in YAML.
    pub(in crate::load) is_yaml: bool,
    /// Other parts of the source are read elsewhere, and remarks are left to whoever reads the whole.
    pub(in crate::load) is_part: bool,
    /// What is wrong with the source behind what can be read of it.
    pub(in crate::load) rest: Option<Box<Fault>>,
    /// What was read before of objects that are not in the text any more.
    pub(in crate::load) runs: Runs<S>,
    /// Nothing but the first run is looked for; it, once it is found.
    pub(in crate::load) scout: Option<Option<RunStart>>,
    /// How the values of the source are laid out.
    pub(in crate::load) layout: ValueLayout,
}

impl<'w, 'a, 'o, S: Sink> Walk<'w, 'a, 'o, S> {
    /// A walk from the source's beginning.
    pub(in crate::load) fn new(
        loader: &'w Loader,
        source: &'a Source,
        sink: &'w mut S,
        report: &'w mut Reporter<'o>,
    ) -> Walk<'w, 'a, 'o, S> {
        Walk {
            loader,
            source,
            cursor: Cursor::new(source.bytes()),
            lines: LineCounter::with_gaps(source.written(), source.gaps()),
            index: 0,
            pace: Pace::new(loader.threads),
            previous: 0..0,
            heads: Vec::new(),
            items_kind: None,
            is_cut: false,
            is_bundled: source.bundle.is_some(),
            sort: FileSort::Other,
            is_yaml: source.is_yaml(),
            is_part: false,
            rest: None,
            runs: Runs::default(),
            scout: None,
            layout: ValueLayout::Stream,
            sink,
            report,
        }
    }

    /// Reads everything, and tells how many objects that were, events and objects that were left out included.
    pub(in crate::load) fn run(&mut self) -> Result<u64, LoadError> {
        // The beginning of a text of which something is missing says nothing of its format.
        let known_layout = self.source.layout();
        if known_layout.is_none()
            && let Err(fault) = format::check(self.source.bytes())
        {
            self.leave_out_source(fault)?;
            // As a line of a watch stream it stands where an object belongs.
            return Ok(1);
        }
        if self.loader.items_at.is_some() {
            // Who says where the objects are says that they are there.
            self.sort = FileSort::Dump;
        }
        let layout = known_layout.unwrap_or_else(|| format::layout(self.source.bytes()));
        self.layout = layout;
        let mut is_empty = self.rest.is_none();
        while self.cursor.next_part(layout) {
            is_empty = false;
            if let Err(fault) = self.part(layout) {
                self.leave_out(fault)?;
                self.cursor.end_part();
            }
        }
        if self.runs.next_pos() == self.source.bytes().len() {
            is_empty = false;
            self.take_run(Ahead::Values(layout));
        }
        if let Some(fault) = self.rest.take().filter(|_| !self.is_cut) {
            self.leave_out_written(fault)?;
        }
        if is_empty && !self.source.may_be_empty && !self.is_cut {
            let found = if self.source.is_yaml() { "YAML without any" } else { "an empty file" };
            let expected = if self.source.is_yaml() { "objects" } else { "JSON" };
            let fault = Fault::syntax(LoadErrorKind::Empty, 0, format!("expected {expected}, found {found}"));
            self.leave_out_source(fault)?;
        }
        if self.runs.next_pos() != usize::MAX {
            self.sink.lose();
        }
        Ok(self.index)
    }

    /// Reports that the compressed stream is damaged; its position has nothing to do with the text. What is missing
    /// at the end of the text is no other fault.
    pub(in crate::load) fn refuse_stream(&mut self, fault: Box<Fault>) -> Result<(), LoadError> {
        self.is_cut = true;
        self.sort = self.sort.max(FileSort::Begun);
        let position = Position { line: None, offset: fault.offset as u64 };
        self.skip_or_stop(LoadError::new(self.source.name(), Some(position), None, fault))
    }

    /// Reports a fault that is not about any one object.
    fn leave_out_source(&mut self, fault: Box<Fault>) -> Result<(), LoadError> {
        // Lines of binary data mean nothing to anybody, and its message has the byte instead.
        let line = format::is_text(self.source.bytes()).then_some((1, 1));
        let position = Position { line, offset: 0 };
        self.skip_or_stop(LoadError::new(self.source.name(), Some(position), None, fault))
    }

    /// Reports what is wrong with the object that is being read, and counts it as read.
    fn leave_out(&mut self, fault: Box<Fault>) -> Result<(), LoadError> {
        let fault = format::named(self.source.bytes(), self.cursor.earliest(fault));
        // What is behind a gap that nothing was taken for may be something else.
        if self.runs.next_pos() <= fault.offset && fault.kind != LoadErrorKind::Stopped {
            self.sink.lose();
        }
        // The damage has been told, and the text ends where it does because of it.
        if self.is_cut && fault.is_at_end(self.source.bytes()) {
            return Ok(());
        }
        self.leave_out_written(self.source.fault_as_written(fault))
    }

    /// The same where the fault's place is one of what is written.
    fn leave_out_written(&mut self, fault: Box<Fault>) -> Result<(), LoadError> {
        let position = self.lines.locate(fault.offset);
        self.skip_or_stop(LoadError::new(self.source.name(), Some(position), Some(self.index), fault))?;
        self.index += 1;
        Ok(())
    }

    fn skip_or_stop(&mut self, error: LoadError) -> Result<(), LoadError> {
        if !self.may_skip() || error.kind() == LoadErrorKind::Stopped {
            return Err(error);
        }
        self.sink.notice(Notice::Skipped(error), self.report);
        Ok(())
    }

    /// Whether what is bad is left out, and what follows read.
    fn may_skip(&self) -> bool {
        self.loader.skip_invalid && !self.is_no_dump(true)
    }

    /// Whether it is a file in a bundle that is no dump, as far as it is read.
    pub(in crate::load) fn is_no_dump(&self, is_broken: bool) -> bool {
        self.is_bundled && self.sort.is_no_dump(is_broken)
    }

    /// Whether what stands at the top of the file is no object. What failed when a bundle was written is none, and no reason
    /// to read none of the others.
    fn is_no_object(&self, head: &Head<'a>, is_outermost: bool) -> bool {
        let is_object = || file_sort::is_object(head, !is_outermost) && !head.is_status();
        self.is_bundled && self.loader.items_at.is_none() && !is_object()
    }

    /// The values of one line, or of the whole source.
    fn part(&mut self, layout: ValueLayout) -> Fallible<()> {
        while self.cursor.next_value() {
            parts::read_ahead(self, Ahead::Values(layout), self.previous.clone());
            let start = self.cursor.pos();
            self.value()?;
            self.previous = start..self.cursor.pos();
        }
        Ok(())
    }

    /// One value at the top level.
    pub(in crate::load) fn value(&mut self) -> Fallible<()> {
        self.objects()?;
        self.cursor.check_utf8()
    }

    /// The object or the objects of one value at the top level.
    fn objects(&mut self) -> Fallible<()> {
        if let Some(pointer) = &self.loader.items_at {
            let start = self.cursor.pos();
            let result = self.items_at(pointer.steps());
            return result.or_else(|fault| self.pass_over(start, fault));
        }
        if self.cursor.peek() == Some(b'[') {
            return self.elements(0, &mut Vec::new());
        }
        self.element("", 0).map(|_| ())
    }

    /// Goes on behind the value at `start`, which is bad, if it may be left out and its end can be found.
    pub(in crate::load) fn pass_over(&mut self, start: usize, fault: Box<Fault>) -> Fallible<()> {
        if fault.fatal || !self.may_skip() {
            return Err(fault);
        }
        let mut fault = self.cursor.earliest(fault);
        if self.cursor.skip_from(start).is_err() {
            fault.fatal = true;
            return Err(fault);
        }
        self.leave_out(fault).expect("bad objects may be left out, as checked above");
        Ok(())
    }

    /// Goes down `steps` to the place where the objects are, and passes over everything else.
    fn items_at(&mut self, steps: &[PathStep]) -> Fallible<()> {
        let Some((step, rest)) = steps.split_first() else { return self.collection() };
        let start_byte = self.cursor.peek();
        let start = self.cursor.pos();
        let name = step.name().unwrap_or_default();
        let n_found = match start_byte {
            Some(b'{') => self.items_at_member(name, rest)?,
            Some(b'[') => self.items_at_element(step, rest)?,
            _ => return Err(self.cursor.expected(&format!("an object with {}", quoted(name)))),
        };
        if n_found == 0 {
            let step = quoted(name);
            return Err(Fault::data(
                start,
                format!("expected {step} on the way to the objects, found a value without it"),
            ));
        }
        Ok(())
    }

    fn items_at_member(&mut self, name: &str, rest: &[PathStep]) -> Fallible<usize> {
        let mut n_found = 0;
        let mut members = self.cursor.open(b'{')?;
        while let Some(key) = self.cursor.next_key(&mut members)? {
            // Objects are handed on as they are read, so that what is overridden must be known
            // before it is read.
            if key != name || self.comes_again(name) {
                self.cursor.skip()?;
                continue;
            }
            n_found += 1;
            self.items_at(rest)?;
        }
        Ok(n_found)
    }

    /// Whether a member behind the one at the cursor has this key too, and so overrides it. What is no JSON overrides
    /// nothing: it is met when it is read.
    fn comes_again(&self, key: &str) -> bool {
        let mut cursor = self.cursor.clone();
        let mut members = Commas::in_the_middle();
        while cursor.skip().is_ok() {
            match cursor.next_key(&mut members) {
                // The next one of the same key decides, so that many take no quadratic time.
                Ok(Some(next)) if next != key => {}
                next => return matches!(next, Ok(Some(_))),
            }
        }
        false
    }

    fn items_at_element(&mut self, step: &PathStep, rest: &[PathStep]) -> Fallible<usize> {
        let (mut nth, mut n_found) = (0, 0);
        let mut members = self.cursor.open(b'[')?;
        while self.cursor.next_element(&mut members)? {
            if step.takes_element(nth) {
                n_found += 1;
                self.items_at(rest)?;
            } else {
                self.cursor.skip()?;
            }
            nth += 1;
        }
        Ok(n_found)
    }

    /// An array of objects, or a map from name to object.
    fn collection(&mut self) -> Fallible<()> {
        match self.cursor.peek() {
            Some(b'[') => self.elements(0, &mut Vec::new()),
            Some(b'{') => self.map(),
            Some(b'n') => self.cursor.skip(),
            _ => Err(self.cursor.expected("an array of objects or a map from name to object")),
        }
    }

    /// The objects of a map from name to object. The last of equal names wins.
    fn map(&mut self) -> Fallible<()> {
        // All at once, as one look ahead for each name would take quadratic time.
        let overridden = self.overridden();
        let mut members = self.cursor.open(b'{')?;
        while let Some(name) = self.cursor.next_key(&mut members)? {
            if overridden.contains(&self.cursor.pos()) {
                self.cursor.skip()?;
            } else {
                self.element(&name, 0)?;
            }
        }
        Ok(())
    }

    /// Where the values stand of those members of the object at the cursor whose key comes again.
    fn overridden(&self) -> HashSet<usize> {
        let mut cursor = self.cursor.clone();
        let (mut last, mut overridden) = (HashMap::new(), HashSet::new());
        let Ok(mut members) = cursor.open(b'{') else { return overridden };
        while let Ok(Some(name)) = cursor.next_key(&mut members) {
            overridden.extend(last.insert(name, cursor.pos()));
            if cursor.skip().is_err() {
                break;
            }
        }
        overridden
    }

    /// The elements of an array. Those without a kind go to `without_kind`.
    fn elements(&mut self, depth: usize, without_kind: &mut Vec<ObjectId>) -> Fallible<()> {
        // Empty at first: reading ahead goes by what stands between two objects.
        let mut previous = 0..0;
        let mut members = self.cursor.open(b'[')?;
        while self.cursor.next_element(&mut members)? {
            self.cursor.peek();
            without_kind.extend(parts::read_ahead(self, Ahead::Elements { depth }, previous));
            let start = self.cursor.pos();
            without_kind.extend(self.element("", depth)?);
            previous = start..self.cursor.pos();
        }
        Ok(())
    }

    /// A value where an object belongs. Gives its id if it is a plain object without a kind. `name` is for one
    /// without a name.
    pub(in crate::load) fn element(&mut self, name: &str, depth: usize) -> Fallible<Option<ObjectId>> {
        self.cursor.peek();
        let start = self.cursor.pos();
        // Asked at each object: until a few megabytes are read it is one comparison.
        if !self.report.at(start, self.sink.n_objects() as u64) {
            return Err(Fault::stopped(start));
        }
        self.object(name, depth).or_else(|fault| self.pass_over(start, fault).map(|()| None))
    }

    /// A plain object, a list, a table or a watch event. Where a pointer says that the objects are, each is a plain one.
    fn object(&mut self, name: &str, depth: usize) -> Fallible<Option<ObjectId>> {
        let start = self.cursor.pos();
        let first = self.sink.n_ids();
        let mut head = self.heads.pop().unwrap_or_default();
        let mut envelope = Envelope { is_outermost: self.cursor.is_outermost(start), ..Envelope::default() };
        head.clear();
        let fields = self.fields(&mut head, &mut envelope, depth);
        if self.is_bundled {
            let holds_objects = envelope.items.is_some() || envelope.is_event();
            let is_status = head.is_status() && !holds_objects;
            let sort = if is_status { FileSort::Other } else { FileSort::of_object(&head, holds_objects) };
            self.sort = self.sort.max(sort);
        }
        if let Some(items) = &envelope.items {
            // Also after a fault: what was read before it is kept.
            let gives_kind = self.infer_kind(&head, items);
            if envelope.items_kind.is_some() && envelope.items_kind != ItemsKind::of(head.identity()) {
                self.sink.lose();
            }
            self.sink.end_list(first, &head, gives_kind);
        }
        let result = fields.and_then(|()| self.content(&mut head, envelope, name, start, depth));
        self.heads.push(head);
        result
    }

    /// What an object stands for whose fields were all read.
    fn content(
        &mut self,
        head: &mut Head<'a>,
        envelope: Envelope,
        name: &str,
        start: usize,
        depth: usize,
    ) -> Fallible<Option<ObjectId>> {
        match envelope {
            // Items decide before all else, since they have been handed on already.
            Envelope { items: Some(_), .. } => self.page(head).map(|()| None),
            Envelope { event_type: Some(event_type), object: Some(span), .. } => {
                self.event(event_type, span, depth).map(|()| None)
            }
            _ if self.loader.items_at.is_none() && head.is_table() => {
                let read = |walk: &mut Self, depth| walk.element("", depth).map(|_| ());
                self.table(envelope.rows, depth, read).map(|()| None)
            }
            _ if depth == 0 && self.is_no_object(head, envelope.is_outermost) => Ok(None),
            // Inside a list a `Status` is an object like any other: the server gives it alone.
            Envelope { is_outermost: true, .. } if head.is_status() => {
                self.status(start..self.cursor.pos()).map(|()| None)
            }
            _ => {
                self.sort = FileSort::Dump;
                if envelope.is_outermost {
                    self.remark_map(head, start);
                }
                self.check_kind(head, start, depth)?;
                let id = self.plain_object(head, name, start..self.cursor.pos())?;
                // Only for an object without a kind its list may have one.
                Ok(id.filter(|_| head.identity().kind.is_empty()))
            }
        }
    }

    /// Of YAML, which many other things are written in, not every object is one of a cluster.
    fn check_kind(&self, head: &Head<'a>, start: usize, depth: usize) -> Fallible<()> {
        let is_top = depth == 0 && self.loader.items_at.is_none();
        if !is_top || !self.is_yaml || !head.identity().kind.is_empty() {
            return Ok(());
        }
        let message =
            "expected an object with `kind` or `items`, found one without, as in other files of YAML";
        Err(Fault::data(start, message).with_help("if these are the objects, say so: --items-at ''"))
    }

    fn fields(&mut self, head: &mut Head<'a>, envelope: &mut Envelope, depth: usize) -> Fallible<()> {
        let object = self.loader.reads.as_ref().map(Reads::root);
        let at = self.cursor.pos();
        let part = object.map(|_| head.tree.begin(Cow::Borrowed("")));
        let mut members = self.cursor.open(b'{')?;
        while let Some(key) = self.cursor.next_key(&mut members)? {
            match object.and_then(|object| object.member(&key)) {
                None => self.field(head, envelope, depth, &key)?,
                Some(wanted) => self.wanted_field(head, envelope, depth, key, wanted)?,
            }
        }
        self.cursor.check_utf8()?;
        if let Some((part, object)) = part.zip(object) {
            head.tree.end(part, beginning(object, &mut self.cursor, at)?);
        }
        Ok(())
    }

    #[inline]
    fn field(
        &mut self,
        head: &mut Head<'a>,
        envelope: &mut Envelope,
        depth: usize,
        key: &str,
    ) -> Fallible<()> {
        match key {
            _ if self.loader.items_at.is_some() => head.field(key, &mut self.cursor)?,
            "items" => self.items(head, envelope, depth)?,
            "type" => envelope.event_type = EventType::from_name(&text_or_absent(&mut self.cursor)?),
            "object" => envelope.object = Some(self.later()?),
            "rows" => envelope.rows = Some(self.later()?.start),
            _ => head.field(key, &mut self.cursor)?,
        }
        Ok(())
    }

    /// The same of a field that something else is wanted of too.
    fn wanted_field(
        &mut self,
        head: &mut Head<'a>,
        envelope: &mut Envelope,
        depth: usize,
        key: Cow<'a, str>,
        wanted: &WantedValue,
    ) -> Fallible<()> {
        match key.as_ref() {
            _ if self.loader.items_at.is_some() => head.wanted_field(key, wanted, &mut self.cursor),
            "items" => self.items(head, envelope, depth),
            "type" | "object" | "rows" => {
                self.cursor.peek();
                let start = self.cursor.pos();
                self.field(head, envelope, depth, &key)?;
                head.take(key, wanted, start, &mut self.cursor)
            }
            _ => head.wanted_field(key, wanted, &mut self.cursor),
        }
    }

    /// The `items` of a list.
    fn items(&mut self, head: &Head<'a>, envelope: &mut Envelope, depth: usize) -> Fallible<()> {
        // The items of the first have been handed on, so that they cannot be overridden any more.
        if envelope.items.is_some() {
            return Err(Fault::data(self.cursor.pos(), "expected one `items` in a list, found a second"));
        }
        match self.cursor.peek() {
            Some(b'[') if depth == MAX_LIST_DEPTH => {
                let message = format!("expected lists nested at most {MAX_LIST_DEPTH} deep, found one more");
                Err(Fault::data(self.cursor.pos(), message))
            }
            Some(b'[') => {
                envelope.items_kind = ItemsKind::of(head.identity());
                let around = std::mem::replace(&mut self.items_kind, envelope.items_kind.clone());
                let read = self.elements(depth + 1, envelope.items.insert(Vec::new()));
                self.items_kind = around;
                read
            }
            Some(b'n') => {
                envelope.items = Some(Vec::new());
                self.cursor.skip()
            }
            found => {
                let is_map = found == Some(b'{') && envelope.is_outermost;
                let fault = self.cursor.expected("an array or null as the `items` of a list");
                Err(fault.with_help(if is_map { ITEMS_OF_MAP } else { ITEMS_OF_OBJECTS }))
            }
        }
    }

    /// Items without a kind have that of their list: `Pod` in a `PodList`. The kind may come after the items. Tells
    /// whether there were any.
    fn infer_kind(&mut self, list: &Head<'a>, items: &[ObjectId]) -> bool {
        let kind = kind_of_items(list.identity().kind);
        if let Some(kind) = kind {
            items.iter().for_each(|&id| self.sink.infer_kind(id, list, kind));
        }
        kind.is_some() && !items.is_empty()
    }

    /// Passes over a field that may be a watch event's or a table's: what it is is known when all fields are read.
    fn later(&mut self) -> Fallible<Range<usize>> {
        self.cursor.peek();
        let start = self.cursor.pos();
        self.cursor.skip()?;
        Ok(start..self.cursor.pos())
    }

    fn plain_object(
        &mut self,
        head: &mut Head<'a>,
        name: &str,
        span: Range<usize>,
    ) -> Fallible<Option<ObjectId>> {
        self.read_labels_at(head, span.clone())?;
        head.labels.check()?;
        head.name_if_absent(name);
        self.push(head, span)
    }

    /// Reads the labels of the object at `span` if they are at another place than usual.
    fn read_labels_at(&mut self, head: &mut Head<'a>, span: Range<usize>) -> Fallible<()> {
        match &self.loader.labels_at {
            Some(pointer) => {
                let object = self.cursor.text(span)?;
                let is_there = head.labels.read_at(&self.cursor, object, pointer)?;
                self.report.has_labels_at |= is_there;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn push(&mut self, head: &mut Head<'a>, span: Range<usize>) -> Fallible<Option<ObjectId>> {
        if self.sink.n_ids() == MAX_OBJECTS {
            return Err(Fault::data(span.start, "expected at most 4294967295 objects, found one more"));
        }
        head.json = self.cursor.raw(span.clone());
        if head.identity().kind.is_empty() {
            head.items_kind.clone_from(&self.items_kind);
        }
        let id = self.sink.push(head, self.index, span);
        self.index += 1;
        Ok(id)
    }

    /// A watch event whose object stands at `span`.
    fn event(&mut self, event_type: EventType, span: Range<usize>, depth: usize) -> Fallible<()> {
        // The fault ends a part or a scan, which both leave events to whoever knows the objects.
        if !self.sink.begin_event() {
            return Err(Fault::data(span.start, "expected objects, found a watch event"));
        }
        match event_type {
            EventType::Put | EventType::Deleted => {
                let mut head = self.heads.pop().unwrap_or_default();
                let result = self.event_about(event_type, &mut head, span, depth);
                self.heads.push(head);
                result
            }
            EventType::Bookmark => {
                self.sink.bookmark();
                self.index += 1;
                Ok(())
            }
            EventType::Error => self.watch_error(span),
        }
    }

    /// An event about an object, or about those of a table.
    fn event_about(
        &mut self,
        event_type: EventType,
        head: &mut Head<'a>,
        span: Range<usize>,
        depth: usize,
    ) -> Fallible<()> {
        let mut object = self.cursor.at(span.start);
        if object.peek() != Some(b'{') {
            return Err(object.expected("an object as the `object` of a watch event"));
        }
        head.read(&mut object)?;
        // A `Status` is never an object of the dump, whatever type its event has.
        if head.is_status() {
            return self.status(span);
        }
        if head.is_table() {
            let rows = member(self.cursor.text(span)?, "rows");
            let at = rows.map(|rows| self.cursor.at_text(rows).pos());
            return self.table(at, depth, |walk, depth| {
                let span = walk.later()?;
                walk.event(event_type, span, depth)
            });
        }
        match event_type {
            EventType::Deleted => self.delete(head, span),
            _ => self.put(head, span),
        }
    }

    fn put(&mut self, head: &mut Head<'a>, span: Range<usize>) -> Fallible<()> {
        self.read_labels_at(head, span.clone())?;
        head.labels.check()?;
        // The object keeps its index, and the event counts as one that was read.
        if self.sink.replace(head, span.clone()) {
            self.index += 1;
            return Ok(());
        }
        self.push(head, span).map(|_| ())
    }

    fn delete(&mut self, head: &mut Head<'a>, span: Range<usize>) -> Fallible<()> {
        // Its labels decide nothing any more, and so are not checked.
        self.read_labels_at(head, span)?;
        self.sink.remove(head, self.index);
        self.index += 1;
        Ok(())
    }
}
