//! From mutants to verdicts.

use sqlx::PgPool;
use tinybug_model::{MutantId, TestId, Verdict};
use tinybug_store::{MutantCoverage, MutantFilter, OrgStore, StoreError, TestSet};

use crate::support::{drawing, judgement, measurement, org, prepared, repository, store, tenant};

async fn drawn(org: &OrgStore, mutants: u32) -> tinybug_model::MeasurementRef {
    let asked = measurement(org, &repository(org, "shop").await).await;
    org.prepare(asked, &prepared("c0ffee"), &drawing(mutants)).await.unwrap();
    asked
}

fn covering(number: u32, tests: &[u32]) -> MutantCoverage {
    MutantCoverage { number, covering: tests.iter().collect() }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mutant_without_coverage_is_judged_and_one_of_unknown_coverage_is_not(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 3).await;
    let coverage = [covering(0, &[]), covering(1, &[4, 70_000])];
    acme.save_coverage(asked, &coverage).await.unwrap();
    let mutants = acme.all_mutants(asked.id).await.unwrap();
    assert!(mutants.iter().all(|mutant| mutant.judgement.is_none()), "another run may still cover it");
    assert_eq!(acme.open_trials(asked).await.unwrap(), 2);
    let mutants = acme.all_mutants(asked.id).await.unwrap();
    let judged = mutants[0].judgement.as_ref().unwrap();
    assert_eq!((judged.verdict, judged.confidence), (Verdict::NoCoverage, Some(1.0)));
    assert_eq!(mutants[1].covering.as_ref(), Some(&coverage[1].covering));
    assert_eq!((mutants[1].judgement.as_ref(), mutants[2].covering.as_ref()), (None, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn coverage_of_several_runs_adds_up(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 4).await;
    let first = [covering(0, &[]), covering(1, &[1]), covering(2, &[]), covering(1, &[9])];
    let second = [covering(0, &[3]), covering(1, &[2]), covering(2, &[])];
    let (one, two) = tokio::join!(acme.save_coverage(asked, &first), acme.save_coverage(asked, &second));
    one.and(two).unwrap();
    acme.save_coverage(asked, &first).await.unwrap();
    let known: Vec<_> = acme.all_mutants(asked.id).await.unwrap().into_iter().map(|mutant| mutant.covering).collect();
    let tests = |tests: &[u32]| Some(TestSet::from_iter(tests));
    assert_eq!(known, [tests(&[3]), tests(&[1, 2, 9]), tests(&[]), None]);
    assert_eq!(acme.open_trials(asked).await.unwrap(), 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mutant_that_a_trial_carries_is_left_to_it(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 2).await;
    acme.open_trials(asked).await.unwrap();
    acme.save_coverage(asked, &[covering(0, &[])]).await.unwrap();
    assert_eq!(acme.open_trials(asked).await.unwrap(), 2);
    assert_eq!(acme.all_mutants(asked.id).await.unwrap()[0].judgement, None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn trials_are_opened_once_in_the_order_of_the_draw(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 4).await;
    acme.save_coverage(asked, &[covering(1, &[])]).await.unwrap();
    let (one, two) = tokio::join!(acme.open_trials(asked), acme.open_trials(asked));
    assert_eq!((one.unwrap(), two.unwrap()), (3, 3));
    let mut carried = Vec::new();
    for number in 0..3 {
        let trial = acme.trial(asked, number).await.unwrap().unwrap();
        carried.extend(trial.mutants.into_iter().map(|mutant| mutant.number));
    }
    assert_eq!(carried, [0, 2, 3]);
    assert_eq!(acme.trial(asked, 3).await.unwrap(), None);
    acme.save_verdict(asked, 0, &judgement(Verdict::Survived)).await.unwrap();
    assert_eq!(acme.open_trials(asked).await.unwrap(), 3, "a verdict changes no numbers");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_first_verdict_stands(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 2).await;
    acme.open_trials(asked).await.unwrap();
    let first = acme.save_verdict(asked, 0, &judgement(Verdict::Survived)).await.unwrap();
    let second = acme.save_verdict(asked, 0, &judgement(Verdict::Detected)).await.unwrap();
    assert_eq!((first, second), (Verdict::Survived, Verdict::Survived));
    assert_eq!(acme.progress(asked.id).await.unwrap().unwrap().closed_trials, 1);
    let nobody = acme.save_verdict(asked, 9, &judgement(Verdict::Detected)).await.unwrap_err();
    assert!(matches!(nobody, StoreError::Missing("mutant")), "{nobody:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trial_of_several_mutants_closes_with_the_last_verdict(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 2).await;
    acme.open_trials(asked).await.unwrap();
    sqlx::query("UPDATE trial_mutants SET trial = 0").execute(&pool).await.unwrap();
    sqlx::query("DELETE FROM trials WHERE number = 1").execute(&pool).await.unwrap();
    let packed = acme.trial(asked, 0).await.unwrap().unwrap();
    assert_eq!(packed.mutants.len(), 2);
    acme.save_verdict(asked, 0, &judgement(Verdict::Detected)).await.unwrap();
    assert_eq!(acme.progress(asked.id).await.unwrap().unwrap().closed_trials, 0);
    acme.save_verdict(asked, 1, &judgement(Verdict::Detected)).await.unwrap();
    assert_eq!(acme.progress(asked.id).await.unwrap().unwrap().closed_trials, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_verdict_reads_back_with_its_evidence(pool: PgPool) {
    let acme = tenant(&store(&pool).await, "acme", 1).await;
    let found = acme.store.mutant(acme.measurement.id, &MutantId("m1".into())).await.unwrap().unwrap();
    let written = judgement(Verdict::Detected);
    let judged = found.mutant.judgement.unwrap();
    assert_eq!((judged.verdict, judged.confidence, judged.posterior), (Verdict::Detected, Some(0.999), Some(0.999)));
    assert_eq!((judged.caught_by, judged.attempts), (vec![TestId::local("test_cart", "test_total")], 2));
    assert_eq!(judged.provenance, written.provenance);
    assert_eq!(found.trial, Some(0));
    assert_eq!(found.attempts.len(), 1);
    assert_eq!(found.attempts[0].failures[0].ordinal, 0);
    let uncovered = acme.store.mutant(acme.measurement.id, &MutantId("m0".into())).await.unwrap().unwrap();
    assert_eq!((uncovered.trial, uncovered.attempts), (None, vec![]));
    assert_eq!(acme.store.mutant(acme.measurement.id, &MutantId("none".into())).await.unwrap(), None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn mutants_are_listed_page_by_page_and_by_verdict(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = drawn(&acme, 5).await;
    for number in [1, 3, 4] {
        acme.save_verdict(asked, number, &judgement(Verdict::Survived)).await.unwrap();
    }
    let survivors = MutantFilter { verdict: Some(Verdict::Survived) };
    let first = acme.mutants(asked.id, survivors, None, 2).await.unwrap();
    assert_eq!((first.items.iter().map(|item| item.number).collect::<Vec<_>>(), first.more), (vec![1, 3], true));
    let second = acme.mutants(asked.id, survivors, Some(3), 2).await.unwrap();
    assert_eq!((second.items.iter().map(|item| item.number).collect::<Vec<_>>(), second.more), (vec![4], false));
    let all = acme.mutants(asked.id, MutantFilter::default(), None, 5).await.unwrap();
    assert_eq!((all.items.len(), all.more), (5, false));
}

#[sqlx::test(migrations = "../../migrations")]
async fn verdicts_come_in_draw_order_and_what_is_not_tried_any_more_is_skipped_with_the_reason(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, globex) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let asked = acme.measurement;
    let verdicts = acme.store.verdicts_in_draw_order(asked.id).await.unwrap();
    assert_eq!(verdicts, [Some(Verdict::NoCoverage), Some(Verdict::Detected), None]);
    assert_eq!(globex.store.verdicts_in_draw_order(asked.id).await.unwrap(), [], "of another org there are none");
    assert!(matches!(globex.store.skip_untried(asked, "theirs").await, Err(StoreError::Missing(_))));
    acme.store.skip_untried(asked, "the score is known").await.unwrap();
    acme.store.skip_untried(asked, "a second time").await.unwrap();
    let mutants = acme.store.all_mutants(asked.id).await.unwrap();
    let skipped = mutants[2].judgement.as_ref().unwrap();
    assert_eq!((skipped.verdict, skipped.attempts), (Verdict::Skipped, 0));
    assert_eq!(skipped.provenance["explanation"], "the score is known");
    let progress = acme.store.progress(asked.id).await.unwrap().unwrap();
    assert_eq!((progress.trials, progress.closed_trials), (2, 2));
}
