//! Who may do what.
//!
//! ```text
//!  Caller (who, from where, which roles, which scopes) ── allow(Right, app) ─► By ─► a change of the store
//!                                                        └─► Denied
//! ```
//! A [`By`] is the proof: nothing can be changed without one, and only [`Caller::allow`] makes one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::By;
use crate::by::Ground;

/// What somebody is to an app, or to the platform.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Answers for an app: everything in it.
    Owner,
    /// Writes drafts of an app's domains.
    Developer,
    /// Reads, the audit log too, and changes nothing.
    Auditor,
    /// Runs the platform: every app, accounts, the block list, filings, keys.
    PlatformOperator,
}

/// What can be allowed. A token's scopes are rights too.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
pub enum Right {
    /// To see an app, its domains and versions.
    #[serde(rename = "domains:read")]
    Read,
    /// To write a draft, check it, and submit it.
    #[serde(rename = "domains:write")]
    Write,
    /// To approve or refuse a draft.
    #[serde(rename = "domains:approve")]
    Approve,
    /// To make an approved draft effective.
    #[serde(rename = "domains:publish")]
    Publish,
    /// To manage an app: its members, its secret, its settings, grants to skip the check.
    #[serde(rename = "app:manage")]
    Manage,
    /// To read the audit log.
    #[serde(rename = "audit:read")]
    Audit,
    /// To run the platform.
    #[serde(rename = "platform:operate")]
    Operate,
}

/// The roles that somebody has.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// The one for the whole platform: an operator's or an auditor's.
    pub platform: Option<Role>,
    /// Those in apps, by their IDs.
    pub apps: BTreeMap<String, Role>,
}

/// Whoever asks for something: signed in, with a token, or at the machine itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    actor: String,
    origin: Option<String>,
    roles: Roles,
    scopes: Option<Scopes>,
    behind: Option<String>,
    grounds: Vec<Ground>,
}

/// What a token is limited to; its owner's roles limit it further.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scopes {
    /// The rights that it can use.
    pub rights: BTreeSet<Right>,
    /// The apps that it can be used for; every one of its owner's where this is none.
    pub apps: Option<BTreeSet<String>>,
}

/// Somebody isn't allowed to do something.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", .missing.told(actor, *right, .app.as_deref()))]
pub struct Denied {
    /// Who.
    pub actor: String,
    /// From where.
    pub origin: Option<String>,
    /// The right that is missing.
    pub right: Right,
    /// In which app.
    pub app: Option<String>,
    /// What they would need.
    pub missing: Missing,
}

/// What somebody would need to be allowed something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// A role.
    Role,
    /// Their role is enough, but not the token's scopes or apps.
    Scope,
}

/// The text names no right.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{0}` is no scope: there are domains:read, domains:write, domains:approve, domains:publish, app:manage, audit:read and platform:operate"
)]
pub struct UnknownRight(String);

impl Caller {
    /// Somebody at the machine itself: who can write the database's file needs nobody's leave.
    #[must_use]
    pub fn local(actor: impl Into<String>) -> Self {
        let roles = Roles {
            platform: Some(Role::PlatformOperator),
            apps: BTreeMap::new(),
        };
        Self::new(actor, roles)
    }

    /// Somebody who has shown who it is.
    pub(crate) fn new(actor: impl Into<String>, roles: Roles) -> Self {
        Self {
            actor: actor.into(),
            origin: None,
            roles,
            scopes: None,
            behind: None,
            grounds: Vec::new(),
        }
    }

    /// From where.
    #[must_use]
    pub fn from(self, origin: impl Into<String>) -> Self {
        Self {
            origin: Some(origin.into()),
            ..self
        }
    }

    /// With no more than this.
    pub(crate) fn within(self, scopes: Scopes) -> Self {
        Self {
            scopes: Some(scopes),
            ..self
        }
    }

    /// A program that isn't somebody's own, but shows a secret that somebody has seen.
    pub(crate) fn with_somebody_behind(self, person: Option<String>) -> Self {
        Self {
            behind: person,
            ..self
        }
    }

    /// As these records say.
    pub(crate) fn on(self, grounds: Vec<Ground>) -> Self {
        Self { grounds, ..self }
    }

    /// The name of the account, or of the token.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Its roles.
    #[must_use]
    pub const fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Whether it may do something, to an app or to the platform.
    #[must_use]
    pub fn may(&self, right: Right, app: Option<&AppId>) -> bool {
        self.is_in_scope(right, app) && self.roles.hold(right, app)
    }

    /// The apps in which it may do something; none where that is all of them.
    pub(crate) fn apps_where(&self, right: Right) -> Option<BTreeSet<String>> {
        if self.may(right, None) {
            return None;
        }
        let scopes = self.scopes.iter().filter_map(|scopes| scopes.apps.as_ref());
        let named = self.roles.apps.keys().chain(scopes.flatten());
        let is_there = |id: &&String| {
            let id = id.parse::<AppId>();
            id.is_ok_and(|id| self.may(right, Some(&id)))
        };
        Some(named.filter(is_there).cloned().collect())
    }

    fn is_in_scope(&self, right: Right, app: Option<&AppId>) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.hold(right, app))
    }

    /// Lets it do something, at a moment.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn allow(&self, right: Right, app: Option<&AppId>, at: Timestamp) -> Result<By, Denied> {
        let has_role = self.roles.hold(right, app);
        if has_role && self.is_in_scope(right, app) {
            let by = By::new(self.actor.clone(), self.origin.clone(), at);
            Ok(by
                .with_somebody_behind(self.behind.clone())
                .on(self.grounds.clone()))
        } else {
            Err(Denied {
                actor: self.actor.clone(),
                origin: self.origin.clone(),
                right,
                app: app.map(ToString::to_string),
                missing: if has_role { Missing::Scope } else { Missing::Role },
            })
        }
    }
}

impl Roles {
    /// The role in an app, or in every one.
    #[must_use]
    pub fn of(&self, app: &AppId) -> Option<Role> {
        self.platform.or_else(|| self.apps.get(app.as_str()).copied())
    }

    fn hold(&self, right: Right, app: Option<&AppId>) -> bool {
        let here = app.and_then(|app| self.apps.get(app.as_str()));
        let roles = self.platform.iter().chain(here);
        roles.copied().any(|role| role.has(right))
    }
}

impl Scopes {
    fn hold(&self, right: Right, app: Option<&AppId>) -> bool {
        let is_here = match (&self.apps, app) {
            (None, _) => true,
            (Some(apps), Some(app)) => apps.contains(app.as_str()),
            (Some(_), None) => false,
        };
        is_here && self.rights.contains(&right)
    }
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Owner,
        Self::Developer,
        Self::Auditor,
        Self::PlatformOperator,
    ];

    /// Whether this role has a right.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        match self {
            Self::PlatformOperator => true,
            Self::Owner => !matches!(right, Right::Operate),
            Self::Developer => matches!(right, Right::Read | Right::Write),
            Self::Auditor => matches!(right, Right::Read | Right::Audit),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Auditor => "auditor",
            Self::PlatformOperator => "platform operator",
        })
    }
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Write,
        Self::Approve,
        Self::Publish,
        Self::Manage,
        Self::Audit,
        Self::Operate,
    ];

    /// Its name as a scope.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "domains:read",
            Self::Write => "domains:write",
            Self::Approve => "domains:approve",
            Self::Publish => "domains:publish",
            Self::Manage => "app:manage",
            Self::Audit => "audit:read",
            Self::Operate => "platform:operate",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Right {
    type Err = UnknownRight;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let right = Self::ALL.into_iter().find(|right| right.as_str() == text);
        right.ok_or_else(|| UnknownRight(text.chars().take(100).collect()))
    }
}

impl Missing {
    fn told(self, actor: &str, right: Right, app: Option<&str>) -> String {
        match (self, app) {
            (Self::Role, Some(app)) => format!("{actor} has no right `{right}` in {app}"),
            (Self::Role, None) => format!("{actor} has no right `{right}` for the whole platform"),
            (Self::Scope, Some(app)) => format!("the token's scopes don't hold `{right}` for {app}"),
            (Self::Scope, None) => format!("the token's scopes don't hold `{right}` for the whole platform"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn developer() -> Caller {
        Caller::new(
            "dev",
            Roles {
                platform: None,
                apps: BTreeMap::from([("wx1".to_owned(), Role::Developer)]),
            },
        )
    }

    fn app(id: &str) -> AppId {
        id.parse().unwrap()
    }

    #[test]
    fn a_role_in_one_app_is_none_in_another() {
        assert!(developer().may(Right::Write, Some(&app("wx1"))));
        assert!(!developer().may(Right::Read, Some(&app("wx2"))));
        assert!(!developer().may(Right::Read, None));
    }

    #[test]
    fn a_developer_cant_approve_and_an_auditor_cant_write() {
        let denied = developer()
            .allow(Right::Approve, Some(&app("wx1")), Timestamp::UNIX_EPOCH)
            .unwrap_err();

        assert_eq!(denied.to_string(), "dev has no right `domains:approve` in wx1");
        assert!(!Role::Auditor.has(Right::Write));
        assert!(!Role::Owner.has(Right::Operate));
    }

    #[test]
    fn a_token_can_do_no_more_than_its_owner_and_its_scopes() {
        let scopes = Scopes {
            rights: BTreeSet::from([Right::Read, Right::Publish]),
            apps: Some(BTreeSet::from(["wx1".to_owned()])),
        };
        let token = developer().within(scopes.clone());
        let operators = Caller::local("root").within(scopes);

        assert!(token.may(Right::Read, Some(&app("wx1"))));
        assert!(!token.may(Right::Write, Some(&app("wx1"))));
        assert!(!token.may(Right::Publish, Some(&app("wx1"))));
        assert!(!operators.may(Right::Read, Some(&app("wx2"))));
        assert!(!operators.may(Right::Read, None));
    }

    #[test]
    fn a_right_is_read_by_its_name() {
        for right in Right::ALL {
            assert_eq!(right.as_str().parse(), Ok(right));
            assert_eq!(serde_json::to_value(right).unwrap(), right.as_str());
        }
        assert!("admin".parse::<Right>().is_err());
    }
}
