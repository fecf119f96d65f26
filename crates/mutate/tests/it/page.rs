//! The page about the operators, written from the catalogue.

use std::{fmt::Write as _, path::Path};

use tinybug_model::Language;
use tinybug_mutate::{CATALOGUE, OPERATORS_PAGE, Operator, Reach};

/// What the families are about, in the order of the catalogue.
const FAMILIES: &[(&str, &str)] = &[
    ("arith", "Arithmetic"),
    ("assign", "Assignments that update"),
    ("update", "Counting"),
    ("bit", "Bits"),
    ("rel", "Comparisons"),
    ("logic", "Logic"),
    ("cond", "Conditions and choices"),
    ("lit", "Literals"),
    ("stmt", "Statements"),
    ("flow", "Flow of control"),
    ("ret", "Returned values"),
    ("call", "Calls"),
    ("except", "Handling of errors"),
    ("decl", "Declarations"),
];

fn page() -> String {
    let mut page = String::from(
        "# Operators\n\n\
         Each operator makes one kind of small bug, on one line. Those of the *default* tier are used unless a plan says\n\
         otherwise; the *extended* tier adds those whose bugs more often take time or teach little.\n\n\
         All of them leave alone: code of tests, generated and vendored files, imports, types, annotations, assertions,\n\
         logging, sleeping, entry points of scripts, the values of enumerations, answers that only say that an object\n\
         equals itself, methods that only show or hash an object, and what a comment `tinybug: ignore <reason>` covers:\n\
         its line, or, on a line of its own, the statement or declaration below. `tinybug: ignore[rel.boundary, lit] <reason>`\n\
         covers only some operators or families, `tinybug: ignore-file <reason>` the whole file.\n\
         A mutant that the language's compiler is known to refuse is not made, nor one that would change\n\
         nothing. Of mutants on one line that surely do the same one is made. On another line each is made: that one may\n\
         be ignored, or out of scope.\n\n\
         Written from the catalogue in `crates/mutate/src/operators/catalogue.rs` by\n\
         `WRITE_DOCS=1 cargo test -p tinybug-mutate --test it page`.\n",
    );
    for (family, title) in FAMILIES {
        write!(page, "\n## {title}\n").expect("writing to memory cannot fail");
        for operator in CATALOGUE.iter().filter(|operator| operator.family() == *family) {
            section(&mut page, operator);
        }
    }
    page
}

fn section(page: &mut String, operator: &Operator) {
    let (tier, about) = (operator.tier.name(), sentence(operator.about));
    write!(page, "\n<a id=\"{}\"></a>\n\n### {}\n\n", operator.anchor(), operator.id)
        .expect("writing to memory cannot fail");
    write!(page, "{about} Tier: {tier}. {}\n\n", languages(operator.reach)).expect("writing to memory cannot fail");
    let after = if operator.after.is_empty() { "(nothing)" } else { operator.after };
    write!(page, "```diff\n- {}\n+ {after}\n```\n", operator.before).expect("writing to memory cannot fail");
    if !operator.guard.is_empty() {
        write!(page, "\n{}\n", operator.guard).expect("writing to memory cannot fail");
    }
}

fn sentence(about: &str) -> String {
    let mut letters = about.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn languages(reach: Reach) -> String {
    match reach {
        Reach::All => "In every language.".to_owned(),
        Reach::AllBut(others) => format!("In every language but {}.", list(others)),
        Reach::Only(these) => format!("In {}.", list(these)),
    }
}

fn list(languages: &[Language]) -> String {
    let names: Vec<_> = languages.iter().map(|language| title(*language)).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn title(language: Language) -> &'static str {
    match language {
        Language::Python => "Python",
        Language::JavaScript => "JavaScript",
        Language::TypeScript => "TypeScript",
        Language::Go => "Go",
        Language::Java => "Java",
        Language::Rust => "Rust",
        Language::Ruby => "Ruby",
        Language::C => "C",
        Language::Cpp => "C++",
        Language::CSharp => "C#",
    }
}

#[test]
fn the_page_says_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(OPERATORS_PAGE);
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "{OPERATORS_PAGE} is old: run WRITE_DOCS=1 cargo test -p tinybug-mutate --test it page");
}

#[test]
fn every_operator_has_a_family_with_a_title_and_a_place_on_the_page() {
    let page = page();
    for operator in CATALOGUE {
        assert!(FAMILIES.iter().any(|(family, _)| *family == operator.family()), "{}", operator.id);
        assert!(page.contains(&format!("<a id=\"{}\"></a>", operator.anchor())), "{}", operator.id);
        assert_eq!(operator.page(), format!("{OPERATORS_PAGE}#{}", operator.anchor()));
    }
}
