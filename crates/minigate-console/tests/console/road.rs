//! The way to a server, which can be closed.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// Passes connections on to a server while it is open; as it closes, those that there are end.
pub(crate) struct Road {
    pub(crate) url: String,
    is_open: watch::Sender<bool>,
    tries_in_vain: watch::Receiver<usize>,
}

impl Road {
    pub(crate) async fn to(server: &str) -> Self {
        let mut url: Url = server.parse().unwrap();
        let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let (is_open, gate) = watch::channel(true);
        let (refusing, tries_in_vain) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                if *gate.borrow() {
                    tokio::spawn(pass(connection, address.clone(), gate.clone()));
                } else {
                    drop(connection);
                    refusing.send_modify(|tries| *tries += 1);
                }
            }
        });
        Self {
            url: url.into(),
            is_open,
            tries_in_vain,
        }
    }

    pub(crate) fn open(&self) {
        self.is_open.send_replace(true);
    }

    pub(crate) fn close(&self) {
        self.is_open.send_replace(false);
    }

    /// Waits until so many have come to a closed road.
    pub(crate) async fn tried_in_vain(&self, times: usize) {
        let mut tries = self.tries_in_vain.clone();
        tries.wait_for(|tries| *tries >= times).await.unwrap();
    }
}

async fn pass(mut from: TcpStream, address: String, mut gate: watch::Receiver<bool>) {
    let Ok(mut to) = TcpStream::connect(address).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut from, &mut to) => {}
        _ = gate.wait_for(|is_open| !is_open) => {}
    }
}
