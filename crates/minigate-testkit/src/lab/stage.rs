//! How each kind of server is set up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::legacy::{self, Legacy};
use super::modern::{self, ByName, Modern};
use super::pki::Pki;
use super::site::Site;
use super::{Chain, faults};
use crate::script::Script;
use crate::server::ScriptedServer;

/// How a fault is served.
#[derive(Clone, Copy, Debug)]
pub(super) enum Service {
    Modern(Modern, fn(&Pki) -> Site),
    /// The second site for those who don't name the host.
    ByName(fn(&Pki) -> Site, fn(&Pki) -> Site),
    TwoAddresses(fn(&Pki) -> Site, fn(&Pki) -> Site),
    Legacy(Legacy, fn(&Pki) -> Site),
    Scripted(fn() -> Script, fn(&Pki) -> Site),
    Late(fn(&Pki) -> Site),
}

/// A server at work.
#[derive(Debug)]
pub(super) struct Serving {
    /// What each address presents, in their order, where that can be swapped.
    pub(super) sites: Vec<Arc<ByName>>,
    _work: Work,
}

/// What keeps a server alive.
#[derive(Debug)]
#[expect(dead_code, reason = "what it holds ends with it")]
enum Work {
    Tasks(JoinSet<()>),
    Scripted(ScriptedServer),
}

impl Serving {
    const fn fixed(work: Work) -> Self {
        Self {
            sites: Vec::new(),
            _work: work,
        }
    }
}

/// What each address of a fault presents, made once for a laboratory: a server that is started again has its keys.
#[derive(Debug, Default)]
pub(super) struct Sites(Mutex<BTreeMap<(&'static str, Which), Site>>);

impl Sites {
    /// The key of what a fault's first address presents.
    pub(super) fn key_pem(&self, fault: &'static str) -> String {
        let sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let site = sites.get(&(fault, Which::First));
        site.expect("the server was started").key_pem()
    }
}

/// Which of a fault's sites.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Which {
    First,
    Second,
}

/// Where a fault's server is set up.
pub(super) struct Stage<'a> {
    pub(super) pki: &'a Pki,
    pub(super) sites: &'a Sites,
    pub(super) fault: &'static str,
    /// What is sent in place of what the fault would send.
    pub(super) chain: Option<Chain>,
}

impl Stage<'_> {
    pub(super) async fn start(&self, service: Service) -> (Vec<SocketAddr>, Serving) {
        match service {
            Service::Modern(modern, make) => {
                let site = self.site(Which::First, make);
                self.serve_modern(modern, [ByName::new(&site, &site)]).await
            }
            Service::ByName(named, unnamed) => {
                let named = self.site(Which::First, named);
                let sites = ByName::new(&named, &self.site(Which::Second, unnamed));
                self.serve_modern(faults::MODERN, [sites]).await
            }
            Service::TwoAddresses(first, second) => {
                let sites = [self.site(Which::First, first), self.site(Which::Second, second)];
                let sites = sites.map(|site| ByName::new(&site, &site));
                self.serve_modern(faults::MODERN, sites).await
            }
            Service::Late(make) => self.serve_late(&self.site(Which::First, make)).await,
            Service::Legacy(legacy, make) => self.serve_legacy(legacy, self.site(Which::First, make)).await,
            Service::Scripted(script, make) => {
                let server =
                    ScriptedServer::start(self.site(Which::First, make).certified(), [script()]).await;
                (vec![server.addr()], Serving::fixed(Work::Scripted(server)))
            }
        }
    }

    fn site(&self, which: Which, make: fn(&Pki) -> Site) -> Site {
        let mut sites = self.sites.0.lock().unwrap_or_else(PoisonError::into_inner);
        let site = sites.entry((self.fault, which)).or_insert_with(|| make(self.pki));
        let mut site = site.clone();
        if let Some(chain) = &self.chain {
            site.chain.clone_from(chain);
        }
        site
    }

    async fn serve_modern<const N: usize>(
        &self,
        modern: Modern,
        sites: [Arc<ByName>; N],
    ) -> (Vec<SocketAddr>, Serving) {
        let now = self.timestamp();
        let mut tasks = JoinSet::new();
        let mut addresses = Vec::new();
        for (site, listener) in sites.iter().zip(listeners(N).await) {
            let config = modern::config(modern, self.pki, Arc::clone(site));
            addresses.push(address(&listener));
            tasks.spawn(accept_all(listener, move |tcp| {
                let config = Arc::clone(&config);
                // A client that breaks off is everyday life.
                async move { drop(modern::serve(tcp, config, now).await) }
            }));
        }
        let serving = Serving {
            sites: sites.to_vec(),
            _work: Work::Tasks(tasks),
        };
        (addresses, serving)
    }

    async fn serve_late(&self, site: &Site) -> (Vec<SocketAddr>, Serving) {
        let config = modern::config(faults::MODERN, self.pki, ByName::new(site, site));
        let now = self.timestamp();
        serve(move |tcp| {
            let config = Arc::clone(&config);
            async move {
                sleep(HESITATION).await;
                drop(modern::serve(tcp, config, now).await);
            }
        })
        .await
    }

    async fn serve_legacy(&self, legacy: Legacy, site: Site) -> (Vec<SocketAddr>, Serving) {
        let site = Arc::new(site);
        serve(move |tcp| {
            let site = Arc::clone(&site);
            async move { drop(legacy::serve(tcp, legacy, site).await) }
        })
        .await
    }

    fn timestamp(&self) -> Timestamp {
        Timestamp::try_from(self.pki.now).expect("a laboratory is of this age")
    }
}

pub(super) async fn serve<F>(serve: impl FnMut(TcpStream) -> F + Send + 'static) -> (Vec<SocketAddr>, Serving)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = listen(Ipv4Addr::LOCALHOST.into(), 0)
        .await
        .expect("a port of loopback is free");
    let address = address(&listener);
    let mut tasks = JoinSet::new();
    tasks.spawn(accept_all(listener, serve));
    (vec![address], Serving::fixed(Work::Tasks(tasks)))
}

async fn accept_all<F>(listener: TcpListener, mut serve: impl FnMut(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        connections.spawn(serve(tcp));
    }
}

/// Listeners on different addresses of loopback with the same port.
async fn listeners(count: usize) -> Vec<TcpListener> {
    loop {
        let first = listen(Ipv4Addr::LOCALHOST.into(), 0)
            .await
            .expect("a port of loopback is free");
        if count == 1 {
            return vec![first];
        }
        let port = address(&first).port();
        // Not every system has the whole of 127.0.0.0/8, and somebody else may have that port.
        for second in [Ipv4Addr::new(127, 0, 0, 2).into(), Ipv6Addr::LOCALHOST.into()] {
            if let Ok(listener) = listen(second, port).await {
                return vec![first, listener];
            }
        }
    }
}

async fn listen(address: IpAddr, port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address, port)).await
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("a listener has an address")
}

/// How long `late_handshake` waits before each handshake.
const HESITATION: Duration = Duration::from_millis(150);
