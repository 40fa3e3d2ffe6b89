//! What an origin was asked, within bounds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::asked::Asked;

#[derive(Debug, Default)]
pub(super) struct Log {
    kept: Mutex<Kept>,
}

impl Log {
    pub(super) fn add(&self, asked: Asked) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(asked);
    }

    pub(super) fn read(&self) -> Vec<Asked> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.requests.iter().cloned().collect()
    }
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Asked>,
    body_bytes: usize,
}

impl Kept {
    fn add(&mut self, asked: Asked) {
        self.body_bytes += asked.body.len();
        self.requests.push_back(asked);
        while self.requests.len() > MAX_REQUESTS || self.body_bytes > MAX_BODY_BYTES {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.body_bytes -= oldest.body.len();
        }
    }
}

const MAX_REQUESTS: usize = 1024;
const MAX_BODY_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;

    #[test]
    fn forgets_the_oldest_requests() {
        let log = Log::default();

        for number in 0..=MAX_REQUESTS {
            log.add(asked(&format!("/{number}"), Bytes::new()));
        }

        let paths: Vec<_> = log.read().into_iter().map(|asked| asked.path).collect();
        assert_eq!((paths.len(), paths[0].as_str()), (MAX_REQUESTS, "/1"));
    }

    #[test]
    fn forgets_the_oldest_bodies() {
        let log = Log::default();
        let body = Bytes::from(vec![0; MAX_BODY_BYTES / 2]);

        for path in ["/1", "/2", "/3"] {
            log.add(asked(path, body.clone()));
        }

        assert_eq!(log.read().len(), 2);
    }

    fn asked(path: &str, body: Bytes) -> Asked {
        let (mut asked, ()) = Asked::of(Request::get(path).body(()).unwrap());
        asked.body = body;
        asked
    }
}
