//! What goes over an open socket.

use bytes::Bytes;

use crate::Text;

/// A message, whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// Text.
    Text(Text),
    /// Bytes.
    Binary(Bytes),
}

impl Message {
    /// A text message.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::from(text.into()))
    }

    /// Its bytes; those of text are UTF-8.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// Of RFC 6455 §5.2.
    pub(super) const fn opcode(&self) -> u8 {
        match self {
            Self::Text(_) => 1,
            Self::Binary(_) => 2,
        }
    }

    pub(super) fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// What it takes up while it waits: an empty one isn't free.
    pub(super) const fn weight(&self) -> usize {
        self.as_bytes().len() + OVERHEAD
    }
}

const OVERHEAD: usize = 64;
