//! How a test tells a script to go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

/// Lets a script go on, once for each time that it is told; what is told early is kept.
#[derive(Clone, Debug)]
pub struct Signal {
    permits: Arc<Semaphore>,
}

impl Signal {
    /// A signal that hasn't been told yet.
    pub fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(0)),
        }
    }

    /// Lets one waiting step go on.
    pub fn tell(&self) {
        self.permits.add_permits(1);
    }

    /// Waits until told; dropping the wait leaves what was told to the next.
    pub async fn told(&self) {
        self.permits
            .acquire()
            .await
            .expect("the semaphore is never closed")
            .forget();
    }
}

impl Default for Signal {
    fn default() -> Self {
        Self::new()
    }
}

/// What a slow script waits for before each byte.
#[derive(Clone, Debug)]
pub enum Pace {
    /// A time on tokio's clock.
    Every(Duration),
    /// The test's word.
    On(Signal),
}

impl Pace {
    pub(crate) async fn wait(&self) {
        match self {
            Self::Every(span) => tokio::time::sleep(*span).await,
            Self::On(signal) => signal.told().await,
        }
    }
}
