//! A place in a syntax tree, with what stands above it: all that an operator sees.

use std::{borrow::Cow, cell::OnceCell};

use tinybug_model::Tier;
use tree_sitter::Node;

use crate::{
    grammar::{Field, Grammar},
    languages::LanguageSpec,
    operators::Op,
    role::{Place, Role},
};

/// A node on the way from the root to the current one.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'t> {
    /// The node.
    pub node: Node<'t>,
    /// What it is.
    pub role: Role,
    /// What holds for the nodes below it.
    pub place: Place,
    /// Index in the stack of the nearest function, itself included.
    pub function: Option<usize>,
    /// Index in the stack of the nearest loop, itself included.
    pub nearest_loop: Option<usize>,
    /// Number of the symbol that encloses what is below.
    pub symbol: u32,
}

/// A change that an operator proposes. A large file has hundreds of thousands: they are kept small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    start: u32,
    end: u32,
    /// Number of the symbol that encloses it.
    pub symbol: u32,
    /// One more than the index of the operands whose types decide; 0 for none.
    operands: u32,
    /// One more than the index of a plainer change that does the same; 0 for none.
    twin: u32,
    /// By which operator.
    pub op: Op,
    /// In which tier at this place.
    pub tier: Tier,
    /// Text put there.
    pub replacement: Cow<'static, str>,
}

impl Draft {
    /// First byte replaced.
    pub(crate) fn start(&self) -> usize {
        self.start as usize
    }

    /// Byte after the last one replaced.
    pub(crate) fn end(&self) -> usize {
        self.end as usize
    }

    /// Whether a plainer change may do the same.
    pub(crate) fn has_twin(&self) -> bool {
        self.twin != 0
    }

    /// Forgets the plainer change, which does something else.
    pub(crate) fn forget_twin(&mut self) {
        self.twin = 0;
    }
}

/// Changes that operators propose for a file, in the order of the walk.
#[derive(Debug, Default)]
pub(crate) struct Proposed<'t> {
    /// The changes.
    pub drafts: Vec<Draft>,
    operands: Vec<[Node<'t>; 2]>,
    twins: Vec<Twin<'t>>,
}

impl<'t> Proposed<'t> {
    /// Adds a change of a span, with operands whose types decide once all declarations of the file are known, and a
    /// plainer change that does the same.
    pub(crate) fn add(
        &mut self,
        (op, tier): (Op, Tier),
        (start, end): (usize, usize),
        replacement: Cow<'static, str>,
        symbol: u32,
        operands: Option<[Node<'t>; 2]>,
        twin: Option<Twin<'t>>,
    ) {
        let number = |at: usize| u32::try_from(at).expect("files are smaller than 4 GiB");
        self.operands.extend(operands);
        let operands = operands.map_or(0, |_| number(self.operands.len()));
        let doubled = twin.is_some();
        self.twins.extend(twin);
        let twin = if doubled { number(self.twins.len()) } else { 0 };
        let (start, end) = (number(start), number(end));
        self.drafts.push(Draft { start, end, symbol, operands, twin, op, tier, replacement });
    }

    /// The operands whose types decide about a change.
    pub(crate) fn operands(&self, draft: &Draft) -> Option<[Node<'t>; 2]> {
        (draft.operands as usize).checked_sub(1).and_then(|at| self.operands.get(at)).copied()
    }

    /// A change that may do the same, as far as is known before all declarations of the file are.
    pub(crate) fn twin(&self, draft: &Draft) -> Option<&Twin<'t>> {
        (draft.twin as usize).checked_sub(1).and_then(|at| self.twins.get(at))
    }
}

/// A change that does the same as another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Twin<'t> {
    /// First byte replaced.
    pub start: usize,
    /// Byte after the last one replaced.
    pub end: usize,
    /// Text put there.
    pub replacement: Cow<'static, str>,
    /// What must be known of a value for that.
    pub given: Given<'t>,
}

impl Twin<'_> {
    /// Whether it stands elsewhere.
    pub(crate) fn is_beyond(&self, line: std::ops::Range<usize>) -> bool {
        self.start < line.start || self.end > line.end
    }
}

/// What must be known of a value, once all declarations of the file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given<'t> {
    /// Nothing.
    Always,
    /// Nothing says that it has a fraction.
    NoFraction(Node<'t>),
    /// It surely is never below zero.
    NeverNegative(Node<'t>),
}

/// A node, and what stands above it.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a, 't> {
    /// The file's text.
    pub bytes: &'a [u8],
    /// The same as characters.
    pub source: &'a str,
    /// The grammar.
    pub grammar: &'static Grammar,
    /// The nodes above, the root first.
    pub stack: &'a [Frame<'t>],
    /// The node.
    pub node: Node<'t>,
    /// What it is.
    pub role: Role,
    /// What holds here.
    pub place: Place,
    /// Siblings directly before the node that are left alone, such as comments and attributes, the nearest last.
    pub before: &'a [Node<'t>],
    /// What was found out about the file so far.
    pub memo: &'a Memo,
}

/// What rules of languages find out about a file, so that they need not find it out again at every place.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// Whether `bool` is a word of the file, in C.
    pub knows_bool: OnceCell<bool>,
    /// Operators that a file of Rust gives to types of its own, by the names of their traits.
    pub implemented: OnceCell<Vec<&'static str>>,
}

impl<'a, 't> Site<'a, 't> {
    /// The language.
    pub(crate) fn spec(&self) -> &'static LanguageSpec {
        self.grammar.spec
    }

    /// The text of a node. Files are UTF-8 and nodes end between characters, so nothing is lost.
    pub(crate) fn text(&self, node: Node<'t>) -> &'a str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    /// The node's own text.
    pub(crate) fn own_text(&self) -> &'a str {
        self.text(self.node)
    }

    /// The node above.
    pub(crate) fn parent(&self) -> Option<Frame<'t>> {
        self.stack.last().copied()
    }

    /// What the node above is.
    pub(crate) fn parent_role(&self) -> Role {
        self.parent().map_or(Role::Other, |frame| frame.role)
    }

    /// The node some levels above; 1 is the parent.
    pub(crate) fn above(&self, levels: usize) -> Option<Frame<'t>> {
        self.stack.len().checked_sub(levels).and_then(|at| self.stack.get(at)).copied()
    }

    /// What holds here.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The nearest function above.
    pub(crate) fn function(&self) -> Option<Frame<'t>> {
        self.parent()?.function.map(|at| self.stack[at])
    }

    /// The nearest loop above, inside the nearest function.
    pub(crate) fn enclosing_loop(&self) -> Option<Frame<'t>> {
        let parent = self.parent()?;
        let at = parent.nearest_loop?;
        (parent.function.is_none_or(|function| function < at)).then(|| self.stack[at])
    }

    /// Whether a variable is what a loop waits for that advances only in its body: changed otherwise, it may never end.
    pub(crate) fn steers_loop(&self, variable: Node<'t>) -> bool {
        let name = self.text(variable);
        self.place.open_loop
            && self.enclosing_loop().and_then(|frame| self.child_of(frame.node, Field::Condition)).is_some_and(
                |condition| {
                    let condition = self.text(condition);
                    condition.len() < 400
                        && condition
                            .split(|c: char| !(c.is_alphanumeric() || "_.$@>-".contains(c)))
                            .any(|word| word == name)
                },
            )
    }

    /// The role of another node.
    pub(crate) fn role_of(&self, node: Node<'t>) -> Role {
        self.grammar.role(node)
    }

    /// A child of the node.
    pub(crate) fn child(&self, field: Field) -> Option<Node<'t>> {
        self.grammar.child(self.node, field)
    }

    /// A child of another node.
    pub(crate) fn child_of(&self, node: Node<'t>, field: Field) -> Option<Node<'t>> {
        self.grammar.child(node, field)
    }

    /// The node inside all parentheses.
    pub(crate) fn inside_parentheses(&self, mut node: Node<'t>) -> Node<'t> {
        while matches!(self.role_of(node), Role::Paren) {
            let Some(inner) = only_named_child(node) else { break };
            node = inner;
        }
        node
    }

    /// Whether the node is the child of its parent in that field.
    pub(crate) fn is_field(&self, field: Field) -> bool {
        self.parent().and_then(|parent| self.grammar.child(parent.node, field)) == Some(self.node)
    }
}

/// The text of a node.
pub(crate) fn text<'a>(bytes: &'a [u8], node: Node<'_>) -> &'a str {
    bytes.get(node.byte_range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
}

/// The single named child that is no comment, if there is exactly one.
pub(crate) fn only_named_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = first_named(node).filter(|child| !child.is_extra());
    let only = children.next()?;
    (children.next().is_none() && node.named_child_count() <= FEW).then_some(only)
}

/// So many children are looked at one by one: to find one by its number takes the longer, the larger that is.
pub(crate) const FEW: usize = 32;

/// The first few named children, comments among them.
pub(crate) fn first_named(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let count = node.named_child_count().min(FEW);
    (0..count).filter_map(move |at| node.named_child(u32::try_from(at).ok()?))
}

/// The named children that are no comments, the first hundred of them: no rule asks for more.
pub(crate) fn named_children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_stays_small_because_large_files_have_hundreds_of_thousands() {
        assert!(size_of::<Draft>() <= 48, "{} bytes", size_of::<Draft>());
    }
}
