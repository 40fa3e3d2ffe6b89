//! What runs that were killed have left behind.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::Path,
};

use cap_fs_ext::DirExt;
use cap_std::{
    ambient_authority,
    fs::{Dir, Metadata, OpenOptions},
};

use super::disk::{AREAS, LOCK, PREFIX, open_plain};

/// Removes the folders beside `own` whose runs are gone without having removed them.
///
/// Such a folder is known by its name, its owner and what is in it. Its lock is the proof: it gets its name once it is held,
/// and a run holds it to its end, however that comes. What can't be removed now is left to the next run.
pub(super) fn sweep(own: &Path) -> io::Result<()> {
    let (Some(above), Some(name)) = (own.parent(), own.file_name()) else {
        return Ok(());
    };
    let above = Dir::open_ambient_dir(above, ambient_authority())?;
    let owner = owner(&above.symlink_metadata(name)?);
    let names = above.entries()?.filter_map(|entry| Some(entry.ok()?.file_name()));
    let removed = names.filter(|name| is_name_of_run(name) && remove(&above, name, owner).is_ok());
    removed.take(MOST).for_each(drop);
    Ok(())
}

fn is_name_of_run(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Removes a folder, unless its run lives or it isn't a run's.
fn remove(above: &Dir, name: &OsStr, of: u32) -> io::Result<()> {
    let dir = above.open_dir_nofollow(name)?;
    if owner(&dir.dir_metadata()?) != of || !has_only_known_names(&dir)? {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let lock = open_plain(&dir, Path::new(LOCK), OpenOptions::new().read(true));
    let lock = lock.map_err(|_| io::ErrorKind::NotFound)?.into_std();
    lock.try_lock()?;
    for area in AREAS {
        match dir.remove_dir_all(area) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // The lock goes last, so that another run can finish what this one doesn't.
    dir.remove_file(LOCK)?;
    above.remove_dir(name)
}

fn has_only_known_names(dir: &Dir) -> io::Result<bool> {
    let known: Vec<OsString> = AREAS.into_iter().chain([LOCK]).map(OsString::from).collect();
    for entry in dir.entries()? {
        if !known.contains(&entry?.file_name()) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn owner(metadata: &Metadata) -> u32 {
    cap_std::fs::MetadataExt::uid(metadata)
}

#[cfg(not(unix))]
fn owner(_metadata: &Metadata) -> u32 {
    0
}

/// As many random characters as follow the prefix.
const RANDOM: usize = 6;
/// More than that would keep a run waiting.
const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    /// A run's folder with a file in it, as a run that was killed leaves it.
    fn left(above: &Path, name: &str) -> PathBuf {
        let folder = above.join(name);
        for area in AREAS {
            fs::create_dir_all(folder.join(area)).unwrap();
        }
        fs::write(folder.join("tmp/a"), "a").unwrap();
        fs::write(folder.join(LOCK), "").unwrap();
        folder
    }

    #[test]
    fn what_a_killed_run_has_left_is_removed() {
        let above = tempfile::tempdir().unwrap();
        let own = left(above.path(), "minigate-aaaaaa");
        let held = fs::File::open(own.join(LOCK)).unwrap();
        held.try_lock().unwrap();
        let left = left(above.path(), "minigate-bbbbbb");

        sweep(&own).unwrap();

        assert_eq!((own.exists(), left.exists()), (true, false));
    }

    #[test]
    fn what_isnt_a_killed_runs_stays() {
        let above = tempfile::tempdir().unwrap();
        let own = above.path().join("minigate-aaaaaa");
        fs::create_dir(&own).unwrap();
        let beginning = above.path().join("minigate-bbbbbb");
        fs::create_dir_all(beginning.join("usr")).unwrap();
        let running = left(above.path(), "minigate-cccccc");
        let held = fs::File::open(running.join(LOCK)).unwrap();
        held.try_lock().unwrap();
        let others = left(above.path(), "minigate-dddddd");
        fs::write(others.join("thesis.txt"), "a").unwrap();
        let named = left(above.path(), "minigate-backups");

        sweep(&own).unwrap();

        for folder in [own, beginning, running, others, named] {
            assert!(folder.exists(), "{folder:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out() {
        let above = tempfile::tempdir().unwrap();
        let outside = left(above.path(), "outside");
        let own = above.path().join("minigate-aaaaaa");
        fs::create_dir(&own).unwrap();
        std::os::unix::fs::symlink(&outside, above.path().join("minigate-bbbbbb")).unwrap();
        let linked = left(above.path(), "minigate-cccccc");
        fs::remove_dir_all(linked.join("usr")).unwrap();
        std::os::unix::fs::symlink(&outside, linked.join("usr")).unwrap();

        sweep(&own).unwrap();

        assert!(outside.join("tmp/a").exists());
    }
}
