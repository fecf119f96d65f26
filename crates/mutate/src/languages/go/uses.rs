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
    /// Where all its identifiers are, in their order.
    places: Vec<Range<usize>>,
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
    let kept = |name: &str| replacement.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let mut lost: Vec<&str> = Vec::new();
    for place in uses.inside(span) {
        let name = site.source.get(place.clone()).unwrap_or_default();
        if !lost.contains(&name) && !kept(name) {
            lost.push(name);
        }
    }
    lost.into_iter().all(|name| match uses.is_used_elsewhere(name, span) {
        Some(read) => read,
        None => is_package_used_elsewhere(site, name, span),
    })
}

impl Uses {
    fn of(bytes: &[u8], function: Node<'_>) -> Self {
        let mut names: HashMap<String, Name> = HashMap::new();
        let mut places = Vec::new();
        let identifier = function.language().id_for_node_kind("identifier", true);
        each_node(function, &mut |node, above| {
            if node.kind_id() != identifier {
                return;
            }
            places.push(node.byte_range());
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
        Self { function: function.start_byte(), names, places }
    }

    /// The identifiers in a span.
    fn inside(&self, span: (usize, usize)) -> impl Iterator<Item = &Range<usize>> {
        let first = self.places.partition_point(|place| place.start < span.0);
        self.places[first..].iter().take_while(move |place| place.end <= span.1)
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
    // As in the walk over the file: to ask the cursor for one child more than there are takes it as long as a step.
    let mut left: Vec<u32> = Vec::new();
    loop {
        let node = cursor.node();
        if node.is_named() {
            visit(node, &above);
        }
        let children = node.child_count();
        if children > 0 && cursor.goto_first_child() {
            above.push(node);
            left.push(children - 1);
            continue;
        }
        loop {
            match left.last_mut() {
                None => return,
                Some(more) if *more > 0 => {
                    *more -= 1;
                    if cursor.goto_next_sibling() {
                        break;
                    }
                }
                Some(_) => {
                    cursor.goto_parent();
                    left.pop();
                    above.pop();
                }
            }
        }
    }
}

/// What a file does with names of packages.
#[derive(Debug)]
pub(crate) struct Packages {
    imports: Vec<Range<usize>>,
    /// The first and the last use of each name that was asked about; nothing when it is not imported.
    uses: HashMap<String, Option<(usize, usize)>>,
}

/// Stands for a package that is imported and not used.
const NOWHERE: (usize, usize) = (usize::MAX, 0);

impl Packages {
    fn of(root: Node<'_>) -> Self {
        let mut cursor = root.walk();
        let imports = root
            .named_children(&mut cursor)
            .filter(|child| child.kind() == "import_declaration")
            .map(|import| import.byte_range())
            .collect();
        Self { imports, uses: HashMap::new() }
    }

    /// The first and the last place where a name is used, if it is imported.
    fn uses(&mut self, source: &str, root: Node<'_>, name: &str) -> Option<(usize, usize)> {
        if let Some(known) = self.uses.get(name) {
            return *known;
        }
        let imported = self.imports.iter().any(|import| source[import.clone()].contains(name));
        let found = imported.then(|| {
            let is_use = |at: &usize| is_package_use(source, root, *at, name);
            let first = source.match_indices(name).map(|(at, _)| at).find(is_use);
            let last = source.rmatch_indices(name).map(|(at, _)| at).find(is_use);
            first.zip(last).unwrap_or(NOWHERE)
        });
        self.uses.insert(name.to_owned(), found);
        found
    }
}

/// A name that the function does not declare: a global may be unused, a package must be used elsewhere in the file.
fn is_package_used_elsewhere(site: &Site<'_, '_>, name: &str, span: (usize, usize)) -> bool {
    let Some(root) = site.stack.first().map(|frame| frame.node) else { return true };
    let mut memo = site.memo.packages.borrow_mut();
    let packages = memo.get_or_insert_with(|| Packages::of(root));
    packages.uses(site.source, root, name).is_none_or(|(first, last)| first < span.0 || last >= span.1)
}

/// Whether a package is used at a place where its name stands.
fn is_package_use(source: &str, root: Node<'_>, at: usize, name: &str) -> bool {
    let bytes = source.as_bytes();
    let after = at + name.len();
    let stands_alone = !bytes[..at].last().is_some_and(|byte| is_word(*byte)) && bytes.get(after) == Some(&b'.');
    stands_alone
        && root
            .descendant_for_byte_range(at, after)
            .is_some_and(|node| matches!(node.kind(), "identifier" | "package_identifier"))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80
}
