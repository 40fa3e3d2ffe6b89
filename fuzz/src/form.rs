//! A form is what its parts say, whatever names, values and files an app gives it.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use arbitrary::Arbitrary;
use minigate_engine::{FilePart, Form, Opened, Payload, Source};

/// A form, and a file that is as long as it says, or isn't.
#[derive(Arbitrary, Debug)]
pub struct Scene {
    fields: Vec<(String, String)>,
    name: String,
    file_name: String,
    content_type: String,
    file: Vec<u8>,
    said: Option<u16>,
}

/// Plays a scene and panics where something doesn't hold.
pub fn play(scene: Scene) {
    let file = Held {
        bytes: scene.file.clone(),
        said: scene.said.map_or(scene.file.len() as u64, u64::from),
    };
    let is_whole = file.said <= file.bytes.len() as u64;
    let kept = scene.file.get(..file.said as usize).map(<[u8]>::to_vec);
    let form = Form {
        fields: scene.fields.clone(),
        file: FilePart {
            name: scene.name.clone(),
            file_name: scene.file_name.clone(),
            content_type: scene.content_type.clone(),
            source: Arc::new(file),
        },
    };
    let (payload, content_type) = form.encode();
    let Payload::Stream(source) = payload else {
        panic!("a form is a stream");
    };
    let Opened { mut reader, length } = source.open().unwrap();
    let mut body = Vec::new();
    let read = reader.read_to_end(&mut body);
    assert_eq!(
        read.is_ok(),
        is_whole,
        "a file that is too short fails, and no other"
    );
    if let (Ok(_), Some(kept)) = (read, kept) {
        assert_eq!(body.len() as u64, length, "the body is as long as it says");
        check(&scene, &body, content_type.to_str().unwrap(), &kept);
    }
}

/// Reads the parts as a server does.
fn check(scene: &Scene, body: &[u8], content_type: &str, file: &[u8]) {
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let opening = format!("--{boundary}\r\n");
    let between = format!("\r\n--{boundary}");
    let mut rest = body
        .strip_prefix(opening.as_bytes())
        .expect("it begins with a boundary");
    let mut parts = Vec::new();
    loop {
        let (head, after) = split(rest, b"\r\n\r\n").expect("a part has a head");
        let (content, after) = split(after, between.as_bytes()).expect("a part ends with a boundary");
        parts.push((std::str::from_utf8(head).unwrap(), content));
        match after {
            b"--\r\n" => break,
            after => rest = after.strip_prefix(b"\r\n").expect("a boundary ends its line"),
        }
    }
    let (last, fields) = parts.split_last().unwrap();
    assert_eq!(fields.len(), scene.fields.len(), "no part was made up, none lost");
    for ((head, content), (name, value)) in fields.iter().zip(&scene.fields) {
        let expected = format!(
            "Content-Disposition: form-data; name=\"{}\"",
            quoted(&broken(name))
        );
        assert_eq!((*head, *content), (&*expected, broken(value).as_bytes()));
    }
    assert_eq!(last.1, file);
    let lines: Vec<_> = last.0.split("\r\n").collect();
    let named = format!(
        "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"",
        quoted(&broken(&scene.name)),
        quoted(&scene.file_name)
    );
    assert_eq!((lines.len(), lines[0]), (2, &*named));
    assert!(lines[1].starts_with("Content-Type: ") && !lines[1].contains(char::is_control));
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..found], &bytes[found + at.len()..]))
}

/// Line breaks of all kinds become those of the network (HTML, "multipart/form-data encoding algorithm").
fn broken(text: &str) -> String {
    let mut broken = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                broken += "\r\n";
            }
            '\n' => broken += "\r\n",
            c => broken.push(c),
        }
    }
    broken
}

fn quoted(text: &str) -> String {
    let escape = |c| match c {
        '\r' => "%0D".to_owned(),
        '\n' => "%0A".to_owned(),
        '"' => "%22".to_owned(),
        c => String::from(c),
    };
    text.chars().map(escape).collect()
}

/// A file that says how long it is.
pub(crate) struct Held {
    pub(crate) bytes: Vec<u8>,
    pub(crate) said: u64,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.said)
    }
}

impl Source for Held {
    fn name(&self) -> &str {
        "held"
    }

    fn open(&self) -> io::Result<Opened> {
        Ok(Opened {
            reader: Box::new(Cursor::new(self.bytes.clone())),
            length: self.said,
        })
    }
}
