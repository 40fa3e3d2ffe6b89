//! What sslyze writes, as far as it is compared.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use minigate_inspect::probe::Version;
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) server_scan_results: Vec<Scan>,
}

#[derive(Deserialize)]
pub(super) struct Scan {
    server_location: Location,
    pub(super) scan_status: String,
    pub(super) connectivity_result: Connectivity,
    pub(super) scan_result: Results,
}

#[derive(Deserialize)]
struct Location {
    ip_address: IpAddr,
    port: u16,
}

#[derive(Deserialize)]
pub(super) struct Connectivity {
    pub(super) client_auth_requirement: String,
}

#[derive(Deserialize)]
pub(super) struct Results {
    pub(super) certificate_info: Of<Certificates>,
    tls_1_0_cipher_suites: Of<Suites>,
    tls_1_1_cipher_suites: Of<Suites>,
    tls_1_2_cipher_suites: Of<Suites>,
    tls_1_3_cipher_suites: Of<Suites>,
    elliptic_curves: Of<Groups>,
}

#[derive(Deserialize)]
pub(super) struct Of<T> {
    pub(super) result: T,
}

#[derive(Deserialize)]
pub(super) struct Suites {
    pub(super) is_tls_version_supported: bool,
    accepted_cipher_suites: Vec<Accepted>,
}

#[derive(Deserialize)]
struct Accepted {
    cipher_suite: Named,
}

#[derive(Deserialize)]
pub(super) struct Groups {
    pub(super) supported_curves: Vec<Named>,
    rejected_curves: Vec<Named>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Certificates {
    pub(super) certificate_deployments: Vec<Deployment>,
    pub(super) certificate_deployment_with_sni_disabled: Option<Deployment>,
}

#[derive(Deserialize)]
pub(super) struct Deployment {
    received_certificate_chain: Vec<Certificate>,
    pub(super) received_chain_has_valid_order: Option<bool>,
    pub(super) leaf_certificate_has_must_staple_extension: bool,
    pub(super) leaf_certificate_signed_certificate_timestamps_count: Option<usize>,
    pub(super) ocsp_response: Option<IgnoredAny>,
    path_validation_results: Vec<Validation>,
}

#[derive(Deserialize)]
struct Certificate {
    fingerprint_sha256: String,
}

#[derive(Deserialize)]
struct Validation {
    was_validation_successful: bool,
}

impl Scan {
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.server_location.ip_address, self.server_location.port)
    }

    pub(super) fn suites(&self) -> [(Version, &Suites); 4] {
        let results = &self.scan_result;
        [
            (Version::Tls10, &results.tls_1_0_cipher_suites.result),
            (Version::Tls11, &results.tls_1_1_cipher_suites.result),
            (Version::Tls12, &results.tls_1_2_cipher_suites.result),
            (Version::Tls13, &results.tls_1_3_cipher_suites.result),
        ]
    }

    pub(super) const fn groups(&self) -> &Groups {
        &self.scan_result.elliptic_curves.result
    }

    /// The groups that sslyze asks for, taken or not.
    pub(super) fn asked_groups(&self) -> BTreeSet<String> {
        let groups = self.groups();
        &names(&groups.supported_curves) | &names(&groups.rejected_curves)
    }
}

impl Suites {
    pub(super) fn accepted(&self) -> BTreeSet<String> {
        let suites = self.accepted_cipher_suites.iter();
        suites
            .map(|accepted| accepted.cipher_suite.name.clone())
            .collect()
    }
}

impl Deployment {
    /// Of the certificates as they were sent, base64.
    pub(super) fn hashes(&self) -> Vec<String> {
        let chain = self.received_certificate_chain.iter();
        chain.map(|one| one.fingerprint_sha256.clone()).collect()
    }

    /// By the laboratory's roots; no other store of sslyze has them.
    pub(super) fn is_accepted(&self) -> bool {
        let mut results = self.path_validation_results.iter();
        results.any(|result| result.was_validation_successful)
    }
}

/// The groups' names as we write them: sslyze has `X25519`.
pub(super) fn names(groups: &[Named]) -> BTreeSet<String> {
    let name = |group: &Named| match group.name.strip_prefix('X') {
        Some(number) => format!("x{number}"),
        None => group.name.clone(),
    };
    groups.iter().map(name).collect()
}
