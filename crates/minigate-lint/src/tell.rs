//! What people are told. A sentence that is missing in a language doesn't compile.

mod chinese;
mod english;

use std::time::Duration;

use minigate_policy::diagnosis::{Diagnosis, Lang, tell, tell_lists};
use minigate_policy::{EntryError, EntryFault, Interface, ListError, ListsError, Platform, Verdict};

pub(crate) use chinese::zh;
pub(crate) use english::en;

use crate::place::Place;

/// A diagnosis of one sentence and one remedy.
fn told(headline: impl Into<String>, remedy: impl Into<String>) -> Diagnosis {
    Diagnosis {
        rule: None,
        headline: headline.into(),
        seen: Vec::new(),
        remedies: Vec::from_iter(Some(remedy.into()).filter(|remedy| !remedy.is_empty())),
    }
}

fn verdict_told(verdict: &Verdict, seen: Vec<String>, lang: Lang) -> Diagnosis {
    let mut told = tell(verdict, lang);
    told.seen.extend(seen);
    told
}

fn entry_told(interface: Interface, text: &str, error: &EntryError, lang: Lang) -> String {
    let fault = EntryFault {
        text: text.to_owned(),
        error: error.clone(),
    };
    lists_told(
        ListError::Entries {
            interface,
            faults: vec![fault],
        },
        lang,
    )
}

fn too_many_told(interface: Interface, found: usize, limit: usize, lang: Lang) -> String {
    lists_told(
        ListError::TooMany {
            interface,
            found,
            limit,
        },
        lang,
    )
}

fn lists_told(error: ListError, lang: Lang) -> String {
    tell_lists(&ListsError(vec![error]), lang)
}

fn written(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

fn names(platforms: &[Platform]) -> String {
    platforms
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
