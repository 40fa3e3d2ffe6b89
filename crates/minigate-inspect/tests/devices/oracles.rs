//! Other programs on this machine agree. A test whose program isn't there is left out and says so.
use std::fs;
use std::path::Path;
use std::process::Command;

use minigate_inspect::{Device, Presence, devices};
use rustls::pki_types::CertificateDer;

use crate::support::root;

/// ISRG Root X1, DST Root CA X3, GlobalSign R1, WoSign, Entrust G2.
const ASKED: [&str; 5] = [
    "96bcec06264976f3",
    "0687260331a72403",
    "ebd41040e4bb3ec7",
    "4b22d5a6aec99f3c",
    "43df5774b03e7fef",
];

#[test]
fn t2_openssl_trusts_a_root_by_the_anchors_of_a_row_where_the_row_has_it() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("left out: openssl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();

    for device in devices() {
        let anchors = anchors_of(device, folder.path());
        for sha256 in ASKED {
            let certificate = folder.path().join(sha256);
            fs::write(&certificate, pem(root(sha256).der())).unwrap();

            let has = matches!(device.holds(root(sha256).der()), Presence::Present);
            assert_eq!(
                openssl_verifies(&certificate, &anchors),
                has,
                "{} {sha256}",
                device.id()
            );
        }
    }
}

fn anchors_of(device: &Device, folder: &Path) -> std::path::PathBuf {
    let path = folder.join(device.id());
    fs::write(&path, device.anchors().map(pem).collect::<String>()).unwrap();
    path
}

fn openssl_verifies(certificate: &Path, anchors: &Path) -> bool {
    let mut openssl = Command::new("openssl");
    openssl.args([
        "verify",
        "-no_check_time",
        "-no-CAfile",
        "-no-CApath",
        "-no-CAstore",
    ]);
    openssl.arg("-trusted").arg(anchors).arg(certificate);
    openssl.output().unwrap().status.success()
}

fn pem(der: &CertificateDer<'_>) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let lines: Vec<_> = base64
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}
