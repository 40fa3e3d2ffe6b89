//! One interface's entries, each with what is to be said of it beside it.

use maud::{Markup, html};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use super::show;
use crate::Console;
use crate::app::App;
use crate::bulk::{Fault, Format, Judgement, Line, Pasted, Quota};
use crate::judged::{self, Judged};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// Judges what is typed for an interface: the rules, the block list, filings, and how full the list is.
pub(super) async fn judge(
    console: &Console,
    app: &App,
    interface: Interface,
    text: &str,
) -> Result<Judged, Failure> {
    let pasted = Pasted::read(text, Format::Lines(interface)).map_err(Cause::malformed)?;
    Ok(judged::judge(console, app, pasted).await?)
}

/// Lines of several interfaces, each with what is to be said of it beside it; a word of their own is for those of which
/// nothing else is.
pub(super) fn table(lines: &[Line], word: impl Fn(&Line) -> Text, lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold aria-labelledby="lines" {
                thead { tr {
                    th.number scope="col" { (LINE.of(lang)) } th scope="col" { (INTERFACE.of(lang)) }
                    th scope="col" { (ENTRY.of(lang)) } th scope="col" { (VERDICT.of(lang)) }
                } }
                tbody {
                    @for line in lines.iter().take(MOST_SHOWN) {
                        tr {
                            td.number data-label=(LINE.of(lang)) { (line.number) }
                            td data-label=(INTERFACE.of(lang)) { code { (line.interface.name()) } }
                            td data-label=(ENTRY.of(lang)) { (show::entry(&line.text)) }
                            td { (verdict(line, word(line), lang)) }
                        }
                    }
                }
            }
        }
        @if lines.len() > MOST_SHOWN { p.dim { (LEFT_OUT.of(lang)) " " (lines.len() - MOST_SHOWN) } }
    }
}

fn verdict(line: &Line, word: Text, lang: Lang) -> Markup {
    html! {
        @match line.double_of {
            Some(first) => span.dim { (DOUBLE.of(lang)) " " (first) },
            None if line.judgement.is_good() => span.good-text { "✓ " (word.of(lang)) " " (show::sentence(&good(&line.judgement, lang))) },
            None => {}
        }
        @for fault in &line.judgement.faults { (told(fault, lang)) }
    }
}

/// The list of what is to be said.
pub(super) fn verdicts(judged: &Judged, lang: Lang) -> Markup {
    html! {
        @for Quota { used, limit } in judged.quotas.values() {
            p.(if used > limit { "bad-text" } else { "dim" }) { (used) " / " (limit) }
        }
        ul.verdicts {
            @for line in &judged.lines {
                li.(class(&line.judgement)) {
                    (show::entry(&line.text))
                    @match line.double_of {
                        Some(first) => span.dim { " " (DOUBLE.of(lang)) " " (first) },
                        None if line.judgement.is_good() => span.good-text { " ✓ " (show::sentence(&good(&line.judgement, lang))) },
                        None => {}
                    }
                    @for fault in &line.judgement.faults { (told(fault, lang)) }
                }
            }
        }
    }
}

fn class(judgement: &Judgement) -> &'static str {
    if judgement.is_good() {
        "good"
    } else if judgement.can_be_drafted() {
        "warn"
    } else {
        "bad"
    }
}

fn told(fault: &Fault, lang: Lang) -> Markup {
    let (text, tag) = if fault.stops_only_publication() {
        ("warn-text", "warn")
    } else {
        ("bad-text", "bad")
    };
    html! {
        p.(text) {
            @if let Some(rule) = fault.rule { span.tag.(tag) { (rule.id()) } " " }
            (show::sentence(fault.reason(lang)))
        }
        p { (show::sentence(fault.remedy(lang))) }
    }
}

fn good(judgement: &Judgement, lang: Lang) -> String {
    let filing = judgement.filing.as_ref();
    filing.map(|filing| filing.tell(lang)).unwrap_or_default()
}

const MOST_SHOWN: usize = 1_000;
const ENTRY: Text = Text("Entry", "条目");
pub(super) const GOOD: Text = Text("good", "正确");
const INTERFACE: Text = Text("Interface", "接口");
const LEFT_OUT: Text = Text("Lines that aren't shown:", "未显示的行数");
const LINE: Text = Text("Line", "行");
const VERDICT: Text = Text("Verdict", "结果");
const DOUBLE: Text = Text("again, as on line", "重复，见行");
