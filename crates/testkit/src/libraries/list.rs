//! Which libraries.

use tinybug_model::Language;

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Registry {
    /// By `npm pack`.
    Npm,
    /// By `pip download`, as a wheel.
    PyPi,
    /// By `go mod download`.
    Go,
    /// By `cargo vendor`.
    Crates,
    /// By `mvn dependency:copy`, as a jar of sources.
    MavenSources,
    /// By `mvn dependency:copy`, as a jar of classes.
    MavenJar,
}

/// A part of a package that is a library of one language.
#[derive(Debug, Clone, Copy)]
pub struct Library {
    /// What people call it.
    pub name: &'static str,
    /// Its language.
    pub language: Language,
    /// Where from.
    pub registry: Registry,
    /// The package's name and version there.
    pub package: (&'static str, &'static str),
    /// The library's directory in the package; empty for all of it.
    pub within: &'static str,
}

const fn library(
    name: &'static str,
    language: Language,
    registry: Registry,
    package: (&'static str, &'static str),
    within: &'static str,
) -> Library {
    Library { name, language, registry, package, within }
}

const THRIFT: (&str, &str) = ("github.com/apache/thrift", "v0.22.0");

/// At least two for each language.
pub const LIBRARIES: &[Library] = &[
    library("toolz", Language::Python, Registry::PyPi, ("toolz", "1.0.0"), "toolz"),
    library("packaging", Language::Python, Registry::PyPi, ("packaging", "24.2"), "packaging"),
    library("semver", Language::JavaScript, Registry::Npm, ("semver", "7.7.2"), ""),
    library("qs", Language::JavaScript, Registry::Npm, ("qs", "6.14.0"), "lib"),
    library("immer", Language::TypeScript, Registry::Npm, ("immer", "10.1.1"), "src"),
    library("rxjs", Language::TypeScript, Registry::Npm, ("rxjs", "7.8.1"), "src"),
    library("uuid", Language::Go, Registry::Go, ("github.com/google/uuid", "v1.6.0"), ""),
    library("semver", Language::Go, Registry::Go, ("github.com/Masterminds/semver/v3", "v3.3.1"), ""),
    library("mapstructure", Language::Go, Registry::Go, ("github.com/mitchellh/mapstructure", "v1.5.0"), ""),
    library("commons-cli", Language::Java, Registry::MavenSources, ("commons-cli:commons-cli", "1.9.0"), ""),
    library("commons-csv", Language::Java, Registry::MavenSources, ("org.apache.commons:commons-csv", "1.11.0"), ""),
    library("semver", Language::Rust, Registry::Crates, ("semver", "1.0.24"), ""),
    library("bytesize", Language::Rust, Registry::Crates, ("bytesize", "1.3.0"), ""),
    library("itoa", Language::Rust, Registry::Crates, ("itoa", "1.0.14"), ""),
    library("percent-encoding", Language::Rust, Registry::Crates, ("percent-encoding", "2.3.1"), ""),
    library("thrift", Language::Ruby, Registry::Go, THRIFT, "lib/rb/lib"),
    library("react-native", Language::Ruby, Registry::Npm, ("react-native", "0.76.0"), "scripts/cocoapods"),
    library("zlib", Language::C, Registry::Crates, ("libz-sys", "1.1.20"), "src/zlib"),
    library("lz4", Language::C, Registry::Crates, ("lz4-sys", "1.11.1"), "liblz4/lib"),
    library("leveldb", Language::Cpp, Registry::Npm, ("leveldown", "6.1.1"), "deps/leveldb/leveldb-1.20"),
    library("snappy", Language::Cpp, Registry::Npm, ("leveldown", "6.1.1"), "deps/snappy"),
    library(
        "flatbuffers",
        Language::CSharp,
        Registry::Go,
        ("github.com/google/flatbuffers", "v25.2.10+incompatible"),
        "net/FlatBuffers",
    ),
    library("thrift", Language::CSharp, Registry::Go, THRIFT, "lib/netstd/Thrift"),
];
