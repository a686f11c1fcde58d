//! A tree of requirements as text.

use std::fmt;

use super::Expr;

impl<R: fmt::Display> fmt::Display for Expr<R> {
    /// As a query is written: `a,b`, `a || b && c`, `!(a,b)`. Nothing for every object; `<nothing>`, which does not parse, for
    /// none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut to_come = vec![Task::Part(self, ",")];
        while let Some(piece) = to_come.pop() {
            match piece {
                Task::Text(text) => f.write_str(text)?,
                Task::Part(Expr::All, _) => {}
                Task::Part(Expr::None, _) => f.write_str("<nothing>")?,
                Task::Part(Expr::Requirement(requirement), _) => requirement.fmt(f)?,
                Task::Part(Expr::And(operands), and) => push_joined(&mut to_come, operands, and),
                Task::Part(Expr::Or(operands), _) => push_joined(&mut to_come, operands, " || "),
                Task::Part(Expr::Not(operand), _) => {
                    // What goes on the stack last is printed first.
                    to_come.extend([Task::Text(")"), Task::Part(operand, ","), Task::Text("!(")]);
                }
            }
        }
        Ok(())
    }
}

/// What is still to be printed.
enum Task<'e, R> {
    /// A part, and what joins its operands if all of them have to hold.
    Part(&'e Expr<R>, &'static str),
    Text(&'static str),
}

/// Puts operands with a separator between them on the stack. "or" binds less than "and", so it needs parentheses inside;
/// and beside it a "," would be read both ways, so "and" is `&&` there.
fn push_joined<'e, R>(to_come: &mut Vec<Task<'e, R>>, operands: &'e [Expr<R>], separator: &'static str) {
    for (nth, operand) in operands.iter().enumerate().rev() {
        match operand {
            Expr::Or(_) => to_come.extend([Task::Text(")"), Task::Part(operand, ""), Task::Text("(")]),
            _ => to_come.push(Task::Part(operand, " && ")),
        }
        if nth > 0 {
            to_come.push(Task::Text(separator));
        }
    }
}
