//! What the name of a member says of its value.

/// How sure a name makes it that its value is a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Strength {
    /// It says nothing.
    None,
    /// It is one if it looks like one: `code` may be `0` as well.
    Maybe,
    /// It is one.
    Sure,
}

/// What a name says, whatever its letter case and separators.
pub(super) fn strength(name: &str) -> Strength {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .take(LONGEST)
        .collect();
    let is_sure = SURE.contains(&plain.as_str())
        || SURE_ENDS.iter().any(|end| plain.ends_with(end))
        || SURE_PARTS.iter().any(|part| plain.contains(part));
    if is_sure {
        Strength::Sure
    } else if MAYBE_ENDS.iter().any(|end| plain.ends_with(end)) {
        Strength::Maybe
    } else {
        Strength::None
    }
}

const SURE: &[&str] = &["auth", "authorization", "jwt", "pass", "pwd", "sid", "unionid"];
const SURE_ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "authkey",
    "credential",
    "credentials",
    "encryptkey",
    "openid",
    "privatekey",
    "sessid",
    "sessionid",
    "sessionkey",
    "signature",
    "signkey",
    "token",
];
const SURE_PARTS: &[&str] = &["encrypteddata", "passwd", "password", "secret"];
const MAYBE_ENDS: &[&str] = &[
    "captcha", "code", "key", "nonce", "otp", "session", "sign", "state", "ticket",
];
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_spelling() {
        for name in [
            "token",
            "access_token",
            "X-Auth-Token",
            "sessionKey",
            "session_key",
            "openid",
            "db.password",
        ] {
            assert_eq!(strength(name), Strength::Sure, "{name}");
        }
        for name in ["code", "js_code", "sign", "scratchTicket"] {
            assert_eq!(strength(name), Strength::Maybe, "{name}");
        }
        for name in [
            "",
            "name",
            "token_type",
            "expires_in",
            "passenger",
            "tokens_left",
            "author",
        ] {
            assert_eq!(strength(name), Strength::None, "{name}");
        }
    }
}
