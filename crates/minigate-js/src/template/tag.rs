//! The tags of a WXML file, with their places.

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::reader::{take_bodies, take_scripts};

/// An opening tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tag {
    /// Its name, in small letters.
    pub name: String,
    /// Its attributes, by name.
    pub attributes: Vec<Attribute>,
}

/// An attribute of a tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Its name, in small letters.
    pub name: String,
    /// Its value, character references resolved.
    pub value: String,
    /// The byte of the file at which the attribute begins.
    pub offset: usize,
}

/// Reads the opening tags of a file; nothing is invalid.
pub fn tags(text: &str) -> Vec<Tag> {
    let (text, _) = take_scripts(text);
    let tokens = Tokenizer::new_with_emitter(text.as_str(), DefaultEmitter::<usize>::new_with_span());
    tokens
        .flatten()
        .filter_map(|token| match token {
            Token::StartTag(tag) => Some(tag),
            _ => None,
        })
        .map(|tag| Tag {
            name: String::from_utf8_lossy(&tag.name).into_owned(),
            attributes: tag
                .attributes
                .iter()
                .map(|(name, value)| Attribute {
                    name: String::from_utf8_lossy(name).into_owned(),
                    value: String::from_utf8_lossy(&value.value).into_owned(),
                    offset: value.span.start,
                })
                .collect(),
        })
        .collect()
}

/// Reads the scripts that stand in a file's `<wxs>` tags, each with the byte at which it begins.
pub fn scripts(text: &str) -> Vec<(usize, &str)> {
    let (_, scripts) = take_bodies(text);
    scripts.into_iter().map(|(_, at, body)| (at, body)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_what_stands_in_its_tag() {
        let text = "<wxs module=\"m\">if (a < b) {}</wxs><wxs src=\"a.wxs\" module=\"a\"/><view/>";

        assert_eq!(
            scripts(text),
            [(16, "if (a < b) {}"), (text.len() - "<view/>".len(), "")]
        );
    }

    #[test]
    fn an_attribute_has_its_place_behind_a_script_too() {
        let text = "<wxs module=\"m\">if (a < b) {}</wxs>\n<!-- <image src=\"x\"/> -->\n<Image src=\"天\" mode='y'/>";

        let tags = tags(text);

        let [image] = tags.as_slice() else {
            panic!("{tags:?}")
        };
        assert_eq!(image.name, "image");
        let places: Vec<_> = image
            .attributes
            .iter()
            .map(|a| (&text[a.offset..][..a.name.len()], a.value.as_str()))
            .collect();
        assert_eq!(places, [("mode", "y"), ("src", "天")]);
    }
}
