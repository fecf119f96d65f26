//! Compilers that take a whole package at once: Go, Rust, Java.

use std::path::{Path, PathBuf};

use tinybug_model::{Language, Mutant};

/// How a language compiles without building or running anything.
pub(super) struct Compiler {
    pub(super) language: Language,
    /// Compiles what lies below the directory that [`Compiler::home`] names; `{tmp}` is a directory for what it leaves.
    pub(super) command: &'static str,
    home: fn(&Path, &Mutant) -> Option<PathBuf>,
    is_error: fn(&str) -> bool,
}

pub(super) const COMPILERS: [Compiler; 3] = [
    Compiler {
        language: Language::Go,
        // All errors, not the first ten; and nothing is written, not even for a single main package.
        command: "go build -gcflags=-e -o /dev/null ./...",
        home: |project, mutant| beside(project, mutant, "go.mod"),
        is_error: |_| true,
    },
    Compiler {
        language: Language::Rust,
        command: "cargo check --quiet --offline --message-format=short",
        home: |project, mutant| beside(project, mutant, "Cargo.toml"),
        is_error: |rest| rest.trim_start().starts_with("error"),
    },
    Compiler {
        language: Language::Java,
        // Without the class path of the project's build: code with dependencies does not compile unchanged either, and
        // then nobody can tell.
        command: "find . -name '*.java' ! -name 'module-info.java' > '{tmp}/sources' && \
                  javac -proc:none -nowarn -Xmaxerrs 1000 -implicit:none -encoding UTF-8 -d '{tmp}/classes' '@{tmp}/sources'",
        home: source_root,
        is_error: |rest| rest.trim_start().starts_with("error"),
    },
];

/// A place that a compiler names.
pub(super) struct Complaint<'a> {
    path: &'a str,
    line: u32,
    /// The whole line of output.
    pub(super) said: &'a str,
}

impl Compiler {
    /// The directory to compile for a mutant, inside the project.
    pub(super) fn home(&self, project: &Path, mutant: &Mutant) -> Option<PathBuf> {
        (self.language == mutant.language).then(|| (self.home)(project, mutant)).flatten()
    }

    /// The errors of an output: `path:line: …` or `path:line:column: …`.
    pub(super) fn complaints<'a>(&self, output: &'a str) -> Vec<Complaint<'a>> {
        output.lines().filter_map(|line| self.complaint(line)).collect()
    }

    fn complaint<'a>(&self, said: &'a str) -> Option<Complaint<'a>> {
        let (path, rest) = said.trim().split_once(':')?;
        let (line, rest) = rest.split_once(':')?;
        let line = line.parse().ok()?;
        let rest = match rest.split_once(':') {
            Some((column, rest)) if column.parse::<u32>().is_ok() => rest,
            _ => rest,
        };
        let path = path.strip_prefix("./").unwrap_or(path);
        (self.is_error)(rest).then_some(Complaint { path, line, said: said.trim() })
    }
}

impl Complaint<'_> {
    /// Whether it names the line of a mutant. Compilers name paths from where they please, so that the shorter of the
    /// two need only end the longer: whom it blames wrongly is acquitted later.
    pub(super) fn blames(&self, mutant: &Mutant) -> bool {
        let (one, other) = (Path::new(self.path), Path::new(&mutant.path));
        self.line == mutant.line && (one.ends_with(other) || other.ends_with(one))
    }
}

/// The nearest directory above that holds a manifest.
fn beside(project: &Path, mutant: &Mutant, manifest: &str) -> Option<PathBuf> {
    let file = project.join(&mutant.path);
    let above = file.ancestors().skip(1).take_while(|dir| dir.starts_with(project));
    above.into_iter().find(|dir| dir.join(manifest).is_file()).map(Path::to_owned)
}

/// The directory that the file's package hangs below.
fn source_root(project: &Path, mutant: &Mutant) -> Option<PathBuf> {
    let file = project.join(&mutant.path);
    let text = std::fs::read_to_string(&file).ok()?;
    let package = text.lines().find_map(|line| line.trim().strip_prefix("package ")).unwrap_or(";");
    let package: PathBuf = package.split(';').next()?.trim().split('.').collect();
    let dir = file.parent()?;
    if !dir.ends_with(&package) {
        return None;
    }
    dir.ancestors().nth(package.components().count()).filter(|root| root.starts_with(project)).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(language: Language) -> &'static Compiler {
        COMPILERS.iter().find(|compiler| compiler.language == language).unwrap()
    }

    #[test]
    fn errors_are_told_from_other_lines_and_from_warnings() {
        let go = "# example.com/bank\n./fees.go:6:10: undefined: x\nnote: module requires Go 1.99\n";
        let complaints = compiler(Language::Go).complaints(go);
        assert_eq!(complaints.len(), 1);
        assert_eq!((complaints[0].path, complaints[0].line), ("fees.go", 6));
        let rust =
            "src/lib.rs:2:5: warning: unused\nsrc/lib.rs:3:5: error[E0308]: mismatched types\nerror: could not compile";
        let complaints = compiler(Language::Rust).complaints(rust);
        assert_eq!(complaints.iter().map(|complaint| complaint.line).collect::<Vec<_>>(), [3]);
        let java = "./a/B.java:7: error: incompatible types\n    return 1;\n1 error\n";
        assert_eq!(compiler(Language::Java).complaints(java)[0].path, "a/B.java");
    }
}
