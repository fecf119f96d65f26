//! The operators, by what they change. Each looks at one place and proposes drafts.

mod binary;
mod calls;
pub(crate) mod catalogue;
mod claims;
mod conditions;
mod flow;
mod guards;
mod literals;
mod patterns;
mod returns;
mod statements;
mod twins;
mod unary;

use std::borrow::Cow;

use tinybug_model::Tier;
use tree_sitter::Node;

pub(crate) use catalogue::Op;

use crate::{
    grammar::Field,
    role::{Place, Role},
    site::{Proposed, Site, Twin},
};

/// Where operators put their drafts.
pub(crate) struct Drafts<'d, 't> {
    proposed: &'d mut Proposed<'t>,
    symbol: u32,
    place: Place,
    wanted: Tier,
}

impl<'d, 't> Drafts<'d, 't> {
    /// Drafts inside a symbol.
    pub(crate) fn new(proposed: &'d mut Proposed<'t>, symbol: u32, place: Place, wanted: Tier) -> Self {
        Self { proposed, symbol, place, wanted }
    }

    /// Whether somebody asked for the extended tier.
    fn are_extended(&self) -> bool {
        self.wanted == Tier::Extended
    }

    /// Proposes to replace a node, in the operator's own tier.
    fn replace(&mut self, site: &Site<'_, 't>, op: Op, node: Node<'t>, replacement: impl Into<Cow<'static, str>>) {
        self.replace_unless(site, op, node, replacement, |_| None);
    }

    /// Proposes to replace a span, in a tier of the operator's choice.
    fn span(
        &mut self,
        site: &Site<'_, 't>,
        op: Op,
        tier: Tier,
        (start, end): (usize, usize),
        replacement: Cow<'static, str>,
        operands: Option<[Node<'t>; 2]>,
    ) {
        self.offer(site, op, tier, (start, end), replacement, operands, |_| None);
    }

    /// Proposes to replace a node with what may have a twin.
    fn replace_unless(
        &mut self,
        site: &Site<'_, 't>,
        op: Op,
        node: Node<'t>,
        replacement: impl Into<Cow<'static, str>>,
        twin: impl FnOnce(&str) -> Option<Twin<'t>>,
    ) {
        let span = (node.start_byte(), node.end_byte());
        self.offer(site, op, op.info().tier, span, replacement.into(), None, twin);
    }

    /// Proposes to replace a span with what may have a twin; only an accepted draft is asked for it.
    #[expect(clippy::too_many_arguments, reason = "private, and each argument is one column of the draft")]
    fn offer(
        &mut self,
        site: &Site<'_, 't>,
        op: Op,
        tier: Tier,
        (start, end): (usize, usize),
        replacement: Cow<'static, str>,
        operands: Option<[Node<'t>; 2]>,
        twin: impl FnOnce(&str) -> Option<Twin<'t>>,
    ) {
        let place = self.place;
        if place.pattern && site.spec().syntax.strict {
            return;
        }
        let tier = if place.compile_time { Tier::Extended } else { tier };
        if tier > self.wanted {
            return;
        }
        let original = &site.bytes[start..end];
        let plain = original != replacement.as_bytes() && !original.contains(&b'\n') && !replacement.contains('\n');
        if plain && (site.spec().allows)(site, op, (start, end), &replacement) {
            let twin = twin(&replacement);
            self.proposed.add((op, tier), (start, end), replacement, self.symbol, operands, twin);
        }
    }
}

/// Asks all operators about a place.
pub(crate) fn propose<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    if drafts.are_extended() {
        propose_extended(site, drafts);
    }
    match site.role {
        Role::Token => binary::token(site, drafts),
        Role::Unary => unary::unary(site, drafts),
        Role::Update => unary::update(site, drafts),
        Role::Bool | Role::Number | Role::Str | Role::List | Role::Dict => literals::literal(site, drafts),
        Role::If | Role::While | Role::DoWhile | Role::For | Role::ForEach | Role::Ternary | Role::Guard => {
            conditions::condition(site, drafts);
        }
        Role::Pattern => conditions::guard(site, drafts),
        Role::Return => returns::statement(site, drafts),
        Role::Break | Role::Continue => flow::jump(site, drafts),
        Role::ExprStmt => statements::expression(site, drafts),
        Role::Throw => statements::throw(site, drafts),
        Role::Call => {
            calls::opposite(site, drafts);
            statements::bare_call(site, drafts);
        }
        _ => {}
    }
}

/// Asks the operators of which nothing is in the default tier.
fn propose_extended<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    match site.role {
        Role::Str | Role::Template => patterns::pattern(site, drafts),
        Role::Regex => patterns::regex(site, drafts),
        Role::Binary => binary::whole(site, drafts),
        Role::Arm | Role::Case => conditions::arm(site, drafts),
        Role::Assign => statements::bare_assignment(site, drafts),
        Role::New => literals::fields(site, drafts),
        Role::Handler => statements::handler(site, drafts),
        Role::Defer => statements::defer(site, drafts),
        Role::Call => calls::unwrapped(site, drafts),
        _ => {}
    }
}

/// Asks the operators that change what a function does as a whole.
pub(crate) fn propose_inside<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    returns::tail(site, drafts);
    if drafts.are_extended() {
        flow::early_return(site, drafts);
    }
}

/// What is called or made, as written in front of the arguments: `re.compile` of `re.compile("a")`.
fn called<'a, 't>(site: &Site<'a, 't>, call: Node<'t>) -> &'a str {
    let head = match site.child_of(call, Field::Arguments).or_else(|| site.child_of(call, Field::Value)) {
        Some(arguments) => site.bytes.get(call.start_byte()..arguments.start_byte()),
        None => site.bytes.get(call.byte_range()),
    };
    let head = head.and_then(|head| std::str::from_utf8(head).ok()).unwrap_or_default();
    let head = head.trim().trim_start_matches("new ").trim_end_matches('(');
    if head.len() > 200 { "" } else { head }
}
