//! TOML as JSON.

use serde_json::Value;

/// The JSON of a TOML value; a date becomes its text.
pub(super) fn of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(of).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, of(value))).collect(),
    }
}
