//! Which tools are asked about a library: those that the local runner asks, and some more.

use std::{fs, path::Path};

use tinybug_model::Language;
use tinybug_providers::check::{Compiler, Home, Parser, Ruling, TOOLS, Tool};
use tinybug_testkit::libraries::{Registry, part, tools};

use crate::{asked::Asked, project::Project, table::Column};

/// The checks of vet that `go test` runs before it runs tests.
const VET: Tool = Tool::Compiler(Compiler {
    language: Language::Go,
    command: "said=$(go vet -atomic -bools -buildtags -directive -errorsas -ifaceassert -nilfunc -printf -stringintconv \
              -tests ./... 2>&1); code=$?; echo \"$said\" | sed 's/^vet: //'; exit $code",
    home: Home::Beside("go.mod"),
    errors_say_so: false,
});
/// The types too, of which the local runner does not ask: many projects test without having them checked.
const TYPES: Tool = Tool::Parser(Parser {
    languages: &[Language::TypeScript],
    command: "node --no-warnings",
    script: include_str!("types.mjs"),
    name: "types.mjs",
});
/// Ruby's own parser, compiled to WebAssembly.
const PRISM: Tool = Tool::Parser(Parser {
    languages: &[Language::Ruby],
    command: "node --no-warnings",
    script: include_str!("prism.mjs"),
    name: "prism.mjs",
});
const C: Tool = unit(Language::C, "gcc -x c -fsyntax-only -w -I. '{file}'");
const CPP: Tool = unit(
    Language::Cpp,
    "g++ -std=c++11 -x c++ -fsyntax-only -w -DLEVELDB_PLATFORM_POSIX -DOS_LINUX -I. -Iinclude -Isnappy -Ilinux '{file}'",
);
const CSHARP: Tool =
    unit(Language::CSharp, "\"$MONO\" \"$MCS\" -langversion:latest -unsafe -target:library -out:'{tmp}/out.dll' *.cs");
const CSHARP_SYNTAX: Tool = unit(Language::CSharp, "\"$MONO\" \"$MCS\" -langversion:latest -unsafe --parse '{file}'");

/// A C# compiler and what it needs.
const MONO_PACKAGES: &[&str] = &[
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

const fn unit(language: Language, command: &'static str) -> Tool {
    Tool::Compiler(Compiler { language, command, home: Home::Project, errors_say_so: true })
}

/// What the tools of a library's language say of its mutants, by the column of the table; `None` when they cannot be had.
pub(crate) fn rulings(project: &Project, asked: &Asked) -> Option<Vec<(Column, Vec<Ruling>)>> {
    let column = Column { language: project.library.language, types: false };
    let rulings = match project.library.language {
        Language::Python | Language::JavaScript => project.ask(&TOOLS, &[]),
        Language::TypeScript => {
            typescript(project)?;
            // Each takes a while, and only the page says how many are refused.
            let types = if asked.writes_page() { project.ask(&[TYPES], &[]) } else { project.ask_about_few(&[TYPES]) };
            return Some(vec![(column, project.ask(&TOOLS, &[])), (Column { types: true, ..column }, types)]);
        }
        Language::Go => {
            let build = project.ask(&TOOLS, &[]);
            let vet = project.ask(&[VET], &[]);
            build.into_iter().zip(vet).map(|(build, vet)| if build == Ruling::Accepted { vet } else { build }).collect()
        }
        Language::Rust => {
            manifest(project);
            project.ask(&TOOLS, &[])
        }
        Language::Java => {
            let io = part(Registry::MavenJar, "commons-io:commons-io", "2.16.1")?;
            let codec = part(Registry::MavenJar, "commons-codec:commons-codec", "1.17.0")?;
            project.ask(&TOOLS, &[("CLASSPATH", format!("{}:{}", io.display(), codec.display()))])
        }
        Language::Ruby => {
            let prism = part(Registry::Npm, "@ruby/prism", "1.4.0")?;
            project.ask(&[PRISM], &[("PRISM", prism.display().to_string())])
        }
        Language::C => project.ask(&[C], &[]),
        Language::Cpp => project.ask(&[CPP], &[]),
        Language::CSharp => {
            let mono = tools("debian-mono", MONO_PACKAGES)?;
            // The other library is in a newer dialect than the compiler knows.
            let tool = if project.library.name == "flatbuffers" { CSHARP } else { CSHARP_SYNTAX };
            project.ask(&[tool], &mono_environment(&mono))
        }
    };
    Some(vec![(column, rulings)])
}

/// Puts the compiler into the library, where a project has it.
fn typescript(project: &Project) -> Option<()> {
    let typescript = part(Registry::Npm, "typescript", "5.6.3")?;
    let modules = project.dir.join("node_modules");
    fs::create_dir_all(&modules).unwrap();
    std::os::unix::fs::symlink(typescript, modules.join("typescript")).unwrap();
    let settings = r#"{ "compilerOptions": { "noEmit": true, "strict": true, "noImplicitReturns": true, "target": "ES2020",
        "lib": ["ES2020", "DOM"], "module": "ESNext", "moduleResolution": "node", "types": [] },
        "include": ["**/*.ts"] }"#;
    fs::write(project.dir.join("tsconfig.json"), settings).unwrap();
    fs::write(project.dir.join("process.d.ts"), "declare const process: any;\n").unwrap();
    Some(())
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

fn mono_environment(mono: &Path) -> [(&'static str, String); 6] {
    [
        ("MONO", "usr/bin/mono-sgen"),
        ("MCS", "usr/lib/mono/4.5/mcs.exe"),
        ("MONO_PATH", "usr/lib/mono/4.5"),
        ("MONO_CONFIG", "etc/mono/config"),
        ("MONO_CFG_DIR", "etc"),
        ("LD_LIBRARY_PATH", "usr/lib"),
    ]
    .map(|(name, path)| (name, mono.join(path).display().to_string()))
}
