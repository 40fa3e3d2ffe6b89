//! A request as the body of its own answer.

use serde_json::{Map, Value, json};

use crate::asked::Asked;
use crate::reply::Reply;

/// The answer with the request as its body: members `method`, `path`, `query`, `headers` (several values of one joined
/// by a comma) and `body`, as text.
pub(super) fn of(asked: &Asked, answer: Reply) -> Reply {
    let mut headers = Map::new();
    for name in asked.headers.keys() {
        let values: Vec<_> = asked.headers.get_all(name).iter().map(text).collect();
        headers.insert(name.to_string(), values.join(", ").into());
    }
    let request: Value = json!({
        "method": asked.method.as_str(),
        "path": asked.path,
        "query": asked.query.as_deref().unwrap_or_default(),
        "headers": headers,
        "body": String::from_utf8_lossy(&asked.body),
    });
    let echo = Reply::json(answer.status, &request);
    let mut headers = echo.headers;
    headers.extend(answer.headers);
    Reply {
        headers,
        body: echo.body,
        ..answer
    }
}

fn text(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
