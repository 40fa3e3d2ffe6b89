//! URLs in the attributes of a WXML file.

use minigate_js::{Attribute, Part, parts, scripts, tags};

use super::Found;
use super::script::{of_expression, of_script};
use super::text::{Tail, urls_in};

pub(super) fn of_text(path: &str, text: &str, found: &mut Found) {
    for (begun, script) in scripts(text) {
        of_script(script, &mut |url, at| {
            found.loose(path, text, &(begun + at.start..begun + at.end), url);
        });
    }
    for tag in tags(text) {
        let loading = tag
            .attributes
            .iter()
            .filter(|attribute| !attribute.name.starts_with("xmlns"));
        for attribute in loading {
            of_attribute(attribute, &mut |url| {
                let begun = text.get(attribute.offset..).unwrap_or_default();
                let start = attribute.offset + begun.find(url).unwrap_or_default();
                found.loose(path, text, &(start..start + url.len()), url);
            });
        }
    }
}

fn of_attribute(attribute: &Attribute, note: &mut dyn FnMut(&str)) {
    let parts = parts(&attribute.value);
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let is_last = place + 1 == parts.len();
                let tail = if is_last { Tail::Closed } else { Tail::Open };
                for (_, url) in urls_in(text, tail) {
                    note(url);
                }
            }
            Part::Expression(inner) => {
                if inner.contains("://") {
                    of_expression(inner, &mut |url, _| note(url));
                }
            }
        }
    }
}
