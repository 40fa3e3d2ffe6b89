//! What would become of a call (rules D1 and S4).

use jiff::Timestamp;
use minigate_policy::diagnosis::{Diagnosis, Lang, tell};
use minigate_policy::{
    AppId, Call, Debugging, DomainLists, Era, Interface, Platform, Policy, Profile, Release, Target, Verdict,
};
use serde::Serialize;

use crate::app;
use crate::block::{Block, Blocks};
use crate::domains::{Domains, DomainsError};
use crate::grant::{self, Grant};
use crate::store::Store;

/// A call that nobody makes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// The interface that would be called.
    pub interface: Interface,
    /// With which URL.
    pub url: String,
    /// By which release.
    pub release: Release,
    /// On which platform.
    pub platform: Platform,
    /// Whose numbers hold; the app's own where this is none.
    pub era: Option<Era>,
    /// By which lists.
    pub lists: Lists,
    /// Whether the release asks for the check to be skipped; only a [`Grant`] lets it.
    pub check: Check,
}

/// By which lists of an app a call is judged.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Lists {
    /// The effective ones.
    #[default]
    Effective,
    /// Those of the draft.
    Draft,
}

/// Whether the check of domains is asked to be skipped (rule S1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// It isn't.
    #[default]
    Made,
    /// It is, with debugging turned on.
    Skipped,
}

/// What would become of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhatIf {
    /// Whether the call could leave.
    pub is_allowed: bool,
    /// Everything that was found, as the run time finds it.
    pub verdict: Verdict,
    /// The same, told.
    pub told: Diagnosis,
    /// What blocks the domain on the whole platform, where something does: the verdict is that it is blocked.
    pub blocked: Option<Block>,
    /// The grant by which the release may skip the check, where there is one.
    pub grant: Option<Grant>,
}

/// Judges a call by what an app's runtimes get at a moment, and tells the verdict in a language.
///
/// # Errors
/// [`DomainsError::NoDraft`] where the draft is asked for; [`DomainsError::App`]; [`DomainsError::Lists`] where lists from
/// another time break a rule by now; [`DomainsError::Store`].
pub async fn what_if(
    store: &dyn Store,
    id: &AppId,
    question: &Question,
    lang: Lang,
    now: Timestamp,
) -> Result<WhatIf, DomainsError> {
    let app = app::find(store, id).await?;
    let profile = Profile::new(question.era.unwrap_or(app.era), question.platform);
    let blocks = Blocks::load(store).await?;
    let grant = grant::current(store, id, now).await?;
    let grant = grant.filter(|grant| grant.lets_skip(question.release, now));
    let lists = lists(store, id, question.lists, &profile).await?;
    let lists = lists.with_blocked(blocks.domains(now));
    let policy = Policy::new(id.clone())
        .with_profile(profile)
        .with_release(question.release)
        .with_lists(lists);
    let policy = match question.check {
        Check::Skipped if grant.is_some() => policy.with_check_skipped(Debugging::On),
        Check::Skipped | Check::Made => policy,
    };
    let verdict = policy.explain(&Call::new(question.interface, question.url.as_str()));
    // A draft is no version, and which list it was is told beside.
    let mut spoken = verdict.clone();
    if question.lists == Lists::Draft {
        spoken.list.version = None;
    }
    Ok(WhatIf {
        is_allowed: verdict.is_allowed(),
        told: tell(&spoken, lang),
        blocked: blocked(&question.url, &blocks, now),
        verdict,
        grant,
    })
}

async fn lists(
    store: &dyn Store,
    id: &AppId,
    which: Lists,
    profile: &Profile,
) -> Result<DomainLists, DomainsError> {
    let domains = Domains::of(store, id);
    let (written, name) = match which {
        Lists::Draft => {
            let draft = domains.draft().await?.ok_or(DomainsError::NoDraft)?;
            (draft.lists, "draft".to_owned())
        }
        Lists::Effective => match domains.effective().await? {
            Some(version) => (version.lists, version.number.to_string()),
            None => return Ok(DomainLists::empty()),
        },
    };
    let parsed = DomainLists::parse_for(&written, profile).map_err(DomainsError::Lists)?;
    Ok(parsed.with_version(name))
}

fn blocked(url: &str, blocks: &Blocks, now: Timestamp) -> Option<Block> {
    let target = Target::parse(url).ok()?;
    blocks.find(target.domain().ok()?, now).cloned()
}
