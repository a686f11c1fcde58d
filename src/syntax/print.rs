//! A syntax tree back to text: what was typed, without the white space that means nothing.

use std::fmt;

use super::ast::{Ast, AstRequirement, Condition};

impl fmt::Display for Ast<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, requirement) in self.requirements().iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for AstRequirement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.subject;
        match &self.condition {
            Condition::Exists => f.write_str(key),
            Condition::DoesNotExist { .. } => write!(f, "!{key}"),
            Condition::Comparison { operator, value, .. } => write!(f, "{key}{}{value}", operator.as_str()),
            Condition::Membership { operator, values, .. } => {
                // Without the blank before it the keyword would be read as a part of the key.
                write!(f, "{key} {} (", operator.as_str())?;
                for (i, value) in values.iter().enumerate() {
                    f.write_str(if i > 0 { "," } else { "" })?;
                    f.write_str(value)?;
                }
                f.write_str(")")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::parse;

    #[track_caller]
    fn printed(text: &str) -> String {
        parse(text).unwrap().to_string()
    }

    #[test]
    fn white_space_goes_and_everything_else_stays() {
        assert_eq!(printed(" b = 1 ,\ta == 2,! c , d "), "b=1,a==2,!c,d");
        assert_eq!(printed("x  notin\n( b , a,a )"), "x notin (b,a,a)");
        assert_eq!(printed("n>007,m<1,k!="), "n>007,m<1,k!=");
        assert_eq!(printed(" \r\n"), "");
    }

    #[test]
    fn empty_values_keep_their_places() {
        for text in ["x in ()", "x in (,)", "x in (,,a)", "x in (a,,b)", "x in (a,)", "x in (,,,)"] {
            assert_eq!(printed(text), text);
        }
    }
}
