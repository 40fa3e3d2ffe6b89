//! What an app's files are on disk, and the ways out that aren't.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use minigate_js::{FileFault, FileRules, Kind, Sandbox, Unkept};
use minigate_policy::Profile;
use tempfile::TempDir;

#[test]
fn a_download_is_there_as_a_whole_or_not_at_all() {
    let place = Place::new();
    let sandbox = place.sandbox(100);
    let mut receiver = sandbox.receive(None).unwrap();
    receiver.write(b"half").unwrap();
    drop(receiver);
    assert_eq!(place.all_files(), ["lock"]);

    let mut receiver = sandbox.receive(None).unwrap();
    receiver.write(b"one ").unwrap();
    receiver.write(b"two").unwrap();
    let path = receiver.commit(Some("txt")).unwrap();

    assert!(
        path.starts_with("wxfile://tmp_") && path.ends_with(".txt"),
        "{path}"
    );
    assert_eq!(read(&sandbox, &path), Ok("one two".to_owned()));
}

#[test]
fn a_download_takes_the_place_of_a_user_file_at_once() {
    let place = Place::new();
    let sandbox = place.sandbox(100);
    put(&sandbox, "wxfile://usr/a", "old").unwrap();

    let mut receiver = sandbox.receive(Some("wxfile://usr/a")).unwrap();
    receiver.write(b"new").unwrap();
    assert_eq!(read(&sandbox, "wxfile://usr/a"), Ok("old".to_owned()));
    assert_eq!(receiver.commit(None), Ok("wxfile://usr/a".to_owned()));

    assert_eq!(read(&sandbox, "wxfile://usr/a"), Ok("new".to_owned()));
}

#[test]
fn downloads_at_once_share_the_last_byte_of_the_limit() {
    let place = Place::new();
    let sandbox = place.sandbox(10);
    let mut first = sandbox.receive(Some("wxfile://usr/a")).unwrap();
    let mut second = sandbox.receive(Some("wxfile://usr/b")).unwrap();
    first.write(b"12345").unwrap();
    second.write(b"1234").unwrap();

    assert_eq!(first.write(b"67"), Err(FileFault::Full));
    second.write(b"5").unwrap();
    assert_eq!(second.write(b"6"), Err(FileFault::Full));
    first.commit(None).unwrap();
    second.commit(None).unwrap();

    assert_eq!(put(&sandbox, "wxfile://usr/c", "1"), Err(FileFault::Full));
    assert_eq!(put(&sandbox, "wxfile://usr/a", "abcde"), Ok(()));
    assert_eq!(put(&sandbox, "wxfile://usr/a", "abcdef"), Err(FileFault::Full));
    assert_eq!(read(&sandbox, "wxfile://usr/a"), Ok("abcde".to_owned()));
}

#[test]
fn a_download_given_up_frees_its_room() {
    let place = Place::new();
    let sandbox = place.sandbox(10);
    let mut receiver = sandbox.receive(Some("wxfile://usr/a")).unwrap();
    receiver.write(&[0; 10]).unwrap();
    drop(receiver);

    assert_eq!(put(&sandbox, "wxfile://usr/b", "0123456789"), Ok(()));
}

#[test]
fn kept_files_are_there_in_the_next_run_and_temporary_ones_are_not() {
    let place = Place::new();
    let sandbox = place.sandbox(10);
    put(&sandbox, "wxfile://usr/a", "123456").unwrap();
    let mut receiver = sandbox.receive(None).unwrap();
    receiver.write(b"x").unwrap();
    let temporary = receiver.commit(None).unwrap();
    drop(sandbox);
    assert_eq!(place.all_files(), ["lock", "usr/a"]);

    let next = place.sandbox(10);

    assert_eq!(read(&next, "wxfile://usr/a"), Ok("123456".to_owned()));
    assert_eq!(read(&next, &temporary), Err(FileFault::Missing));
    assert_eq!(put(&next, "wxfile://usr/b", "12345"), Err(FileFault::Full));
}

#[test]
fn a_folder_belongs_to_one_run_at_a_time() {
    let place = Place::new();
    let first = place.sandbox(10);

    let second = place.try_sandbox("wx1", 10).err().unwrap();
    assert!(matches!(second, Unkept::Busy { .. }), "{second}");
    drop(first);
    assert!(place.try_sandbox("wx1", 10).is_ok());
}

#[test]
fn two_apps_have_no_file_in_common() {
    let place = Place::new();
    let (first, second) = (
        place.try_sandbox("wx1", 10).unwrap(),
        place.try_sandbox("wx2", 10).unwrap(),
    );
    put(&first, "wxfile://usr/a", "1").unwrap();

    for path in [
        "wxfile://usr/a",
        "wxfile://usr/../wx1/usr/a",
        "wxfile://usr/../../wx1/usr/a",
    ] {
        assert!(read(&second, path).is_err(), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn planted_links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let sandbox = place.sandbox(100);
    put(&sandbox, "wxfile://usr/a", "1").unwrap();
    let usr = place.app().join("usr");
    symlink(place.secret(), usr.join("link")).unwrap();
    symlink(place.root.path(), usr.join("folder")).unwrap();
    symlink("/", usr.join("root")).unwrap();
    symlink("../..", usr.join("up")).unwrap();
    fs::hard_link(place.secret(), usr.join("hard")).unwrap();
    fs::hard_link(place.secret(), place.app().join("store/1.txt")).unwrap();
    std::process::Command::new("mkfifo")
        .arg(usr.join("pipe"))
        .status()
        .unwrap();

    for path in [
        "wxfile://usr/link",
        "wxfile://usr/folder/secret",
        "wxfile://usr/root/etc/passwd",
        "wxfile://usr/up/secret",
        "wxfile://usr/hard",
        "wxfile://store_1.txt",
        "wxfile://usr/pipe",
    ] {
        assert_eq!(read(&sandbox, path), Err(FileFault::Denied), "{path}");
        assert_eq!(
            put(&sandbox, path, "changed").err(),
            Some(FileFault::Denied),
            "{path}"
        );
    }
    place.assert_untouched();
}

#[cfg(unix)]
#[test]
fn an_area_that_was_made_a_link_is_not_opened() {
    let place = Place::new();
    drop(place.sandbox(10));
    fs::remove_dir(place.app().join("usr")).unwrap();
    std::os::unix::fs::symlink(place.root.path(), place.app().join("usr")).unwrap();

    assert!(place.try_sandbox("wx1", 10).is_err());
}

// Whoever can write to the folder swaps a folder for a link all the time, which no check before the use can see.
#[cfg(unix)]
#[test]
fn a_link_made_while_the_app_runs_leads_nowhere() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let place = Place::new();
    let sandbox = place.sandbox(1_000_000);
    let usr = place.app().join("usr");
    fs::create_dir(usr.join("real")).unwrap();
    fs::write(usr.join("real/secret"), "mine").unwrap();
    let stop = AtomicBool::new(false);

    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::rename(usr.join("real"), usr.join("dir"));
                let _ = fs::rename(usr.join("dir"), usr.join("real"));
                let _ = std::os::unix::fs::symlink(place.root.path(), usr.join("dir"));
                let _ = fs::remove_file(usr.join("dir"));
            }
        });
        for _ in 0..2000 {
            if let Ok(text) = read(&sandbox, "wxfile://usr/dir/secret") {
                assert_eq!(text, "mine");
            }
            let _ = put(&sandbox, "wxfile://usr/dir/planted", "x");
        }
        stop.store(true, Ordering::Relaxed);
    });

    place.assert_untouched();
}

fn read(sandbox: &Sandbox, path: &str) -> Result<String, FileFault> {
    let mut opened = sandbox.open(path)?;
    let mut text = String::new();
    opened.file.read_to_string(&mut text).unwrap();
    assert_eq!(opened.len, text.len() as u64);
    Ok(text)
}

fn put(sandbox: &Sandbox, path: &str, text: &str) -> Result<(), FileFault> {
    let mut receiver = sandbox.receive(Some(path))?;
    receiver.write(text.as_bytes())?;
    receiver.commit(None).map(drop)
}

/// A folder with a secret in it, and beside that the folders of apps.
struct Place {
    root: TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("secret"), "secret").unwrap();
        Self { root }
    }

    fn sandbox(&self, limit: u64) -> Sandbox {
        self.try_sandbox("wx1", limit).unwrap()
    }

    fn try_sandbox(&self, app: &str, limit: u64) -> Result<Sandbox, Unkept> {
        let profile = Profile {
            files_max_bytes: limit,
            ..Profile::default()
        };
        let rules = FileRules::of(&profile, Kind::App);
        Sandbox::kept(&self.root.path().join("data"), &app.parse().unwrap(), rules)
    }

    fn secret(&self) -> PathBuf {
        self.root.path().join("secret")
    }

    fn app(&self) -> PathBuf {
        self.root.path().join("data/wx1")
    }

    fn all_files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.app(), &self.app(), &mut found);
        found.sort();
        found
    }

    fn assert_untouched(&self) {
        assert_eq!(fs::read_to_string(self.secret()).unwrap(), "secret");
        let beside: Vec<_> = fs::read_dir(self.root.path()).unwrap().collect();
        assert_eq!(beside.len(), 2);
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}
