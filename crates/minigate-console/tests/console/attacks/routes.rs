//! Every route of the pages, read from where they are made: none can be forgotten.

/// A route.
#[derive(Clone, Debug)]
pub(super) struct Route {
    path: String,
    pub(super) reads: bool,
    pub(super) changes: bool,
}

impl Route {
    pub(super) fn is_of_an_app(&self) -> bool {
        self.path.contains("{app}")
    }

    /// Whether it is for whoever isn't signed in.
    pub(super) fn is_open(&self) -> bool {
        [
            "/sign-in",
            "/oidc/begin",
            "/oidc/callback",
            "/invited/{secret}",
            "/preferences",
        ]
        .contains(&self.path.as_str())
    }

    pub(super) fn ends_the_session(&self) -> bool {
        self.path.contains("sign-out")
    }

    /// Its path for an app, with something for whatever else it asks for.
    pub(super) fn of(&self, app: &str) -> String {
        let parts = self.path.split('/').map(|part| match part {
            "{app}" => app,
            _ if part.starts_with('{') => "1",
            plain => plain,
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Its path with a text in place of all that it asks for.
    pub(super) fn filled(&self, text: &str) -> String {
        let parts = self.path.split('/');
        let parts = parts.map(|part| if part.starts_with('{') { text } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}

pub(super) fn all() -> Vec<Route> {
    let routes = of(PAGES);
    assert!(
        routes.len() > 40 && routes.iter().any(Route::is_of_an_app),
        "{routes:?}"
    );
    routes
}

/// The paths of the platform's own API.
pub(super) fn of_the_platform() -> Vec<String> {
    let routes = of(PLATFORM).into_iter().map(|route| route.path);
    let routes: Vec<_> = routes.filter(|path| !path.contains('{')).collect();
    assert!(routes.len() > 5, "{routes:?}");
    routes
}

/// Whether the source of the pages says it in only one place; else some of their routes would be missed.
#[test]
fn the_routes_of_the_pages_are_made_in_one_place() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/pages");
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let source = std::fs::read_to_string(&path).unwrap();
                assert!(!source.contains(".route("), "{}", path.display());
            }
        }
    }
}

fn of(source: &str) -> Vec<Route> {
    source.split(".route(").skip(1).map(route).collect()
}

fn route(call: &str) -> Route {
    let argument = call.split(',').next().unwrap().trim();
    let path = match argument {
        "PASSWORD_PAGE" => "/me/password",
        literal => literal.trim_matches('"'),
    };
    assert!(path.starts_with('/'), "{call}");
    let call = call.split("\n}").next().unwrap();
    Route {
        path: path.to_owned(),
        reads: call.contains("get("),
        changes: ["post(", "put(", "delete("]
            .iter()
            .any(|method| call.contains(method)),
    }
}

const PAGES: &str = include_str!("../../../src/web/pages.rs");
const PLATFORM: &str = include_str!("../../../src/web/platform.rs");
