//! Whether the console lives, and whether it can serve.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::time::timeout;

use crate::Console;
use crate::store::Key;

pub(super) fn router() -> Router<Arc<Console>> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
}

/// Asks the database for something, and, where its last write failed, to write; a console that is about to end is to be
/// asked for nothing more.
async fn ready(State(console): State<Arc<Console>>) -> (StatusCode, &'static str) {
    if console.is_ending() {
        return (StatusCode::SERVICE_UNAVAILABLE, "about to end\n");
    }
    let asked = async {
        let key = Key::of(&["ready"])?;
        console.store().get(&key).await
    };
    match timeout(PATIENCE, asked).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) | Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n"),
    }
    match timeout(PATIENCE, console.can_write()).await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        Ok(false) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database can't be written\n"),
    }
}

const PATIENCE: Duration = Duration::from_secs(3);
