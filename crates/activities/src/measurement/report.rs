//! `measurement.report`: reckons the score and writes the report.

use tinybug_model::{MeasurementRef, MeasurementState, Score, StopRule, Stopping, TestId, Verdict};
use tinybug_mutate::{Operator, describe_change};
use tinybug_report::{MeasurementFacts, MutantFacts};
use tinybug_store::{DrawnMutant, Measurement};
use tinybug_verdict::{
    Counts, Draw, Judgement, Population, anytime_interval, estimate, false_detections, score, stop, stopping,
};

use super::flakiness;
use crate::{
    Services, baseline,
    names::{TestNames, test_names},
    services::Subject,
    strata::{Strata, judgement_of},
};

/// Names of tests in one note.
const NAMED: usize = 5;

pub(super) async fn report(services: &Services, measurement: MeasurementRef) -> anyhow::Result<()> {
    let subject = services.subject(measurement).await?;
    subject.org.set_state(measurement, MeasurementState::Reporting, None).await?;
    let stop = stopping(&subject).await?;
    let drawn = subject.org.all_mutants(measurement.id).await?;
    let progress = subject.org.progress(measurement.id).await?;
    let names = test_names(&subject.org, subject.repository.id, None).await?;
    let mutants: Vec<MutantFacts> = drawn.iter().map(mutant_facts).collect();
    let strata = Strata::of_measurement(&subject.measurement)?;
    let judgements: Vec<Option<Judgement>> = drawn.iter().map(judgement_of).collect::<anyhow::Result<_>>()?;
    let score = score_of(&subject.measurement, &strata, &strata.draws(&drawn, &judgements));
    let mut notes = notes(&subject.measurement, &drawn, &judgements, &names)?;
    if let Some(stop) = &stop {
        let tried_all = mutants.iter().all(|mutant| mutant.verdict != Verdict::Skipped);
        notes.push(stopping::sentence(stop, tried_all));
    }
    let facts = MeasurementFacts {
        id: measurement.id,
        score,
        builds: progress.as_ref().map_or(0, |progress| progress.attempts.into()),
        population: subject.measurement.population.unwrap_or(0),
        mutants,
        notes,
        stop,
    };
    let trials = progress.map_or(0, |progress| progress.trials);
    flakiness::keep(&subject, &drawn, &judgements, trials).await?;
    subject.org.save_report(measurement, facts.score, &serde_json::to_value(&facts)?).await?;
    Ok(())
}

/// What the plan's stopping rule says. Once it has its answer, mutants that were not tried are skipped for that reason.
async fn stopping(subject: &Subject) -> anyhow::Result<Option<Stopping>> {
    let Some(rule) = &subject.measurement.plan.stop else { return Ok(None) };
    let verdicts = subject.org.verdicts_in_draw_order(subject.reference.id).await?;
    let stop = stop(rule, &verdicts, subject.measurement.population.unwrap_or(0));
    if let Some(known) = stopping::known(&stop) {
        subject.org.skip_untried(subject.reference, &format!("Not tried: {known}.")).await?;
    }
    Ok(Some(stop))
}

/// The share of the judged mutants that were detected, as the glossary defines the score, with the interval of the
/// stratified estimate around it: or, where a rule looked at the verdicts and might have stopped, with the interval
/// that holds whenever one looks.
fn score_of(measurement: &Measurement, strata: &Strata, draws: &[Draw]) -> Score {
    let counts = Counts::of(draws.iter().map(|draw| draw.verdict));
    let plain = score(&counts, &Population { lines: measurement.population.unwrap_or(0), uncovered: None }).score;
    let (low, high) = if measurement.plan.stop.is_some() {
        let verdicts: Vec<Option<Verdict>> = draws.iter().map(|draw| Some(draw.verdict)).collect();
        anytime_interval(&verdicts, measurement.population.unwrap_or(0), StopRule::ALPHA).unzip()
    } else {
        let estimate = estimate(draws, &strata.lines(), 0, measurement.plan.seed);
        (estimate.low, estimate.high)
    };
    let within = |end: Option<f64>, choose: fn(f64, f64) -> f64| {
        Some(end.zip(plain).map_or(end?, |(end, score)| choose(end, score)))
    };
    Score { score: plain, low: within(low, f64::min), high: within(high, f64::max) }
}

fn mutant_facts(drawn: &DrawnMutant) -> MutantFacts {
    let (mutant, judgement) = (&drawn.mutant, drawn.judgement.as_ref());
    MutantFacts {
        id: mutant.id.clone(),
        path: mutant.path.clone(),
        line: mutant.line,
        operator: mutant.operator.clone(),
        operator_page: Operator::find(&mutant.operator).map(Operator::page),
        description: drawn.description.clone().unwrap_or_else(|| describe_change(mutant)),
        original: mutant.original.clone(),
        replacement: mutant.replacement.clone(),
        verdict: judgement.map_or(Verdict::Skipped, |judgement| judgement.verdict),
        confidence: judgement.and_then(|judgement| judgement.confidence),
        caught_by: judgement
            .map_or_else(Vec::new, |judgement| judgement.caught_by.iter().map(TestId::to_string).collect()),
        attempts: judgement.map_or(0, |judgement| judgement.attempts),
        explanation: judgement
            .and_then(|judgement| Some(judgement.provenance.get("explanation")?.as_str()?.to_owned())),
    }
}

/// What the reader must know before the numbers.
fn notes(
    measurement: &Measurement,
    drawn: &[DrawnMutant],
    judgements: &[Option<Judgement>],
    names: &TestNames,
) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    if measurement.commit.as_ref().is_some_and(|commit| commit.dirty) {
        notes.push("the working tree was measured as it is, with changes that are not committed".to_owned());
    }
    if measurement.population == Some(0) {
        notes.push(
            "there is nothing to mutate: no line of product code in a language that Tinybug knows is in scope"
                .to_owned(),
        );
    }
    if measurement.plan.covered_only && !drawn.is_empty() && drawn.iter().all(|drawn| drawn.covering.is_none()) {
        notes.push(
            "which lines the tests execute is not known here: mutants stand on all lines, not on covered ones only"
                .to_owned(),
        );
    }
    if measurement.baseline.is_some() {
        let baseline = baseline::of(measurement)?;
        let flaky: Vec<u32> = baseline.flaky().map(|record| record.test).collect();
        notes.extend(tests_note(&flaky, names, "fails by itself now and then, which the verdicts allow for"));
        notes.extend(flakiness::notes(&baseline, judgements, names));
        notes.extend(tests_note(&baseline.broken, names, "fails on the unchanged code each time and is no evidence"));
        notes.extend(tests_note(
            &baseline.unstable,
            names,
            "was reported by only some runs of the unchanged code and is no evidence",
        ));
    }
    notes.extend(false_detections(judgements.iter().flatten()).sentence());
    Ok(notes)
}

/// A note on each of the first tests, and how many more there are.
fn tests_note(tests: &[u32], names: &TestNames, what: &str) -> Vec<String> {
    let mut notes: Vec<String> = tests.iter().take(NAMED).map(|test| format!("{} {what}", names.of(*test))).collect();
    if tests.len() > NAMED {
        notes.push(format!("so does each of {} more tests", tests.len() - NAMED));
    }
    notes
}
