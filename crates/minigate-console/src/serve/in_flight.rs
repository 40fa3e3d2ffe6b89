//! The requests of one connection that aren't answered to the end.

use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// Counts them. Neither protocol has a limit for a client that says nothing: HTTP/1 begins to count once it is chosen, and
/// HTTP/2 only asks whether somebody is there.
#[derive(Debug)]
pub(super) struct InFlight {
    running: watch::Sender<()>,
    begun: Notify,
}

/// One request, until it is answered to the end; it is over when this is dropped.
#[derive(Debug)]
pub(super) struct RequestInFlight(
    #[expect(dead_code, reason = "it counts by being there")] watch::Receiver<()>,
);

impl InFlight {
    pub(super) fn new() -> Self {
        Self {
            running: watch::Sender::new(()),
            begun: Notify::new(),
        }
    }

    pub(super) fn begin(&self) -> RequestInFlight {
        let request = RequestInFlight(self.running.subscribe());
        self.begun.notify_one();
        request
    }

    /// Ends once there was no request for so long.
    pub(super) async fn idle(&self, span: Duration) {
        loop {
            self.running.closed().await;
            if timeout(span, self.begun.notified()).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_an_answer_isnt_idle() {
        let in_flight = InFlight::new();
        let mut idle = pin!(in_flight.idle(SPAN));
        assert!(idle.as_mut().now_or_never().is_none());

        let [one, two] = [in_flight.begin(), in_flight.begin()];
        for request in [one, two] {
            advance(SPAN * 2).await;
            assert!(idle.as_mut().now_or_never().is_none());
            drop(request);
        }
        assert!(idle.as_mut().now_or_never().is_none());
        advance(SPAN * 2).await;

        assert!(idle.now_or_never().is_some());
    }

    const SPAN: Duration = Duration::from_secs(30);
}
