//! Programming languages that Tinybug can make mutants of.

use serde::{Deserialize, Serialize};

/// A language, by the name that scripts see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, JSX included.
    JavaScript,
    /// TypeScript, TSX included.
    TypeScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Rust.
    Rust,
    /// Ruby.
    Ruby,
    /// C.
    C,
    /// C++.
    Cpp,
    /// C#.
    CSharp,
}

impl Language {
    /// Every language, in the order that lists show.
    pub const ALL: [Self; 10] = [
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Go,
        Self::Java,
        Self::Rust,
        Self::Ruby,
        Self::C,
        Self::Cpp,
        Self::CSharp,
    ];

    /// The name that scripts see; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Go => "go",
            Self::Java => "java",
            Self::Rust => "rust",
            Self::Ruby => "ruby",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::CSharp => "csharp",
        }
    }

    /// The language of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_words_of_the_json() {
        for language in Language::ALL {
            assert_eq!(serde_json::to_value(language).unwrap(), language.name());
            assert_eq!(Language::from_name(language.name()), Some(language));
        }
    }
}
