//! Pictures, as far as their first bytes tell of them.

use std::io::{BufReader, Seek};

use imagesize::{ImageType, reader_size, reader_type};
use serde::Serialize;

use super::{FileFault, Opened};

/// The platform's image information. Which way up it was taken isn't read.
#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    width: usize,
    height: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    orientation: &'static str,
}

impl Opened {
    /// What kind of picture it is, and how large.
    ///
    /// # Errors
    ///
    /// [`FileFault::NoPicture`] where it is none that is known here.
    pub(super) fn picture(self) -> Result<Picture, FileFault> {
        let mut reader = BufReader::new(self.file);
        let kind = reader_type(&mut reader).map_err(|_| FileFault::NoPicture)?;
        reader.rewind()?;
        let size = reader_size(&mut reader).map_err(|_| FileFault::NoPicture)?;
        Ok(Picture {
            width: size.width,
            height: size.height,
            kind: name(kind),
            orientation: "up",
        })
    }
}

/// The platform has names for four kinds.
fn name(kind: ImageType) -> &'static str {
    match kind {
        ImageType::Gif => "gif",
        ImageType::Jpeg => "jpeg",
        ImageType::Png => "png",
        ImageType::Tiff => "tiff",
        _ => "unknown",
    }
}
