//! `/wxa/modify_domain` and `/wxa/modify_domain_directly`.
//!
//! Both change the one set of lists that an app has here. The change is published at once where the app lets its server do
//! so, and else waits for an approval, as the platform's second way waits for the next release.

use std::sync::Arc;

use axum::extract::State;
use minigate_policy::{ListError, WrittenLists};

use super::answer::{Fine, Trouble};
use super::entries::{Action, Entries, Flaw};
use super::lists::{Asked, Changed, Unused};
use super::speaking::Speaking;
use crate::access::Right;
use crate::block::Blocks;
use crate::domains::{Domains, DomainsError, Taken};
use crate::filing::Inquiry;
use crate::store::StoreError;
use crate::{By, Console};

/// Which of the platform's two ways; they differ in their codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Pool,
    Directly,
}

pub(super) async fn by_the_pool(
    State(console): State<Arc<Console>>,
    speaking: Speaking<Asked>,
) -> Result<Fine<Changed>, Trouble> {
    modify(&console, &speaking, Way::Pool).await.map(Fine::new)
}

pub(super) async fn directly(
    State(console): State<Arc<Console>>,
    speaking: Speaking<Asked>,
) -> Result<Fine<Changed>, Trouble> {
    modify(&console, &speaking, Way::Directly).await.map(Fine::new)
}

async fn modify(console: &Console, speaking: &Speaking<Asked>, way: Way) -> Result<Changed, Trouble> {
    let action = Action::of(&speaking.said)?;
    let domains = console.domains(&speaking.app);
    if action == Action::Get {
        console
            .allow(&speaking.caller, Right::Read, Some(&speaking.app))
            .await?;
        let standing = domains.standing(speaking.caller.actor()).await?;
        return Ok(changed(standing.lists().clone(), Unused::default()));
    }
    let by = console
        .allow(&speaking.caller, Right::Publish, Some(&speaking.app))
        .await?;
    let by = by.because(way.name().to_owned());
    let entries = judged(console, &speaking.said, action).await?;
    let mut tries = MOST_TRIES;
    loop {
        tries -= 1;
        match attempt(&domains, &entries, action, way, &by).await {
            // Somebody else was faster: what they wrote is what this changes.
            Err(DomainsError::Store(StoreError::Conflict { key })) if tries > 0 && !by.rests_on(&key) => {}
            Err(error) => return Err(refused(error, &entries, way)),
            Ok(settled) => return settled,
        }
    }
}

async fn judged(console: &Console, asked: &Asked, action: Action) -> Result<Entries, Trouble> {
    let blocks = match action {
        // What is blocked can be deleted.
        Action::Delete => Blocks::default(),
        _ => Blocks::load(console.store()).await?,
    };
    let mut entries = Entries::judge(asked, &blocks, console.now());
    if action != Action::Delete {
        let inquiry = Inquiry::open(console.store(), console.register()).await?;
        entries.file(&inquiry).await?;
    }
    Ok(entries)
}

async fn attempt(
    domains: &Domains<'_>,
    entries: &Entries,
    action: Action,
    way: Way,
    by: &By,
) -> Result<Result<Changed, Trouble>, DomainsError> {
    let standing = domains.standing(by.actor()).await?;
    let lists = entries.applied(standing.lists(), action);
    if lists == *standing.lists() {
        let there = changed(lists, entries.unused.clone());
        return Ok(Err(way.nothing_to_modify(entries).with(there)));
    }
    match domains.take(&standing, lists.clone(), by).await? {
        Taken::InTheWay => Ok(Err(Trouble::busy(
            "a draft of somebody else waits in the console, finish it first",
        ))),
        Taken::Published(_) | Taken::Waits | Taken::Withdrawn => {
            Ok(Ok(changed(lists, entries.unused.clone())))
        }
    }
}

fn changed(lists: WrittenLists, unused: Unused) -> Changed {
    Changed {
        lists: lists.into(),
        unused,
    }
}

/// What a change that as a whole can't be made is to the platform.
fn refused(error: DomainsError, entries: &Entries, way: Way) -> Trouble {
    match error {
        DomainsError::Lists(lists) => {
            let limit = lists.0.iter().find_map(|error| match error {
                ListError::TooMany { limit, .. } => Some(*limit),
                _ => None,
            });
            match limit {
                Some(limit) => Trouble::new(
                    85_016,
                    format!("the number of domains exceeds the limit of {limit}"),
                ),
                None => breaks_rules(),
            }
        }
        DomainsError::NothingChanges => way.nothing_to_modify(entries),
        DomainsError::Blocked(_) => breaks_rules(),
        DomainsError::NotFiled(unfiled) => {
            let mut unused = entries.unused.clone();
            unused
                .no_icp_domain
                .extend(unfiled.into_iter().map(|of| of.domain));
            way.unfiled().with(changed(WrittenLists::default(), unused))
        }
        other => other.into(),
    }
}

fn breaks_rules() -> Trouble {
    Trouble::new(85_301, format!("{NOTHING} {RULES}"))
}

impl Way {
    /// What the audit log gives as the reason.
    const fn name(self) -> &'static str {
        match self {
            Self::Pool => "modify_domain",
            Self::Directly => "modify_domain_directly",
        }
    }

    /// Nothing was changed: why not.
    fn nothing_to_modify(self, entries: &Entries) -> Trouble {
        let faults = entries.faults();
        let is_unfiled = faults.contains(&Flaw::Unfiled);
        let is_broken = faults.iter().any(|flaw| *flaw != Flaw::Unfiled);
        match (self, is_broken, is_unfiled) {
            (_, true, true) => Trouble::new(85_303, format!("{NOTHING} {RULES} and {FILING}")),
            (_, false, true) => self.unfiled(),
            (Self::Directly, true, _) if faults.contains(&Flaw::Scheme) => {
                Trouble::new(86_100, "the scheme of a domain is wrong")
            }
            (Self::Directly, true, _) if faults.contains(&Flaw::Reserved) => {
                Trouble::new(86_101, "api.weixin.qq.com is not allowed")
            }
            (_, true, _) => breaks_rules(),
            (_, false, false) => Trouble::new(85_017, NOTHING),
        }
    }

    fn unfiled(self) -> Trouble {
        match self {
            Self::Pool => Trouble::new(85_302, format!("{NOTHING}, {FILING}")),
            Self::Directly => Trouble::new(45_082, "ICP filing required"),
        }
    }
}

const NOTHING: &str =
    "no domain to modify after filtered, please confirm the domain has been set in miniprogram or open";
const RULES: &str = "and follows the rule of domains";
const FILING: &str = "please confirm all domains have ICP licenses";
const MOST_TRIES: u32 = 50;
