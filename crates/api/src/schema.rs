//! How the words of the model look in the document of the API. The model itself knows nothing of such documents.

use tinybug_model::{Language, MeasurementState, StopAnswer, TestState, Tier, Verdict};
use tinybug_store::OrgState;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident as $shown:literal = $words:expr, $description:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = $words.iter().map(|word| word.name());
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(words))
                    .description(Some($description))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

words! {
    /// [`MeasurementState`] in the document.
    StateSchema as "MeasurementState" = MeasurementState::ALL, "Where a measurement stands.";
    /// [`OrgState`] in the document.
    OrgStateSchema as "OrgState" = OrgState::ALL, "Where an org stands.";
    /// [`StopAnswer`] in the document.
    StopAnswerSchema as "StopAnswer" = StopAnswer::ALL, "What a stopping rule says of the verdicts.";
    /// [`Verdict`] in the document.
    VerdictSchema as "Verdict" = Verdict::ALL, "What was found out about a mutant.";
    /// [`Language`] in the document.
    LanguageSchema as "Language" = Language::ALL, "A programming language.";
    /// [`TestState`] in the document.
    TestStateSchema as "TestState" = TestState::ALL,
        "What a test is held to be: it passes unless something breaks it, it was seen to pass and to fail on the same code, or it fails each time.";
    /// [`Tier`] in the document.
    TierSchema as "Tier" = [Tier::Default, Tier::Extended], "How eagerly mutants are made; extended includes default.";
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident as $shown:literal, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

ids! {
    /// [`tinybug_model::OrgId`] in the document.
    OrgIdSchema as "OrgId", "org";
    /// [`tinybug_model::RepositoryId`] in the document.
    RepositoryIdSchema as "RepositoryId", "repo";
    /// [`tinybug_model::MeasurementId`] in the document.
    MeasurementIdSchema as "MeasurementId", "msr";
}

/// A finished measurement, for scripts.
#[derive(ToSchema)]
#[schema(as = Report)]
#[expect(dead_code, reason = "describes a type of another crate, which knows nothing of such documents")]
pub(crate) struct ReportSchema {
    /// Which measurement.
    #[schema(value_type = MeasurementIdSchema)]
    measurement: (),
    /// Share of mutants detected, from 0 to 1; null when nothing could be judged.
    #[schema(required)]
    score: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end of its 95 % interval.
    #[schema(required)]
    high: Option<f64>,
    /// Mutants that the tests caught.
    detected: u64,
    /// Mutants that the tests ran and did not catch.
    survived: u64,
    /// Mutants on lines that no test executes.
    no_coverage: u64,
    /// Mutants that the evidence did not settle.
    inconclusive: u64,
    /// Mutants that made the tests hang, confirmed; they count as detected.
    timeout: u64,
    /// Mutants that did not build.
    invalid: u64,
    /// Mutants lost to the infrastructure.
    error: u64,
    /// Builds that ran, those of the baseline and reruns included.
    builds: u64,
    /// Mutants not tried: budget or cancel.
    skipped: u64,
    /// Each mutant, in draw order.
    mutants: Vec<MutantReportSchema>,
    /// What the plan's stopping rule said; left out where the plan has none.
    stop: Option<StoppingSchema>,
}

/// A stopping rule with its answer.
#[derive(ToSchema)]
#[schema(as = Stopping)]
#[expect(dead_code, reason = "describes a type of another crate, which knows nothing of such documents")]
pub(crate) struct StoppingSchema {
    /// The rule of the plan.
    #[schema(value_type = Object)]
    rule: (),
    /// What it says.
    #[schema(value_type = StopAnswerSchema)]
    answer: (),
    /// Drawn mutants that it looked at, from the first of the draw.
    after: u32,
}

/// A mutant, for scripts.
#[derive(ToSchema)]
#[schema(as = ReportedMutant)]
#[expect(dead_code, reason = "describes a type of another crate, which knows nothing of such documents")]
pub(crate) struct MutantReportSchema {
    /// Stable name.
    id: String,
    /// Path inside the repository.
    path: String,
    /// Line, from 1.
    line: u32,
    /// Operator.
    operator: String,
    /// The end of its trial.
    #[schema(value_type = VerdictSchema)]
    verdict: (),
    /// Confidence in that verdict, from 0 to 1; null when nothing was weighed.
    #[schema(required)]
    confidence: Option<f64>,
    /// Names of what caught it, surest first.
    caught_by: Vec<String>,
    /// Attempts at its build.
    attempts: u32,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use tinybug_report::MeasurementReport;

    use super::*;

    #[test]
    fn the_document_names_every_field_of_a_report_and_no_other() {
        let mutant = json!({
            "id": "m", "path": "p", "line": 1, "operator": "o", "verdict": "survived", "confidence": null,
            "caught_by": [], "attempts": 1,
        });
        let report = json!({
            "measurement": tinybug_model::MeasurementId::new(), "score": null, "low": null, "high": null,
            "detected": 0, "survived": 1, "no_coverage": 0, "inconclusive": 0, "timeout": 0, "invalid": 0,
            "error": 0, "builds": 1, "skipped": 0, "mutants": [mutant],
            "stop": {"rule": {"at_least": 0.8}, "answer": "undecided", "after": 1},
        });
        let report: MeasurementReport = serde_json::from_value(report).unwrap();
        let report = serde_json::to_value(report).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        let described = |schema: RefOr<Schema>| names(&serde_json::to_value(schema).unwrap()["properties"]);
        assert_eq!(described(ReportSchema::schema()), names(&report));
        assert_eq!(described(MutantReportSchema::schema()), names(&report["mutants"][0]));
        assert_eq!(described(StoppingSchema::schema()), names(&report["stop"]));
    }
}
