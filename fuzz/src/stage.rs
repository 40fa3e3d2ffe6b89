//! An app's engine with servers in memory.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use minigate_engine::{Conditions, Engine, Override, Setup, Stream, Transport};
use minigate_policy::{Debugging, Policy, Profile};
use minigate_tls::{RootSource, Roots, Trust};
use tokio::io::{DuplexStream, duplex};

/// Hosts of an app, the last for probes only: no connection of a scene ever serves them.
pub(crate) const HOSTS: [&str; 3] = ["a.example", "b.example", "probe.example"];

/// Serves a connection; the end of the future closes it.
pub(crate) type Serve = Box<dyn FnOnce(DuplexStream) -> BoxFuture<'static, ()> + Send>;

/// What becomes of the connections of an app, one after the other; further ones are served by the last resort.
#[derive(Clone)]
pub(crate) struct Stage {
    acts: Arc<Mutex<VecDeque<Option<Serve>>>>,
    last_resort: Arc<dyn Fn() -> Serve + Send + Sync>,
}

impl Stage {
    /// `None` stands for a connection that is refused.
    pub(crate) fn new(
        acts: impl IntoIterator<Item = Option<Serve>>,
        last_resort: impl Fn() -> Serve + Send + Sync + 'static,
    ) -> Self {
        Self {
            acts: Arc::new(Mutex::new(acts.into_iter().collect())),
            last_resort: Arc::new(last_resort),
        }
    }

    /// From now on every connection is served by the last resort.
    pub(crate) fn clear(&self) {
        self.acts.lock().unwrap().clear();
    }
}

impl Transport for Stage {
    fn connect(&self, _: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Stream>>> {
        let act = self.acts.lock().unwrap().pop_front();
        let serve = act.unwrap_or_else(|| Some((self.last_resort)()));
        async move {
            let serve = serve.ok_or(io::ErrorKind::ConnectionRefused)?;
            let (near, far) = duplex(BUFFER);
            tokio::spawn(serve(far));
            Ok(Box::new(near) as Box<dyn Stream>)
        }
        .boxed()
    }
}

/// An app with debugging on, which may speak HTTP without TLS to every host.
pub(crate) fn policy(profile: Profile) -> Policy {
    Policy::new("wx1".parse().unwrap())
        .with_profile(profile)
        .with_check_skipped(Debugging::On)
}

/// The engine of such an app.
pub(crate) fn engine(profile: Profile, stage: &Stage, change: impl FnOnce(&mut Setup)) -> Engine {
    let mut setup = Setup::new(profile, Trust::new(ROOTS.clone()));
    setup.conditions = Conditions::default();
    setup.transport = Some(Arc::new(stage.clone()));
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
    setup.overrides = HOSTS.map(|host| Override::host_to(host, addr)).into();
    change(&mut setup);
    Engine::new(setup)
}

/// Runs a scene in time that goes on by itself.
pub fn block_on(scene: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(scene);
}

static ROOTS: LazyLock<Roots> = LazyLock::new(|| Roots::load(&[RootSource::Bundled]).unwrap());

const BUFFER: usize = 4 * 1024;
