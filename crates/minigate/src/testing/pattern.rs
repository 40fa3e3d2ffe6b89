//! Which requests an answer is for.

use http::Method;
use wildmatch::WildMatchPattern;

/// `[METHOD ]URL`, where `*` stands for any text. Without a question mark it is for every query.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    method: Option<String>,
    host: String,
    path: WildMatchPattern<'*', '\0'>,
    has_query: bool,
}

impl Pattern {
    /// Reads a pattern that the prelude has checked; a port is that of the app's list and plays no role here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (method, url) = match text.split_once(' ') {
            Some((method, url)) => (Some(method.to_owned()), url),
            None => (None, text),
        };
        let (_, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let host = authority.split(':').next()?.to_ascii_lowercase();
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("/{target}")
        };
        Some(Self {
            method,
            host,
            has_query: target.contains('?'),
            path: WildMatchPattern::new(&target),
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn fits(&self, method: &Method, host: &str, path: &str, query: Option<&str>) -> bool {
        let target = match query.filter(|_| self.has_query) {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        self.method.as_ref().is_none_or(|own| own == method.as_str())
            && (self.host == "*" || self.host == host)
            && self.path.matches(&target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_by_method_host_path_and_query() {
        let cases = [
            ("https://a.com/items", "GET", "/items", None, true),
            ("https://a.com/items", "GET", "/items", Some("page=2"), true),
            ("https://a.com/items", "GET", "/items/1", None, false),
            ("https://a.com/items/*", "GET", "/items/1/x", None, true),
            ("https://A.com:8443", "GET", "/", None, true),
            ("https://a.com/*?page=2", "GET", "/items", Some("page=2"), true),
            ("https://a.com/*?page=2", "GET", "/items", Some("page=3"), false),
            ("POST https://a.com/*", "GET", "/items", None, false),
            ("POST https://a.com/*", "POST", "/items", None, true),
            ("https://b.com/*", "GET", "/items", None, false),
            ("https://*/items", "GET", "/items", None, true),
        ];
        for (pattern, method, path, query, expected) in cases {
            let method = Method::from_bytes(method.as_bytes()).unwrap();

            let fits = Pattern::read(pattern)
                .unwrap()
                .fits(&method, "a.com", path, query);

            assert_eq!(fits, expected, "{pattern} {method} {path} {query:?}");
        }
    }
}
