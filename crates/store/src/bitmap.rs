//! Sets of test cases, by their ordinals in the repository.

use crate::StoreError;

/// A set of test cases of one repository, by ordinal.
pub type TestSet = roaring::RoaringBitmap;

/// The portable serialisation of roaring bitmaps, as a column holds it.
pub(crate) fn to_bytes(tests: &TestSet) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tests.serialized_size());
    tests.serialize_into(&mut bytes).expect("writing to a vector does not fail");
    bytes
}

pub(crate) fn from_bytes(column: &'static str, bytes: &[u8]) -> Result<TestSet, StoreError> {
    TestSet::deserialize_from(bytes).map_err(|error| StoreError::unreadable(column, error))
}
