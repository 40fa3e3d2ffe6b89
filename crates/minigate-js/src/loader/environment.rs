//! `process.env.NODE_ENV` in packages, which bundlers put a text in the place of.

use std::borrow::Cow;

/// A package's text with that expression made a name of the same length, so that every column stays.
pub(crate) fn settle<'s>(path: &str, text: &'s str) -> Cow<'s, str> {
    if !is_package(path) || !text.contains(EXPRESSION) {
        return Cow::Borrowed(text);
    }
    let mut settled = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(EXPRESSION) {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + EXPRESSION.len()..)
            .and_then(|text| text.chars().next());
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_$".contains(c));
        if !is_part(before) && before != Some('.') && !is_part(after) {
            settled += text.get(done..at).unwrap_or_default();
            settled += NAME;
            done = at + EXPRESSION.len();
        }
    }
    settled += text.get(done..).unwrap_or_default();
    Cow::Owned(settled)
}

/// The parameter that a module's function needs for the name, if it is a package's and its text has it.
pub(super) fn parameter(path: &str, text: &str) -> String {
    if is_package(path) && text.contains(NAME) {
        format!(",{NAME}=\"production\"")
    } else {
        String::new()
    }
}

fn is_package(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "node_modules" || part == "miniprogram_npm")
}

const EXPRESSION: &str = "process.env.NODE_ENV";
/// A name, unlike a text, does no harm where the expression is quoted.
const NAME: &str = "process_env_NODE_ENV";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_expression_itself_is_replaced_and_only_in_packages() {
        let text = "if (process.env.NODE_ENV !== 'x') a.process.env.NODE_ENV, 'process.env.NODE_ENV', process.env.NODE_ENV_X";

        assert_eq!(
            settle("node_modules/a/b.js", text),
            "if (process_env_NODE_ENV !== 'x') a.process.env.NODE_ENV, 'process_env_NODE_ENV', process.env.NODE_ENV_X"
        );
        assert_eq!(settle("utils/b.js", text), text);
    }
}
