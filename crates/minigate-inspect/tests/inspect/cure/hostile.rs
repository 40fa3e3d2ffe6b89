//! URLs and publishers that mean harm: nothing private is dialled, and nothing that doesn't fit is believed.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::Arc;

use minigate_engine::Override;
use minigate_inspect::cure::{Completion, Ending, Fetcher, Means, Misfit, Unfetched, WhyNot, complete};
use minigate_inspect::probe::{Der, SentChain};
use minigate_testkit::lab::{self, Lab};
use minigate_testkit::{Authority, FakeResolver, Leaf, Script, ScriptedServer, Steps, answer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair};

use super::authority::Publisher;
use super::parse;

#[tokio::test]
async fn t5_an_address_that_is_not_public_is_never_dialled() {
    let bystander = serve([Steps::in_the_clear()
        .read_request()
        .write(answer(200, &[], ""))
        .close()])
    .await;
    let port = bystander.addr().port();

    for (url, address) in [
        ("http://127.0.0.1/ca.der", "127.0.0.1"),
        ("http://0x7f.1/ca.der", "127.0.0.1"),
        ("http://[::ffff:10.0.0.1]/ca.der", "::ffff:10.0.0.1"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("http://intranet.example/ca.der", "192.168.1.1"),
        // One private address among public ones is enough.
        ("http://mixed.example/ca.der", "10.0.0.1"),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(
            refusal(url, &fetcher()).await,
            Unfetched::NotPublic { address },
            "{url}"
        );
    }
    let other_port = format!("http://127.0.0.1:{port}/ca.der");
    assert_eq!(
        refusal(&other_port, &fetcher()).await,
        Unfetched::OtherPort { port }
    );
    // An override of all ports doesn't open all of them to whoever writes a certificate.
    let other_port = format!("http://ca.example:{port}/ca.der");
    assert_eq!(
        refusal(&other_port, &own(bystander.addr())).await,
        Unfetched::OtherPort { port }
    );
    assert_eq!(bystander.record().accepted, 0);
}

#[tokio::test]
async fn t5_a_name_is_looked_up_once_so_that_no_second_answer_is_dialled() {
    let resolver = Arc::new(
        FakeResolver::new()
            .with("evil.example", ["10.0.0.1".parse().unwrap()])
            .with("evil.example", ["93.184.216.34".parse().unwrap()]),
    );
    let own: Arc<FakeResolver> = Arc::clone(&resolver);

    let refused = refusal("http://evil.example/ca.der", &Fetcher::new(own)).await;

    assert!(matches!(refused, Unfetched::NotPublic { .. }), "{refused:?}");
    assert_eq!(resolver.queries(), ["evil.example"]);
}

#[tokio::test]
async fn t5_only_plain_http_is_fetched() {
    let scheme = "https".to_owned();
    let refused = refusal("https://ca.example/ca.der", &fetcher()).await;
    assert_eq!(refused, Unfetched::NotPlain { scheme });

    let refused = refusal("http://", &fetcher()).await;
    assert_eq!(refused, Unfetched::NotAUrl);

    let refused = refusal("http://nowhere.example/ca.der", &fetcher()).await;
    assert!(matches!(refused, Unfetched::NoAddress { .. }), "{refused:?}");
}

#[tokio::test]
async fn t5_a_redirect_is_judged_like_a_url() {
    let address: IpAddr = "192.168.1.1".parse().unwrap();
    for (to, expected) in [
        ("http://192.168.1.1/ca.der", Unfetched::NotPublic { address }),
        ("//intranet.example/ca.der", Unfetched::NotPublic { address }),
        ("http://93.184.216.34:22/", Unfetched::OtherPort { port: 22 }),
        (
            "file:///etc/passwd",
            Unfetched::NotPlain {
                scheme: "file".to_owned(),
            },
        ),
        ("/again", Unfetched::TooManyRedirects { limit: 2 }),
    ] {
        let moved = Steps::in_the_clear()
            .read_request()
            .write(answer(302, &[("location", to)], ""))
            .close();

        assert_eq!(refused_by(moved).await, expected, "{to}");
    }
}

#[tokio::test]
async fn t5_a_redirect_leads_to_the_certificate() {
    let issued = Issued::by("Real CA");
    let moved = Steps::in_the_clear()
        .read_request()
        .write(answer(301, &[("location", "/real.der")], ""))
        .close();
    let found = Steps::in_the_clear()
        .read_request()
        .write(answer(200, &[], issued.issuer()))
        .close();
    let server = serve([moved, found]).await;

    let cure = issued.complete(&own(server.addr())).await;

    assert_eq!(
        cure.end,
        Ending::Unpublished {
            name: "Top".to_owned()
        }
    );
    let targets: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(targets, ["/ca.der", "/real.der"]);
}

#[tokio::test(start_paused = true)]
async fn t5_an_answer_that_never_comes_ends_in_time() {
    let silent = Steps::in_the_clear().await_peer_close().close();
    let unfinished = Steps::in_the_clear()
        .read_request()
        .write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
        .await_peer_close()
        .close();

    for script in [silent, unfinished] {
        let begun = tokio::time::Instant::now();

        assert_eq!(refused_by(script).await, Unfetched::TimedOut);

        assert_eq!(begun.elapsed().as_secs(), 10);
    }
}

#[tokio::test]
async fn t5_an_answer_without_an_end_is_cut_off() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(16 << 10));
    let endless = Steps::in_the_clear()
        .read_request()
        .write(head)
        .write_forever(chunk)
        .close();
    let long = answer(200, &[], "a".repeat((64 << 10) + 1));
    let long = Steps::in_the_clear().read_request().write(long).close();
    let fields = Steps::in_the_clear()
        .read_request()
        .write("HTTP/1.1 200 OK\r\n")
        .write_forever("a: b\r\n")
        .close();

    for script in [endless, long] {
        assert_eq!(refused_by(script).await, Unfetched::TooLong { limit: 64 << 10 });
    }
    let refused = refused_by(fields).await;
    assert!(matches!(refused, Unfetched::Broken { .. }), "{refused:?}");
}

#[tokio::test]
async fn t5_what_is_no_certificate_is_refused() {
    let signed_data = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
    let hollow = [&[0x30, 0x0D][..], &signed_data, &[0xA0, 0x00]].concat();
    let deep = [0x30, 0x80].repeat(30_000);
    let cut = [
        &[0x30, 0x82, 0xFF, 0xFF][..],
        &signed_data,
        &[0xA0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
    ]
    .concat();
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();

    for file in [
        hollow,
        deep,
        cut,
        pem,
        b"<html>not found</html>".to_vec(),
        Vec::new(),
    ] {
        let says = Steps::in_the_clear()
            .read_request()
            .write(answer(200, &[], &file))
            .close();
        assert_eq!(refused_by(says).await, Unfetched::NoCertificate, "{file:02x?}");
    }
    let status = Steps::in_the_clear()
        .read_request()
        .write(answer(404, &[], ""))
        .close();
    assert_eq!(refused_by(status).await, Unfetched::Status { status: 404 });
}

#[tokio::test]
async fn t5_another_certificate_than_the_issuers_is_refused() {
    let issued = Issued::by("Real CA");
    let misfit = async |der: Vec<u8>| match issued.refusal(der).await {
        Unfetched::Misfit { misfit } => misfit,
        other => panic!("{other:?}"),
    };

    let stranger = Lab::at(lab::now()).intermediates().remove(0);
    assert_eq!(
        misfit(stranger.to_vec()).await,
        Misfit::OtherName {
            subject: "Lab Lower Intermediate".to_owned()
        }
    );
    let namesake = Issued::by("Real CA");
    assert_eq!(misfit(namesake.issuer()).await, Misfit::NotSigned);
    let no_authority = issued.again(|params| params.is_ca = IsCa::ExplicitNoCa);
    assert_eq!(misfit(no_authority).await, Misfit::NotAuthority);
    let ended = issued.again(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    assert!(matches!(misfit(ended).await, Misfit::NotValid { .. }));
}

#[tokio::test]
async fn t5_a_bundle_is_read_in_each_form_in_which_authorities_publish() {
    let issued = Issued::by("Real CA");
    let der = issued.issuer();
    let stranger = Lab::at(lab::now()).intermediates().remove(0).to_vec();
    let pem = |der: &[u8]| {
        let text = data_encoding::BASE64.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };

    let both = pem(&stranger) + &pem(&der);
    let bundles = [der.clone(), pkcs7(&[stranger, der.clone()])];
    let of_openssl = bundle_of_openssl(&both);

    for file in bundles.into_iter().chain(of_openssl).chain([both.into_bytes()]) {
        let publisher = Publisher::of(BTreeMap::from([("/ca.der".to_owned(), file)])).await;
        let cure = issued.complete(&publisher.fetcher()).await;

        let chain = parse(cure.full_chain.as_ref().unwrap());
        assert_eq!(chain.last().unwrap().as_ref(), der, "{cure:?}");
    }
}

#[tokio::test]
async fn t5_a_circle_of_authorities_has_an_end() {
    // Each is issued by the next, and every URL leads to all of them.
    let names: Vec<_> = (0..9).map(|number| format!("CA {number}")).collect();
    let keys: Vec<_> = names.iter().map(|_| KeyPair::generate().unwrap()).collect();
    let circle: Vec<_> = (0..9)
        .map(|number| {
            let above = (number + 1) % 9;
            let params = authority(&names[above]);
            let issuer = rcgen::Issuer::from_params(&params, &keys[above]);
            pointing(authority(&names[number]), URL)
                .signed_by(&keys[number], &issuer)
                .unwrap()
                .der()
                .to_vec()
        })
        .collect();
    let publisher = Publisher::of(BTreeMap::from([("/ca.der".to_owned(), pkcs7(&circle))])).await;
    let fetcher = publisher.fetcher();

    let cure = complete(&SentChain(vec![Der(circle[0].clone())]), means(&fetcher)).await;

    assert_eq!((cure.end, cure.missing.len()), (Ending::Open, 5));
    assert_eq!(
        cure.missing.last().unwrap().why_not,
        Some(WhyNot::TooHigh { limit: 4 })
    );
}

#[tokio::test]
async fn s4_a_name_stays_on_its_line_of_the_full_chain() {
    let issued = Issued::by("Evil\n-----BEGIN CERTIFICATE-----\nAAAA\u{202e}\u{1b}[31m");
    let publisher = Publisher::of(BTreeMap::from([("/ca.der".to_owned(), issued.issuer())])).await;

    let printed = issued.complete(&publisher.fetcher()).await.full_chain.unwrap();

    assert!(printed.is_ascii(), "{printed}");
    assert_eq!(parse(&printed).len(), 2);
    let comments: Vec<_> = super::comments(&printed);
    assert_eq!(comments[1], "# Evil?-----BEGIN CERTIFICATE-----?AAAA???31m");
}

/// What a script of a publisher is refused for.
async fn refused_by(script: Script) -> Unfetched {
    let server = serve([script]).await;
    refusal(URL, &own(server.addr())).await
}

/// What a URL is refused for.
async fn refusal(url: &str, fetcher: &Fetcher) -> Unfetched {
    let issued = Issued::at("Real CA", url);
    why_not(issued.complete(fetcher).await)
}

#[expect(clippy::panic, reason = "a helper of a test fails as the test does")]
fn why_not(cure: Completion) -> Unfetched {
    match cure
        .missing
        .into_iter()
        .next()
        .and_then(|missing| missing.why_not)
    {
        Some(WhyNot::Unfetched { tried }) => tried.into_iter().next().unwrap().1,
        other => panic!("{other:?}"),
    }
}

/// A leaf and its issuer, which names a top that nobody publishes.
struct Issued {
    leaf: Vec<u8>,
    issuer: CertifiedIssuer<'static, KeyPair>,
    top: CertifiedIssuer<'static, KeyPair>,
}

impl Issued {
    fn by(name: &str) -> Self {
        Self::at(name, URL)
    }

    fn at(name: &str, url: &str) -> Self {
        let key = || KeyPair::generate().unwrap();
        let top = CertifiedIssuer::self_signed(authority("Top"), key()).unwrap();
        let issuer = CertifiedIssuer::signed_by(authority(name), key(), &top).unwrap();
        let leaf = CertificateParams::new(["api.example.com".to_owned()]).unwrap();
        let leaf = pointing(leaf, url).signed_by(&key(), &issuer).unwrap();
        let leaf = leaf.der().to_vec();
        Self { leaf, issuer, top }
    }

    fn issuer(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// Another certificate for the issuer's key.
    fn again(&self, alter: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = authority("Real CA");
        alter(&mut params);
        params
            .signed_by(self.issuer.key(), &self.top)
            .unwrap()
            .der()
            .to_vec()
    }

    async fn complete(&self, fetcher: &Fetcher) -> Completion {
        complete(&SentChain(vec![Der(self.leaf.clone())]), means(fetcher)).await
    }

    async fn refusal(&self, published: Vec<u8>) -> Unfetched {
        let publisher = Publisher::of(BTreeMap::from([("/ca.der".to_owned(), published)])).await;
        why_not(self.complete(&publisher.fetcher()).await)
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// With the URL at which the issuer is published.
fn pointing(mut params: CertificateParams, url: &str) -> CertificateParams {
    let method = [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
    let access = sequence(0x30, &[&method, &sequence(0x86, url.as_bytes())[..]].concat());
    let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
    let access = CustomExtension::from_oid_content(&oid, sequence(0x30, &access));
    params.custom_extensions.push(access);
    params
}

/// A bundle of another make.
fn bundle_of_openssl(pem: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.pem");
    std::fs::write(&file, pem).unwrap();
    let made = Command::new("openssl")
        .args(["crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile"])
        .arg(file)
        .output();
    if made.is_err() {
        eprintln!("left out: there is no openssl here");
    }
    made.ok().map(|made| made.stdout)
}

/// A certs-only bundle (RFC 5652 §5.1).
fn pkcs7(certificates: &[Vec<u8>]) -> Vec<u8> {
    let oid = |last: u8| vec![0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, last];
    let data = [
        vec![0x02, 0x01, 0x01, 0x31, 0x00],
        sequence(0x30, &oid(1)),
        sequence(0xA0, &certificates.concat()),
        vec![0x31, 0x00],
    ];
    let data = sequence(0xA0, &sequence(0x30, &data.concat()));
    sequence(0x30, &[oid(2), data].concat())
}

fn sequence(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

fn means(fetcher: &Fetcher) -> Means<'_> {
    super::means(&[], Some(fetcher))
}

async fn serve(scripts: impl IntoIterator<Item = Script>) -> ScriptedServer {
    let authority = Authority::new().unwrap();
    ScriptedServer::start(Leaf::for_name("ca.example").issue(&authority), scripts).await
}

/// A fetcher without overrides.
fn fetcher() -> Fetcher {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let resolver = FakeResolver::new()
        .with("intranet.example", [address("192.168.1.1")])
        .with("mixed.example", [address("93.184.216.34"), address("10.0.0.1")]);
    Fetcher::new(Arc::new(resolver))
}

/// The same, whose `ca.example` is this server.
fn own(server: SocketAddr) -> Fetcher {
    fetcher().with_overrides(vec![Override::host_to("ca.example", server)])
}

const URL: &str = "http://ca.example/ca.der";
