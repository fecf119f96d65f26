//! Which files are product code: by their path, then by a look at their bytes.

use std::fmt;

use tinybug_model::Language;

use crate::languages::{self, LanguageSpec, TestFiles};

/// What a file is to Tinybug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classified {
    /// Code to make mutants of.
    Product(Language),
    /// Code that tests.
    Test,
    /// Neither.
    Skipped(SkipReason),
}

/// Why a file is left alone. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// No language knows its extension.
    UnknownLanguage,
    /// It belongs to someone else.
    Vendored,
    /// A comment in its first lines says that a tool wrote it.
    Generated,
    /// Its name is one that tools give to what they write.
    GeneratedName,
    /// Its lines are longer than anyone writes by hand.
    LongLines,
    /// It only configures or builds.
    BuildFile,
    /// It only declares.
    Declarations,
    /// It is larger than anyone writes by hand.
    TooLarge,
    /// It is no text.
    Binary,
    /// Its bytes are no UTF-8.
    NotUtf8,
}

impl SkipReason {
    /// Whether a person would expect mutants there and should be told.
    pub fn is_worth_a_note(self) -> bool {
        matches!(
            self,
            Self::Generated | Self::GeneratedName | Self::LongLines | Self::TooLarge | Self::Binary | Self::NotUtf8
        )
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownLanguage => "skipped: its language is not known to Tinybug",
            Self::Vendored => "skipped: it lies in a directory of code from elsewhere",
            Self::Generated => "skipped: a comment in it says that a tool generated it",
            Self::GeneratedName => "skipped: its name is one of files that tools generate",
            Self::LongLines => "skipped: its lines are too long to be written by hand",
            Self::BuildFile => "skipped: it only configures or builds",
            Self::Declarations => "skipped: it only declares types",
            Self::TooLarge => "skipped: it is larger than 32 MiB",
            Self::Binary => "skipped: it is no text",
            Self::NotUtf8 => "skipped: its text is not UTF-8",
        })
    }
}

/// Files of more bytes than this are left alone.
pub const LARGEST_FILE: usize = 32 * 1024 * 1024;

const VENDORED: &[&str] = &[
    "vendor",
    "node_modules",
    "third_party",
    "third-party",
    "thirdparty",
    "bower_components",
    "site-packages",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    "__pycache__",
    "dist",
    "target",
    ".git",
    ".yarn",
    "Pods",
    "external",
    "_vendor",
    ".eggs",
    ".cargo",
    ".bundle",
    "obj",
];

const EXAMPLES: &[&str] = &["examples", "docs", "doc", "benchmarks", "benches"];

/// Tells what a file is, by its path (with forward slashes) and a look at its bytes.
pub fn classify(path: &str, bytes: &[u8]) -> Classified {
    let path = path.trim_start_matches("./");
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(spec) = spec_of(name, bytes) else { return Classified::Skipped(SkipReason::UnknownLanguage) };
    let directories: Vec<_> = path.split('/').rev().skip(1).collect();
    if directories.iter().any(|directory| VENDORED.contains(directory)) {
        return Classified::Skipped(SkipReason::Vendored);
    }
    if is_test(&spec.tests, name, &directories) {
        return Classified::Test;
    }
    // Only at the top: `src/docs` may well be the product.
    let top = directories.last().copied().unwrap_or_default();
    if spec.build_files.contains(&name) || is_config(name) || EXAMPLES.contains(&top) {
        return Classified::Skipped(SkipReason::BuildFile);
    }
    if name.ends_with(".d.ts") || name.ends_with(".d.mts") || name.ends_with(".d.cts") {
        return Classified::Skipped(SkipReason::Declarations);
    }
    match guard(name, bytes) {
        Some(reason) => Classified::Skipped(reason),
        None => Classified::Product(spec.language),
    }
}

/// The language of a file, by its extension; a C header that says `class` or `namespace` is C++.
fn spec_of(name: &str, bytes: &[u8]) -> Option<&'static LanguageSpec> {
    let (stem, extension) = name.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    if extension == "h" {
        let head = &bytes[..bytes.len().min(64 * 1024)];
        let cpp = [&b"\nclass "[..], b"\nnamespace ", b"template <", b"template<", b"std::", b"#include <c"];
        if cpp.iter().any(|word| contains(head, word)) && !contains(head, b"extern \"C\"") {
            return languages::ALL.into_iter().find(|spec| spec.language == Language::Cpp);
        }
    }
    languages::ALL.into_iter().find(|spec| spec.dialects.iter().any(|dialect| dialect.extensions.contains(&extension)))
}

fn is_test(tests: &TestFiles, name: &str, directories: &[&str]) -> bool {
    tests.names.contains(&name)
        || tests.prefixes.iter().any(|prefix| name.starts_with(prefix))
        || tests.suffixes.iter().any(|suffix| name.ends_with(suffix))
        || directories.iter().any(|directory| tests.directories.contains(directory))
}

fn is_config(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.starts_with('.') || stem.rsplit_once('.').is_some_and(|(_, kind)| matches!(kind, "config" | "conf"))
}

/// What the bytes say against a file.
fn guard(name: &str, bytes: &[u8]) -> Option<SkipReason> {
    if bytes.len() > LARGEST_FILE {
        return Some(SkipReason::TooLarge);
    }
    if bytes.contains(&0) {
        return Some(SkipReason::Binary);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Some(SkipReason::NotUtf8) };
    if is_generated_name(name) {
        return Some(SkipReason::GeneratedName);
    }
    if is_generated(text) {
        return Some(SkipReason::Generated);
    }
    is_minified(name, text).then_some(SkipReason::LongLines)
}

fn is_generated_name(name: &str) -> bool {
    let ends = [
        ".pb.go",
        "_pb2.py",
        "_pb2_grpc.py",
        ".pb.cc",
        ".pb.h",
        ".min.js",
        ".min.mjs",
        "_generated.go",
        ".gen.go",
        ".gen.ts",
        ".generated.ts",
        ".g.cs",
        ".Designer.cs",
        ".designer.cs",
        ".generated.cs",
        "-lock.js",
        "_string.go",
        ".bundle.js",
        "_gen.go",
    ];
    ends.iter().any(|end| name.ends_with(end)) || name.starts_with("zz_generated")
}

/// Whether a comment in the first lines says that a tool wrote the file.
fn is_generated(text: &str) -> bool {
    text.lines().take(20).any(|line| {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        let comment = line.starts_with("//")
            || line.starts_with('#')
            || line.starts_with("/*")
            || line.starts_with('*')
            || line.starts_with("--")
            || line.starts_with("<!--");
        comment
            && (line.contains("DO NOT EDIT")
                || line.contains("@generated")
                || line.contains("<auto-generated")
                || line.contains("Do not edit") && line.to_lowercase().contains("generated")
                || line.to_lowercase().contains("autogenerated by")
                || line.to_lowercase().contains("automatically generated by")
                || line.to_lowercase().contains("auto-generated by")
                || line.to_lowercase().contains("generated automatically")
                || line.to_lowercase().contains("created automatically"))
    })
}

/// Lines longer than this hold data, or code that a tool wrote; grammars may take memory without end on them.
const LONGEST: usize = 20_000;

/// Whether a script was squeezed into few long lines.
fn is_minified(name: &str, text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut lines, mut longest, mut start) = (0, 0, 0);
    for end in memchr::memchr_iter(b'\n', bytes) {
        lines += 1;
        longest = longest.max(end - start);
        start = end + 1;
    }
    lines += usize::from(start < bytes.len());
    longest = longest.max(bytes.len() - start);
    let script = name.ends_with("js") && bytes.len() > 5_000 && bytes.len() / lines.max(1) > 500;
    script || longest > LONGEST
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Classified {
        classify(path, b"x = 1\n")
    }

    #[test]
    fn the_extension_tells_the_language() {
        assert_eq!(of("src/cart.py"), Classified::Product(Language::Python));
        assert_eq!(of("src/cart.tsx"), Classified::Product(Language::TypeScript));
        assert_eq!(of("README.md"), Classified::Skipped(SkipReason::UnknownLanguage));
        assert_eq!(of(".py"), Classified::Skipped(SkipReason::UnknownLanguage));
    }

    #[test]
    fn tests_are_known_by_name_or_directory() {
        for path in
            ["tests/cart.py", "test_cart.py", "cart_test.go", "src/__tests__/a.js", "src/a.spec.ts", "a/tests.rs"]
        {
            assert_eq!(of(path), Classified::Test, "{path}");
        }
        for path in ["src/attest.py", "contest.go", "src/latest.js", "testament.rs"] {
            assert!(matches!(of(path), Classified::Product(_)), "{path}");
        }
    }

    #[test]
    fn code_from_elsewhere_or_from_tools_is_left_alone() {
        assert_eq!(of("vendor/a/b.go"), Classified::Skipped(SkipReason::Vendored));
        assert_eq!(of("jest.config.js"), Classified::Skipped(SkipReason::BuildFile));
        assert_eq!(of("types/a.d.ts"), Classified::Skipped(SkipReason::Declarations));
        assert_eq!(
            classify("crc.h", b"/* crc32.h -- tables\n * Generated automatically by crc32.c\n */\nint a;\n"),
            Classified::Skipped(SkipReason::Generated)
        );
        assert_eq!(
            classify("a.go", b"// Code generated by stringer; DO NOT EDIT.\npackage a\n"),
            Classified::Skipped(SkipReason::Generated)
        );
        assert_eq!(of("api_pb2.py"), Classified::Skipped(SkipReason::GeneratedName));
        let line = format!("x = {}\n", "1 + ".repeat(6_000));
        assert_eq!(classify("a.py", line.as_bytes()), Classified::Skipped(SkipReason::LongLines));
        let text = b"s = \"DO NOT EDIT\"\n";
        assert_eq!(classify("a.py", text), Classified::Product(Language::Python));
    }

    #[test]
    fn bytes_that_are_no_text_are_left_alone() {
        assert_eq!(classify("a.py", b"\0"), Classified::Skipped(SkipReason::Binary));
        assert_eq!(classify("a.py", b"\xff\xfe"), Classified::Skipped(SkipReason::NotUtf8));
        assert_eq!(classify("a.py", &vec![b'#'; LARGEST_FILE + 1]), Classified::Skipped(SkipReason::TooLarge));
    }
}
