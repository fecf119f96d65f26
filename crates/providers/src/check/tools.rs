//! The tools that the local runner asks, and how any tool is asked.

use tinybug_model::{Language, Mutant};

use super::{
    Compiler, Home, Parser, Place, batch,
    parser::{NODE, PYTHON},
};
use crate::ProviderError;

/// What a tool says of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It saw the mutant and found nothing wrong.
    Accepted,
    /// It refuses the mutant, alone in code that it accepts without it. Here is what it says.
    Refused(String),
    /// Nothing: there is no such tool, it refuses the unchanged code too, or time ran out.
    Unknown,
}

/// Something that can be asked about mutants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    /// Takes mutants one by one, in one process.
    Parser(Parser),
    /// Takes a whole package at once.
    Compiler(Compiler),
}

/// What the local runner asks.
pub static TOOLS: [Tool; 5] = [
    Tool::Parser(Parser {
        languages: &[Language::Python],
        command: "python3",
        script: PYTHON,
        name: "tinybug_compile.py",
    }),
    Tool::Parser(Parser {
        languages: &[Language::JavaScript, Language::TypeScript],
        command: "node --no-warnings --experimental-vm-modules",
        script: NODE,
        name: "tinybug_compile.mjs",
    }),
    Tool::Compiler(Compiler {
        language: Language::Go,
        // All errors, not the first ten; and nothing is written, not even for a single main package.
        command: "go build -gcflags=-e -o /dev/null ./...",
        home: Home::Beside("go.mod"),
        errors_say_so: false,
    }),
    Tool::Compiler(Compiler {
        language: Language::Rust,
        command: "cargo check --quiet --offline --message-format=short",
        home: Home::Beside("Cargo.toml"),
        errors_say_so: true,
    }),
    Tool::Compiler(Compiler {
        language: Language::Java,
        // Without the class path of the project's build: code with dependencies does not compile unchanged either, and
        // then nobody can tell. Errors of one phase must not hide those of a later one.
        command: "find . -name '*.java' ! -name 'module-info.java' > '{tmp}/sources' && \
                  javac -proc:none -nowarn -Xmaxerrs 1000 -XDshould-stop.ifError=FLOW -implicit:none -encoding UTF-8 \
                  -d '{tmp}/classes' '@{tmp}/sources'",
        home: Home::SourceRoot,
        errors_say_so: true,
    }),
];

/// What the tools say of each mutant. The paths of mutants start at the project.
pub async fn ask(place: &impl Place, tools: &[Tool], mutants: &[Mutant]) -> Result<Vec<Ruling>, ProviderError> {
    let mut rulings = vec![Ruling::Unknown; mutants.len()];
    for tool in tools {
        match tool {
            Tool::Parser(parser) => parser.rule(place, mutants, &mut rulings).await?,
            Tool::Compiler(compiler) => batch::rule(place, compiler, mutants, &mut rulings).await?,
        }
    }
    Ok(rulings)
}
