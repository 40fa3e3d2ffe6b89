//! A laboratory: one real server for each fault, on loopback.
//!
//! ```text
//! Lab::at(now) ─► authorities ─┐
//! all() ─► Fault ──────────────┴─► Lab::start ─► LabServer: host, addresses
//! ```
//! What rustls serves is served by it, handshakes and HTTP to the end. Old versions, static RSA, CBC and keys that it
//! refuses are served by hand up to the end of the server's first flight, which is all that a client needs to judge.

mod der;
mod draw;
mod drawn;
mod faults;
mod legacy;
mod modern;
mod pki;
mod rsa;
mod site;
mod stage;
mod stamps;
mod staple;
mod weaken;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::pki_types::CertificateDer;

pub use draw::Draw;
use drawn::Drawn;
use modern::ByName;
use pki::Pki;
use stage::{Service, Serving, Sites, Stage};

/// A server's fault, or its want of one.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Unique in [`all`].
    pub name: &'static str,
    /// What is wrong, in a phrase.
    pub description: &'static str,
    /// The host that clients call.
    pub host: &'static str,
    service: Service,
}

/// Every fault.
pub fn all() -> Vec<Fault> {
    faults::all()
}

/// The fault of this name.
///
/// # Panics
/// When there is none.
pub fn fault(name: &str) -> Fault {
    let found = all().into_iter().find(|fault| fault.name == name);
    found.expect("the laboratory knows the fault")
}

/// The moment at which tests take place, unless they choose another: 2026-12-01, midnight UTC.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_796_083_200)
}

/// The authorities of a laboratory, made for one moment.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use minigate_testkit::lab;
///
/// let lab = lab::Lab::at(lab::now());
/// let server = lab.start(lab::fault("expired")).await;
///
/// assert_eq!(server.host(), "api.example.com");
/// # });
/// ```
pub struct Lab {
    pki: Pki,
    sites: Sites,
}

impl Lab {
    /// Makes the authorities; leaves without a fault are valid from ten days before this moment to eighty days after.
    pub fn at(now: SystemTime) -> Self {
        Self {
            pki: Pki::at(now),
            sites: Sites::default(),
        }
    }

    /// The roots that a device of this laboratory trusts, the one that may be distrusted among them.
    pub fn roots(&self) -> Vec<CertificateDer<'static>> {
        pki::chain([&self.pki.root, &self.pki.distrusted])
    }

    /// The root that a test declares distrusted for leaves that begin after [`Lab::distrusted_since`].
    pub fn distrusted_root(&self) -> CertificateDer<'static> {
        self.pki.distrusted.der().clone()
    }

    /// Sixty days before now: between the leaves of `distrusted_root_before` and `distrusted_root_after`.
    pub fn distrusted_since(&self) -> SystemTime {
        self.pki.day(-60)
    }

    /// The intermediates of a complete chain, the leaf's issuer first.
    pub fn intermediates(&self) -> Vec<CertificateDer<'static>> {
        pki::chain([&self.pki.lower, &self.pki.upper])
    }

    /// What the authorities publish of themselves, by the URLs that their certificates name, in DER.
    pub fn published(&self) -> BTreeMap<String, CertificateDer<'static>> {
        let Pki {
            root,
            upper,
            lower,
            rsa,
            distrusted,
            ..
        } = &self.pki;
        let files = [
            ("root", root.der()),
            ("upper", upper.der()),
            ("lower", lower.der()),
            ("rsa", rsa.der()),
            ("distrusted", distrusted.der()),
        ];
        let published = files.map(|(file, der)| (pki::issuer_url(file), der.clone()));
        published.into()
    }

    /// The private key of a fault's server, in PEM, as another server's software takes it.
    ///
    /// # Panics
    /// When the server wasn't started yet, or has a key that no software takes.
    pub fn key_pem(&self, fault: Fault) -> String {
        self.sites.key_pem(fault.name)
    }

    /// Starts a server with this fault; every one of them in this laboratory has the same certificates.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn start(&self, fault: Fault) -> LabServer {
        self.launch(fault, None).await
    }

    /// The same, which sends this chain instead of its own: its cure, for instance.
    ///
    /// # Panics
    /// When loopback has no free port, or the first certificate isn't the fault's own leaf.
    pub async fn start_with(&self, fault: Fault, chain: Chain) -> LabServer {
        self.launch(fault, Some(chain)).await
    }

    /// Starts a server that nobody thought up.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn start_drawn(&self, draw: &Draw) -> LabServer {
        let drawn = Drawn::new(draw, &self.pki);
        let (addresses, serving) = stage::serve(move |tcp| {
            let drawn = drawn.clone();
            // A client that breaks off is everyday life.
            async move { drop(drawn.serve(tcp).await) }
        })
        .await;
        LabServer {
            name: "drawn",
            description: "each property was drawn",
            host: HOST,
            addresses,
            serving,
        }
    }

    async fn launch(&self, fault: Fault, chain: Option<Chain>) -> LabServer {
        let stage = Stage {
            pki: &self.pki,
            sites: &self.sites,
            fault: fault.name,
            chain,
        };
        let (addresses, serving) = stage.start(fault.service).await;
        LabServer {
            name: fault.name,
            description: fault.description,
            host: fault.host,
            addresses,
            serving,
        }
    }
}

/// Certificates as a server sends them.
pub type Chain = Vec<CertificateDer<'static>>;

impl fmt::Debug for Lab {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Lab")
            .field("now", &self.pki.now)
            .finish_non_exhaustive()
    }
}

/// A running server of a laboratory; ends when it is dropped.
#[derive(Debug)]
pub struct LabServer {
    name: &'static str,
    description: &'static str,
    host: &'static str,
    addresses: Vec<SocketAddr>,
    serving: Serving,
}

impl LabServer {
    /// The name of its fault.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is wrong with it.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The host that clients call.
    pub fn host(&self) -> &'static str {
        self.host
    }

    /// Where it listens: one address, or two with one port.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What one of its addresses sends.
    ///
    /// # Panics
    /// When there is no such address, or it is none whose chain can be swapped.
    pub fn chain(&self, place: usize) -> Chain {
        self.site(place).chain()
    }

    /// Has one of its addresses send another chain from now on, with the same key; the others stay as they are.
    ///
    /// # Panics
    /// When there is no such address, or it is none whose chain can be swapped.
    pub fn swap(&self, place: usize, chain: Chain) {
        self.site(place).swap(chain);
    }

    fn site(&self, place: usize) -> &ByName {
        let site = self.serving.sites.get(place);
        site.expect("a library serves this address")
    }

    /// Its first address.
    pub fn addr(&self) -> SocketAddr {
        *self.addresses.first().expect("a server listens somewhere")
    }
}

const HOST: &str = "api.example.com";
