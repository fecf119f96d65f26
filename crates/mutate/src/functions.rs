//! Functions that someone asks for by name: which are there, and which names come near those that are not.

/// Whether a mutant's function is of that name: the whole name, as `Cart.total`, or some parts of it in a row. `::` and
/// `#` stand for the dot.
pub fn is_in_function(function: &str, name: &str) -> bool {
    let (function, name) = (parts(function), parts(name));
    function.windows(name.len()).any(|part| part == name)
}

fn parts(name: &str) -> Vec<&str> {
    name.split(['.', '#']).flat_map(|part| part.split("::")).collect()
}

/// Names of functions that are asked for, and what was met of them so far.
#[derive(Debug, Clone)]
pub struct WantedFunctions {
    wanted: Vec<Wanted>,
}

#[derive(Debug, Clone)]
struct Wanted {
    name: String,
    is_met: bool,
    /// Names that come near, the nearest first, each with how near it comes.
    near: Vec<(f64, String)>,
}

/// So many near names are given.
const NEAR: usize = 3;

/// Names that come less near than this are others.
const NEAR_ENOUGH: f64 = 0.6;

impl WantedFunctions {
    /// Asks for functions.
    pub fn new(names: &[String]) -> Self {
        let wanted = names.iter().map(|name| Wanted { name: name.clone(), is_met: false, near: Vec::new() });
        Self { wanted: wanted.collect() }
    }

    /// Whether all were met: nothing that follows can change the answer.
    pub fn are_met(&self) -> bool {
        self.wanted.iter().all(|wanted| wanted.is_met)
    }

    /// Meets a function of a file, or what else encloses code.
    pub fn meet(&mut self, function: &str) {
        for wanted in self.wanted.iter_mut().filter(|wanted| !wanted.is_met) {
            if is_in_function(function, &wanted.name) {
                wanted.is_met = true;
            } else {
                wanted.compare(function);
            }
        }
    }

    /// A sentence about those that were not met; none when all were.
    pub fn sentence(&self) -> Option<String> {
        let missing: Vec<_> = self.wanted.iter().filter(|wanted| !wanted.is_met).map(Wanted::sentence).collect();
        (!missing.is_empty()).then(|| format!("{}; write names as `total` or `Cart.total`", missing.join("; ")))
    }
}

impl Wanted {
    fn compare(&mut self, function: &str) {
        let nearness = nearness(&self.name, function);
        let at = self.near.iter().position(|(known, _)| *known < nearness).unwrap_or(self.near.len());
        let known = self.near.iter().any(|(_, name)| name == function);
        if nearness >= NEAR_ENOUGH && at < NEAR && !known {
            self.near.insert(at, (nearness, function.to_owned()));
            self.near.truncate(NEAR);
        }
    }

    fn sentence(&self) -> String {
        let near: Vec<_> = self.near.iter().map(|(_, name)| format!("`{name}`")).collect();
        let near = if near.is_empty() { String::new() } else { format!(" (near it: {})", near.join(", ")) };
        format!("no function is named `{}`{near}", self.name)
    }
}

/// How near a name comes to a function's, from 0 to 1: as a whole, or to its last part.
fn nearness(name: &str, function: &str) -> f64 {
    let (name, function) = (name.to_lowercase(), function.to_lowercase());
    let last = parts(&function).pop().unwrap_or_default();
    let own = parts(&name).pop().unwrap_or_default();
    let whole = strsim::normalized_damerau_levenshtein(&name, &function);
    let contains = own.len() > 2 && last.contains(own) || last.len() > 2 && own.contains(last);
    let parts = strsim::normalized_damerau_levenshtein(own, last).max(if contains { NEAR_ENOUGH } else { 0.0 });
    whole.max(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whole_or_some_parts_in_a_row() {
        for name in ["Shop.Cart.total", "Cart.total", "Cart::total", "Cart#total", "total", "Cart", "Shop"] {
            assert!(is_in_function("Shop.Cart.total", name), "{name}");
        }
        for name in ["", "tot", "Shop.total", "Cart.total.x", "cart"] {
            assert!(!is_in_function("Shop.Cart.total", name), "{name}");
        }
        assert!(is_in_function("Cart::total", "Cart.total"));
    }

    fn asked(names: &[&str]) -> Option<String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut wanted = WantedFunctions::new(&names);
        for function in ["Cart", "Cart.total", "Cart.totals", "shipping_fee", "shipping_fee", "apply"] {
            wanted.meet(function);
        }
        wanted.sentence()
    }

    #[test]
    fn what_is_missing_is_named_with_what_comes_near() {
        assert_eq!(asked(&["total", "Cart.totals", "Cart"]), None);
        let sentence = asked(&["Total", "shippingFee", "unheard_of"]).unwrap();
        let expected = "no function is named `Total` (near it: `Cart.total`, `Cart.totals`); \
                        no function is named `shippingFee` (near it: `shipping_fee`); \
                        no function is named `unheard_of`; write names as `total` or `Cart.total`";
        assert_eq!(sentence, expected);
    }
}
