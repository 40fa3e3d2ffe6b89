//! HTTP/1.1 to the letter: what goes out is what was recorded, not what a library would write.

use std::error::Error;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use url::Url;

use super::Stage;
use super::answer::{Answer, Ending};
use super::request::{self, Request};
use super::socket::{self, pause};

/// A stream that can be reset.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Connection for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Connection for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Answers requests until one side ends the connection.
pub(super) async fn serve(
    stage: &Arc<Stage>,
    scheme: &str,
    mut stream: impl Connection,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut pending = BytesMut::new();
    while let Some(request) = request::read(&mut stream, &mut pending).await? {
        let Some(url) = url(scheme, &request) else {
            break;
        };
        let mime = request.header("content-type").unwrap_or_default();
        let Some(entry) = stage.play(&request.method, &url, mime, &request.body) else {
            break;
        };
        if socket::is_opened(&entry, &request) {
            return socket::serve(stage, &entry, &request, stream).await;
        }
        let answer = Answer::of(&entry, &request.method).await;
        pause(stage.delay(answer.wait_ms)).await;
        stream.write_all(&answer.head()).await?;
        stream.write_all(&answer.framed_body()).await?;
        stream.flush().await?;
        match answer.ending {
            Ending::GoOn => {}
            Ending::Close => break,
            Ending::Cut => return Ok(()),
            Ending::Reset => return Ok(stream.tcp().set_zero_linger()?),
            Ending::Silence => return Ok(wait_for_end(&mut stream).await?),
        }
    }
    Ok(stream.shutdown().await?)
}

fn url(scheme: &str, request: &Request) -> Option<Url> {
    let host = request.header("host")?;
    let is_socket = request
        .header("upgrade")
        .is_some_and(|name| name.eq_ignore_ascii_case("websocket"));
    let scheme = match (scheme, is_socket) {
        ("http", true) => "ws",
        (_, true) => "wss",
        (scheme, false) => scheme,
    };
    Url::parse(&format!("{scheme}://{host}{}", request.target)).ok()
}

async fn wait_for_end(stream: &mut impl Connection) -> io::Result<()> {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
