//! What compilers and build tools print when they refuse code that tests are about to run, whatever the framework.

use super::text::plain;

/// Words of build tools that did not come to the tests: of Maven, and of Gradle with Java and with Kotlin.
const BUILD_TOOLS: &[&str] =
    &["COMPILATION ERROR", "Compilation failed; see the compiler", "Compilation error. See log for more details"];
/// Numbered errors, of TypeScript and of C#.
const NUMBERED: &[&str] = &["error TS", "error CS"];

/// Whether an output says that the code does not compile.
pub fn refuse(output: &str) -> bool {
    let is_numbered = |rest: &str| rest.split_once(':').is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    plain(output).lines().any(|line| {
        BUILD_TOOLS.iter().any(|words| line.contains(words))
            || NUMBERED.iter().any(|mark| line.split(mark).skip(1).any(is_numbered))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_what_tests_say() {
        for refused in [
            "src/a.ts(3,10): error TS18047: 'x' is possibly 'null'.",
            "\u{1b}[96msrc/a.ts\u{1b}[0m:3:10 - \u{1b}[91merror\u{1b}[0m\u{1b}[90m TS18047: \u{1b}[0m'x' is possibly 'null'.",
            "Cart.cs(3,10): error CS0103: The name 'x' does not exist [/slot/shop.csproj]",
            "[ERROR] COMPILATION ERROR : ",
            "> Compilation failed; see the compiler error output for details.",
        ] {
            assert!(refuse(&format!("> test\n{refused}\nmore")), "{refused}");
        }
        for other in ["error TSLINT: no", "error TS2322 was expected", "src/a.ts(3,10): warning TS1: unused", ""] {
            assert!(!refuse(other), "{other}");
        }
    }
}
