//! Hashes of the tokens on a line, with and without a change: two changes that make the same tokens are one mutant.
//!
//! Spaces between tokens do not count, spaces inside texts do. The hash is a polynomial, so that what a change leaves
//! alone is hashed once for all changes of a line.

/// Factor of the polynomial: odd, with bits all over.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Lines longer than this were written by machines; no mutant stands on them.
pub(crate) const LONGEST_LINE: usize = 1_000;

/// Powers of the base, as many as a line has bytes.
static POWERS: [u64; LONGEST_LINE + 1] = {
    let mut powers = [1_u64; LONGEST_LINE + 1];
    let mut at = 1;
    while at <= LONGEST_LINE {
        powers[at] = powers[at - 1].wrapping_mul(BASE);
        at += 1;
    }
    powers
};

/// How far a line was read.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    hash: u64,
    /// How many bytes are in the hash.
    length: usize,
    /// The quote that is open, or 0.
    quote: u8,
    /// The last byte in the hash.
    last: u8,
    /// Whether spaces came after it.
    pending: bool,
}

impl Scan {
    fn add(&mut self, byte: u8) {
        if self.quote == 0 && byte.is_ascii_whitespace() {
            self.pending = true;
            return;
        }
        if self.pending && is_word(self.last) && is_word(byte) {
            self.put(b' ');
        }
        self.pending = false;
        if matches!(byte, b'"' | b'\'' | b'`') {
            self.quote = match self.quote {
                0 => byte,
                open if open == byte => 0,
                open => open,
            };
        }
        self.put(byte);
        self.last = byte;
    }

    fn put(&mut self, byte: u8) {
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1);
        self.length += 1;
    }

    /// Whether all that follows is read the same way.
    fn goes_on_as(&self, other: &Self) -> bool {
        self.quote == other.quote && self.pending == other.pending && is_word(self.last) == is_word(other.last)
    }
}

/// A line, read once.
#[derive(Debug, Default)]
pub(crate) struct LineTokens {
    /// How far the line was read before each of its bytes, and at its end.
    scans: Vec<Scan>,
}

impl LineTokens {
    /// Reads a line of at most `LONGEST_LINE` bytes.
    pub(crate) fn read(&mut self, line: &[u8]) {
        self.scans.clear();
        let mut scan = Scan::default();
        self.scans.push(scan);
        for byte in line.iter().take(LONGEST_LINE) {
            scan.add(*byte);
            self.scans.push(scan);
        }
    }

    /// The hash of the line as it is.
    pub(crate) fn original(&self) -> u64 {
        self.scans.last().map_or(0, |scan| scan.hash)
    }

    /// The hash of the line with a change, whose place is counted from the start of the line.
    pub(crate) fn changed(&self, line: &[u8], (start, end): (usize, usize), replacement: &[u8]) -> u64 {
        let mut scan = self.scans[start];
        for byte in replacement {
            scan.add(*byte);
        }
        let (here, whole) = (&self.scans[end], &self.scans[self.scans.len() - 1]);
        if scan.goes_on_as(here) {
            let power = POWERS[whole.length - here.length];
            let rest = whole.hash.wrapping_sub(here.hash.wrapping_mul(power));
            return scan.hash.wrapping_mul(power).wrapping_add(rest);
        }
        for byte in &line[end..] {
            scan.add(*byte);
        }
        scan.hash
    }
}

/// Whether a byte is part of a word.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The words in a text, as most languages see them; there may be empty ones between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(line: &str) -> u64 {
        let mut tokens = LineTokens::default();
        tokens.read(line.as_bytes());
        tokens.original()
    }

    #[test]
    fn spaces_count_only_inside_texts_and_between_words() {
        assert_eq!(hash("a + b"), hash("a+b "));
        assert_ne!(hash("not a"), hash("nota"));
        assert_ne!(hash("f(' ')"), hash("f('')"));
    }

    #[test]
    fn a_change_hashes_as_the_changed_line_does() {
        let line = "if a < b and f(\"x  y\") :  return 'it'";
        let mut tokens = LineTokens::default();
        tokens.read(line.as_bytes());
        for start in 0..line.len() {
            for end in start..=line.len() {
                for replacement in ["", "<=", "\"", " ", "x", "' '"] {
                    let changed = [&line[..start], replacement, &line[end..]].concat();
                    let found = tokens.changed(line.as_bytes(), (start, end), replacement.as_bytes());
                    assert_eq!(found, hash(&changed), "{changed}");
                }
            }
        }
    }
}
