//! Text of any coding and charset becomes what it should, or fails; never anything else.

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use http::Method;
use minigate_engine::{Body, Exchange, Failure, Outcome};
use minigate_policy::{Call, Interface, Profile, Undecodable};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::stage::{HOSTS, Stage, block_on, engine, policy};

/// An answer's body, and what its header says of it.
#[derive(Arbitrary, Debug)]
pub struct Scene {
    charset: Charset,
    coding: Option<Coding>,
    body: Vec<u8>,
    replaces: bool,
}

#[derive(Arbitrary, Clone, Debug)]
enum Charset {
    None,
    Utf8,
    Named(u8),
    Any(String),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Plays a scene and panics where something doesn't hold.
pub fn play(scene: Scene) {
    block_on(run(scene));
}

async fn run(scene: Scene) {
    let profile = Profile {
        undecodable: if scene.replaces {
            Undecodable::Replace
        } else {
            Undecodable::Fail
        },
        ..Profile::default()
    };
    let answer = scene.answer();
    let stage = Stage::new([], move || {
        let answer = answer.clone();
        Box::new(|stream| serve(stream, answer).boxed())
    });
    let engine = engine(profile.clone(), &stage, |_| {});
    let call = Call::new(Interface::Request, format!("http://{}/", HOSTS[0]));
    let permit = policy(profile).judge(&call).unwrap();
    let outcome = engine.start(permit, Exchange::new(Method::GET)).outcome().await;
    scene.check(&outcome.expect("a call settles"));
}

async fn serve(mut stream: DuplexStream, answer: Vec<u8>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
            return;
        }
    }
    // The app may have had enough before the end.
    let _ = stream.write_all(&answer).await;
}

impl Scene {
    fn answer(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", self.body.len());
        if let Some(charset) = self.charset.name() {
            head += &format!("content-type: text/plain; charset={charset}\r\n");
        }
        if let Some(coding) = self.coding {
            head += &format!("content-encoding: {}\r\n", coding.name());
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    fn check(&self, outcome: &Outcome) {
        match outcome {
            Ok(reply) => {
                let Body::Text(text, decoding) = &reply.body else {
                    panic!("{:?} isn't text", reply.body);
                };
                assert!(std::str::from_utf8(text.as_bytes()).is_ok());
                assert!(
                    self.replaces || !decoding.replaced,
                    "the profile lets nothing be replaced"
                );
                self.check_utf8(text.as_str());
            }
            Err(Failure::Undecodable { .. }) => assert!(!self.replaces),
            Err(Failure::Broken { .. }) => {
                assert!(self.coding.is_some() || matches!(self.charset, Charset::Any(_)))
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Valid UTF-8 that says so comes through as it is, one byte order mark less (rules N6 and N7).
    fn check_utf8(&self, text: &str) {
        let Ok(body) = std::str::from_utf8(&self.body) else {
            return;
        };
        if matches!(self.charset, Charset::Utf8) && self.coding.is_none() {
            assert_eq!(text, body.strip_prefix('\u{feff}').unwrap_or(body));
        }
    }
}

impl Charset {
    fn name(&self) -> Option<String> {
        const NAMES: [&str; 10] = [
            "gbk",
            "gb2312",
            "gb18030",
            "big5",
            "utf-16",
            "utf-16be",
            "iso-2022-jp",
            "euc-kr",
            "latin1",
            "replacement",
        ];
        match self {
            Self::None => None,
            Self::Utf8 => Some("utf-8".to_owned()),
            Self::Named(number) => Some(NAMES[usize::from(*number) % NAMES.len()].to_owned()),
            Self::Any(name) => Some(name.chars().filter(|c| !c.is_control()).collect()),
        }
    }
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}
