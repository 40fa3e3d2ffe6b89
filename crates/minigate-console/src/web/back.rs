//! Where a browser is sent back to.

/// A place of the console, or its beginning: a link can't have it lead to another site.
pub(crate) fn within_console(place: &str) -> &str {
    let is_path = place.starts_with('/')
        && !place.starts_with("//")
        && place.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_path { place } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_site_and_no_other_header() {
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nset-cookie: x",
            "",
            "a",
        ] {
            assert_eq!(within_console(elsewhere), "/", "{elsewhere}");
        }
        assert_eq!(within_console("/apps/wx1?tab=a%20b"), "/apps/wx1?tab=a%20b");
    }
}
