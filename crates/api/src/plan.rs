//! The plan in a request: which values it may have, said once for the check and for the document of the API.

use serde_json::{Value, json};
use tinybug_model::{Plan, StopRule};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type},
    },
};

use crate::{problem::FieldError, schema::TierSchema};

/// Characters that a command may have.
const LONGEST_COMMAND: usize = 4096;
/// Globs or names that a list may have.
const LONGEST_LIST: usize = 200;
/// Characters that a glob, a name or a revision may have.
const LONGEST_TEXT: usize = 512;

/// A number of the plan with the range that it may lie in, ends included.
struct Number {
    pointer: &'static str,
    low: f64,
    high: f64,
    whole: bool,
    about: &'static str,
}

const fn whole(pointer: &'static str, low: u32, high: u32, about: &'static str) -> Number {
    Number { pointer, low: low as f64, high: high as f64, whole: true, about }
}

const fn real(pointer: &'static str, low: f64, high: f64, about: &'static str) -> Number {
    Number { pointer, low, high, whole: false, about }
}

/// The baseline is one run of its workflow, whose history must stay readable.
const MOST_BASELINE_RUNS: u32 = 40;

const NUMBERS: [Number; 14] = [
    whole("/mutants", 1, 10_000, "How many mutants to draw."),
    whole("/parallelism", 1, 256, "Builds at once; null: as many as the runner has room for."),
    whole("/baseline_runs", 1, MOST_BASELINE_RUNS, "Runs of the unchanged code."),
    whole(
        "/baseline_runs_when_flaky",
        1,
        MOST_BASELINE_RUNS,
        "Runs of the unchanged code at most, once a test was seen to fail in one of the first: so many as save more reruns of mutants than they cost. At least baseline_runs.",
    ),
    real("/timeout_factor", 1.0, 100.0, "Time limit of a build: this times the longest baseline run."),
    whole("/timeout_floor_seconds", 1, 86_400, "The time limit of a build is never less."),
    whole("/baseline_timeout_seconds", 1, 86_400, "Time limit of a baseline run and of the set-up."),
    whole("/memory_limit_mb", 64, 1_048_576, "Resident memory that a build's processes may hold together."),
    real("/thresholds/detected", 0.5, 0.999_999, "Posterior from which a mutant counts as detected."),
    real("/thresholds/survived", 0.000_001, 0.499_999, "Posterior down to which a mutant counts as survived."),
    real("/stop/narrower_than", 0.01, 1.0, "Stop when the score's interval is no wider than this."),
    real("/stop/at_least", 0.01, 1.0, "Stop when it is known whether the score is at least so high: a gate."),
    real(
        "/stop/margin",
        0.0,
        0.25,
        "Of a gate: scores nearer to it than this may go either way, which makes the answer come much sooner.",
    ),
    real("/stop/alpha", 0.000_1, 0.25, "Chance that what the rule says is wrong."),
];
const ATTEMPTS: Number = whole("/thresholds/max_attempts", 1, 20, "Attempts after which doubt becomes inconclusive.");

fn numbers() -> impl Iterator<Item = &'static Number> {
    NUMBERS.iter().chain(std::iter::once(&ATTEMPTS))
}

/// What is wrong with a plan, by pointers that begin with `at`.
pub(crate) fn check(plan: &Plan, at: &str) -> Vec<FieldError> {
    let values = serde_json::to_value(plan).expect("a plan holds only text, lists and numbers");
    let mut errors: Vec<FieldError> = numbers().filter_map(|number| out_of_range(number, &values, at)).collect();
    if plan.baseline_runs_when_flaky < plan.baseline_runs {
        errors.push(FieldError::new(
            format!("{at}/baseline_runs_when_flaky"),
            "out_of_range",
            format!(
                "is {}; it must be at least baseline_runs, which is {}",
                plan.baseline_runs_when_flaky, plan.baseline_runs
            ),
        ));
    }
    for (name, command) in [("command", &plan.command), ("setup", &plan.setup)] {
        errors.extend(command.as_deref().and_then(|command| bad_command(&format!("{at}/{name}"), command)));
    }
    for (name, globs) in [("include", &plan.include), ("exclude", &plan.exclude)] {
        errors.extend(bad_list(&format!("{at}/{name}"), globs, "invalid_glob"));
    }
    errors.extend(bad_list(&format!("{at}/functions"), &plan.functions, "invalid_name"));
    errors.extend(plan.since.as_deref().and_then(|revision| bad_revision(&format!("{at}/since"), revision)));
    errors
}

fn out_of_range(number: &Number, values: &Value, at: &str) -> Option<FieldError> {
    let value = values.pointer(number.pointer)?;
    // A float that JSON cannot hold (an infinity) is null here: only the fields that may be absent are let through.
    let fits =
        value.as_f64().map_or(number.pointer == "/parallelism", |value| (number.low..=number.high).contains(&value));
    let detail = || format!("is {value}; it must be from {} to {}", number.low, number.high);
    (!fits).then(|| FieldError::new(format!("{at}{}", number.pointer), "out_of_range", detail()))
}

fn bad_command(pointer: &str, command: &str) -> Option<FieldError> {
    if command.trim().is_empty() {
        let detail = "is empty; write a command, or leave the field out to have one found from the project's files";
        return Some(FieldError::new(pointer, "empty", detail));
    }
    let detail = || format!("is longer than {LONGEST_COMMAND} characters; put it into a script of the repository");
    (command.chars().count() > LONGEST_COMMAND).then(|| FieldError::new(pointer, "too_long", detail()))
}

fn bad_list(pointer: &str, texts: &[String], code: &'static str) -> Vec<FieldError> {
    if texts.len() > LONGEST_LIST {
        let detail = format!("holds {} entries; {LONGEST_LIST} at most", texts.len());
        return vec![FieldError::new(pointer, "too_many", detail)];
    }
    let bad = |text: &String| text.trim().is_empty() || text.chars().count() > LONGEST_TEXT;
    let detail = format!("must have 1 to {LONGEST_TEXT} characters");
    let error = |index| FieldError::new(format!("{pointer}/{index}"), code, detail.clone());
    texts.iter().enumerate().filter(|(_, text)| bad(text)).map(|(index, _)| error(index)).collect()
}

fn bad_revision(pointer: &str, revision: &str) -> Option<FieldError> {
    let bad = revision.trim().is_empty() || revision.chars().count() > LONGEST_TEXT;
    let detail = format!("must be a revision of 1 to {LONGEST_TEXT} characters, such as a branch; null for all lines");
    bad.then(|| FieldError::new(pointer, "invalid_revision", detail))
}

/// [`Plan`] in the document.
#[derive(Debug)]
pub(crate) struct PlanSchema;

impl ToSchema for PlanSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "Plan".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((TierSchema::name().into(), TierSchema::schema()));
    }
}

impl PartialSchema for PlanSchema {
    fn schema() -> RefOr<Schema> {
        let defaults = serde_json::to_value(Plan::default()).expect("a plan holds only text, lists and numbers");
        let seed = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .default(Some(json!(0)))
            .description(Some("Seed of the draw."));
        let failing = ObjectBuilder::new().schema_type(Type::Boolean).default(Some(json!(false))).description(Some(
            "Go on although some tests fail on the unchanged code each time; they are no evidence then.",
        ));
        let covered = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .default(Some(json!(false)))
            .description(Some("Only lines that some test executes, where that is known."));
        let since = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .min_length(Some(1))
            .max_length(Some(LONGEST_TEXT))
            .description(Some("Only lines that changed since this revision and the measured one parted. Null: all."));
        let thresholds = fields_under("/thresholds", closed("When a posterior is believed."), &defaults);
        let plan = closed("What to measure, and how. Every field has a default, so that {} is whole.")
            .property("command", command("Command that runs the tests, for a POSIX shell; may hold {report}, the JUnit file that it must write. Null: found from the project's files."))
            .property("setup", command("Command that runs once in each slot before its first build. Null: found from the project's files."))
            .property("seed", seed)
            .property("tier", TierSchema::schema())
            .property("since", since)
            .property("functions", texts("Only inside functions of these names, whole (Cart.total) or their last part; none: everywhere."))
            .property("covered_only", covered)
            .property("include", texts("Globs of files to mutate, in the manner of .gitignore; none: all product code."))
            .property("exclude", texts("Globs of files to leave alone."))
            .property("allow_failing_tests", failing)
            .property("stop", stop())
            .property("thresholds", thresholds);
        fields_under("", plan, &defaults).into()
    }
}

fn stop() -> ObjectBuilder {
    let rule = |rule| serde_json::to_value(Plan { stop: Some(rule), ..Plan::default() });
    let gate = StopRule::AtLeast { score: 0.0, margin: StopRule::MARGIN, alpha: StopRule::ALPHA };
    let mut defaults = rule(gate).expect("a plan holds only text, lists and numbers");
    // One of the two has to be given.
    defaults["stop"]["at_least"].take();
    let about = "When to stop before all drawn mutants are tried, looking at verdicts in the order of the draw: exactly \
                 one of narrower_than and at_least. Null: never.";
    let rule = fields_under("/stop", closed(about), &defaults);
    rule.schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
}

fn closed(about: &str) -> ObjectBuilder {
    let no_others = Some(AdditionalProperties::<Schema>::FreeForm(false));
    ObjectBuilder::new().description(Some(about)).additional_properties(no_others)
}

/// Adds the numbers that stand right under `parent`.
fn fields_under(parent: &str, object: ObjectBuilder, defaults: &Value) -> ObjectBuilder {
    let own = |number: &&Number| number.pointer.rsplit_once('/').is_some_and(|(place, _)| place == parent);
    numbers().filter(own).fold(object, |object, number| {
        let name = number.pointer.rsplit('/').next().unwrap_or_default();
        object.property(name, number_field(number, defaults.pointer(number.pointer)))
    })
}

fn number_field(number: &Number, default: Option<&Value>) -> ObjectBuilder {
    let kind = if number.whole { Type::Integer } else { Type::Number };
    let nullable = default.is_some_and(Value::is_null);
    let kind = if nullable { SchemaType::from_iter([kind, Type::Null]) } else { SchemaType::new(kind) };
    ObjectBuilder::new()
        .schema_type(kind)
        .minimum(Some(number.low))
        .maximum(Some(number.high))
        .default(default.cloned())
        .description(Some(number.about))
}

fn command(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .min_length(Some(1))
        .max_length(Some(LONGEST_COMMAND))
        .description(Some(about))
}

fn texts(about: &str) -> ArrayBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST_TEXT));
    ArrayBuilder::new().items(text).max_items(Some(LONGEST_LIST)).default(Some(json!([]))).description(Some(about))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pointers(plan: &Plan) -> Vec<String> {
        check(plan, "/plan").into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn the_default_plan_is_in_order() {
        assert_eq!(check(&Plan::default(), ""), []);
    }

    #[test]
    fn numbers_out_of_range_are_named_with_the_range() {
        let plan = Plan { mutants: 0, timeout_factor: f64::INFINITY, ..Plan::default() };
        assert_eq!(pointers(&plan), ["/plan/mutants", "/plan/timeout_factor"]);
        let most = Plan { mutants: 10_001, ..Plan::default() };
        assert_eq!(check(&most, "")[0].detail, "is 10001; it must be from 1 to 10000");
        assert_eq!(check(&Plan { mutants: 10_000, ..Plan::default() }, ""), []);
    }

    #[test]
    fn fewer_runs_of_a_flaky_baseline_than_of_any_are_refused() {
        let plan = Plan { baseline_runs: 9, baseline_runs_when_flaky: 8, ..Plan::default() };
        assert_eq!(pointers(&plan), ["/plan/baseline_runs_when_flaky"]);
    }

    #[test]
    fn a_stopping_rule_is_checked_where_it_stands() {
        let plan = |stop| Plan { stop: Some(stop), ..Plan::default() };
        let gate = StopRule::AtLeast { score: 1.2, margin: 0.3, alpha: 0.05 };
        assert_eq!(pointers(&plan(gate)), ["/plan/stop/at_least", "/plan/stop/margin"]);
        let width = StopRule::NarrowerThan { width: 0.0, alpha: 0.05 };
        assert_eq!(pointers(&plan(width)), ["/plan/stop/narrower_than"]);
        assert_eq!(check(&plan(StopRule::NarrowerThan { width: 0.1, alpha: 0.01 }), ""), []);
    }

    #[test]
    fn empty_texts_are_refused_by_place() {
        let include = vec!["src/**".to_owned(), " ".to_owned()];
        let (functions, since) = (vec![String::new()], Some(String::new()));
        let plan = Plan { command: Some("  ".to_owned()), include, functions, since, ..Plan::default() };
        assert_eq!(pointers(&plan), ["/plan/command", "/plan/include/1", "/plan/functions/0", "/plan/since"]);
    }

    #[test]
    fn the_document_names_every_field_of_a_plan_and_no_other() {
        let document = serde_json::to_value(PlanSchema::schema()).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        let plan = serde_json::to_value(Plan::default()).unwrap();
        assert_eq!(names(&document["properties"]), names(&plan));
        assert_eq!(names(&document["properties"]["thresholds"]["properties"]), names(&plan["thresholds"]));
        let stop = &document["properties"]["stop"]["properties"];
        assert_eq!(names(stop).into_iter().collect::<Vec<_>>(), ["alpha", "at_least", "margin", "narrower_than"]);
        assert_eq!((&stop["margin"]["default"], &stop["at_least"]["default"]), (&json!(0.05), &Value::Null));
    }
}
