//! The catalogue of operators: the one source for code, reports and documentation.

use tinybug_model::{Language, Tier};

/// What an operator does, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// Name, as `family.name`.
    pub id: &'static str,
    /// Tier that it belongs to where no guard moves it.
    pub tier: Tier,
    /// What it changes, as a phrase that fits "this mutant ...".
    pub about: &'static str,
    /// An example before.
    pub before: &'static str,
    /// The example after.
    pub after: &'static str,
    /// The languages that it knows mutants in.
    pub reach: Reach,
    /// Where it leaves code alone, in sentences; empty when nowhere beyond what every operator leaves alone.
    pub guard: &'static str,
}

/// The page that describes the operators, relative to Tinybug's own repository.
pub const OPERATORS_PAGE: &str = "docs/operators.md";

/// Languages that an operator applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every language.
    All,
    /// Every language but these.
    AllBut(&'static [Language]),
    /// Only these.
    Only(&'static [Language]),
}

impl Reach {
    /// Whether it holds for a language.
    pub fn holds(self, language: Language) -> bool {
        match self {
            Self::All => true,
            Self::AllBut(others) => !others.contains(&language),
            Self::Only(these) => these.contains(&language),
        }
    }
}

impl Operator {
    /// The part of the name before the dot.
    pub fn family(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(family, _)| family)
    }

    /// The anchor of its description on a page of documentation.
    pub fn anchor(&self) -> String {
        self.id.replace(['.', '_'], "-")
    }

    /// Its description, as the page and the anchor on it, relative to Tinybug's own repository.
    pub fn page(&self) -> String {
        format!("{OPERATORS_PAGE}#{}", self.anchor())
    }

    /// The operator of that name.
    pub fn find(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|operator| operator.id == id)
    }
}

macro_rules! catalogue {
    ($($name:ident $id:literal $tier:ident $about:literal : $before:literal => $after:literal;
        $reach:ident $(($($language:ident)*))? $($guard:literal)?;)*) => {
        /// Names an operator inside this crate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Op { $($name),* }

        /// Every operator, by family.
        pub const CATALOGUE: &[Operator] = &[
            $(Operator {
                id: $id,
                tier: Tier::$tier,
                about: $about,
                before: $before,
                after: $after,
                reach: Reach::$reach $((&[$(Language::$language),*]))?,
                guard: concat!($($guard)?),
            }),*
        ];
    };
}

impl Op {
    /// What the catalogue says of it.
    pub(crate) fn info(self) -> &'static Operator {
        &CATALOGUE[self as usize]
    }
}

catalogue! {
    ArithAddSub "arith.add_sub" Default "subtracts instead of adding": "price + tax" => "price - tax";
        All "Not where an operand is a text or a collection, nor beside a zero; Go, Java and C# only where one operand is known to be a number.";
    ArithSubAdd "arith.sub_add" Default "adds instead of subtracting": "total - paid" => "total + paid";
        All "Not beside a zero, nor between values that cannot be added; C and C++ only where one operand surely is a number, because the sum of two pointers is nothing.";
    ArithMulDiv "arith.mul_div" Default "divides instead of multiplying": "width * height" => "width / height";
        All "Not beside a one, nor where an operand is a text or a collection, as in `\"-\" * 20`.";
    ArithDivMul "arith.div_mul" Default "multiplies instead of dividing": "sum / count" => "sum * count";
        All "Not beside a one, nor for paths joined by a slash.";
    ArithModMul "arith.mod_mul" Default "multiplies instead of taking the remainder": "index % size" => "index * size";
        All "Not where the left side is a text to be formatted.";
    ArithFloordivDiv "arith.floordiv_div" Default "divides without rounding down": "n // 2" => "n / 2";
        Only(Python);
    ArithPowMul "arith.pow_mul" Default "multiplies instead of raising to a power": "side ** 2" => "side * 2";
        Only(Python JavaScript TypeScript Ruby);
    ArithNegDrop "arith.neg_drop" Default "drops a minus sign": "-offset" => "offset";
        All "Not in front of a zero.";
    ArithPlusNeg "arith.plus_neg" Extended "turns a plus sign into a minus sign": "+amount" => "-amount";
        AllBut(Rust);
    AssignOpSwap "assign.op_swap" Default "updates a variable by the opposite operation": "total += price" => "total -= price";
        All "`+=` only where `+` may become `-`. Bitwise and shifting forms are of the extended tier.";
    AssignOpPlain "assign.op_plain" Extended "overwrites a variable instead of updating it": "total += price" => "total = price";
        All "Not where the variable would be left unused.";
    AssignNullish "assign.nullish" Default "changes when a variable is given its default": "limit ??= 10" => "limit = 10";
        Only(JavaScript TypeScript Ruby CSharp) "In Ruby only for local variables: `@x ||= f` is how an object remembers.";
    UpdateSwap "update.swap" Default "counts in the other direction": "count++" => "count--";
        AllBut(Python Rust Ruby) "In the head of a loop it is of the extended tier, because such loops hardly ever end.";
    BitAndOr "bit.and_or" Default "swaps bitwise and with bitwise or": "flags & MASK" => "flags | MASK";
        All "In Ruby only beside a number, because `&` and `|` also join sets.";
    BitXorAnd "bit.xor_and" Default "takes bitwise and instead of exclusive or": "a ^ b" => "a & b";
        All;
    BitShift "bit.shift" Default "shifts bits in the other direction": "1 << n" => "1 >> n";
        All "Not for streams in C++, nor where `<<` appends in Ruby.";
    BitUshr "bit.ushr" Extended "keeps the sign when it shifts": "a >>> b" => "a >> b";
        Only(JavaScript TypeScript Java CSharp);
    BitNotDrop "bit.not_drop" Default "drops a bitwise complement": "~mask" => "mask";
        AllBut(Rust) "Rust writes it `!`, as the logical not: see `logic.not_drop`.";
    RelBoundary "rel.boundary" Default "moves the boundary of a comparison by one value": "age < 18" => "age <= 18";
        All "Not where it only chooses between the two values that it compares, as in `a < b ? a : b`.";
    RelNegate "rel.negate" Default "turns a comparison into its opposite": "age < 18" => "age >= 18";
        All "Not behind a not, which is dropped instead.";
    RelEq "rel.eq" Default "swaps equal with not equal": "status == DONE" => "status != DONE";
        All;
    RelStrictEq "rel.strict_eq" Default "swaps strictly equal with strictly not equal": "kind === 'a'" => "kind !== 'a'";
        Only(JavaScript TypeScript);
    RelIdentity "rel.identity" Default "swaps a test for identity with its opposite": "x is None" => "x is not None";
        Only(Python CSharp) "In C# only tests for null: other patterns bind names.";
    RelMember "rel.member" Default "swaps a test for membership with its opposite": "key in seen" => "key not in seen";
        Only(Python);
    RelFalseTrue "rel.false_true" Extended "puts a constant in the place of a comparison": "return a < b" => "return false";
        All "Not where another operator makes the same text, and not where the compiler would see a variable unused.";
    RelSpaceship "rel.spaceship" Extended "compares in the opposite order": "a <=> b" => "b <=> a";
        Only(Ruby Cpp);
    LogicAndOr "logic.and_or" Default "swaps logical and with logical or": "ready && open" => "ready || open";
        All "Not where the left side only guards the right one, as in `p && p.x`.";
    LogicNotDrop "logic.not_drop" Default "drops a logical not": "!done" => "done";
        All;
    LogicNegateCond "logic.negate_cond" Default "takes the other branch of a condition": "if (empty)" => "if (!empty)";
        All "Only where the condition is a name, a member or a call; comparisons have `rel.negate`.";
    CondTrue "cond.true" Default "always takes a branch": "if (cached)" => "if (true)";
        All "Not where the condition binds names or proves something to the compiler.";
    CondFalse "cond.false" Default "never takes a branch": "if (cached)" => "if (false)";
        All "Not where the condition binds names or proves something to the compiler.";
    CondTernary "cond.ternary" Default "always chooses one side, or the wrong side, of a conditional value": "ok ? a : b" => "ok ? b : a";
        AllBut(Go Rust) "The sides are not swapped where the condition has an opposite of its own.";
    CondLoopZero "cond.loop_zero" Extended "never enters a loop": "while (more)" => "while (false)";
        AllBut(Java) "Loops over items only in Python, JavaScript, TypeScript and Ruby.";
    CondNullish "cond.nullish" Default "ignores a value or its fallback": "name ?? 'none'" => "name";
        Only(Python JavaScript TypeScript Ruby CSharp) "`or` in Python and Ruby only where a literal is the fallback.";
    CondOptionalChain "cond.optional_chain" Default "looks into a value without asking whether it exists": "user?.name" => "user.name";
        Only(JavaScript TypeScript Ruby CSharp) "In C# not in front of `??`.";
    CondGuard "cond.guard" Default "puts a constant in the place of a guard": "case x if x > 0:" => "case x if True:";
        Only(Python Java Rust Ruby CSharp);
    CondCaseDrop "cond.case_drop" Extended "drops one alternative of a choice": "1 => \"one\"," => "";
        All "Only alternatives on one line, where another one takes all else and does something else.";
    LitBool "lit.bool" Default "swaps true with false": "strict = true" => "strict = false";
        All "Not in a loop without an end.";
    LitInt "lit.int" Default "changes a number by one": "retries = 3" => "retries = 4";
        All "Not sizes of arrays, values of enumerations, and settings such as ports, timeouts, versions and levels; nor where moving the boundary of a comparison of whole numbers does the same.";
    LitFloat "lit.float" Extended "changes a fraction": "rate = 0.5" => "rate = 1.5";
        All;
    LitStringEmpty "lit.string_empty" Extended "empties a text": "sep = \",\"" => "sep = \"\"";
        All "Not documents, messages of errors, keys, formats, statements of SQL.";
    LitStringFill "lit.string_fill" Default "fills an empty text": "name = \"\"" => "name = \"tinybug\"";
        All "Not documents, messages of errors, keys.";
    LitCollection "lit.collection" Default "empties a collection": "ids = [1, 2]" => "ids = []";
        AllBut(Rust C Cpp) "Only where the type does not hang on the items.";
    LitItemDrop "lit.item_drop" Extended "drops one element of a collection": "[a, b]" => "[a]";
        AllBut(Rust C Cpp) "Only where the type does not hang on the number of items.";
    LitRegex "lit.regex" Extended "weakens a regular expression": "/^id-/" => "/id-/";
        All "In literals of its own and in texts given to what compiles them.";
    LitRange "lit.range" Default "moves the end of a range by one": "0..n" => "0..=n";
        Only(Rust Ruby) "Not in patterns.";
    StmtCallDrop "stmt.call_drop" Default "drops a call": "cache.clear()" => "";
        All "Not calls that only log, clean up, wait or check, and not where the compiler needs the call.";
    StmtAssignDrop "stmt.assign_drop" Extended "drops an assignment": "self.total = 0" => "";
        All "Never a declaration; in most languages only fields.";
    StmtAssignNull "stmt.assign_null" Extended "assigns nothing": "user = find(id)" => "user = None";
        Only(Python JavaScript Ruby);
    StmtThrowDrop "stmt.throw_drop" Default "drops the raising of an error": "raise ValueError(x)" => "pass";
        AllBut(Go Rust C) "In Java and C# only in an `if` that statements follow.";
    StmtDeferDrop "stmt.defer_drop" Extended "drops a deferred call": "defer unlock()" => "";
        Only(Go);
    FlowBreakContinue "flow.break_continue" Default "swaps leaving a loop with its next round": "break" => "continue";
        All "Where a loop might never end it is of the extended tier.";
    FlowEarlyReturn "flow.early_return" Extended "leaves a function before it does anything": "save(x)" => "return; save(x)";
        All "Only where the type returned has an empty value.";
    RetBool "ret.bool" Default "returns another truth value": "return valid" => "return !valid";
        All;
    RetZero "ret.zero" Default "returns an empty value": "return total" => "return 0";
        All "In compiled languages only where the type written has an empty value; not beside an error in Go.";
    RetErrNil "ret.err_nil" Default "returns success instead of an error": "return err" => "return nil";
        Only(Go Rust) "Not where a variable would be left unused.";
    CallMethodSwap "call.method_swap" Default "calls the opposite method": "min(a, b)" => "max(a, b)";
        All "Only pairs in which both exist wherever one does.";
    CallUnwrap "call.unwrap" Extended "uses a value without the call that prepares it": "name.trim()" => "name";
        All "Only functions that give back a value of the type that they take.";
    CallArgDrop "call.arg_drop" Extended "drops an optional argument": "sort(key=f)" => "sort()";
        Only(Python Ruby) "Only arguments with names, not the first.";
    ExceptClass "except.class" Extended "handles no error where it handled one": "except KeyError:" => "except ():";
        Only(Python Ruby CSharp);
    DeclStructFieldDrop "decl.struct_field_drop" Extended "leaves a field at the value of the base": "{...base, a: 1}" => "{...base}";
        Only(JavaScript TypeScript Rust Ruby CSharp) "Only beside a base that gives the field.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_family_and_a_name_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for operator in CATALOGUE {
            let (family, name) = operator.id.split_once('.').unwrap();
            assert!(!family.is_empty() && !name.is_empty(), "{}", operator.id);
            assert!(seen.insert(operator.id), "{} twice", operator.id);
            assert_ne!(operator.before, operator.after, "{}", operator.id);
        }
    }

    #[test]
    fn an_operator_is_found_by_its_name() {
        assert_eq!(Operator::find("rel.boundary"), Some(Op::RelBoundary.info()));
        assert_eq!(Operator::find("rel.loosen"), None);
    }
}
