//! What each device offers: the documented facts by rule.

use minigate_inspect::{Device, Intermediates, devices};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;
use rustls::{CipherSuite, NamedGroup, ProtocolVersion};

use crate::support::device;

#[test]
fn t8_android_below_5_uploads_with_tls_1_0_only() {
    let old = device("android-4");

    assert_eq!(
        old.tls_versions(Interface::UploadFile),
        [ProtocolVersion::TLSv1_0]
    );
    assert!(
        old.offers(Interface::Request)
            .unwrap()
            .speaks(ProtocolVersion::TLSv1_2)
    );
}

#[test]
fn t8_every_other_row_speaks_tls_1_2_on_every_known_interface() {
    for device in devices().iter().filter(|device| device.id() != "android-4") {
        for interface in Interface::ALL {
            if let Some(offer) = device.offers(interface) {
                assert!(
                    offer.speaks(ProtocolVersion::TLSv1_2),
                    "{} {interface}",
                    device.id()
                );
            }
        }
    }
}

#[test]
fn t8_tls_1_3_came_with_android_10() {
    let speaks = |id| {
        device(id)
            .offers(Interface::UploadFile)
            .unwrap()
            .speaks(ProtocolVersion::TLSv1_3)
    };

    assert!(!speaks("android-8"));
    assert!(speaks("android-10"));
}

#[test]
fn t8_android_7_0_knows_one_group() {
    let upload = device("android-7.0").offers(Interface::UploadFile).unwrap();

    assert_eq!(upload.groups, [NamedGroup::secp256r1]);
    assert!(
        !device("android-7.1")
            .offers(Interface::UploadFile)
            .unwrap()
            .groups
            .is_empty()
    );
}

#[test]
fn t8_rc4_is_on_until_android_6() {
    let has_rc4 = |id| {
        let upload = device(id).offers(Interface::UploadFile).unwrap();
        upload.has_suite(CipherSuite::TLS_RSA_WITH_RC4_128_SHA)
    };

    assert!(has_rc4("android-5"));
    assert!(!has_rc4("android-7.0"));
}

#[test]
fn t7_only_ios_has_app_transport_security() {
    let strict: Vec<_> = devices().iter().filter(|device| device.ats()).collect();

    assert_eq!(
        strict.iter().map(|device| device.id()).collect::<Vec<_>>(),
        ["ios"]
    );
    let upload = strict[0].offers(Interface::UploadFile).unwrap();
    assert_eq!(upload.least_rsa_bits, 2048);
    assert!(!upload.has_suite(CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256));
    assert!(upload.has_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA));
}

#[test]
fn t6_only_ios_never_takes_a_self_signed_certificate() {
    let never = devices().iter().filter(|device| device.self_signed_never());

    assert_eq!(never.map(Device::id).collect::<Vec<_>>(), ["ios"]);
}

#[test]
fn t5_no_phone_has_intermediates_from_elsewhere() {
    for device in devices() {
        let is_desktop = ["devtools", "windows", "macos"].contains(&device.id());

        assert_eq!(
            device.intermediates() == Intermediates::May,
            is_desktop,
            "{}",
            device.id()
        );
    }
}

#[test]
fn t8_sha_1_ends_with_android_10() {
    let takes_sha1 = |id| {
        device(id)
            .offers(Interface::UploadFile)
            .unwrap()
            .sha1_certificates
    };

    assert!(takes_sha1("android-8"));
    assert!(!takes_sha1("android-10"));
}

#[test]
fn every_row_says_where_its_facts_are_from() {
    for device in devices() {
        assert!(!device.stores().is_empty(), "{}", device.id());
        assert!(device.source().starts_with("https://"), "{}", device.id());
        assert_ne!(device.name(Lang::En), "");
        assert_ne!(device.name(Lang::Zh), "");
        for interface in [Interface::Request, Interface::UploadFile, Interface::DownloadFile] {
            let offer = device.offers(interface).unwrap();
            assert!(!offer.versions.is_empty() && !offer.suites.is_empty() && !offer.groups.is_empty());
            assert!(!offer.sources.is_empty(), "{}", offer.id);
        }
    }
}

#[test]
fn the_sockets_of_phones_have_a_stack_that_nobody_describes() {
    assert!(device("android-14").offers(Interface::ConnectSocket).is_none());
    assert!(device("devtools").offers(Interface::ConnectSocket).is_some());
}
