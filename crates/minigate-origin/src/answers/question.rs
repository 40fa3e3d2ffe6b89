//! A request, with what conditions look at taken apart once.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;
use url::form_urlencoded;

use crate::asked::Asked;

pub(super) struct Question<'a> {
    pub(super) asked: &'a Asked,
    query: OnceCell<Vec<(Cow<'a, str>, Cow<'a, str>)>>,
    members: OnceCell<Members<'a>>,
}

impl<'a> Question<'a> {
    pub(super) fn of(asked: &'a Asked) -> Self {
        Self {
            asked,
            query: OnceCell::new(),
            members: OnceCell::new(),
        }
    }

    pub(super) fn has_parameter(&self, name: &str, value: &str) -> bool {
        let query = self.asked.query.as_deref().unwrap_or_default();
        let pairs = self
            .query
            .get_or_init(|| form_urlencoded::parse(query.as_bytes()).collect());
        pairs.iter().any(|pair| pair.0 == name && pair.1 == value)
    }

    pub(super) fn has_member(&self, name: &str, expected: &Value) -> bool {
        match self.members.get_or_init(|| Members::of(self.asked)) {
            Members::Json(body) => body.get(name).is_some_and(|member| contains(member, expected)),
            Members::Form(pairs) => {
                let expected = as_text(expected);
                pairs.iter().any(|pair| pair.0 == name && pair.1 == expected)
            }
        }
    }
}

/// The members of a body: of a form when it says so, else of JSON, since many apps send JSON under any type.
enum Members<'a> {
    Json(Value),
    Form(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl<'a> Members<'a> {
    fn of(asked: &'a Asked) -> Self {
        if asked
            .content_type()
            .starts_with("application/x-www-form-urlencoded")
        {
            return Self::Form(form_urlencoded::parse(&asked.body).collect());
        }
        Self::Json(serde_json::from_slice(&asked.body).unwrap_or_default())
    }
}

/// An object contains another when it has the other's members; anything else must be equal.
fn contains(member: &Value, expected: &Value) -> bool {
    match (member, expected) {
        (Value::Object(member), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| member.get(name).is_some_and(|member| contains(member, expected))),
        _ => member == expected,
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_json_body_has_its_members() {
        let asked = asked(
            "application/json",
            r#"{"user":"ann","at":{"city":"深圳","zip":1},"n":null}"#,
        );

        let question = Question::of(&asked);

        assert!(question.has_member("user", &json!("ann")));
        assert!(question.has_member("at", &json!({ "city": "深圳" })));
        assert!(!question.has_member("at", &json!({ "city": "广州" })));
        assert!(!question.has_member("age", &json!(1)));
    }

    #[test]
    fn a_form_has_its_fields_as_text() {
        let asked = asked(
            "application/x-www-form-urlencoded; charset=utf-8",
            "user=ann+lee&page=2",
        );

        let question = Question::of(&asked);

        assert!(question.has_member("user", &json!("ann lee")));
        assert!(question.has_member("page", &json!(2)));
        assert!(!question.has_member("page", &json!(3)));
    }

    #[test]
    fn a_body_of_another_kind_has_no_members() {
        let asked = asked("image/png", "\u{89}PNG");

        assert!(!Question::of(&asked).has_member("user", &json!("ann")));
    }

    #[test]
    fn a_query_has_its_parameters_decoded() {
        let asked = asked("", "");

        let question = Question::of(&asked);

        assert!(question.has_parameter("q", "天"));
        assert!(question.has_parameter("q", "b c"));
        assert!(!question.has_parameter("q", "d"));
    }

    fn asked(content_type: &str, body: &'static str) -> Asked {
        let request = Request::post("/?q=%E5%A4%A9&q=b+c")
            .header("content-type", content_type)
            .body(())
            .unwrap();
        let (mut asked, ()) = Asked::of(request);
        asked.body = Bytes::from(body);
        asked
    }
}
