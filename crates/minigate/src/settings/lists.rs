//! Domain lists in a JSON file.

use std::path::Path;

use anyhow::{Context, bail};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{PlatformLists, WrittenLists};
use serde_json::Value;

use crate::{given, words};

/// Reads lists by interface, or in the shape of the platform's API.
pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<WrittenLists> {
    let text = given::text(path, lang)?;
    parse(&text, lang).with_context(|| words::cant_use(path.display(), lang))
}

fn parse(text: &str, lang: Lang) -> anyhow::Result<WrittenLists> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    let Value::Object(members) = &value else {
        bail!(words::not_lists(lang));
    };
    let is_platforms = members
        .keys()
        .any(|key| key.ends_with("domain") || key == "errcode");
    if let Some(code) = members.get("errcode").filter(|code| **code != 0) {
        bail!(words::failed_answer(code, lang));
    }
    if is_platforms {
        Ok(serde_json::from_value::<PlatformLists>(value)?.into())
    } else {
        Ok(serde_json::from_value(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> anyhow::Result<WrittenLists> {
        super::parse(text, Lang::En)
    }

    #[test]
    fn lists_come_by_interface_or_in_the_platforms_shape() {
        let own = parse(r#"{"request": ["https://a.com"], "connectSocket": ["wss://s.com"]}"#).unwrap();
        let platforms = parse(
            r#"{"errcode": 0, "errmsg": "ok", "requestdomain": ["https://a.com"],
                "wsrequestdomain": ["wss://s.com"], "uploaddomain": [], "downloaddomain": [],
                "udpdomain": ["udp://x"], "no_icp_domain": []}"#,
        )
        .unwrap();
        let effective = parse(
            r#"{"errcode": 0, "mp_domain": {}, "effective_domain":
                {"requestdomain": ["https://a.com"], "wsrequestdomain": ["wss://s.com"]}}"#,
        )
        .unwrap();

        assert_eq!(own, platforms);
        assert_eq!(own, effective);
    }

    #[test]
    fn a_misspelt_interface_is_refused() {
        assert!(parse(r#"{"requests": []}"#).is_err());
        assert!(parse("[]").is_err());
    }

    #[test]
    fn an_error_of_the_platforms_api_is_no_empty_list() {
        assert!(parse(r#"{"errcode": 40001, "errmsg": "invalid credential"}"#).is_err());
    }
}
