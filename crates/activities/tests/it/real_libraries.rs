//! Differential: what the engine makes of real libraries, the languages' own compilers accept.

use std::{fs, path::Path, sync::Mutex, thread};

use tinybug_testkit::libraries::{LIBRARIES, Library};

use crate::{asked::Asked, compilers::rulings, project::Project, table::Table};

/// Refused mutants of a hundred that a language may have.
const OF_LANGUAGE: f64 = 1.0;
/// And one operator in one language, where it made enough of them to tell.
const OF_OPERATOR: f64 = 3.0;
const ENOUGH: usize = 200;

#[test]
fn compilers_accept_the_mutants_of_real_libraries() {
    let asked = Asked::read();
    // Said before the minutes that it takes.
    assert_eq!(asked.refusal(&[]), None);
    let is_wanted = |library: &&Library| asked.wants(library.language);
    let waiting = Mutex::new(LIBRARIES.iter().filter(is_wanted));
    let table = Mutex::new(Table::default());
    let missing = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(library) = next() {
                    let project = Project::of(library, &asked);
                    let Some((project, columns)) = project.and_then(|project| {
                        let columns = rulings(&project, &asked)?;
                        Some((project, columns))
                    }) else {
                        missing.lock().unwrap().push(library.name);
                        continue;
                    };
                    for (column, rulings) in columns {
                        table.lock().unwrap().add(&project, column, &rulings);
                    }
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    let page = table.page();
    report(&format!("{page}\n{}\n", table.refusals.join("\n")));
    for (column, library, count) in table.libraries() {
        assert!(count.seen > 0, "nothing can be told of {column}'s {library}");
    }
    assert_eq!(asked.refusal(&missing.into_inner().unwrap()), None);
    if asked.writes_page() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mutants-on-real-code.md");
        fs::write(path, &page).unwrap();
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
