//! A server's first flight, read piece by piece; no I/O.

use bytes::{Buf, BytesMut};
use data_encoding::HEXLOWER;
use tls_parser::{
    ECParametersContent, TlsCipherKx, TlsExtension, TlsMessage, TlsMessageHandshake, TlsServerHelloContents,
    parse_dh_params, parse_digitally_signed, parse_ecdh_params, parse_tls_message_handshake,
    parse_tls_server_hello_extensions,
};

use super::facts::{Agreed, Der, Refusal};
use super::numbers::{Alert, Group, Scheme, Suite, Version};

/// A server's first flight as it comes in.
#[derive(Debug)]
pub(super) struct Flight {
    offered: Version,
    limit: usize,
    received: usize,
    records: BytesMut,
    messages: BytesMut,
    warnings: Vec<Alert>,
    agreed: Option<Agreed>,
    chain: Vec<Der>,
    is_over: bool,
}

/// A whole flight: what is agreed, and the certificates with it.
pub(super) type Landed = (Agreed, Vec<Der>);

impl Flight {
    /// The answer to a hello that offers this version, of so many bytes at most.
    pub(super) fn new(offered: Version, limit: usize) -> Self {
        Self {
            offered,
            limit,
            received: 0,
            records: BytesMut::new(),
            messages: BytesMut::new(),
            warnings: Vec::new(),
            agreed: None,
            chain: Vec::new(),
            is_over: false,
        }
    }

    /// Takes what has come; the flight, once it is whole.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Option<Landed>, Refusal> {
        self.received += bytes.len();
        self.records.extend_from_slice(bytes);
        while !self.is_over && self.read_record()? {
            while !self.is_over && self.read_message()? {}
        }
        if self.is_over {
            return Ok(self.land());
        }
        if self.received > self.limit {
            return Err(Refusal::TooMuch { limit: self.limit });
        }
        Ok(None)
    }

    /// How many bytes have come.
    pub(super) const fn received(&self) -> usize {
        self.received
    }

    fn land(&mut self) -> Option<Landed> {
        let mut agreed = self.agreed.take()?;
        agreed.warnings = std::mem::take(&mut self.warnings);
        Some((agreed, std::mem::take(&mut self.chain)))
    }

    /// Moves one record's content to where it belongs; `false` where none is whole.
    fn read_record(&mut self) -> Result<bool, Refusal> {
        let Some([kind, major, _, high, low]) = self.records.first_chunk().copied() else {
            return self.no_record_yet();
        };
        if !(CHANGE_CIPHER..=APPLICATION_DATA).contains(&kind) || major != 3 {
            return Err(self.not_tls());
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST_RECORD {
            return Err(malformed("a record is longer than any may be"));
        }
        if self.records.len() < HEAD + length {
            return Ok(false);
        }
        self.records.advance(HEAD);
        let content = self.records.split_to(length);
        match kind {
            HANDSHAKE => self.messages.extend_from_slice(&content),
            ALERT => self.heed(&content)?,
            _ => return Err(malformed("a record comes before its time")),
        }
        Ok(true)
    }

    /// A text shorter than a record's head may have come whole.
    fn no_record_yet(&self) -> Result<bool, Refusal> {
        match self.records.first() {
            Some(kind) if !(CHANGE_CIPHER..=APPLICATION_DATA).contains(kind) && self.records.len() >= 4 => {
                Err(self.not_tls())
            }
            _ => Ok(false),
        }
    }

    fn not_tls(&self) -> Refusal {
        // Only an answer's beginning can be taken for another protocol.
        if self.received > self.records.len() {
            return malformed("a record of no known kind");
        }
        if self.records.starts_with(b"HTTP") {
            return Refusal::PlainHttp;
        }
        let head = self.records.get(..16).unwrap_or(&self.records);
        Refusal::NotTls {
            head: HEXLOWER.encode(head),
        }
    }

    fn heed(&mut self, content: &[u8]) -> Result<(), Refusal> {
        let &[level, code] = content else {
            return Err(malformed("an alert of a wrong length"));
        };
        let alert = Alert(code);
        if level != WARNING || alert == CLOSE_NOTIFY {
            return Err(Refusal::Alert { alert });
        }
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(alert);
        }
        Ok(())
    }

    /// Reads one message of the handshake; `false` where none is whole.
    fn read_message(&mut self) -> Result<bool, Refusal> {
        let Some(&[_, a, b, c]) = self.messages.first_chunk() else {
            return Ok(false);
        };
        let length = MESSAGE_HEAD + u32::from_be_bytes([0, a, b, c]) as usize;
        if length > self.limit {
            return Err(Refusal::TooMuch { limit: self.limit });
        }
        if self.messages.len() < length {
            return Ok(false);
        }
        let message = self.messages.split_to(length);
        match parse_tls_message_handshake(&message) {
            Ok((_, TlsMessage::Handshake(message))) => self.read(message)?,
            _ => return Err(malformed("a message that can't be read")),
        }
        Ok(true)
    }

    fn read(&mut self, message: TlsMessageHandshake<'_>) -> Result<(), Refusal> {
        if let TlsMessageHandshake::ServerHello(hello) = message {
            return self.read_hello(&hello);
        }
        let Some(agreed) = &mut self.agreed else {
            return Err(malformed("a message before the hello"));
        };
        match message {
            TlsMessageHandshake::Certificate(sent) => {
                if sent.cert_chain.len() > MOST_CERTIFICATES {
                    return Err(Refusal::TooManyCertificates {
                        limit: MOST_CERTIFICATES,
                    });
                }
                self.chain = sent.cert_chain.iter().map(|one| Der(one.data.to_vec())).collect();
            }
            TlsMessageHandshake::CertificateStatus(status) if status.status_type == OCSP => {
                agreed.staple = Some(Der(status.blob.to_vec()));
            }
            TlsMessageHandshake::ServerKeyExchange(exchange) => read_exchange(agreed, exchange.parameters),
            TlsMessageHandshake::CertificateRequest(_) => agreed.asks_client_certificate = true,
            TlsMessageHandshake::ServerDone(_) => self.is_over = true,
            _ => {}
        }
        Ok(())
    }

    fn read_hello(&mut self, hello: &TlsServerHelloContents<'_>) -> Result<(), Refusal> {
        if self.agreed.is_some() {
            return Err(malformed("a second hello"));
        }
        let Ok((_, extensions)) = parse_tls_server_hello_extensions(hello.ext.unwrap_or_default()) else {
            return Err(malformed("extensions that can't be read"));
        };
        let code = version_of(hello, &extensions);
        if code != self.offered.code() {
            return Err(Refusal::OtherVersion { code });
        }
        let mut agreed = Agreed::bare(self.offered, Suite(hello.cipher.0));
        agreed.has_session_id = hello.session_id.is_some() && self.offered != Version::Tls13;
        for extension in &extensions {
            read_extension(&mut agreed, extension);
        }
        self.agreed = Some(agreed);
        // The rest of TLS 1.3 is encrypted.
        self.is_over = self.offered == Version::Tls13;
        Ok(())
    }
}

fn version_of(hello: &TlsServerHelloContents<'_>, extensions: &[TlsExtension<'_>]) -> u16 {
    let supported = extensions.iter().find_map(|extension| match extension {
        TlsExtension::SupportedVersions(versions) => versions.first(),
        _ => None,
    });
    supported.unwrap_or(&hello.version).0
}

fn read_extension(agreed: &mut Agreed, extension: &TlsExtension<'_>) {
    match extension {
        // A server that asks for a key of this group sends nothing but its number.
        TlsExtension::KeyShare(share) => {
            agreed.group = share.first_chunk().map(|group| Group(u16::from_be_bytes(*group)));
        }
        TlsExtension::ALPN(protocols) => {
            agreed.protocol = protocols.first().map(|name| name.escape_ascii().to_string());
        }
        TlsExtension::SignedCertificateTimestamp(Some(stamps)) => agreed.stamps = stamps.len(),
        TlsExtension::SessionTicket(_) => agreed.promises_ticket = true,
        TlsExtension::RenegotiationInfo(_) => agreed.renegotiates_securely = true,
        TlsExtension::ExtendedMasterSecret => agreed.extends_master_secret = true,
        _ => {}
    }
}

/// What can't be read of a key exchange stays unknown: the server has agreed all the same.
fn read_exchange(agreed: &mut Agreed, parameters: &[u8]) {
    let signature = match agreed.suite.exchange() {
        Some(TlsCipherKx::Ecdhe | TlsCipherKx::Aecdh) => {
            let Ok((rest, exchange)) = parse_ecdh_params(parameters) else {
                return;
            };
            if let ECParametersContent::NamedGroup(group) = exchange.curve_params.params_content {
                agreed.group = Some(Group(group.0));
            }
            rest
        }
        Some(TlsCipherKx::Dhe | TlsCipherKx::Dh) => {
            let Ok((rest, exchange)) = parse_dh_params(parameters) else {
                return;
            };
            agreed.prime_bits = Some(bits(exchange.dh_p));
            rest
        }
        _ => return,
    };
    if agreed.version == Version::Tls12
        && let Ok((_, signed)) = parse_digitally_signed(signature)
    {
        let scheme = signed.alg.map(|alg| u16::from_be_bytes([alg.hash.0, alg.sign.0]));
        agreed.scheme = scheme.map(Scheme);
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let first = number.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - zeros) * 8 - first
}

fn malformed(reason: &str) -> Refusal {
    Refusal::Malformed {
        reason: reason.to_owned(),
    }
}

const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const HEAD: usize = 5;
const MESSAGE_HEAD: usize = 4;
const WARNING: u8 = 1;
const CLOSE_NOTIFY: Alert = Alert(0);
const OCSP: u8 = 1;
/// A record may grow by 2048 bytes when it is compressed and encrypted (RFC 5246 §6.2.3).
const LONGEST_RECORD: usize = (1 << 14) + 2048;
const MOST_WARNINGS: usize = 8;
/// The longest chains of the public web have six.
const MOST_CERTIFICATES: usize = 64;
