//! Values of JSON that are gone through, whatever holds them: a text, a [tree](super::JsonTree) of one, or a parsed value.

use std::cmp::Ordering;

use serde_json::Value;

/// A value of JSON whose inside can be gone through.
///
/// Whoever is given a child may go through it at once, and then says where it ended; the others are passed over. So the
/// bytes of a text are read once, however deep what is looked for.
pub(crate) trait JsonPlace: Copy {
    /// Where a value ends, if that takes finding out.
    type End;

    /// What sort of value it is, told by where it begins.
    fn kind(self) -> ValueKind;

    /// Goes through the members of an object: their names and values.
    fn members(self, each: impl FnMut(&str, Self) -> Option<Self::End>) -> Self::End;

    /// Goes through the elements of an array, which are numbered from 0.
    fn elements(self, each: impl FnMut(usize, Self) -> Option<Self::End>) -> Self::End;

    /// Goes through the elements of an array, and instead of those that are arrays through theirs, however deep.
    fn leaves(self, each: impl FnMut(Self) -> Option<Self::End>) -> Self::End;

    /// The value, unless it is an object, an array or null.
    fn scalar(self) -> Option<Scalar>;

    /// Tells values of the same JSON apart.
    fn address(self) -> usize;

    /// The elements of an array; none of anything else.
    fn all_elements(self) -> Vec<Self> {
        let mut all = Vec::new();
        if self.kind() == ValueKind::Array {
            self.elements(|_, element| {
                all.push(element);
                None
            });
        }
        all
    }
}

/// A value whose text is at hand.
pub(crate) trait WrittenPlace<'j>: JsonPlace {
    /// The value as it is written.
    fn text(self) -> &'j str;
}

/// The sorts of values that differ in what can be done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Object,
    Array,
    Null,
    /// A text, a number, `true` or `false`.
    Scalar,
}

impl ValueKind {
    /// The sort of the value whose text begins so.
    pub(super) fn beginning_with(byte: Option<&u8>) -> ValueKind {
        match byte {
            Some(b'{') => ValueKind::Object,
            Some(b'[') => ValueKind::Array,
            // In valid JSON nothing but `null` begins so.
            Some(b'n') => ValueKind::Null,
            _ => ValueKind::Scalar,
        }
    }
}

/// A value that can be compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// Values of different kinds have no order, not even that they differ.
impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Scalar) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Text(one), Scalar::Text(other)) => Some(one.cmp(other)),
            (Scalar::Number(one), Scalar::Number(other)) => one.partial_cmp(other),
            (Scalar::Boolean(one), Scalar::Boolean(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl JsonPlace for &Value {
    type End = ();

    fn kind(self) -> ValueKind {
        match self {
            Value::Object(_) => ValueKind::Object,
            Value::Array(_) => ValueKind::Array,
            Value::Null => ValueKind::Null,
            _ => ValueKind::Scalar,
        }
    }

    fn members(self, mut each: impl FnMut(&str, Self) -> Option<()>) {
        for (name, value) in self.as_object().into_iter().flatten() {
            each(name, value);
        }
    }

    fn elements(self, mut each: impl FnMut(usize, Self) -> Option<()>) {
        for (nth, value) in self.as_array().into_iter().flatten().enumerate() {
            each(nth, value);
        }
    }

    fn leaves(self, each: impl FnMut(Self) -> Option<()>) {
        leaves(self, each);
    }

    fn scalar(self) -> Option<Scalar> {
        match self {
            Value::String(text) => Some(Scalar::Text(text.clone())),
            Value::Number(number) => number.as_f64().map(Scalar::Number),
            Value::Bool(boolean) => Some(Scalar::Boolean(*boolean)),
            _ => None,
        }
    }

    fn address(self) -> usize {
        // The whole value is borrowed meanwhile, so that nothing in it moves.
        std::ptr::from_ref(self).addr()
    }
}

/// What is no array among the elements of arrays in arrays. Nesting costs no stack.
pub(super) fn leaves<P: JsonPlace>(array: P, mut each: impl FnMut(P) -> Option<P::End>) {
    let mut waiting = array.all_elements();
    // What is taken from the end comes in the order of the text then.
    waiting.reverse();
    while let Some(place) = waiting.pop() {
        match place.kind() {
            ValueKind::Array => waiting.extend(place.all_elements().into_iter().rev()),
            _ => {
                each(place);
            }
        }
    }
}
