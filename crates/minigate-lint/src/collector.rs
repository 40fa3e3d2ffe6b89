//! Findings on their way to the report.

use std::collections::BTreeSet;

use minigate_policy::diagnosis::Lang;

use crate::fault::Fault;
use crate::finding::Finding;
use crate::model::{Module, Span};
use crate::place::{Place, quoted};

/// Gathers findings, each once.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    findings: Vec<Finding>,
    seen: BTreeSet<(Place, String)>,
}

impl Collector {
    /// A fault in a module.
    pub(crate) fn in_module(&mut self, module: &Module, at: &Span, fault: Fault) {
        self.in_text(&module.path, &module.source, at, fault);
    }

    /// A fault in a file of which the text is at hand.
    pub(crate) fn in_text(&mut self, file: &str, text: &str, at: &Span, fault: Fault) {
        let place = Place::of(file, text, at);
        let quote = quoted(text, place.line);
        let quote = match (&fault, text.get(at.clone())) {
            (Fault::Secret { .. }, Some(secret)) => quote.map(|quote| masked(&quote, secret)),
            _ => quote,
        };
        self.add(place, quote, fault);
    }

    /// A fault of a file as a whole.
    pub(crate) fn of_file(&mut self, file: &str, fault: Fault) {
        self.add(Place::start_of(file), None, fault);
    }

    fn add(&mut self, place: Place, quote: Option<String>, fault: Fault) {
        let headline = fault.tell(Lang::En).headline;
        if self.seen.insert((place.clone(), headline)) {
            let severity = fault.severity();
            self.findings.push(Finding {
                severity,
                place,
                quote,
                fault,
            });
        }
    }

    /// All of them, by place.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by(|one, other| one.place.cmp(&other.place));
        self.findings
    }
}

/// A line in which a secret isn't to be read: reports end up in the logs of build servers.
fn masked(line: &str, secret: &str) -> String {
    let digits: Vec<_> = secret
        .split(|c: char| !c.is_ascii_hexdigit())
        .filter(|part| part.len() == 32)
        .collect();
    digits.into_iter().fold(line.to_owned(), |line, digits| {
        let shown: String = digits.chars().take(4).collect();
        line.replace(digits, &format!("{shown}…"))
    })
}
