//! Which names a piece of Go code may lose: the compiler refuses variables and imports that nothing uses.
//!
//! The walk tells of blocks and identifiers as it meets them. A name is resolved on the spot, as the compiler does:
//! a declaration holds from its end to the end of its block. What a change takes away is asked about after the walk.

use std::{collections::HashMap, num::NonZero, ops::Range, sync::OnceLock};

use foldhash::fast::RandomState;
use tree_sitter::{Language, Node};

use crate::tokens::{is_word, words};

/// What a kind of node is to the names in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Nothing,
    Identifier,
    Import,
    /// Holds parameters, which may be unused, and its body is no block of its own.
    Function,
    /// A block, or a statement whose head declares for what is below.
    Scope,
    /// A choice by type: what its head declares holds in its cases.
    TypeSwitch,
    /// Declares the names on its left, once it has ended.
    Declaration,
    Variable,
    Parameter,
    Constant,
    List,
    Assignment,
    Keyed,
    Element,
}

const PARTS: &[(Part, &[&str])] = &[
    (Part::Identifier, &["identifier"]),
    (Part::Import, &["import_declaration"]),
    (Part::Function, &["func_literal", "function_declaration", "method_declaration", "function_type", "method_elem"]),
    (
        Part::Scope,
        &[
            "block",
            "if_statement",
            "for_statement",
            "expression_switch_statement",
            "expression_case",
            "default_case",
            "type_case",
            "communication_case",
        ],
    ),
    (Part::TypeSwitch, &["type_switch_statement"]),
    (Part::Declaration, &["short_var_declaration", "range_clause", "receive_statement"]),
    (Part::Variable, &["var_spec"]),
    (Part::Constant, &["const_spec"]),
    (Part::Parameter, &["parameter_declaration", "variadic_parameter_declaration"]),
    (Part::List, &["expression_list"]),
    (Part::Assignment, &["assignment_statement"]),
    (Part::Keyed, &["keyed_element"]),
    (Part::Element, &["literal_element"]),
];

/// The grammar, as far as names go.
#[derive(Debug)]
struct Parts {
    of_kinds: Vec<Part>,
    left: NonZero<u16>,
}

impl Parts {
    fn ready() -> &'static Self {
        static READY: OnceLock<Parts> = OnceLock::new();
        READY.get_or_init(|| {
            let grammar = Language::from(tree_sitter_go::LANGUAGE);
            let mut of_kinds = vec![Part::Nothing; grammar.node_kind_count()];
            for (part, kinds) in PARTS {
                for kind in *kinds {
                    of_kinds[usize::from(grammar.id_for_node_kind(kind, true))] = *part;
                }
            }
            Self { of_kinds, left: grammar.field_id_for_name("left").expect("the grammar has the field") }
        })
    }

    fn of(&self, node: Node<'_>) -> Part {
        self.of_kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }
}

/// A name, wherever it is written.
#[derive(Debug)]
struct Name<'s> {
    text: &'s str,
    /// The declaration that holds now, or `GLOBAL`.
    declared: u32,
    /// The first and the last use without a declaration around: of a package, or of a global.
    globally: (u32, u32),
    /// Whether it is the name of a package, once somebody asked.
    imported: Option<bool>,
}

/// Stands for the declaration of what a function does not declare.
const GLOBAL: u32 = u32::MAX;

#[derive(Debug)]
struct Declaration {
    start: u32,
    /// How many blocks were open.
    depth: usize,
    may_be_unused: bool,
    reads: u32,
}

#[derive(Debug)]
struct Occurrence {
    start: u32,
    name: u32,
    declared: u32,
    is_read: bool,
}

/// What a file does with its names.
#[derive(Debug)]
pub(crate) struct Uses<'s> {
    source: &'s str,
    parts: &'static Parts,
    numbers: HashMap<&'s str, u32, RandomState>,
    names: Vec<Name<'s>>,
    declarations: Vec<Declaration>,
    /// All identifiers, in their order.
    occurrences: Vec<Occurrence>,
    /// What the nodes are below which the walk is.
    open: Vec<Part>,
    /// How many names were hidden when each open block began.
    blocks: Vec<usize>,
    /// Names with what they were before a block declared them anew.
    hidden: Vec<(u32, u32)>,
    /// Occurrences that declare a name as soon as their statement ends.
    pending: Vec<usize>,
    /// How many were pending when each open statement began.
    statements: Vec<usize>,
    imports: Vec<Range<usize>>,
    /// How often the whole text may still be searched.
    searches: usize,
}

/// Searches of a text for a package that the walk saw nowhere else. A file of people needs a few.
const SEARCHES: usize = 200;

impl<'s> Uses<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            parts: Parts::ready(),
            numbers: HashMap::default(),
            names: Vec::new(),
            declarations: Vec::new(),
            occurrences: Vec::new(),
            open: Vec::new(),
            blocks: Vec::new(),
            hidden: Vec::new(),
            pending: Vec::new(),
            statements: Vec::new(),
            imports: Vec::new(),
            searches: SEARCHES,
        }
    }

    /// The walk goes below a node.
    pub(crate) fn enter(&mut self, node: Node<'_>) {
        let above = self.open.last().copied().unwrap_or_default();
        let part = match self.parts.of(node) {
            // The body of a function is in the scope of its parameters.
            Part::Scope if above == Part::Function => Part::Nothing,
            part => part,
        };
        self.open.push(part);
        match part {
            Part::Function => self.blocks.push(self.hidden.len()),
            Part::Scope => {
                if above == Part::TypeSwitch {
                    self.declare_pending();
                }
                self.blocks.push(self.hidden.len());
            }
            Part::TypeSwitch => {
                self.blocks.push(self.hidden.len());
                self.statements.push(self.pending.len());
            }
            Part::Declaration | Part::Variable => self.statements.push(self.pending.len()),
            _ => {}
        }
    }

    /// The walk comes back from below the node that it entered last.
    pub(crate) fn leave(&mut self) {
        match self.open.pop().unwrap_or_default() {
            Part::Function | Part::Scope => self.close_block(),
            Part::TypeSwitch => {
                self.declare_pending();
                self.statements.pop();
                self.close_block();
            }
            Part::Declaration | Part::Variable => {
                self.declare_pending();
                self.statements.pop();
            }
            _ => {}
        }
    }

    /// The walk meets an identifier, below these nodes, the nearest last.
    pub(crate) fn identifier(&mut self, node: Node<'_>, above: [Option<Node<'_>>; 2]) {
        let place = self.note(node.byte_range());
        // Outside functions everything is known everywhere.
        let is_local = !self.blocks.is_empty();
        match self.use_of(above) {
            Use::Parameter if is_local => self.declare(place, true),
            Use::Declared if is_local => self.pending.push(place),
            Use::Named => {}
            _ => self.read(place),
        }
    }

    /// The walk passes over a path of names that begins with this one, such as `a.b.c`.
    pub(crate) fn path(&mut self, first: Range<usize>) {
        let place = self.note(first);
        self.read(place);
    }

    /// The walk passes over a node with all that it holds.
    pub(crate) fn below<'t>(&mut self, node: Node<'t>, parent: Option<Node<'t>>) {
        if self.parts.of(node) == Part::Import {
            self.imports.push(node.byte_range());
        }
        if self.blocks.is_empty() {
            return;
        }
        let mut above: Vec<Node<'t>> = parent.into_iter().collect();
        let base = above.len();
        let mut cursor = node.walk();
        loop {
            let node = cursor.node();
            let parent = above.last().copied();
            if self.parts.of(node) == Part::Identifier {
                self.identifier(node, [above.len().checked_sub(2).map(|at| above[at]), parent]);
            } else if cursor.goto_first_child() {
                self.enter(node);
                above.push(node);
                continue;
            }
            while above.len() == base || !cursor.goto_next_sibling() {
                if above.len() == base {
                    return;
                }
                cursor.goto_parent();
                above.pop();
                self.leave();
            }
        }
    }

    /// Whether everything that a span uses is also used elsewhere, or stays in what is put there.
    pub(crate) fn survive_without(&mut self, root: Node<'_>, span: (usize, usize), replacement: &str) -> bool {
        let first = self.occurrences.partition_point(|at| (at.start as usize) < span.0);
        let length = self.occurrences[first..].partition_point(|at| (at.start as usize) < span.1);
        (first..first + length).all(|at| {
            let Occurrence { name, declared, .. } = self.occurrences[at];
            let text = self.names[name as usize].text;
            if words(replacement).any(|word| word == text) {
                return true;
            }
            match self.declarations.get(declared as usize) {
                Some(declaration) if declaration.may_be_unused || declaration.start as usize >= span.0 => true,
                Some(declaration) => {
                    let same = |at: &&Occurrence| at.declared == declared && at.is_read;
                    let lost = self.occurrences[first..first + length].iter().filter(same).count();
                    declaration.reads as usize > lost
                }
                None => self.is_used_globally(root, name, span),
            }
        })
    }

    fn close_block(&mut self) {
        let hidden = self.blocks.pop().unwrap_or_default();
        for (name, declared) in self.hidden.drain(hidden..).rev() {
            self.names[name as usize].declared = declared;
        }
    }

    fn note(&mut self, span: Range<usize>) -> usize {
        let start = small(span.start);
        let text = &self.source[span];
        let name = *self.numbers.entry(text).or_insert_with(|| {
            self.names.push(Name { text, declared: GLOBAL, globally: NOWHERE, imported: None });
            small(self.names.len() - 1)
        });
        let declared = self.names[name as usize].declared;
        self.occurrences.push(Occurrence { start, name, declared, is_read: false });
        self.occurrences.len() - 1
    }

    fn read(&mut self, place: usize) {
        let occurrence = &mut self.occurrences[place];
        occurrence.is_read = true;
        if let Some(declaration) = self.declarations.get_mut(occurrence.declared as usize) {
            declaration.reads += 1;
        } else {
            let known = &mut self.names[occurrence.name as usize].globally;
            *known = (known.0.min(occurrence.start), known.1.max(occurrence.start));
        }
    }

    fn declare(&mut self, place: usize, may_be_unused: bool) {
        let Occurrence { start, name, .. } = self.occurrences[place];
        let depth = self.blocks.len();
        let known = &mut self.names[name as usize].declared;
        // `a, err := f()` declares only what the block does not have yet.
        let is_new = self.declarations.get(*known as usize).is_none_or(|declaration| declaration.depth != depth);
        if is_new {
            self.hidden.push((name, *known));
            *known = small(self.declarations.len());
            self.declarations.push(Declaration { start, depth, may_be_unused, reads: 0 });
        }
        self.occurrences[place].declared = *known;
    }

    fn declare_pending(&mut self) {
        let first = self.statements.last().copied().unwrap_or_default();
        for at in first..self.pending.len() {
            self.declare(self.pending[at], false);
        }
        self.pending.truncate(first);
    }

    /// How an identifier is used.
    fn use_of(&self, [grandparent, parent]: [Option<Node<'_>>; 2]) -> Use {
        let mut parts = self.open.iter().rev();
        match parts.next() {
            // Their other children are types and lists. A constant may be unused.
            Some(Part::Parameter | Part::Constant) => return Use::Parameter,
            Some(Part::Variable) => return Use::Declared,
            // The key of a map reads a variable, that of a struct names a field: nobody should count on it.
            Some(Part::Element) if parts.next() == Some(&Part::Keyed) => {
                let starts = |one: Node<'_>, other: Node<'_>| one.start_byte() == other.start_byte();
                let is_key = parent.zip(grandparent).is_some_and(|(element, pair)| starts(element, pair));
                return if is_key { Use::Named } else { Use::Read };
            }
            Some(Part::List) => {}
            _ => return Use::Read,
        }
        let statement = parts.next().copied().unwrap_or_default();
        if statement == Part::TypeSwitch {
            return Use::Declared;
        }
        let (Part::Declaration | Part::Assignment, Some(list), Some(node)) = (statement, parent, grandparent) else {
            return Use::Read;
        };
        if node.child_by_field_id(self.parts.left.get()) != Some(list) {
            return Use::Read;
        }
        let behind = self.source.get(list.end_byte()..node.end_byte()).unwrap_or_default().trim_start();
        match statement {
            Part::Declaration if behind.starts_with(":=") => Use::Declared,
            Part::Assignment if !behind.starts_with('=') => Use::Read,
            _ => Use::Named,
        }
    }

    /// Whether what no function declares stays in use: a global may be unused, a package must be used in its file.
    fn is_used_globally(&mut self, root: Node<'_>, number: u32, span: (usize, usize)) -> bool {
        let name = &mut self.names[number as usize];
        let imported = *name.imported.get_or_insert_with(|| {
            let mut imports = self.imports.iter().map(|import| &self.source[import.clone()]);
            imports.any(|import| words(import).any(|word| word == name.text))
        });
        let inside = |at: u32| (span.0..span.1).contains(&(at as usize));
        let (first, last) = name.globally;
        if !imported || first <= last && !(inside(first) && inside(last)) {
            return true;
        }
        // The walk does not look into types.
        let Some(left) = self.searches.checked_sub(1) else { return false };
        self.searches = left;
        let text = name.text;
        self.source
            .match_indices(text)
            .map(|(at, _)| at)
            .any(|at| !(span.0..span.1).contains(&at) && is_package_use(self.source, root, at, text))
    }
}

/// Stands for a name that was not used yet.
const NOWHERE: (u32, u32) = (u32::MAX, 0);

enum Use {
    Declared,
    Parameter,
    /// Assigned, or perhaps the name of a field: no use of its value.
    Named,
    Read,
}

/// Files are far smaller than four gigabytes.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("files of more than four gigabytes are skipped")
}

/// Whether a package is used at a place where its name stands.
fn is_package_use(source: &str, root: Node<'_>, at: usize, name: &str) -> bool {
    let bytes = source.as_bytes();
    let after = at + name.len();
    let stands_alone =
        !bytes[..at].last().is_some_and(|byte| is_word(*byte) || *byte == b'.') && bytes.get(after) == Some(&b'.');
    stands_alone
        && root
            .descendant_for_byte_range(at, after)
            .is_some_and(|node| matches!(node.kind(), "identifier" | "package_identifier"))
}
