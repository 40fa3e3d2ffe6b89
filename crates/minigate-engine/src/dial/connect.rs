//! From addresses to a TCP connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::Failure;

/// The first connection that stands: addresses are tried in order, each with a head start on the next
/// (RFC 8305 §5).
pub(super) async fn first_of(
    host: &str,
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut attempts: FuturesUnordered<_> = (0_u32..)
        .zip(addresses)
        .map(|(n, address)| attempt(*address, HEAD_START * n))
        .collect();
    let mut last = None;
    while let Some((address, attempt)) = attempts.next().await {
        match attempt {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => last = Some((address, error.kind())),
        }
    }
    let (peer, kind) = last.unwrap_or((
        SocketAddr::from(([0, 0, 0, 0], 0)),
        io::ErrorKind::AddrNotAvailable,
    ));
    Err(Failure::NotConnected {
        host: host.to_owned(),
        peer,
        kind,
    })
}

#[expect(clippy::disallowed_methods, reason = "this is where permits are dialled")]
async fn attempt(address: SocketAddr, delay: Duration) -> (SocketAddr, io::Result<TcpStream>) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let connected = TcpStream::connect(address).await.and_then(|stream| {
        stream.set_nodelay(true)?;
        Ok(stream)
    });
    (address, connected)
}

const HEAD_START: Duration = Duration::from_millis(250);
