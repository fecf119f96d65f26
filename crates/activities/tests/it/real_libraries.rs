//! Differential: what the engine makes of real libraries, the languages' own compilers accept.

use std::{fs, path::Path, sync::Mutex, thread};

use tinybug_model::Language;
use tinybug_testkit::libraries::{LIBRARIES, Library};

use crate::{compilers::rulings, project::Project, table::Table};

/// Refused mutants of a hundred that a language may have.
const OF_LANGUAGE: f64 = 1.0;
/// And one operator in one language, where it made enough of them to tell.
const OF_OPERATOR: f64 = 3.0;
const ENOUGH: usize = 200;

#[test]
fn compilers_accept_the_mutants_of_real_libraries() {
    let only = std::env::var("TINYBUG_LANGUAGE").ok();
    let is_wanted = |library: &&Library| only.as_ref().is_none_or(|only| library.language.name() == only);
    let waiting = Mutex::new(LIBRARIES.iter().filter(is_wanted));
    let table = Mutex::new(Table::default());
    let next = || waiting.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(library) = next() {
                    let Some(project) = Project::of(library) else { continue };
                    if let Some(rulings) = rulings(&project) {
                        table.lock().unwrap().add(&project, &rulings);
                    }
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    let page = table.page();
    report(&format!("{page}\n{}\n", table.refusals.join("\n")));
    if std::env::var_os("WRITE_DOCS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mutants-on-real-code.md");
        fs::write(path, &page).unwrap();
    }
    for language in Language::ALL {
        let percent = table.language(language).percent();
        assert!(percent <= OF_LANGUAGE, "{language}: {percent:.2} % are refused");
    }
    for (language, operator, count) in table.operators().filter(|(_, _, count)| count.seen >= ENOUGH) {
        assert!(count.percent() <= OF_OPERATOR, "{operator} in {language}: {:.2} % are refused", count.percent());
    }
}

#[expect(clippy::print_stderr, reason = "the table is a result of the test")]
fn report(text: &str) {
    eprintln!("{text}");
}
