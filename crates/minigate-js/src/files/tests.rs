//! Whatever an app tries with whatever path, it reads and writes its own files only, and the books are right.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use minigate_policy::Profile;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{
    Algorithm, Answer, Data, Encoding, FileFault, FileRules, Library, Operation, Range, Sandbox, disk::Usage,
};
use crate::project::{Kind, Project};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_path_leads_out_and_the_books_stay_right(uses in prop::collection::vec(operation(), 1..25)) {
        let world = World::new();
        let library = world.library(LIMIT);
        world.plant();
        let outside = world.outside();
        // What was planted counts from the next run on.
        drop(library);
        let library = world.library(LIMIT);

        for operation in uses {
            let shown = format!("{operation:?}");
            let text = match operation.perform(&library) {
                Ok(Answer::Text(text)) => text,
                Ok(Answer::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
                Ok(Answer::Value(value)) => value.to_string(),
                Err(_) => String::new(),
            };
            prop_assert!(!text.contains(SECRET) && !text.contains(&digest_of_secret()), "{shown}");
        }

        prop_assert_eq!(world.outside(), outside);
        assert_books(&library.own);
    }
}

#[test]
fn writes_from_many_threads_fill_the_limit_to_the_byte() {
    let world = World::new();
    let library = world.library(1000);

    std::thread::scope(|scope| {
        for thread in 0..8_u8 {
            let sandbox = library.own.clone();
            scope.spawn(move || {
                for round in 0..50_u8 {
                    let path = format!("wxfile://usr/{}", (thread + round) % 5);
                    let _ = sandbox.write(&path, &vec![round; usize::from(round) * 7]);
                    let _ = sandbox.append(&path, &[0; 10]);
                    if let Ok(mut receiver) = sandbox.receive(None) {
                        let _ = receiver.write(&[1; 30]);
                        let saved = receiver.commit(None).and_then(|path| sandbox.save(&path, None));
                        if let Ok(saved) = saved
                            && round % 2 == 0
                        {
                            let _ = sandbox.remove(&saved);
                        }
                    }
                }
            });
        }
    });

    assert_books(&library.own);
    let (used, _, _) = library.own.disk().unwrap().account().totals();
    assert!(used <= 1000, "{used}");
    let rest = usize::try_from(1000 - used).unwrap();
    assert_eq!(
        library.own.write("wxfile://usr/rest", &vec![0; rest + 1]),
        Err(FileFault::Full)
    );
    assert_eq!(library.own.write("wxfile://usr/rest", &vec![0; rest]), Ok(()));
}

#[test]
fn no_folder_gets_deeper_than_a_path_can_name() {
    let world = World::new();
    let sandbox = world.library(LIMIT).own;
    let deep = |name: &str| format!("wxfile://usr/{name}{}", "/d".repeat(62));
    sandbox.make_folder(&deep("a"), true).unwrap();
    sandbox.make_folder(&deep("b"), true).unwrap();

    assert_eq!(
        sandbox.rename("wxfile://usr/a", &format!("{}/a", deep("b"))),
        Err(FileFault::TooLong)
    );
    assert_eq!(sandbox.rename("wxfile://usr/a", "wxfile://usr/c"), Ok(()));
}

#[test]
fn an_app_can_t_use_up_the_disks_table_of_files() {
    let world = World::new();
    let sandbox = world.library(LIMIT).own;
    sandbox.disk().unwrap().account().add_entries(99_999);

    assert_eq!(
        sandbox.make_folder("wxfile://usr/a/b", true),
        Err(FileFault::Full)
    );
    assert_eq!(sandbox.make_folder("wxfile://usr/a", false), Ok(()));
    assert_eq!(sandbox.write("wxfile://usr/f", b""), Err(FileFault::Full));
    assert_eq!(sandbox.receive(None).err(), Some(FileFault::Full));
}

fn assert_books(sandbox: &Sandbox) {
    let disk = sandbox.disk().unwrap();
    let count = |dir| Usage::of(dir, 0).unwrap();
    let (user, saved, temporary) = (count(&disk.user), count(&disk.saved), count(&disk.temporary));
    assert_eq!(
        disk.account().totals(),
        (
            user.bytes + saved.bytes,
            temporary.bytes,
            user.entries + saved.entries + temporary.entries
        )
    );
    assert_eq!(count(&disk.parts).entries, 0);
}

fn operation() -> impl Strategy<Value = Operation> {
    let data = || (prop::sample::select(vec!["", "x", "12345678", "!"]), 0..3).prop_map(data);
    let two = || (path(), path());
    prop_oneof![
        path().prop_map(Operation::Access),
        (path(), data()).prop_map(|(path, data)| Operation::Append(path, data)),
        two().prop_map(|(from, to)| Operation::Copy(from, to)),
        path().prop_map(|path| Operation::Info(path, Some(Algorithm::Sha1))),
        (path(), any::<bool>()).prop_map(|(path, recursive)| Operation::MakeFolder { path, recursive }),
        path().prop_map(Operation::Names),
        (path(), flag()).prop_map(|(path, flag)| Operation::Open(path, flag.parse().unwrap())),
        path().prop_map(|path| Operation::Read {
            path,
            encoding: Some(Encoding::Latin1),
            range: Range::default(),
            most: 1000
        }),
        (0..4_u64).prop_map(|id| Operation::ReadOpen {
            id,
            position: None,
            length: 100
        }),
        path().prop_map(Operation::Remove),
        (path(), any::<bool>()).prop_map(|(path, recursive)| Operation::RemoveFolder { path, recursive }),
        path().prop_map(Operation::RemoveSaved),
        two().prop_map(|(from, to)| Operation::Rename(from, to)),
        two().prop_map(|(from, to)| Operation::Save(from, Some(to))),
        (path(), any::<bool>()).prop_map(|(path, recursive)| Operation::Stat { path, recursive }),
        (path(), 0..90_u64).prop_map(|(path, length)| Operation::Truncate(path, length)),
        (0..4_u64, 0..90_u64).prop_map(|(id, length)| Operation::TruncateOpen(id, length)),
        (path(), data()).prop_map(|(path, data)| Operation::Write(path, data)),
        (0..4_u64, data()).prop_map(|(id, data)| Operation::WriteOpen {
            id,
            position: Some(3),
            data
        }),
    ]
}

fn data((text, encoding): (&str, i32)) -> Data {
    let encodings = [Encoding::Utf8, Encoding::Base64, Encoding::Latin1];
    Data {
        text: text.to_owned(),
        encoding: encodings[usize::try_from(encoding).unwrap()],
    }
}

fn flag() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["r", "r+", "w", "w+", "wx", "a", "ax+"])
}

/// Half of them are good, so that there is something to hit.
fn path() -> impl Strategy<Value = String> {
    let good = prop::sample::select(vec![
        "a",
        "b",
        "a/a",
        "a/b",
        "a/b/a",
        "link",
        "hard",
        "up/x",
        "out/secret",
    ]);
    let start = prop::sample::select(STARTS.to_vec());
    let odd = (
        start,
        prop::collection::vec(prop::sample::select(SEGMENTS.to_vec()), 0..5),
    );
    prop_oneof![
        good.prop_map(|inner| format!("wxfile://usr/{inner}")),
        odd.prop_map(|(start, segments)| start.to_owned() + &segments.join("/")),
    ]
}

const STARTS: [&str; 16] = [
    "",
    "/",
    "//",
    "wxfile://",
    "wxfile://usr",
    "wxfile://usr/",
    "wxfile://usr/..",
    "wxfile://tmp_",
    "wxfile://store_",
    "wxfile://store_1/",
    "WXFILE://usr/",
    "http://usr/",
    "file://",
    "file:///",
    "wxfile://other/",
    "wxfile:/usr/",
];

const SEGMENTS: [&str; 37] = [
    "a",
    "b",
    "..",
    ".",
    "",
    "...",
    "%2e%2e",
    "%2E.",
    "..%2f..",
    "..\\..",
    "\\",
    "C:",
    "a\0b",
    "\0",
    "link",
    "up",
    "out",
    "hard",
    "1.txt",
    "secret",
    "data",
    "wx1",
    "usr",
    "tmp",
    "store",
    "parts",
    "lock",
    "storage.jsonl",
    "．．",
    "‥",
    "／",
    "∕",
    "\u{202e}",
    "CON",
    "~",
    "app.js",
    "proc/self/root",
];

/// A folder with a secret in it; in a folder of that, the app's own files.
struct World {
    root: TempDir,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("secret"), SECRET).unwrap();
        Self { root }
    }

    fn library(&self, limit: u64) -> Library {
        let profile = Profile {
            files_max_bytes: limit,
            ..Profile::default()
        };
        let rules = FileRules::of(&profile, Kind::App);
        let own = Sandbox::kept(&self.root.path().join("data"), &"wx1".parse().unwrap(), rules).unwrap();
        let package = [("app.json", r#"{"pages":["p"]}"#), ("app.js", "App({})")];
        let files: BTreeMap<_, _> = package
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .collect();
        Library::new(own, &Project::from_files(files).unwrap())
    }

    /// Puts links that lead out into the app's own folders.
    #[cfg(unix)]
    fn plant(&self) {
        use std::os::unix::fs::symlink;
        let (app, secret) = (self.app(), self.root.path().join("secret"));
        symlink(&secret, app.join("usr/link")).unwrap();
        symlink(self.root.path(), app.join("usr/out")).unwrap();
        symlink("../..", app.join("usr/up")).unwrap();
        fs::hard_link(&secret, app.join("usr/hard")).unwrap();
        fs::hard_link(&secret, app.join("store/1.txt")).unwrap();
        fs::create_dir(app.join("usr/a")).unwrap();
        symlink(self.root.path(), app.join("usr/a/out")).unwrap();
    }

    #[cfg(not(unix))]
    fn plant(&self) {
        fs::create_dir(self.app().join("usr/a")).unwrap();
    }

    fn app(&self) -> PathBuf {
        self.root.path().join("data/wx1")
    }

    /// Everything but what is in the app's areas.
    fn outside(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(self.root.path(), &mut found);
        let areas = ["usr", "store", "tmp", "parts"].map(|area| self.app().join(area));
        found.retain(|path, _| !areas.iter().any(|area| path.starts_with(area)));
        found
    }
}

fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), found);
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap_or_default());
        }
    }
}

fn digest_of_secret() -> String {
    use sha1::Digest;
    data_encoding::HEXLOWER.encode(&sha1::Sha1::digest(SECRET))
}

const SECRET: &str = "nobody's business";
const LIMIT: u64 = 100;
