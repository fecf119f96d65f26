//! A shop.
use regex::Regex;

const STRICT: bool = true;

pub struct Shop {
    rate: f64,
    limit: i64,
    name: String,
}

impl Shop {
    pub fn totals(&mut self, price: i64, side: i64, flags: i64) -> i64 {
        let half = price / side;
        let rest = side % 3;
        let negative = -half;
        let bits = (flags & 6) | (flags ^ 3);
        let shifted = flags << side;
        let inverse = !flags;
        self.rate *= 0.5;
        self.limit &= 1;
        (half + rest).abs() + negative + bits + shifted + inverse
    }

    pub fn label(&self, kind: u32, names: &[&str]) -> String {
        let code = Regex::new(r"^[a-z]+-\d+$").expect("it compiles");
        match kind {
            1 => "one".to_owned(),
            2 => String::new(),
            n if names.contains(&"x") => format!("{n}"),
            _ => self.name.to_lowercase() + "",
        }
    }

    pub fn read(&mut self, done: bool) -> Result<u32, String> {
        self.limit = 10;
        while self.more() || done {
            self.step();
        }
        if !done && self.limit != 3 {
            return Err("no more".to_owned());
        }
        let other = Shop { limit: 3, ..Shop::default() };
        Ok(other.size())
    }

    pub fn is_open(&self, now: i64) -> bool {
        now < self.limit
    }
}
