//! What `try --json` prints, read as a script would.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

/// The object on the last line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Report {
    pub(crate) measurement: String,
    pub(crate) score: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) detected: usize,
    pub(crate) survived: usize,
    pub(crate) no_coverage: usize,
    pub(crate) inconclusive: usize,
    pub(crate) timeout: usize,
    pub(crate) invalid: usize,
    pub(crate) error: usize,
    pub(crate) builds: usize,
    pub(crate) skipped: usize,
    pub(crate) mutants: Vec<MutantLine>,
}

/// One of its mutants.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MutantLine {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) operator: String,
    pub(crate) verdict: String,
    pub(crate) caught_by: Vec<String>,
    pub(crate) attempts: u32,
}

/// What a sample says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) flaky: Vec<String>,
    mutants: Vec<ExpectedMutants>,
}

#[derive(Debug, Deserialize)]
struct ExpectedMutants {
    path: String,
    first_line: u32,
    last_line: u32,
    operator: String,
    verdict: String,
}

impl Report {
    /// Verdict and number of attempts by mutant: what a disturbance must not change.
    pub(crate) fn outcome(&self) -> BTreeMap<String, (String, u32)> {
        let outcome: BTreeMap<_, _> =
            self.mutants.iter().map(|mutant| (mutant.id.clone(), (mutant.verdict.clone(), mutant.attempts))).collect();
        assert_eq!(outcome.len(), self.mutants.len(), "a mutant is listed twice");
        outcome
    }

    /// The mutants of a verdict.
    pub(crate) fn with_verdict<'a>(&'a self, verdict: &'a str) -> impl Iterator<Item = &'a MutantLine> {
        self.mutants.iter().filter(move |mutant| mutant.verdict == verdict)
    }

    /// Fails unless counts, score and interval follow from the mutants listed.
    pub(crate) fn assert_consistent(&self) {
        let counts = [
            ("detected", self.detected),
            ("survived", self.survived),
            ("no_coverage", self.no_coverage),
            ("inconclusive", self.inconclusive),
            ("timeout", self.timeout),
            ("invalid", self.invalid),
            ("error", self.error),
            ("skipped", self.skipped),
        ];
        for (verdict, count) in counts {
            assert_eq!(self.with_verdict(verdict).count(), count, "{verdict}");
        }
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), self.mutants.len());
        let found = u32::try_from(self.detected + self.timeout).unwrap();
        let all = found + u32::try_from(self.survived + self.no_coverage).unwrap();
        let (score, low, high) = (self.score.unwrap(), self.low.unwrap(), self.high.unwrap());
        assert!((score - f64::from(found) / f64::from(all)).abs() < 0.1, "score {score}, {found} of {all}");
        assert!(low <= score && score <= high, "{low} <= {score} <= {high}");
    }
}

impl Expected {
    /// Of a bundled sample.
    pub(crate) fn of(sample: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(sample).join("expected.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// Fails unless every mutant came out as the sample says, and each of its statements was put to the test.
    pub(crate) fn assert_met_by(&self, report: &Report) {
        for mutant in &report.mutants {
            let stated = self.mutants.iter().find(|stated| stated.is_about(mutant));
            let stated = stated.unwrap_or_else(|| panic!("the sample says nothing of {mutant:?}"));
            assert_eq!(mutant.verdict, stated.verdict, "{mutant:?}");
        }
        for stated in &self.mutants {
            assert!(report.mutants.iter().any(|mutant| stated.is_about(mutant)), "no mutant drawn for {stated:?}");
        }
    }
}

impl ExpectedMutants {
    fn is_about(&self, mutant: &MutantLine) -> bool {
        self.path == mutant.path
            && (self.first_line..=self.last_line).contains(&mutant.line)
            && (self.operator == "*" || self.operator == mutant.operator)
    }
}

/// The keys of an object, in the order in which they were written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keys(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The keys of each mutant of a report.
#[derive(Debug, Deserialize)]
pub(crate) struct MutantKeys {
    pub(crate) mutants: Vec<Keys>,
}
