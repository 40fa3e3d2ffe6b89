//! A server of old protocols, made by hand.
//!
//! It reads a ClientHello, agrees on a version and a suite or refuses with the alert that servers send, presents its
//! certificates and ends its flight. It can't finish a handshake: it has no ciphers. What a client learns of a server
//! before that point is real, a signed key exchange included.

use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::kx_group::SECP256R1;
use tls_parser::{TlsClientHelloContents, TlsMessage, TlsMessageHandshake, parse_tls_message_handshake};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rsa::Hash;
use super::site::Site;

/// What such a server takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Legacy {
    pub(super) lowest: u16,
    pub(super) highest: u16,
    /// The preferred one first.
    pub(super) suites: &'static [u16],
}

pub(super) const TLS10: u16 = 0x0301;
pub(super) const TLS11: u16 = 0x0302;
pub(super) const TLS12: u16 = 0x0303;

/// Serves one connection.
pub(super) async fn serve(mut tcp: TcpStream, legacy: Legacy, site: Arc<Site>) -> io::Result<()> {
    let hello = read_hello(&mut tcp).await?;
    let Ok((_, TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello)))) =
        parse_tls_message_handshake(&hello)
    else {
        return refuse(&mut tcp, TLS10, DECODE_ERROR).await;
    };
    let version = hello.version.0.min(legacy.highest);
    if version < legacy.lowest {
        return refuse(&mut tcp, version, PROTOCOL_VERSION).await;
    }
    let offered = |suite: &&u16| hello.ciphers.iter().any(|offered| offered.0 == **suite);
    let Some(suite) = legacy.suites.iter().find(offered) else {
        return refuse(&mut tcp, version, HANDSHAKE_FAILURE).await;
    };
    tcp.write_all(&flight(&hello, version, *suite, &site)).await?;
    // Whatever the client says now can't be understood.
    tcp.read_u8().await?;
    refuse(&mut tcp, version, HANDSHAKE_FAILURE).await
}

/// The first handshake message: no client's hello needs a second record.
async fn read_hello(tcp: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    tcp.read_exact(&mut head).await?;
    let [HANDSHAKE, _, _, high, low] = head else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut message = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    tcp.read_exact(&mut message).await?;
    Ok(message)
}

async fn refuse(tcp: &mut TcpStream, version: u16, alert: u8) -> io::Result<()> {
    tcp.write_all(&record(ALERT, version, &[FATAL, alert])).await?;
    tcp.shutdown().await?;
    // Closing with unread bytes would reset the connection, and the alert could be lost.
    while tcp.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

fn flight(hello: &TlsClientHelloContents<'_>, version: u16, suite: u16, site: &Site) -> Vec<u8> {
    let random = [0x5A; 32];
    let mut messages = message(SERVER_HELLO, &server_hello(version, &random, suite));
    messages.extend(message(CERTIFICATE, &certificates(site)));
    if !STATIC_RSA.contains(&suite) {
        messages.extend(message(KEY_EXCHANGE, &key_exchange(hello.random, &random, site)));
    }
    messages.extend(message(HELLO_DONE, &[]));
    messages
        .chunks(LONGEST_RECORD)
        .flat_map(|part| record(HANDSHAKE, version, part))
        .collect()
}

fn server_hello(version: u16, random: &[u8; 32], suite: u16) -> Vec<u8> {
    let session = [0x77; 32];
    [
        &version.to_be_bytes()[..],
        random,
        &[session.len() as u8],
        &session,
        &suite.to_be_bytes(),
        &[NO_COMPRESSION],
        &counted16(RENEGOTIATION_INFO),
    ]
    .concat()
}

fn certificates(site: &Site) -> Vec<u8> {
    let each = site.chain.iter().map(|certificate| counted24(certificate));
    counted24(&each.collect::<Vec<_>>().concat())
}

/// An ephemeral key, signed with RSA and SHA-256 (RFC 8422 §5.4).
fn key_exchange(client_random: &[u8], server_random: &[u8], site: &Site) -> Vec<u8> {
    let key = site.key.raw().expect("old protocols are served with RSA only");
    let exchange = SECP256R1.start().expect("a key can be made");
    let point = exchange.pub_key();
    let curve = [&NAMED_CURVE_SECP256R1[..], &[point.len() as u8], point].concat();
    let signature = key.sign_with(Hash::Sha256, &[client_random, server_random, &curve].concat());
    [curve.as_slice(), &RSA_PKCS1_SHA256, &counted16(&signature)].concat()
}

fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind], counted24(content).as_slice()].concat()
}

fn record(kind: u8, version: u16, content: &[u8]) -> Vec<u8> {
    [&[kind][..], &version.to_be_bytes(), &counted16(content)].concat()
}

fn counted16(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes(), content].concat()
}

fn counted24(content: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (content.len() as u32).to_be_bytes();
    [&length, content].concat()
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const FATAL: u8 = 2;
const HANDSHAKE_FAILURE: u8 = 40;
const DECODE_ERROR: u8 = 50;
const PROTOCOL_VERSION: u8 = 70;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const KEY_EXCHANGE: u8 = 12;
const HELLO_DONE: u8 = 14;
const NO_COMPRESSION: u8 = 0;
/// Secure renegotiation (RFC 5746 §3.6), without which some clients break off.
const RENEGOTIATION_INFO: &[u8] = &[0xFF, 1, 0, 1, 0];
const NAMED_CURVE_SECP256R1: [u8; 3] = [3, 0, 23];
const RSA_PKCS1_SHA256: [u8; 2] = [4, 1];
const LONGEST_RECORD: usize = 1 << 14;
/// The suites of these servers in which the client encrypts to the server's own key.
const STATIC_RSA: &[u16] = &[0x000A, 0x002F, 0x0035, 0x003C, 0x009C, 0x009D, 0x0096];
