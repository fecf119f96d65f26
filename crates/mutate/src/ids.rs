//! Stable names of mutants: what one changes and where in the code's structure, never a line number.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use tinybug_model::MutantId;
use twox_hash::XxHash3_64;

/// Keys that are hashes already are not hashed once more.
pub(crate) type Hashed = BuildHasherDefault<AsIs>;

/// Takes a hash as it is.
#[derive(Debug, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Names the mutants of one file, in their order.
pub(crate) struct IdMaker {
    /// The hash of the path.
    file: u64,
    /// The hash of the path, the function and the line's text.
    place: u64,
    /// Number of the line and of the function that `place` is of.
    at: Option<(usize, u32)>,
    /// How often each change was met, by the name of its first.
    met: HashMap<u64, u32, Hashed>,
    parts: Vec<u8>,
}

impl IdMaker {
    /// Names for the mutants of the file at that path.
    pub(crate) fn new(path: &str) -> Self {
        let file = XxHash3_64::oneshot(path.as_bytes());
        Self { file, place: file, at: None, met: HashMap::default(), parts: Vec::with_capacity(256) }
    }

    /// Goes to a line of a function; what is named next stands there.
    pub(crate) fn stand_at(&mut self, at: (usize, u32), function: &str, text: &[u8]) {
        if self.at == Some(at) {
            return;
        }
        self.at = Some(at);
        self.parts.clear();
        push(&mut self.parts, function.as_bytes());
        push(&mut self.parts, text);
        self.place = XxHash3_64::oneshot_with_seed(self.file, &self.parts);
    }

    /// Names a change. The same one again, on a line that reads the same, gets the next number.
    pub(crate) fn name(&mut self, operator: &str, tier: &str, replacement: &str) -> MutantId {
        self.parts.clear();
        for part in [operator, tier, replacement] {
            push(&mut self.parts, part.as_bytes());
        }
        let first = self.hash();
        let met = self.met.entry(first).or_default();
        let occurrence = *met;
        *met += 1;
        if occurrence == 0 {
            return MutantId(hexadecimal(first));
        }
        push(&mut self.parts, &occurrence.to_be_bytes());
        MutantId(hexadecimal(self.hash()))
    }

    fn hash(&self) -> u64 {
        XxHash3_64::oneshot_with_seed(self.place, &self.parts)
    }
}

/// Sixteen digits.
fn hexadecimal(hash: u64) -> String {
    let mut digits = String::with_capacity(16);
    for at in (0..16).rev() {
        digits.push(char::from(b"0123456789abcdef"[(hash >> (4 * at) & 0xF) as usize]));
    }
    digits
}

/// Adds a part with its length in front, so that no two lists of parts read the same.
fn push(parts: &mut Vec<u8>, part: &[u8]) {
    parts.extend_from_slice(&(part.len() as u64).to_be_bytes());
    parts.extend_from_slice(part);
}
