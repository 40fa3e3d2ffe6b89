//! Carries out permitted calls.
//!
//! An [`Engine`] is the network of one app. It takes a [`Permit`](minigate_policy::Permit), never a URL, waits for
//! one of the app's slots, dials exactly the addresses that were resolved and judged, speaks HTTP/1.1 or h2 over
//! TLS, asks for a new permit at each redirect, and settles each call exactly once. Every step goes to a
//! [`Journal`] with its time.
//!
//! ```text
//!  Permit + Exchange ──► Engine::start ──► Task: Headers, Chunk …, Progress …, Settled(Reply | Failure)
//!                         (driver ⇄ Gate)    └── each step ──► Journal
//! ```
//!
//! It knows nothing of JavaScript. Start it inside a tokio runtime; one thread is enough, and fastest.

mod call_time;
mod clock;
mod conditions;
mod decode;
mod dial;
mod driver;
mod engine;
mod exchange;
mod failure;
mod fields;
mod http;
mod journal;
mod multipart;
mod network;
mod payload;
mod progress;
mod receiver;
mod rehearsal;
mod reply;
mod socket;
mod task;

pub use call_time::Turn;
pub use clock::Clock;
pub use conditions::{
    Conditions, Cut, Fault, HostFault, Loss, Network, NetworkType, Preset, UnknownNetworkType, UnknownPreset,
};
pub use decode::{Decoding, Signal, Text, to_text, undo_codings};
pub use dial::{
    AddressSource, Override, OverrideError, ResolveError, Resolver, Stream, SystemResolver, Transport,
};
pub use engine::{Engine, Limits, Setup};
pub use exchange::{Delivery, Exchange, Expect, Protocol, Redirect};
pub use failure::{Breach, Complaint, Disconnection, Failure};
pub use fields::Fields;
pub use journal::{CallId, Journal, NoJournal, Note, Phase, Step, Way};
pub use multipart::{FilePart, Form};
pub use network::{NetworkEvent, NetworkView, NetworkWatch};
pub use payload::{Opened, Payload, Source};
pub use progress::Progress;
pub use receiver::{Receiver, Stored, Unstored};
pub use rehearsal::{Cue, Rehearsal};
pub use reply::{Body, Head, Outcome, Reply, Timing};
pub use socket::{
    Agreement, CloseError, CloseFrame, Closed, Handshake, Message, SendError, Socket, SocketEvent, TcpDelay,
};
pub use task::{Event, Task};
