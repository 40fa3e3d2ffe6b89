//! What the tests share: an app on an engine, a journal that remembers, servers to talk to.

mod app;
mod h2_server;
mod journal;
mod seen;
mod socket;

use std::sync::{Arc, OnceLock};

use minigate_testkit::{Asked, Authority, Leaf, Origin, Reply, Script, ScriptedServer, polite};

pub(crate) use app::{App, Setting, app};
pub(crate) use h2_server::{H2Behaviour, H2Server};
pub(crate) use journal::{Entry, Recorder};
pub(crate) use seen::{
    Seen, body, finish_by, finish_in_time, finish_on_stopped_clock, is_one_of, kind, rest, status, watch,
};
pub(crate) use socket::{closed_with, next_event, open, watch_socket};

/// The domain that every test's app may call.
pub(crate) const HOST: &str = "api.example.com";
/// Another one.
pub(crate) const OTHER: &str = "cdn.example.com";
/// The root of [`HOST`].
pub(crate) const URL: &str = "https://api.example.com/";
/// A socket's path at [`HOST`].
pub(crate) const WSS: &str = "wss://api.example.com/chat";

/// The authority whose root every test's app trusts.
pub(crate) fn authority() -> &'static Arc<Authority> {
    static AUTHORITY: OnceLock<Arc<Authority>> = OnceLock::new();
    AUTHORITY.get_or_init(|| Arc::new(Authority::new().unwrap()))
}

/// A scripted server with a right certificate for [`HOST`].
pub(crate) async fn scripted(scripts: impl IntoIterator<Item = Script>) -> ScriptedServer {
    scripted_for(HOST, scripts).await
}

pub(crate) async fn scripted_for(host: &str, scripts: impl IntoIterator<Item = Script>) -> ScriptedServer {
    ScriptedServer::start(authority().leaf(host).unwrap(), scripts).await
}

/// A scripted server with a certificate of any shape that answers `ok` to everything.
pub(crate) async fn presenting(leaf: &Leaf) -> ScriptedServer {
    let ok = Script::answering(minigate_testkit::answer(200, &[], "ok"));
    ScriptedServer::start(leaf.issue(authority()), [ok]).await
}

/// A well-behaved server for [`HOST`], HTTP/1.1 and h2.
pub(crate) async fn origin(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Origin {
    Origin::start(polite(HOST, answer), authority()).await.unwrap()
}

/// A reply of a well-behaved server.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<bytes::Bytes>) -> Reply {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    Reply {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers: headers
            .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
            .into_iter()
            .collect(),
        body: body.into(),
        ..Reply::default()
    }
}
