//! Which files hold the tests: what a test did before its file changed says less about it now.

use std::collections::{BTreeMap, HashMap};

use tinybug_providers::TreeFile;
use tinybug_store::{TestCase, TestSet};

/// Stands for the file of tests whose file is not known; it changes with each commit.
const UNKNOWN: &str = "";
/// What separates the file from the rest in the name of a suite.
const SEPARATORS: [&str; 3] = [" > ", "::", "#"];
/// In Go, all test files of a package are one.
const GO_TESTS: &str = "_test.go";

/// A file that holds tests, or several that can't be told apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct TestFile {
    /// Stands for its content.
    pub(crate) content: String,
    /// Its tests.
    pub(crate) tests: TestSet,
}

/// The files of these tests in a commit, by path.
pub(crate) fn test_files(
    cases: &[TestCase],
    tree: &[TreeFile],
    project: &str,
    commit: &str,
) -> BTreeMap<String, TestFile> {
    let index = Index::new(tree, project);
    let mut suites = HashMap::<&str, (String, String)>::new();
    let mut files = BTreeMap::<String, TestFile>::new();
    for case in cases {
        let suite = case.id.suite.as_str();
        let (path, content) = suites
            .entry(suite)
            .or_insert_with(|| index.find(suite).unwrap_or_else(|| (UNKNOWN.to_owned(), commit.to_owned())));
        let file = files.entry(path.clone()).or_default();
        file.content.clone_from(content);
        file.tests.insert(case.ordinal);
    }
    files
}

/// The files of a project, by their own paths.
struct Index<'a> {
    blobs: BTreeMap<&'a str, &'a str>,
    /// Paths by their last part without its extension.
    stems: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Index<'a> {
    fn new(tree: &'a [TreeFile], project: &str) -> Self {
        let own = tree.iter().filter(|file| !file.symlink);
        let blobs: BTreeMap<&str, &str> =
            own.filter_map(|file| Some((file.path.strip_prefix(project)?, file.blob.as_str()))).collect();
        let mut stems = HashMap::<&str, Vec<&str>>::new();
        for path in blobs.keys() {
            let name = path.rsplit('/').next().unwrap_or(path);
            stems.entry(name.split('.').next().unwrap_or(name)).or_default().push(path);
        }
        Self { blobs, stems }
    }

    /// Path and content of the file that a suite names.
    fn find(&self, suite: &str) -> Option<(String, String)> {
        let name = SEPARATORS.iter().fold(suite, |name, separator| name.split(separator).next().unwrap_or(name));
        // A Rust file is the root of a tree of modules, each in a file of its own.
        if name.rsplit('.').next() == Some("rs") {
            return None;
        }
        if let Some(blob) = self.blobs.get(name) {
            return Some((name.to_owned(), (*blob).to_owned()));
        }
        self.by_class(name).or_else(|| self.by_package(name))
    }

    /// The file of a class or module, whose name may go on below the file: `tests.test_cart.TestCart`.
    fn by_class(&self, name: &str) -> Option<(String, String)> {
        let name = name.split('$').next().unwrap_or(name);
        let mut parts: Vec<&str> = name.split('.').collect();
        while let Some(stem) = parts.last() {
            let wanted = parts.join("/");
            let is_it = |path: &str| {
                let bare = path.strip_suffix(path.rsplit('/').next().unwrap_or(path)).unwrap_or("");
                let bare = format!("{bare}{stem}");
                bare == wanted || bare.ends_with(&format!("/{wanted}"))
            };
            let mut found = self.stems.get(stem).into_iter().flatten().filter(|path| is_it(path));
            match (found.next(), found.next()) {
                (Some(path), None) => return Some(((*path).to_owned(), self.blobs.get(path)?.to_string())),
                // Two files of that name can't be told apart.
                (Some(_), Some(_)) => return None,
                (None, _) => parts.pop(),
            };
        }
        None
    }

    /// The test files of a Go package, by its import path: its end is the directory.
    fn by_package(&self, name: &str) -> Option<(String, String)> {
        let parts: Vec<&str> = name.split('/').collect();
        (0..parts.len()).map(|skipped| parts[skipped..].join("/")).find_map(|directory| {
            let held = |path: &str| {
                let rest = path.strip_prefix(&directory).and_then(|rest| rest.strip_prefix('/'));
                rest.is_some_and(|rest| !rest.contains('/') && rest.ends_with(GO_TESTS))
            };
            let files: Vec<&str> = self.blobs.iter().filter(|(path, _)| held(path)).map(|(_, blob)| *blob).collect();
            (!files.is_empty()).then(|| (format!("{directory}/*{GO_TESTS}"), files.join(" ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use tinybug_model::TestId;

    use super::*;

    fn found(suite: &str) -> (String, String) {
        let paths = [
            "tests/test_cart.py",
            "tests/unit/test_cart.py",
            "tests/unit/test_tax.py",
            "src/test/java/com/shop/CartTest.java",
            "web/cart.test.ts",
            "ledger/ledger_test.go",
            "ledger/more_test.go",
            "src/lib.rs",
        ];
        let tree: Vec<TreeFile> = (0_u8..)
            .zip(paths)
            .map(|(place, path)| TreeFile {
                path: format!("shop/{path}"),
                blob: format!("b{place}"),
                size: 1,
                executable: false,
                symlink: false,
            })
            .collect();
        let cases = [TestCase { ordinal: 7, id: TestId::local(suite, "t") }];
        let (path, file) = test_files(&cases, &tree, "shop/", "c0ffee").pop_first().unwrap();
        assert_eq!(file.tests, TestSet::from_iter([7]));
        (path, file.content)
    }

    #[test]
    fn a_suite_leads_to_its_file() {
        for (suite, path, content) in [
            ("tests.test_cart", "tests/test_cart.py", "b0"),
            ("tests.test_cart.TestCart", "tests/test_cart.py", "b0"),
            ("tests.unit.test_cart", "tests/unit/test_cart.py", "b1"),
            ("test_tax", "tests/unit/test_tax.py", "b2"),
            ("com.shop.CartTest$Empty", "src/test/java/com/shop/CartTest.java", "b3"),
            ("web/cart.test.ts", "web/cart.test.ts", "b4"),
            ("web/cart.test.ts > a cart", "web/cart.test.ts", "b4"),
            ("example.com/bank/ledger", "ledger/*_test.go", "b5 b6"),
        ] {
            assert_eq!(found(suite), (path.to_owned(), content.to_owned()), "{suite}");
        }
    }

    #[test]
    fn what_leads_to_no_file_or_to_two_changes_with_each_commit() {
        for suite in ["a cart that is empty", "test_cart", "src/lib.rs", "example.com/bank/other", ""] {
            assert_eq!(found(suite), (String::new(), "c0ffee".to_owned()), "{suite}");
        }
    }
}
