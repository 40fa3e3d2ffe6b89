//! Why something can't be done to an account.

use super::{AccountName, HashError, Weakness};
use crate::access::{Denied, Role};
use crate::app::AppError;
use crate::hidden::NoRandom;
use crate::store::StoreError;
use crate::text::unfit_en;

/// Why something can't be done to an account; nothing is kept of it then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The caller has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is one of this name already.
    #[error("there is an account `{0}` already")]
    Exists(AccountName),
    /// There is none of this name.
    #[error("there is no account `{0}`")]
    Unknown(AccountName),
    /// It is disabled: no link would let anybody in.
    #[error("the account `{0}` is disabled: enable it before anybody is invited to it")]
    Disabled(AccountName),
    /// The display name is empty, too long, or has characters that can't be seen.
    #[error("{}: it has 1 to 100 characters, none of them invisible", unfit_en(.0, "name"))]
    DisplayName(String),
    /// Nobody would be left who runs the platform.
    #[error("`{0}` is the last one who runs the platform")]
    LastOperator(AccountName),
    /// Nobody would be left who answers for the app.
    #[error("`{name}` is the last owner of {app}")]
    LastOwner {
        /// Whose role it is.
        name: AccountName,
        /// The app's ID.
        app: String,
    },
    /// The role can't be had there: apps have owners, developers and auditors, the platform operators and auditors.
    #[error("the role {role} can't be had {}", if *.in_app { "in an app" } else { "on the platform" })]
    Role {
        /// The role.
        role: Role,
        /// Whether it was to be had in an app.
        in_app: bool,
    },
    /// The identity is empty, too long, or has control characters.
    #[error("an identity has 1 to 255 characters, none of them a control character")]
    Identity,
    /// It is somebody else's at the provider already.
    #[error("that identity belongs to `{0}` already")]
    Linked(String),
    /// The password isn't good enough.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// The password can't be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The app can't be found.
    #[error(transparent)]
    App(#[from] AppError),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work, or somebody else was faster.
    #[error(transparent)]
    Store(#[from] StoreError),
}
