//! The languages: for each a folder with its grammar, globs, roles of node kinds, and a page of code for its own rules.

mod c;
mod cpp;
mod csharp;
mod go;
mod java;
mod javascript;
mod python;
mod ruby;
mod rust;
mod typescript;

use tinybug_model::Language;

pub(crate) use go::Uses;

use crate::{operators::Op, role::Role, site::Site, types::Guess};

/// How many grammars there are: one per language, and one more for TSX.
pub(crate) const GRAMMARS: usize = 11;

/// Every language.
pub(crate) static ALL: [&LanguageSpec; 10] = [
    &python::SPEC,
    &javascript::SPEC,
    &typescript::SPEC,
    &go::SPEC,
    &java::SPEC,
    &rust::SPEC,
    &ruby::SPEC,
    &c::SPEC,
    &cpp::SPEC,
    &csharp::SPEC,
];

/// The data of a language.
pub(crate) fn spec(language: Language) -> &'static LanguageSpec {
    ALL.into_iter().find(|spec| spec.language == language).expect("every language has its folder")
}

/// A grammar of a language, chosen by the file's extension.
pub(crate) struct Dialect {
    /// Which of all grammars.
    pub number: usize,
    /// Extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// The grammar.
    pub grammar: fn() -> tree_sitter::Language,
}

/// How to know a test file by its path.
#[derive(Default)]
pub(crate) struct TestFiles {
    /// Names of directories that hold tests.
    pub directories: &'static [&'static str],
    /// Beginnings of file names.
    pub prefixes: &'static [&'static str],
    /// Ends of file names, the extension included.
    pub suffixes: &'static [&'static str],
    /// Whole file names.
    pub names: &'static [&'static str],
}

/// How a node of some kind declares names.
pub(crate) struct Declares {
    /// Kind of the node.
    pub kind: &'static str,
    /// Field with the name or names.
    pub name: crate::grammar::Field,
    /// Field with the type, if the language writes one.
    pub types: Option<crate::grammar::Field>,
    /// Field with the value, if there may be one.
    pub value: Option<crate::grammar::Field>,
}

/// When `+` may become `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// Unless an operand is known to be a text or a collection.
    UnlessText,
    /// Only when an operand is known to be a number: the compiler refuses all else.
    IfNumber,
}

/// How a language writes what mutants put in.
pub(crate) struct Syntax {
    /// Starts a comment to the end of the line.
    pub line_comment: &'static str,
    /// Logical not, with the space it needs.
    pub not: &'static str,
    /// True and false.
    pub bools: [&'static str; 2],
    /// No value.
    pub null: &'static str,
    /// A statement that does nothing and may stand wherever a call statement stood; the semicolon stays outside when
    /// the grammar holds it outside.
    pub nothing: &'static str,
    /// Whether a compiler refuses a choice with two equal or too few alternatives, and numbers too large for a type.
    pub strict: bool,
}

/// Calls that mutants leave alone, with all their arguments.
#[derive(Default)]
pub(crate) struct Arid {
    /// Whole callees, such as `print` or `fmt.Println`.
    pub callees: &'static [&'static str],
    /// First names of callees, such as `logger` in `logger.info`.
    pub receivers: &'static [&'static str],
    /// Last names of callees, such as `sleep` in `time.sleep`.
    pub methods: &'static [&'static str],
}

/// What a canary puts into a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Canary {
    /// After the opening brace of a block.
    Brace(&'static str),
    /// As a statement before the first one, with the separator of statements on one line.
    Statement(&'static str),
    /// As `Statement`, but a compound statement cannot follow it on the same line.
    Indented(&'static str),
}

/// A language is data plus a page of code.
pub(crate) struct LanguageSpec {
    /// Which.
    pub language: Language,
    /// Its grammars.
    pub dialects: &'static [Dialect],
    /// Its test files.
    pub tests: TestFiles,
    /// Names of files that are tools of the build, not product code.
    pub build_files: &'static [&'static str],
    /// How it is written.
    pub syntax: Syntax,
    /// When `+` may become `-`.
    pub plus: Plus,
    /// What node kinds mean.
    pub roles: &'static [(Role, &'static [&'static str])],
    /// How names are declared.
    pub declares: &'static [Declares],
    /// Whether `/` gives fractions of whole numbers.
    pub divides_exactly: bool,
    /// How the length of something is asked for: a function with its parenthesis, or what stands behind a value. Never
    /// below zero.
    pub lengths: &'static [&'static str],
    /// What a written type says about `+`.
    pub type_guess: fn(&str) -> Guess,
    /// Calls to leave alone.
    pub arid: Arid,
    /// Opposite methods and functions.
    pub swaps: &'static [(&'static str, &'static str)],
    /// What compiles regular expressions, as written in front of its arguments, and which argument it compiles.
    pub regexes: &'static [(&'static str, u32)],
    /// The node that holds the items of a collection literal, brackets included; none when it may not be emptied.
    pub items: for<'a, 't> fn(&Site<'a, 't>) -> Option<tree_sitter::Node<'t>>,
    /// Whether a node with all that it holds is left alone, beyond roles and arid calls.
    pub skips: fn(&Site<'_, '_>) -> bool,
    /// Whether the language allows this mutation here, beyond what the operators know.
    pub allows: fn(&Site<'_, '_>, Op, (usize, usize), &str) -> bool,
    /// Which changes may take away the last use of a name, where the compiler then refuses the code; none when it lets
    /// names be unused. What finds the uses, `Uses`, reads Go's grammar: another such language needs its own.
    pub may_lose_names: Option<fn(Op) -> bool>,
    /// Empty values for a function that returns the written type; none when there is none that surely compiles.
    pub zeros: fn(&str) -> &'static [&'static str],
    /// What a canary puts in.
    pub canary: Canary,
}

impl LanguageSpec {
    /// Whether a compiler looks at the types of operands.
    pub(crate) fn is_compiled(&self) -> bool {
        use Language::{C, CSharp, Cpp, Go, Java, Rust};
        matches!(self.language, Go | Java | Rust | C | Cpp | CSharp)
    }

    /// The grammar for a path.
    pub(crate) fn dialect(&self, path: &str) -> &'static Dialect
    where
        Self: 'static,
    {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.dialects.iter().find(|dialect| dialect.extensions.contains(&extension)).unwrap_or(&self.dialects[0])
    }
}

/// Whether a Rust item is a test or part of tests.
pub(crate) fn rust_item_is_test(bytes: &[u8], item: tree_sitter::Node<'_>) -> bool {
    rust::is_test(bytes, item)
}
