//! A connection that is to become a socket.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;

use super::handshake::{Route, broken};
use super::line::Record;
use super::wire::{MOST_FIELDS, Meter, Wire};
use crate::Failure;

/// No body: that of every handshake.
pub(crate) type Nothing = Empty<Bytes>;

/// An HTTP/1.1 connection that takes one request, for another protocol. Dropping it closes it, unless that was agreed.
pub(crate) struct Upgrading {
    pub(crate) sender: http1::SendRequest<Nothing>,
    pub(crate) meter: Arc<Meter>,
    /// What becomes of the line, where it isn't ideal.
    pub(crate) record: Option<Arc<Record>>,
    driver: AbortHandle,
}

impl Drop for Upgrading {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

pub(super) async fn begin(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    route: Route,
) -> Result<Upgrading, Failure> {
    let Route {
        peer,
        record,
        rupture,
    } = route;
    let meter = Arc::new(Meter::new(rupture));
    let io = TokioIo::new(Wire::new(stream, Arc::clone(&meter)));
    let (sender, connection) = http1::Builder::new()
        .max_headers(MOST_FIELDS)
        .handshake(io)
        .await
        .map_err(|error| broken(peer, &error))?;
    // How it ends shows in the handshake that it is for.
    let driver = tokio::spawn(async move { connection.with_upgrades().await.unwrap_or_default() });
    Ok(Upgrading {
        sender,
        meter,
        record,
        driver: driver.abort_handle(),
    })
}
