//! What servers are judged by, where no project says so.

use std::sync::Arc;

use anyhow::anyhow;
use minigate_inspect::check::Terms;
use minigate_policy::diagnosis::{Lang, tell_lists};
use minigate_policy::{DomainLists, Filings, Policy, Profile};

use super::{TOURIST, lists};
use crate::args::CheckArgs;
use crate::words;

/// The platform's terms, and the lists of the command line.
pub(crate) struct Checking {
    policy: Policy,
    has_lists: bool,
}

impl Checking {
    pub(crate) fn load(args: &CheckArgs, lang: Lang) -> anyhow::Result<Self> {
        let profile = args.profile.unwrap_or_default().applied_to(&Profile::default());
        let lists = match &args.domains {
            Some(path) => {
                let file = path.display().to_string();
                let parsed = DomainLists::parse_for(&lists::read(path, lang)?, &profile);
                let parsed = parsed
                    .map_err(|error| anyhow!(words::wrong_lists(&file, &tell_lists(&error, lang), lang)))?;
                parsed.with_version(file)
            }
            None => DomainLists::empty(),
        };
        Ok(Self {
            policy: Policy::new(TOURIST.parse()?)
                .with_profile(profile)
                .with_lists(lists),
            has_lists: args.domains.is_some(),
        })
    }

    pub(crate) fn terms(self, filings: Option<Arc<Filings>>) -> Terms {
        Terms {
            policy: self.policy,
            has_lists: self.has_lists,
            filings,
            needed_too_many: Vec::new(),
        }
    }
}
