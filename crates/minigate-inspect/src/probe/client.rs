//! A whole handshake with the library that the run time uses, as a witness: it takes every certificate and tells all.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind, SignatureScheme,
    SupportedProtocolVersion,
};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::facts::{ClientCertificate, Der, HttpAnswer, Opened, Refusal};
use super::http;
use super::metered::Metered;
use super::numbers::{Alert, Group, Scheme, Suite, Version};
use super::wire::{Line, Place, Wire, broken, late};

/// A witness of one version's handshakes.
pub(super) struct Client<'a> {
    wire: &'a Wire,
    host: &'a str,
    config: ClientConfig,
    seen: Arc<Mutex<Seen>>,
}

/// What the last full handshake showed.
#[derive(Clone, Debug, Default)]
struct Seen {
    chain: Vec<Der>,
    staple: Option<Der>,
    scheme: Option<Scheme>,
    proves_key: bool,
    asks_client_certificate: bool,
}

/// Whether the host is named (SNI).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Naming {
    Named,
    Unnamed,
}

/// What was found, and the certificates with it.
pub(super) type Witnessed = (Opened, Vec<Der>);

type Stream = TlsStream<Metered<TcpStream>>;

impl<'a> Client<'a> {
    /// A witness for a version that the library speaks.
    pub(super) fn new(wire: &'a Wire, host: &'a str, version: Version, naming: Naming) -> Option<Self> {
        let versions: &[&SupportedProtocolVersion] = match version {
            Version::Tls12 => &[&rustls::version::TLS12],
            Version::Tls13 => &[&rustls::version::TLS13],
            Version::Tls10 | Version::Tls11 => return None,
        };
        let seen = Arc::<Mutex<Seen>>::default();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let witness = Arc::new(Witness {
            provider: Arc::clone(&provider),
            seen: Arc::clone(&seen),
        });
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .ok()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(witness);
        config.enable_sni = naming == Naming::Named;
        config.resumption = Resumption::in_memory_sessions(4);
        Some(Self {
            wire,
            host,
            config,
            seen,
        })
    }

    /// Shakes hands and asks for `/`, then shakes hands again to see whether the session is resumed.
    pub(super) async fn open(&self, now: impl Fn() -> Timestamp) -> Result<Witnessed, Refusal> {
        let (mut opened, chain) = match self.first(now).await {
            Err(NO_HTTP1) => self.without_http1().await.map_err(or_lost)?,
            witnessed => witnessed?,
        };
        if let Ok(mut second) = self.shake(&[b"h2", b"http/1.1"]).await {
            let connection = second.stream.get_ref().1;
            opened.protocol = protocol(connection);
            opened.resumes = Some(connection.handshake_kind() == Some(HandshakeKind::Resumed));
            self.wire.part(&mut second.stream).await;
        }
        Ok((opened, chain))
    }

    /// The certificates alone.
    pub(super) async fn chain(&self) -> Result<Witnessed, Refusal> {
        let mut shaken = self.shake(&[b"h2", b"http/1.1"]).await?;
        self.wire.part(&mut shaken.stream).await;
        Ok(self.witnessed(&shaken, ClientCertificate::NotAsked, None))
    }

    /// A server of HTTP/2 speaks first, so that its refusal of a client without a certificate shows unasked.
    async fn without_http1(&self) -> Result<Witnessed, Refusal> {
        let mut shaken = self.shake(&[b"h2"]).await?;
        let heard = timeout_at(shaken.deadline, shaken.stream.read_u8()).await;
        let client_certificate = self.client_certificate(!matches!(heard, Ok(Err(_))));
        self.wire.part(&mut shaken.stream).await;
        let (opened, chain) = self.witnessed(&shaken, client_certificate, None);
        let takes_http1 = false;
        Ok((
            Opened {
                takes_http1,
                ..opened
            },
            chain,
        ))
    }

    async fn first(&self, now: impl Fn() -> Timestamp) -> Result<Witnessed, Refusal> {
        // An answer over HTTP/1.1 is easily read, and behind it stand the tickets of TLS 1.3.
        let mut shaken = self.shake(&[b"http/1.1"]).await?;
        let answer = http::ask(&mut shaken.stream, self.host, shaken.deadline).await;
        // nginx lets the handshake pass, and says by its answer that it serves nobody without one.
        let is_served = match &answer {
            Ok(head) => head.status != BAD_REQUEST,
            // Who hangs on that question has let the client in.
            Err(error) => error.kind() == io::ErrorKind::TimedOut,
        };
        self.wire.part(&mut shaken.stream).await;
        let client_certificate = self.client_certificate(is_served);
        let http = answer.ok().map(|head| HttpAnswer {
            status: head.status,
            clock_ahead: head.date.map(|date| whole_seconds(date, now())),
        });
        Ok(self.witnessed(&shaken, client_certificate, http))
    }

    /// Whether one is wanted, where the server goes on without or doesn't.
    fn client_certificate(&self, goes_on: bool) -> ClientCertificate {
        match (self.seen().asks_client_certificate, goes_on) {
            (false, _) => ClientCertificate::NotAsked,
            (true, true) => ClientCertificate::Asked,
            (true, false) => ClientCertificate::Demanded,
        }
    }

    async fn shake(&self, protocols: &[&[u8]]) -> Result<Shaken<'_>, Refusal> {
        let shaken = self.shake_once(protocols).await;
        if self.wire.pauses_after(&shaken).await {
            return self.shake_once(protocols).await;
        }
        shaken
    }

    async fn shake_once(&self, protocols: &[&[u8]]) -> Result<Shaken<'_>, Refusal> {
        let mut config = self.config.clone();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = ServerName::try_from(self.host.to_owned()).map_err(|error| Refusal::Malformed {
            reason: error.to_string(),
        })?;
        let Line { tcp, place } = self.wire.connect().await?;
        let begun = Instant::now();
        let deadline = self.wire.deadline();
        let (metered, meter) = Metered::new(tcp, self.wire.bounds.bytes);
        let connect = TlsConnector::from(Arc::new(config)).connect(name, metered);
        let stream = match timeout_at(deadline, connect).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(refusal(&error, meter.received(), self.wire.bounds.bytes)),
            Err(_) => return Err(late(meter.received())),
        };
        Ok(Shaken {
            stream,
            deadline,
            took: begun.elapsed(),
            _place: place,
        })
    }

    fn witnessed(
        &self,
        shaken: &Shaken<'_>,
        client_certificate: ClientCertificate,
        http: Option<HttpAnswer>,
    ) -> Witnessed {
        let connection = shaken.stream.get_ref().1;
        let suite = connection.negotiated_cipher_suite();
        let group = connection.negotiated_key_exchange_group();
        let seen = self.seen();
        let opened = Opened {
            suite: Suite(suite.map_or(0, |suite| suite.suite().into())),
            group: group.map(|group| Group(group.name().into())),
            scheme: seen.scheme,
            proves_key: seen.proves_key,
            protocol: protocol(connection),
            takes_http1: true,
            chain: None,
            staple: seen.staple,
            client_certificate,
            resumes: None,
            http,
            took: SignedDuration::try_from(shaken.took).unwrap_or_default(),
        };
        (opened, seen.chain)
    }

    fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection after its handshake.
struct Shaken<'a> {
    stream: Stream,
    deadline: Instant,
    took: std::time::Duration,
    _place: Place<'a>,
}

/// Takes every certificate and remembers what it saw.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    seen: Arc<Mutex<Seen>>,
}

impl Witness {
    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn note_proof(
        &self,
        signed: &DigitallySignedStruct,
        proof: &Result<HandshakeSignatureValid, rustls::Error>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.note(|seen| {
            seen.scheme = Some(Scheme(signed.scheme.into()));
            seen.proves_key = proof.is_ok();
        });
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.note(|seen| {
            let all = std::iter::once(end_entity).chain(intermediates);
            seen.chain = all.map(|one| Der(one.to_vec())).collect();
            seen.staple = (!ocsp_response.is_empty()).then(|| Der(ocsp_response.to_vec()));
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.note_proof(dss, &verify_tls12_signature(message, cert, dss, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.note_proof(dss, &verify_tls13_signature(message, cert, dss, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.note(|seen| seen.asks_client_certificate = true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

fn protocol(connection: &ClientConnection) -> Option<String> {
    connection
        .alpn_protocol()
        .map(|name| name.escape_ascii().to_string())
}

/// What a client without HTTP/1.1 came to, unless its connection was lost, is no news after the refusal of one with it.
fn or_lost(refusal: Refusal) -> Refusal {
    if refusal.is_lost() { refusal } else { NO_HTTP1 }
}

fn refusal(error: &io::Error, received: usize, limit: usize) -> Refusal {
    if received > limit {
        return Refusal::TooMuch { limit };
    }
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::AlertReceived(alert)) => Refusal::Alert {
            alert: Alert((*alert).into()),
        },
        Some(other) => Refusal::Malformed {
            reason: other.to_string(),
        },
        None => broken(error, received),
    }
}

/// A `Date` has no parts of seconds, so the difference hasn't either.
fn whole_seconds(date: Timestamp, now: Timestamp) -> SignedDuration {
    SignedDuration::from_secs(date.as_second() - now.as_second())
}

const NO_HTTP1: Refusal = Refusal::Alert {
    alert: Alert::NO_APPLICATION_PROTOCOL,
};
const BAD_REQUEST: u16 = 400;
