//! The fixtures: small files of each language, full of what operators look for.

use tinybug_model::Language;
use tinybug_mutate::Source;

/// A fixture.
pub(crate) struct Fixture {
    /// Its language.
    pub language: Language,
    /// Its path, as a repository would have it.
    pub path: &'static str,
    /// What it holds.
    pub text: &'static str,
}

impl Fixture {
    /// A name for its snapshots.
    pub(crate) fn name(&self) -> String {
        let file = self.path.rsplit('/').next().unwrap_or(self.path).to_lowercase();
        format!("{}_{}", self.language.name(), file.split('.').next().unwrap_or(&file))
    }

    /// The fixture as the engine takes it.
    pub(crate) fn source(&self) -> Source<'static> {
        Source { path: self.path, bytes: self.text.as_bytes() }
    }
}

macro_rules! fixtures {
    ($($language:ident $path:literal),* $(,)?) => {
        &[$(Fixture {
            language: Language::$language,
            path: concat!("src/", $path),
            text: include_str!(concat!("../../testdata/", $path)),
        }),*]
    };
}

/// Every fixture.
pub(crate) const FIXTURES: &[Fixture] = fixtures![
    Python "python/cart.py",
    Python "python/shop.py",
    JavaScript "javascript/cart.jsx",
    JavaScript "javascript/shop.js",
    TypeScript "typescript/cart.ts",
    TypeScript "typescript/shop.ts",
    Go "go/cart.go",
    Go "go/shop.go",
    Java "java/Cart.java",
    Java "java/Shop.java",
    Rust "rust/cart.rs",
    Rust "rust/shop.rs",
    Ruby "ruby/cart.rb",
    Ruby "ruby/shop.rb",
    C "c/cart.c",
    C "c/shop.c",
    Cpp "cpp/cart.cpp",
    Cpp "cpp/shop.cpp",
    CSharp "csharp/Cart.cs",
    CSharp "csharp/Shop.cs",
];

#[test]
fn every_language_has_a_fixture_with_mutants() {
    for language in Language::ALL {
        let fixture = FIXTURES.iter().find(|fixture| fixture.language == language);
        let fixture =
            fixture.unwrap_or_else(|| panic!("{language}: add testdata/{language}/ and list it in corpus.rs"));
        let found = tinybug_mutate::enumerate(fixture.source(), tinybug_model::Tier::Default);
        assert!(found.mutants.len() > 20, "{language}: only {} mutants", found.mutants.len());
        assert!(found.mutants.iter().all(|mutant| mutant.language == language));
        assert_eq!(found.notes, [], "{language}: its fixture should be clean");
    }
}
