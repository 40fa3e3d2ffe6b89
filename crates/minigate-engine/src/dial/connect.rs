//! From addresses to a stream.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::transport::Wiring;
use crate::{Failure, TcpDelay};

/// The first connection that stands: addresses are tried in order, each when the one before it has failed or had its
/// head start (RFC 8305 §5).
pub(super) async fn first_of<'a>(
    host: &str,
    addresses: &[SocketAddr],
    open: impl Fn(SocketAddr) -> BoxFuture<'a, io::Result<Wiring>>,
) -> Result<(Wiring, SocketAddr), Failure> {
    let attempt = |address| open(address).map(move |opened| (address, opened));
    let mut untried = addresses.iter();
    let mut attempts = FuturesUnordered::new();
    let mut failed = (
        SocketAddr::from(([0, 0, 0, 0], 0)),
        io::ErrorKind::AddrNotAvailable,
    );
    loop {
        attempts.extend(untried.next().map(|address| attempt(*address)));
        // An attempt that isn't over stays in the set.
        tokio::select! {
            over = attempts.next() => match over {
                Some((address, Ok(stream))) => return Ok((stream, address)),
                Some((address, Err(error))) => failed = (address, error.kind()),
                None => break,
            },
            () = sleep(HEAD_START), if !untried.as_slice().is_empty() => {}
        }
    }
    Err(Failure::NotConnected {
        host: host.to_owned(),
        peer: failed.0,
        kind: failed.1,
    })
}

#[expect(clippy::disallowed_methods, reason = "this is where permits are dialled")]
pub(super) async fn tcp(address: SocketAddr, delay: TcpDelay) -> io::Result<Wiring> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(delay == TcpDelay::Off)?;
    Ok(Wiring::Tcp(stream))
}

const HEAD_START: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn tcp_delays_small_packets_only_where_that_is_wanted() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();

        for (delay, no_delay) in [(TcpDelay::On, false), (TcpDelay::Off, true)] {
            let Wiring::Tcp(stream) = tcp(address, delay).await.unwrap() else {
                panic!("it is TCP");
            };
            assert_eq!(stream.nodelay().unwrap(), no_delay);
        }
    }
}
