//! One interface's entries, each with what is to be said of it beside it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, WrittenLists};

use super::show;
use crate::Console;
use crate::app::App;
use crate::block::Blocks;
use crate::bulk::{Fault, Form, Judgement, Line, Mode, Pasted, Quota, judge_entry};
use crate::filing::{FilingOf, FilingTerms, Inquiry};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// Entries of one interface, judged.
pub(super) struct Judged {
    pub(super) interface: Interface,
    lines: Vec<Line>,
    quota: Quota,
}

/// What the register says of the domains, and what follows.
struct Filings {
    by_domain: BTreeMap<String, FilingOf>,
    terms: FilingTerms,
}

impl Judged {
    pub(super) fn is_good(&self) -> bool {
        self.quota.used <= self.quota.limit && self.lines.iter().all(|line| line.judgement.is_good())
    }
}

/// Judges what is typed for an interface: the rules, the block list, filings, and how full the list is.
pub(super) async fn judge(
    console: &Console,
    app: &App,
    interface: Interface,
    text: &str,
) -> Result<Judged, Failure> {
    let now = console.now();
    let pasted = Pasted::read(text, Form::Lines(interface)).map_err(Cause::malformed)?;
    let lists = pasted.apply(&WrittenLists::default(), Mode::Add);
    let blocks = Blocks::load(console.store()).await?;
    let filings = filings(console, &lists).await?;
    let nothing = WrittenLists::default();
    let lines = pasted.lines.into_iter().map(|line| {
        let judgement = judge_entry(interface, &line.text, app, &nothing, &blocks, now);
        Line {
            judgement: with_filing(judgement, &filings),
            ..line
        }
    });
    Ok(Judged {
        interface,
        lines: lines.collect(),
        quota: Quota {
            used: lists.of(interface).len(),
            limit: app.profile().domains_per_interface,
        },
    })
}

/// The list of what is to be said.
pub(super) fn verdicts(judged: &Judged, lang: Lang) -> Markup {
    let Quota { used, limit } = judged.quota;
    html! {
        p.(if used > limit { "bad-text" } else { "dim" }) { (used) " / " (limit) }
        ul.verdicts {
            @for line in &judged.lines {
                li.(if line.judgement.is_good() { "good" } else { "bad" }) {
                    (show::entry(&line.text))
                    @match line.double_of {
                        Some(first) => span.dim { " " (DOUBLE.of(lang)) " " (first) },
                        None if line.judgement.is_good() => span.good-text { " ✓ " (good(&line.judgement, lang)) },
                        None => {}
                    }
                    @for fault in &line.judgement.faults { (told(fault, lang)) }
                }
            }
        }
    }
}

fn told(fault: &Fault, lang: Lang) -> Markup {
    html! {
        p.bad-text {
            @if let Some(rule) = fault.rule { span.tag.bad { (rule.id()) } " " }
            (show::foreign(fault.reason(lang)))
        }
        p { (show::foreign(fault.remedy(lang))) }
    }
}

fn good(judgement: &Judgement, lang: Lang) -> String {
    let filing = judgement.filing.as_ref();
    filing.map(|filing| filing.tell(lang)).unwrap_or_default()
}

async fn filings(console: &Console, lists: &WrittenLists) -> Result<Filings, Failure> {
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

const DOUBLE: Text = Text("again, as on line", "重复，同第几行：");
