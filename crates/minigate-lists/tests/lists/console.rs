//! A console that says what a test wants.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use minigate_lists::{
    Follower, KeySet, KeyStage, ListedKey, Pace, Published, Setup, SigningKey, State as Followed,
};
use minigate_policy::WrittenLists;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

/// One app's console on loopback; it is away once it is dropped.
pub(crate) struct Console {
    said: Arc<Said>,
    address: std::net::SocketAddr,
    serving: AbortHandle,
}

struct Said {
    list: Mutex<String>,
    keys: Mutex<String>,
    status: Mutex<StatusCode>,
    /// How often the list was asked for, and how often that was answered with 304.
    asked: Mutex<(usize, usize)>,
    /// Which keys the set of keys was asked for.
    signers: Mutex<Vec<String>>,
    told: broadcast::Sender<()>,
    streams: bool,
}

impl Console {
    pub(crate) async fn start(list: &str, keys: &str) -> Self {
        Self::with_stream(list, keys, true).await
    }

    pub(crate) async fn with_stream(list: &str, keys: &str, streams: bool) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), list, keys, streams).await
    }

    pub(crate) async fn at(address: std::net::SocketAddr, list: &str, keys: &str, streams: bool) -> Self {
        let said = Arc::new(Said {
            list: Mutex::new(list.to_owned()),
            keys: Mutex::new(keys.to_owned()),
            status: Mutex::new(StatusCode::OK),
            asked: Mutex::default(),
            signers: Mutex::default(),
            told: broadcast::Sender::new(16),
            streams,
        });
        let router = Router::new()
            .route("/lists/keys", get(keys_of))
            .route("/lists/{app}", get(list_of))
            .route("/lists/{app}/events", get(events_of))
            .with_state(Arc::clone(&said));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Self {
            said,
            address,
            serving,
        }
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    pub(crate) fn setup(&self) -> Setup {
        setup(&format!("http://{}", self.address))
    }

    pub(crate) fn publish(&self, list: &str) {
        list.clone_into(&mut self.said.list.lock().unwrap());
        // Nobody may listen yet.
        let _ = self.said.told.send(());
    }

    pub(crate) fn rotate(&self, keys: &str) {
        keys.clone_into(&mut self.said.keys.lock().unwrap());
    }

    pub(crate) fn answer_with(&self, status: u16) {
        *self.said.status.lock().unwrap() = StatusCode::from_u16(status).unwrap();
        let _ = self.said.told.send(());
    }

    pub(crate) fn asked(&self) -> (usize, usize) {
        *self.said.asked.lock().unwrap()
    }

    pub(crate) fn signers(&self) -> Vec<String> {
        self.said.signers.lock().unwrap().clone()
    }

    pub(crate) fn leave(self) {
        self.serving.abort();
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn list_of(State(said): State<Arc<Said>>, Path(_): Path<String>, headers: HeaderMap) -> Response {
    let status = *said.status.lock().unwrap();
    if status != StatusCode::OK {
        return status.into_response();
    }
    let list = said.list.lock().unwrap().clone();
    let mut hasher = DefaultHasher::new();
    list.hash(&mut hasher);
    let tag = format!("\"{}\"", hasher.finish());
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| *known == *tag);
    let mut asked = said.asked.lock().unwrap();
    asked.0 += 1;
    if is_known {
        asked.1 += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(ETAG, tag)], list).into_response()
}

async fn keys_of(State(said): State<Arc<Said>>, RawQuery(query): RawQuery) -> String {
    let signer = query.as_deref().and_then(|query| query.strip_prefix("signer="));
    let signer = signer.map(str::to_owned);
    said.signers.lock().unwrap().extend(signer);
    said.keys.lock().unwrap().clone()
}

async fn events_of(State(said): State<Arc<Said>>) -> Response {
    if !said.streams {
        return StatusCode::NOT_FOUND.into_response();
    }
    let told = stream::unfold(said.told.subscribe(), |mut told| async move {
        told.recv().await.ok()?;
        Some((Event::default().event("published").data("1"), told))
    });
    Sse::new(told.map(Ok::<_, std::convert::Infallible>)).into_response()
}

/// A follower that tries again soon.
pub(crate) fn setup(console: &str) -> Setup {
    let mut setup = Setup::new(console.parse().unwrap(), "wx1".parse().unwrap()).unwrap();
    setup.pace = Pace {
        poll: Duration::from_millis(20),
        retry: Duration::from_millis(5),
        ..Pace::default()
    };
    setup
}

/// Waits until a follower has come so far.
pub(crate) async fn until(follower: &mut Follower, mut is_so: impl FnMut(&Followed) -> bool) -> Followed {
    let waiting = async {
        loop {
            let state = follower.state();
            if is_so(&state) {
                return state;
            }
            follower.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("the follower should have come so far")
}

pub(crate) fn sequence(state: &Followed) -> u64 {
    state.held.as_ref().map_or(0, |held| held.published.sequence)
}

pub(crate) fn published(sequence: u64, domain: &str) -> Published {
    Published {
        app: "wx1".to_owned(),
        sequence,
        version: u32::try_from(sequence).unwrap(),
        published_at: Some(Timestamp::UNIX_EPOCH),
        lists: WrittenLists {
            request: vec![format!("https://{domain}")],
            ..WrittenLists::default()
        },
        blocked: Vec::new(),
        skip: None,
    }
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate().unwrap()
}

/// A set of these keys, signed by all of them; each of them signs lists.
pub(crate) fn set(sequence: u64, keys: &[&SigningKey]) -> String {
    let staged: Vec<_> = keys.iter().map(|key| (*key, KeyStage::Signing)).collect();
    staged_set(sequence, &staged)
}

/// A set of keys in these stages, signed by all of them.
pub(crate) fn staged_set(sequence: u64, keys: &[(&SigningKey, KeyStage)]) -> String {
    let private: Vec<_> = keys.iter().map(|(key, _)| (*key).clone()).collect();
    staged(sequence, keys).seal(&private).unwrap()
}

pub(crate) fn key_set(sequence: u64, keys: &[&SigningKey]) -> KeySet {
    let staged_keys: Vec<_> = keys.iter().map(|key| (*key, KeyStage::Signing)).collect();
    staged(sequence, &staged_keys)
}

pub(crate) fn staged(sequence: u64, keys: &[(&SigningKey, KeyStage)]) -> KeySet {
    let listed = keys.iter().map(|(key, stage)| ListedKey {
        key: key.public().clone(),
        stage: *stage,
    });
    KeySet {
        sequence,
        keys: listed.collect(),
    }
}

/// A second of 1970.
pub(crate) fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// What has signed until this second.
pub(crate) fn retired(until: i64) -> KeyStage {
    KeyStage::Retired { until: second(until) }
}
