//! Which names a piece of Go code may lose: the compiler refuses variables and imports that nothing uses.

use tree_sitter::Node;

use crate::{
    grammar::Field,
    role::Role,
    site::{Site, text},
};

/// Whether everything that a span uses is also used elsewhere.
pub(super) fn survive_without(site: &Site<'_, '_>, span: (usize, usize), replacement: &str) -> bool {
    let Some(top) = site.stack.iter().find(|frame| frame.role == Role::Function) else { return false };
    let mut lost = Vec::new();
    for node in names(top.node, span) {
        let name = text(site.bytes, node);
        let kept = replacement.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
        if !kept && !lost.contains(&name) {
            lost.push(name);
        }
    }
    lost.into_iter().all(|name| is_used_elsewhere(site, top.node, name, span))
}

/// The plain identifiers inside a span.
fn names(root: Node<'_>, span: (usize, usize)) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let Some(node) = root.descendant_for_byte_range(span.0, span.1) else { return found };
    each_identifier(node, &mut |identifier| {
        if identifier.start_byte() >= span.0 && identifier.end_byte() <= span.1 {
            found.push(identifier);
        }
    });
    found
}

fn each_identifier<'t>(root: Node<'t>, visit: &mut impl FnMut(Node<'t>)) {
    let mut cursor = root.walk();
    'nodes: loop {
        let node = cursor.node();
        if node.child_count() == 0 && node.kind() == "identifier" {
            visit(node);
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'nodes;
            }
        }
    }
}

/// Whether a name is read outside a span, wherever it is declared: in the same block as the span or in one around it,
/// not counting blocks that declare the name anew.
fn is_used_elsewhere(site: &Site<'_, '_>, function: Node<'_>, name: &str, span: (usize, usize)) -> bool {
    let bytes = site.bytes;
    let mut scope = Scope { declared: None, reads: Vec::new(), declarations: Vec::new() };
    each_identifier(function, &mut |identifier| {
        if text(bytes, identifier) == name {
            if declares(identifier) {
                scope.declarations.push(block_around(identifier, function));
            } else if !is_target(identifier) {
                scope.reads.push(identifier);
            }
        }
    });
    // The innermost declaration whose block holds the span.
    scope.declared = scope
        .declarations
        .iter()
        .filter(|block| block.start_byte() <= span.0 && span.1 <= block.end_byte())
        .min_by_key(|block| block.end_byte() - block.start_byte())
        .copied();
    let Some(block) = scope.declared else {
        return is_parameter_or_global(site, function, name, span);
    };
    if is_parameter(site, function, name, block) {
        return true;
    }
    let anew = |node: Node<'_>| {
        scope.declarations.iter().any(|other| {
            other.id() != block.id()
                && other.start_byte() >= block.start_byte()
                && other.end_byte() <= block.end_byte()
                && other.start_byte() <= node.start_byte()
                && node.end_byte() <= other.end_byte()
        })
    };
    scope.reads.iter().any(|read| {
        let outside = read.end_byte() <= span.0 || read.start_byte() >= span.1;
        let inside_block = block.start_byte() <= read.start_byte() && read.end_byte() <= block.end_byte();
        outside && inside_block && !anew(*read)
    })
}

struct Scope<'t> {
    declared: Option<Node<'t>>,
    reads: Vec<Node<'t>>,
    declarations: Vec<Node<'t>>,
}

/// Whether an identifier is declared where it stands.
fn declares(identifier: Node<'_>) -> bool {
    let Some(parent) = identifier.parent() else { return false };
    match parent.kind() {
        "var_spec" | "const_spec" | "parameter_declaration" | "variadic_parameter_declaration" => {
            parent.child_by_field_name("name").is_some_and(|first| {
                let _ = first;
                let mut cursor = parent.walk();
                parent.children_by_field_name("name", &mut cursor).any(|name| name == identifier)
            })
        }
        "type_switch_statement" => true,
        "expression_list" => parent.parent().is_some_and(|above| match above.kind() {
            "short_var_declaration" | "range_clause" | "receive_statement" => {
                above.child_by_field_name("left") == Some(parent)
                    && (above.kind() == "short_var_declaration" || has_define(above))
            }
            "type_switch_statement" => above.child_by_field_name("alias") == Some(parent),
            _ => false,
        }),
        _ => false,
    }
}

fn has_define(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == ":=")
}

/// Whether an identifier is only assigned to.
fn is_target(identifier: Node<'_>) -> bool {
    identifier.parent().is_some_and(|parent| {
        parent.kind() == "expression_list"
            && parent.parent().is_some_and(|above| {
                above.kind() == "assignment_statement"
                    && above.child_by_field_name("left") == Some(parent)
                    && above.child_by_field_name("operator").is_none_or(|operator| operator.kind() == "=")
            })
    })
}

/// The node in which a declaration holds: the statement with its header, or the block around.
fn block_around<'t>(identifier: Node<'t>, function: Node<'t>) -> Node<'t> {
    let mut node = identifier;
    while let Some(parent) = node.parent() {
        if matches!(
            parent.kind(),
            "block"
                | "if_statement"
                | "for_statement"
                | "expression_switch_statement"
                | "type_switch_statement"
                | "expression_case"
                | "default_case"
                | "type_case"
                | "communication_case"
                | "func_literal"
        ) || parent == function
        {
            return parent;
        }
        node = parent;
    }
    function
}

/// Parameters may be unused.
fn is_parameter(site: &Site<'_, '_>, function: Node<'_>, name: &str, block: Node<'_>) -> bool {
    let holder = if block.kind() == "func_literal" || block == function { Some(block) } else { None };
    holder.is_some_and(|holder| {
        let lists =
            ["parameters", "result", "receiver"].into_iter().filter_map(|field| holder.child_by_field_name(field));
        lists.into_iter().any(|list| mentions(site, list, name))
    })
}

/// A name that no block declares: a global is fine, a package must be used elsewhere in the file.
fn is_parameter_or_global(site: &Site<'_, '_>, function: Node<'_>, name: &str, span: (usize, usize)) -> bool {
    if is_parameter(site, function, name, function) {
        return true;
    }
    let root = site.stack.first().map_or(function, |frame| frame.node);
    if !is_import(site, root, name) {
        return true;
    }
    let needle = format!("{name}.");
    let whole = |at: usize| at == 0 || !is_word(site.bytes[at - 1]);
    let mut from = 0;
    while let Some(at) = find(&site.bytes[from..], needle.as_bytes()).map(|at| at + from) {
        if whole(at) && (at < span.0 || at >= span.1) && !in_comment(root, at) {
            return true;
        }
        from = at + 1;
    }
    false
}

fn in_comment(root: Node<'_>, at: usize) -> bool {
    root.descendant_for_byte_range(at, at + 1)
        .is_none_or(|node| !matches!(node.kind(), "identifier" | "package_identifier" | "."))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// Whether a file imports a package by that name, or by a path that ends so.
fn is_import(site: &Site<'_, '_>, root: Node<'_>, name: &str) -> bool {
    let mut cursor = root.walk();
    root.named_children(&mut cursor)
        .filter(|child| child.kind() == "import_declaration")
        .any(|import| text(site.bytes, import).contains(name))
}

fn mentions(site: &Site<'_, '_>, list: Node<'_>, name: &str) -> bool {
    let mut found = false;
    each_identifier(list, &mut |identifier| found |= text(site.bytes, identifier) == name);
    let _ = Field::Name;
    found
}
