//! What was found in a file, kept small: mutants are written out one after another, when they are asked for.

use std::sync::Arc;

use tinybug_model::{Language, Mutant};

use crate::{enumerate::Note, enumerate::Source, ids::IdMaker, ignore::Ignored, lines::Lines, site::Draft};

/// The mutants of one file, in the order of offsets, before they are written out.
#[derive(Debug, Default)]
pub struct Findings {
    pub(crate) of: Option<FoundIn>,
    /// What a person should know of the file.
    pub notes: Vec<Note>,
}

/// Names of functions, and of what else encloses code.
#[derive(Debug, Clone)]
pub struct Functions(Option<Arc<[String]>>);

impl Functions {
    /// The names, such as `Cart.total`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        // The first symbol is the file itself, without a name.
        self.0.iter().flat_map(|symbols| symbols.iter()).map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// What was found in a file of a known language.
#[derive(Debug)]
pub(crate) struct FoundIn {
    pub language: Language,
    /// The changes that are worth being mutants, in the order of offsets.
    pub drafts: Vec<Draft>,
    /// Names of enclosing symbols, by their numbers.
    pub symbols: Arc<[String]>,
    pub ignored: Ignored,
    /// Where the file's lines begin.
    pub lines: Vec<usize>,
}

impl Findings {
    /// A file without mutants.
    pub(crate) fn none(notes: Vec<Note>) -> Self {
        Self { of: None, notes }
    }

    /// Names of the file's functions, and of what else encloses code.
    pub fn functions(&self) -> Functions {
        Functions(self.of.as_ref().map(|found| found.symbols.clone()))
    }

    /// The mutants, one after another. The source is the one that they were found in.
    pub fn mutants(self, source: Source<'_>) -> impl Iterator<Item = Mutant> {
        self.of.into_iter().flat_map(move |found| found.mutants(source))
    }
}

impl FoundIn {
    fn mutants(mut self, source: Source<'_>) -> impl Iterator<Item = Mutant> {
        let lines = Lines::known(source.bytes, std::mem::take(&mut self.lines));
        let mut names = IdMaker::new(source.path);
        let mut line = 0;
        std::mem::take(&mut self.drafts).into_iter().filter_map(move |draft| {
            line = lines.of_next(draft.start(), line);
            let mutant = self.named(draft, line, source, &lines, &mut names);
            // Ignored ones take their names all the same: those of the others don't depend on comments.
            (!self.ignored.holds(&mutant)).then_some(mutant)
        })
    }

    fn named(&self, draft: Draft, line: usize, source: Source<'_>, lines: &Lines<'_>, names: &mut IdMaker) -> Mutant {
        let Source { path, bytes } = source;
        let (start, end) = lines.span(line);
        let function = &self.symbols[draft.symbol as usize];
        names.stand_at((line, draft.symbol), function, bytes[start..end].trim_ascii());
        let info = draft.op.info();
        Mutant {
            id: names.name(info.id, draft.tier.name(), &draft.replacement),
            language: self.language,
            path: path.to_owned(),
            operator: info.id.to_owned(),
            tier: draft.tier,
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: lines.column(line, draft.start()),
            start_byte: draft.start() as u64,
            end_byte: draft.end() as u64,
            original: String::from_utf8_lossy(&bytes[draft.start()..draft.end()]).into_owned(),
            function: function.clone(),
            replacement: draft.replacement.into_owned(),
        }
    }
}
