//! An origin on a thread of its own, and an app that may call it.

pub(crate) mod connector;

use std::net::SocketAddr;
use std::sync::Arc;

use minigate_engine::{Engine, Override, Setup};
use minigate_policy::{DomainLists, Policy, Profile, WrittenLists};
use minigate_testkit::{Asked, Authority, Origin, Reply, polite};
use minigate_tls::{RootSource, Roots, Trust};
use tokio::runtime::{Builder, Runtime};

pub(crate) const HOST: &str = "api.example.com";
pub(crate) const URL: &str = "https://api.example.com/";

/// A running origin.
pub(crate) struct Served {
    pub(crate) addr: SocketAddr,
    pub(crate) authority: Arc<Authority>,
    _origin: Origin,
    _runtime: Runtime,
}

impl Served {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let authority = Arc::new(Authority::new().unwrap());
        let body = format!("{{\"items\":[{}]}}", ["{\"id\":1,\"name\":\"x\"}"; 12].join(","));
        let answer = move |_: &Asked| Reply {
            headers: [(
                "content-type".parse().unwrap(),
                "application/json".parse().unwrap(),
            )]
            .into_iter()
            .collect(),
            body: body.clone().into(),
            ..Reply::default()
        };
        let origin = runtime
            .block_on(Origin::start(polite(HOST, answer), &authority))
            .unwrap();
        Self {
            addr: origin.addr(),
            authority,
            _origin: origin,
            _runtime: runtime,
        }
    }
}

/// The client's own thread.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The engine of an app that may call the origin.
pub(crate) fn app(served: &Served) -> (Policy, Engine) {
    let written = WrittenLists {
        request: vec![format!("https://{HOST}")],
        ..WrittenLists::default()
    };
    let policy = Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&written, 20).unwrap());
    let roots = Roots::load(&[RootSource::Added {
        name: "throw-away".to_owned(),
        content: served.authority.root_pem().into_bytes(),
    }]);
    let mut setup = Setup::new(Profile::default(), Trust::new(roots.unwrap()));
    setup.overrides = vec![Override::host_to(HOST, served.addr)];
    (policy, Engine::start_driver(setup))
}
