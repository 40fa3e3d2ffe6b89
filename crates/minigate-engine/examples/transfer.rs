//! Downloads and uploads a file of 1 GiB over TLS against a server in another process, and prints speed and peak memory.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't be set up fails, and its figures are for a terminal"
)]

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_engine::{
    Body, Engine, Exchange, Expect, FilePart, Form, Head, Opened, Override, Protocol, Receiver, Setup,
    Source, Unstored,
};
use minigate_policy::{Call, DomainLists, Interface, Policy, Profile, WrittenLists};
use minigate_testkit::Authority;
use minigate_tls::{RootSource, Roots, Trust};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::sign::SingleCertAndKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

const HOST: &str = "api.example.com";
const URL: &str = "https://api.example.com/";
const SIZE: u64 = 1 << 30;
const PIECE: usize = 64 * 1024;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if std::env::args().nth(1).as_deref() == Some("serve") {
        runtime.block_on(serve());
    } else {
        runtime.block_on(measure());
    }
}

async fn measure() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let (policy, engine) = app(&server);
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let download = download(&file, protocol);
        time(
            "download",
            protocol,
            &policy,
            &engine,
            Interface::DownloadFile,
            download,
        )
        .await;
        let upload = upload(&file, protocol);
        time(
            "upload",
            protocol,
            &policy,
            &engine,
            Interface::UploadFile,
            upload,
        )
        .await;
    }
    println!("peak memory: {:.1} MiB", peak_kib() as f64 / 1024.0);
}

async fn time(
    what: &str,
    protocol: Protocol,
    policy: &Policy,
    engine: &Engine,
    interface: Interface,
    exchange: Exchange,
) {
    let permit = policy.judge(&Call::new(interface, URL)).unwrap();
    let started = Instant::now();
    let reply = engine.start(permit, exchange).outcome().await.unwrap().unwrap();
    let took = started.elapsed().as_secs_f64();
    match reply.body {
        Body::Stored(stored) => assert_eq!(stored.bytes, SIZE),
        Body::Text(text, _) => assert!(text.as_str().parse::<u64>().unwrap() > SIZE),
        Body::Bytes(_) => {}
    }
    let speed = SIZE as f64 / f64::from(1 << 20) / took;
    println!("{what:<9} {protocol:?}: {took:.1} s, {speed:.0} MiB/s");
}

fn app(server: &Server) -> (Policy, Engine) {
    let entries = vec![format!("https://{HOST}")];
    let written = WrittenLists {
        upload_file: entries.clone(),
        download_file: entries,
        ..WrittenLists::default()
    };
    let profile = Profile {
        download_max_bytes: None,
        ..Profile::default()
    };
    let policy = Policy::new("wx1".parse().unwrap())
        .with_profile(profile.clone())
        .with_lists(DomainLists::parse(&written, 20).unwrap());
    let roots = Roots::load(&[RootSource::Added {
        name: "throw-away".to_owned(),
        content: server.root.clone().into_bytes(),
    }]);
    let mut setup = Setup::new(profile, Trust::new(roots.unwrap()));
    setup.overrides = vec![Override::host_to(HOST, server.addr)];
    (policy, Engine::new(setup))
}

fn download(file: &Path, protocol: Protocol) -> Exchange {
    Exchange {
        protocol,
        expect: Expect::Stored(Box::new(Written(File::create(file).unwrap()))),
        ..Exchange::new(Method::GET)
    }
}

fn upload(file: &Path, protocol: Protocol) -> Exchange {
    let form = Form {
        fields: Vec::new(),
        file: FilePart {
            name: "file".to_owned(),
            file_name: "file".to_owned(),
            content_type: "application/octet-stream".to_owned(),
            source: Arc::new(OnDisk(file.to_owned())),
        },
    };
    let (body, content_type) = form.encode();
    Exchange {
        protocol,
        body,
        headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, content_type)]),
        ..Exchange::new(Method::POST)
    }
}

#[derive(Debug)]
struct Written(File);

impl Receiver for Written {
    fn begin(&mut self, _: &Head) -> Result<(), Unstored> {
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Unstored> {
        self.0.write_all(bytes).map_err(|error| Unstored::Failed {
            reason: error.to_string(),
        })
    }

    fn finish(self: Box<Self>) -> Result<String, Unstored> {
        Ok(String::new())
    }
}

#[derive(Debug)]
struct OnDisk(PathBuf);

impl Source for OnDisk {
    fn name(&self) -> &str {
        "file"
    }

    fn open(&self) -> io::Result<Opened> {
        let file = File::open(&self.0)?;
        Ok(Opened {
            length: file.metadata()?.len(),
            reader: Box::new(file),
        })
    }
}

/// The highest that this process has had, as Linux counts it.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// This program again, as a server; it ends with its handle.
struct Server {
    process: Child,
    addr: SocketAddr,
    root: String,
    /// What it says goes somewhere as long as it runs.
    _said: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let addr = line(&mut said).trim().parse().unwrap();
        let mut root = String::new();
        while !root.contains("-----END") {
            root += &line(&mut said);
        }
        Self {
            process,
            addr,
            root,
            _said: said,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn line(said: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    line
}

async fn serve() {
    let authority = Authority::new().unwrap();
    let tls = TlsAcceptor::from(Arc::new(config(&authority)));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("{}\n{}", listener.local_addr().unwrap(), authority.root_pem());
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(converse(tls.clone(), tcp));
    }
}

fn config(authority: &Authority) -> ServerConfig {
    let leaf = authority.leaf(HOST).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::unwrap_or_clone(leaf))));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

async fn converse(tls: TlsAcceptor, tcp: TcpStream) {
    let stream = tls.accept(tcp).await.unwrap();
    let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let (io, service) = (TokioIo::new(stream), service_fn(reply));
    // How a connection ends is of no interest here.
    if is_h2 {
        let _ = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(2 << 20)
            .initial_connection_window_size(4 << 20)
            .serve_connection(io, service)
            .await;
    } else {
        let _ = http1::Builder::new().serve_connection(io, service).await;
    }
}

/// A gibibyte to who gets, and to who posts how many bytes came.
async fn reply(request: Request<Incoming>) -> Result<Response<BoxBody<Bytes, Infallible>>, hyper::Error> {
    if request.method() == Method::GET {
        let piece = Bytes::from(vec![b'a'; PIECE]);
        let pieces = (0..SIZE / PIECE as u64).map(move |_| Ok(Frame::data(piece.clone())));
        let mut response = Response::new(BodyExt::boxed(StreamBody::new(stream::iter(pieces))));
        response.headers_mut().insert("content-length", SIZE.into());
        return Ok(response);
    }
    let (mut body, mut bytes) = (request.into_body(), 0);
    while let Some(frame) = body.frame().await {
        bytes += frame?.data_ref().map_or(0, Bytes::len);
    }
    Ok(Response::new(Full::from(bytes.to_string()).boxed()))
}
