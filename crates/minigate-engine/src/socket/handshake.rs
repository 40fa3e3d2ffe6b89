//! The opening handshake (RFC 6455 §4.1): what is asked, and whether the answer is right.

use data_encoding::BASE64;
use http::header::{
    CONNECTION, HeaderName, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use minigate_policy::Permit;
use rustls::crypto::CryptoProvider;
use sha1::{Digest, Sha1};

use super::extension;
use crate::dial::Nothing;
use crate::http::headers;
use crate::journal::track::Track;
use crate::{Breach, Failure, Note, Step};

/// What an app asks for when it connects a socket; where it goes is the permit's business.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// The fields that the app set. The engine leaves out those that it alone may set, all of `Sec-*` among them.
    pub headers: HeaderMap,
    /// The sub-protocols that are offered, the preferred one first.
    pub protocols: Vec<String>,
    /// Whether messages may be compressed (RFC 7692), if the server likes.
    pub deflate: bool,
    /// Whether small messages wait for more.
    pub delay: TcpDelay,
    /// What was corrected before the call came here, for its journal.
    pub notes: Vec<Note>,
}

/// Whether TCP holds small packets back until earlier ones are acknowledged (`TCP_NODELAY` turns that off).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TcpDelay {
    /// It does.
    #[default]
    On,
    /// It doesn't.
    Off,
}

/// What the answer must fit.
pub(super) struct Asked {
    accept: String,
    protocols: Vec<String>,
    deflate: bool,
}

/// What was agreed on.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Agreed {
    pub(super) protocol: Option<String>,
    pub(super) extension: Option<String>,
}

/// The request of a handshake, and what its answer must fit.
pub(super) fn request(
    handshake: Handshake,
    permit: &Permit,
    user_agent: Option<&HeaderValue>,
    track: &Track,
) -> Result<(Request<Nothing>, Asked), Failure> {
    let key = key()?;
    let asked = Asked {
        accept: accept_of(&key),
        protocols: handshake.protocols,
        deflate: handshake.deflate,
    };
    let mut fields = headers::guarded(without_ours(handshake.headers, track), permit, user_agent, track);
    let origin = HeaderValue::try_from(format!("https://{}", permit.policy().profile().referer_host));
    if let Ok(origin) = origin {
        fields.entry(ORIGIN).or_insert(origin);
    }
    fields.extend(headers::host(permit.target().url()));
    fields.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    fields.insert(UPGRADE, HeaderValue::from_static("websocket"));
    fields.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    fields.extend(HeaderValue::try_from(key).map(|key| (SEC_WEBSOCKET_KEY, key)));
    if !asked.protocols.is_empty() {
        let offer = HeaderValue::try_from(asked.protocols.join(", "));
        fields.extend(offer.map(|offer| (SEC_WEBSOCKET_PROTOCOL, offer)));
    }
    if asked.deflate {
        fields.insert(
            SEC_WEBSOCKET_EXTENSIONS,
            HeaderValue::from_static(extension::OFFER),
        );
    }
    let url = permit.target().url();
    let mut request = Request::new(Nothing::new());
    *request.headers_mut() = fields;
    // A target's URL is ASCII and short enough for every request target, so this can't fail.
    *request.uri_mut() = url[url::Position::BeforePath..url::Position::AfterQuery]
        .parse()
        .unwrap_or_default();
    Ok((request, asked))
}

/// `Sec-*` is the client's own (RFC 6455 §4.1), whatever an app sets.
fn without_ours(mut fields: HeaderMap, track: &Track) -> HeaderMap {
    let is_ours = |name: &&HeaderName| name.as_str().starts_with("sec-");
    let ours: Vec<_> = fields.keys().filter(is_ours).cloned().collect();
    for name in ours {
        fields.remove(&name);
        track.step(&Step::Noted(&Note::HeaderDropped {
            name: name.to_string(),
        }));
    }
    fields
}

fn key() -> Result<String, Failure> {
    let mut nonce = [0; 16];
    let provider = CryptoProvider::get_default().map_or_else(
        || std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        std::sync::Arc::clone,
    );
    match provider.secure_random.fill(&mut nonce) {
        Ok(()) => Ok(BASE64.encode(&nonce)),
        Err(_) => Err(Failure::Internal {
            reason: "the system gives no random numbers".to_owned(),
        }),
    }
}

fn accept_of(key: &str) -> String {
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

impl Asked {
    /// Whether the answer agrees to a socket, and to which.
    pub(super) fn check(
        &self,
        host: &str,
        status: StatusCode,
        fields: &HeaderMap,
    ) -> Result<Agreed, Failure> {
        if status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(Failure::HandshakeRefused {
                host: host.to_owned(),
                status: status.as_u16(),
            });
        }
        self.agree(fields).map_err(|reason| Failure::Broken {
            host: host.to_owned(),
            breach: Breach::NotUpgraded { reason },
        })
    }

    fn agree(&self, fields: &HeaderMap) -> Result<Agreed, String> {
        if !has_token(fields, &UPGRADE, "websocket") {
            return Err("`upgrade` isn't `websocket`".to_owned());
        }
        if !has_token(fields, &CONNECTION, "upgrade") {
            return Err("`connection` isn't `upgrade`".to_owned());
        }
        if single(fields, &SEC_WEBSOCKET_ACCEPT)? != Some(self.accept.as_str()) {
            return Err("`sec-websocket-accept` doesn't fit the key".to_owned());
        }
        Ok(Agreed {
            protocol: self.protocol(single(fields, &SEC_WEBSOCKET_PROTOCOL)?)?,
            extension: self.extension(single(fields, &SEC_WEBSOCKET_EXTENSIONS)?)?,
        })
    }

    fn protocol(&self, chosen: Option<&str>) -> Result<Option<String>, String> {
        match chosen {
            Some(chosen) if !self.protocols.iter().any(|offered| offered == chosen) => {
                Err(format!("it chose the protocol `{chosen}`, which wasn't offered"))
            }
            chosen => Ok(chosen.map(str::to_owned)),
        }
    }

    fn extension(&self, chosen: Option<&str>) -> Result<Option<String>, String> {
        match chosen {
            Some(chosen) if !self.deflate => {
                Err(format!("it chose the extension `{chosen}`, which wasn't offered"))
            }
            chosen => chosen.map(extension::accept).transpose(),
        }
    }
}

fn has_token(fields: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = fields
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// The one value of a field; two are an attempt to have it both ways.
fn single<'a>(fields: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, String> {
    let mut values = fields.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match (value.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value.trim())),
        _ => Err(format!("`{name}` has no single value")),
    }
}

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_has_its_answer() {
        assert_eq!(
            accept_of("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn keys_differ() {
        assert_ne!(key().unwrap(), key().unwrap());
    }
}
