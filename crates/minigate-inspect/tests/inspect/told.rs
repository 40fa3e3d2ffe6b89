//! Facts as a few lines of text, without what differs from run to run.

use std::fmt::Display;

use minigate_inspect::probe::{
    Agreed, Facts, Greeting, Offered, Opened, Reach, Refusal, SentChain, Session, VersionFacts,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// What is spoken at one address.
pub(crate) fn protocols(facts: &Facts) -> String {
    let mut lines = match &facts.reach {
        Reach::Reached { .. } => Vec::new(),
        other => vec![format!("{other:?}")],
    };
    lines.extend(facts.versions.iter().flat_map(version));
    lines.extend(
        facts
            .plain_http
            .iter()
            .map(|status| format!("plain HTTP: {status}")),
    );
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What is presented at one address.
pub(crate) fn certificates(facts: &Facts) -> String {
    let mut lines: Vec<_> = facts.chains.iter().enumerate().map(chain).collect();
    let unnamed = facts.without_name.iter();
    lines.extend(unnamed.map(|answer| match answer {
        Greeting::Agreed(agreed) => format!("without a name: {}", place(agreed.chain)),
        Greeting::Refused(refusal) => format!("without a name: {}", refused(refusal)),
    }));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn version(facts: &VersionFacts) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", facts.version, greeting(&facts.greeting))];
    if facts.greeting.agreed().is_some() {
        lines.push(format!("  suites {}", offered(&facts.suites)));
        lines.push(format!("  groups {}", offered(&facts.groups)));
    }
    lines.extend(
        facts
            .session
            .iter()
            .map(|one| format!("  session {}", session(one))),
    );
    lines
}

fn greeting(greeting: &Greeting) -> String {
    match greeting {
        Greeting::Agreed(agreed) => said(agreed),
        Greeting::Refused(refusal) => refused(refusal),
    }
}

/// How far a flight comes depends on how long its signatures happen to be.
fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::CutOff { bytes: 1.. } => "the server breaks off".to_owned(),
        Refusal::Stalled { bytes: 1.. } => "the server stops".to_owned(),
        other => other.to_string(),
    }
}

fn said(agreed: &Agreed) -> String {
    let parts = [
        Some(agreed.suite.to_string()),
        agreed.group.map(|group| group.to_string()),
        agreed.scheme.map(|scheme| scheme.to_string()),
        agreed.protocol.clone(),
        Some(place(agreed.chain)),
        agreed.staple.as_ref().map(|_| "staple".to_owned()),
        agreed
            .asks_client_certificate
            .then(|| "asks for a certificate".to_owned()),
        agreed.has_session_id.then(|| "session id".to_owned()),
        agreed.promises_ticket.then(|| "ticket".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn session(session: &Session) -> String {
    match session {
        Session::Opened(opened) => happened(opened),
        Session::Refused(refusal) => refused(refusal),
    }
}

fn happened(opened: &Opened) -> String {
    let parts = [
        Some(opened.suite.to_string()),
        opened.group.map(|group| group.to_string()),
        opened.scheme.map(|scheme| scheme.to_string()),
        (!opened.proves_key).then(|| "key not proven".to_owned()),
        opened.protocol.clone(),
        (!opened.takes_http1).then(|| "no HTTP/1.1".to_owned()),
        Some(place(opened.chain)),
        opened.staple.as_ref().map(|_| "staple".to_owned()),
        Some(format!("client certificate {:?}", opened.client_certificate)),
        opened.resumes.map(|resumes| format!("resumes {resumes}")),
        opened.http.as_ref().map(|http| format!("HTTP {}", http.status)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn offered<T: Display>(offered: &Offered<T>) -> String {
    let list: Vec<_> = offered.list.iter().map(ToString::to_string).collect();
    let end = if offered.is_complete { "" } else { " …" };
    format!("{}{end}", list.join(" "))
}

fn chain((place, chain): (usize, &SentChain)) -> String {
    let subjects: Vec<_> = chain.0.iter().map(|der| subject(&der.0)).collect();
    format!("chain {place}: {}", subjects.join(" < "))
}

fn subject(der: &[u8]) -> String {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let name = certificate.subject().iter_common_name().next().unwrap();
    name.as_str().unwrap().to_owned()
}

fn place(place: Option<usize>) -> String {
    place.map_or_else(|| "no chain".to_owned(), |place| format!("chain {place}"))
}
