//! Every fault that a server can have, and a few that it hasn't.

use rcgen::{CustomExtension, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12 as RUSTLS_TLS12, TLS13 as RUSTLS_TLS13};

use super::legacy::{Legacy, TLS10, TLS11, TLS12};
use super::modern::{Clients, Modern};
use super::pki::{Pki, chain, common_name};
use super::rsa::{Hash, RsaKey};
use super::site::{self, Site, must_staple};
use super::stage::Service;
use super::staple::{Said, staple};
use super::weaken::sign_again;
use super::{Fault, HOST};
use crate::hostile::{cut_in_handshake, half_a_handshake_then_silence, plain_http_on_the_tls_port};

/// Every fault, in the order of the list that the checker is judged by.
pub(super) fn all() -> Vec<Fault> {
    [chains(), leaves(), keys(), protocols(), answers()].concat()
}

fn chains() -> Vec<Fault> {
    vec![
        site(
            "complete",
            "a complete chain below a trusted root",
            Site::complete,
        ),
        site(
            "one_intermediate_missing",
            "the upper of two intermediates is left out",
            |pki| Site::complete(pki).only(chain([&pki.lower])),
        ),
        site("two_intermediates_missing", "only the leaf is sent", |pki| {
            Site::complete(pki).only(Vec::new())
        }),
        site(
            "wrong_order",
            "the intermediates are sent the wrong way round",
            |pki| Site::complete(pki).only(chain([&pki.upper, &pki.lower])),
        ),
        site(
            "extra_certificates",
            "certificates follow that lead nowhere",
            |pki| Site::complete(pki).behind(chain([&pki.distrusted_lower, &pki.private])),
        ),
        site(
            "duplicate_certificates",
            "the leaf and an intermediate are sent twice",
            |pki| {
                let site = Site::complete(pki);
                let again = site.chain.iter().take(2).cloned().collect();
                site.behind(again)
            },
        ),
        site("root_sent_along", "the root is sent too", |pki| {
            Site::complete(pki).behind(chain([&pki.root]))
        }),
        site(
            "self_signed_leaf",
            "the leaf vouches for itself",
            Site::self_signed,
        ),
        site(
            "private_root",
            "the chain ends at a root that nobody trusts",
            |pki| Site::issued_by(pki, &pki.private, |_| {}).behind(chain([&pki.private])),
        ),
        site(
            "distrusted_root_before",
            "the root is distrusted, the leaf older than that",
            |pki| distrusted(pki, -80),
        ),
        site(
            "distrusted_root_after",
            "the root is distrusted, the leaf newer than that",
            |pki| distrusted(pki, -10),
        ),
        Fault {
            name: "sni_dependent",
            description: "who doesn't name the host gets a certificate for another one",
            host: HOST,
            service: Service::ByName(Site::complete, other_name),
        },
        Fault {
            name: "two_addresses",
            description: "the second address leaves the intermediates out",
            host: HOST,
            service: Service::TwoAddresses(Site::complete, |pki| Site::complete(pki).only(Vec::new())),
        },
    ]
}

fn leaves() -> Vec<Fault> {
    vec![
        site("expired", "the leaf ended yesterday", |pki| valid(pki, -90, -1)),
        site("not_yet_valid", "the leaf begins tomorrow", |pki| {
            valid(pki, 1, 91)
        }),
        site("long_lived", "the leaf is valid for 400 days", |pki| {
            valid(pki, -10, 390)
        }),
        site("wrong_name", "the leaf is for another host", other_name),
        site("name_only_in_cn", "the leaf has no alternative names", |pki| {
            Site::altered(pki, |leaf| leaf.subject_alt_names.clear())
        }),
        Fault {
            host: "a.example.com",
            ..site(
                "wildcard",
                "the leaf is for all hosts of a domain, this one among them",
                wildcard,
            )
        },
        Fault {
            host: "a.b.example.com",
            ..site(
                "wildcard_depth",
                "the leaf's wildcard stands for one label, the host has two",
                wildcard,
            )
        },
        site("sha1", "the leaf is signed with SHA-1", |pki| {
            weak_signature(pki, Hash::Sha1)
        }),
        site("md5", "the leaf is signed with MD5", |pki| {
            weak_signature(pki, Hash::Md5)
        }),
        site(
            "must_staple",
            "the leaf demands a stapled response, and none is stapled",
            |pki| stapling(pki, vec![must_staple()], None),
        ),
        site("stapled", "a response is stapled: all is well", |pki| {
            stapling(pki, vec![must_staple()], Some(Said::Good))
        }),
        site(
            "stapled_revoked",
            "a response is stapled: the leaf is revoked",
            |pki| stapling(pki, Vec::new(), Some(Said::Revoked)),
        ),
    ]
}

fn keys() -> Vec<Fault> {
    vec![
        legacy(
            "rsa_1024",
            "the leaf's key is RSA of 1024 bits",
            MODERN_RSA,
            |pki| Site::rsa(pki, RsaKey::short()),
        ),
        site("rsa_2048", "the leaf's key is RSA of 2048 bits", |pki| {
            Site::of_kind(pki, &PKCS_RSA_SHA256)
        }),
        site("p256", "the leaf's key is P-256", Site::complete),
        site("p384", "the leaf's key is P-384", |pki| {
            Site::of_kind(pki, &PKCS_ECDSA_P384_SHA384)
        }),
        site("ed25519", "the leaf's key is Ed25519", |pki| {
            Site::of_kind(pki, &PKCS_ED25519)
        }),
    ]
}

fn protocols() -> Vec<Fault> {
    vec![
        legacy("tls10_only", "TLS 1.0 only", only(TLS10, OLD_SUITES), usual_rsa),
        legacy("tls11_only", "TLS 1.1 only", only(TLS11, OLD_SUITES), usual_rsa),
        legacy(
            "tls12_cbc_only",
            "TLS 1.2 with CBC suites only",
            only(TLS12, CBC_SUITES),
            usual_rsa,
        ),
        legacy(
            "tls12_without_forward_secrecy",
            "TLS 1.2 with static RSA only",
            only(TLS12, STATIC_SUITES),
            usual_rsa,
        ),
        legacy("old_and_new", "TLS 1.0 to 1.2", OLD_AND_NEW, usual_rsa),
        modern(
            "tls12_only",
            "TLS 1.2 only",
            Modern {
                versions: TLS12_ONLY,
                ..MODERN
            },
        ),
        modern(
            "tls13_only",
            "TLS 1.3 only",
            Modern {
                versions: TLS13_ONLY,
                ..MODERN
            },
        ),
        legacy(
            "no_common_suite",
            "TLS 1.2 with a suite that no phone has",
            only(TLS12, SEED),
            usual_rsa,
        ),
        modern("no_h2", "HTTP/1.1 only", Modern { h2: false, ..MODERN }),
    ]
}

fn answers() -> Vec<Fault> {
    vec![
        scripted(
            "cut_off",
            "the connection ends in the middle of the handshake",
            cut_in_handshake,
        ),
        scripted("plain_http", "plain HTTP on the port", plain_http_on_the_tls_port),
        scripted(
            "slow_handshake",
            "the server stops in the middle of the handshake",
            half_a_handshake_then_silence,
        ),
        Fault {
            name: "late_handshake",
            description: "the server hesitates before each handshake",
            host: HOST,
            service: Service::Late(Site::complete),
        },
        modern(
            "client_certificate",
            "clients need a certificate",
            Modern {
                clients: Clients::NeedOne,
                ..MODERN
            },
        ),
    ]
}

fn site(name: &'static str, description: &'static str, make: fn(&Pki) -> Site) -> Fault {
    Fault {
        name,
        description,
        host: HOST,
        service: Service::Modern(MODERN, make),
    }
}

fn modern(name: &'static str, description: &'static str, modern: Modern) -> Fault {
    Fault {
        name,
        description,
        host: HOST,
        service: Service::Modern(modern, Site::complete),
    }
}

fn legacy(name: &'static str, description: &'static str, legacy: Legacy, make: fn(&Pki) -> Site) -> Fault {
    Fault {
        name,
        description,
        host: HOST,
        service: Service::Legacy(legacy, make),
    }
}

fn scripted(name: &'static str, description: &'static str, script: fn() -> crate::Script) -> Fault {
    Fault {
        name,
        description,
        host: HOST,
        service: Service::Scripted(script, Site::complete),
    }
}

fn usual_rsa(pki: &Pki) -> Site {
    Site::rsa(pki, RsaKey::usual())
}

fn valid(pki: &Pki, from: i64, until: i64) -> Site {
    Site::altered(pki, |leaf| site::valid(leaf, pki, from..until))
}

fn other_name(pki: &Pki) -> Site {
    Site::altered(pki, |leaf| {
        leaf.subject_alt_names = names(["other.example"]);
        leaf.distinguished_name = common_name("other.example");
    })
}

fn wildcard(pki: &Pki) -> Site {
    Site::altered(pki, |leaf| leaf.subject_alt_names = names(["*.example.com"]))
}

fn names<const N: usize>(names: [&str; N]) -> Vec<rcgen::SanType> {
    let name = |name: &str| rcgen::SanType::DnsName(name.try_into().expect("a name of letters"));
    names.map(name).into()
}

fn distrusted(pki: &Pki, from: i64) -> Site {
    Site::issued_by(pki, &pki.distrusted_lower, |leaf| {
        site::valid(leaf, pki, from..from + 90);
    })
    .behind(chain([&pki.distrusted_lower]))
}

fn weak_signature(pki: &Pki, hash: Hash) -> Site {
    Site::signed_again(pki, |leaf| sign_again(leaf, hash, &RsaKey::authority()))
}

fn stapling(pki: &Pki, extensions: Vec<CustomExtension>, said: Option<Said>) -> Site {
    let mut site = Site::altered(pki, |leaf| leaf.custom_extensions.extend(extensions));
    site.staple = said.map(|said| staple(pki, said));
    site
}

const TLS12_ONLY: &[&SupportedProtocolVersion] = &[&RUSTLS_TLS12];
const TLS13_ONLY: &[&SupportedProtocolVersion] = &[&RUSTLS_TLS13];
pub(super) const MODERN: Modern = Modern {
    versions: &[&RUSTLS_TLS12, &RUSTLS_TLS13],
    clients: Clients::NeedNone,
    h2: true,
};

const fn only(version: u16, suites: &'static [u16]) -> Legacy {
    Legacy {
        lowest: version,
        highest: version,
        suites,
    }
}

const MODERN_RSA: Legacy = only(TLS12, &[0xC02F, 0xC030]);
const OLD_AND_NEW: Legacy = Legacy {
    lowest: TLS10,
    highest: TLS12,
    suites: &[0xC02F, 0xC027, 0x002F, 0x000A],
};
/// AES-128, AES-256 and 3DES with static RSA, CBC and SHA-1.
const OLD_SUITES: &[u16] = &[0x002F, 0x0035, 0x000A];
/// ECDHE with RSA, AES-128 with SHA-256, then with SHA-1.
const CBC_SUITES: &[u16] = &[0xC027, 0xC013];
/// AES-GCM with static RSA.
const STATIC_SUITES: &[u16] = &[0x009C, 0x009D];
/// A Korean cipher with static RSA, CBC and SHA-1.
const SEED: &[u16] = &[0x0096];
