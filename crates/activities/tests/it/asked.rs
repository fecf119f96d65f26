//! What the environment asks of the test of real libraries.

use std::env;

use tinybug_model::Language;

/// Which mutants, and whether the page on them is to be written anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The only language that is looked at.
    language: Option<String>,
    /// Whether every mutant is, not only every k-th.
    pub(crate) all: bool,
    docs: bool,
}

impl Asked {
    /// Reads the environment.
    pub(crate) fn read() -> Self {
        Self {
            language: env::var("TINYBUG_LANGUAGE").ok(),
            all: env::var_os("TINYBUG_ALL_MUTANTS").is_some(),
            docs: env::var_os("WRITE_DOCS").is_some(),
        }
    }

    /// Whether a language is looked at.
    pub(crate) fn wants(&self, language: Language) -> bool {
        self.language.as_ref().is_none_or(|only| language.name() == only)
    }

    /// Whether the page is to be written. `WRITE_DOCS` alone does not say so: other pages obey it too, and this one is
    /// about every mutant.
    pub(crate) fn writes_page(&self) -> bool {
        self.docs && self.all
    }

    /// Why the page cannot be written, when it is to be and libraries are missing.
    pub(crate) fn refusal(&self, missing: &[&str]) -> Option<String> {
        let why = match (&self.language, missing) {
            (Some(only), _) => format!("TINYBUG_LANGUAGE asks for {only} only"),
            (None, []) => return None,
            (None, missing) => format!("nothing was found out about {}", missing.join(", ")),
        };
        self.writes_page().then(|| format!("the page is about every library and is not written: {why}"))
    }
}

#[test]
fn the_page_is_written_of_every_mutant_of_every_library_only() {
    let whole = Asked { all: true, docs: true, language: None };
    assert!(whole.writes_page() && whole.refusal(&[]).is_none());
    assert!(whole.refusal(&["qs"]).unwrap().ends_with("nothing was found out about qs"));
    let filtered = Asked { language: Some("go".to_owned()), ..whole.clone() };
    assert!(filtered.refusal(&[]).unwrap().ends_with("TINYBUG_LANGUAGE asks for go only"));
    for other in [Asked { all: false, ..whole.clone() }, Asked { docs: false, ..whole }] {
        assert!(!other.writes_page() && other.refusal(&["qs"]).is_none(), "{other:?}");
    }
}
