//! Each way in which a chain can be wrong.

use std::net::Ipv4Addr;
use std::sync::Arc;

use minigate_policy::Rule;
use minigate_policy::diagnosis::Lang;
use minigate_tls::{CertificateFault, NetError, TlsFault};
use rcgen::{
    BasicConstraints, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    KeyPair, NameConstraints, SanType, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, Error};

use crate::PLAIN;
use crate::pki::{
    Ca, HOST, PUBLISHED_AT, Site, cross, intermediate, intermediate_with, leaf, leaf_with, publish, root,
    self_signed, trust, trust_at, trust_der,
};
use crate::wire::{meet, meet_as};

#[test]
fn t1_takes_a_complete_chain() {
    let root = root("Root");
    let r3 = intermediate("R3", &root);

    let met = meet(&trust(&root), PLAIN, &leaf(&r3).with(&[&r3]));

    assert!(met.is_clean(), "{:?}", met.outcome);
}

#[test]
fn t1_takes_a_chain_that_brings_its_root_and_more_along() {
    let (root, stranger) = (root("Root"), root("Stranger"));
    let r3 = intermediate("R3", &root);

    let met = meet(&trust(&root), PLAIN, &leaf(&r3).with(&[&stranger, &root, &r3]));

    assert!(met.is_clean(), "{:?}", met.outcome);
}

#[test]
fn t1_tells_the_server_that_its_certificate_is_refused() {
    let met = meet(&trust(&root("Root")), PLAIN, &leaf(&root("Other")));

    assert_eq!(
        met.server,
        Err(Error::AlertReceived(AlertDescription::CertificateUnknown))
    );
}

#[test]
fn t1_refuses_a_certificate_for_clients() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(fault.rule(), Rule::T1);
    assert_eq!(
        fault.to_string(),
        "the certificate of `api.example.com` is not for servers but for clientAuth"
    );
}

#[test]
fn t1_refuses_an_authority_that_serves_by_itself() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(
        fault,
        CertificateFault::AuthorityAsServer {
            subject: HOST.to_owned()
        }
    );
}

#[test]
fn t1_keeps_the_name_constraints_of_an_authority() {
    let root = root("Root");
    let r3 = intermediate_with("R3", &root, |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });

    let fault = meet(&trust(&root), PLAIN, &leaf(&r3).with(&[&r3])).refused();

    assert_eq!(
        fault.to_string(),
        "the chain is refused: the name constraints of an authority in it don't allow this host"
    );
}

#[test]
fn t1_refuses_a_signature_with_sha_1() {
    let pem = include_bytes!("fixtures/sha1-leaf.pem");
    let site = Site {
        chain: vec![CertificateDer::from_pem_slice(pem).unwrap()],
        key: Arc::new(PrivateKeyDer::from_pem_slice(pem).unwrap()),
    };
    let root = CertificateDer::from_pem_slice(include_bytes!("fixtures/sha1-root.pem")).unwrap();

    let fault = meet(&trust_der(&root), PLAIN, &site).refused();

    assert_eq!(
        fault,
        CertificateFault::WeakSignature {
            algorithm: "sha1WithRSAEncryption".to_owned()
        }
    );
    assert_eq!(fault.net_error().number, -208);
}

#[test]
fn t2_names_a_root_that_is_sent_but_not_trusted() {
    let other = root("Other");
    let r3 = intermediate_with("R3", &other, publish);

    let met = meet(&trust(&root("Root")), PLAIN, &leaf(&r3).with(&[&r3, &other]));

    let fault = met.refused();
    assert_eq!(fault, unknown_root("Other"));
    assert_eq!(
        (fault.rule(), fault.net_error()),
        (Rule::T2, NetError::CERT_AUTHORITY_INVALID)
    );
}

#[test]
fn t2_names_a_root_that_issues_directly_and_publishes_nothing() {
    let fault = meet(&trust(&root("Root")), PLAIN, &leaf(&root("Other"))).refused();

    assert_eq!(fault, unknown_root("Other"));
}

#[test]
fn t2_knows_a_public_root_that_is_not_trusted_here() {
    let public = public_root("US", "Internet Security Research Group", "ISRG Root X1");
    let r3 = intermediate_with("R3", &public, publish);

    let fault = meet(&trust(&root("Root")), PLAIN, &leaf(&r3).with(&[&r3])).refused();

    assert_eq!(fault, unknown_root("ISRG Root X1"));
}

#[test]
fn t2_tells_a_root_from_its_namesake() {
    let (root, namesake) = (root("Root"), root("Root"));

    let silent = meet(&trust(&root), PLAIN, &leaf(&namesake)).refused();
    let sent = meet(&trust(&root), PLAIN, &leaf(&namesake).with(&[&namesake])).refused();

    assert_eq!(silent, not_signed(HOST, "Root"));
    assert_eq!(sent, unknown_root("Root"));
}

#[test]
fn t2_finds_the_link_that_is_not_signed() {
    let root = root("Root");
    let r3 = intermediate("R3", &root);
    let mut site = leaf(&r3).with(&[&r3]);
    forge(&mut site.chain[0]);

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(fault, not_signed(HOST, "R3"));
    assert_eq!(fault.rule(), Rule::T2);
}

#[test]
fn t2_names_a_certificate_that_vouches_for_itself() {
    let site = self_signed(|_| {});

    let fault = meet(&trust(&root("Root")), PLAIN, &site).refused();

    assert_eq!(
        fault,
        CertificateFault::SelfSigned {
            subject: HOST.to_owned(),
            forbidden: false
        }
    );
    assert_eq!(fault.rule(), Rule::T2);
}

#[test]
fn t2_names_a_self_signed_certificate_whatever_else_is_wrong_with_it() {
    let site = self_signed(|params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(2026, 11, 2);
        params.subject_alt_names.clear();
    });

    let fault = meet(&trust(&root("Root")), PLAIN, &site).refused();

    assert!(matches!(fault, CertificateFault::SelfSigned { .. }), "{fault:?}");
}

#[test]
fn t2_takes_a_self_signed_certificate_that_is_trusted() {
    let site = self_signed(|_| {});

    let met = meet(&trust_der(&site.chain[0]), PLAIN, &site);

    assert!(met.is_clean(), "{:?}", met.outcome);
}

#[test]
fn t3_lists_the_names_that_a_certificate_is_for() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.subject_alt_names = vec![
            SanType::DnsName("www.example.com".try_into().unwrap()),
            SanType::DnsName("*.example.org".try_into().unwrap()),
            SanType::IpAddress(Ipv4Addr::new(192, 0, 2, 1).into()),
        ];
    });

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(
        fault.to_string(),
        "the certificate is not for `api.example.com` but for www.example.com, *.example.org, 192.0.2.1"
    );
    assert_eq!((fault.rule(), fault.net_error().number), (Rule::T3, -200));
}

#[test]
fn t3_tells_the_first_of_very_many_names() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        let names = (0..500).map(|number| format!("n{number}.example.org"));
        params.subject_alt_names = names
            .map(|name| SanType::DnsName(name.try_into().unwrap()))
            .collect();
    });

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    let told = [Lang::En, Lang::Zh].map(|lang| TlsFault::Certificate(fault.clone()).tell(lang).headline);
    assert!(
        told[0].ends_with("n6.example.org, n7.example.org and 492 others"),
        "{told:?}"
    );
    assert!(told[1].ends_with("n7.example.org 和另外 492 个名称"), "{told:?}");
}

#[test]
fn t3_a_common_name_alone_does_not_count_and_is_said_so() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.subject_alt_names.clear());

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(
        fault,
        CertificateFault::WrongName {
            wanted: HOST.to_owned(),
            presented: Vec::new(),
            common_name: Some(HOST.to_owned()),
        }
    );
    assert_eq!(
        fault.tell(Lang::En).remedies[1],
        "`api.example.com` is only the common name, which no longer counts"
    );
}

#[test]
fn t3_a_wildcard_stands_for_one_label() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.subject_alt_names = vec![SanType::DnsName("*.example.com".try_into().unwrap())];
    });

    let one = meet(&trust(&root), PLAIN, &site);
    let two = meet_as(&trust(&root), PLAIN, "a.b.example.com", &site).refused();
    let none = meet_as(&trust(&root), PLAIN, "example.com", &site).refused();

    assert!(one.is_clean());
    assert_eq!(
        two.tell(Lang::En).remedies[1],
        "a wildcard stands for exactly one label"
    );
    assert_eq!((two.rule(), none.rule()), (Rule::T3, Rule::T3));
}

#[test]
fn t3_an_address_counts_where_the_certificate_names_it() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.subject_alt_names = vec![SanType::IpAddress(Ipv4Addr::new(192, 0, 2, 1).into())];
    });

    let named = meet_as(&trust(&root), PLAIN, "192.0.2.1", &site);
    let other = meet_as(&trust(&root), PLAIN, "192.0.2.2", &site).refused();

    assert!(named.is_clean());
    assert_eq!(other.rule(), Rule::T3);
}

#[test]
fn t4_says_when_a_certificate_expired() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.not_after = date_time_ymd(2026, 11, 30));

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(
        fault.to_string(),
        "the certificate of `api.example.com` expired on 2026-11-30T00:00:00Z, it is 2026-12-01T00:00:00Z"
    );
    assert_eq!((fault.rule(), fault.net_error().number), (Rule::T4, -201));
}

#[test]
fn t4_names_the_certificate_of_the_chain_that_expired() {
    let root = root("Root");
    let r3 = intermediate_with("R3", &root, |params| {
        params.not_after = date_time_ymd(2026, 11, 30);
    });

    let fault = meet(&trust(&root), PLAIN, &leaf(&r3).with(&[&r3])).refused();

    assert!(matches!(fault, CertificateFault::Expired { subject, .. } if subject == "R3"));
}

#[test]
fn t4_says_when_a_certificate_becomes_valid() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.not_before = date_time_ymd(2026, 12, 24));

    let fault = meet(&trust(&root), PLAIN, &site).refused();

    assert_eq!(
        fault.to_string(),
        "the certificate of `api.example.com` is valid from 2026-12-24T00:00:00Z only, it is 2026-12-01T00:00:00Z"
    );
    assert_eq!(fault.rule(), Rule::T4);
}

#[test]
fn t4_the_last_second_is_valid_and_the_next_is_not() {
    let root = root("Root");
    let site = leaf(&root);
    let end = 1_801_440_000; // 2027-02-01, midnight UTC

    let last = meet(&trust_at(root.der(), end), PLAIN, &site);
    let next = meet(&trust_at(root.der(), end + 1), PLAIN, &site).refused();

    assert!(last.is_clean(), "{:?}", last.outcome);
    assert_eq!(next.rule(), Rule::T4);
}

#[test]
fn t5_names_the_intermediate_that_is_left_out_and_where_it_is_published() {
    let root = root("Root");
    let r3 = intermediate("R3", &root);

    let fault = meet(&trust(&root), PLAIN, &leaf_with(&r3, publish)).refused();

    let CertificateFault::MissingIntermediate {
        subject,
        issuer,
        issuer_key_id: Some(key_id),
        ca_issuers_url,
    } = &fault
    else {
        panic!("{fault:?}")
    };
    assert_eq!((subject.as_str(), issuer.as_str()), (HOST, "R3"));
    assert_eq!((key_id.len(), ca_issuers_url.as_str()), (40, PUBLISHED_AT));
    assert_eq!((fault.rule(), fault.net_error().number), (Rule::T5, -202));
}

#[test]
fn t5_names_what_is_missing_in_the_middle_of_a_chain() {
    let root = root("Root");
    let middle = intermediate("Middle", &root);
    let r3 = intermediate_with("R3", &middle, publish);

    let fault = meet(&trust(&root), PLAIN, &leaf_with(&r3, publish).with(&[&r3])).refused();

    assert!(matches!(fault, CertificateFault::MissingIntermediate { issuer, .. } if issuer == "Middle"));
}

#[test]
fn t5_is_not_fooled_by_an_intermediate_that_leads_elsewhere() {
    let (root, other) = (root("Root"), root("Other"));
    let (r3, wrong) = (intermediate("R3", &root), intermediate("R4", &other));

    let fault = meet(&trust(&root), PLAIN, &leaf_with(&r3, publish).with(&[&wrong])).refused();

    assert!(matches!(fault, CertificateFault::MissingIntermediate { issuer, .. } if issuer == "R3"));
}

#[test]
fn t5_survives_authorities_that_vouch_for_each_other() {
    let (one, two) = (root("One"), root("Two"));
    let mut site = leaf(&one);
    site.chain
        .extend([cross("One", &one, &two), cross("Two", &two, &one)]);

    let fault = meet(&trust(&root("Root")), PLAIN, &site).refused();

    assert_eq!(fault.rule(), Rule::T2);
}

#[test]
fn s4_every_fault_is_told_in_both_languages() {
    let faults = [
        meet(&trust(&root("Root")), PLAIN, &leaf(&root("Other"))).refused(),
        meet(&trust(&root("Root")), PLAIN, &self_signed(|_| {})).refused(),
    ];

    for fault in faults {
        for lang in [Lang::En, Lang::Zh] {
            let told = TlsFault::Certificate(fault.clone()).tell(lang);
            assert_eq!(told.rule, Some(fault.rule()));
            assert!(!told.headline.is_empty() && !told.remedies.is_empty(), "{told:?}");
        }
    }
}

fn unknown_root(issuer: &str) -> CertificateFault {
    CertificateFault::UnknownRoot {
        issuer: issuer.to_owned(),
    }
}

fn not_signed(subject: &str, issuer: &str) -> CertificateFault {
    CertificateFault::NotSignedByIssuer {
        subject: subject.to_owned(),
        issuer: issuer.to_owned(),
    }
}

/// An authority under the exact name of a public root.
fn public_root(country: &str, organisation: &str, name: &str) -> Ca {
    let printable = |text: &str| DnValue::PrintableString(text.try_into().unwrap());
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CountryName, printable(country));
    subject.push(DnType::OrganizationName, printable(organisation));
    subject.push(DnType::CommonName, printable(name));
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = subject;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ca::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Changes the signature of a certificate.
fn forge(certificate: &mut CertificateDer<'static>) {
    let mut bytes = certificate.to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    *certificate = bytes.into();
}
