//! Lines of a file: where they begin, and what stands on them.

/// Where the lines of a text begin.
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text. Only a line feed ends a line.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        // Few lines are shorter.
        let mut starts = Vec::with_capacity(bytes.len() / 24 + 2);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
        Self { bytes, starts }
    }

    /// The lines of a text that were found before.
    pub(crate) fn known(bytes: &'a [u8], starts: Vec<usize>) -> Self {
        Self { bytes, starts }
    }

    /// Where the lines begin, to be known later.
    pub(crate) fn into_starts(self) -> Vec<usize> {
        self.starts
    }

    /// The line of a byte, from 0.
    pub(crate) fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The line of a byte that is on a known line or behind it: walking on is quicker than searching.
    pub(crate) fn of_next(&self, at: usize, known: usize) -> usize {
        let further = self.starts[known + 1..].iter().take_while(|start| **start <= at).count();
        known + further
    }

    /// First byte of a line, and the byte after its last one, the line feed left out.
    pub(crate) fn span(&self, line: usize) -> (usize, usize) {
        let end = self.starts.get(line + 1).map_or(self.bytes.len(), |next| next - 1);
        (self.starts[line], end)
    }

    /// The column of a byte on its line, from 1, in Unicode scalar values.
    pub(crate) fn column(&self, line: usize, at: usize) -> u32 {
        let before = &self.bytes[self.starts[line]..at];
        let scalars = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        u32::try_from(scalars + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_scalars_and_lines_keep_their_carriage_returns() {
        let text = "aé = 1\r\nb".as_bytes();
        let lines = Lines::new(text);
        assert_eq!(lines.of(4), 0);
        assert_eq!(lines.column(0, 4), 4);
        assert_eq!(lines.span(0), (0, 8));
        assert_eq!(lines.span(1), (9, 10));
    }
}
