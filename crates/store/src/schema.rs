//! The schema that this version of the code was built for.

use std::{collections::BTreeMap, fmt};

use sqlx::migrate::Migrator;

use crate::{StoreError, SystemStore};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How the database's schema compares with the one that this code was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaStatus {
    /// The same.
    Current,
    /// Newer: this code serves on, since migrations only expand until no old code is left.
    Newer,
    /// Older, or not there at all: `tinybug migrate` must run first.
    Behind {
        /// Migrations that are missing.
        missing: u32,
    },
    /// A migration was changed after it had run: the database is not one of ours.
    Altered {
        /// Version of the migration.
        version: i64,
    },
}

impl SchemaStatus {
    /// Whether this code can work with it.
    pub fn serves(self) -> bool {
        matches!(self, Self::Current | Self::Newer)
    }
}

impl fmt::Display for SchemaStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("the database is up to date"),
            Self::Newer => f.write_str("the database is newer than this program, which works"),
            Self::Behind { missing } => {
                write!(f, "the database lacks {missing} migrations: run `tinybug migrate`")
            }
            Self::Altered { version } => write!(
                f,
                "migration {version} of the database is not the one that this program knows: use another database"
            ),
        }
    }
}

impl SystemStore {
    /// Compares the database's schema with the code's.
    pub async fn schema(&self) -> Result<SchemaStatus, StoreError> {
        let present = sqlx::query_scalar!(r#"SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS "present!""#)
            .fetch_one(&self.pool)
            .await?;
        let applied: BTreeMap<i64, Vec<u8>> = if present {
            sqlx::query!("SELECT version, checksum FROM _sqlx_migrations WHERE success")
                .fetch_all(&self.pool)
                .await?
                .into_iter()
                .map(|row| (row.version, row.checksum))
                .collect()
        } else {
            BTreeMap::new()
        };
        Ok(compare(MIGRATIONS.iter().map(|migration| (migration.version, &*migration.checksum)), &applied))
    }
}

fn compare<'a>(known: impl Iterator<Item = (i64, &'a [u8])>, applied: &BTreeMap<i64, Vec<u8>>) -> SchemaStatus {
    let (mut matching, mut missing) = (0, 0);
    for (version, checksum) in known {
        match applied.get(&version) {
            Some(found) if found == checksum => matching += 1,
            Some(_) => return SchemaStatus::Altered { version },
            None => missing += 1,
        }
    }
    if missing > 0 {
        SchemaStatus::Behind { missing }
    } else if applied.len() > matching {
        SchemaStatus::Newer
    } else {
        SchemaStatus::Current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn against(applied: &[(i64, &[u8])]) -> SchemaStatus {
        let known: [(i64, &[u8]); 2] = [(1, b"one"), (2, b"two")];
        let applied = applied.iter().map(|(version, checksum)| (*version, checksum.to_vec())).collect();
        compare(known.into_iter(), &applied)
    }

    #[test]
    fn an_empty_database_lacks_every_migration() {
        assert_eq!(against(&[]), SchemaStatus::Behind { missing: 2 });
    }

    #[test]
    fn the_same_migrations_are_current() {
        assert_eq!(against(&[(1, b"one"), (2, b"two")]), SchemaStatus::Current);
    }

    #[test]
    fn one_more_migration_is_newer() {
        assert_eq!(against(&[(1, b"one"), (2, b"two"), (3, b"three")]), SchemaStatus::Newer);
    }

    #[test]
    fn another_text_under_the_same_version_is_altered() {
        assert_eq!(against(&[(1, b"one"), (2, b"2")]), SchemaStatus::Altered { version: 2 });
    }
}
