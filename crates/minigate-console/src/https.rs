//! Requests to services that an operator names: registers and OpenID providers.

use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use minigate_policy::CertificateCheck;
use minigate_policy::diagnosis::Lang;
use minigate_tls::{Offer, Roots, Trust};
use url::{Host, Url};

/// Asks over HTTP/1.1, with TLS where the URL says so; follows no redirect.
pub(crate) type Https<B> = Client<HttpsConnector<HttpConnector>, B>;

/// One whose servers these roots have to vouch for; it keeps so many idle connections to each for a minute.
pub(crate) fn client<B>(roots: &Roots, kept: usize) -> Https<B>
where
    B: Body<Data = Bytes> + Send,
{
    let check = CertificateCheck {
        skipped: false,
        ats: false,
        self_signed_never: false,
    };
    let handshake = Trust::new(roots.clone()).begin(check, Offer::None);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config((**handshake.config()).clone())
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(kept)
        .pool_idle_timeout(IDLE)
        .build(connector)
}

/// Whether it says nothing in clear to another machine.
pub(crate) fn is_guarded(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// That a URL isn't guarded, and what to write instead.
pub(crate) fn unguarded(url: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "`{url}` is neither https nor on this machine, and what is asked and answered would go in clear: write https://HOST; http is for this machine only"
        ),
        Lang::Zh => format!(
            "`{url}` 既不是 https，也不在本机，问答内容会以明文传输：请写 https://主机；只有本机才可用 http"
        ),
    }
}

/// Its scheme, host and port: the rest may be a secret. Schemes that aren't the web's have no origin of their own.
pub(crate) fn origin(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

const IDLE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_in_clear() {
        for (url, guarded) in [
            ("https://register.example/", true),
            ("http://localhost:1/", true),
            ("http://127.0.0.2/", true),
            ("http://[::1]/", true),
            ("http://register.example/", false),
            ("http://localhost.example/", false),
            ("http://10.0.0.1/", false),
            ("ftp://localhost/", false),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(is_guarded(&Url::parse(url).unwrap()), guarded, "{url}");
        }
    }
}
