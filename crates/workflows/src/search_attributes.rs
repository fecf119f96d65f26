//! Search attributes, by which operators find workflows. They are never encrypted: ids only, no names, no code.

use temporalio_common::search_attributes::SearchAttributeKey;

/// Id of the repository that is measured.
pub const REPOSITORY: SearchAttributeKey<String> = SearchAttributeKey::keyword("TinybugRepository");
/// Where a measurement stands, as the words of `MeasurementState`.
pub const PHASE: SearchAttributeKey<String> = SearchAttributeKey::keyword("TinybugPhase");
/// What a trial found, as the words of `Verdict`.
pub const VERDICT: SearchAttributeKey<String> = SearchAttributeKey::keyword("TinybugVerdict");

/// Names of all search attributes, each a keyword, that an org's namespace must know.
pub const NAMES: [&str; 3] = ["TinybugRepository", "TinybugPhase", "TinybugVerdict"];
