//! Differential: what the engine makes of real libraries, the languages' own compilers accept.

use std::{fs, path::Path, sync::Mutex, thread};

use tinybug_testkit::libraries::{LIBRARIES, Library};

use crate::{
    compilers::rulings,
    project::{self, Project},
    table::Table,
};

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
                    for (column, rulings) in rulings(&project).into_iter().flatten() {
                        table.lock().unwrap().add(&project, column, &rulings);
                    }
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    let page = table.page();
    report(&format!("{page}\n{}\n", table.refusals.join("\n")));
    if project::writes_docs() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mutants-on-real-code.md");
        fs::write(path, &page).unwrap();
    }
    for (column, library, count) in table.libraries() {
        assert!(count.seen > 0, "nothing can be told of {column}'s {library}");
    }
    // The types of TypeScript do not hinder the code from running.
    for column in table.columns().into_iter().filter(|column| !column.types) {
        let percent = table.column(column).percent();
        assert!(percent <= OF_LANGUAGE, "{column}: {percent:.2} % are refused");
    }
    for (column, operator, count) in
        table.operators().filter(|(column, _, count)| !column.types && count.seen >= ENOUGH)
    {
        assert!(count.percent() <= OF_OPERATOR, "{operator} in {column}: {:.2} % are refused", count.percent());
    }
}

#[expect(clippy::print_stderr, reason = "the table is a result of the test")]
fn report(text: &str) {
    eprintln!("{text}");
}
