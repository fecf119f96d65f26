//! Typed ids: a UUID (version 7, so ordered by time) that knows what it names. Rendered as `msr_<32 hex digits>`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is no id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind} id: expected {prefix}_ and 32 hexadecimal digits")]
pub struct ParseIdError {
    kind: &'static str,
    prefix: &'static str,
    text: String,
}

macro_rules! decl_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, later than every id this process made before.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are born")]
            #[expect(clippy::new_without_default, reason = "a default id would hide a birth")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The bare UUID, for the database.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| ParseIdError { kind: $kind, prefix: $prefix, text: text.to_owned() })
            }
        }
    };
}

decl_id!(
    /// A tenant.
    OrgId, "org", "organisation"
);
decl_id!(
    /// A repository registered by an org.
    RepositoryId, "repo", "repository"
);
decl_id!(
    /// One measurement of one repository at one commit.
    MeasurementId, "msr", "measurement"
);
decl_id!(
    /// An API token (its row, never its secret).
    TokenId, "tok", "token"
);

impl OrgId {
    /// The org's Temporal namespace. Immutable, and lower case: Temporal compares claims with lower-cased names.
    pub fn namespace(self) -> String {
        format!("tb-{}", self.0.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = MeasurementId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let text = OrgId::new().to_string();
        let refused = text.parse::<MeasurementId>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("{text:?} is no measurement id: expected msr_ and 32 hexadecimal digits")
        );
    }

    #[test]
    fn a_namespace_is_lower_case() {
        let namespace = OrgId::new().namespace();
        assert_eq!(namespace, namespace.to_lowercase());
    }
}
