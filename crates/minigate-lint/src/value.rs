//! What an expression can come to.

use crate::model::{ExprId, FunctionId, ModuleId};

/// An expression somewhere in the project.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Site {
    pub(crate) module: ModuleId,
    pub(crate) expr: ExprId,
}

/// One of the values that an expression can have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// It can't be told.
    Unknown,
    Text(Text),
    Number(f64),
    /// Anything else that is written out.
    Literal,
    /// An object, a class or a list, by the expression that makes it.
    Object(Site),
    /// What a module exports.
    Exports(ModuleId),
    /// The app itself, which `getApp()` gives.
    App,
    /// `wx`.
    Wx,
    /// A member of `wx`.
    Api(String),
    Function(ModuleId, FunctionId),
}

/// A text, as far as it is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Text {
    /// The known beginning.
    pub(crate) known: String,
    /// Whether something unknown follows.
    pub(crate) is_open: bool,
    /// Whether it is one of several, of which a condition picks.
    pub(crate) is_one_of_several: bool,
    /// Where it begins: the first thing written out.
    pub(crate) from: Option<Site>,
}

impl Text {
    pub(crate) const fn empty() -> Self {
        Self {
            known: String::new(),
            is_open: false,
            is_one_of_several: false,
            from: None,
        }
    }

    /// This text with a value behind it; none where the two never belong together.
    pub(crate) fn with(&self, value: &Value) -> Option<Self> {
        let mut text = self.clone();
        if text.is_open {
            return Some(text);
        }
        match value {
            // An address of its own isn't put behind another one: that branch is for the other case.
            Value::Text(next) if has_scheme(&text.known) && has_scheme(&next.known) => return None,
            Value::Text(next) => {
                text.known += &next.known;
                text.is_open = next.is_open;
                text.is_one_of_several |= next.is_one_of_several;
                text.from = text.from.or(next.from);
            }
            Value::Number(number) => text.known += &number.to_string(),
            _ => text.is_open = true,
        }
        if text.known.len() > MAX_TEXT {
            text.is_open = true;
        }
        Some(text)
    }
}

/// Whether a text begins as an absolute URL does.
pub(crate) fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else {
        return false;
    };
    !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A URL that is longer can't be called anyway.
const MAX_TEXT: usize = 64 * 1024;
