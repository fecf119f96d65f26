//! The canary: a file whose every function throws, to prove that tests run this file at all.

use tree_sitter::Node;

use crate::{
    classify::{Classified, classify},
    enumerate::Source,
    grammar::{Field, Grammar},
    languages::{self, Canary, LanguageSpec},
    role::Role,
    site::{named_children, text},
};

/// The file with a statement at the start of every function that throws `tinybug canary`; `None` when it is no product
/// code, has no function, or does not parse.
pub fn canary(source: Source<'_>) -> Option<Vec<u8>> {
    let Classified::Product(language) = classify(source.path, source.bytes) else { return None };
    let spec = languages::spec(language);
    let grammar = Grammar::of(spec, source.path);
    let tree = grammar.parse(source.bytes).ok()?;
    let mut insertions = Vec::new();
    let mut cursor = tree.walk();
    'nodes: loop {
        let node = cursor.node();
        let role = grammar.role(node);
        let enter = !matches!(role, Role::Skip | Role::Macro) && !is_left_alone(spec, source.bytes, node, role);
        if enter && role == Role::Function {
            insertions.extend(insertion(grammar, source.bytes, node));
        }
        if enter && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'nodes;
            }
        }
    }
    if insertions.is_empty() {
        return None;
    }
    insertions.sort_by_key(|(at, _)| *at);
    let mut bytes = Vec::with_capacity(source.bytes.len() + insertions.len() * 64);
    let mut from = 0;
    for (at, statement) in insertions {
        bytes.extend_from_slice(&source.bytes[from..at]);
        bytes.extend_from_slice(statement.as_bytes());
        from = at;
    }
    bytes.extend_from_slice(&source.bytes[from..]);
    let sound = tree.root_node().has_error() || !grammar.parse(&bytes).ok()?.root_node().has_error();
    sound.then_some(bytes)
}

/// Functions that run before any test, while compiling, or that are tests themselves.
fn is_left_alone(spec: &LanguageSpec, bytes: &[u8], node: Node<'_>, role: Role) -> bool {
    use tinybug_model::Language::{Cpp, Go, Rust};
    if !matches!(role, Role::Function | Role::Class) {
        return false;
    }
    let head = || {
        let text = text(bytes, node);
        text.split('{').next().unwrap_or(text)
    };
    match spec.language {
        Rust => {
            languages::rust_item_is_test(bytes, node)
                || role == Role::Function
                    && head().split("fn ").next().is_some_and(|modifiers| modifiers.contains("const"))
        }
        Go => role == Role::Function && head().starts_with("func init("),
        Cpp => role == Role::Function && (head().contains("constexpr") || head().contains("consteval")),
        _ => false,
    }
}

/// What to insert into a function, and where.
fn insertion(grammar: &Grammar, bytes: &[u8], function: Node<'_>) -> Option<(usize, String)> {
    let body = grammar.child(function, Field::Body).filter(|body| grammar.role(*body) == Role::Block)?;
    let statements = named_children(body);
    match grammar.spec.canary {
        Canary::Brace(statement) => {
            if bytes.get(body.start_byte()) != Some(&b'{') {
                return None;
            }
            // Directives, inner attributes and calls of another constructor must stay first.
            let ahead = statements.iter().take_while(|first| is_prologue(grammar, **first)).last();
            Some((ahead.map_or(body.start_byte() + 1, Node::end_byte), statement.to_owned()))
        }
        Canary::Statement(statement) => Some((statements.first()?.start_byte(), format!("{statement}; "))),
        Canary::Indented(statement) => indented(grammar, bytes, &statements, statement),
    }
}

fn is_prologue(grammar: &Grammar, statement: Node<'_>) -> bool {
    matches!(statement.kind(), "inner_attribute_item" | "explicit_constructor_invocation")
        || grammar.role(statement) == Role::ExprStmt
            && statement.named_child(0).is_some_and(|child| grammar.role(child) == Role::Str)
}

/// Python: after the document, on the first statement's line, or on a line of its own where a compound statement
/// follows.
fn indented(grammar: &Grammar, bytes: &[u8], statements: &[Node<'_>], statement: &str) -> Option<(usize, String)> {
    let document = |node: &Node<'_>| {
        grammar.role(*node) == Role::ExprStmt
            && node.named_child(0).is_some_and(|child| matches!(grammar.role(child), Role::Str | Role::Template))
    };
    let first = statements.first()?;
    if document(first) {
        return Some((first.end_byte(), format!("; {statement}")));
    }
    let compound = [
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "function_definition",
        "class_definition",
        "decorated_definition",
        "match_statement",
    ];
    if !compound.contains(&first.kind()) {
        return Some((first.start_byte(), format!("{statement}; ")));
    }
    let line = bytes[..first.start_byte()].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let indent = std::str::from_utf8(&bytes[line..first.start_byte()]).ok()?;
    Some((first.start_byte(), format!("{statement}\n{indent}")))
}
