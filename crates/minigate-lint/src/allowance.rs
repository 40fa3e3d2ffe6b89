//! Comments that allow a finding: `minigate-allow N8: the probe only asks whether the server is there`.

use std::collections::BTreeMap;

use crate::collector::Collector;
use crate::fault::Fault;
use crate::finding::Finding;
use crate::model::Span;

/// The comments of the files that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Allowances {
    by_line: BTreeMap<(String, usize), Vec<Allowance>>,
}

#[derive(Debug)]
struct Allowance {
    /// Rules or checks, by name.
    codes: Vec<String>,
    has_reason: bool,
    at: Span,
    is_used: bool,
}

impl Allowances {
    /// Finds the comments of a file: one behind code is for its line, one that stands alone for the next.
    pub(crate) fn read(&mut self, file: &str, text: &str) {
        if !text.contains(MARK) {
            return;
        }
        let (mut start, mut waiting) = (0, Vec::new());
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let allowance = allowance(line, start);
            let is_alone = starts_as_comment(line);
            match allowance {
                Some(allowance) if is_alone => waiting.push(allowance),
                other => {
                    let of_line = waiting.drain(..).chain(other);
                    let of_line: Vec<_> = of_line.collect();
                    if !of_line.is_empty() {
                        self.by_line.insert((file.to_owned(), number), of_line);
                    }
                }
            }
            start += line.len();
        }
    }

    /// Whether a finding is allowed.
    pub(crate) fn allow(&mut self, finding: &Finding) -> bool {
        let place = (finding.place.file.clone(), finding.place.line);
        let name = finding.check().name();
        let rule = finding.rule().map_or("", |rule| rule.id());
        let fits = |code: &String| code == name || code.eq_ignore_ascii_case(rule);
        let mut is_allowed = false;
        for allowance in self.by_line.get_mut(&place).into_iter().flatten() {
            if allowance.codes.iter().any(fits) {
                allowance.is_used = true;
                is_allowed |= allowance.has_reason;
            }
        }
        is_allowed
    }

    /// Tells of comments that allow nothing; `text` gives a file.
    pub(crate) fn tell<'t>(&self, text: impl Fn(&str) -> Option<&'t str>, found: &mut Collector) {
        for ((file, _), allowances) in &self.by_line {
            let Some(text) = text(file) else { continue };
            for allowance in allowances {
                let fault = if !allowance.has_reason {
                    Fault::AllowanceUnreasoned
                } else if !allowance.is_used {
                    Fault::AllowanceUnused {
                        code: allowance.codes.join(", "),
                    }
                } else {
                    continue;
                };
                found.in_text(file, text, &allowance.at, fault);
            }
        }
    }
}

fn allowance(line: &str, start: usize) -> Option<Allowance> {
    let mark = line.find(MARK)?;
    let before = line.get(..mark)?.trim_end();
    if !["//", "/*", "<!--", "*"]
        .iter()
        .any(|opening| before.ends_with(opening))
    {
        return None;
    }
    let rest = line.get(mark + MARK.len()..)?.trim_end();
    let rest = rest.trim_end_matches("*/").trim_end_matches("-->");
    let (codes, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let reason = reason.trim();
    let codes = codes.split([',', ' ']).filter(|code| !code.is_empty());
    let codes = codes.map(str::to_owned).collect();
    Some(Allowance {
        codes,
        has_reason: !reason.is_empty(),
        at: start + mark..start + line.trim_end().len(),
        is_used: false,
    })
}

fn starts_as_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "/*", "<!--"]
        .iter()
        .any(|opening| line.starts_with(opening))
}

const MARK: &str = "minigate-allow";
