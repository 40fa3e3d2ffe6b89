//! Forms with a file.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;

use super::failure::{Cause, Failure};
use crate::text::Text;

/// Their fields in the order in which they came, each a text.
pub(super) async fn texts(mut parts: Multipart) -> Result<Vec<(String, String)>, Failure> {
    let mut texts = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|error| failure(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|error| failure(&error))?;
        let text = simdutf8::basic::from_utf8(&bytes);
        let text = text.map_err(|_| Cause::malformed(NOT_UTF8))?.to_owned();
        texts.push((name, text));
    }
    Ok(texts)
}

fn failure(error: &MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::new(Cause::TooLarge),
        _ => Cause::malformed(CUT_SHORT),
    }
}

const CUT_SHORT: Text = Text("the form didn't come whole", "表单内容不完整");
const NOT_UTF8: Text = Text("a file has to be UTF-8", "文件必须是 UTF-8 编码");
