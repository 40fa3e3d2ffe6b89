//! `/wxa/get_effective_domain` and `/wxa/getwxadevinfo`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::answer::{Fine, Trouble};
use super::lists::Lists;
use super::speaking::Speaking;
use crate::Console;
use crate::access::Right;
use crate::block::Blocks;

/// What is effective, and where it comes from.
#[derive(Debug, Serialize)]
pub(super) struct Effective {
    /// The effective version.
    mp_domain: Lists,
    /// Nobody else configures an app's domains here.
    third_domain: Lists,
    /// What the app's server has changed and waits for an approval.
    direct_domain: Lists,
    /// What runtimes get: the effective version without what is blocked.
    effective_domain: Lists,
}

/// An object, whatever is in it.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
pub(super) struct InfoAsked {
    action: Option<String>,
}

/// An app's server domains.
#[derive(Debug, Serialize)]
struct ServerDomains {
    #[serde(flatten)]
    lists: Lists,
    bizdomain: [String; 0],
}

/// An app's domains for web views, of which there are none: no app here has such views.
#[derive(Debug, Serialize)]
struct BusinessDomains {
    bizdomain: [String; 0],
}

pub(super) async fn effective(
    State(console): State<Arc<Console>>,
    speaking: Speaking<Nothing>,
) -> Result<Fine<Effective>, Trouble> {
    console
        .allow(&speaking.caller, Right::Read, Some(&speaking.app))
        .await?;
    let standing = console
        .domains(&speaking.app)
        .standing(speaking.caller.actor())
        .await?;
    let blocks = Blocks::load(console.store()).await?;
    let waiting = standing.waiting().cloned().unwrap_or_default();
    Ok(Fine::new(Effective {
        mp_domain: standing.effective().clone().into(),
        third_domain: Lists::default(),
        direct_domain: waiting.into(),
        effective_domain: blocks.without(standing.effective(), console.now()).into(),
    }))
}

pub(super) async fn info(
    State(console): State<Arc<Console>>,
    speaking: Speaking<InfoAsked>,
) -> Result<Response, Trouble> {
    console
        .allow(&speaking.caller, Right::Read, Some(&speaking.app))
        .await?;
    match speaking.said.action.as_deref() {
        Some("getbizdomain") => Ok(Fine::new(BusinessDomains { bizdomain: [] }).into_response()),
        None | Some("getserverdomain") => {
            let domains = console.domains(&speaking.app);
            let version = domains.effective().await?;
            let lists = version.map(|version| version.lists).unwrap_or_default();
            Ok(Fine::new(ServerDomains {
                lists: lists.into(),
                bizdomain: [],
            })
            .into_response())
        }
        Some(_) => Err(Trouble::new(
            47_001,
            "data format error: action is getserverdomain or getbizdomain",
        )),
    }
}
