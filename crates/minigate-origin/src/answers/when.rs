//! The `when` of an answer, as written.

use std::collections::BTreeMap;

use http::{HeaderName, Method};
use serde::Deserialize;
use toml::Spanned;

use super::condition::Condition;
use super::path::PathPattern;
use super::source::Source;
use super::{AnswersError, Problem, json};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    method: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    header: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    body: BTreeMap<String, toml::Value>,
}

impl When {
    pub(super) fn understand(self, source: &Source) -> Result<Condition, AnswersError> {
        Ok(Condition {
            method: self
                .method
                .map_or(Ok(Method::GET), |method| parse_method(method, source))?,
            path: self.path.map(|path| parse_path(path, source)).transpose()?,
            query: self.query,
            headers: parse_conditions(self.header, source)?,
            body: self
                .body
                .into_iter()
                .map(|(name, value)| (name, json::of(value)))
                .collect(),
        })
    }
}

fn parse_method(method: Spanned<String>, source: &Source) -> Result<Method, AnswersError> {
    let span = method.span();
    let method = method.into_inner();
    match Method::from_bytes(method.to_ascii_uppercase().as_bytes()) {
        Ok(parsed) => Ok(parsed),
        Err(_) => Err(source.error("when.method", span, Problem::Method { method })),
    }
}

fn parse_path(path: Spanned<String>, source: &Source) -> Result<PathPattern, AnswersError> {
    let span = path.span();
    let path = path.into_inner();
    match PathPattern::parse(&path) {
        Some(pattern) => Ok(pattern),
        None => Err(source.error("when.path", span, Problem::Path { path })),
    }
}

fn parse_conditions(
    headers: BTreeMap<Spanned<String>, String>,
    source: &Source,
) -> Result<Vec<(HeaderName, String)>, AnswersError> {
    headers
        .into_iter()
        .map(|(name, value)| Ok((source.header_name("when.header", &name)?, value)))
        .collect()
}
