//! Grammars made ready: tables from a grammar's node kinds to roles, and the ids of its fields.

use std::{cell::RefCell, sync::OnceLock};

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use crate::{
    budget::{Budget, CutOff},
    languages::{self, LanguageSpec},
    role::Role,
};

/// Fields that the operators ask for, by the names that grammars give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Field {
    Name,
    Type,
    Value,
    Left,
    Right,
    Condition,
    Consequence,
    Alternative,
    Body,
    Function,
    Arguments,
    Object,
    Property,
    Member,
    Result,
    ReturnType,
    Receiver,
    Method,
    Pattern,
    Declarator,
    Update,
    Increment,
    Macro,
    Expression,
    Trait,
    Key,
    Returns,
    Length,
}

const FIELD_NAMES: [&str; 28] = [
    "name",
    "type",
    "value",
    "left",
    "right",
    "condition",
    "consequence",
    "alternative",
    "body",
    "function",
    "arguments",
    "object",
    "property",
    "field",
    "result",
    "return_type",
    "receiver",
    "method",
    "pattern",
    "declarator",
    "update",
    "increment",
    "macro",
    "expression",
    "trait",
    "key",
    "returns",
    "length",
];

/// Tokens that operators replace. Others are passed over without a look at their text.
const TOKENS: &[&str] = &[
    "+", "-", "*", "/", "%", "//", "**", "&", "|", "^", "&^", "<<", ">>", ">>>", "<", "<=", ">", ">=", "==", "!=",
    "===", "!==", "is", "is not", "in", "not in", "&&", "||", "and", "or", "??", "+=", "-=", "*=", "/=", "%=", "//=",
    "**=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "&^=", "&&=", "||=", "??=", "++", "--", "..", "..=", "...", "<=>",
    "?.", "&.", "?",
];

/// A grammar made ready for use.
pub(crate) struct Grammar {
    /// The language it belongs to.
    pub spec: &'static LanguageSpec,
    number: usize,
    inner: tree_sitter::Language,
    roles: Vec<Role>,
    declares: Vec<u8>,
    fields: [u16; FIELD_NAMES.len()],
}

const NO_DECLARATION: u8 = u8::MAX;

/// The kind of nodes that do not parse, in every grammar.
const ERROR: u16 = u16::MAX;

impl Grammar {
    fn new(spec: &'static LanguageSpec, number: usize, inner: tree_sitter::Language) -> Self {
        let mut roles = vec![Role::Other; inner.node_kind_count()];
        let mut declares = vec![NO_DECLARATION; roles.len()];
        for id in 0..u16::try_from(roles.len()).expect("a grammar has fewer than 65,536 kinds") {
            let Some(kind) = inner.node_kind_for_id(id) else { continue };
            let index = usize::from(id);
            if !inner.node_kind_is_named(id) {
                if TOKENS.contains(&kind) {
                    roles[index] = Role::Token;
                }
                continue;
            }
            if let Some((role, _)) = spec.roles.iter().find(|(_, kinds)| kinds.contains(&kind)) {
                roles[index] = *role;
            }
            if let Some(at) = spec.declares.iter().position(|declares| declares.kind == kind) {
                declares[index] = u8::try_from(at).expect("a language has few kinds of declaration");
            }
        }
        let fields = FIELD_NAMES.map(|name| inner.field_id_for_name(name).map_or(0, std::num::NonZero::get));
        Self { spec, number, inner, roles, declares, fields }
    }

    /// The role of a node.
    pub(crate) fn role(&self, node: Node<'_>) -> Role {
        self.roles.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }

    /// What the walk asks of every node at once: its role, and how it declares names, when it does. What does not parse
    /// is left alone.
    pub(crate) fn walked(&self, node: Node<'_>) -> (Role, Option<&'static languages::Declares>) {
        let kind = usize::from(node.kind_id());
        let Some(role) = self.roles.get(kind) else {
            return (if kind == usize::from(ERROR) { Role::Skip } else { Role::Other }, None);
        };
        (*role, self.spec.declares.get(usize::from(self.declares[kind])))
    }

    /// The first child in a field.
    pub(crate) fn child<'t>(&self, node: Node<'t>, field: Field) -> Option<Node<'t>> {
        match self.fields[field as usize] {
            0 => None,
            id => node.child_by_field_id(id),
        }
    }

    /// The number of a field in this grammar; 0 when it has none such.
    pub(crate) fn field_id(&self, field: Field) -> u16 {
        self.fields[field as usize]
    }

    /// Parses a text, unless it takes more steps than its size can justify.
    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Tree, CutOff> {
        self.parse_pieces(bytes.len(), |at| bytes.get(at..).unwrap_or_default(), None)
    }

    /// Parses a text with one change, given as what stands before it, itself, and what stands behind it.
    pub(crate) fn parse_changed(&self, [before, change, after]: [&[u8]; 3], old: Option<&Tree>) -> Option<Tree> {
        let (middle, end) = (before.len(), before.len() + change.len());
        let piece = |at: usize| match at {
            _ if at < middle => &before[at..],
            _ if at < end => &change[at - middle..],
            _ => after.get(at - end..).unwrap_or_default(),
        };
        self.parse_pieces(end + after.len(), piece, old).ok()
    }

    fn parse_pieces<'p>(
        &self,
        length: usize,
        piece: impl Fn(usize) -> &'p [u8],
        old: Option<&Tree>,
    ) -> Result<Tree, CutOff> {
        thread_local! {
            static PARSERS: RefCell<[Option<Parser>; languages::GRAMMARS]> = const { RefCell::new([const { None }; languages::GRAMMARS]) };
        }
        PARSERS.with_borrow_mut(|parsers| {
            let parser = parsers[self.number].get_or_insert_with(|| {
                let mut parser = Parser::new();
                parser.set_language(&self.inner).expect("the grammars are built for this library's version");
                parser
            });
            let mut budget = Budget::of(length);
            let mut cut = CutOff::Steps(0);
            let mut progress = |state: &tree_sitter::ParseState| {
                let step = budget.step(state.has_error(), state.current_byte_offset());
                step.map_break(|at| cut = at)
            };
            let options = ParseOptions::new().progress_callback(&mut progress);
            let tree = parser.parse_with_options(&mut |at, _| piece(at), old, Some(options));
            if tree.is_none() {
                parser.reset();
            }
            tree.ok_or(cut)
        })
    }

    /// The grammar for a file of a language; the path tells dialects apart.
    pub(crate) fn of(spec: &'static LanguageSpec, path: &str) -> &'static Self {
        static READY: [OnceLock<Grammar>; languages::GRAMMARS] = [const { OnceLock::new() }; languages::GRAMMARS];
        let dialect = spec.dialect(path);
        READY[dialect.number].get_or_init(|| Self::new(spec, dialect.number, (dialect.grammar)()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_a_language_names_exists_in_one_of_its_grammars() {
        for spec in languages::ALL {
            let kinds = spec.roles.iter().flat_map(|(_, kinds)| kinds.iter());
            let unknown: Vec<_> = kinds
                .chain(spec.declares.iter().map(|declares| &declares.kind))
                .filter(|kind| spec.dialects.iter().all(|d| (d.grammar)().id_for_node_kind(kind, true) == 0))
                .collect();
            assert!(unknown.is_empty(), "{}: no such kinds: {unknown:?}", spec.language);
        }
    }

    #[test]
    fn no_kind_has_two_roles() {
        for spec in languages::ALL {
            let mut kinds: Vec<_> = spec.roles.iter().flat_map(|(_, kinds)| kinds.iter()).collect();
            let all = kinds.len();
            kinds.sort_unstable();
            kinds.dedup();
            assert_eq!(kinds.len(), all, "{}: a kind is listed twice", spec.language);
        }
    }
}
