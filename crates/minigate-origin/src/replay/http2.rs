//! h2, whose fields have neither letter case nor framing.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::server::TlsStream;
use url::Url;

use super::Stage;
use super::answer::{Answer, Ending};
use crate::origin::Streams;

/// Answers requests until one side ends the connection.
pub(super) async fn serve(
    stage: &Arc<Stage>,
    tls: TlsStream<TcpStream>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let stage = Arc::clone(stage);
    let service = service_fn(move |request| respond(Arc::clone(&stage), request));
    http2::Builder::new(Streams::default())
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(tls), service)
        .await?;
    Ok(())
}

async fn respond(
    stage: Arc<Stage>,
    request: Request<Incoming>,
) -> Result<Response<Recorded>, Box<dyn Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await?.to_bytes();
    let mime = parts.headers.get(http::header::CONTENT_TYPE);
    let mime = mime.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let url = Url::parse(&parts.uri.to_string())?;
    let method = parts.method.as_str();
    let entry = stage
        .play(method, &url, mime, &body)
        .ok_or("it isn't in the recording")?;
    let answer = Answer::of(&entry, method).await;
    let wait = stage.delay(answer.wait_ms);
    if !wait.is_zero() {
        sleep(wait).await;
    }
    let mut response = Response::new(Recorded {
        rest: Some(answer.body.clone()),
        ending: answer.ending,
    });
    *response.status_mut() = StatusCode::from_u16(answer.status)?;
    response.headers_mut().extend(answer.h2_fields());
    Ok(response)
}

/// A body with its ending.
struct Recorded {
    rest: Option<Bytes>,
    ending: Ending,
}

impl Body for Recorded {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(rest) = self.rest.take().filter(|rest| !rest.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        match self.ending {
            Ending::GoOn => Poll::Ready(None),
            Ending::Close | Ending::Cut | Ending::Reset => {
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
            }
            // The client ends it.
            Ending::Silence => Poll::Pending,
        }
    }
}

const LONGEST_BODY: usize = 16 << 20;
