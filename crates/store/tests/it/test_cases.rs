//! Ordinals of test cases are for good.

use std::collections::BTreeSet;

use sqlx::PgPool;
use tinybug_model::TestId;
use tinybug_store::{OrgStore, TestSet};

use crate::support::{org, repository, store, tests};

#[sqlx::test(migrations = "../../migrations")]
async fn tests_keep_their_ordinals_and_new_ones_come_after(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    assert_eq!(acme.upsert_test_cases(shop.id, &tests()).await.unwrap(), [0, 1, 2]);
    let mut more = vec![TestId::local("test_new", "test_first")];
    more.extend(tests().into_iter().rev());
    assert_eq!(acme.upsert_test_cases(shop.id, &more).await.unwrap(), [3, 2, 1, 0]);
    let among: TestSet = [1, 3].into_iter().collect();
    let named: Vec<_> = acme.test_cases(shop.id, Some(&among)).await.unwrap().into_iter().map(|case| case.id).collect();
    assert_eq!(named, [tests()[1].clone(), more[0].clone()]);
    assert_eq!(acme.test_cases(shop.id, None).await.unwrap().len(), 4);
}

#[sqlx::test(migrations = "../../migrations")]
async fn repositories_count_for_themselves(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let (shop, site) = (repository(&acme, "shop").await, repository(&acme, "site").await);
    acme.upsert_test_cases(shop.id, &tests()).await.unwrap();
    assert_eq!(acme.upsert_test_cases(site.id, &tests()[2..]).await.unwrap(), [0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_test_named_twice_has_one_ordinal(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    let test = TestId::local("a", "b");
    let twice = [test.clone(), test];
    assert_eq!(acme.upsert_test_cases(shop.id, &twice).await.unwrap(), [0, 0]);
    assert_eq!(acme.upsert_test_cases(shop.id, &[]).await.unwrap(), [0_u32; 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn names_may_be_long_and_hold_anything(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    let long = TestId::local("suite", "x".repeat(20_000));
    let odd = TestId::local("suite", "test[\0'\"\\ü]");
    assert_eq!(acme.upsert_test_cases(shop.id, &[long.clone(), odd.clone()]).await.unwrap(), [0, 1]);
    assert_eq!(acme.upsert_test_cases(shop.id, &[odd, long]).await.unwrap(), [1, 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn builds_that_report_at_once_agree_on_every_ordinal(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    let names = |from: u32| -> Vec<TestId> {
        (from..from + 40).map(|test| TestId::local("suite", format!("test_{test}"))).collect()
    };
    let report = |from| {
        let (org, repository, tests): (OrgStore, _, _) = (acme.clone(), shop.id, names(from));
        tokio::spawn(async move {
            let ordinals = org.upsert_test_cases(repository, &tests).await.unwrap();
            tests.into_iter().zip(ordinals).collect::<Vec<_>>()
        })
    };
    let reports: Vec<_> = [0, 10, 20, 30, 0, 20].map(report).into();
    let mut agreed = BTreeSet::new();
    for report in reports {
        agreed.extend(report.await.unwrap());
    }
    let ordinals: BTreeSet<u32> = agreed.iter().map(|(_, ordinal)| *ordinal).collect();
    assert_eq!(agreed.len(), 70, "each of the 70 tests has one ordinal");
    assert_eq!(ordinals, (0..70).collect(), "and none is left out or given twice");
}
