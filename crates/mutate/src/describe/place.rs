//! The place of a mutant in its file's tree: what stands around it, in words.

use tinybug_model::{Language, Mutant};
use tree_sitter::{Node, Tree};

use super::words::{bare, code};
use crate::{
    grammar::{Field, Grammar},
    role::Role,
    site::{named_children, text},
};

/// A mutant, and the nodes around it.
pub(super) struct Place<'a, 't> {
    /// The mutant.
    pub mutant: &'a Mutant,
    /// The grammar.
    pub grammar: &'static Grammar,
    bytes: &'a [u8],
    /// From the root to the innermost node that holds the change.
    chain: Vec<Node<'t>>,
    /// The outermost node that the change replaces as a whole, or the innermost one that holds it.
    pub at: usize,
}

/// Mutants inside more nodes than this are described without looking at them.
const DEEPEST: usize = 400;

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It decides whether a branch is taken.
    Branch,
    /// It decides that a branch is not taken: `unless`.
    Unless,
    /// It decides whether a loop goes on.
    Loop,
    /// It chooses between two values.
    Choice,
    /// It is what a function returns.
    Returned,
    /// It guards an alternative, or the items of a collection.
    Guard,
    /// Anything else.
    Other,
}

impl<'a, 't> Place<'a, 't> {
    /// Finds the mutant's place; `None` when the file is another one than it was made from.
    pub(super) fn find(grammar: &'static Grammar, tree: &'t Tree, bytes: &'a [u8], mutant: &'a Mutant) -> Option<Self> {
        let start = usize::try_from(mutant.start_byte).ok()?;
        let end = usize::try_from(mutant.end_byte).ok()?;
        if bytes.get(start..end)? != mutant.original.as_bytes() {
            return None;
        }
        let mut chain = vec![tree.root_node()];
        let mut cursor = tree.walk();
        while cursor.goto_first_child_for_byte(start).is_some() {
            let child = cursor.node();
            if child.start_byte() > start || child.end_byte() < end {
                break;
            }
            chain.push(child);
            // Nobody reads such code, and to look through it for each of its mutants would take its square.
            if chain.len() > DEEPEST {
                return None;
            }
        }
        Some(Self::new(mutant, grammar, bytes, chain, (start, end)))
    }

    fn new(
        mutant: &'a Mutant,
        grammar: &'static Grammar,
        bytes: &'a [u8],
        chain: Vec<Node<'t>>,
        (start, end): (usize, usize),
    ) -> Self {
        let exact = chain.iter().position(|node| {
            node.start_byte() == start && node.end_byte() == end && grammar.role(*node) != Role::Block
        });
        // A statement that is all of a block, or a name that is all of an expression, is meant as what it is.
        let at = exact.unwrap_or(chain.len() - 1);
        Self { mutant, grammar, bytes, chain, at }
    }

    /// The node that changes, or that holds the change.
    pub(super) fn node(&self) -> Node<'t> {
        self.chain[self.at]
    }

    /// A node on the way from the root.
    pub(super) fn above(&self, at: usize) -> Option<Node<'t>> {
        self.chain.get(at).copied()
    }

    /// The innermost node that the change is in.
    pub(super) fn innermost(&self) -> usize {
        self.chain.len() - 1
    }

    /// What a node is.
    pub(super) fn role(&self, node: Node<'t>) -> Role {
        self.grammar.role(node)
    }

    /// A node's text.
    pub(super) fn text(&self, node: Node<'t>) -> &'a str {
        text(self.bytes, node)
    }

    /// A child of a node.
    pub(super) fn child(&self, node: Node<'t>, field: Field) -> Option<Node<'t>> {
        self.grammar.child(node, field)
    }

    /// Whether the language is this one.
    pub(super) fn is(&self, language: Language) -> bool {
        self.mutant.language == language
    }

    /// The nearest node around, itself included, with one of these roles: its number in the chain.
    pub(super) fn nearest(&self, roles: &[Role]) -> Option<usize> {
        (0..=self.at).rev().find(|at| roles.contains(&self.role(self.chain[*at])))
    }

    /// Who does it: the function, the class, or the file.
    pub(super) fn subject(&self) -> String {
        let name = &self.mutant.function;
        let nameless = self.nearest(&[Role::Function, Role::Lambda]).is_some_and(|at| {
            self.role(self.chain[at]) == Role::Lambda && !at.checked_sub(1).is_some_and(|above| self.names(above, at))
        });
        match (name.is_empty(), nameless) {
            (true, true) => "A function at the top of the file".to_owned(),
            (true, false) => "The top of the file".to_owned(),
            (false, true) => format!("A function inside {}", code(name)),
            (false, false) => code(name),
        }
    }

    /// Whether a function without a name of its own is known by the name that it is given to.
    fn names(&self, holder: usize, function: usize) -> bool {
        let holder = self.chain[holder];
        let value = self.child(holder, Field::Value).or_else(|| self.child(holder, Field::Right));
        value == Some(self.chain[function])
    }

    /// Whether any function is around.
    pub(super) fn in_function(&self) -> bool {
        self.nearest(&[Role::Function, Role::Lambda]).is_some()
    }

    /// What the expression at a number of the chain is for.
    pub(super) fn use_of(&self, at: usize) -> Use {
        let mut at = at;
        while let Some(above) = at.checked_sub(1) {
            let (node, parent) = (self.chain[at], self.chain[above]);
            let is = |field| self.child(parent, field) == Some(node);
            match self.role(parent) {
                Role::Paren => {}
                Role::If if is(Field::Condition) => {
                    return if parent.kind().starts_with("unless") { Use::Unless } else { Use::Branch };
                }
                Role::While | Role::DoWhile if is(Field::Condition) && !parent.kind().starts_with("until") => {
                    return Use::Loop;
                }
                Role::For if is(Field::Condition) || self.is(Language::Go) && node.kind() != "block" => {
                    return Use::Loop;
                }
                Role::Ternary if !is(Field::Consequence) && !is(Field::Alternative) => {
                    // Python's has no fields: the condition is the second of three.
                    let plain = self.child(parent, Field::Condition).is_none();
                    return if !plain || parent.named_child(1) == Some(node) { Use::Choice } else { Use::Other };
                }
                Role::Return => return Use::Returned,
                Role::Function | Role::Lambda if is(Field::Body) => return Use::Returned,
                Role::Block if self.is_tail(above, node) => return Use::Returned,
                Role::Guard => return Use::Guard,
                Role::Pattern if is(Field::Condition) => return Use::Guard,
                _ if parent.kind() == "for_clause" && is(Field::Condition) => return Use::Loop,
                _ if matches!(
                    parent.kind(),
                    "condition_clause" | "arrow_expression_clause" | "for_clause" | "as_expression"
                ) => {}
                Role::Arguments if above.checked_sub(1).is_some_and(|up| self.role(self.chain[up]) == Role::Return) => {
                }
                // Go returns several values.
                _ if parent.kind() == "expression_list" => {
                    let returned = above.checked_sub(1).is_some_and(|up| self.role(self.chain[up]) == Role::Return);
                    if parent.named_child_count() != 1 && !returned {
                        return Use::Other;
                    }
                }
                _ => return Use::Other,
            }
            at = above;
        }
        Use::Other
    }

    /// Whether a node is the last of a function's block, in languages where that is the function's value.
    fn is_tail(&self, block: usize, node: Node<'t>) -> bool {
        (self.is(Language::Rust) || self.is(Language::Ruby))
            && named_children(self.chain[block]).last() == Some(&node)
            && block.checked_sub(1).is_some_and(|above| self.role(self.chain[above]) == Role::Function)
            && self.role(node) != Role::ExprStmt
    }

    /// Under which condition the code is reached inside its function, with a space in front; empty when under none.
    pub(super) fn when(&self) -> String {
        for at in (0..self.at).rev() {
            let (node, child) = (self.chain[at], self.chain[at + 1]);
            match self.role(node) {
                Role::Function | Role::Lambda | Role::Class => return String::new(),
                Role::If | Role::Ternary => {
                    if let Some(clause) = self.branch_clause(node, child) {
                        return clause;
                    }
                }
                Role::Case | Role::Arm => {
                    if let Some(label) = self.label(node) {
                        return format!(" in the case {}", code(label));
                    }
                }
                _ => {}
            }
        }
        String::new()
    }

    fn branch_clause(&self, node: Node<'t>, child: Node<'t>) -> Option<String> {
        let ternary = self.role(node) == Role::Ternary && self.child(node, Field::Condition).is_none();
        let condition = if ternary { node.named_child(1)? } else { self.child(node, Field::Condition)? };
        if child == condition {
            return None;
        }
        let other = if ternary { node.named_child(2)? == child } else { self.is_else(node, child) };
        let holds = other == node.kind().starts_with("unless");
        let condition = bare(self.text(condition));
        if condition.contains("let ") {
            return Some(let_clause(condition, holds));
        }
        Some(if holds {
            format!(" when {}", code(condition))
        } else {
            format!(" when {} does not hold", code(condition))
        })
    }

    fn is_else(&self, node: Node<'t>, child: Node<'t>) -> bool {
        self.child(node, Field::Consequence) != Some(child)
            && self.child(node, Field::Body) != Some(child)
            && (self.child(node, Field::Alternative) == Some(child) || child.kind().starts_with("el"))
    }

    /// What an alternative waits for; `None` for the one that takes all else.
    pub(super) fn label(&self, node: Node<'t>) -> Option<&'a str> {
        let pattern = self.child(node, Field::Value).filter(|_| self.role(node) == Role::Case);
        if let Some(pattern) = pattern.or_else(|| self.child(node, Field::Pattern)) {
            return Some(self.text(pattern)).filter(|text| *text != "_" && text.len() < 200);
        }
        let all = self.text(node);
        let head = ["=>", " ->", ":", " then"].into_iter().find_map(|mark| before(all, mark)).unwrap_or(all);
        let head = head.lines().next()?.trim();
        let head = head.strip_prefix("case ").or_else(|| head.strip_prefix("when ")).unwrap_or(head);
        (!head.is_empty() && !head.starts_with("default") && head != "_").then_some(head)
    }

    /// The operands beside the operator that changes.
    pub(super) fn operands(&self) -> Option<(&'a str, &'a str)> {
        let token = self.node();
        let (left, right) = (token.prev_named_sibling()?, token.next_named_sibling()?);
        Some((bare(self.text(left)), bare(self.text(right))))
    }
}

/// Rust binds names in conditions.
fn let_clause(condition: &str, holds: bool) -> String {
    let parts = condition.strip_prefix("let ").and_then(|rest| rest.split_once(" = "));
    match parts.filter(|(_, value)| !value.contains("&&")) {
        Some((pattern, value)) => {
            let verb = if holds { "matches" } else { "does not match" };
            format!(" when {} {verb} {}", code(value), code(pattern))
        }
        None => String::new(),
    }
}

/// What stands before a mark that is not in brackets, as the colon of a map is.
fn before<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let is_open = |head: &str| {
        let count = |brackets: &[char]| head.matches(brackets).count();
        count(&['(', '[', '{']) > count(&[')', ']', '}'])
    };
    text.match_indices(mark).map(|(at, _)| &text[..at]).find(|head| !is_open(head))
}
