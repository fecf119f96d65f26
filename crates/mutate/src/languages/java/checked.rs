//! Checked errors: what a `catch` names must be something that its `try` may throw.

use tree_sitter::Node;

use crate::{
    grammar::Field,
    role::Role,
    site::{Site, named_children},
};

/// Errors that may be caught anywhere, beyond those whose names end with `Error`.
const UNCHECKED: &[&str] = &[
    "Throwable",
    "Exception",
    "RuntimeException",
    "NullPointerException",
    "IllegalArgumentException",
    "IllegalStateException",
    "NumberFormatException",
    "IndexOutOfBoundsException",
    "ArrayIndexOutOfBoundsException",
    "StringIndexOutOfBoundsException",
    "ClassCastException",
    "ArithmeticException",
    "ArrayStoreException",
    "UnsupportedOperationException",
    "NoSuchElementException",
    "InputMismatchException",
    "ConcurrentModificationException",
    "DateTimeException",
    "DateTimeParseException",
    "UncheckedIOException",
    "SecurityException",
    "NegativeArraySizeException",
    "InvalidPathException",
    "PatternSyntaxException",
    "CompletionException",
    "CancellationException",
    "RejectedExecutionException",
    "EmptyStackException",
    "BufferOverflowException",
    "BufferUnderflowException",
    "MissingResourceException",
    "IllegalFormatException",
];

/// A `try` longer than this surely does more than what one mutant takes away.
const LONG: usize = 2_000;

/// Whether a change takes away all that may throw an error which a `catch` around it names.
pub(super) fn loses_its_cause(site: &Site<'_, '_>, (start, end): (usize, usize), replacement: &str) -> bool {
    let Some(lost) = site.source.get(start..end) else { return false };
    if !may_throw(lost) || may_throw(replacement.trim_start_matches("java.util.Optional.empty()")) {
        return false;
    }
    let inside = |frame: &&crate::site::Frame<'_>| !matches!(frame.role, Role::Function | Role::Lambda);
    site.stack.iter().rev().take_while(inside).filter(|frame| frame.node.kind() == "try_statement").any(|frame| {
        let Some(body) = site.child_of(frame.node, Field::Body) else { return false };
        let (from, to) = (body.start_byte(), body.end_byte());
        let rest = || [site.source.get(from..start), site.source.get(end..to)].into_iter().flatten();
        from <= start && end <= to && to - from < LONG && !rest().any(may_throw) && catches_checked(site, frame.node)
    })
}

/// Whether code calls something or throws.
fn may_throw(code: &str) -> bool {
    code.contains("throw ")
        || code.match_indices('(').any(|(at, _)| {
            let name = code[..at].trim_end();
            let word =
                name.rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '>')).next().unwrap_or(name);
            !word.is_empty() && !matches!(word, "if" | "while" | "for" | "switch" | "catch" | "synchronized" | "return")
        })
}

/// Whether one of the errors that a `try` handles is surely no error that may come from anywhere.
fn catches_checked<'t>(site: &Site<'_, 't>, statement: Node<'t>) -> bool {
    let clauses = named_children(statement).into_iter().filter(|child| child.kind() == "catch_clause");
    clauses.filter_map(|clause| clause.named_child(0)).flat_map(named_children).any(|part| {
        part.kind() == "catch_type"
            && site.text(part).split('|').any(|name| {
                let name = name.rsplit('.').next().unwrap_or(name).trim();
                !name.ends_with("Error") && !UNCHECKED.contains(&name)
            })
    })
}
