//! Installed copies of the measured project: builds must test the code of their own checkout, or say that they can't.

use std::{fs, process::Command};

use crate::{project::Project, world::Home};

const CODE: &str = "def double(x):\n    return x * 2\n\n\ndef is_small(x):\n    return x < 10\n";
const TEST: &str = "from shop import double, is_small\n\n\ndef test_double():\n    assert double(3) == 6\n\n\ndef \
                    test_is_small():\n    assert [is_small(x) for x in (9, 10, 11)] == [True, False, False]\n";
const MANIFEST: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\n\
                        [project]\nname = \"shop\"\nversion = \"1\"\n";

fn src_layout() -> Project {
    let files = [
        ("pyproject.toml", MANIFEST),
        ("src/shop/__init__.py", CODE),
        ("tests/test_shop.py", TEST),
        (".gitignore", ".venv/\n__pycache__/\n*.egg-info/\n"),
    ];
    Project::of("shop", &files)
}

fn run(command: &mut Command) {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn an_editable_install_of_the_checkout_does_not_stand_between_a_build_and_its_own_code() {
    let (home, project) = (Home::new(), src_layout());
    let venv = project.path().join(".venv");
    run(Command::new("python3").args(["-m", "venv", "--system-site-packages", "--without-pip"]).arg(&venv));
    // What `pip install --editable` leaves behind, without a network.
    let lib = fs::read_dir(venv.join("lib")).unwrap().next().unwrap().unwrap().path();
    let link = lib.join("site-packages/__editable__.shop-1.pth");
    fs::write(link, format!("{}\n", project.path().join("src").display())).unwrap();
    let import = Command::new(venv.join("bin/python")).args(["-c", "import shop; print(shop.__file__)"]).output();
    let imported = String::from_utf8(import.unwrap().stdout).unwrap();
    assert!(imported.starts_with(project.path().to_str().unwrap()), "the install is no editable one: {imported}");
    let report = home.measure(&project, &["--mutants", "3", "--baseline-runs", "2"]);
    assert_eq!(report.detected, report.mutants.len(), "{report:?}");
}

#[test]
fn tests_that_import_an_installed_copy_are_found_out_by_the_canary() {
    let (home, project) = (Home::new(), src_layout());
    let copies = tempfile::tempdir().unwrap();
    fs::create_dir(copies.path().join("shop")).unwrap();
    fs::write(copies.path().join("shop/__init__.py"), CODE).unwrap();
    let command = format!("PYTHONPATH={}:$PYTHONPATH python3 -m pytest", copies.path().display());
    let ended = home.start_try(&project, &["--command", &command]).until_ended();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("the tests do not run the code of this checkout"), "{ended:?}");
    home.assert_nothing_left();
}
