//! The app's files as the engine sends and receives them.

use std::io;

use minigate_engine::{Failure, Head, Opened, Source, Unstored};

use crate::files::{FileFault, Library, Receiver, Sandbox};

/// A file that is sent. It is opened when its turn has come, so that calls that wait hold no files open.
#[derive(Debug)]
pub(super) struct SentFile {
    pub(super) library: Library,
    /// As the app wrote it.
    pub(super) path: String,
}

impl SentFile {
    /// Why it can't be sent, if that shows already.
    pub(super) fn obstacle(&self) -> Option<Failure> {
        let path = self.path.clone();
        match self.library.open(&self.path).err()? {
            FileFault::Io => Some(Failure::FileUnreadable {
                path,
                reason: FileFault::Io.to_string(),
            }),
            // Whether there is something where an app may not look is none of its business.
            _ => Some(Failure::FileNotFound { path }),
        }
    }
}

impl Source for SentFile {
    fn name(&self) -> &str {
        &self.path
    }

    fn open(&self) -> io::Result<Opened> {
        let opened = self.library.open(&self.path).map_err(|fault| match fault {
            FileFault::Io => io::Error::other(fault),
            _ => io::Error::new(io::ErrorKind::NotFound, fault),
        })?;
        Ok(Opened {
            reader: Box::new(opened.file),
            length: opened.len,
        })
    }
}

/// A file that is received. It is begun when the answer's head is there, so that calls that wait hold no files open.
pub(super) struct ReceivedFile {
    files: Sandbox,
    /// Where the app wants it; else it is a temporary one.
    path: Option<String>,
    url: String,
    extension: Option<String>,
    receiver: Option<Receiver>,
}

impl ReceivedFile {
    pub(super) fn new(files: Sandbox, path: Option<String>, url: &str) -> Self {
        Self {
            files,
            path,
            url: url.to_owned(),
            extension: None,
            receiver: None,
        }
    }

    /// Why it can't be received, if that shows already.
    pub(super) fn obstacle(&self) -> Option<Failure> {
        self.path.as_ref()?;
        self.open().err().map(Failure::from)
    }

    fn open(&self) -> Result<Receiver, Unstored> {
        let opened = self.files.receive(self.path.as_deref());
        opened.map_err(|fault| self.unstored(fault))
    }

    fn unstored(&self, fault: FileFault) -> Unstored {
        match fault {
            FileFault::Outside | FileFault::Denied => Unstored::Forbidden {
                path: self.path.clone().unwrap_or_default(),
            },
            FileFault::Full => Unstored::QuotaExceeded,
            other => Unstored::Failed {
                reason: other.to_string(),
            },
        }
    }
}

impl minigate_engine::Receiver for ReceivedFile {
    fn begin(&mut self, head: &Head) -> Result<(), Unstored> {
        let content_type = head.fields.get("content-type");
        self.extension = extension(content_type.as_deref().unwrap_or_default(), &self.url);
        self.receiver = Some(self.open()?);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Unstored> {
        let receiver = self.receiver.as_mut();
        let written = receiver.map_or(Err(FileFault::Io), |receiver| receiver.write(bytes));
        written.map_err(|fault| self.unstored(fault))
    }

    fn finish(mut self: Box<Self>) -> Result<String, Unstored> {
        let receiver = self.receiver.take().ok_or(FileFault::Io);
        let kept = receiver.and_then(|receiver| receiver.commit(self.extension.as_deref()));
        kept.map_err(|fault| self.unstored(fault))
    }
}

impl std::fmt::Debug for ReceivedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReceivedFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The ending of a file by its media type; where that says nothing, by the last segment of the URL's path.
fn extension(content_type: &str, url: &str) -> Option<String> {
    let kind = content_type.split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let known = match kind.as_str() {
        "" | "application/octet-stream" | "binary/octet-stream" => None,
        // The database prefers the rarer ones.
        "audio/mpeg" => Some("mp3"),
        "video/quicktime" => Some("mov"),
        kind => mime2ext::mime2ext(kind),
    };
    known.map(str::to_owned).or_else(|| {
        let path = url.split(['?', '#']).next()?;
        let (_, name) = path.split_once("://")?.1.rsplit_once('/')?;
        name.rsplit_once('.').map(|(_, ending)| ending.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_tells_the_ending_and_else_the_url() {
        for (content_type, url, expected) in [
            ("image/jpeg", "https://a.com/x.png", Some("jpg")),
            ("Image/PNG; charset=binary", "https://a.com/", Some("png")),
            ("audio/mpeg", "https://a.com/", Some("mp3")),
            ("application/pdf", "https://a.com/", Some("pdf")),
            (
                "application/octet-stream",
                "https://a.com/v/x.zip?y=.png#z.gif",
                Some("zip"),
            ),
            ("", "https://a.com/x.mp4", Some("mp4")),
            ("", "https://a.com/x", None),
            ("", "https://a.com", None),
            ("klingon/text", "https://a.com/d.txt", Some("txt")),
            ("not a type", "https://a.com/", None),
        ] {
            assert_eq!(
                extension(content_type, url).as_deref(),
                expected,
                "{content_type} {url}"
            );
        }
    }
}
