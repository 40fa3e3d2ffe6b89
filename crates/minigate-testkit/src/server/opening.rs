//! How a connection begins.

use std::io;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::wire::Wire;
use crate::script::Opening;

pub(super) async fn open(opening: Opening, tcp: TcpStream, tls: &Arc<ServerConfig>) -> io::Result<Wire> {
    match opening {
        Opening::Nothing => Ok(Wire::Clear(tcp)),
        Opening::Handshake => {
            let tls = TlsAcceptor::from(Arc::clone(tls)).accept(tcp).await?;
            Ok(Wire::Tls(Box::new(tls)))
        }
        Opening::HalfHandshake => half_a_handshake(tcp, tls).await,
    }
}

async fn half_a_handshake(mut tcp: TcpStream, tls: &Arc<ServerConfig>) -> io::Result<Wire> {
    let mut server = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
    while !server.wants_write() {
        let mut received = Vec::new();
        if tcp.read_buf(&mut received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        server.read_tls(&mut received.as_slice())?;
        server.process_new_packets().map_err(io::Error::other)?;
    }
    let mut flight = Vec::new();
    server.write_tls(&mut flight)?;
    flight.truncate(flight.len() / 2);
    tcp.write_all(&flight).await?;
    Ok(Wire::Clear(tcp))
}
