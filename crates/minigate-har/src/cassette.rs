//! A recording that is played: which entry answers what is asked.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::Url;

use crate::model::field;
use crate::{Entry, Har, HarError, Mishap, Outcome, pattern};

/// A recording that is played.
///
/// An entry answers a request of the same method and URL. Where there are several, one with the same body comes first,
/// then they come in their order, and the last comes again and again.
#[derive(Debug)]
pub struct Cassette {
    tracks: Vec<Track>,
}

#[derive(Debug)]
struct Track {
    url: Url,
    entry: Entry,
    body: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Fresh,
    /// It is expected to be asked for.
    Cued,
    Played,
}

/// What is asked, once it is there as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The method.
    pub method: &'a str,
    /// The URL.
    pub url: &'a Url,
    /// `content-type`.
    pub mime: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What will become of a hop that is about to be dialled.
#[derive(Clone, Debug, PartialEq)]
pub enum Cue {
    /// It is answered: [`Cassette::play`] says with what.
    Answered,
    /// It goes wrong before it is answered.
    Fails(Mishap),
    /// Nothing was recorded for it, or not all of it.
    NotRecorded(NotRecorded),
}

/// Something was asked that the recording doesn't have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the recording has no answer to {method} {url}")]
pub struct NotRecorded {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Method and URL of the entry that is most like it.
    pub nearest: Option<String>,
    /// Whether there is an answer, but too long a one to be kept.
    pub cut: bool,
}

/// The entry that answers a request.
#[derive(Clone, Copy, Debug)]
pub struct Take<'a> {
    /// The entry.
    pub entry: &'a Entry,
}

impl Cassette {
    /// Takes the entries that were asked of the network, in the order of their beginnings.
    ///
    /// # Errors
    /// [`HarError::Malformed`] where a URL or a body isn't one, [`HarError::Empty`] where nothing is left to play.
    pub fn new(har: Har) -> Result<Self, HarError> {
        let mut tracks = Vec::with_capacity(har.log.entries.len());
        for (index, entry) in har.log.entries.into_iter().enumerate() {
            if was_refused(&entry) || entry.request.url.starts_with("data:") {
                continue;
            }
            let track = Track::of(entry).map_err(|error| error.in_entry(index))?;
            tracks.push(track);
        }
        // Some programs write entries when they end.
        tracks.sort_by(|one, other| one.entry.started_date_time.cmp(&other.entry.started_date_time));
        if tracks.is_empty() {
            return Err(HarError::Empty);
        }
        Ok(Self { tracks })
    }

    /// The hosts that were asked.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        let hosts = self.tracks.iter().filter_map(|track| track.url.host_str());
        hosts.map(str::to_owned).collect()
    }

    /// The addresses of a host whose calls were all refused for what it resolves to.
    #[must_use]
    pub fn refused_addresses(&self, host: &str) -> Option<Vec<IpAddr>> {
        let mut of_host = self
            .tracks
            .iter()
            .filter(|track| track.url.host_str() == Some(host));
        let is_refused = |track: &&Track| !track.is_answered() && track.mishap().is_none();
        let first = of_host.clone().next()?;
        if !of_host.all(|track| is_refused(&track)) {
            return None;
        }
        let addresses = &first.entry.facts.as_ref()?.addresses;
        Some(
            addresses
                .iter()
                .filter_map(|address| address.parse().ok())
                .collect(),
        )
    }

    /// The kind of fault that a host's certificate had and a skipped check let pass: `expired` and so on.
    #[must_use]
    pub fn spared(&self, host: &str) -> Option<&str> {
        let of_host = self
            .tracks
            .iter()
            .filter(|track| track.url.host_str() == Some(host));
        let mut faults = of_host.filter_map(|track| Some(&track.entry.facts.as_ref()?.spared));
        let kind = |fault: &'_ serde_json::Value| fault.is_object() || fault.is_string();
        let fault = faults.find(|fault| kind(fault))?;
        let key = fault.as_object().and_then(|members| members.keys().next());
        key.map(String::as_str).or(fault.as_str())
    }

    /// Whether a host answered over h2.
    #[must_use]
    pub fn speaks_http2(&self, host: &str) -> bool {
        self.tracks
            .iter()
            .any(|track| track.url.host_str() == Some(host) && is_http2(&track.entry.response.http_version))
    }

    /// Says what will become of a hop before it is dialled, and keeps an answer ready for it.
    pub fn cue(&mut self, method: &str, url: &Url) -> Cue {
        let matching = self.matching(method, url);
        let fresh = matching
            .iter()
            .find(|index| self.state(**index) == Some(State::Fresh));
        let Some(index) = fresh.or(matching.last()).copied() else {
            return Cue::NotRecorded(self.not_recorded(method, url));
        };
        let Some(track) = self.tracks.get_mut(index) else {
            return Cue::Answered;
        };
        if track.entry.facts.as_ref().is_some_and(|facts| facts.cut) {
            let missing = self.not_recorded(method, url);
            return Cue::NotRecorded(NotRecorded { cut: true, ..missing });
        }
        let mishap = track.mishap();
        if track.state == State::Fresh {
            track.state = if mishap.is_some() {
                State::Played
            } else {
                State::Cued
            };
        }
        mishap.map_or(Cue::Answered, Cue::Fails)
    }

    /// The entry that answers a request; nothing where only failures were recorded for it, or nothing at all.
    pub fn play(&mut self, ask: &Ask<'_>) -> Option<Take<'_>> {
        let mut matching = self.matching(ask.method, ask.url);
        matching.retain(|index| self.tracks.get(*index).is_some_and(Track::is_answered));
        let index = self.choose(&matching, ask)?;
        let track = self.tracks.get_mut(index)?;
        track.state = State::Played;
        Some(Take { entry: &track.entry })
    }

    /// What a request has that the recording doesn't.
    #[must_use]
    pub fn not_recorded(&self, method: &str, url: &Url) -> NotRecorded {
        let likeness = |track: &Track| {
            let is_same = track.entry.request.method == method;
            strsim::jaro_winkler(track.url.as_str(), url.as_str()) + if is_same { 0.1 } else { 0.0 }
        };
        let nearest = self
            .tracks
            .iter()
            .take(MOST_COMPARED)
            .max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        NotRecorded {
            method: method.to_owned(),
            url: url.to_string(),
            nearest: nearest.map(|track| format!("{} {}", track.entry.request.method, track.url)),
            cut: false,
        }
    }

    fn choose(&self, matching: &[usize], ask: &Ask<'_>) -> Option<usize> {
        let same: Vec<_> = matching
            .iter()
            .copied()
            .filter(|index| self.has_body(*index, ask))
            .collect();
        let unplayed = |among: &[usize], state| {
            let found = among.iter().find(|index| self.state(**index) == Some(state));
            found.copied()
        };
        unplayed(&same, State::Cued)
            .or_else(|| unplayed(&same, State::Fresh))
            .or_else(|| same.last().copied())
            .or_else(|| unplayed(matching, State::Cued))
            .or_else(|| unplayed(matching, State::Fresh))
            .or_else(|| matching.last().copied())
    }

    fn matching(&self, method: &str, url: &Url) -> Vec<usize> {
        let asked = without_fragment(url);
        let fits = |track: &Track| {
            track.entry.request.method.eq_ignore_ascii_case(method)
                && pattern::is_url(track.url.as_str(), &asked)
        };
        let found = self.tracks.iter().enumerate().filter(|(_, track)| fits(track));
        found.map(|(index, _)| index).collect()
    }

    fn state(&self, index: usize) -> Option<State> {
        self.tracks.get(index).map(|track| track.state)
    }

    fn has_body(&self, index: usize, ask: &Ask<'_>) -> bool {
        let Some(track) = self.tracks.get(index) else {
            return false;
        };
        let mime = field(&track.entry.request.headers, "content-type").unwrap_or_default();
        match (boundary(mime), boundary(ask.mime)) {
            // Each run has a boundary of its own.
            (Some(recorded), Some(asked)) => {
                let recorded = without(&track.body, recorded);
                pattern::is_body(&recorded, &without(ask.body, asked))
            }
            _ => pattern::is_body(&track.body, ask.body),
        }
    }
}

impl Track {
    fn of(entry: Entry) -> Result<Self, HarError> {
        let url = parse(&entry.request.url)?;
        let body = entry.posted()?;
        // So that what is broken shows before the run, not in its middle.
        entry.response.content.plain()?;
        entry.response.content.raw()?;
        Ok(Self {
            url,
            entry,
            body,
            state: State::Fresh,
        })
    }

    const fn is_answered(&self) -> bool {
        self.entry.response.status != 0
    }

    /// How it went wrong before there was an answer.
    fn mishap(&self) -> Option<Mishap> {
        let facts = self.entry.facts.as_ref();
        let is_refused = facts.is_some_and(|facts| facts.outcome == Outcome::Refused);
        if self.is_answered() || is_refused {
            return None;
        }
        let known = facts.and_then(|facts| facts.mishap.clone());
        Some(known.unwrap_or_else(|| Mishap::in_chromiums_words(self.entry.response.error.as_deref())))
    }
}

impl Mishap {
    /// What a browser's export says of an exchange without an answer.
    fn in_chromiums_words(error: Option<&str>) -> Self {
        let broken = |how: &str| Self::Broken {
            how: how.to_owned(),
            reason: None,
        };
        match error.unwrap_or_default().trim_start_matches("net::") {
            "ERR_NAME_NOT_RESOLVED" => Self::Unresolved { reason: None },
            "ERR_TIMED_OUT" | "ERR_ABORTED" => Self::Silence {
                phase: "head".to_owned(),
            },
            "ERR_EMPTY_RESPONSE" => broken("empty"),
            "ERR_CONNECTION_RESET" => broken("reset"),
            "ERR_CONNECTION_CLOSED" => broken("truncated"),
            _ => Self::NotConnected {
                how: "connection refused".to_owned(),
                peer: String::new(),
            },
        }
    }
}

/// Whether it never left: on replay, the same rules refuse it again.
fn was_refused(entry: &Entry) -> bool {
    entry.response.status == 0 && entry.facts.as_ref().is_some_and(|facts| !facts.left)
}

fn parse(text: &str) -> Result<Url, HarError> {
    let url = Url::parse(text).map_err(|error| HarError::Malformed {
        place: "request.url".to_owned(),
        reason: format!("{error}: {}", text.chars().take(200).collect::<String>()),
    })?;
    Url::parse(&without_fragment(&url)).map_err(|error| HarError::Malformed {
        place: "request.url".to_owned(),
        reason: error.to_string(),
    })
}

fn without_fragment(url: &Url) -> String {
    url[..url::Position::AfterQuery].to_owned()
}

/// `HTTP/2`, `http/2.0` and `h2`; and HTTP/3, which is told as the same.
fn is_http2(version: &str) -> bool {
    let version = version.to_ascii_lowercase();
    ["h2", "h3", "http/2", "http/3"]
        .iter()
        .any(|name| version.starts_with(name))
}

fn boundary(mime: &str) -> Option<&str> {
    let (_, rest) = mime.split_once("boundary=")?;
    let value = rest
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .trim_matches('"');
    (!value.is_empty()).then_some(value)
}

fn without(body: &[u8], boundary: &str) -> Vec<u8> {
    match aho_corasick::AhoCorasick::new([boundary]) {
        Ok(finder) => finder.replace_all_bytes(body, &[b"boundary"]),
        Err(_) => body.to_vec(),
    }
}

const MOST_COMPARED: usize = 2000;

#[cfg(test)]
mod tests;
