//! Where a finding is.

use std::net::SocketAddr;

use minigate_lint::Place;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region,
};

/// A place as SARIF has it.
pub(crate) trait Sited {
    fn location(&self) -> Location;
}

/// A place in a file.
#[derive(Debug)]
pub(crate) struct FilePlace {
    pub(crate) place: Place,
    /// The line, where it can be shown.
    pub(crate) quote: Option<String>,
}

/// A server, or some of its addresses.
#[derive(Debug)]
pub(crate) struct TargetPlace {
    /// The URL that an app would write.
    pub(crate) url: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// None where it is about all of them.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Sited for FilePlace {
    fn location(&self) -> Location {
        let place = &self.place;
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let mut region = Region::builder()
            .start_line(number(place.line))
            .start_column(number(place.column))
            .build();
        region.end_column = place.end_column.map(number);
        region.snippet = self
            .quote
            .as_ref()
            .map(|quote| ArtifactContent::builder().text(quote.clone()).build());
        let uri = utf8_percent_encode(&place.file, NOT_IN_PATHS).to_string();
        let physical = PhysicalLocation::builder()
            .artifact_location(ArtifactLocation::builder().uri(uri).build())
            .region(region)
            .build();
        Location::builder().physical_location(physical).build()
    }
}

impl Sited for TargetPlace {
    fn location(&self) -> Location {
        let uri = utf8_percent_encode(&self.url, NOT_IN_URLS).to_string();
        let physical = PhysicalLocation::builder()
            .artifact_location(ArtifactLocation::builder().uri(uri).build())
            .build();
        let server = self.server();
        let addresses = self.addresses.iter().map(|address| {
            let whole = format!("{server}@{address}");
            resource(address.to_string(), whole)
        });
        let logical = std::iter::once(resource(self.host.clone(), server.clone())).chain(addresses);
        Location::builder()
            .physical_location(physical)
            .logical_locations(logical.collect::<Vec<_>>())
            .build()
    }
}

impl TargetPlace {
    /// `https://api.example.com:443/`.
    fn server(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("https://[{host}]:{port}/")
        } else {
            format!("https://{host}:{port}/")
        }
    }
}

fn resource(name: String, whole: String) -> LogicalLocation {
    LogicalLocation::builder()
        .name(name)
        .fully_qualified_name(whole)
        .kind("resource")
        .build()
}

/// What must be escaped in a relative URI (RFC 3986 §3.3), a colon included: `a:b` would have a scheme.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What no part of a URI can have (RFC 3986 §2), whatever an app may write.
const NOT_IN_URLS: &AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
