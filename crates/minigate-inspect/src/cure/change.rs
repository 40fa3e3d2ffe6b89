//! The lines that meet a need, for each server software.

mod apache;
mod caddy;
mod iis;
mod nginx;
mod words;

use minigate_policy::diagnosis::Lang;
use serde::{Deserialize, Serialize};

use super::Need;
use words::Words;

/// A server software.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Software {
    /// nginx 1.18 or later, and what stems from it.
    Nginx,
    /// Apache httpd 2.4.8 or later.
    Apache,
    /// Caddy 2.
    Caddy,
    /// Internet Information Services of Windows Server 2016 or later.
    Iis,
}

impl Software {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Nginx, Self::Apache, Self::Caddy, Self::Iis];

    /// What its makers call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "Apache",
            Self::Caddy => "Caddy",
            Self::Iis => "IIS",
        }
    }
}

/// What to change, for one server software.
///
/// The lines of nginx, Apache and Caddy are checked by these programs in a test of this crate. Those for IIS, which are
/// PowerShell, follow Microsoft's documentation and haven't been tried.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Whose lines they are.
    pub software: Software,
    /// Where the lines go.
    pub place: String,
    /// The lines, with comments; files stand in a folder that is named for the host.
    pub lines: String,
    /// What to call then, if anything.
    pub then: Option<String>,
}

/// What to change for a need, for each server software.
///
/// ```
/// use minigate_inspect::cure::{Need, changes};
/// use minigate_policy::diagnosis::Lang;
///
/// let [nginx, ..] = changes(Need::Versions, "api.example.com", Lang::En);
/// assert!(nginx.lines.ends_with("ssl_protocols TLSv1.2 TLSv1.3;"));
/// assert_eq!(nginx.then.as_deref(), Some("nginx -t && nginx -s reload"));
/// ```
#[must_use]
pub fn changes(need: Need, host: &str, lang: Lang) -> [Change; 4] {
    let words = Words { lang, need };
    Software::ALL.map(|software| change(software, need, stem(host), words))
}

fn change(software: Software, need: Need, stem: &str, words: Words) -> Change {
    let lines = match software {
        Software::Nginx => nginx::lines(need, stem),
        Software::Apache => apache::lines(need, stem),
        Software::Caddy => caddy::lines(need, stem),
        Software::Iis => iis::lines(need, stem),
    };
    let comments = words
        .comments(software)
        .into_iter()
        .map(|text| format!("# {text}"));
    let lines: Vec<_> = comments.chain(lines).collect();
    Change {
        software,
        place: words.place(software),
        lines: lines.join("\n"),
        then: then(software, need).map(str::to_owned),
    }
}

const fn then(software: Software, need: Need) -> Option<&'static str> {
    match (software, need) {
        (Software::Nginx, _) => Some("nginx -t && nginx -s reload"),
        (Software::Apache, _) => Some("apachectl configtest && apachectl graceful"),
        (Software::Caddy, _) => Some("caddy validate --config Caddyfile && caddy reload --config Caddyfile"),
        (Software::Iis, Need::Versions | Need::OldVersions | Need::Staple) => Some("Restart-Computer"),
        (Software::Iis, Need::FullChain | Need::Suites | Need::Groups) => Some("iisreset"),
        (Software::Iis, _) => None,
    }
}

/// The name of a folder; a host with anything unusual in it may be anybody's, and these lines are copied.
fn stem(host: &str) -> &str {
    let is_usual = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    let is_name = host.starts_with(|first: char| first.is_ascii_alphanumeric());
    if is_name && host.len() <= 253 && host.chars().all(is_usual) {
        host
    } else {
        "site"
    }
}

/// ECDHE with AES-GCM, in OpenSSL's words: the suites of TLS 1.2 that phones have had since Android 5 and iOS 9.
const OPENSSL_SUITES: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
     ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
/// ECDHE with AES-CBC, which is what phones without TLS 1.2 have; OpenSSL 3 allows their version at its lowest level only.
const OPENSSL_OLD_SUITES: &str = "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0";
/// The suites without CBC in the words of the registry.
const SUITES: [&str; 4] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
];
