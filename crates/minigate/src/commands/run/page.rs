//! The page, used from the command line: its methods are called, its data is printed.

use std::collections::VecDeque;

use anyhow::{anyhow, bail};
use minigate_js::{App, Called, End};
use minigate_policy::diagnosis::Lang;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::args::PageCall;
use crate::words;

/// The methods that are to be called, and what hasn't come of it yet.
pub(super) struct Usage {
    left: VecDeque<Use>,
    /// The method whose Promise is waited for.
    promised: Option<String>,
    lang: Lang,
}

struct Use {
    method: String,
    event: Value,
}

impl Usage {
    /// Reads the events; one that isn't any is told with its place.
    pub(super) fn read(calls: &[PageCall], lang: Lang) -> anyhow::Result<Self> {
        let left = calls.iter().map(|PageCall { method, event }| {
            let event = whole_event(event.as_deref().unwrap_or("{}"), lang);
            let event = event.map_err(|cause| anyhow!(words::no_event(method, &cause, lang)))?;
            let method = method.clone();
            Ok(Use { method, event })
        });
        Ok(Self {
            left: left.collect::<anyhow::Result<_>>()?,
            promised: None,
            lang,
        })
    }

    /// Calls the methods one after the other, each once the page has nothing more to wait for; gives the app's end where
    /// that comes first.
    pub(super) async fn carry_out(
        &mut self,
        app: &mut App,
        deadline: Instant,
    ) -> anyhow::Result<Option<End>> {
        while !self.left.is_empty() {
            match app.run_until_quiet(deadline).await {
                End::Idle | End::Asked => {}
                end => return Ok(Some(end)),
            }
            if let Some(next) = self.left.pop_front()
                && let Some(end) = self.call(app, next, deadline).await?
            {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// The Promise that hasn't settled.
    pub(super) fn unsettled(&self) -> Option<String> {
        let method = self.promised.as_deref()?;
        Some(words::never_settled(method, self.lang))
    }

    /// The calls that were never made.
    pub(super) fn uncalled(&self) -> impl Iterator<Item = String> {
        let left = self.left.iter();
        left.map(|next| words::never_called(&next.method, self.lang))
    }

    async fn call(
        &mut self,
        app: &mut App,
        Use { method, event }: Use,
        deadline: Instant,
    ) -> anyhow::Result<Option<End>> {
        match app.call_method(&method, &event, deadline).await {
            Ok(Called::Returned | Called::Threw) => Ok(None),
            Ok(Called::Unsettled) => {
                self.promised = Some(method);
                Ok(Some(app.pending().map_or(End::Idle, End::StillPending)))
            }
            Ok(Called::NoMethod(methods)) => bail!(words::no_method(&method, &methods, self.lang)),
            Ok(Called::NoPage) => bail!(words::no_page_to_use(self.lang)),
            Err(end) => Ok(Some(end)),
        }
    }
}

/// The members that every event has, with those that were given laid over them; or why there are none.
fn whole_event(text: &str, lang: Lang) -> Result<Value, String> {
    let given: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if !given.is_object() {
        return Err(words::no_object(lang).to_owned());
    }
    let target = || json!({ "id": "", "offsetLeft": 0, "offsetTop": 0, "dataset": {} });
    let mut event = json!({
        "type": "tap",
        "timeStamp": 0,
        "target": target(),
        "currentTarget": target(),
        "mark": {},
        "detail": {},
        "touches": [],
        "changedTouches": [],
    });
    lay_over(&mut event, given);
    Ok(event)
}

fn lay_over(base: &mut Value, given: Value) {
    match (base, given) {
        (Value::Object(base), Value::Object(given)) => lay_members_over(base, given),
        (base, given) => *base = given,
    }
}

fn lay_members_over(base: &mut Map<String, Value>, given: Map<String, Value>) {
    for (name, value) in given {
        lay_over(base.entry(name).or_insert(Value::Null), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_lies_over_what_every_event_has() {
        let given =
            r#"{ "type": "input", "detail": { "value": "a" }, "currentTarget": { "dataset": { "id": 7 } } }"#;

        let event = whole_event(given, Lang::En).unwrap();

        assert_eq!(
            (&event["type"], &event["detail"]["value"]),
            (&json!("input"), &json!("a"))
        );
        assert_eq!(
            (&event["currentTarget"]["dataset"], &event["currentTarget"]["id"]),
            (&json!({ "id": 7 }), &json!(""))
        );
        assert_eq!(event["target"]["dataset"], json!({}));
    }
}
