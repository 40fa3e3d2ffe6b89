//! How a socket ends.

use crate::Failure;

/// What a side says when it closes a socket (RFC 6455 §5.5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CloseFrame {
    code: u16,
    reason: String,
}

/// Why a socket can't be closed so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// The code is neither 1000 nor from 3000 to 4999.
    #[error("an app can't close with the code {code}")]
    Code {
        /// The code.
        code: String,
    },
    /// The reason is too long.
    #[error("the reason has {bytes} bytes, and 123 are the most")]
    Reason {
        /// Its length in UTF-8.
        bytes: usize,
    },
    /// The socket is closing or closed.
    #[error("the socket is closing or closed already")]
    Closed,
    /// There is no socket, or it isn't open yet; only the functions without a task say so.
    #[error("no socket is open")]
    NotConnected,
}

/// The end of a socket, for its app.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The code: of the close that was agreed on; 1005 where the server gave none; 1002, 1007 or 1009 where the server
    /// broke the protocol; 1006 where nobody closed.
    pub code: u16,
    /// The reason that goes with it.
    pub reason: String,
    /// Why it ended otherwise than by a close of either side.
    pub failure: Option<Failure>,
}

impl CloseFrame {
    /// What an app may say.
    ///
    /// # Errors
    /// [`CloseError::Code`] and [`CloseError::Reason`].
    pub fn new(code: u16, reason: impl Into<String>) -> Result<Self, CloseError> {
        let reason = reason.into();
        if code != NORMAL && !(3000..=4999).contains(&code) {
            return Err(CloseError::Code {
                code: code.to_string(),
            });
        }
        if reason.len() > LONGEST_REASON {
            return Err(CloseError::Reason { bytes: reason.len() });
        }
        Ok(Self { code, reason })
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl Default for CloseFrame {
    fn default() -> Self {
        Self {
            code: NORMAL,
            reason: String::new(),
        }
    }
}

impl Closed {
    /// The end of a socket that nobody closed.
    pub(crate) fn of(failure: Failure) -> Self {
        let (code, reason) = match &failure {
            Failure::SocketBroken { code, .. } => (*code, String::new()),
            Failure::Interrupted => (ABNORMAL, "interrupted".to_owned()),
            _ => (ABNORMAL, String::new()),
        };
        Self {
            code,
            reason,
            failure: Some(failure),
        }
    }

    /// The same end, its failure seen in another light.
    pub(super) fn explained(self, explain: impl Fn(Failure) -> Failure) -> Self {
        match self.failure {
            Some(failure) => Self::of(explain(failure)),
            None => self,
        }
    }

    /// The end that both sides agreed on: what the app said where it was first, whatever the server answers, since many
    /// answer with 1000 and nothing else.
    pub(super) fn agreed(own: Option<CloseFrame>, code: u16, reason: String) -> Self {
        own.map_or(
            Self {
                code,
                reason,
                failure: None,
            },
            Self::by_app,
        )
    }

    /// The end that the app wanted.
    pub(super) fn by_app(frame: CloseFrame) -> Self {
        Self {
            code: frame.code,
            reason: frame.reason,
            failure: None,
        }
    }
}

pub(super) const NORMAL: u16 = 1000;
pub(super) const PROTOCOL: u16 = 1002;
pub(super) const NO_CODE: u16 = 1005;
pub(super) const ABNORMAL: u16 = 1006;
pub(super) const NOT_TEXT: u16 = 1007;
pub(super) const TOO_LARGE: u16 = 1009;
const LONGEST_REASON: usize = 123;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_closes_with_1000_or_a_code_from_3000_to_4999() {
        for code in [1000, 3000, 3999, 4000, 4999] {
            assert!(CloseFrame::new(code, "").is_ok(), "{code}");
        }
        for code in [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, 65535] {
            assert_eq!(
                CloseFrame::new(code, ""),
                Err(CloseError::Code {
                    code: code.to_string()
                })
            );
        }
    }

    #[test]
    fn a_reason_has_123_bytes_at_most() {
        assert!(CloseFrame::new(1000, "x".repeat(123)).is_ok());
        assert!(CloseFrame::new(1000, "天".repeat(41)).is_ok());
        assert_eq!(
            CloseFrame::new(1000, "x".repeat(124)),
            Err(CloseError::Reason { bytes: 124 })
        );
        assert_eq!(
            CloseFrame::new(1000, "天".repeat(42)),
            Err(CloseError::Reason { bytes: 126 })
        );
    }

    #[test]
    fn trap_10_the_apps_code_and_reason_stay_whatever_the_server_answers() {
        let own = || Some(CloseFrame::new(3001, "bye").unwrap());

        for (code, reason) in [(NO_CODE, ""), (3001, ""), (1000, ""), (4000, "x")] {
            let closed = Closed::agreed(own(), code, reason.to_owned());
            assert_eq!((closed.code, closed.reason.as_str()), (3001, "bye"));
        }
        let closed = Closed::agreed(None, 4000, "x".to_owned());
        assert_eq!((closed.code, closed.reason.as_str()), (4000, "x"));
    }
}
