//! The pages that list the failures for readers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::rows::{Row, Text, Wording, rows};

/// Run with `UPDATE_TABLES=1` to write the pages anew.
#[test]
fn the_pages_of_errors_are_those_of_the_tests() {
    for (file, language) in [("errors.md", Language::En), ("errors.zh-CN.md", Language::Zh)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs")
            .join(file);
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let wanted = format!("{before}{BEGIN}\n{}{END}{after}", table(language));
        if std::env::var_os("UPDATE_TABLES").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap();
        assert!(
            found == wanted,
            "docs/{file} is out of date: run `UPDATE_TABLES=1 cargo test -p minigate --test errors`"
        );
    }
}

#[derive(Clone, Copy)]
enum Language {
    En,
    Zh,
}

impl Language {
    fn of(self, text: &Text) -> &str {
        match self {
            Self::En => &text.en,
            Self::Zh => &text.zh,
        }
    }

    const fn head(self) -> &'static str {
        match self {
            Self::En => "| `errMsg` | errno | When | What to do |\n|---|---|---|---|\n",
            Self::Zh => "| `errMsg` | errno | 何时出现 | 怎么办 |\n|---|---|---|---|\n",
        }
    }
}

fn table(language: Language) -> String {
    let mut table = language.head().to_owned();
    for row in rows() {
        let errno = row
            .errno
            .map_or_else(|| "–".to_owned(), |errno| errno.to_string());
        let (when, remedy) = (language.of(&row.when), language.of(&row.remedy));
        writeln!(table, "| {} | {errno} | {when} | {remedy} |", all_words(&row)).unwrap();
    }
    table
}

/// The newest words, and under them those of the clients that have others.
fn all_words(row: &Row) -> String {
    let newest = row.words(Wording::Canonical);
    let mut words = format!("`{newest}`");
    for wording in Wording::ALL {
        let own = row.words(wording);
        if own != newest {
            write!(words, "<br>{}: `{own}`", wording.name()).unwrap();
        }
    }
    words
}

const BEGIN: &str = "<!-- errors: made by `UPDATE_TABLES=1 cargo test -p minigate --test errors` -->";
const END: &str = "<!-- errors end -->";
