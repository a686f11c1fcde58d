//! What subjects give that ask other objects, for columns of a table, orders and groups: the values at an object's node, how
//! many objects stand to it, the workload that it belongs to.

use std::collections::HashMap;

use super::columns::Columns;
use super::related::{Related, RelatedTo};
use super::subject::Subject;
use super::{Context, Query};
use crate::plan::{Plan, Scope};
use crate::store::PairEnd;
use crate::syntax::Function;
use crate::{Dump, ObjectId};

/// The values of objects, by their numbers. Those without any are left out.
pub(super) type TextsOf = HashMap<u32, Vec<String>>;

/// What a subject gives of all objects of a dump.
pub(super) fn texts_of(dump: &Dump, subject: &Subject, context: &Context) -> TextsOf {
    let mut columns = Columns::new();
    let mut needed = Vec::new();
    subject.needed(&mut needed);
    columns.read(dump, needed, context);
    match Related::of(subject) {
        None => own_texts(dump, subject, &columns),
        Some(related) => match related.of {
            RelatedTo::Objects(query) => counts(dump, &related, query, &columns, context),
            RelatedTo::Values(inner) => there(&related, &texts_of(dump, inner, context), &columns),
        },
    }
}

/// What a subject gives of each object itself.
fn own_texts(dump: &Dump, subject: &Subject, columns: &Columns) -> TextsOf {
    let mut texts = TextsOf::new();
    if let Some((_, column)) = columns.about(subject) {
        for number in 0..column.len() {
            let text = column.value(number);
            column
                .having(number)
                .to_vec()
                .into_iter()
                .for_each(|id| texts.entry(id).or_default().push(text.to_owned()));
        }
        return texts;
    }
    // What needs no column is in the store.
    for object in dump.store().objects() {
        let text = match subject {
            Subject::Label(key) => object.label(key.as_str()).map(str::to_owned),
            Subject::Function(call) if call.function() == Function::Kind => {
                object.identity().qualified_kind()
            }
            _ => Some(object.namespace().to_owned()).filter(|it| !it.is_empty()),
        };
        texts.extend(text.map(|text| (object.id().0, vec![text])));
    }
    texts
}

/// How many objects of a query each object stands to: 0 of those that stand to none.
fn counts(
    dump: &Dump,
    related: &Related<'_>,
    query: &Query,
    columns: &Columns,
    context: &Context,
) -> TextsOf {
    let (store, everywhere) = (dump.store(), Scope::all());
    // All that the query asks for was read just before.
    let Ok(plan) = Plan::query(store, columns, query, &everywhere, context) else { return TextsOf::new() };
    let mut texts: TextsOf = store.objects().map(|object| (object.id().0, vec!["0".to_owned()])).collect();
    let Some(pairs) = columns.pairs(related.pairs) else { return texts };
    for (n, objects) in pairs.counts(related.end, &plan.run().to_bitmap()) {
        texts.extend(objects.into_iter().map(|id| (id, vec![n.to_string()])));
    }
    texts
}

/// What is given at the objects that each one stands to.
fn there(related: &Related<'_>, texts: &TextsOf, columns: &Columns) -> TextsOf {
    let mut found = TextsOf::new();
    for block in columns.pairs(related.pairs).into_iter().flat_map(|pairs| pairs.blocks()) {
        let (these, others) = match related.end {
            PairEnd::From => (&block.from, &block.to),
            PairEnd::To => (&block.to, &block.from),
        };
        let there: Vec<&String> = others.iter().filter_map(|id| texts.get(&id)).flatten().collect();
        if !there.is_empty() {
            these.iter().for_each(|id| found.entry(id).or_default().extend(there.iter().copied().cloned()));
        }
    }
    // An object that was read twice has the same values twice.
    found.values_mut().for_each(|values| {
        values.sort_unstable();
        values.dedup();
    });
    found
}

/// What subjects give that ask other objects, of some of those that are wanted.
pub(super) struct OtherTexts(Vec<(usize, TextsOf)>);

impl OtherTexts {
    /// Takes no time where none of the subjects asks others.
    pub(super) fn new(dump: &Dump, subjects: &[Subject], context: &Context) -> OtherTexts {
        let asking = subjects.iter().enumerate().filter(|(_, subject)| subject.asks_others());
        OtherTexts(asking.map(|(nth, subject)| (nth, texts_of(dump, subject, context))).collect())
    }

    /// The values of an object, each with the number of its subject.
    pub(super) fn of(&self, id: ObjectId) -> impl Iterator<Item = (usize, &[String])> {
        self.0.iter().map(move |(nth, texts)| (*nth, texts.get(&id.0).map_or(&[][..], Vec::as_slice)))
    }
}
