//! From a name to its addresses.

use std::net::IpAddr;

use futures_util::future::BoxFuture;

/// Looks names up. The engine asks once for each connection that it opens and dials nothing but the answers.
pub trait Resolver: Send + Sync {
    /// The addresses of `host`, the preferred ones first.
    ///
    /// # Errors
    /// [`ResolveError`] where there are none or nobody can tell.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>>;
}

/// Why a name has no address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ResolveError {
    /// It doesn't exist or has no address.
    #[error("`{host}` has no address")]
    NotFound {
        /// The name.
        host: String,
    },
    /// It couldn't be asked for.
    #[error("`{host}` couldn't be looked up: {reason}")]
    Failed {
        /// The name.
        host: String,
        /// What the system says.
        reason: String,
    },
}

/// Where addresses come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AddressSource {
    /// The resolver.
    Resolver,
    /// An [`Override`](crate::Override) that the host gave.
    Override,
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(lookup(host))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the resolver")]
async fn lookup(host: &str) -> Result<Vec<IpAddr>, ResolveError> {
    let found = tokio::net::lookup_host((host, 0)).await;
    let found = found.map_err(|error| ResolveError::Failed {
        host: host.to_owned(),
        reason: error.to_string(),
    })?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|socket| socket.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        Err(ResolveError::NotFound {
            host: host.to_owned(),
        })
    } else {
        Ok(addresses)
    }
}
