//! The descriptions by which queries are checked where there is no database are true, and none is left over.

use std::{fs, path::Path};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor, PgPool, SqlSafeStr};

const FIX: &str = "run `scripts/prepare-queries` and commit .sqlx";

fn descriptions() -> Vec<Value> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let mut descriptions = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        descriptions.push(serde_json::from_str(&text).unwrap());
    }
    descriptions
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_description_is_what_the_migrated_schema_says(pool: PgPool) {
    let descriptions = descriptions();
    assert!(!descriptions.is_empty(), "there are no descriptions: {FIX}");
    for description in descriptions {
        let sql = description["query"].as_str().unwrap();
        let described = pool.describe(AssertSqlSafe(sql).into_sql_str()).await;
        let described = described.unwrap_or_else(|error| panic!("{error}: {FIX}\n{sql}"));
        assert_eq!(serde_json::to_value(&described).unwrap(), description["describe"], "{FIX}\n{sql}");
    }
}

#[test]
fn every_description_is_of_a_query_in_the_source() {
    let mut source = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                source.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    for description in descriptions() {
        let sql = description["query"].as_str().unwrap();
        assert!(source.contains(sql), "no longer in the source: {FIX}\n{sql}");
    }
}
