//! A measurement's life, as its row tells it.

use serde_json::json;
use sqlx::PgPool;
use tinybug_model::{MeasurementState, Plan, Score, Verdict};
use tinybug_store::{Commit, MeasurementRequest, Prepared, RepositoryKind, Source, StoreError};

use crate::support::{drawing, judgement, measurement, org, prepared, repository, store, tenant};

#[sqlx::test(migrations = "../../migrations")]
async fn repositories_are_listed_by_name_and_found_again(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let (site, shop) = (repository(&acme, "site").await, repository(&acme, "shop").await);
    assert_eq!(acme.repositories().await.unwrap(), [shop.clone(), site.clone()]);
    assert_eq!(acme.repository(shop.id).await.unwrap().as_ref(), Some(&shop));
    assert_eq!(acme.repository_by_name("site").await.unwrap(), Some(site));
    assert_eq!(acme.repository_by_name("none").await.unwrap(), None);
    let again = tinybug_store::NewRepository { name: "shop".into(), kind: RepositoryKind::Local { path: "/x".into() } };
    assert!(matches!(acme.create_repository(&again).await, Err(StoreError::Exists("repository"))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_measurement_reads_back_as_it_was_asked_for(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    let plan = Plan { seed: u64::MAX, command: Some("pytest".into()), ..Plan::default() };
    let request = MeasurementRequest { repository: shop.id, source: Source::WorkingTree, plan: plan.clone() };
    let asked = acme.request_measurement(&request).await.unwrap();
    let found = acme.measurement(asked.id).await.unwrap().unwrap();
    assert_eq!((found.id, found.pass, found.repository), (asked.id, 1, shop.id));
    assert_eq!((found.state, found.state_reason), (MeasurementState::Queued, None));
    assert_eq!((found.source, found.plan), (Source::WorkingTree, plan));
    assert_eq!((found.score, found.commit, found.started_at), (Score::default(), None, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_workflow_finds_is_kept(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    let commit = Commit { sha: "c0ffee".into(), dirty: true };
    let prepared = Prepared { commit: commit.clone(), prefix: "tinybug/1".into(), effective: json!({"a": "\0"}) };
    let score = Score { score: Some(0.5), low: Some(0.25), high: Some(0.75) };
    // Activities are tried again: twice is no different from once.
    for _ in 0..2 {
        acme.prepare(asked, &prepared, &drawing(3)).await.unwrap();
        acme.save_baseline(asked, &json!({"tests": 3})).await.unwrap();
        acme.save_report(asked, score, &json!({"score": 0.5})).await.unwrap();
    }
    let found = acme.measurement(asked.id).await.unwrap().unwrap();
    assert_eq!((found.commit, found.prefix.as_deref()), (Some(commit), Some("tinybug/1")));
    assert_eq!(found.effective, Some(json!({"a": "\u{fffd}"})));
    assert_eq!((found.baseline, found.score), (Some(json!({"tests": 3})), score));
    assert_eq!(acme.report(asked.id).await.unwrap(), Some(json!({"score": 0.5})));
    assert_eq!(found.version, 6);
}

#[sqlx::test(migrations = "../../migrations")]
async fn measurements_come_newest_first_page_by_page(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let (shop, site) = (repository(&acme, "shop").await, repository(&acme, "site").await);
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(measurement(&acme, &shop).await.id);
    }
    measurement(&acme, &site).await;
    asked.reverse();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = acme.measurements(Some(shop.id), after, 2).await.unwrap();
        listed.extend(page.items.iter().map(|item| item.id));
        after = listed.last().copied();
        if !page.more {
            break;
        }
        assert_eq!(page.items.len(), 2);
    }
    assert_eq!(listed, asked);
    assert_eq!(acme.measurements(None, None, 10).await.unwrap().items.len(), 6);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_measurement_moves_forward_and_never_out_of_a_final_state(pool: PgPool) {
    use MeasurementState::{Baseline, Completed, Failed, Preparing};
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    assert_eq!(acme.set_state(asked, Baseline, None).await.unwrap(), Baseline);
    assert_eq!(acme.set_state(asked, Preparing, None).await.unwrap(), Baseline);
    acme.save_reason(asked, "as seen").await.unwrap();
    assert_eq!(acme.set_state(asked, Completed, None).await.unwrap(), Completed);
    assert_eq!(acme.set_state(asked, Failed, Some("late")).await.unwrap(), Completed);
    let found = acme.measurement(asked.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.state_reason.as_deref()), (Completed, Some("as seen")));
    assert!(found.started_at.is_some() && found.finished_at.is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_call_of_another_pass_changes_nothing(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let mut asked = measurement(&acme, &repository(&acme, "shop").await).await;
    asked.pass = 2;
    let refused = acme.set_state(asked, MeasurementState::Failed, None).await.unwrap_err();
    assert!(matches!(refused, StoreError::Missing("measurement")), "{refused:?}");
    assert_eq!(acme.measurement(asked.id).await.unwrap().unwrap().state, MeasurementState::Queued);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cancel_is_asked_for_once_and_not_of_an_ended_measurement(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    let before = store.system().undelivered().await.unwrap();
    for _ in 0..2 {
        assert_eq!(acme.request_cancel(asked.id).await.unwrap(), MeasurementState::Cancelling);
    }
    assert_eq!(store.system().undelivered().await.unwrap(), before + 1);
    let hidden = acme.set_state(asked, MeasurementState::Trials, None).await.unwrap();
    assert_eq!(hidden, MeasurementState::Cancelling);
    acme.set_state(asked, MeasurementState::Cancelled, None).await.unwrap();
    let refused = acme.request_cancel(asked.id).await.unwrap_err();
    assert!(matches!(refused, StoreError::Closed { state: MeasurementState::Cancelled }), "{refused:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_prepared_first_stands_as_a_whole(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    assert_eq!(acme.prepare(asked, &prepared("first"), &drawing(3)).await.unwrap(), 3);
    let before = acme.measurement(asked.id).await.unwrap().unwrap();
    assert_eq!(before.commit.as_ref().map(|commit| commit.sha.as_str()), Some("first"));
    assert_eq!((before.prefix.as_deref(), before.population), (Some("tinybug/first"), Some(40)));
    // The working tree has changed since: its newer state must not be mixed with the mutants of the older one.
    assert_eq!(acme.prepare(asked, &prepared("second"), &drawing(5)).await.unwrap(), 3);
    assert_eq!(acme.measurement(asked.id).await.unwrap().unwrap(), before);
    let drawn = acme.all_mutants(asked.id).await.unwrap();
    let (mutants, sentences): (Vec<_>, Vec<_>) =
        drawn.into_iter().map(|drawn| (drawn.mutant, drawn.description)).unzip();
    assert_eq!(mutants, drawing(3).mutants);
    assert_eq!(sentences, drawing(3).descriptions.into_iter().map(Some).collect::<Vec<_>>());
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_that_prepare_at_once_one_stands_as_a_whole(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    let (three, five) = (prepared("three"), prepared("five"));
    let (of_three, of_five) = (drawing(3), drawing(5));
    let (one, two) = tokio::join!(acme.prepare(asked, &three, &of_three), acme.prepare(asked, &five, &of_five));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    let commit = acme.measurement(asked.id).await.unwrap().unwrap().commit.unwrap();
    assert_eq!(one, if commit.sha == "three" { 3 } else { 5 });
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_drawing_that_cannot_be_kept_leaves_nothing_of_the_preparation(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    let mut twice = drawing(2);
    twice.mutants[1].id = twice.mutants[0].id.clone();
    assert!(acme.prepare(asked, &prepared("first"), &twice).await.is_err());
    assert_eq!(acme.measurement(asked.id).await.unwrap().unwrap().commit, None);
    assert_eq!(acme.prepare(asked, &prepared("second"), &drawing(2)).await.unwrap(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_empty_drawing_is_a_drawing(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let asked = measurement(&acme, &repository(&acme, "shop").await).await;
    assert_eq!(acme.prepare(asked, &prepared("c0ffee"), &drawing(0)).await.unwrap(), 0);
    assert_eq!(acme.prepare(asked, &prepared("c0ffee"), &drawing(3)).await.unwrap(), 0);
    assert_eq!(acme.open_trials(asked).await.unwrap(), 0);
    assert!(acme.progress(asked.id).await.unwrap().unwrap().verdicts.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_ended_measurement_skips_what_has_no_verdict(pool: PgPool) {
    let acme = tenant(&store(&pool).await, "acme", 1).await;
    acme.store.set_state(acme.measurement, MeasurementState::Cancelled, None).await.unwrap();
    let late = acme.store.save_verdict(acme.measurement, 2, &judgement(Verdict::Detected)).await.unwrap();
    assert_eq!(late, Verdict::Skipped);
    let progress = acme.store.progress(acme.measurement.id).await.unwrap().unwrap();
    assert_eq!(progress.judged(), progress.mutants);
    assert_eq!((progress.trials, progress.closed_trials), (2, 2));
}

#[sqlx::test(migrations = "../../migrations")]
async fn progress_tells_how_far_it_is(pool: PgPool) {
    let acme = tenant(&store(&pool).await, "acme", 1).await;
    acme.store.set_state(acme.measurement, MeasurementState::Trials, None).await.unwrap();
    let progress = acme.store.progress(acme.measurement.id).await.unwrap().unwrap();
    assert_eq!(progress.state, MeasurementState::Trials);
    assert_eq!((progress.mutants, progress.judged()), (3, 2));
    assert_eq!(progress.verdicts, [(Verdict::Detected, 1), (Verdict::NoCoverage, 1)].into());
    assert_eq!((progress.trials, progress.closed_trials), (2, 1));
    assert_eq!((progress.builds, progress.baseline_builds, progress.attempts), (2, 1, 2));
}
