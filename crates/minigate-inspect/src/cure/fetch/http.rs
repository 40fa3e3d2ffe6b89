//! One question over plain HTTP.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;

use super::Unfetched;

/// What a server says to a question.
pub(super) enum Answer {
    Body(Vec<u8>),
    /// It is elsewhere.
    Moved(String),
}

/// Asks for what a URL names, on a connection of its own.
pub(super) async fn ask(tcp: TcpStream, url: &Url) -> Result<Answer, Unfetched> {
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MOST_FIELDS)
        .max_buf_size(MOST_BYTES)
        .handshake(TokioIo::new(tcp))
        .await
        .map_err(broken)?;
    // Ends with this function; how it ends shows in the answer.
    let mut driving = JoinSet::new();
    driving.spawn(async move { connection.await.unwrap_or_default() });
    let response = sender.send_request(question(url)?).await.map_err(broken)?;
    read(response).await
}

fn question(url: &Url) -> Result<Request<Empty<Bytes>>, Unfetched> {
    let target = url::Position::BeforePath..url::Position::AfterQuery;
    let host = url::Position::BeforeHost..url::Position::AfterPort;
    Request::get(&url[target])
        .header(HOST, &url[host])
        .header(ACCEPT, "application/pkix-cert, application/pkcs7-mime, */*")
        .header(USER_AGENT, concat!("minigate/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|error| Unfetched::Broken {
            reason: error.to_string(),
        })
}

async fn read(response: Response<Incoming>) -> Result<Answer, Unfetched> {
    let status = response.status();
    let location = response.headers().get(LOCATION);
    if status.is_redirection()
        && let Some(location) = location.and_then(|location| location.to_str().ok())
    {
        return Ok(Answer::Moved(location.to_owned()));
    }
    if status != StatusCode::OK {
        let status = status.as_u16();
        return Err(Unfetched::Status { status });
    }
    let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
    match body {
        Ok(body) => Ok(Answer::Body(body.to_bytes().into())),
        Err(error) if error.is::<LengthLimitError>() => Err(Unfetched::TooLong { limit: MOST_BYTES }),
        Err(error) => Err(Unfetched::Broken {
            reason: error.to_string(),
        }),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn broken(error: hyper::Error) -> Unfetched {
    Unfetched::Broken {
        reason: error.to_string(),
    }
}

const MOST_BYTES: usize = 64 << 10;
const MOST_FIELDS: usize = 64;
