//! A client and a server with nothing between them.

use std::io;
use std::sync::Arc;

use minigate_policy::CertificateCheck;
use minigate_tls::{CertificateFault, Heard, Offer, TlsFault, Trust};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, HandshakeKind, ServerConfig, ServerConnection};

use crate::pki::{HOST, Site};

/// What became of a handshake.
pub(crate) struct Met {
    pub(crate) outcome: Result<HandshakeKind, TlsFault>,
    pub(crate) spared: Option<CertificateFault>,
    /// What the server was told instead, or why it stopped.
    pub(crate) server: Result<(), rustls::Error>,
}

impl Met {
    /// The fault of the certificates that ended the handshake.
    pub(crate) fn refused(self) -> CertificateFault {
        match self.outcome {
            Err(TlsFault::Certificate(fault)) => fault,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Whether the connection was made and no fault was spared.
    pub(crate) fn is_clean(&self) -> bool {
        self.outcome.is_ok() && self.spared.is_none()
    }
}

/// Meets a site under [`HOST`].
pub(crate) fn meet(trust: &Trust, check: CertificateCheck, site: &Site) -> Met {
    meet_server(trust, check, HOST, &Arc::new(serve(site)))
}

/// Meets a site under another name.
pub(crate) fn meet_as(trust: &Trust, check: CertificateCheck, host: &'static str, site: &Site) -> Met {
    meet_server(trust, check, host, &Arc::new(serve(site)))
}

/// Meets a server.
pub(crate) fn meet_server(
    trust: &Trust,
    check: CertificateCheck,
    host: &'static str,
    server: &Arc<ServerConfig>,
) -> Met {
    meet_offering(trust, check, Offer::Http2, host, server)
}

/// Meets a server with certain protocols.
pub(crate) fn meet_offering(
    trust: &Trust,
    check: CertificateCheck,
    offer: Offer,
    host: &'static str,
    server: &Arc<ServerConfig>,
) -> Met {
    let handshake = trust.begin(check, offer);
    let name = ServerName::try_from(host).unwrap();
    let mut client = ClientConnection::new(Arc::clone(handshake.config()), name).unwrap();
    let mut server = ServerConnection::new(Arc::clone(server)).unwrap();
    let (ours, theirs) = converse(&mut client, &mut server);
    Met {
        outcome: match ours {
            // As the streams of the TLS library wrap it.
            Err(error) => {
                Err(handshake.fault(&io::Error::new(io::ErrorKind::InvalidData, error), Heard::NoHello))
            }
            Ok(()) => Ok(client.handshake_kind().unwrap()),
        },
        spared: handshake.spared(&client),
        server: theirs,
    }
}

/// A server of TLS 1.2 and 1.3 that presents a site.
pub(crate) fn serve(site: &Site) -> ServerConfig {
    serve_with(aws_lc_rs::default_provider(), site)
}

/// The same with a choice of suites.
pub(crate) fn serve_with(provider: CryptoProvider, site: &Site) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(site.chain.clone(), site.key.clone_key())
        .unwrap()
}

fn converse(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
) -> (Result<(), rustls::Error>, Result<(), rustls::Error>) {
    let (mut ours, mut theirs) = (Ok(()), Ok(()));
    while client.wants_write() || server.wants_write() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        theirs = theirs.and(hear(&mut wire, |wire| {
            server.read_tls(wire).unwrap();
            server.process_new_packets().map(drop)
        }));
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        ours = ours.and(hear(&mut wire, |wire| {
            client.read_tls(wire).unwrap();
            client.process_new_packets().map(drop)
        }));
    }
    (ours, theirs)
}

fn hear(
    wire: &mut [u8],
    mut read: impl FnMut(&mut &[u8]) -> Result<(), rustls::Error>,
) -> Result<(), rustls::Error> {
    let mut rest: &[u8] = wire;
    while !rest.is_empty() {
        read(&mut rest)?;
    }
    Ok(())
}
