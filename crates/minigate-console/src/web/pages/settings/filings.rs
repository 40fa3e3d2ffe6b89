//! The register of filings, and what follows from it (rule D5).

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::Response;
use maud::{Markup, html};
use minigate_policy::Domain;
use minigate_policy::diagnosis::{Lang, tell_entry};
use serde::Deserialize;

use super::done;
use crate::access::Right;
use crate::filing::{
    self, Consequence, Filing, FilingOf, FilingRegister, FilingTerms, Imported, Inquiry, Register,
    RegisterKind,
};
use crate::moment::before;
use crate::store::Import;
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::csrf;
use crate::web::pages::show;
use crate::web::parts::texts;
use crate::web::signed_in::{Reason, SignedIn};
use crate::{By, Console};

/// A domain that is looked up.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Wanted {
    domain: String,
}

/// Filings, as they are pasted or come in a file, which takes the place of what is pasted.
#[derive(Debug, Default)]
pub(in super::super) struct Typed {
    csv: String,
    file: String,
    mode: Mode,
    reason: Reason,
}

/// What becomes of the rows that are there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Mode {
    #[default]
    Merge,
    Replace,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Terms {
    not_filed: Consequence,
    unknown: Consequence,
    #[serde(flatten)]
    reason: Reason,
}

pub(in super::super) async fn import(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    parts: Multipart,
) -> Result<Response, Failure> {
    let by = me.allow(&console, Right::Operate, None).await?;
    if console.register().is_some() {
        return Err(Failure::new(Cause::GivenRegister));
    }
    let typed = Typed::read(parts).await?;
    let result = match typed.reason.given_to(by) {
        Ok(by) => take(&console, typed.rows(), typed.mode, &by).await,
        Err(failure) => Err(failure),
    };
    done(&console, &me, &typed, result).await
}

pub(in super::super) async fn set_terms(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(wanted): Form<Terms>,
) -> Result<Response, Failure> {
    let by = me.allow(&console, Right::Operate, None).await?;
    let by = wanted.reason.given_to(by)?;
    let terms = FilingTerms {
        not_filed: wanted.not_filed,
        unknown: wanted.unknown,
    };
    let result = filing::set_terms(console.store(), terms, &by).await;
    done(&console, &me, &Typed::default(), result.map_err(Failure::from)).await
}

impl Typed {
    async fn read(parts: Multipart) -> Result<Self, Failure> {
        let mut typed = Self::default();
        for (name, text) in texts(parts).await? {
            match name.as_str() {
                "csv" => typed.csv = text,
                "file" => typed.file = text,
                "mode" => typed.mode = Mode::of(&text)?,
                "reason" => typed.reason = Reason::of(&text),
                _ => {}
            }
        }
        Ok(typed)
    }

    fn rows(&self) -> &str {
        if self.file.trim().is_empty() {
            &self.csv
        } else {
            &self.file
        }
    }
}

impl Mode {
    fn of(text: &str) -> Result<Self, Failure> {
        match text {
            "merge" => Ok(Self::Merge),
            "replace" => Ok(Self::Replace),
            _ => Err(Cause::malformed(Malformed::no_choice(
                "mode",
                text,
                &["merge", "replace"],
            ))),
        }
    }
}

async fn take(console: &Console, csv: &str, mode: Mode, by: &By) -> Result<(), Failure> {
    let register = Register::read_csv(csv).await?;
    let import = match mode {
        Mode::Merge => Import::Merge,
        Mode::Replace => Import::Replace,
    };
    filing::import(console.store(), register, import, by).await?;
    Ok(())
}

pub(super) async fn section(
    console: &Console,
    me: &SignedIn,
    wanted: &Wanted,
    typed: &Typed,
) -> Result<Markup, Failure> {
    let lang = me.visitor.lang;
    let inquiry = Inquiry::open(console.store(), console.register()).await?;
    let imported = filing::imported(console.store()).await?;
    let found = look_up(&inquiry, &wanted.domain, lang).await;
    Ok(html! {
        section.card aria-labelledby="filings" {
            h2 #filings { (TITLE.of(lang)) }
            (source(inquiry.register(), imported.as_ref(), console, lang))
            @if inquiry.register() != RegisterKind::None { (question(&wanted.domain, found.as_ref(), lang)) }
            h3 { (CONSEQUENCES.of(lang)) }
            @if me.operates() { (terms(inquiry.terms(), me)) } @else { (terms_shown(inquiry.terms(), lang)) }
            @if me.operates() && inquiry.register() != RegisterKind::Given { (importer(typed, me)) }
        }
    })
}

async fn look_up(inquiry: &Inquiry<'_>, text: &str, lang: Lang) -> Option<Result<FilingOf, String>> {
    if text.trim().is_empty() {
        return None;
    }
    match Domain::parse(text.trim()) {
        Ok(domain) => inquiry.ask(&domain).await.map(Ok),
        Err(error) => Some(Err(tell_entry(&error.into(), lang))),
    }
}

fn source(kind: RegisterKind, imported: Option<&Imported>, console: &Console, lang: Lang) -> Markup {
    html! {
        @match (kind, imported) {
            (RegisterKind::Given, _) => (given(console, lang)),
            (RegisterKind::None, _) | (_, None) => div.note.warn { p { (NO_REGISTER.of(lang)) } },
            (RegisterKind::Own, Some(imported)) => dl.facts {
                dt { (LAST_IMPORT.of(lang)) }
                dd { (show::moment(imported.at, console.now(), lang)) (show::comma(lang)) (show::foreign(&imported.by)) }
                dt { (COUNT.of(lang)) }
                dd { (imported.count) " " @match imported.import {
                    Import::Replace => (REPLACED.of(lang)),
                    Import::Merge => (MERGED.of(lang)),
                } }
            },
        }
    }
}

fn given(console: &Console, lang: Lang) -> Markup {
    let now = console.now();
    let service = console.register().and_then(FilingRegister::service);
    html! {
        p { (GIVEN.of(lang)) }
        @if let Some(service) = service { dl.facts {
            dt { (SERVICE.of(lang)) } dd { (show::entry(&service.origin)) }
            dt { (LAST_ANSWER.of(lang)) }
            dd { @match &service.last {
                None => span.dim { (NOT_ASKED.of(lang)) },
                Some(last) => {
                    (show::moment(before(now, last.ago), now, lang)) " "
                    @match &last.fault {
                        None => span.tag.good { (WELL.of(lang)) },
                        Some(fault) => { span.tag.bad { (FAILED.of(lang)) } " " (show::foreign(&fault.tell(lang))) },
                    }
                },
            } }
        } }
    }
}

fn question(typed: &str, found: Option<&Result<FilingOf, String>>, lang: Lang) -> Markup {
    html! {
        form.row role="search" action="/settings" {
            label.wide { (LOOK_UP.of(lang)) input name="domain" value=(typed) maxlength="253" spellcheck="false" autocapitalize="none" placeholder="example.com"; }
            button.quiet { (ASK.of(lang)) }
        }
        @match found {
            None => {},
            Some(Err(error)) => p.bad-text role="status" { (show::foreign(error)) },
            Some(Ok(found)) => p role="status" { (show::entry(&found.domain)) " " (answer(&found.filing, lang)) },
        }
    }
}

fn answer(filing: &Filing, lang: Lang) -> Markup {
    html! {
        @match filing {
            Filing::Filed { licence } => { span.tag.good { (FILED.of(lang)) } " " (show::foreign(licence)) },
            Filing::NotFiled => span.tag.bad { (NOT_FILED.of(lang)) },
            Filing::Unknown { why } => { span.tag.warn { (UNKNOWN.of(lang)) } " " (show::foreign(&why.tell(lang))) },
        }
    }
}

fn terms(terms: FilingTerms, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let choice = |name: &str, chosen: Consequence, text: Text| {
        html! {
            label { (text.of(lang))
                select name=(name) {
                    option value="stops" selected[chosen == Consequence::Stops] { (STOPS.of(lang)) }
                    option value="warns" selected[chosen == Consequence::Warns] { (WARNS.of(lang)) }
                }
            }
        }
    };
    html! {
        form.row method="post" action="/settings/filing-terms" {
            (csrf(&me.who))
            (choice("not_filed", terms.not_filed, IF_NOT_FILED))
            (choice("unknown", terms.unknown, IF_UNKNOWN))
            (show::why("", lang))
            button.quiet { (SAVE.of(lang)) }
        }
    }
}

fn terms_shown(terms: FilingTerms, lang: Lang) -> Markup {
    let follows = |consequence| match consequence {
        Consequence::Stops => STOPS.of(lang),
        Consequence::Warns => WARNS.of(lang),
    };
    html! {
        dl.facts {
            dt { (IF_NOT_FILED.of(lang)) } dd { (follows(terms.not_filed)) }
            dt { (IF_UNKNOWN.of(lang)) } dd { (follows(terms.unknown)) }
        }
    }
}

fn importer(typed: &Typed, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        details open[!typed.rows().is_empty()] {
            summary { strong { (IMPORT.of(lang)) } }
            form.stack method="post" enctype="multipart/form-data" action="/settings/filings" {
                (csrf(&me.who))
                label { (CSV.of(lang))
                    textarea name="csv" rows="8" spellcheck="false" placeholder="example.com,京ICP备00000000号" { (typed.csv) }
                }
                label { (FILE.of(lang)) input type="file" name="file" accept=".csv,text/csv,text/plain"; }
                fieldset {
                    legend { (WHAT_STAYS.of(lang)) }
                    label.inline { input type="radio" name="mode" value="merge" checked[typed.mode == Mode::Merge]; " " (MERGE.of(lang)) }
                    label.inline { input type="radio" name="mode" value="replace" checked[typed.mode == Mode::Replace]; " " (REPLACE.of(lang)) }
                }
                (show::why(typed.reason.text(), lang))
                div { button { (IMPORT.of(lang)) } }
            }
        }
    }
}

const ASK: Text = Text("Look up", "查询");
const CONSEQUENCES: Text = Text("What follows", "处理方式");
const COUNT: Text = Text("Domains in that import", "该次导入的域名数");
const CSV: Text = Text(
    "One a line: domain, or domain,licence",
    "每行一个：域名，或 域名,备案号",
);
const FAILED: Text = Text("failed", "失败");
const FILE: Text = Text("Or a file, up to 32 MiB", "或选择文件（最大 32 MiB）");
const FILED: Text = Text("filed", "已备案");
const GIVEN: Text = Text(
    "Another service is asked, as the console's start says.",
    "按启动设置，由外部服务查询。",
);
const IF_NOT_FILED: Text = Text("A domain without a filing", "未备案的域名");
const IF_UNKNOWN: Text = Text("Nobody can tell", "无法确认时");
const IMPORT: Text = Text("Import filings", "导入备案");
const LAST_ANSWER: Text = Text("Last answer", "最近答复");
const LAST_IMPORT: Text = Text("Last import", "最近导入");
const LOOK_UP: Text = Text("Is this domain filed?", "查询域名备案");
const MERGE: Text = Text("keep what is there, and add these", "保留已有记录并加入这些");
const MERGED: Text = Text("(added to those before)", "（加入已有记录）");
const NOT_ASKED: Text = Text("not asked since the start", "启动后尚未查询");
const NOT_FILED: Text = Text("not filed", "未备案");
const NO_REGISTER: Text = Text(
    "No register yet, so filings aren't asked for. Import one to begin.",
    "还没有备案数据，因此不检查备案。导入后开始检查。",
);
const REPLACE: Text = Text("drop what is there, these are all", "删除已有记录，仅保留这些");
const REPLACED: Text = Text("(in place of those before)", "（替换已有记录）");
const SAVE: Text = Text("Save", "保存");
const SERVICE: Text = Text("Service", "服务");
const STOPS: Text = Text("stops a publication", "阻止发布");
const TITLE: Text = Text("Filings", "备案");
const UNKNOWN: Text = Text("unknown", "无法确认");
const WARNS: Text = Text("is told and let through", "提示并放行");
const WELL: Text = Text("well", "正常");
const WHAT_STAYS: Text = Text("What is there already", "已有记录");
