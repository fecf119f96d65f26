//! Which names a piece of Go code may lose: the compiler refuses variables and imports that nothing uses.

use std::{collections::HashMap, ops::Range};

use tree_sitter::Node;

use crate::{
    role::Role,
    site::{Site, text},
};

/// What a function does with its names.
#[derive(Debug)]
pub(crate) struct Uses {
    /// Where the function begins: which one it is.
    function: usize,
    names: HashMap<String, Name>,
}

/// What a function does with one name.
#[derive(Debug, Default)]
struct Name {
    /// Blocks in which the name is declared; parameters are told apart, because they may be unused.
    declared: Vec<(Range<usize>, bool)>,
    /// Where it is read.
    reads: Vec<usize>,
}

/// Whether everything that a span uses is also used elsewhere.
pub(super) fn survive_without(site: &Site<'_, '_>, span: (usize, usize), replacement: &str) -> bool {
    let Some(top) = site
        .stack
        .iter()
        .find(|frame| frame.role == Role::Function)
        .map(|frame| frame.node)
        .or_else(|| (site.role == Role::Function).then_some(site.node))
    else {
        return false;
    };
    let mut memo = site.memo.go.borrow_mut();
    let uses = match &mut *memo {
        Some(uses) if uses.function == top.start_byte() => uses,
        other => other.insert(Uses::of(site.bytes, top)),
    };
    let mut lost = Vec::new();
    let Some(node) = top.descendant_for_byte_range(span.0, span.1) else { return false };
    each_node(node, &mut |node, _| {
        let inside = node.start_byte() >= span.0 && node.end_byte() <= span.1;
        if inside && node.kind() == "identifier" {
            let name = text(site.bytes, node);
            let kept = replacement.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
            if !kept && !lost.contains(&name) {
                lost.push(name);
            }
        }
    });
    lost.into_iter().all(|name| match uses.is_used_elsewhere(name, span) {
        Some(read) => read,
        None => is_package_used_elsewhere(site, name, span),
    })
}

impl Uses {
    fn of(bytes: &[u8], function: Node<'_>) -> Self {
        let mut names: HashMap<String, Name> = HashMap::new();
        let identifier = function.language().id_for_node_kind("identifier", true);
        each_node(function, &mut |node, above| {
            if node.kind_id() != identifier {
                return;
            }
            let word = text(bytes, node);
            if !names.contains_key(word) {
                names.insert(word.to_owned(), Name::default());
            }
            let Some(name) = names.get_mut(word) else { return };
            match use_of(node, above) {
                Use::Declared => name.declared.push((block_around(above, false), false)),
                Use::Parameter => name.declared.push((block_around(above, true), true)),
                Use::Assigned => {}
                Use::Read => name.reads.push(node.start_byte()),
            }
        });
        Self { function: function.start_byte(), names }
    }

    /// Whether a name is read outside a span, in the scope that the span sees; `None` when the function does not
    /// declare it.
    fn is_used_elsewhere(&self, name: &str, span: (usize, usize)) -> Option<bool> {
        let name = self.names.get(name)?;
        let holds = |block: &Range<usize>| block.start <= span.0 && span.1 <= block.end;
        let (scope, parameter) =
            name.declared.iter().filter(|(block, _)| holds(block)).min_by_key(|(block, _)| block.len())?;
        if *parameter {
            return Some(true);
        }
        // Blocks inside that declare the name anew use their own.
        let anew = |at: usize| {
            name.declared.iter().any(|(other, _)| {
                other != scope && scope.start <= other.start && other.end <= scope.end && other.contains(&at)
            })
        };
        Some(name.reads.iter().any(|at| {
            let outside = *at < span.0 || *at >= span.1;
            outside && scope.contains(at) && !anew(*at)
        }))
    }
}

enum Use {
    Declared,
    Parameter,
    Assigned,
    Read,
}

/// How an identifier is used, by the nodes above it, the nearest last.
fn use_of(node: Node<'_>, above: &[Node<'_>]) -> Use {
    let mut up = above.iter().rev();
    let (Some(parent), grandparent) = (up.next(), up.next()) else { return Use::Read };
    let is_field = |holder: &Node<'_>, field: &str, child: Node<'_>| {
        let mut cursor = holder.walk();
        holder.children_by_field_name(field, &mut cursor).any(|found| found == child)
    };
    match (parent.kind(), grandparent.map(Node::kind)) {
        ("parameter_declaration" | "variadic_parameter_declaration", _) if is_field(parent, "name", node) => {
            Use::Parameter
        }
        ("var_spec" | "const_spec", _) if is_field(parent, "name", node) => Use::Declared,
        ("expression_list", Some("short_var_declaration")) if is_left(grandparent, *parent) => Use::Declared,
        ("expression_list", Some("range_clause" | "receive_statement")) if is_left(grandparent, *parent) => {
            if grandparent.is_some_and(has_define) {
                Use::Declared
            } else {
                Use::Assigned
            }
        }
        ("expression_list", Some("type_switch_statement")) => Use::Declared,
        ("expression_list", Some("assignment_statement")) if is_left(grandparent, *parent) => {
            let plain = grandparent
                .and_then(|statement| statement.child_by_field_name("operator"))
                .is_none_or(|operator| operator.kind() == "=");
            if plain { Use::Assigned } else { Use::Read }
        }
        _ => Use::Read,
    }
}

fn is_left(statement: Option<&Node<'_>>, list: Node<'_>) -> bool {
    statement.and_then(|statement| statement.child_by_field_name("left")) == Some(list)
}

fn has_define(node: &Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == ":=")
}

/// The bytes in which a declaration holds: the statement with its header, or the block around.
fn block_around(above: &[Node<'_>], parameter: bool) -> Range<usize> {
    let functions = ["func_literal", "function_declaration", "method_declaration"];
    let blocks = [
        "block",
        "if_statement",
        "for_statement",
        "expression_switch_statement",
        "type_switch_statement",
        "expression_case",
        "default_case",
        "type_case",
        "communication_case",
    ];
    above
        .iter()
        .rev()
        .find(|node| functions.contains(&node.kind()) || !parameter && blocks.contains(&node.kind()))
        .or(above.first())
        .map_or(0..usize::MAX, Node::byte_range)
}

/// Visits a node and all below it, each with the nodes above it inside the first.
fn each_node<'t>(root: Node<'t>, visit: &mut impl FnMut(Node<'t>, &[Node<'t>])) {
    let mut cursor = root.walk();
    let mut above = Vec::new();
    loop {
        let node = cursor.node();
        if node.is_named() {
            visit(node, &above);
        }
        if cursor.goto_first_child() {
            above.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            above.pop();
        }
    }
}

/// A name that the function does not declare: a global may be unused, a package must be used elsewhere in the file.
fn is_package_used_elsewhere(site: &Site<'_, '_>, name: &str, span: (usize, usize)) -> bool {
    let Some(root) = site.stack.first().map(|frame| frame.node) else { return true };
    let mut cursor = root.walk();
    let imported = root
        .named_children(&mut cursor)
        .filter(|child| child.kind() == "import_declaration")
        .any(|import| text(site.bytes, import).contains(name));
    if !imported {
        return true;
    }
    let file = std::str::from_utf8(site.bytes).unwrap_or_default();
    file.match_indices(name).any(|(at, _)| {
        let after = at + name.len();
        let stands_alone = !site.bytes[..at].last().is_some_and(|byte| is_word(*byte))
            && site.bytes.get(after) == Some(&b'.')
            && (at < span.0 || at >= span.1);
        stands_alone
            && root
                .descendant_for_byte_range(at, after)
                .is_some_and(|node| matches!(node.kind(), "identifier" | "package_identifier"))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80
}
