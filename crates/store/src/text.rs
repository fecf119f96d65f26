//! Postgres holds no NUL in texts; test reports and outputs do.

use serde_json::Value;

/// The text with a mark in place of each NUL.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The JSON with a mark in place of each NUL, in keys too.
pub(crate) fn clean_json(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => items.iter().map(clean_json).collect(),
        Value::Object(fields) => fields.iter().map(|(key, field)| (clean(key), clean_json(field))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_becomes_a_mark_wherever_it_stands() {
        let cleaned = clean_json(&serde_json::json!({"a\0": ["b\0c", 1, null]}));
        assert_eq!(cleaned, serde_json::json!({"a\u{fffd}": ["b\u{fffd}c", 1, null]}));
    }
}
