//! Stable names of mutants: what one changes and where in the code's structure, never a line number.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use sha2::{Digest, Sha256};
use tinybug_model::MutantId;

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
    /// The hash so far: of the path.
    file: Sha256,
    /// The hash so far: of the path, the function and the line's text.
    place: Sha256,
    /// Number of the line and of the function that `place` is of.
    at: Option<(usize, u32)>,
    /// How often each change was met, by the name of its first.
    met: HashMap<u64, u32, Hashed>,
    parts: Vec<u8>,
}

impl IdMaker {
    /// Names for about so many mutants of the file at that path.
    pub(crate) fn new(path: &str, count: usize) -> Self {
        let mut parts = Vec::with_capacity(256);
        push(&mut parts, path.as_bytes());
        let file = Sha256::new_with_prefix(&parts);
        Self {
            place: file.clone(),
            file,
            at: None,
            met: HashMap::with_capacity_and_hasher(count, Hashed::default()),
            parts,
        }
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
        self.place = self.file.clone();
        self.place.update(&self.parts);
    }

    /// Names a change. The same one again, on a line that reads the same, gets the next number.
    pub(crate) fn name(&mut self, operator: &str, tier: &str, replacement: &str) -> MutantId {
        self.parts.clear();
        for part in [operator, tier, replacement] {
            push(&mut self.parts, part.as_bytes());
        }
        let first = self.hash(0);
        let met = self.met.entry(first).or_default();
        let occurrence = *met;
        *met += 1;
        let hash = if occurrence == 0 { first } else { self.hash(occurrence) };
        MutantId(hexadecimal(hash))
    }

    fn hash(&mut self, occurrence: u32) -> u64 {
        let length = self.parts.len();
        push(&mut self.parts, &occurrence.to_be_bytes());
        let digest = self.place.clone().chain_update(&self.parts).finalize();
        self.parts.truncate(length);
        u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
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
