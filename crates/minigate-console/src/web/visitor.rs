//! What is known of whoever asks, signed in or not.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use minigate_policy::diagnosis::Lang;

use crate::Console;
use crate::publish::ClientAddress;
use crate::serve::Peer;

/// Whoever asks.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Where it comes from: the peer's address, or what a trusted proxy says.
    pub(crate) address: IpAddr,
    /// The language that it wants.
    pub(crate) lang: Lang,
    /// The colours that it wants.
    pub(crate) theme: Theme,
    /// Path and query of what it asks for.
    pub(crate) place: String,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }
}

impl FromRequestParts<Arc<Console>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Infallible> {
        let cookies = CookieJar::from_headers(&parts.headers);
        let chosen = |name: &str| cookies.get(name).map(|cookie| cookie.value().to_owned());
        let lang = chosen(LANG_COOKIE).and_then(|lang| lang.parse().ok());
        let theme = chosen(THEME_COOKIE).and_then(|theme| Theme::of(&theme));
        Ok(Self {
            address: address_of(parts, console),
            lang: lang.unwrap_or_else(|| accepted(&parts.headers)),
            theme: theme.unwrap_or_default(),
            place: parts
                .uri
                .path_and_query()
                .map_or("/", |place| place.as_str())
                .to_owned(),
        })
    }
}

/// The first language of `accept-language` that there is.
pub(crate) fn accepted(headers: &HeaderMap) -> Lang {
    let header = headers.get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tags = header.split(',').map(|tag| tag.trim().to_ascii_lowercase());
    let known = tags.find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    known.map_or_else(Lang::default, |tag| Lang::of_locale(&tag))
}

/// Notes who asks, for routes that need nothing else of a visitor.
pub(super) async fn find_address(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = address_of(&parts, &console);
    parts.extensions.insert(ClientAddress(address));
    next.run(Request::from_parts(parts, body)).await
}

/// The peer's address; behind trusted proxies, the last one in `x-forwarded-for` that isn't one of them.
pub(crate) fn address_of(parts: &Parts, console: &Console) -> IpAddr {
    let peer = peer_of(&parts.extensions);
    let is_trusted = |address: &IpAddr| console.settings().trusts(address);
    if !is_trusted(&peer) {
        return peer;
    }
    let forwarded = parts.headers.get_all("x-forwarded-for").into_iter();
    let said = forwarded.filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for text in addresses.into_iter().rev() {
        let Ok(address) = text.parse::<IpAddr>() else {
            return nearest;
        };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            return nearest;
        }
    }
    nearest
}

/// Whether it is a trusted proxy that hands a request over.
pub(super) fn is_from_a_proxy(extensions: &Extensions, console: &Console) -> bool {
    console.settings().trusts(&peer_of(extensions))
}

fn peer_of(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<Peer>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0)
}

pub(crate) const LANG_COOKIE: &str = "lang";
pub(crate) const THEME_COOKIE: &str = "theme";
