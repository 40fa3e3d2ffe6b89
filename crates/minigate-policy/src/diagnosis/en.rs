//! English.

use super::written;
use crate::{AddressClass, Difference, Finding, Nearest, Proposal, Reason, TargetError, Verdict};

pub(super) fn headline(verdict: &Verdict) -> String {
    match &verdict.finding {
        Finding::Listed { entry } => format!("allowed by `{entry}` on the {} list", verdict.interface),
        Finding::Lan { address } => {
            format!("{address} is a neighbour in the local network and needs no entry")
        }
        Finding::Spared { reason } => {
            format!(
                "passes only because the check is skipped: {}",
                self::reason(reason, verdict)
            )
        }
        Finding::Refused { reason } if verdict.hop > 0 => {
            format!(
                "redirect {} leads astray: {}",
                verdict.hop,
                self::reason(reason, verdict)
            )
        }
        Finding::Refused { reason } => self::reason(reason, verdict),
    }
}

fn reason(reason: &Reason, verdict: &Verdict) -> String {
    let interface = verdict.interface;
    match reason {
        Reason::InvalidUrl { error } => format!("`{}` is no URL to call: {}", verdict.url, url_error(error)),
        Reason::ReservedHost { host } => {
            format!("`{host}` can't be called from an app, whatever its lists say")
        }
        Reason::Blocked { host, by } if host == by => format!("`{host}` is blocked for every app"),
        Reason::Blocked { host, by } => format!("`{host}` is blocked for every app, as all of `{by}` is"),
        Reason::NoLists { source } => format!("no domain list of {} could be had from {source}", verdict.app),
        Reason::NoDomain { error } => error.to_string(),
        Reason::WrongScheme { found, required } => format!("{interface} takes {required}, not {found}"),
        Reason::NotListed { domain, port } => {
            let port = written(*port, "");
            let list = &verdict.list;
            let version = list
                .version
                .as_ref()
                .map_or(String::new(), |name| format!(", version {name}"));
            let entries = if list.entries == 1 { "entry" } else { "entries" };
            format!(
                "`{domain}{port}` is not on the {interface} list of {} ({} {entries}{version})",
                verdict.app, list.entries
            )
        }
        Reason::PrivateAddress {
            host,
            addresses,
            public,
        } => {
            let found: Vec<_> = addresses
                .iter()
                .map(|(address, class)| format!("{address} ({})", self::class(*class)))
                .collect();
            let mixed = if *public > 0 { " beside public ones" } else { "" };
            format!("`{host}` resolves to {}{mixed}", found.join(", "))
        }
        Reason::TooManyRedirects { limit } => format!("the call was redirected more than {limit} times"),
    }
}

fn url_error(error: &TargetError) -> String {
    error.to_string()
}

const fn class(class: AddressClass) -> &'static str {
    match class {
        AddressClass::Public => "public",
        AddressClass::Loopback => "this machine",
        AddressClass::Private => "a private network",
        AddressClass::LinkLocal => "this link only",
        AddressClass::CarrierNat => "a carrier's shared network",
        AddressClass::FakeIp => "a stand-in that proxy tools hand out",
        AddressClass::Documentation => "reserved for documents",
        AddressClass::Multicast => "many receivers",
        AddressClass::Reserved => "reserved",
    }
}

pub(super) fn nearest(entry: &str, near: &Nearest) -> String {
    let interface = near.interface;
    match near.differs {
        Difference::Port { url, entry: listed } => {
            let listed = listed.map_or("without a port".to_owned(), |port| format!("with :{port}"));
            let url = written(url, "none");
            format!("{entry} is listed {listed}, the URL writes {url}")
        }
        Difference::Scheme => format!("{entry} is listed, only the scheme differs"),
        Difference::Interface => {
            format!("{entry} is on the {interface} list, and each interface has its own")
        }
        Difference::Www => format!("{entry} is listed, only `www.` differs"),
        Difference::Parent => format!("{entry} is listed, which doesn't include the names below it"),
        Difference::Child => format!("{entry} is listed, which doesn't include the names above it"),
        Difference::Sibling => format!("{entry} is listed, a neighbour below the same domain"),
        Difference::Spelling => format!("{entry} is listed and differs by a letter or two"),
    }
}

pub(super) fn proposal(proposal: &Proposal) -> String {
    match proposal {
        Proposal::AddEntry { interface, entry } => format!("add `{entry}` to the {interface} list"),
        Proposal::CallInstead { url } => format!("call `{url}` instead"),
        Proposal::UseScheme { scheme } => format!("use `{scheme}://`"),
        Proposal::WriteAbsoluteUrl => "write the URL in full, as `https://host/path`".to_owned(),
        Proposal::UseDomain => {
            "give the server a registered domain name with a certificate, and list that".to_owned()
        }
        Proposal::CallFromServer => {
            "let your own server make this call: the AppSecret and the access token stay there".to_owned()
        }
        Proposal::DeclarePrivate { host } => {
            format!(
                "let `{host}` resolve to public addresses only or, in an intranet, declare it in `private_hosts`"
            )
        }
        Proposal::LeaveFakeIp { host } => {
            format!("make your proxy tool resolve `{host}` for real (turn fake-IP off for it)")
        }
        Proposal::AskOperator => {
            "ask whoever runs the console: only a platform operator lifts a block".to_owned()
        }
        Proposal::ReachConsole { source } => {
            format!(
                "see to it that {source} can be reached and knows the app; the list is asked for again and again"
            )
        }
        Proposal::ShortenRedirects => "let the server redirect fewer times, or call the last URL".to_owned(),
    }
}
