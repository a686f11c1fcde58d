//! Queries as trees, and their text.

use fastrand::Rng;
use regex::Regex;

/// A query.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Test(Subject, Asked),
}

/// What is asked about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Label(String),
    Field(Vec<Step>),
    /// A function's name, and its parameter.
    Function(&'static str, Parameter),
}

#[derive(Debug, Clone)]
pub(super) enum Parameter {
    None,
    Word(String),
    Path(Vec<Step>),
}

/// A step of a field; without any it is the element itself.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Anywhere(String),
    Name(String),
    Index(usize),
    Each,
    Where(Tree),
}

/// What is asked of a subject's values.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Exists,
    Absent,
    Equal(&'static str, Typed),
    Listed {
        is_in: bool,
        values: Vec<Typed>,
    },
    /// `f(a,b)`, `!f(a,b)`
    Called {
        holds: bool,
        values: Vec<Typed>,
    },
    Ordered(&'static str, String),
    /// `=~`, `!~`: the text of the expression, and the expression for a whole value.
    Expression {
        holds: bool,
        text: String,
        whole: Regex,
    },
}

/// A value as it is typed: quoted, or bare and so a glob.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) text: String,
    pub(super) is_bare: bool,
}

impl Typed {
    /// Bare or quoted as it comes, if it may be bare.
    pub(super) fn new(text: String, is_label: bool, rng: &mut Rng) -> Typed {
        let is_bare = may_be_bare(&text, is_label) && (text.contains(['*', '?']) || rng.bool());
        Typed { text, is_bare }
    }
}

fn may_be_bare(text: &str, is_label: bool) -> bool {
    let is_word = |c: char| !c.is_whitespace() && !",()=!<>&|'\"]".contains(c);
    let is_of_label = |c: char| c.is_ascii_alphanumeric() || "-_.*?".contains(c);
    let has_ends = text.contains(['*', '?'])
        || [text.chars().next(), text.chars().last()].iter().flatten().all(char::is_ascii_alphanumeric);
    !text.is_empty()
        && !text.starts_with(['.', '~'])
        && !text.chars().all(|c| c == '*')
        && if is_label { text.chars().all(is_of_label) && has_ends } else { text.chars().all(is_word) }
}

/// Writes trees as texts, with the freedom that a writer has.
pub(super) struct Printer<'r> {
    pub(super) rng: &'r mut Rng,
}

impl Printer<'_> {
    fn ws(&mut self) -> &'static str {
        if self.rng.u8(..8) == 0 { [" ", "  ", "\t", "\n"][self.rng.usize(..4)] } else { "" }
    }

    pub(super) fn query(&mut self, tree: &Tree) -> String {
        format!("{}{}{}", self.ws(), self.tree(tree), self.ws())
    }

    fn tree(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::Or(trees) => {
                let parts: Vec<String> = trees.iter().map(|tree| self.beside_or(tree)).collect();
                parts.join(&format!("{}||{}", self.ws(), self.ws()))
            }
            Tree::And(trees) => {
                let signs: Vec<&str> =
                    trees.iter().map(|_| if self.rng.bool() { "," } else { "&&" }).collect();
                self.and(trees, &signs)
            }
            tree => self.factor(tree),
        }
    }

    /// People read "," beside "||" both ways, so that it is "&&" there.
    fn beside_or(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::And(trees) => self.and(trees, &vec!["&&"; trees.len()]),
            tree => self.factor(tree),
        }
    }

    fn and(&mut self, trees: &[Tree], signs: &[&str]) -> String {
        let mut out = self.factor(&trees[0]);
        for (tree, sign) in trees[1..].iter().zip(signs) {
            out += &format!("{}{sign}{}{}", self.ws(), self.ws(), self.factor(tree));
        }
        out
    }

    fn factor(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::And(_) | Tree::Or(_) => format!("({}{}{})", self.ws(), self.tree(tree), self.ws()),
            Tree::Not(tree) => format!("!{}({}{})", self.ws(), self.tree(tree), self.ws()),
            Tree::Test(..) if self.rng.u8(..20) == 0 => format!("({})", self.test(tree)),
            Tree::Test(..) => self.test(tree),
        }
    }

    fn test(&mut self, tree: &Tree) -> String {
        let Tree::Test(subject, asked) = tree else { panic!("a test") };
        let is_label = matches!(subject, Subject::Label(_));
        let name = self.subject(subject);
        match asked {
            Asked::Exists => name,
            Asked::Absent => format!("!{}{name}", self.ws()),
            Asked::Equal(sign, value) => {
                let value = if is_label && value.text.is_empty() && self.rng.bool() {
                    String::new()
                } else {
                    self.value(value)
                };
                format!("{name}{}{sign}{}{value}", self.ws(), self.ws())
            }
            Asked::Listed { is_in, values } => {
                let word = if *is_in { "in" } else { "notin" };
                format!("{name} {word}{}({})", self.ws(), self.values(values))
            }
            Asked::Called { holds, values } => {
                let not = if *holds { "" } else { "!" };
                format!("{not}{}({})", name.trim_end_matches("()"), self.values(values))
            }
            Asked::Ordered(sign, bound) => {
                let bound = if self.rng.u8(..4) == 0 { format!("'{bound}'") } else { bound.clone() };
                format!("{name}{}{sign}{}{bound}", self.ws(), self.ws())
            }
            Asked::Expression { holds, text, .. } => {
                let sign = if *holds { "=~" } else { "!~" };
                format!("{name}{}{sign}{}{}", self.ws(), self.ws(), self.quoted(text))
            }
        }
    }

    fn values(&mut self, values: &[Typed]) -> String {
        let values: Vec<String> = values.iter().map(|value| self.value(value)).collect();
        values.join(&format!("{},{}", self.ws(), self.ws()))
    }

    fn value(&mut self, value: &Typed) -> String {
        if value.is_bare { value.text.clone() } else { self.quoted(&value.text) }
    }

    fn quoted(&mut self, text: &str) -> String {
        let quote = if self.rng.bool() { '\'' } else { '"' };
        let mut out = String::from(quote);
        let characters: Vec<char> = text.chars().collect();
        for (at, &character) in characters.iter().enumerate() {
            let next = characters.get(at + 1).copied().unwrap_or(quote);
            let is_plain = character != '\\' || (![quote, '\\'].contains(&next) && self.rng.bool());
            if character == quote || !is_plain {
                out.push('\\');
            }
            out.push(character);
        }
        out.push(quote);
        out
    }

    fn subject(&mut self, subject: &Subject) -> String {
        match subject {
            Subject::Label(key) => key.clone(),
            Subject::Field(steps) => self.field(steps),
            Subject::Function(name, parameter) => {
                let parameter = match parameter {
                    Parameter::None => return format!("{name}()"),
                    Parameter::Word(word) => {
                        let typed = Typed::new(word.clone(), false, self.rng);
                        self.value(&typed)
                    }
                    Parameter::Path(steps) => self.field(steps),
                };
                format!("{name}({}{parameter}{})", self.ws(), self.ws())
            }
        }
    }

    fn field(&mut self, steps: &[Step]) -> String {
        let mut out = String::new();
        for step in steps {
            let bracketed = match step {
                Step::Anywhere(name) => {
                    out += &format!("..{name}");
                    continue;
                }
                Step::Name(name) if is_bare_name(name) && self.rng.u8(..8) > 0 => {
                    out += &format!(".{name}");
                    continue;
                }
                Step::Name(name) => self.quoted(name),
                Step::Index(index) => index.to_string(),
                Step::Each => "*".to_owned(),
                Step::Where(tree) => self.tree(tree),
            };
            let point = if out.is_empty() { "." } else { "" };
            out += &format!("{point}[{}{bracketed}{}]", self.ws(), self.ws());
        }
        if out.is_empty() { ".".to_owned() } else { out }
    }
}

fn is_bare_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}
