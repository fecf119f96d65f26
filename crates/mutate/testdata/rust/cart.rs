//! A cart.
use std::fmt;

const LIMIT: usize = 10;

pub struct Cart {
    items: Vec<u32>,
}

impl Cart {
    pub fn total(&self, n: u32) -> u32 {
        let mut sum = 0;
        for item in &self.items {
            if *item > 0 && !self.free(*item) {
                sum += item * 2;
                continue;
            }
            if sum == 10 {
                break;
            }
        }
        println!("{}", sum + 1);
        self.notify(sum);
        sum - n
    }

    fn parse(text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("empty".to_owned());
        }
        for i in 0..text.len() {
            check(i);
        }
        match text.len() {
            1 | 2 => Ok(()),
            n if n > LIMIT => Err(text.to_string() + "!"),
            _ => Ok(()),
        }
    }

    const fn ok(&self) -> bool {
        self.items.len() >= LIMIT
    }

    pub fn first(&self) -> Option<u32> {
        if let Some(first) = self.items.first() && *first > 1 {
            return Some(*first);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds() {
        assert_eq!(1 + 1, 2);
    }
}
