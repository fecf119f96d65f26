//! Real compilers: those that the product asks, and for the tests some more.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tinybug_model::{Language, Mutant};
use tinybug_testkit::libraries::{Registry, part, tools};

use crate::{
    compile::{Compiled, Complaint, Edited, Ruling, Toolchain, rule},
    project::Project,
};

/// Knows modules, which parse by other rules than scripts.
const NODE: &str = "node --no-warnings --experimental-vm-modules";
/// The checks of vet that `go test` runs before it runs tests.
const VET: &str = "go vet -atomic -bools -buildtags -directive -errorsas -ifaceassert -nilfunc -printf \
                   -stringintconv -tests ./...";
/// A C# compiler and what it needs.
const MONO: &[&str] = &[
    "mono-mcs",
    "mono-runtime-sgen",
    "mono-runtime-common",
    "libmono-corlib4.5-dll",
    "libmono-system4.0-cil",
    "libmono-system-core4.0-cil",
    "libmono-system-xml4.0-cil",
    "libmono-system-configuration4.0-cil",
    "libmono-security4.0-cil",
    "libmono-microsoft-csharp4.0-cil",
    "libmono-i18n4.0-cil",
    "libmono-i18n-west4.0-cil",
    "libmono-system-numerics4.0-cil",
];

/// What the compiler of a library says of its mutants; `None` when the compiler cannot be had.
pub(crate) fn rulings(project: &Project) -> Option<Vec<Ruling>> {
    let rulings = match project.library.language {
        Language::Python => parser(project, "python3", "tinybug_compile.py"),
        Language::JavaScript => parser(project, NODE, "tinybug_compile.mjs"),
        Language::TypeScript => {
            let typescript = part(Registry::Npm, "typescript", "5.6.3")?;
            let modules = project.dir.join("node_modules");
            fs::create_dir_all(&modules).unwrap();
            std::os::unix::fs::symlink(typescript, modules.join("typescript")).unwrap();
            parser(project, NODE, "tinybug_compile.mjs")
        }
        Language::Go => go(project),
        Language::Rust => {
            manifest(project);
            let check = "cargo check --quiet --offline --message-format=short";
            whole(project, Plain::default(), check.to_owned())
        }
        Language::Java => java(project)?,
        Language::Ruby => ruby(project)?,
        Language::C => units(project, Plain::default(), "gcc -x c -fsyntax-only -w -I."),
        Language::Cpp => {
            let platform = "-DLEVELDB_PLATFORM_POSIX -DOS_LINUX -I. -Iinclude -Isnappy -Ilinux";
            units(project, Plain::default(), &format!("g++ -std=c++11 -x c++ -fsyntax-only -w {platform}"))
        }
        Language::CSharp => csharp(project)?,
    };
    Some(rulings)
}

/// A script that the local runner uses too: it names those that it refuses.
fn parser(project: &Project, interpreter: &str, script: &str) -> Vec<Ruling> {
    let entry = |(at, mutant): (usize, &Mutant)| {
        let Mutant { path, start_byte, end_byte, replacement, .. } = mutant;
        json!({ "at": at, "path": path, "start": start_byte, "end": end_byte, "replacement": replacement })
    };
    let entries: Vec<_> = project.mutants.iter().enumerate().map(entry).collect();
    let list = project.scratch.join("mutants.json");
    fs::write(&list, json!(entries).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/assets").join(script);
    let ran = Plain::default().run(&format!("{interpreter} '{}' '{}'", script.display(), list.display()), &project.dir);
    assert!(ran.success, "{}", ran.output);
    let mut rulings = vec![Ruling::Accepted; project.mutants.len()];
    for line in ran.output.lines().filter_map(|line| line.strip_prefix("tinybug:")) {
        let refusal: Value = serde_json::from_str(line).unwrap();
        let at = usize::try_from(refusal["at"].as_u64().unwrap()).unwrap();
        rulings[at] = Ruling::Refused { message: refusal["said"].as_str().unwrap().to_owned() };
    }
    rulings
}

/// A command that compiles the whole library.
fn whole(project: &Project, shell: Plain, command: String) -> Vec<Ruling> {
    let whole = Whole { shell, dir: &project.dir, command };
    rule(&whole, &project.dir, &project.mutants.iter().collect::<Vec<_>>())
}

/// Compiled by `go build`, and what passes there by the part of vet that `go test` insists on.
fn go(project: &Project) -> Vec<Ruling> {
    let mut rulings = whole(project, Plain::default(), "go build -gcflags=-e -o /dev/null ./...".to_owned());
    let accepted: Vec<usize> = (0..rulings.len()).filter(|at| rulings[*at] == Ruling::Accepted).collect();
    let mutants: Vec<&Mutant> = accepted.iter().map(|at| &project.mutants[*at]).collect();
    let vet = Whole { shell: Plain::default(), dir: &project.dir, command: VET.to_owned() };
    for (at, ruling) in accepted.into_iter().zip(rule(&vet, &project.dir, &mutants)) {
        if let Ruling::Refused { message } = ruling {
            rulings[at] = Ruling::Refused { message: format!("vet: {message}") };
        }
    }
    rulings
}

/// All sources at once. Errors of one phase must not hide those of a later one.
fn java(project: &Project) -> Option<Vec<Ruling>> {
    let io = part(Registry::MavenJar, "commons-io:commons-io", "2.16.1")?;
    let codec = part(Registry::MavenJar, "commons-codec:commons-codec", "1.17.0")?;
    let classes = project.scratch.join("classes");
    fs::create_dir(&classes).unwrap();
    let command = format!(
        "javac -proc:none -nowarn -encoding UTF-8 -Xmaxerrs 10000 -XDshould-stop.ifError=FLOW -cp '{}:{}' -d '{}' \
         $(find . -name '*.java' ! -name package-info.java)",
        io.display(),
        codec.display(),
        classes.display()
    );
    Some(whole(project, Plain::default(), command))
}

/// Packages come with requirements of their tests and benches, which are not fetched.
fn manifest(project: &Project) {
    let (name, version) = project.library.package;
    let text = format!(
        "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\nautobenches = false\n\
         autoexamples = false\nautotests = false\n[workspace]\n\
         [features]\ndefault = [\"std\"]\nstd = [\"alloc\"]\nalloc = []\n"
    );
    fs::write(project.dir.join("Cargo.toml"), text).unwrap();
}

/// Ruby's own parser, compiled to WebAssembly.
fn ruby(project: &Project) -> Option<Vec<Ruling>> {
    let prism = part(Registry::Npm, "@ruby/prism", "1.4.0")?;
    let (question, answer) = (project.scratch.join("question"), project.scratch.join("answer"));
    fs::write(&question, serde_json::to_vec(&project.mutants).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/prism.mjs");
    let arguments = [&script, &prism, &question, &answer].map(|path| format!("'{}'", path.display())).join(" ");
    let ran = Plain::default().run(&format!("node --no-warnings {arguments}"), &project.dir);
    assert!(ran.success, "{}", ran.output);
    let said: Vec<Option<String>> = serde_json::from_slice(&fs::read(answer).unwrap()).unwrap();
    let ruling = |said: Option<String>| match said {
        None => Ruling::Unknown,
        Some(message) if message.is_empty() => Ruling::Accepted,
        Some(message) => Ruling::Refused { message },
    };
    Some(said.into_iter().map(ruling).collect())
}

/// The compiler of Mono: of a library in a dialect that it knows the whole compilation, of another one the parser.
fn csharp(project: &Project) -> Option<Vec<Ruling>> {
    let mono = tools("debian-mono", MONO)?;
    let within = |path: &str| mono.join(path).display().to_string();
    let shell = Plain(vec![
        ("MONO_PATH".into(), within("usr/lib/mono/4.5")),
        ("MONO_CONFIG".into(), within("etc/mono/config")),
        ("MONO_CFG_DIR".into(), within("etc")),
        ("LD_LIBRARY_PATH".into(), within("usr/lib")),
    ]);
    let (program, compiler) = (within("usr/bin/mono-sgen"), within("usr/lib/mono/4.5/mcs.exe"));
    let mcs = format!("'{program}' '{compiler}' -langversion:latest -unsafe -target:library");
    if project.library.name != "flatbuffers" {
        return Some(units(project, shell, &format!("{mcs} --parse")));
    }
    let command = format!("{mcs} -out:'{}' *.cs", project.scratch.join("out.dll").display());
    Some(whole(project, shell, command))
}

/// Each changed file for itself. Mutants of files that are refused unchanged stay unknown.
fn units(project: &Project, shell: Plain, command: &str) -> Vec<Ruling> {
    let mut paths: Vec<&str> = project.mutants.iter().map(|mutant| mutant.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let units = Units { shell, dir: &project.dir, command };
    let mut sound = Vec::new();
    for path in paths {
        if units.run(&[path]).accepted {
            sound.push(path);
        }
    }
    let places: Vec<usize> =
        (0..project.mutants.len()).filter(|at| sound.contains(&project.mutants[*at].path.as_str())).collect();
    let mutants: Vec<_> = places.iter().map(|at| &project.mutants[*at]).collect();
    let mut rulings = vec![Ruling::Unknown; project.mutants.len()];
    for (at, ruling) in places.into_iter().zip(rule(&units, &project.dir, &mutants)) {
        rulings[at] = ruling;
    }
    rulings
}

/// Runs commands as they are, with some more environment.
#[derive(Default)]
struct Plain(Vec<(String, String)>);

/// A command that came to its end.
struct Ran {
    success: bool,
    output: String,
}

impl Plain {
    fn run(&self, command: &str, directory: &Path) -> Ran {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(directory)
            .envs(self.0.iter().map(|(name, value)| (name, value)))
            .env_remove("CARGO_TARGET_DIR")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .expect("there is a shell");
        let text = [output.stdout, output.stderr].concat();
        Ran { success: output.status.success(), output: String::from_utf8_lossy(&text).into_owned() }
    }
}

/// A command that compiles everything.
struct Whole<'a> {
    shell: Plain,
    dir: &'a Path,
    command: String,
}

impl Toolchain for Whole<'_> {
    fn compile(&self, edited: &Edited) -> Compiled {
        let before = put(self.dir, edited);
        let ran = self.shell.run(&self.command, self.dir);
        put(self.dir, &before);
        compiled(&ran)
    }
}

/// A command that compiles the files it is given, each for itself.
struct Units<'a> {
    shell: Plain,
    dir: &'a Path,
    command: &'a str,
}

impl Units<'_> {
    fn run(&self, paths: &[&str]) -> Compiled {
        let list = paths.iter().map(|path| format!("'{path}'")).collect::<Vec<_>>().join(" ");
        let command = format!("printf '%s\\n' {list} | xargs -P 2 -n 1 {}", self.command);
        compiled(&self.shell.run(&command, self.dir))
    }
}

impl Toolchain for Units<'_> {
    fn compile(&self, edited: &Edited) -> Compiled {
        if edited.is_empty() {
            return Compiled { accepted: true, complaints: Vec::new() };
        }
        let before = put(self.dir, edited);
        let compiled = self.run(&edited.keys().map(String::as_str).collect::<Vec<_>>());
        put(self.dir, &before);
        compiled
    }
}

/// Writes files and returns what was there.
fn put(dir: &Path, files: &Edited) -> Edited {
    let place = |path: &str| -> PathBuf { dir.join(path) };
    let before = files.keys().map(|path| (path.clone(), fs::read(place(path)).unwrap())).collect();
    for (path, text) in files {
        fs::write(place(path), text).unwrap();
    }
    before
}

fn compiled(ran: &Ran) -> Compiled {
    let read = ran.output.lines().filter_map(|line| {
        let line = line.strip_prefix("vet: ").unwrap_or(line);
        // `Cart.cs(12,3): error CS0103: ...`
        let line = match line.split_once("): ") {
            Some((place, rest)) if place.contains(".cs(") => {
                format!("{}: {rest}", place.replacen('(', ":", 1).replace(',', ":"))
            }
            _ => line.to_owned(),
        };
        Complaint::read(&line)
    });
    let complaints = read.filter(|complaint| !complaint.message.starts_with("warning")).collect();
    Compiled { accepted: ran.success, complaints }
}
