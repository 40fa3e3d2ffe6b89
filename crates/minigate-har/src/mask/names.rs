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

/// Whether a value under a name is a secret.
pub(super) fn is_secret(name: &str, value: &[u8]) -> bool {
    match strength(name) {
        Strength::None => false,
        Strength::Maybe => value.len() >= 8 && is_mixed(value) && !value.contains(&b' '),
        Strength::Sure => !value.is_empty() && !is_telltale(name, value),
    }
}

/// Words and numbers that say something of a secret and are none; how many tokens there are, for one.
fn is_telltale(name: &str, value: &[u8]) -> bool {
    let is_number = value
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.' || *byte == b'-');
    let is_word = ["true", "false", "null", "undefined", "none"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    let is_count = || plain(name).ends_with("tokens");
    is_word || is_number && (value.len() < 4 || is_count())
}

/// Whether it has letters and digits, as what nobody chose has.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

/// The length of the scheme before credentials, with its spaces: that of `Bearer ` for one; 0 where there is none.
pub(super) fn scheme_length(value: &[u8]) -> usize {
    let Some(end) = value.iter().position(|byte| *byte == b' ') else {
        return 0;
    };
    let (scheme, rest) = value.split_at(end);
    let is_known = SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
    if is_known {
        value.len() - rest.trim_ascii_start().len()
    } else {
        0
    }
}

/// What a name says, whatever its letter case and separators.
pub(super) fn strength(name: &str) -> Strength {
    let plain = plain(name);
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

fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters = letters.map(|letter| letter.to_ascii_lowercase());
    letters.take(LONGEST).collect()
}

/// Schemes of HTTP's authentication, and what servers made up beside them.
pub(super) const SCHEMES: &[&str] = &["bearer", "basic", "digest", "negotiate", "token", "apikey", "jwt"];
const SURE: &[&str] = &["cvc", "cvv", "pass", "pwd", "sid", "unionid"];
const SURE_ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "auth",
    "authentication",
    "authkey",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "csrf",
    "encryptkey",
    "jwt",
    "openid",
    "passphrase",
    "privatekey",
    "sessid",
    "sessionid",
    "sessionkey",
    "signature",
    "signkey",
    "token",
    "tokens",
    "xsrf",
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
            "X-Auth",
            "X-JWT",
            "Authentication",
            "tokens",
            "Set-Cookie",
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
