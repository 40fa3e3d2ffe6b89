//! URLs in a style sheet: `url()`, `@import`, and texts in functions such as `image-set()`.

use cssparser::{ParseError, Parser, Token};

use super::Found;
use super::text::{Tail, urls_in};

pub(super) fn of_text(path: &str, text: &str, found: &mut Found) {
    let mut sheet = Parser::new(text);
    walk(&mut sheet, Within::Block, &mut |url, end| {
        let before = text.get(..end).unwrap_or_default();
        let start = before.rfind(url).unwrap_or(end);
        for (offset, url) in urls_in(url, Tail::Closed) {
            let start = start + offset;
            found.loose(path, text, &(start..start + url.len()), url);
        }
    });
}

/// What tokens stand in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Within {
    Block,
    /// A function's text can be a URL.
    Function,
}

/// Hands on what can be a URL, each with the byte behind it; comments are none.
fn walk(sheet: &mut Parser<'_>, within: Within, note: &mut dyn FnMut(&str, usize)) {
    let mut is_import = false;
    while let Ok(token) = sheet.next() {
        let token = token.clone();
        let end = sheet.position().byte_index();
        match &token {
            Token::UnquotedUrl(url) => note(url, end),
            Token::QuotedString(text) if is_import || within == Within::Function => note(text, end),
            Token::Function(_) => nested(sheet, Within::Function, note),
            Token::CurlyBracketBlock | Token::ParenthesisBlock | Token::SquareBracketBlock => {
                nested(sheet, Within::Block, note);
            }
            _ => {}
        }
        is_import = matches!(&token, Token::AtKeyword(name) if name.eq_ignore_ascii_case("import"));
    }
}

fn nested(sheet: &mut Parser<'_>, within: Within, note: &mut dyn FnMut(&str, usize)) {
    // The parser passes over what is nested too deeply.
    let _: Result<(), ParseError<()>> = sheet.parse_nested_block(|block| {
        walk(block, within, note);
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_a_style_sheet_loads_what_its_functions_and_imports_name() {
        let text = "@import 'https://a.com/a.wxss';\n/* url(https://comment.com/) */\n\
            @font-face { src: url(\"https://b.com/f.woff2\") format('woff2') }\n\
            .x { content: 'https://text.com'; background: image-set('https://c.com/1.png' 1x), url( https://d.com/2 ) }\n\
            // it's\n.y { mask: url(data:image/svg+xml,http://www.w3.org/) }";
        let mut found = Found::default();

        of_text("a.wxss", text, &mut found);

        let found: Vec<_> = found
            .urls
            .iter()
            .map(|url| (url.url.as_str(), url.place.line))
            .collect();
        assert_eq!(
            found,
            [
                ("https://a.com/a.wxss", 1),
                ("https://b.com/f.woff2", 3),
                ("https://c.com/1.png", 4),
                ("https://d.com/2", 4)
            ]
        );
    }
}
