//! Terms: what a requirement may ask an object to have, by number.

use super::standing::LabelLeaf;
use crate::Label;
use crate::selector::Expr;
use crate::store::Dict;

/// A key, or a key with one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Term(u32);

impl Term {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The scope in the dictionary of the keys themselves. Values stand in the scope of their key's term, plus one.
const KEYS: u32 = 0;

/// The terms that the selectors of a set name.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    dict: Dict,
}

/// The keys of an object that occur in the set, each once and with its value, in the order of their terms.
#[derive(PartialEq)]
pub(super) struct Present<'l>(Vec<(Term, &'l str)>);

impl Terms {
    /// How many terms there are.
    pub(super) fn len(&self) -> usize {
        self.dict.len()
    }

    /// The term of a key, if some selector named it.
    pub(super) fn key(&self, key: &str) -> Option<Term> {
        self.dict.get(KEYS, key).map(Term)
    }

    /// The term of a key with a value, if some selector named it.
    pub(super) fn label(&self, key: Term, value: &str) -> Option<Term> {
        self.dict.get(key.0 + 1, value).map(Term)
    }

    /// Whether this is a key, whatever its value.
    pub(super) fn is_key(&self, term: Term) -> bool {
        self.dict.scope(term.0) == KEYS
    }

    /// The term of a key, new if no selector named it yet.
    pub(super) fn intern_key(&mut self, key: &str) -> Term {
        Term(self.dict.intern(KEYS, key))
    }

    /// Makes every key of a selector known: [`present`](Terms::present) passes over those that are not, and a selector
    /// that is tried must see them all.
    pub(super) fn intern_keys<R: LabelLeaf>(&mut self, expr: &Expr<R>) {
        for leaf in expr.requirements() {
            self.intern_key(leaf.key());
        }
    }

    /// What decides a requirement: the key with each of the values, or the key alone where no value is named, or bounds and
    /// patterns. An object with none of these terms satisfies the requirement if and only if one without the key does.
    pub(super) fn of(&mut self, leaf: &impl LabelLeaf) -> Vec<Term> {
        let key = self.intern_key(leaf.key());
        let values = leaf.deciding_values().map(|value| Term(self.dict.intern(key.0 + 1, value)));
        let values: Vec<Term> = values.collect();
        // With values the key alone is not among them: with any other the requirement is decided as
        // without the key.
        if values.is_empty() { vec![key] } else { values }
    }

    /// The keys of an object that some selector names. The last of two labels with the same key counts.
    pub(super) fn present<'l, L: Label>(&self, labels: &'l [L]) -> Present<'l> {
        let known = labels.iter().filter_map(|label| Some((self.key(label.key())?, label.value())));
        let mut known: Vec<(Term, &str)> = known.collect();
        // Stable, so that the last of equal keys stays the last and can overwrite those before it.
        known.sort_by_key(|&(key, _)| key);
        known.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                kept.1 = later.1;
            }
            is_same
        });
        Present(known)
    }
}

impl<'l> Present<'l> {
    /// The value of a key.
    pub(super) fn value(&self, key: Term) -> Option<&'l str> {
        self.0.binary_search_by_key(&key, |&(key, _)| key).ok().map(|at| self.0[at].1)
    }

    /// Keys and values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Term, &'l str)> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    #[test]
    fn terms_are_what_decides() {
        let mut terms = Terms::default();
        let mut of = |text: &str| {
            let selector: Selector = text.parse().unwrap();
            terms.of(selector.requirements().unwrap()[0])
        };
        let key = of("a");
        assert_eq!((of("!a"), of("a>1"), of("a<1")), (key.clone(), key.clone(), key.clone()));
        let values = of("a in (x,y)");
        assert_eq!((values.len(), of("a!=x"), of("a==y")), (2, values[..1].to_vec(), values[1..].to_vec()));
        assert_ne!(of("b=x"), of("a=x"));
        assert!(terms.is_key(key[0]) && !terms.is_key(values[0]));
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let mut terms = Terms::default();
        let [a, b] = ["a", "b"].map(|key| terms.intern_key(key));
        let present = terms.present(&[("b", "1"), ("a", "1"), ("c", "1"), ("a", "2"), ("a", "3")]);
        assert_eq!((present.value(a), present.value(b)), (Some("3"), Some("1")));
        assert_eq!(present.iter().count(), 2);
    }
}
