//! The walk over a syntax tree that asks every operator at every place.

use tinybug_model::Tier;
use tree_sitter::{Node, Tree};

use crate::{
    arid,
    grammar::{Field, Grammar},
    operators,
    role::{Place, Role},
    site::{Draft, Frame, Memo, Site, text},
    types::{Names, last_name},
};

/// What a walk found.
pub(crate) struct Found<'s, 't> {
    /// Changes that operators propose, in the order of the walk.
    pub drafts: Vec<Draft<'t>>,
    /// Names of enclosing symbols, by their numbers.
    pub symbols: Vec<String>,
    /// What the file's names hold.
    pub names: Names<'s>,
    /// Comments that speak to Tinybug.
    pub comments: Vec<Node<'t>>,
    wanted: Tier,
    memo: Memo,
}

/// Walks a tree.
pub(crate) fn walk<'s, 't>(grammar: &'static Grammar, tree: &'t Tree, bytes: &'s [u8], wanted: Tier) -> Found<'s, 't> {
    let mut found = Found {
        drafts: Vec::new(),
        symbols: vec![String::new()],
        names: Names::default(),
        comments: Vec::new(),
        wanted,
        memo: Memo::default(),
    };
    let mut stack: Vec<Frame<'t>> = Vec::new();
    let mut cursor = tree.walk();
    'nodes: loop {
        let node = cursor.node();
        let role = if node.is_error() { Role::Skip } else { grammar.role(node) };
        let enter = visit(grammar, bytes, &stack, node, role, &mut found);
        if enter && cursor.goto_first_child() {
            let frame = frame(grammar, bytes, &stack, node, role, &mut found);
            stack.push(frame);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'nodes;
            }
            stack.pop();
        }
    }
    found
}

/// Asks the operators at a node; says whether to look below it.
fn visit<'s, 't>(
    grammar: &'static Grammar,
    bytes: &'s [u8],
    stack: &[Frame<'t>],
    node: Node<'t>,
    role: Role,
    found: &mut Found<'s, 't>,
) -> bool {
    found.names.note_declaration(grammar, bytes, node);
    match role {
        Role::Other => return true,
        Role::Comment => {
            if text(bytes, node).contains("tinybug:") {
                found.comments.push(node);
            }
            return false;
        }
        Role::Skip | Role::Macro => return false,
        _ => {}
    }
    let place = place_of(grammar, stack.last(), node);
    let site = Site { bytes, grammar, stack, node, role, place, memo: &found.memo };
    if role != Role::Token && (arid::is_arid(&site) || (grammar.spec.skips)(&site)) {
        return false;
    }
    let symbol = stack.last().map_or(0, |frame| frame.symbol);
    operators::propose(&site, &mut operators::Drafts::new(&mut found.drafts, symbol, place, found.wanted));
    !matches!(
        role,
        Role::Token | Role::Number | Role::Bool | Role::Null | Role::Str | Role::Char | Role::Name | Role::Regex
    )
}

/// What holds at a node: what holds below its parent, and what its place among the parent's children says.
fn place_of(grammar: &'static Grammar, parent: Option<&Frame<'_>>, node: Node<'_>) -> Place {
    let Some(parent) = parent else { return Place::default() };
    let mut place = parent.place;
    match parent.role {
        Role::While | Role::DoWhile | Role::For | Role::ForEach => {
            place.loop_head |= grammar.child(parent.node, Field::Body) != Some(node);
        }
        // A key may not come twice in the literal of a map, and a pattern's guard is no pattern.
        Role::Keyword if grammar.spec.syntax.strict => {
            place.pattern |= grammar.child(parent.node, Field::Key) == Some(node);
        }
        Role::Pattern if grammar.child(parent.node, Field::Condition) == Some(node) => place.pattern = false,
        _ if grammar.role(node) == Role::Guard => place.pattern = false,
        Role::Case => place.pattern |= grammar.child(parent.node, Field::Value) == Some(node),
        _ => {}
    }
    place
}

/// What holds below a node. A function's own value is asked about here, where its name is known.
fn frame<'s, 't>(
    grammar: &'static Grammar,
    bytes: &'s [u8],
    stack: &[Frame<'t>],
    node: Node<'t>,
    role: Role,
    found: &mut Found<'s, 't>,
) -> Frame<'t> {
    let at = stack.len();
    let place = place_of(grammar, stack.last(), node);
    let mut frame =
        stack.last().map_or(Frame { node, role, place, function: None, nearest_loop: None, symbol: 0 }, |parent| {
            Frame { node, role, place, ..*parent }
        });
    match role {
        Role::Function | Role::Lambda => {
            let compile_time =
                role == Role::Lambda && place.compile_time || role == Role::Function && is_compile_time(bytes, node);
            frame.place = Place { compile_time, ..Place::default() };
            frame.function = Some(at);
        }
        Role::While | Role::DoWhile | Role::For | Role::ForEach | Role::Loop => {
            frame.nearest_loop = Some(at);
            let open = matches!(role, Role::While | Role::DoWhile | Role::Loop)
                || role == Role::For && (node.named_child_count() == 1 || !has_step(grammar, node));
            frame.place = Place { in_loop: true, open_loop: open, in_switch: false, loop_head: false, ..place };
        }
        Role::Switch => frame.place.in_switch = true,
        Role::Const => frame.place.constant = true,
        Role::Pattern => frame.place.pattern = true,
        Role::Guard => frame.place.pattern = false,
        _ => {}
    }
    if !matches!(role, Role::Function | Role::Class | Role::Lambda) {
        return frame;
    }
    if let Some(name) = symbol_name(grammar, bytes, stack, node, role) {
        let mut symbol = found.symbols[frame.symbol as usize].clone();
        if !symbol.is_empty() {
            symbol.push('.');
        }
        symbol.push_str(&name);
        frame.symbol = u32::try_from(found.symbols.len()).expect("files hold fewer symbols than bytes");
        found.symbols.push(symbol);
    }
    if role != Role::Class {
        let site = Site { bytes, grammar, stack, node, role, place: frame.place, memo: &found.memo };
        operators::propose_inside(
            &site,
            &mut operators::Drafts::new(&mut found.drafts, frame.symbol, frame.place, found.wanted),
        );
    }
    frame
}

/// Whether a function is a `const fn` of Rust.
fn is_compile_time(bytes: &[u8], node: Node<'_>) -> bool {
    node.kind() == "function_item"
        && node
            .child(0)
            .into_iter()
            .chain(node.child(1))
            .any(|child| child.kind() == "function_modifiers" && text(bytes, child).contains("const"))
}

/// Whether a `for` advances in its head.
fn has_step(grammar: &'static Grammar, node: Node<'_>) -> bool {
    [Field::Update, Field::Increment].into_iter().any(|field| grammar.child(node, field).is_some())
        || node.named_child(0).is_some_and(|head| matches!(head.kind(), "for_clause" | "range_clause"))
}

fn symbol_name(
    grammar: &'static Grammar,
    bytes: &[u8],
    stack: &[Frame<'_>],
    node: Node<'_>,
    role: Role,
) -> Option<String> {
    if role == Role::Lambda {
        // A function is known by the name it is assigned to.
        let holder = stack.last()?.node;
        if grammar.child(holder, Field::Value).or_else(|| grammar.child(holder, Field::Right)) != Some(node) {
            return None;
        }
        let name = [Field::Name, Field::Left, Field::Key, Field::Property]
            .into_iter()
            .find_map(|field| grammar.child(holder, field))?;
        return Some(last_name(grammar, bytes, name)?.to_owned());
    }
    let name =
        [Field::Name, Field::Declarator, Field::Type].into_iter().find_map(|field| grammar.child(node, field))?;
    let name = symbol_text(grammar, bytes, name)?;
    match grammar.child(node, Field::Receiver) {
        // Go: `func (c *Cart) Total()`.
        Some(receiver) if role == Role::Function => {
            let receiver = text(bytes, receiver).trim_matches(['(', ')']);
            let receiver = receiver.split_whitespace().next_back().unwrap_or_default().trim_start_matches('*');
            let receiver = receiver.split('[').next().unwrap_or_default();
            Some(format!("{receiver}.{name}"))
        }
        _ => Some(name.to_owned()),
    }
}

/// The name inside a declarator, or of a type without its parameters.
fn symbol_text<'s>(grammar: &'static Grammar, bytes: &'s [u8], node: Node<'_>) -> Option<&'s str> {
    let mut node = node;
    for _ in 0..8 {
        match grammar.child(node, Field::Declarator) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    let name = text(bytes, node);
    // The names of operators are made of such characters.
    let operator =
        name.starts_with("operator") || !name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '~'));
    let name = if operator { name } else { name.split(['<', '[', '(']).next().unwrap_or(name) }.trim();
    (!name.is_empty() && name.len() < 200 && !name.contains('\n')).then_some(name)
}
