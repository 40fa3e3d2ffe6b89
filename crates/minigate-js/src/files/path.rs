//! Paths as apps write them.

use std::path::{Path, PathBuf};

use minigate_policy::Platform;

use super::FileFault;

/// How local paths begin. Phones and the developer tool differ in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    /// `wxfile://`, on phones.
    Wxfile,
    /// `http://`, in the developer tool.
    Http,
}

/// The place that a path names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Spot {
    /// Below `wx.env.USER_DATA_PATH`; an empty path is that folder itself.
    User(PathBuf),
    /// A file that was saved under a name of the platform's making.
    Saved(PathBuf),
    /// A file that goes with the run.
    Temporary(PathBuf),
    /// A file of the app's own package, with `/` between its segments.
    Package(String),
}

impl Scheme {
    pub(crate) const fn of(platform: Platform) -> Self {
        match platform {
            Platform::Android | Platform::Ios => Self::Wxfile,
            Platform::Devtools => Self::Http,
        }
    }

    /// `wx.env.USER_DATA_PATH`.
    pub(crate) const fn user(self) -> &'static str {
        match self {
            Self::Wxfile => "wxfile://usr",
            Self::Http => "http://usr",
        }
    }

    /// What stands before the name of a saved file.
    pub(crate) const fn saved(self) -> &'static str {
        match self {
            Self::Wxfile => "wxfile://store_",
            Self::Http => "http://store/",
        }
    }

    /// What stands before the name of a temporary file.
    pub(crate) const fn temporary(self) -> &'static str {
        match self {
            Self::Wxfile => "wxfile://tmp_",
            Self::Http => "http://tmp/",
        }
    }
}

impl Spot {
    /// Reads a path.
    ///
    /// Nothing in it is decoded, and `..` is refused wherever it stands, so what a path names is what it says.
    ///
    /// # Errors
    ///
    /// [`FileFault::Outside`] where it names no place that an app has; [`FileFault::TooLong`].
    pub(crate) fn parse(path: &str, scheme: Scheme) -> Result<Self, FileFault> {
        if path.len() > MAX_PATH {
            return Err(FileFault::TooLong);
        }
        if let Some(rest) = path.strip_prefix(scheme.user()) {
            return inner(rest).map(Self::User);
        }
        if let Some(name) = path.strip_prefix(scheme.saved()) {
            return segment(name).map(|name| Self::Saved(name.into()));
        }
        if let Some(name) = path.strip_prefix(scheme.temporary()) {
            return segment(name).map(|name| Self::Temporary(name.into()));
        }
        package(path)
    }
}

/// The name under which the app knows a file of its own; nothing where the app couldn't name it.
pub(super) fn shown(stored: &Path) -> Option<String> {
    let text = stored.to_str()?;
    let name = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    (segment(&name).ok()? == text).then(|| name.into_owned())
}

/// What follows `wx.env.USER_DATA_PATH`.
fn inner(rest: &str) -> Result<PathBuf, FileFault> {
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(FileFault::Outside);
    }
    let names: Vec<_> = rest
        .split('/')
        .filter(|name| !matches!(*name, "" | "."))
        .collect();
    if names.len() > MAX_DEPTH {
        return Err(FileFault::TooLong);
    }
    names.into_iter().map(segment).collect()
}

/// A path of the package starts at its root, with or without a slash.
fn package(path: &str) -> Result<Spot, FileFault> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let is_plain =
        |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0']);
    if !path.is_empty() && path.split('/').all(is_plain) {
        Ok(Spot::Package(path.to_owned()))
    } else {
        Err(FileFault::Outside)
    }
}

/// One name as it is stored: what some system can't store, or takes for more than a name, stands as `%` and its hex
/// number. No two names become the same.
fn segment(name: &str) -> Result<String, FileFault> {
    if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
        return Err(FileFault::Outside);
    }
    let last = name.chars().count() - 1;
    let mut stored = String::with_capacity(name.len());
    for (index, c) in name.chars().enumerate() {
        let is_odd = c.is_ascii_control() || ODD.contains(&c);
        if is_odd || (index == last && matches!(c, '.' | ' ')) || (index == 0 && is_device(name)) {
            stored.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            stored.push(c);
        }
    }
    if stored.len() > MAX_NAME {
        return Err(FileFault::TooLong);
    }
    Ok(stored)
}

/// Whether Windows would open a device by that name.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_numbered = |kind: &str| {
        let rest = stem.get(..3).filter(|start| start.eq_ignore_ascii_case(kind));
        rest.is_some() && stem.chars().count() == 4
    };
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) || is_numbered("com") || is_numbered("lpt")
}

const ODD: [char; 9] = ['%', '\\', ':', '*', '?', '"', '<', '>', '|'];
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const MAX_PATH: usize = 4096;
/// What every system stores, in bytes.
const MAX_NAME: usize = 255;
pub(super) const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_area_has_its_own_paths_on_each_platform() {
        for (scheme, path, spot) in [
            (Scheme::Wxfile, "wxfile://usr", Spot::User("".into())),
            (Scheme::Wxfile, "wxfile://usr/", Spot::User("".into())),
            (Scheme::Wxfile, "wxfile://usr//a/./b", Spot::User("a/b".into())),
            (
                Scheme::Wxfile,
                "wxfile://tmp_1.png",
                Spot::Temporary("1.png".into()),
            ),
            (
                Scheme::Wxfile,
                "wxfile://store_1.png",
                Spot::Saved("1.png".into()),
            ),
            (Scheme::Http, "http://usr/a", Spot::User("a".into())),
            (Scheme::Http, "http://tmp/1.png", Spot::Temporary("1.png".into())),
            (Scheme::Http, "http://store/1.png", Spot::Saved("1.png".into())),
            (
                Scheme::Wxfile,
                "/images/a.png",
                Spot::Package("images/a.png".into()),
            ),
            (Scheme::Wxfile, "data/x.json", Spot::Package("data/x.json".into())),
        ] {
            assert_eq!(Spot::parse(path, scheme), Ok(spot), "{path}");
        }
    }

    #[test]
    fn a_path_to_anywhere_else_is_refused() {
        for path in [
            "",
            "/",
            "wxfile://",
            "wxfile://other",
            "wxfile://usrx",
            "wxfile://usr/..",
            "wxfile://usr/../../etc/passwd",
            "wxfile://usr/a/../b",
            "wxfile://usr/a\0b",
            "wxfile://tmp_",
            "wxfile://tmp_..",
            "wxfile://tmp_a/b",
            "wxfile://store_../usr/a",
            "http://usr/a",
            "http://tmp/a",
            "file:///etc/passwd",
            "//etc/passwd",
            "../a",
            "./a",
            "a/../b",
            ".git/config",
            "a\\..\\b",
            "C:\\a",
            "c:/a",
        ] {
            assert_eq!(
                Spot::parse(path, Scheme::Wxfile),
                Err(FileFault::Outside),
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_too_long_is_told_as_such() {
        let deep = format!("wxfile://usr{}", "/a".repeat(MAX_DEPTH + 1));
        let wide = format!("wxfile://usr/{}", "名".repeat(86));
        let long = format!("wxfile://usr{}", "/".repeat(MAX_PATH));

        for path in [deep, wide, long] {
            assert_eq!(Spot::parse(&path, Scheme::Wxfile), Err(FileFault::TooLong));
        }
    }

    #[test]
    fn a_name_that_some_system_can_t_store_is_stored_under_another_and_shown_as_itself() {
        for (name, stored) in [
            ("文件.txt", "文件.txt"),
            ("%2e%2e", "%252e%252e"),
            ("a\\..\\b", "a%5C..%5Cb"),
            ("a:b", "a%3Ab"),
            ("...", "..%2E"),
            ("a ", "a%20"),
            ("NUL", "%4EUL"),
            ("com1.txt", "%63om1.txt"),
            ("\n", "%0A"),
        ] {
            assert_eq!(segment(name), Ok(stored.to_owned()));
            assert_eq!(shown(Path::new(stored)).as_deref(), Some(name));
        }
        assert_eq!(shown(Path::new("a:b")), None);
    }
}
