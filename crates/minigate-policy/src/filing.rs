//! A register of filings (rule D5).

use std::collections::BTreeMap;

use crate::{Domain, DomainError};

/// Which registrable domains have an ICP filing.
///
/// Written as lines of `domain` or `domain,licence`; a first line that begins with `domain`, empty lines and those that
/// begin with `#` don't count.
///
/// ```
/// use minigate_policy::{Domain, Filings};
///
/// let filings = Filings::parse("domain,licence\nexample.com,京ICP备00000001号\n")?;
///
/// assert_eq!(filings.licence(&Domain::parse("api.example.com")?), Some("京ICP备00000001号"));
/// assert_eq!(filings.licence(&Domain::parse("example.org")?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filings(BTreeMap<Domain, String>);

/// A line of a register that can't be taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct FilingError {
    /// Which line, counted from 1.
    pub line: usize,
    /// What is wrong with its domain.
    pub error: DomainError,
}

impl Filings {
    /// Reads a register.
    ///
    /// # Errors
    /// The first line whose domain is none.
    pub fn parse(text: &str) -> Result<Self, FilingError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().enumerate();
        let filed = lines.filter(|(at, line)| is_filing(*at, line));
        let filed = filed.map(|(at, line)| read(line).map_err(|error| FilingError { line: at + 1, error }));
        Ok(Self(filed.collect::<Result<_, _>>()?))
    }

    /// The licence of a domain's filing, which may be empty; it is that of the registrable domain or of one between.
    #[must_use]
    pub fn licence(&self, domain: &Domain) -> Option<&str> {
        let mut name = Some(domain.clone());
        while let Some(domain) = name {
            if let Some(licence) = self.0.get(&domain) {
                return Some(licence);
            }
            name = domain.parent();
        }
        None
    }
}

impl Domain {
    /// The part that somebody registered: `example.com.cn` of `api.example.com.cn`; none where it is a public suffix.
    #[must_use]
    pub fn registrable(&self) -> Option<&str> {
        psl::domain_str(self.as_str())
    }
}

fn is_filing(at: usize, line: &str) -> bool {
    let line = line.trim();
    let is_heading = at == 0 && line.split(',').next() == Some("domain");
    !(line.is_empty() || line.starts_with('#') || is_heading)
}

fn read(line: &str) -> Result<(Domain, String), DomainError> {
    let (domain, licence) = line.split_once(',').unwrap_or((line, ""));
    Ok((Domain::parse(domain.trim())?, licence.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d5_a_filing_holds_for_every_name_below_its_domain() {
        let filings = Filings::parse("# ours\nExample.com.cn\n\n例子.中国,沪ICP备1号\n").unwrap();
        let licence = |name: &str| filings.licence(&Domain::parse(name).unwrap());

        assert_eq!(licence("a.b.example.com.cn"), Some(""));
        assert_eq!(licence("api.例子.中国"), Some("沪ICP备1号"));
        assert_eq!(licence("notexample.com.cn"), None);
    }

    #[test]
    fn d5_a_wrong_line_is_named() {
        let error = Filings::parse("domain\nexample.com\n1.2.3.4\n").unwrap_err();

        assert_eq!(
            error.to_string(),
            "line 3: `1.2.3.4` is the address 1.2.3.4, not a domain"
        );
    }

    #[test]
    fn d5_what_is_filed_is_the_registrable_part() {
        let registrable = |name: &str| Domain::parse(name).unwrap().registrable().map(str::to_owned);

        assert_eq!(
            registrable("api.example.com.cn").as_deref(),
            Some("example.com.cn")
        );
        assert_eq!(registrable("com.cn"), None);
    }
}
