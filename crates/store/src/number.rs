//! Postgres knows signed 64-bit numbers, the vocabulary unsigned ones.

use crate::StoreError;

/// A column's number that the vocabulary holds in 32 bits.
pub(crate) fn narrow(column: &'static str, number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|error| StoreError::unreadable(column, error))
}

/// A column's number that is not negative.
pub(crate) fn whole(column: &'static str, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|error| StoreError::unreadable(column, error))
}

/// A number for a column. What lies beyond 2^63 (bytes of a file, milliseconds) does not occur; it is cut off there.
pub(crate) fn wide(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
