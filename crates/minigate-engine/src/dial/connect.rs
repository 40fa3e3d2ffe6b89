//! From addresses to a TCP connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::Failure;

/// The first connection that stands: addresses are tried in order, each when the one before it has failed or had its
/// head start (RFC 8305 §5).
pub(super) async fn first_of(
    host: &str,
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr), Failure> {
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
async fn attempt(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    let connected = TcpStream::connect(address).await.and_then(|stream| {
        stream.set_nodelay(true)?;
        Ok(stream)
    });
    (address, connected)
}

const HEAD_START: Duration = Duration::from_millis(250);
