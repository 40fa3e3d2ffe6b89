//! The shape of a configuration's values, with the names under which its author knows them.

use serde_json::Value;

/// A value that isn't what its place wants.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// It has another type.
    #[error("{} must {} {wanted}, but it is {found}", place(.member), if .member.is_empty() { "hold" } else { "be" })]
    Type {
        /// The member, `pages[0]`; nothing for the whole file.
        member: String,
        /// What is wanted.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It isn't there.
    #[error("`{member}` is missing")]
    Missing {
        /// The member.
        member: String,
    },
}

/// A value, or none, at a place in a file. `null` counts as none.
pub(super) struct Shape<'v> {
    value: Option<&'v Value>,
    member: String,
}

impl<'v> Shape<'v> {
    pub(super) fn root(value: &'v Value) -> Self {
        Self {
            value: Some(value),
            member: String::new(),
        }
    }

    pub(super) fn value(&self) -> Option<&'v Value> {
        self.value
    }

    pub(super) fn member(&self, name: &str) -> Self {
        let value = self.value.and_then(|value| value.get(name));
        Self {
            value: value.filter(|value| !value.is_null()),
            member: if self.member.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.member)
            },
        }
    }

    /// Makes sure that it is an object, if there is anything.
    pub(super) fn object(&self) -> Result<(), Mistake> {
        self.read("an object", |value| value.as_object()).map(drop)
    }

    /// The members of a list; none where there is nothing.
    pub(super) fn items(&self) -> Result<Vec<Self>, Mistake> {
        let items = self.read("a list", Value::as_array)?;
        let shapes = items
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, value)| Self {
                value: Some(value).filter(|value| !value.is_null()),
                member: format!("{}[{index}]", self.member),
            });
        Ok(shapes.collect())
    }

    pub(super) fn text(&self) -> Result<Option<&'v str>, Mistake> {
        self.read("a text", Value::as_str)
    }

    pub(super) fn required_text(&self) -> Result<&'v str, Mistake> {
        self.text()?.ok_or_else(|| Mistake::Missing {
            member: self.member.clone(),
        })
    }

    pub(super) fn truth(&self) -> Result<Option<bool>, Mistake> {
        self.read("`true` or `false`", Value::as_bool)
    }

    fn read<T>(
        &self,
        wanted: &'static str,
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Result<Option<T>, Mistake> {
        let Some(value) = self.value else {
            return Ok(None);
        };
        read(value).map(Some).ok_or_else(|| Mistake::Type {
            member: self.member.clone(),
            wanted,
            found: kind(value),
        })
    }
}

fn place(member: &str) -> String {
    if member.is_empty() {
        "the file".to_owned()
    } else {
        format!("`{member}`")
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
