//! permessage-deflate (RFC 7692): what is offered, and what a server may answer.

/// Offered without parameters, so that a server can limit its own window only.
pub(super) const OFFER: &str = "permessage-deflate";

/// The server's answer to the offer, or what is wrong with it.
pub(super) fn accept(answer: &str) -> Result<String, String> {
    let mut parts = answer.split(';').map(str::trim);
    if parts.next() != Some(OFFER) {
        return Err(format!("it chose the extension `{answer}`, which wasn't offered"));
    }
    let mut seen: Vec<&str> = Vec::new();
    for parameter in parts {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(value.trim().trim_matches('"'))),
            None => (parameter, None),
        };
        if seen.contains(&name) || !is_known(name, value) {
            return Err(format!("`{parameter}` is no parameter of `{OFFER}`"));
        }
        seen.push(name);
    }
    Ok(answer.replace('"', ""))
}

fn is_known(name: &str, value: Option<&str>) -> bool {
    match (name, value) {
        ("server_no_context_takeover" | "client_no_context_takeover", None) => true,
        ("server_max_window_bits", Some(bits)) => {
            !bits.starts_with('0') && bits.parse().is_ok_and(|bits: u8| (8..=15).contains(&bits))
        }
        // `client_max_window_bits` would answer an offer that wasn't made.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_limit_itself_and_forgo_contexts() {
        for answer in [
            "permessage-deflate",
            "permessage-deflate; server_no_context_takeover",
            "permessage-deflate;client_no_context_takeover; server_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=\"9\"",
        ] {
            assert!(accept(answer).is_ok(), "{answer}");
        }
    }

    #[test]
    fn what_wasnt_offered_or_doesnt_exist_is_refused() {
        for answer in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=08",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; magic",
        ] {
            assert!(accept(answer).is_err(), "{answer}");
        }
    }
}
