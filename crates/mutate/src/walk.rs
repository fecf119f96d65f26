//! The walk over a syntax tree that asks every operator at every place.

use tinybug_model::{Language, Tier};
use tree_sitter::{Node, Tree};

use crate::{
    arid,
    grammar::{Field, Grammar},
    languages::Uses,
    operators, plain,
    role::{Place, Role},
    site::{Frame, Memo, Proposed, Site, text},
    types::{Names, last_name},
};

/// What a walk found.
pub(crate) struct Found<'s, 't> {
    /// Changes that operators propose.
    pub proposed: Proposed<'t>,
    /// Names of enclosing symbols, by their numbers.
    pub symbols: Vec<String>,
    /// What the file's names hold.
    pub names: Names<'s>,
    /// Which of them are used, where the compiler asks for it.
    pub uses: Option<Uses<'s>>,
    /// Comments that speak to Tinybug.
    pub comments: Vec<Node<'t>>,
    wanted: Tier,
}

/// Walks a tree.
pub(crate) fn walk<'s, 't>(grammar: &'static Grammar, tree: &'t Tree, bytes: &'s [u8], wanted: Tier) -> Found<'s, 't> {
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    let mut found = Found {
        proposed: Proposed::default(),
        symbols: vec![String::new()],
        names: Names::default(),
        uses: grammar.spec.may_lose_names.is_some().then(|| Uses::new(source)),
        comments: Vec::new(),
        wanted,
    };
    let memo = Memo::default();
    let mut stack: Vec<Frame<'t>> = Vec::new();
    let mut left: Vec<Left> = Vec::new();
    // Comments and what else is left alone directly before the node, its siblings.
    let mut before: Vec<Node<'t>> = Vec::new();
    let mut cursor = tree.walk();
    'nodes: loop {
        let node = cursor.node();
        let (role, declares) = grammar.walked(node);
        let children = node.child_count();
        let place = place_of(grammar, stack.last(), node, role);
        let site = Site { bytes, source, grammar, stack: &stack, node, role, place, before: &before, memo: &memo };
        if let Some(declares) = declares {
            found.names.note_declaration(grammar, bytes, (declares, node));
        }
        let enter = match role {
            // Half of all nodes are names and punctuation.
            Role::Other if children == 0 => false,
            _ => visit(&site, &mut found) && children > 0,
        };
        if enter && cursor.goto_first_child() {
            let frame = frame(&site, &mut found);
            if let Some(uses) = &mut found.uses {
                uses.enter(node);
            }
            stack.push(frame);
            left.push(Left { children: children - 1, end: node.end_byte() });
            before.clear();
            continue;
        }
        match role {
            Role::Comment | Role::Skip => before.push(node),
            _ => before.clear(),
        }
        let mut end = node.end_byte();
        while !left.last_mut().is_some_and(|left| left.go_on(bytes, end) && cursor.goto_next_sibling()) {
            let done = left.pop();
            if done.is_none() || !cursor.goto_parent() {
                break 'nodes;
            }
            end = done.map_or(end, |done| done.end);
            stack.pop();
            if let Some(uses) = &mut found.uses {
                uses.leave();
            }
            before.clear();
        }
    }
    found
}

/// What of a node is still to come.
struct Left {
    /// How many children: to ask the cursor for one more than there are takes it as long as a step.
    children: u32,
    /// Where the node ends.
    end: usize,
}

impl Left {
    /// Goes on behind a child that ends there; says whether there is something to see. The bracket or semicolon that
    /// closes a node is not.
    fn go_on(&mut self, bytes: &[u8], end: usize) -> bool {
        let Some(left) = self.children.checked_sub(1) else { return false };
        self.children = left;
        left > 0 || !is_only_a_close(bytes.get(end..self.end).unwrap_or_default())
    }
}

fn is_only_a_close(rest: &[u8]) -> bool {
    match rest.split_last() {
        Some((b')' | b']' | b'}' | b';', blank)) => blank.iter().all(u8::is_ascii_whitespace),
        _ => false,
    }
}

/// Asks the operators at a node; says whether to look below it.
fn visit<'t>(site: &Site<'_, 't>, found: &mut Found<'_, 't>) -> bool {
    match site.role {
        Role::Other => return true,
        Role::Name => {
            note_use(site, found);
            return false;
        }
        Role::Comment => {
            if site.own_text().contains("tinybug:") {
                found.comments.push(site.node);
            }
            return false;
        }
        Role::Skip | Role::Macro => {
            note_uses_below(site, found);
            return false;
        }
        _ => {}
    }
    if site.role == Role::Member && is_plain(site) {
        note_plain_uses(site, found);
        return false;
    }
    if site.role != Role::Token && (arid::is_arid(site) || (site.spec().skips)(site)) {
        note_uses_below(site, found);
        return false;
    }
    let symbol = site.stack.last().map_or(0, |frame| frame.symbol);
    operators::propose(site, &mut operators::Drafts::new(&mut found.proposed, symbol, site.place, found.wanted));
    match site.role {
        Role::Token | Role::Number | Role::Bool | Role::Null | Role::Str | Role::Char | Role::Name | Role::Regex => {
            false
        }
        Role::Call | Role::Arguments | Role::Paren | Role::List | Role::Index if is_plain(site) => {
            note_plain_uses(site, found);
            false
        }
        _ => true,
    }
}

/// Whether a node is nothing but names. What holds others is read only so far: its parts are asked again.
fn is_plain(site: &Site<'_, '_>) -> bool {
    let text = site.own_text();
    // In Ruby a dot is a call.
    let calls = site.spec().language == Language::Ruby && text.contains('.');
    text.len() <= plain::LONGEST && !calls && plain::is_plain(text)
}

fn note_use(site: &Site<'_, '_>, found: &mut Found<'_, '_>) {
    if let Some(uses) = &mut found.uses {
        uses.identifier(site.node, [2, 1].map(|levels| site.above(levels).map(|frame| frame.node)));
    }
}

fn note_plain_uses(site: &Site<'_, '_>, found: &mut Found<'_, '_>) {
    if let Some(uses) = &mut found.uses {
        let start = site.node.start_byte();
        for (at, length) in plain::first_names(site.own_text()) {
            uses.path(start + at..start + at + length);
        }
    }
}

fn note_uses_below(site: &Site<'_, '_>, found: &mut Found<'_, '_>) {
    if let Some(uses) = &mut found.uses {
        uses.below(site.node, site.parent().map(|frame| frame.node));
    }
}

/// What holds at a node: what holds below its parent, and what its place among the parent's children says.
fn place_of(grammar: &'static Grammar, parent: Option<&Frame<'_>>, node: Node<'_>, role: Role) -> Place {
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
        _ if role == Role::Guard => place.pattern = false,
        Role::Case => place.pattern |= grammar.child(parent.node, Field::Value) == Some(node),
        _ => {}
    }
    place
}

/// What holds below a node. A function's own value is asked about here, where its name is known.
fn frame<'t>(site: &Site<'_, 't>, found: &mut Found<'_, 't>) -> Frame<'t> {
    let Site { bytes, grammar, stack, node, role, place, .. } = *site;
    let at = stack.len();
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
        let site = Site { place: frame.place, ..*site };
        operators::propose_inside(
            &site,
            &mut operators::Drafts::new(&mut found.proposed, frame.symbol, frame.place, found.wanted),
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
