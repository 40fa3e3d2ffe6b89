//! Which texts are entries of a domain list, and which lists can be taken (rules D3, D4, D6 and D7).

mod support;

use minigate_policy::{Allowlist, Entry, Interface, ListError, PlatformLists, Profile, WrittenLists};
use serde::Deserialize;
use support::{load, report, same, tag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
    lists: Vec<List>,
    platform: Vec<Platform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    text: String,
    #[serde(default = "request")]
    interface: Interface,
    entry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    text: String,
    #[serde(default = "request")]
    interface: Interface,
    kind: String,
    #[serde(default)]
    domain: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    texts: Vec<String>,
    #[serde(default = "request")]
    interface: Interface,
    limit: Option<usize>,
    entries: Option<Vec<String>>,
    #[serde(default)]
    faults: Vec<String>,
    too_many: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Platform {
    json: String,
    #[serde(default)]
    request: Vec<String>,
    #[serde(default)]
    upload_file: Vec<String>,
    #[serde(default)]
    download_file: Vec<String>,
    #[serde(default)]
    connect_socket: Vec<String>,
    #[serde(default)]
    invalid: bool,
}

#[test]
fn d3_an_entry_has_one_normal_form() {
    let entries: Entries = load(FILE);

    report(FILE, &entries.accepted, |vector| {
        let name = format!("{:?} for {}", vector.text, vector.interface);
        let entry =
            Entry::parse(&vector.text, vector.interface).map_err(|error| format!("{name}: {error:?}"))?;
        same(&name, &entry.to_string(), &vector.entry)?;
        same(&name, &Entry::parse(&vector.entry, vector.interface), &Ok(entry))
    });
}

#[test]
fn d3_d4_what_is_no_entry_is_refused_for_its_own_reason() {
    let entries: Entries = load(FILE);

    report(FILE, &entries.refused, |vector| {
        let name = format!("{:?} for {}", vector.text, vector.interface);
        let error = Entry::parse(&vector.text, vector.interface)
            .err()
            .ok_or_else(|| format!("{name} is an entry"))?;
        same(&name, &tag(&error, "/kind"), &vector.kind)?;
        same(&name, &tag(&error, "/error/kind"), &vector.domain)
    });
}

#[test]
fn d6_d7_a_list_is_taken_whole_or_not_at_all() {
    let entries: Entries = load(FILE);
    let reserved = Profile::default().reserved_hosts;

    report(FILE, &entries.lists, |vector| {
        let name = format!("{:?} for {}", vector.texts, vector.interface);
        let list = Allowlist::parse(
            vector.interface,
            &vector.texts,
            vector.limit.unwrap_or(20),
            &reserved,
        );
        same(&name, &list.as_ref().ok().map(written), &vector.entries)?;
        same(
            &name,
            &list.as_ref().err().map_or(Vec::new(), faults),
            &vector.faults,
        )?;
        same(&name, &list.as_ref().err().and_then(too_many), &vector.too_many)
    });
}

#[test]
fn d2_the_platforms_own_answers_are_read_as_they_are() {
    let entries: Entries = load(FILE);

    report(FILE, &entries.platform, |vector| {
        let lists = serde_json::from_str(&vector.json)
            .ok()
            .map(|lists: PlatformLists| lists.into());
        same(&vector.json, &lists, &vector.lists())
    });
}

impl Platform {
    fn lists(&self) -> Option<WrittenLists> {
        (!self.invalid).then(|| WrittenLists {
            request: self.request.clone(),
            upload_file: self.upload_file.clone(),
            download_file: self.download_file.clone(),
            connect_socket: self.connect_socket.clone(),
        })
    }
}

fn written(list: &Allowlist) -> Vec<String> {
    list.entries().iter().map(ToString::to_string).collect()
}

fn faults(error: &ListError) -> Vec<String> {
    match error {
        ListError::Entries { faults, .. } => faults.iter().map(|fault| tag(&fault.error, "/kind")).collect(),
        _ => Vec::new(),
    }
}

fn too_many(error: &ListError) -> Option<usize> {
    match error {
        ListError::TooMany { found, .. } => Some(*found),
        _ => None,
    }
}

const fn request() -> Interface {
    Interface::Request
}

const FILE: &str = "entries.toml";

#[test]
fn what_an_entry_without_a_scheme_should_be_is_an_entry() {
    for (text, told) in [
        (
            "a.com/",
            "the scheme with its `://` is missing: write `https://a.com`",
        ),
        (
            "https:a.com",
            "the scheme with its `://` is missing: write `https://a.com`",
        ),
        ("localhost:8080", "the scheme with its `://` is missing"),
        ("", "the scheme with its `://` is missing"),
        ("https://a.com:", "there is a `:` with no port after it"),
    ] {
        let error = Entry::parse(text, Interface::Request).unwrap_err();

        assert_eq!(error.to_string(), told, "{text}");
    }
}
