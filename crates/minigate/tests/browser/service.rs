//! An app's own server, below a root that no public authority knows.

use std::ffi::OsString;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minigate_testkit::lab::{self, Lab, LabServer};
use tempfile::TempDir;

/// It answers 200 to every request; it ends with the test.
pub(crate) struct Service {
    server: LabServer,
    folder: TempDir,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let lab = Lab::at(SystemTime::now());
        let folder = tempfile::tempdir().unwrap();
        let roots: String = lab.roots().iter().map(|root| pem(root)).collect();
        std::fs::write(folder.path().join(ROOTS), roots).unwrap();
        Self {
            server: lab.start(lab::fault("complete")).await,
            folder,
        }
    }

    pub(crate) fn host(&self) -> &str {
        self.server.host()
    }

    /// With which `minigate` reaches it as if it were public.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let resolve = format!("{}:443:{}", self.host(), self.server.addr());
        vec![
            "--ca".into(),
            self.folder.path().join(ROOTS).into(),
            "--resolve".into(),
            resolve.into(),
        ]
    }
}

fn pem(der: &[u8]) -> String {
    let rows = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{rows}\n-----END CERTIFICATE-----\n")
}

const ROOTS: &str = "roots.pem";
