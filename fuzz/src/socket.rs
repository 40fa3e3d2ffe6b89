//! Every socket opens once at most, closes once, and nothing follows, whatever the server sends.

use std::sync::Arc;
use std::time::Duration;

use arbitrary::Arbitrary;
use data_encoding::BASE64;
use futures_util::{FutureExt, StreamExt};
use minigate_engine::{CloseFrame, Closed, Failure, Handshake, Message, Socket, SocketEvent};
use minigate_policy::{Call, Interface, Profile, Visibility};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{sleep, timeout};

use crate::stage::{HOSTS, Serve, Stage, block_on, engine, policy};

/// A socket, its server, and what its app does.
#[derive(Arbitrary, Debug)]
pub struct Scene {
    deflate: bool,
    protocols: bool,
    answer: Answer,
    steps: Vec<Step>,
    acts: Vec<Act>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Answer {
    Right { deflate: bool, protocol: bool },
    WrongKey,
    Refusal(u16),
    Any(Vec<u8>),
}

#[derive(Arbitrary, Clone, Debug)]
enum Step {
    Frame {
        first: u8,
        is_masked: bool,
        payload: Vec<u8>,
    },
    Close(u16, Vec<u8>),
    Raw(Vec<u8>),
    Read,
    Pause(u8),
}

#[derive(Arbitrary, Clone, Debug)]
enum Act {
    Send(Vec<u8>),
    SendText(String),
    Close(u16, String),
    Take(u8),
    Pause(u8),
    Hide,
    Show,
    Drop,
}

/// Plays a scene and panics where something doesn't hold.
pub fn play(scene: Scene) {
    block_on(run(scene));
}

async fn run(mut scene: Scene) {
    scene.acts.truncate(24);
    scene.steps.truncate(24);
    let profile = Profile {
        sockets_at_once: 1,
        ..Profile::default()
    };
    let server = Arc::new((scene.answer.clone(), std::mem::take(&mut scene.steps)));
    let first: Serve = Box::new(move |stream| serve(stream, server).boxed());
    let stage = Stage::new([Some(first)], || {
        let right = Answer::Right {
            deflate: false,
            protocol: false,
        };
        let close = Step::Close(1000, Vec::new());
        let server = Arc::new((right, vec![close, Step::Read, Step::Read]));
        Box::new(move |stream| serve(stream, server).boxed())
    });
    let engine = engine(profile.clone(), &stage, |setup| setup.limits.message = 4096);
    let policy = policy(profile);
    let connect = |handshake| {
        let call = Call::new(Interface::ConnectSocket, format!("ws://{}/", HOSTS[0]));
        engine.connect(policy.judge(&call).unwrap(), handshake)
    };
    let handshake = Handshake {
        deflate: scene.deflate,
        protocols: scene.protocols.then(|| "chat".to_owned()).into_iter().collect(),
        ..Handshake::default()
    };
    let mut watched = Watched::new(connect(handshake));
    for act in &scene.acts {
        match act {
            Act::Hide => engine.set_visibility(Visibility::Background),
            Act::Show => engine.set_visibility(Visibility::Foreground),
            Act::Drop => break,
            act => watched.perform(act).await,
        }
    }
    engine.set_visibility(Visibility::Foreground);
    if !scene.acts.iter().any(|act| matches!(act, Act::Drop)) {
        timeout(LONGEST, watched.finish()).await.expect("a socket closes");
    }
    drop(watched);
    stage.clear();
    // The driver hears of the drop before of the next socket, so its slot is free.
    let probe = timeout(LONGEST, connect(Handshake::default()).closed()).await;
    let closed = probe.expect("a socket closes").expect("a socket closes");
    assert!(closed.failure.is_none(), "the slot isn't free: {closed:?}");
}

/// A socket, and what its app saw of it.
struct Watched {
    socket: Socket,
    is_open: bool,
    sent: usize,
    gone: usize,
    closed: Option<Closed>,
}

impl Watched {
    fn new(socket: Socket) -> Self {
        Self {
            socket,
            is_open: false,
            sent: 0,
            gone: 0,
            closed: None,
        }
    }

    async fn perform(&mut self, act: &Act) {
        match act {
            Act::Send(bytes) => self.send(Message::Binary(bytes.clone().into())),
            Act::SendText(text) => self.send(Message::text(text.clone())),
            Act::Close(code, reason) => {
                if let Ok(frame) = CloseFrame::new(*code, reason.clone()) {
                    let _ = self.socket.close(frame);
                }
            }
            Act::Take(number) => {
                for _ in 0..*number {
                    match self.socket.next().now_or_never() {
                        Some(Some(event)) => self.see(event),
                        _ => break,
                    }
                }
            }
            Act::Pause(tenths) => sleep(Duration::from_millis(u64::from(*tenths) * 100)).await,
            Act::Hide | Act::Show | Act::Drop => {}
        }
    }

    fn send(&mut self, message: Message) {
        self.sent += usize::from(self.socket.send(message).is_ok());
    }

    /// Takes everything until the end; a socket that stays open is closed by its app.
    async fn finish(&mut self) {
        loop {
            match timeout(Duration::from_secs(120), self.socket.next()).await {
                Ok(Some(event)) => self.see(event),
                Ok(None) => break,
                Err(_) => drop(self.socket.close(CloseFrame::default())),
            }
        }
        assert!(self.closed.is_some(), "a socket closes");
    }

    fn see(&mut self, event: SocketEvent) {
        assert!(self.closed.is_none(), "{event:?} follows the end");
        match event {
            SocketEvent::Accepted => assert!(!self.is_open),
            SocketEvent::Opened(_) => {
                assert!(!self.is_open, "it opens once");
                self.is_open = true;
            }
            SocketEvent::Message(message) => {
                assert!(self.is_open, "messages come after the opening");
                assert!(message.as_bytes().len() <= 4096, "the limit holds");
            }
            SocketEvent::Sent(number) => {
                self.gone += number;
                assert!(self.gone <= self.sent, "more has gone out than was sent");
            }
            SocketEvent::Closed(closed) => {
                assert!(
                    !matches!(closed.failure, Some(Failure::Internal { .. })),
                    "{closed:?}"
                );
                self.closed = Some(*closed);
            }
        }
    }
}

async fn serve(mut stream: DuplexStream, server: Arc<(Answer, Vec<Step>)>) {
    let Some(key) = read_key(&mut stream).await else {
        return;
    };
    let (answer, steps) = &*server;
    if stream.write_all(&answer.bytes(&key)).await.is_err() {
        return;
    }
    for step in steps {
        if perform(step, &mut stream).await.is_none() {
            return;
        }
    }
}

async fn read_key(stream: &mut DuplexStream) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let request = String::from_utf8_lossy(&request);
    let name = "sec-websocket-key: ";
    let start = request.to_lowercase().find(name)? + name.len();
    Some(request.get(start..start + 24)?.to_owned())
}

impl Answer {
    fn bytes(&self, key: &str) -> Vec<u8> {
        let (accept, deflate, protocol) = match self {
            Self::Right { deflate, protocol } => (accept_of(key), *deflate, *protocol),
            Self::WrongKey => ("AAAA".to_owned(), false, false),
            Self::Refusal(status) => {
                return format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n").into_bytes();
            }
            Self::Any(bytes) => return bytes.clone(),
        };
        let mut head = format!(
            "HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n"
        );
        if deflate {
            head += "sec-websocket-extensions: permessage-deflate\r\n";
        }
        if protocol {
            head += "sec-websocket-protocol: chat\r\n";
        }
        (head + "\r\n").into_bytes()
    }
}

fn accept_of(key: &str) -> String {
    let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(guid).finalize())
}

async fn perform(step: &Step, stream: &mut DuplexStream) -> Option<()> {
    let bytes = match step {
        Step::Frame {
            first,
            is_masked,
            payload,
        } => frame(*first, *is_masked, payload),
        Step::Close(code, reason) => frame(0x88, false, &[&code.to_be_bytes()[..], reason].concat()),
        Step::Raw(bytes) => bytes.clone(),
        Step::Read => {
            let mut read = [0; 1024];
            return (stream.read(&mut read).await.ok()? > 0).then_some(());
        }
        Step::Pause(tenths) => {
            sleep(Duration::from_millis(u64::from(*tenths) * 100)).await;
            return Some(());
        }
    };
    stream.write_all(&bytes).await.ok()
}

fn frame(first: u8, is_masked: bool, payload: &[u8]) -> Vec<u8> {
    let mask = if is_masked { 0x80 } else { 0 };
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(mask | length as u8),
        length => {
            frame.push(mask | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    if is_masked {
        frame.extend_from_slice(&[0; 4]);
    }
    frame.extend_from_slice(payload);
    frame
}

const LONGEST: Duration = Duration::from_secs(60 * 60);
