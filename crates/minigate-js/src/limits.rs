//! What an app may use up before it is stopped.

use std::{fmt, time::Duration};

use minigate_policy::diagnosis::Lang;

use crate::observer::Place;

/// What one app may use; the defaults suit a thread with a stack of 2 MiB.
///
/// A limit that ends the app (`memory`, `turn`) leaves the process and its other apps untouched. The others only make
/// the call fail that went too far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes on the app's JavaScript heap. 256 MiB unless told otherwise, and [`Limits::LEAST_MEMORY`] at least.
    pub memory: usize,
    /// Bytes of native stack for JavaScript. 512 KiB unless told otherwise, and [`Limits::LEAST_STACK`] at least; more
    /// needs a thread with a larger stack.
    pub stack: usize,
    /// Real time for one turn: one entry into the app and all Promise jobs that it leads to. 5 s unless told otherwise.
    pub turn: Duration,
    /// Timers that wait at the same time. 10,000 unless told otherwise.
    pub timers: usize,
    /// Calls that wait for their answer at the same time. 20,000 unless told otherwise.
    pub pending_calls: usize,
    /// Bytes of the request bodies of all calls that wait. 128 MiB unless told otherwise.
    pub pending_bytes: usize,
    /// Bytes of one source file. 16 MiB unless told otherwise.
    pub module: usize,
}

impl Limits {
    /// The smallest heap, in bytes: with less an app couldn't even start. No value means "without a limit".
    pub const LEAST_MEMORY: usize = 4 * MIB;
    /// The smallest stack, in bytes. No value means "without a limit".
    pub const LEAST_STACK: usize = 64 * KIB;

    /// The same limits, with those raised that are too low to start with.
    pub(crate) fn raised(self) -> Self {
        Self {
            memory: self.memory.max(Self::LEAST_MEMORY),
            stack: self.stack.max(Self::LEAST_STACK),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 256 * MIB,
            stack: 512 * KIB,
            turn: Duration::from_secs(5),
            timers: 10_000,
            pending_calls: 20_000,
            pending_bytes: 128 * MIB,
            module: 16 * MIB,
        }
    }
}

/// A limit that an app ran into, with its value.
///
/// Its text is that of [`Limit::tell`] in English.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// The heap is full; ends the app.
    Memory {
        /// The limit, in bytes.
        bytes: usize,
    },
    /// One turn took too long, mostly because of an endless loop; ends the app.
    Turn {
        /// The limit.
        span: Duration,
    },
    /// A timer more than allowed; that `setTimeout` throws.
    Timers {
        /// The limit.
        count: usize,
    },
    /// A call more than allowed; that call fails.
    PendingCalls {
        /// The limit.
        count: usize,
    },
    /// More bytes on their way than allowed; that call fails.
    PendingBytes {
        /// The limit, in bytes.
        bytes: usize,
    },
}

impl Limit {
    /// What happened and which key under `[limits]` in `minigate.toml` changes it, in one sentence.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        let (happened, purpose) = match lang {
            Lang::En => self.in_english(),
            Lang::Zh => (self.in_chinese(), "如确有需要"),
        };
        let key = self.key();
        match lang {
            Lang::En => format!("{happened}; raise `{key}` under `[limits]` in minigate.toml {purpose}"),
            Lang::Zh => format!("{happened}；{purpose}，请调大 minigate.toml 中 `[limits]` 的 `{key}`"),
        }
    }

    fn in_english(&self) -> (String, &'static str) {
        match self {
            Self::Memory { bytes } => (
                format!("the app needs more than {} of memory", size(*bytes)),
                "if it should have them",
            ),
            Self::Turn { span } => (
                format!(
                    "the app ran for {} ms without a pause, perhaps in an endless loop",
                    span.as_millis()
                ),
                "if it should go on",
            ),
            Self::Timers { count } => (format!("the app has {count} timers already"), "if it needs more"),
            Self::PendingCalls { count } => (
                format!("the app waits for {count} calls already"),
                "if it needs more",
            ),
            Self::PendingBytes { bytes } => (
                format!("the bodies of waiting calls exceed {}", size(*bytes)),
                "if they should not",
            ),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Memory { bytes } => format!("小程序占用的内存超过 {}", size(*bytes)),
            Self::Turn { span } => format!(
                "小程序连续运行超过 {} 毫秒没有停顿，可能是死循环",
                span.as_millis()
            ),
            Self::Timers { count } => format!("小程序已有 {count} 个定时器"),
            Self::PendingCalls { count } => format!("小程序已有 {count} 次调用在等待结果"),
            Self::PendingBytes { bytes } => format!("等待中的调用的请求体合计超过 {}", size(*bytes)),
        }
    }

    const fn key(&self) -> &'static str {
        match self {
            Self::Memory { .. } => "memory_mib",
            Self::Turn { .. } => "turn_ms",
            Self::Timers { .. } => "timers",
            Self::PendingCalls { .. } => "pending_calls",
            Self::PendingBytes { .. } => "pending_mib",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tell(Lang::En))
    }
}

impl std::error::Error for Limit {}

/// A limit with the place in the app's source where it was reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overrun {
    /// Which limit.
    pub limit: Limit,
    /// Where the app was then, as far as known.
    pub place: Option<Place>,
}

impl fmt::Display for Overrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limit.fmt(f)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

fn size(bytes: usize) -> String {
    if bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{bytes} bytes")
    }
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_the_key_that_raises_it_in_both_languages() {
        let limit = Limit::Memory { bytes: 16 * MIB };

        assert_eq!(
            limit.to_string(),
            "the app needs more than 16 MiB of memory; raise `memory_mib` under `[limits]` in minigate.toml if it \
             should have them"
        );
        assert_eq!(
            limit.tell(Lang::Zh),
            "小程序占用的内存超过 16 MiB；如确有需要，请调大 minigate.toml 中 `[limits]` 的 `memory_mib`"
        );
    }

    #[test]
    fn no_limit_is_switched_off_by_a_zero() {
        let limits = Limits {
            memory: 0,
            stack: 0,
            ..Limits::default()
        };

        let raised = limits.raised();

        assert_eq!(
            (raised.memory, raised.stack),
            (Limits::LEAST_MEMORY, Limits::LEAST_STACK)
        );
    }
}
