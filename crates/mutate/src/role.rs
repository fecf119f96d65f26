//! Roles: what a syntax node means to the operators, whatever its grammar calls it.

/// What a node of a syntax tree is, in words that all languages share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    /// Nothing that an operator asks about.
    #[default]
    Other,
    /// An anonymous token that may be an operator.
    Token,
    /// Left alone with all that it holds: imports, types, annotations, assertions.
    Skip,
    /// A comment.
    Comment,
    /// A named function or method.
    Function,
    /// A function without a name of its own.
    Lambda,
    /// A type or module whose name qualifies the names of its functions.
    Class,
    /// A sequence of statements.
    Block,
    /// An expression with infix operators.
    Binary,
    /// An expression with a prefix operator.
    Unary,
    /// `a += b`.
    AugAssign,
    /// `a = b`.
    Assign,
    /// `a++`, `--a`.
    Update,
    /// `a..b`.
    Range,
    /// `c ? a : b`.
    Ternary,
    /// A call.
    Call,
    /// A call that makes an object.
    New,
    /// A macro call, whose arguments are tokens.
    Macro,
    /// `a[i]`.
    Index,
    /// `(a)`.
    Paren,
    /// `a.b`.
    Member,
    /// A name.
    Name,
    /// `true` or `false`; the text tells.
    Bool,
    /// A number; the text tells whether whole.
    Number,
    /// A string without interpolation that is surely one token or literal.
    Str,
    /// A string with values in it.
    Template,
    /// A character.
    Char,
    /// `null` and its kin.
    Null,
    /// A list, array, set or tuple literal.
    List,
    /// A map or object literal.
    Dict,
    /// A name and its value in a call or a map.
    Keyword,
    /// The arguments of a call.
    Arguments,
    /// An expression as a statement.
    ExprStmt,
    /// `return`.
    Return,
    /// `if` as a statement, or as an expression with blocks.
    If,
    /// A loop with a condition in front.
    While,
    /// A loop with a condition behind.
    DoWhile,
    /// A loop with a step.
    For,
    /// A loop over the items of a value.
    ForEach,
    /// A loop without a condition.
    Loop,
    /// A choice by value.
    Switch,
    /// One alternative of a choice.
    Case,
    /// The label or pattern of an alternative.
    Pattern,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `throw`.
    Throw,
    /// The deferred call of Go.
    Defer,
    /// A declaration whose value must be known to the compiler.
    Const,
    /// A declaration of names.
    Declaration,
    /// A guard of an alternative.
    Guard,
    /// A regular expression.
    Regex,
    /// One alternative of a choice, with what it does.
    Arm,
    /// What handles an error.
    Handler,
}

/// Facts about a place that all nodes below inherit.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for alone")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// Inside a value that the compiler reckons.
    pub constant: bool,
    /// Inside a pattern or a case label.
    pub pattern: bool,
    /// In the head of a loop: its condition or its step.
    pub loop_head: bool,
    /// Directly inside a `switch` that is inside the nearest loop.
    pub in_switch: bool,
    /// Inside the nearest loop at all.
    pub in_loop: bool,
    /// The nearest loop ends only by leaving it, or advances only in its body.
    pub open_loop: bool,
    /// Inside a function that may run while compiling: what goes wrong there is refused instead of tested.
    pub compile_time: bool,
}
