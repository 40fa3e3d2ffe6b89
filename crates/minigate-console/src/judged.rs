//! Entries with everything that is to be said of them.

use std::collections::BTreeMap;

use minigate_policy::{Interface, WrittenLists};

use crate::Console;
use crate::app::App;
use crate::block::Blocks;
use crate::bulk::{Judgement, Line, Mode, Pasted, Quota, judge_entry};
use crate::domains::DomainsError;
use crate::filing::{FilingOf, FilingTerms, Inquiry};
use crate::store::StoreError;

/// Entries, judged as lists of their own.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) lines: Vec<Line>,
    /// How full the list of each interface would be that is spoken of.
    pub(crate) quotas: BTreeMap<Interface, Quota>,
}

/// What the register says of the domains, and what follows.
struct Filings {
    by_domain: BTreeMap<String, FilingOf>,
    terms: FilingTerms,
}

impl Judged {
    pub(crate) fn is_good(&self) -> bool {
        self.fit() && self.lines.iter().all(|line| line.judgement.is_good())
    }

    /// Whether they can be saved in a draft.
    pub(crate) fn can_be_drafted(&self) -> bool {
        self.fit() && self.lines.iter().all(|line| line.judgement.can_be_drafted())
    }

    fn fit(&self) -> bool {
        self.quotas.values().all(|quota| quota.used <= quota.limit)
    }
}

/// Judges what is typed: the rules, the block list, filings, and how full the lists are.
pub(crate) async fn judge(console: &Console, app: &App, pasted: Pasted) -> Result<Judged, DomainsError> {
    let lists = pasted.apply(&WrittenLists::default(), Mode::Add);
    let limit = app.profile().domains_per_interface;
    let quota = |interface: &Interface| {
        let used = lists.of(*interface).len();
        (*interface, Quota { used, limit })
    };
    Ok(Judged {
        quotas: pasted.interfaces.iter().map(quota).collect(),
        lines: judge_lines(console, app, pasted.lines).await?,
    })
}

/// The same lines, with what the block list and the register of filings say.
pub(crate) async fn judge_lines(
    console: &Console,
    app: &App,
    lines: Vec<Line>,
) -> Result<Vec<Line>, DomainsError> {
    let now = console.now();
    let (blocks, none) = (Blocks::load(console.store()).await?, Blocks::default());
    let nothing = WrittenLists::default();
    let effective = effective_lists(console, app).await?;
    let judge = |line: Line| {
        let normalised = line.judgement.normalised.as_ref();
        // What is effective already is kept from runtimes, and mustn't keep the app from any other change.
        let is_effective = normalised.is_some_and(|entry| effective.of(line.interface).contains(entry));
        let blocks = if is_effective { &none } else { &blocks };
        Line {
            judgement: judge_entry(line.interface, &line.text, app, &nothing, blocks, now),
            ..line
        }
    };
    let mut lines: Vec<_> = lines.into_iter().map(judge).collect();
    let filings = filings(console, &lists_of(&lines)).await?;
    for line in &mut lines {
        line.judgement = with_filing(line.judgement.clone(), &filings);
    }
    Ok(lines)
}

async fn effective_lists(console: &Console, app: &App) -> Result<WrittenLists, DomainsError> {
    let Ok(id) = app.id.parse() else {
        return Ok(WrittenLists::default());
    };
    console.domains(&id).lists_at(app.effective).await
}

fn lists_of(lines: &[Line]) -> WrittenLists {
    let of = |interface| {
        let lines = lines.iter().filter(|line| line.interface == interface);
        lines
            .filter_map(|line| line.judgement.normalised.clone())
            .collect()
    };
    WrittenLists {
        request: of(Interface::Request),
        upload_file: of(Interface::UploadFile),
        download_file: of(Interface::DownloadFile),
        connect_socket: of(Interface::ConnectSocket),
    }
}

async fn filings(console: &Console, lists: &WrittenLists) -> Result<Filings, StoreError> {
    let inquiry = Inquiry::open(console.store(), console.register()).await?;
    let asked = inquiry.ask_all(lists).await;
    Ok(Filings {
        by_domain: asked.into_iter().map(|of| (of.domain.clone(), of)).collect(),
        terms: inquiry.terms(),
    })
}

fn with_filing(judgement: Judgement, filings: &Filings) -> Judgement {
    let registrable = judgement
        .parsed_domain()
        .map(|domain| crate::filing::registrable(&domain));
    match registrable.and_then(|domain| filings.by_domain.get(domain.as_str())) {
        Some(filing) => judgement.with_filing(filing.clone(), filings.terms),
        None => judgement,
    }
}
