//! English.

use super::{LeftOut, Missing};
use crate::chain::Why;
use crate::cure::{Source, WhyNot};

pub(super) fn missing(missing: &Missing) -> String {
    let Missing { subject, issued, .. } = missing;
    format!("the server leaves out the intermediate certificate `{subject}`, which issued `{issued}`")
}

pub(super) fn remedies(missing: &Missing) -> Vec<String> {
    match (&missing.source, &missing.why_not) {
        (Some(_), _) => vec![SEND_THE_FULL_CHAIN.to_owned()],
        (None, Some(why_not)) => vec![by_hand(missing), self::why_not(why_not)],
        (None, None) => vec![by_hand(missing)],
    }
    .into_iter()
    .chain(missing.source.as_ref().map(source))
    .collect()
}

fn by_hand(missing: &Missing) -> String {
    let urls = missing.urls.join(", ");
    format!(
        "append it to the certificate file that the server presents (its `fullchain`); it is published at {urls}"
    )
}

fn source(source: &Source) -> String {
    match source {
        Source::AtHand => "this host sends it elsewhere already".to_owned(),
        Source::Fetched { url } => format!("it was fetched from {url}"),
    }
}

fn why_not(why_not: &WhyNot) -> String {
    match why_not {
        WhyNot::Offline => "it wasn't fetched: nothing is, offline".to_owned(),
        WhyNot::TooHigh { limit } => format!("it wasn't fetched: {limit} certificates are missing already"),
        WhyNot::Unfetched { tried } => {
            let tried: Vec<_> = tried.iter().map(|(url, why)| format!("{url}: {why}")).collect();
            format!("it couldn't be fetched: {}", tried.join("; "))
        }
    }
}

pub(super) fn superfluous(number: usize) -> String {
    match number {
        1 => "the server sends a certificate that nobody needs".to_owned(),
        _ => format!("the server sends {number} certificates that nobody needs"),
    }
}

pub(super) fn left_out(left_out: &LeftOut) -> String {
    let number = left_out.place + 1;
    let subject = left_out.subject.as_deref().unwrap_or("?");
    let why = match left_out.why {
        Why::Duplicate { of } => format!("the same as number {}", of + 1),
        Why::Root => "a root, which whoever trusts it has".to_owned(),
        Why::Unrelated => "the chain doesn't lead through it".to_owned(),
        Why::Unreadable => "it can't be read".to_owned(),
    };
    format!("number {number}, `{subject}`: {why}")
}

pub(super) const ORDER: &str = "the certificates aren't sent in their order";
pub(super) const SEND_THE_FULL_CHAIN: &str = "let the server present the full chain that is printed here";
