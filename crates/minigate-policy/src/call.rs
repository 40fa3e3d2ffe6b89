//! One use of an interface.

use std::time::Duration;

use crate::Interface;

/// One use of an interface by an app, as the app asked for it and before anything was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    interface: Interface,
    url: String,
    timeout: Option<Duration>,
}

impl Call {
    /// A call of `interface` to the URL that the app wrote.
    #[must_use]
    pub fn new(interface: Interface, url: impl Into<String>) -> Self {
        Self {
            interface,
            url: url.into(),
            timeout: None,
        }
    }

    /// The same call with a time-out of its own, which wins over the configured one (rule N2).
    #[must_use]
    pub fn with_timeout(self, timeout: Option<Duration>) -> Self {
        Self { timeout, ..self }
    }

    /// The interface that is used.
    #[must_use]
    pub const fn interface(&self) -> Interface {
        self.interface
    }

    /// The URL as the app wrote it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The call's own time-out.
    #[must_use]
    pub const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }
}
