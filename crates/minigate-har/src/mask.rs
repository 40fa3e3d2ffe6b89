//! Takes secrets out of a recording, the same secret always for the same placeholder.

mod entry;
mod finder;
mod forms;
mod json;
mod members;
mod multipart;
mod names;
mod secrets;
mod spans;

use crate::Har;
use finder::Finder;
use secrets::Secrets;

/// Masks what looks like a secret: values of cookies, of authorization fields, of members with names like `token` or
/// `password`, what follows `Bearer`, and texts that have the form of a key or are random. A text needn't be whole for it,
/// nor be of any format; a picture, an archive or the like is looked through for secrets that are known from elsewhere.
///
/// A secret of eight characters or more that was found in one place is replaced wherever it stands: as it is,
/// percent-encoded or in base64. JSON and forms stay what they are. A placeholder is as long as its secret where that
/// has nine characters or more; for shorter ones sizes and `content-length` follow.
///
/// ```
/// use minigate_har::{Har, Masker};
///
/// let mut har = Har::parse(br#"{"log": {"entries": [{"request": {"url": "https://a.example/?token=t0p5ecret"}}]}}"#)?;
/// Masker::mask(&mut har);
/// assert_eq!(har.log.entries[0].request.url, "https://a.example/?token=masked-1-");
/// # Ok::<(), minigate_har::HarError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Masker;

impl Masker {
    /// Masks a whole recording.
    pub fn mask(har: &mut Har) {
        let mut finder = Finder::new(Secrets::default());
        for found in &mut har.log.entries {
            entry::rewrite(found, &mut finder);
        }
        let (mut known, overflowed) = finder.into_secrets().known();
        for found in &mut har.log.entries {
            entry::rewrite(found, &mut known);
        }
        if overflowed {
            har.log.comment = OVERFLOWED.to_owned();
        }
    }
}

/// Whether a text is what a masked secret became.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let rest = text
        .strip_prefix(secrets::PREFIX)
        .and_then(|rest| rest.strip_suffix(secrets::PADDING));
    let number = rest.map(|rest| rest.trim_end_matches(secrets::PADDING));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Changes texts: the one implementation looks for secrets, the other replaces those that were found.
trait Rewrite {
    /// A text without a name; nothing where it stays.
    fn text(&mut self, text: &[u8]) -> Option<Vec<u8>>;

    /// The value of a member; nothing where it stays.
    fn value(&mut self, name: &str, value: &[u8]) -> Option<Vec<u8>>;

    /// The value of a cookie; nothing where it stays.
    fn cookie(&mut self, name: &str, value: &[u8]) -> Option<Vec<u8>>;
}

const OVERFLOWED: &str = "There are too many secrets: some are masked only where their names tell them.";

#[cfg(test)]
mod tests;
