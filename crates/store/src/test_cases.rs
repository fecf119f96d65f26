//! Test cases of a repository.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tinybug_model::{RepositoryId, TestId};

use crate::{OrgStore, StoreError, TestSet, number::narrow, text::clean};

/// A test case and the ordinal that sets of tests know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// Its ordinal in the repository, for good.
    pub ordinal: u32,
    /// Its name.
    pub id: TestId,
}

type Key = [u8; 32];

impl OrgStore {
    /// The ordinals of these tests, in their order; tests not seen before get the next ones.
    pub async fn upsert_test_cases(&self, repository: RepositoryId, tests: &[TestId]) -> Result<Vec<u32>, StoreError> {
        let keys: Vec<Key> = tests.iter().map(key).collect();
        let mut tx = self.begin().await?;
        let mut known = self.ordinals(&mut tx, repository, &keys).await?;
        if keys.iter().any(|key| !known.contains_key(key)) {
            let mut next = self.lock_ordinals(&mut tx, repository).await?;
            // Others may have added tests while this transaction waited for the lock.
            known = self.ordinals(&mut tx, repository, &keys).await?;
            let mut added = Vec::new();
            for (test, key) in tests.iter().zip(&keys) {
                if !known.contains_key(key) {
                    known.insert(*key, next);
                    added.push((next, *key, test));
                    next += 1;
                }
            }
            self.insert_test_cases(&mut tx, repository, &added, next).await?;
        }
        tx.commit().await?;
        Ok(keys.iter().map(|key| known[key]).collect())
    }

    /// The names behind a set of ordinals, or every test case of the repository, by ordinal.
    pub async fn test_cases(
        &self,
        repository: RepositoryId,
        among: Option<&TestSet>,
    ) -> Result<Vec<TestCase>, StoreError> {
        let ordinals: Option<Vec<i64>> = among.map(|set| set.iter().map(i64::from).collect());
        let mut tx = self.begin().await?;
        let rows = sqlx::query!(
            "SELECT ordinal, variant, suite, name
             FROM   test_cases
             WHERE  org_id = $1 AND repository_id = $2
             AND    ($3::bigint[] IS NULL OR ordinal = ANY($3))
             ORDER  BY ordinal",
            self.org.uuid(),
            repository.uuid(),
            ordinals.as_deref() as Option<&[i64]>
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        rows.into_iter()
            .map(|row| {
                Ok(TestCase {
                    ordinal: narrow("test_cases.ordinal", row.ordinal)?,
                    id: TestId { variant: row.variant, suite: row.suite, name: row.name },
                })
            })
            .collect()
    }

    async fn ordinals(
        &self,
        connection: &mut PgConnection,
        repository: RepositoryId,
        keys: &[Key],
    ) -> Result<HashMap<Key, u32>, StoreError> {
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.to_vec()).collect();
        let rows = sqlx::query!(
            "SELECT key, ordinal
             FROM   test_cases
             WHERE  org_id = $1 AND repository_id = $2 AND key = ANY($3::bytea[])",
            self.org.uuid(),
            repository.uuid(),
            &keys
        )
        .fetch_all(connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let key = Key::try_from(row.key.as_slice())
                    .map_err(|error| StoreError::unreadable("test_cases.key", error))?;
                Ok((key, narrow("test_cases.ordinal", row.ordinal)?))
            })
            .collect()
    }

    /// The next ordinal, nobody else's until this transaction ends.
    async fn lock_ordinals(&self, connection: &mut PgConnection, repository: RepositoryId) -> Result<u32, StoreError> {
        let next = sqlx::query_scalar!(
            "SELECT next_ordinal FROM repositories WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE",
            self.org.uuid(),
            repository.uuid()
        )
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::Missing("repository"))?;
        narrow("repositories.next_ordinal", next)
    }

    async fn insert_test_cases(
        &self,
        connection: &mut PgConnection,
        repository: RepositoryId,
        added: &[(u32, Key, &TestId)],
        next: u32,
    ) -> Result<(), StoreError> {
        let ordinals: Vec<i64> = added.iter().map(|(ordinal, ..)| i64::from(*ordinal)).collect();
        let keys: Vec<Vec<u8>> = added.iter().map(|(_, key, _)| key.to_vec()).collect();
        let variants: Vec<String> = added.iter().map(|(.., test)| clean(&test.variant)).collect();
        let suites: Vec<String> = added.iter().map(|(.., test)| clean(&test.suite)).collect();
        let names: Vec<String> = added.iter().map(|(.., test)| clean(&test.name)).collect();
        sqlx::query!(
            "INSERT INTO test_cases (org_id, repository_id, ordinal, key, variant, suite, name)
             SELECT $1, $2, ordinal, key, variant, suite, name
             FROM   UNNEST($3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::text[])
                    AS added (ordinal, key, variant, suite, name)",
            self.org.uuid(),
            repository.uuid(),
            &ordinals,
            &keys,
            &variants,
            &suites,
            &names
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "UPDATE repositories SET next_ordinal = $3 WHERE org_id = $1 AND id = $2",
            self.org.uuid(),
            repository.uuid(),
            i64::from(next)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// SHA-256 of the whole name, each part with its length before it, so that no two names read alike.
fn key(test: &TestId) -> Key {
    let mut hash = Sha256::new();
    for part in [&test.variant, &test.suite, &test.name] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_join_to_the_same_text_have_different_keys() {
        assert_ne!(key(&TestId::local("ab", "c")), key(&TestId::local("a", "bc")));
        assert_ne!(key(&TestId::local("", "ab")), key(&TestId::local("ab", "")));
    }
}
