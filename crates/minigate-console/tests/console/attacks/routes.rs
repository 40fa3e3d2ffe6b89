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
    let calls = SOURCE.split(".route(").skip(1);
    let routes: Vec<Route> = calls.map(route).collect();
    assert!(
        routes.len() > 15 && routes.iter().any(Route::is_of_an_app),
        "{routes:?}"
    );
    routes
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

const SOURCE: &str = include_str!("../../../src/web/pages.rs");
