//! Images and media of WXML files (rule T11).

use minigate_js::tags;

use crate::collector::Collector;
use crate::fault::Fault;

pub(crate) fn check(file: &str, text: &str, found: &mut Collector) {
    for tag in tags(text) {
        let Some((_, attributes)) = MEDIA.iter().find(|(name, _)| *name == tag.name) else {
            continue;
        };
        for attribute in tag
            .attributes
            .iter()
            .filter(|own| attributes.contains(&own.name.as_str()))
        {
            let Some(url) = plain_url(&attribute.value) else {
                continue;
            };
            let end = text
                .get(attribute.offset..)
                .and_then(|rest| rest.find(&attribute.value));
            let end = end.map_or(attribute.offset, |at| {
                attribute.offset + at + attribute.value.len()
            });
            let fault = Fault::MediaWithoutTls {
                tag: tag.name.clone(),
                attribute: attribute.name.clone(),
                url,
            };
            found.in_text(file, text, &(attribute.offset..end), fault);
        }
    }
}

/// A URL without TLS, written out or at the beginning of an expression.
fn plain_url(value: &str) -> Option<String> {
    let begun = value.trim_start();
    let begun = begun.strip_prefix("{{").map_or(begun, str::trim_start);
    let begun = begun.trim_start_matches(['\'', '"', '`']);
    if !begun.get(..7)?.eq_ignore_ascii_case("http://") {
        return None;
    }
    let end = begun.find(['\'', '"', '`', ' ', '{', '$']).unwrap_or(begun.len());
    begun.get(..end).map(str::to_owned)
}

/// The tags that load something, with the attributes that say what.
const MEDIA: &[(&str, &[&str])] = &[
    ("image", &["src"]),
    ("cover-image", &["src"]),
    ("video", &["src", "poster"]),
    ("audio", &["src", "poster"]),
    ("live-player", &["src"]),
    ("web-view", &["src"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_an_expression_begins_with_its_url() {
        assert_eq!(
            plain_url("http://a.com/x.png").as_deref(),
            Some("http://a.com/x.png")
        );
        assert_eq!(
            plain_url("{{ 'http://a.com/' + id }}").as_deref(),
            Some("http://a.com/")
        );
        assert_eq!(plain_url("http://a.com/{{id}}").as_deref(), Some("http://a.com/"));
        assert_eq!(plain_url("https://a.com"), None);
        assert_eq!(plain_url("{{item.src}}"), None);
    }
}
