//! Texts that may not stand in an app (rule D6).

use oxc_ast::AstKind;
use oxc_semantic::NodeId;

use super::{Reader, parent_of, span};
use crate::model::{Suspect, SuspectKind};

impl Reader<'_, '_> {
    /// Notes a text where it may not stand in an app.
    pub(super) fn suspect(&mut self, node: NodeId, text: &str, at: oxc_span::Span) {
        if names_reserved_host(text) {
            self.note(SuspectKind::ReservedHost, at);
        }
        let name = if is_key(text) {
            self.name_of(node).filter(|name| is_secret_name(name))
        } else {
            secret_in_query(text)
        };
        if let Some(name) = name {
            self.note(SuspectKind::Secret { name }, at);
        }
    }

    fn note(&mut self, kind: SuspectKind, at: oxc_span::Span) {
        if self.module.suspects.len() < MOST {
            self.module.suspects.push(Suspect { kind, at: span(at) });
        }
    }

    /// What a text is called: the member, variable or parameter that it is the value of.
    fn name_of(&self, node: NodeId) -> Option<String> {
        let (mut parent, mut kind) = parent_of(self.nodes, node);
        // `process.env.SECRET || '…'` is still called by what gets it.
        while let AstKind::LogicalExpression(_)
        | AstKind::ConditionalExpression(_)
        | AstKind::TemplateLiteral(_) = kind
        {
            (parent, kind) = parent_of(self.nodes, parent);
        }
        let name = match kind {
            AstKind::ObjectProperty(property) => property.key.static_name()?.into_owned(),
            AstKind::PropertyDefinition(property) => property.key.static_name()?.into_owned(),
            AstKind::VariableDeclarator(declared) => declared.id.get_identifier_name()?.to_string(),
            AstKind::AssignmentPattern(assigned) => assigned.left.get_identifier_name()?.to_string(),
            AstKind::FormalParameter(parameter) => parameter.pattern.get_identifier_name()?.to_string(),
            AstKind::TSEnumMember(member) => member.id.static_name().to_string(),
            AstKind::AssignmentExpression(assignment) => match assignment.left.as_member_expression() {
                Some(member) => member.static_property_name()?.to_string(),
                None => assignment.left.get_identifier_name()?.to_owned(),
            },
            AstKind::BinaryExpression(compared) => compared.left.get_identifier_reference()?.name.to_string(),
            _ => return None,
        };
        Some(name)
    }
}

/// Whether a text holds a URL of the platform's own API, or is its host; prose may mention it.
fn names_reserved_host(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((before, after)) = lower.split_once(RESERVED) else {
        return false;
    };
    (before.is_empty() || before.ends_with('/'))
        && (after.is_empty() || after.starts_with([':', '/', '?', '#']))
}

/// Whether a text has the form of an AppSecret: 32 hexadecimal digits that look drawn by lot.
fn is_key(text: &str) -> bool {
    let is_hex = text.len() == SECRET_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && is_drawn(text)
}

/// A sample such as `0123456789abcdef0123456789abcdef` or 32 zeroes is no secret: it rises, repeats or has few digits.
fn is_drawn(text: &str) -> bool {
    let bytes = text.to_ascii_lowercase().into_bytes();
    let different: std::collections::BTreeSet<_> = bytes.iter().collect();
    let steps = bytes
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.abs_diff(*b) <= 1));
    let (first, second) = bytes.split_at(SECRET_DIGITS / 2);
    different.len() >= 8 && steps.count() < 16 && first != second
}

/// `appSecret`, `WX_SECRET`, `secret` …
fn is_secret_name(name: &str) -> bool {
    name.to_ascii_lowercase().contains("secret")
}

/// `secret` where a text holds `secret=` and a key behind it, as a URL does.
fn secret_in_query(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find("secret=") {
        let value = from + at + "secret=".len();
        let key = text.get(value..value + SECRET_DIGITS);
        let goes_on = text
            .get(value + SECRET_DIGITS..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        if key.is_some_and(is_key) && !goes_on {
            return Some("secret".to_owned());
        }
        from = value;
    }
    None
}

const RESERVED: &str = "api.weixin.qq.com";
const SECRET_DIGITS: usize = 32;
/// How many places of one file are told.
const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d6_the_host_is_found_as_a_host_only() {
        for text in [
            "https://api.weixin.qq.com/sns",
            "api.weixin.qq.com",
            "//API.weixin.qq.com:443",
        ] {
            assert!(names_reserved_host(text), "{text}");
        }
        for text in [
            "https://my-api.weixin.qq.com",
            "api.weixin.qq.com.cn",
            "weixin.qq.com",
            "api.weixin.qq.com is for servers",
        ] {
            assert!(!names_reserved_host(text), "{text}");
        }
    }

    #[test]
    fn d6_a_secret_looks_drawn_by_lot() {
        assert!(is_key("9f86d081884c7d659a2feaa0c55ad015"));
        for text in [
            "00000000000000000000000000000000",
            "0123456789abcdef0123456789abcdef",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "9f86d081884c7d659a2feaa0c55ad01",
        ] {
            assert!(!is_key(text), "{text}");
        }
        assert_eq!(
            secret_in_query("?a=1&secret=9f86d081884c7d659a2feaa0c55ad015&b").as_deref(),
            Some("secret")
        );
        assert_eq!(secret_in_query("?secret=9f86d081884c7d659a2feaa0c55ad0155"), None);
    }
}
