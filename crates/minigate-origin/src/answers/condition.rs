//! Which requests an answer is for.

use std::collections::BTreeMap;

use http::{HeaderName, Method};
use serde_json::Value;

use super::path::PathPattern;
use super::question::Question;

#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) method: Method,
    pub(super) path: Option<PathPattern>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: BTreeMap<String, Value>,
}

impl Condition {
    pub(super) fn fits(&self, question: &Question<'_>) -> bool {
        self.fits_method(&question.asked.method)
            && self
                .path
                .as_ref()
                .is_none_or(|path| path.fits(&question.asked.path))
            && self
                .query
                .iter()
                .all(|(name, value)| question.has_parameter(name, value))
            && self
                .headers
                .iter()
                .all(|(name, value)| has_header(question, name, value))
            && self
                .body
                .iter()
                .all(|(name, value)| question.has_member(name, value))
    }

    // RFC 9110 §9.3.2: HEAD is answered as GET is, the server leaves out the body.
    fn fits_method(&self, asked: &Method) -> bool {
        self.method == asked || (self.method == Method::GET && asked == Method::HEAD)
    }
}

fn has_header(question: &Question<'_>, name: &HeaderName, value: &str) -> bool {
    question
        .asked
        .headers
        .get_all(name)
        .iter()
        .any(|sent| sent.as_bytes() == value.as_bytes())
}
