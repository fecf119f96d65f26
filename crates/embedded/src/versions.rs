//! The versions of the parts, in one place.

/// Version of the npm packages that carry the Postgres binaries.
pub const POSTGRES_PACKAGE_VERSION: &str = "17.10.0-beta.17";

/// Oldest major version of a Postgres installation of the machine that is used as a fallback.
pub const POSTGRES_OLDEST_MAJOR: u32 = 15;

/// Version of the Temporal server.
pub const TEMPORAL_SERVER_VERSION: &str = "1.32.0";

/// Version of the Temporal UI server.
pub const TEMPORAL_UI_VERSION: &str = "2.54.1";

/// Oldest Go that builds the Temporal server.
pub const GO_MINIMUM: (u32, u32, u32) = (1, 26, 8);
