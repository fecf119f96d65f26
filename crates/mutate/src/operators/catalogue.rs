//! The catalogue of operators: the one source for code, reports and documentation.

use tinybug_model::Tier;

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

    /// The operator of that name.
    pub fn find(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|operator| operator.id == id)
    }
}

macro_rules! catalogue {
    ($($name:ident $id:literal $tier:ident $about:literal : $before:literal => $after:literal;)*) => {
        /// Names an operator inside this crate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Op { $($name),* }

        /// Every operator, by family.
        pub const CATALOGUE: &[Operator] = &[
            $(Operator { id: $id, tier: Tier::$tier, about: $about, before: $before, after: $after }),*
        ];
    };
}

impl Op {
    /// What the catalogue says of it.
    pub(crate) fn info(self) -> &'static Operator {
        &CATALOGUE[self as usize]
    }

    /// Whether it changes the structure of the code rather than a token of it, so that only a parser can tell whether
    /// the result is good.
    pub(crate) fn is_structural(self) -> bool {
        self == Self::CondCaseDrop
    }
}

catalogue! {
    ArithAddSub "arith.add_sub" Default "subtracts instead of adding": "price + tax" => "price - tax";
    ArithSubAdd "arith.sub_add" Default "adds instead of subtracting": "total - paid" => "total + paid";
    ArithMulDiv "arith.mul_div" Default "divides instead of multiplying": "width * height" => "width / height";
    ArithDivMul "arith.div_mul" Default "multiplies instead of dividing": "sum / count" => "sum * count";
    ArithModMul "arith.mod_mul" Default "multiplies instead of taking the remainder": "index % size" => "index * size";
    ArithFloordivDiv "arith.floordiv_div" Default "divides without rounding down": "n // 2" => "n / 2";
    ArithPowMul "arith.pow_mul" Default "multiplies instead of raising to a power": "side ** 2" => "side * 2";
    ArithNegDrop "arith.neg_drop" Default "drops a minus sign": "-offset" => "offset";
    ArithPlusNeg "arith.plus_neg" Extended "turns a plus sign into a minus sign": "+amount" => "-amount";
    AssignOpSwap "assign.op_swap" Default "updates a variable by the opposite operation": "total += price" => "total -= price";
    AssignOpPlain "assign.op_plain" Extended "overwrites a variable instead of updating it": "total += price" => "total = price";
    AssignNullish "assign.nullish" Default "changes when a variable is given its default": "limit ??= 10" => "limit = 10";
    UpdateSwap "update.swap" Default "counts in the other direction": "count++" => "count--";
    BitAndOr "bit.and_or" Default "swaps bitwise and with bitwise or": "flags & MASK" => "flags | MASK";
    BitXorAnd "bit.xor_and" Default "takes bitwise and instead of exclusive or": "a ^ b" => "a & b";
    BitShift "bit.shift" Default "shifts bits in the other direction": "1 << n" => "1 >> n";
    BitUshr "bit.ushr" Extended "keeps the sign when it shifts": "a >>> b" => "a >> b";
    BitNotDrop "bit.not_drop" Default "drops a bitwise complement": "~mask" => "mask";
    RelBoundary "rel.boundary" Default "moves the boundary of a comparison by one value": "age < 18" => "age <= 18";
    RelNegate "rel.negate" Default "turns a comparison into its opposite": "age < 18" => "age >= 18";
    RelEq "rel.eq" Default "swaps equal with not equal": "status == DONE" => "status != DONE";
    RelStrictEq "rel.strict_eq" Default "swaps strictly equal with strictly not equal": "kind === 'a'" => "kind !== 'a'";
    RelIdentity "rel.identity" Default "swaps a test for identity with its opposite": "x is None" => "x is not None";
    RelMember "rel.member" Default "swaps a test for membership with its opposite": "key in seen" => "key not in seen";
    RelFalseTrue "rel.false_true" Extended "puts a constant in the place of a comparison": "return a < b" => "return false";
    RelSpaceship "rel.spaceship" Extended "compares in the opposite order": "a <=> b" => "b <=> a";
    LogicAndOr "logic.and_or" Default "swaps logical and with logical or": "ready && open" => "ready || open";
    LogicNotDrop "logic.not_drop" Default "drops a logical not": "!done" => "done";
    LogicNegateCond "logic.negate_cond" Default "takes the other branch of a condition": "if (empty)" => "if (!empty)";
    CondTrue "cond.true" Default "always takes a branch": "if (cached)" => "if (true)";
    CondFalse "cond.false" Default "never takes a branch": "if (cached)" => "if (false)";
    CondTernary "cond.ternary" Default "always chooses one side, or the wrong side, of a conditional value": "ok ? a : b" => "ok ? b : a";
    CondLoopZero "cond.loop_zero" Extended "never enters a loop": "while (more)" => "while (false)";
    CondNullish "cond.nullish" Default "ignores a value or its fallback": "name ?? 'none'" => "name";
    CondOptionalChain "cond.optional_chain" Default "looks into a value without asking whether it exists": "user?.name" => "user.name";
    CondGuard "cond.guard" Default "puts a constant in the place of a guard": "case x if x > 0:" => "case x if True:";
    CondCaseDrop "cond.case_drop" Extended "drops one alternative of a choice": "1 => \"one\"," => "";
    LitBool "lit.bool" Default "swaps true with false": "strict = true" => "strict = false";
    LitInt "lit.int" Default "changes a number by one": "retries = 3" => "retries = 4";
    LitFloat "lit.float" Extended "changes a fraction": "rate = 0.5" => "rate = 1.5";
    LitStringEmpty "lit.string_empty" Extended "empties a text": "sep = \",\"" => "sep = \"\"";
    LitStringFill "lit.string_fill" Default "fills an empty text": "name = \"\"" => "name = \"tinybug\"";
    LitCollection "lit.collection" Default "empties a collection": "ids = [1, 2]" => "ids = []";
    LitItemDrop "lit.item_drop" Extended "drops one element of a collection": "[a, b]" => "[a]";
    LitRegex "lit.regex" Extended "weakens a regular expression": "/^id-/" => "/id-/";
    LitRange "lit.range" Default "moves the end of a range by one": "0..n" => "0..=n";
    StmtCallDrop "stmt.call_drop" Default "drops a call": "cache.clear()" => "";
    StmtAssignDrop "stmt.assign_drop" Extended "drops an assignment": "self.total = 0" => "";
    StmtAssignNull "stmt.assign_null" Extended "assigns nothing": "user = find(id)" => "user = None";
    StmtThrowDrop "stmt.throw_drop" Default "drops the raising of an error": "raise ValueError(x)" => "pass";
    StmtDeferDrop "stmt.defer_drop" Extended "drops a deferred call": "defer unlock()" => "";
    FlowBreakContinue "flow.break_continue" Default "swaps leaving a loop with its next round": "break" => "continue";
    FlowEarlyReturn "flow.early_return" Extended "leaves a function before it does anything": "save(x)" => "return; save(x)";
    RetBool "ret.bool" Default "returns another truth value": "return valid" => "return !valid";
    RetZero "ret.zero" Default "returns an empty value": "return total" => "return 0";
    RetErrNil "ret.err_nil" Default "returns success instead of an error": "return err" => "return nil";
    CallMethodSwap "call.method_swap" Default "calls the opposite method": "min(a, b)" => "max(a, b)";
    CallUnwrap "call.unwrap" Extended "uses a value without the call that prepares it": "name.trim()" => "name";
    CallArgDrop "call.arg_drop" Extended "drops an optional argument": "sort(key=f)" => "sort()";
    ExceptClass "except.class" Extended "handles no error where it handled one": "except KeyError:" => "except ():";
    DeclStructFieldDrop "decl.struct_field_drop" Extended "leaves a field at the value of the base": "{...base, a: 1}" => "{...base}";
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
