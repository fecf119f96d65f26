//! Recognising test frameworks in shell commands, and adding reporters to them.

use super::command::{Framework, NoCommand};

/// What starts another command and does not change what it is.
const WRAPPERS: &[&[&str]] = &[
    &["env"],
    &["exec"],
    &["time"],
    &["nice"],
    &["npx", "--no-install"],
    &["npx", "--no"],
    &["npx"],
    &["cross-env"],
    &["poetry", "run"],
    &["uv", "run"],
    &["pipenv", "run"],
    &["pdm", "run"],
    &["hatch", "run"],
    &["rye", "run"],
    &["pnpm", "exec"],
    &["yarn", "exec"],
    &["bunx"],
    &["xvfb-run"],
    &["coverage", "run", "-m"],
    &["c8"],
    &["nyc"],
];
const SEPARATORS: &[&str] = &["&&", "||", ";", "|", "\n", "(", ")", "&"];

/// Looks up scripts of package.json.
pub(super) type Scripts<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A command that was recognised.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recognised {
    pub(super) framework: Framework,
    /// With reporters.
    pub(super) run: String,
    /// Whether arguments put at the end of the whole command reach the framework.
    last: bool,
}

/// Recognises the first test framework that a command starts.
pub(super) fn recognise(command: &str, scripts: Scripts<'_>) -> Result<Option<Recognised>, NoCommand> {
    recognise_at(command, scripts, 0)
}

fn recognise_at(command: &str, scripts: Scripts<'_>, depth: u32) -> Result<Option<Recognised>, NoCommand> {
    let words = words(command);
    let mut begin = 0;
    while begin < words.len() {
        let end = (begin..words.len()).find(|at| words[*at].separator).unwrap_or(words.len());
        let simple = &words[begin..end];
        if let Some((framework, change)) = recognise_simple(simple, scripts, depth)? {
            let run = change.apply(command, simple);
            return Ok(Some(Recognised { framework, run, last: end == words.len() }));
        }
        begin = end + 1;
    }
    Ok(None)
}

/// A word of a command, with its place in the text.
#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    separator: bool,
}

/// How a simple command becomes one that reports.
enum Change {
    /// It reports as it is, by environment or on its output.
    None,
    /// Arguments at its end.
    Append(String),
    /// Arguments after the word of that number; words to leave out.
    After { word: usize, arguments: String, without: Vec<usize> },
    /// Something else in its place.
    Replace(String),
}

impl Change {
    fn apply(self, command: &str, simple: &[Word<'_>]) -> String {
        let (Some(first), Some(last)) = (simple.first(), simple.last()) else {
            return command.to_owned();
        };
        let (before, after) = (&command[..first.start], &command[last.end..]);
        let middle = &command[first.start..last.end];
        match self {
            Self::None => command.to_owned(),
            Self::Append(arguments) => format!("{before}{middle} {arguments}{after}"),
            Self::Replace(other) => format!("{before}{other}{after}"),
            Self::After { word, arguments, without } => {
                let mut parts = Vec::new();
                for (number, held) in simple.iter().enumerate() {
                    if !without.contains(&number) {
                        parts.push(held.text);
                    }
                    if number == word {
                        parts.push(&arguments);
                    }
                }
                format!("{before}{}{after}", parts.join(" "))
            }
        }
    }
}

fn recognise_simple(
    simple: &[Word<'_>],
    scripts: Scripts<'_>,
    depth: u32,
) -> Result<Option<(Framework, Change)>, NoCommand> {
    let skipped = wrapper(simple);
    let texts: Vec<&str> = simple[skipped..].iter().map(|word| word.text).collect();
    let Some((program, arguments)) = texts.split_first() else {
        return Ok(None);
    };
    let program = program.rsplit('/').next().unwrap_or(program).trim_end_matches(".js").trim_end_matches(".mjs");
    let has = |wanted: &str| arguments.iter().any(|held| *held == wanted || held.starts_with(&format!("{wanted}=")));
    Ok(match program {
        "pytest" | "py.test" => Some((Framework::Pytest, Change::None)),
        "unittest" => Some((Framework::Unittest, verbose(arguments, "-v"))),
        _ if program.starts_with("python") || program == "pypy3" => recognise_python(arguments),
        "jest" => Some((Framework::Jest, jest())),
        "react-scripts" if has("test") => Some((Framework::Jest, jest())),
        "vitest" => {
            let reporters = "--reporter=default --reporter=junit --outputFile.junit={report}";
            Some((Framework::Vitest, Change::Append(reporters.to_owned())))
        }
        "mocha" | "_mocha" => {
            let reporter = "--reporter xunit --reporter-options output={report}";
            Some((Framework::Mocha, Change::Append(reporter.to_owned())))
        }
        "node" | "tsx" if has("--test") => Some((Framework::NodeTest, Change::None)),
        "tap" => Some((Framework::Tap, Change::Append("--reporter=tap".to_owned()))),
        "tape" => Some((Framework::Tap, Change::None)),
        "node" => match arguments.iter().position(|argument| !argument.starts_with('-')) {
            // A framework's own script, as in `node node_modules/.bin/jest`.
            Some(script) if arguments[script].contains("node_modules/") => {
                return recognise_simple(&simple[skipped + 1 + script..], scripts, depth)
                    .map(|found| found.map(|(framework, change)| (framework, change.only_appended())));
            }
            _ => None,
        },
        "go" if arguments.first() == Some(&"test") => Some((Framework::GoTest, go_test(arguments, skipped))),
        "gotestsum" => Some((Framework::GoTest, Change::None)),
        "cargo" => cargo(arguments, skipped),
        "npm" | "yarn" | "pnpm" => return recognise_script(program, simple, arguments, scripts, depth),
        _ => None,
    })
}

impl Change {
    /// For changes found in a part of the words: only those at the end fit the whole.
    fn only_appended(self) -> Self {
        match self {
            Self::Append(arguments) => Self::Append(arguments),
            _ => Self::None,
        }
    }
}

/// How many words stand before the program itself: assignments and wrappers.
fn wrapper(simple: &[Word<'_>]) -> usize {
    let mut at = 0;
    loop {
        let rest = &simple[at..];
        let Some(word) = rest.first() else {
            return at;
        };
        let assignment = word
            .text
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let wrapper = WRAPPERS.iter().find(|wrapper| {
            rest.len() >= wrapper.len() && wrapper.iter().zip(rest).all(|(wanted, word)| *wanted == word.text)
        });
        match wrapper {
            _ if assignment => at += 1,
            Some(wrapper) => at += wrapper.len(),
            None => return at,
        }
    }
}

fn recognise_python(arguments: &[&str]) -> Option<(Framework, Change)> {
    let module = arguments.iter().position(|argument| *argument == "-m").and_then(|at| arguments.get(at + 1));
    match module {
        Some(&"pytest" | &"py.test") => Some((Framework::Pytest, Change::None)),
        Some(&"unittest") => Some((Framework::Unittest, verbose(arguments, "-v"))),
        Some(&"coverage") if arguments.contains(&"pytest") => Some((Framework::Pytest, Change::None)),
        _ => {
            let django = arguments.first().is_some_and(|script| script.ends_with("manage.py"));
            (django && arguments.get(1) == Some(&"test")).then(|| (Framework::Unittest, verbose(arguments, "-v 2")))
        }
    }
}

fn verbose(arguments: &[&str], flag: &str) -> Change {
    let already = arguments.iter().any(|argument| *argument == "--verbose" || argument.starts_with("-v"));
    if already { Change::None } else { Change::Append(flag.to_owned()) }
}

fn jest() -> Change {
    Change::Append("--json --outputFile={report}".to_owned())
}

fn go_test(arguments: &[&str], skipped: usize) -> Change {
    let mut added = Vec::new();
    for (flag, text) in [("-json", "-json"), ("-count", "-count=1")] {
        if !arguments.iter().any(|held| *held == flag || held.starts_with(&format!("{flag}="))) {
            added.push(text);
        }
    }
    if added.is_empty() {
        return Change::None;
    }
    Change::After { word: skipped + 1, arguments: added.join(" "), without: Vec::new() }
}

fn cargo(arguments: &[&str], skipped: usize) -> Option<(Framework, Change)> {
    let at = arguments.iter().position(|argument| !argument.starts_with(['+', '-']))?;
    let (framework, last) = match (arguments[at], arguments.get(at + 1)) {
        ("test" | "t", _) => (Framework::CargoTest, at),
        ("nextest", Some(&("run" | "r"))) => (Framework::Nextest, at + 1),
        _ => return None,
    };
    let own = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
    let quiet = (last..own).filter(|at| matches!(arguments[*at], "-q" | "--quiet")).map(|at| skipped + 1 + at);
    let keep_going = if arguments[..own].contains(&"--no-fail-fast") { "" } else { "--no-fail-fast" };
    let change = Change::After { word: skipped + 1 + last, arguments: keep_going.to_owned(), without: quiet.collect() };
    Some((framework, change))
}

/// A script of package.json: what it runs decides.
fn recognise_script(
    manager: &str,
    simple: &[Word<'_>],
    arguments: &[&str],
    scripts: Scripts<'_>,
    depth: u32,
) -> Result<Option<(Framework, Change)>, NoCommand> {
    let mut names = arguments.iter().filter(|argument| !argument.starts_with('-'));
    let (name, explicit) = match names.next() {
        Some(&("test" | "t" | "tst")) => ("test", true),
        Some(&("run" | "run-script")) => (names.next().copied().unwrap_or(""), true),
        Some(other) if manager != "npm" => (*other, false),
        _ => return Ok(None),
    };
    let Some(script) = scripts(name) else {
        // Yarn and pnpm run programs by their bare name, too.
        let program = arguments.iter().position(|argument| *argument == name).map(|at| at + 1);
        return match (explicit, program) {
            (false, Some(at)) => recognise_simple(&simple[simple.len() - arguments.len() - 1 + at..], scripts, depth)
                .map(|found| found.map(|(framework, change)| (framework, change.only_appended()))),
            // Inside a script, it is the script's own affair.
            _ if depth > 0 => Ok(None),
            _ => Err(NoCommand::NoScript { script: name.to_owned() }),
        };
    };
    if depth > 5 {
        return Ok(None);
    }
    let Some(inner) = recognise_at(&script, scripts, depth + 1)? else {
        return Ok(None);
    };
    let Some(appended) = inner.run.strip_prefix(script.as_str()).filter(|_| inner.last) else {
        // The arguments belong in the midst of the script: it is run in its rewritten form, as the manager would.
        let run = format!("(export PATH=\"$PWD/node_modules/.bin:$PATH\"; {})", inner.run);
        return Ok(Some((inner.framework, Change::Replace(run))));
    };
    let appended = appended.trim();
    let separator = if manager == "npm" && !arguments.contains(&"--") { "-- " } else { "" };
    let change = if appended.is_empty() {
        Change::None
    } else {
        Change::Append(format!("{separator}{}", appended.strip_prefix("-- ").unwrap_or(appended)))
    };
    Ok(Some((inner.framework, change)))
}

/// Splits a command into words and separators; quotes hold words together.
fn words(command: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut at = 0;
    let mut finish = |start: &mut Option<usize>, end: usize| {
        if let Some(start) = start.take() {
            words.push(Word { text: &command[start..end], start, end, separator: false });
        }
    };
    let mut separators = Vec::new();
    while let Some(character) = command[at..].chars().next() {
        let width = character.len_utf8();
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '"') => {
                start.get_or_insert(at);
                quote = Some(character);
            }
            None => {
                if let Some(separator) = SEPARATORS.iter().find(|separator| command[at..].starts_with(**separator)) {
                    finish(&mut start, at);
                    let end = at + separator.len();
                    separators.push(Word { text: separator, start: at, end, separator: true });
                    at = end;
                    continue;
                }
                if character.is_whitespace() {
                    finish(&mut start, at);
                } else {
                    start.get_or_insert(at);
                }
            }
        }
        at += width;
    }
    finish(&mut start, command.len());
    words.extend(separators);
    words.sort_by_key(|word| word.start);
    words
}
