//! How deep a text is nested, found without recursion.
//!
//! This decides on how much stack the parser gets, so it may say too much but never too little. A `/` that could
//! begin a regular expression as well as divide, an escape in a name, a bracket that closes another: where the text
//! leaves any doubt, there is no answer.

/// What a parser that follows nesting by recursion can need at most.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Nesting {
    /// The most brackets that are open at the same time.
    pub(super) brackets: usize,
    /// The bytes of everything else that may nest: each sign, each word of the language, one or a few for a name or a
    /// literal.
    pub(super) bytes: usize,
}

/// Measures a text; none in doubt.
pub(super) fn measure(source: &str) -> Option<Nesting> {
    let mut scan = Scan {
        source,
        at: 0,
        open: Vec::new(),
        nesting: Nesting::default(),
        slash: Slash::Regex,
        word: "",
        after_dot: false,
        after_break: false,
    };
    scan.skip_marker();
    while scan.step()? {}
    scan.open.is_empty().then_some(scan.nesting)
}

/// What a `/` means at a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Slash {
    Regex,
    Division,
    Unsure,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Open {
    /// With what a `/` means after it closes.
    Paren(Slash),
    Square,
    Brace,
    /// `${` in a template.
    Template,
}

struct Scan<'s> {
    source: &'s str,
    at: usize,
    open: Vec<Open>,
    nesting: Nesting,
    /// What a `/` would mean here.
    slash: Slash,
    /// The word just passed, or nothing after anything else.
    word: &'s str,
    after_dot: bool,
    after_break: bool,
}

impl<'s> Scan<'s> {
    /// Passes one token or blank; false at the end.
    fn step(&mut self) -> Option<bool> {
        let Some(byte) = self.peek(0) else {
            return Some(false);
        };
        match byte {
            b'\n' | b'\r' => self.pass_break(),
            b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
            b'/' => self.pass_slash()?,
            b'"' | b'\'' => self.pass_string(byte)?,
            b'`' => self.pass_template()?,
            b'0'..=b'9' => self.pass_number()?,
            b'(' | b'[' | b'{' => self.enter(byte),
            b')' | b']' | b'}' => self.leave(byte)?,
            0x80.. if self.pass_rare_blank() => {}
            _ if is_word(byte) => self.pass_word()?,
            _ => self.pass_sign(byte)?,
        }
        Some(true)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Notes that a token has ended, with what a `/` means after it.
    fn passed(&mut self, bytes: usize, slash: Slash) {
        self.nesting.bytes += bytes;
        self.slash = slash;
        self.word = "";
        self.after_dot = false;
        self.after_break = false;
    }

    fn pass_break(&mut self) {
        self.at += 1;
        self.after_break = true;
    }

    fn pass_rare_blank(&mut self) -> bool {
        let blank = self.rest().chars().next().filter(|c| c.is_whitespace());
        self.at += blank.map_or(0, char::len_utf8);
        self.after_break |= blank.is_some_and(|c| LINE_BREAKS.contains(&c));
        blank.is_some()
    }

    fn skip_marker(&mut self) {
        if self.source.starts_with("#!") {
            self.pass_line_comment();
        }
    }

    fn pass_line_comment(&mut self) {
        let rest = self.rest();
        self.at += rest.find(LINE_BREAKS).unwrap_or(rest.len());
    }

    fn pass_block_comment(&mut self) -> Option<()> {
        let inside = self.source.get(self.at + 2..)?;
        let end = inside.find("*/")?;
        self.after_break |= inside.get(..end)?.contains(LINE_BREAKS);
        self.at += end + 4;
        Some(())
    }

    fn pass_slash(&mut self) -> Option<()> {
        match (self.peek(1), self.slash) {
            (Some(b'/'), _) => self.pass_line_comment(),
            (Some(b'*'), _) => self.pass_block_comment()?,
            (_, Slash::Regex) => self.pass_regex()?,
            (_, Slash::Division) => {
                self.at += 1;
                self.passed(1, Slash::Regex);
            }
            (_, Slash::Unsure) => return None,
        }
        Some(())
    }

    fn pass_regex(&mut self) -> Option<()> {
        self.at += 1;
        let mut in_class = false;
        loop {
            match self.peek(0)? {
                b'\n' | b'\r' => return None,
                b'\\' => self.at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => break,
                _ => {}
            }
            self.pass_literal_char()?;
        }
        self.at += 1;
        self.passed(3, Slash::Division);
        Some(())
    }

    /// Passes a character inside of a regular expression, where the rarer line breaks end it, too.
    fn pass_literal_char(&mut self) -> Option<()> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        (!LINE_BREAKS.contains(&c)).then_some(())
    }

    fn pass_string(&mut self, quote: u8) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                b'\n' | b'\r' => return None,
                b'\\' => self.pass_escape(),
                byte if byte == quote => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.passed(2, Slash::Division);
        Some(())
    }

    fn pass_escape(&mut self) {
        let is_pair = self.peek(1) == Some(b'\r') && self.peek(2) == Some(b'\n');
        self.at += if is_pair { 3 } else { 2 };
    }

    /// Passes a template from its beginning, or from the end of something inserted, to its end or the next insertion.
    fn pass_template(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    self.passed(2, Slash::Division);
                    return Some(());
                }
                b'$' if self.peek(1) == Some(b'{') => {
                    self.at += 2;
                    self.passed(3, Slash::Regex);
                    self.push(Open::Template);
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    /// A number is taken for one only where no word could begin inside it.
    fn pass_number(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '\\')));
        let number = rest.get(..end.unwrap_or(rest.len()))?;
        let digits = number.strip_suffix('n').unwrap_or(number);
        let is_plain = match digits.as_bytes() {
            [b'0', b'x' | b'X', digits @ ..] => digits
                .iter()
                .all(|byte| byte.is_ascii_hexdigit() || *byte == b'_'),
            [b'0', b'b' | b'B' | b'o' | b'O', digits @ ..] => {
                digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_')
            }
            digits => is_decimal(digits),
        };
        self.at += number.len();
        self.passed(1, Slash::Division);
        is_plain.then_some(())
    }

    fn enter(&mut self, byte: u8) {
        let opened = match byte {
            b'(' => Open::Paren(self.slash_after_paren()),
            b'[' => Open::Square,
            _ => Open::Brace,
        };
        self.at += 1;
        self.passed(1, Slash::Regex);
        self.push(opened);
    }

    fn push(&mut self, opened: Open) {
        self.open.push(opened);
        self.nesting.brackets = self.nesting.brackets.max(self.open.len());
    }

    /// After a condition comes a statement, which may begin with a regular expression.
    fn slash_after_paren(&self) -> Slash {
        match self.word {
            "if" | "while" | "for" | "with" => Slash::Regex,
            "await" => Slash::Unsure,
            _ => Slash::Division,
        }
    }

    fn leave(&mut self, byte: u8) -> Option<()> {
        let slash = match (self.open.pop()?, byte) {
            (Open::Template, b'}') => return self.pass_template(),
            (Open::Paren(slash), b')') => slash,
            (Open::Square, b']') => Slash::Division,
            (Open::Brace, b'}') => Slash::Unsure,
            _ => return None,
        };
        self.at += 1;
        self.passed(1, slash);
        Some(())
    }

    fn pass_word(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
        let word = rest
            .get(..end.unwrap_or(rest.len()))
            .filter(|word| !word.is_empty())?;
        let (slash, is_name) = if self.after_dot {
            (Slash::Division, true)
        } else {
            slash_after_word(word)
        };
        self.at += word.len();
        self.passed(if is_name { 1 } else { word.len() + 1 }, slash);
        self.word = if is_name { "" } else { word };
        Some(())
    }

    fn pass_sign(&mut self, byte: u8) -> Option<()> {
        let rest = self.rest();
        if rest.starts_with("<!--") || rest.starts_with("-->") {
            return None;
        }
        if rest.starts_with("++") || rest.starts_with("--") {
            self.pass_step();
            return Some(());
        }
        if !is_sign(byte) {
            return None;
        }
        self.at += 1;
        self.passed(1, Slash::Regex);
        if matches!(byte, b'.' | b'#') {
            self.slash = Slash::Unsure;
            self.after_dot = !rest.starts_with("...");
            if !self.after_dot {
                self.at += 2;
                self.slash = Slash::Regex;
            }
        }
        Some(())
    }

    /// `++` or `--`: what stands before on the line is stepped, or else what follows.
    fn pass_step(&mut self) {
        let steps_before = self.slash == Slash::Division && !self.after_break;
        self.at += 2;
        self.passed(
            2,
            if steps_before {
                Slash::Division
            } else {
                Slash::Unsure
            },
        );
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

fn is_sign(byte: u8) -> bool {
    b"!#%&*+,-.:;<=>?@^|~".contains(&byte)
}

/// Digits with at most a point and an exponent; two points are left in doubt.
fn is_decimal(digits: &[u8]) -> bool {
    let points = digits.iter().filter(|byte| **byte == b'.').count();
    let exponents = digits.iter().filter(|byte| matches!(byte, b'e' | b'E')).count();
    let is_known = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'e' | b'E');
    points <= 1 && exponents <= 1 && digits.iter().all(is_known)
}

/// What a `/` means after a word, and whether the word is a name.
fn slash_after_word(word: &str) -> (Slash, bool) {
    match word {
        "return" | "typeof" | "case" | "do" | "else" | "in" | "instanceof" | "new" | "void" | "delete"
        | "throw" | "extends" | "default" => (Slash::Regex, false),
        "this" | "super" | "null" | "true" | "false" => (Slash::Division, false),
        "break" | "continue" | "debugger" | "await" | "yield" | "of" | "let" | "static" | "async" | "get"
        | "set" | "accessor" | "if" | "while" | "for" | "with" | "function" | "class" | "var" | "const"
        | "import" | "export" | "try" | "catch" | "finally" | "switch" | "enum" | "using" | "from" | "as"
        | "defer" | "source" => (Slash::Unsure, false),
        _ => (Slash::Division, true),
    }
}

/// What ends a line, in the eyes of the language.
const LINE_BREAKS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_literals_and_comments_do_not_nest() {
        for text in [
            r#"'((' + "[[" + `{{`"#,
            "a = /[(/]((/g",
            "x // ((\n",
            "/* (( */ 1 / 2",
            "if (a) /(((/.test(b)",
            "a[0] / 2 / (3)",
            "i++ / 2; x.if(1) / (2)",
            "return\u{a0}/((/",
            "#!/(((\n1",
        ] {
            assert!(
                measure(text).is_some_and(|nesting| nesting.brackets <= 1),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_inserted_in_a_template_nests() {
        assert_eq!(measure("`${`${[1]}`}${2}` / 2").unwrap().brackets, 3);
        assert_eq!(measure("f(() => { a([]) })").unwrap().brackets, 4);
    }

    #[test]
    fn in_doubt_there_is_no_answer() {
        for text in [
            "({}) => {} /'/; ((('",
            "++/'/; ((('",
            "await (a) /'/; ((('",
            "yield /'/; ((('",
            "\\u0069f (a) /'/; ((('",
            "yield\u{a0}/'/; ((('",
            "3in/'/; ((('",
            "a <!-- '\n((('",
            "'a\n(((",
            "/a\u{2028}(((/",
            "(]",
            "(((",
            ")",
            "`${",
        ] {
            assert_eq!(measure(text), None, "{text}");
        }
    }

    #[test]
    fn a_comment_ends_where_the_language_ends_lines() {
        assert_eq!(measure("// a\u{2028}((1))").unwrap().brackets, 2);
        assert_eq!(measure("a\n++\n/'/; ((('"), None);
    }
}
