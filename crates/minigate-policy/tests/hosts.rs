//! Which hosts are domains, in which normal form, and what the others are instead (rule D4).

mod support;

use minigate_policy::{Domain, DomainError};
use serde::Deserialize;
use support::{load, report, same, tag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hosts {
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    host: String,
    domain: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    host: String,
    kind: String,
    address: Option<String>,
}

#[test]
fn d4_a_domain_has_one_normal_form() {
    let hosts: Hosts = load(FILE);

    report(FILE, &hosts.accepted, |vector| {
        let name = format!("{:?}", vector.host);
        let domain = Domain::parse(&vector.host).map_err(|error| format!("{name}: {error:?}"))?;
        same(&name, &domain.as_str(), &vector.domain.as_str())
    });
}

#[test]
fn d4_what_is_no_domain_is_known_for_what_it_is() {
    let hosts: Hosts = load(FILE);

    report(FILE, &hosts.refused, |vector| {
        let name = format!("{:?}", vector.host);
        let error = Domain::parse(&vector.host)
            .err()
            .ok_or_else(|| format!("{name} is a domain"))?;
        same(&name, &tag(&error, "/kind"), &vector.kind)?;
        same(&name, &address(&error), &vector.address)
    });
}

fn address(error: &DomainError) -> Option<String> {
    match error {
        DomainError::Address { address, .. } => Some(address.to_string()),
        _ => None,
    }
}

const FILE: &str = "hosts.toml";
