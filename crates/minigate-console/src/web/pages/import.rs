//! Lists that are pasted or uploaded: judged line by line, shown as a difference, then written into the draft.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, WrittenLists};

use super::app::{self, Tab, seen};
use super::{entries, export, show};
use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::bulk::{BulkError, Format, Line, Mode, Pasted, spellings};
use crate::domains::{Expected, diff};
use crate::judged::judge_lines;
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::layout::{Place, csrf};
use crate::web::parts::texts;
use crate::web::signed_in::{Reason, SignedIn};

/// What was sent.
#[derive(Debug, Default)]
struct Sent {
    text: String,
    format: String,
    interface: String,
    mode: String,
    reason: String,
    wish: String,
}

/// What came of it.
struct Import {
    lines: Vec<Line>,
    mode: Mode,
    base: WrittenLists,
    /// The draft that the base is of.
    expected: Expected,
    result: WrittenLists,
    /// What the base has, in its normal spelling.
    there: BTreeSet<(Interface, String)>,
    too_many: Vec<Interface>,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    let has_draft = console.domains(&id).draft().await?.is_some();
    let body = html! {
        (app::head(&app, Tab::Import, &me))
        (export::section(&app, has_draft, me.visitor.lang))
        @if me.caller.may(Right::Write, Some(&id)) { (form(&app, &Sent::default(), &me)) }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

/// Shows what would come of it, or writes it where nothing is wrong; what was sent is never lost.
pub(super) async fn import(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    parts: Multipart,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Write).await?;
    let app = crate::app::find(console.store(), &id).await?;
    let sent = Sent::read(parts).await?;
    let import = match sent.pasted()? {
        Ok((pasted, mode)) => Ok(Import::judge(&console, &app, pasted, mode).await?),
        Err(error) => Err(error),
    };
    if let Ok(good) = &import
        && sent.wish == "save"
        && good.can_be_saved()
    {
        let by = Reason::of(&sent.reason).given_to(by)?;
        let domains = console.domains(&id).expecting(good.expected);
        domains.write(good.result.clone(), &by).await?;
        return Ok(Redirect::to(&format!("/apps/{id}/draft")).into_response());
    }
    let lang = me.visitor.lang;
    let is_good = import.as_ref().is_ok_and(Import::can_be_saved);
    let body = html! {
        (app::head(&app, Tab::Import, &me))
        @match &import {
            Err(error) => div.note.bad role="alert" { p { (show::sentence(&error.tell(lang))) } },
            Ok(import) => (outcome(import, sent.wish == "save", lang)),
        }
        (form(&app, &sent, &me))
    };
    let status = if is_good {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, me.show(&app.name, Place::Apps, &body)).into_response())
}

impl Sent {
    /// A file takes the place of what is typed.
    async fn read(parts: Multipart) -> Result<Self, Failure> {
        let mut sent = Self::default();
        for (name, text) in texts(parts).await? {
            match name.as_str() {
                "text" if sent.text.is_empty() => sent.text = text,
                "file" if !text.trim().is_empty() => sent.text = text,
                "format" => sent.format = text,
                "interface" => sent.interface = text,
                "mode" => sent.mode = text,
                "reason" => sent.reason = text,
                "do" => sent.wish = text,
                _ => {}
            }
        }
        Ok(sent)
    }

    fn pasted(&self) -> Result<Result<(Pasted, Mode), BulkError>, Failure> {
        let interface = match self.interface.as_str() {
            "" => Interface::Request,
            name => name
                .parse()
                .map_err(|_| Cause::malformed(Malformed::no_interface("interface", name)))?,
        };
        let format = match self.format.as_str() {
            "" => Pasted::format_of(&self.text, interface),
            "lines" => Format::Lines(interface),
            "platform" => Format::Platform,
            "lists" => Format::Lists,
            "csv" => Format::Csv,
            _ => {
                return Err(Cause::malformed(Malformed::no_choice(
                    "format",
                    &self.format,
                    &FORMATS,
                )));
            }
        };
        let mode = match self.mode.as_str() {
            "" | "add" => Mode::Add,
            "remove" => Mode::Remove,
            "replace" => Mode::Replace,
            _ => {
                return Err(Cause::malformed(Malformed::no_choice(
                    "mode",
                    &self.mode,
                    &["add", "remove", "replace"],
                )));
            }
        };
        Ok(Pasted::read_to_import(&self.text, format, mode).map(|pasted| (pasted, mode)))
    }
}

impl Import {
    async fn judge(console: &Console, app: &App, pasted: Pasted, mode: Mode) -> Result<Self, Failure> {
        let id = app.id.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
        let domains = console.domains(&id);
        let (expected, base) = match domains.draft_with_revision().await? {
            Some((revision, draft)) => (Expected::At(revision), draft.lists),
            None => {
                let effective = domains.effective().await?;
                let lists = effective.map(|version| version.lists).unwrap_or_default();
                (Expected::None, lists)
            }
        };
        let result = pasted.apply(&base, mode);
        // What goes away needs no filing, and may be blocked.
        let lines = match mode {
            Mode::Remove => pasted.lines,
            Mode::Add | Mode::Replace => judge_lines(console, app, pasted.lines).await?,
        };
        let most = app.profile().domains_per_interface;
        let too_many = Interface::ALL
            .into_iter()
            .filter(|of| result.of(*of).len() > most);
        Ok(Self {
            lines,
            mode,
            too_many: too_many.collect(),
            there: spellings(&base),
            base,
            expected,
            result,
        })
    }

    fn is_good(&self) -> bool {
        self.too_many.is_empty() && self.lines.iter().all(|line| line.judgement.can_be_drafted())
    }

    /// What is said of a line that breaks no rule.
    fn word(&self, line: &Line) -> Text {
        let entry = line.judgement.normalised.clone();
        let is_there = entry.is_some_and(|entry| self.there.contains(&(line.interface, entry)));
        match self.mode {
            Mode::Add | Mode::Replace => entries::GOOD,
            Mode::Remove if is_there => GOES,
            Mode::Remove => NOT_THERE,
        }
    }

    fn changes(&self) -> bool {
        self.base != self.result
    }

    fn can_be_saved(&self) -> bool {
        self.is_good() && self.changes()
    }
}

/// What would change, and what is to be said of each line.
fn outcome(import: &Import, was_to_be_saved: bool, lang: Lang) -> Markup {
    html! {
        @if !import.is_good() {
            div.note.bad role="alert" {
                p { @if was_to_be_saved { (NOT_SAVED.of(lang)) } @else { (WRONG.of(lang)) } }
                @for interface in &import.too_many {
                    p { span.tag.bad { "D7" } " " code { (interface.name()) } " " (TOO_MANY.of(lang)) }
                }
            }
        }
        section.card aria-labelledby="preview" {
            h2 #preview { (PREVIEW.of(lang)) }
            @if import.changes() { (show::differences(&diff(&import.base, &import.result), lang)) }
            @else { p.dim { (NOTHING.of(lang)) } }
        }
        section aria-labelledby="lines" {
            h2 #lines { (LINES.of(lang)) }
            (entries::table(&import.lines, |line| import.word(line), lang))
        }
    }
}

fn form(app: &App, sent: &Sent, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        section aria-labelledby="import" {
            h2 #import { (IMPORT.of(lang)) }
            form.stack.card.wide method="post" enctype="multipart/form-data" action={ "/apps/" (app.id) "/import" } {
                (csrf(&me.who))
                p { (HOW.of(lang)) }
                label { (TEXT.of(lang)) textarea name="text" rows="10" spellcheck="false" autocapitalize="none" { (sent.text) } }
                label { (FILE.of(lang)) input type="file" name="file" accept=".json,.csv,.txt,application/json,text/csv,text/plain"; }
                div.fields { (kinds(sent, lang)) }
                (modes(sent, lang))
                (show::why(&sent.reason, lang))
                div.actions {
                    button name="do" value="check" { (CHECK.of(lang)) }
                    button.quiet name="do" value="save" { (SAVE.of(lang)) }
                }
            }
        }
    }
}

fn kinds(sent: &Sent, lang: Lang) -> Markup {
    let formats = [
        ("", ANY_FORM),
        ("platform", export::PLATFORM),
        ("lists", export::LISTS),
        ("csv", export::CSV),
        ("lines", LINES_FORM),
    ];
    html! {
        label { (FORMAT.of(lang))
            select name="format" {
                @for (value, text) in formats { option value=(value) selected[sent.format == value] { (text.of(lang)) } }
            }
        }
        label { (FOR_LINES.of(lang))
            select name="interface" {
                @for interface in Interface::ALL {
                    option value=(interface.name()) selected[sent.interface == interface.name()] { (show::purpose(interface).of(lang)) }
                }
            }
        }
    }
}

fn modes(sent: &Sent, lang: Lang) -> Markup {
    let modes = [("add", ADD), ("remove", REMOVE), ("replace", REPLACE)];
    let chosen = if sent.mode.is_empty() {
        "add"
    } else {
        sent.mode.as_str()
    };
    html! {
        fieldset {
            legend { (MODE.of(lang)) }
            @for (value, text) in modes {
                label.inline { input type="radio" name="mode" value=(value) checked[chosen == value]; " " (text.of(lang)) }
            }
        }
    }
}

const ADD: Text = Text("add to what is there", "添加到现有列表");
const ANY_FORM: Text = Text("detect automatically", "自动识别");
const CHECK: Text = Text("Check and preview", "检查并预览");
const FILE: Text = Text(
    "or a file, UTF-8, up to 1 MiB",
    "或选择文件（UTF-8，不超过 1 MiB）",
);
const FORMAT: Text = Text("Format", "格式");
const FOR_LINES: Text = Text("Interface of plain lines", "纯文本条目的接口");
const FORMATS: [&str; 4] = ["platform", "lists", "csv", "lines"];
const GOES: Text = Text("is removed", "将删除");
const HOW: Text = Text(
    "Every line is judged before anything is written, and you see what would change. Nothing is written while a line breaks a rule.",
    "写入前逐行检查并显示差异；只要有一行违反规则，就不会写入任何内容。",
);
const IMPORT: Text = Text("Import", "导入");
const LINES: Text = Text("Line by line", "逐行结果");
const LINES_FORM: Text = Text("lines: one entry each", "纯文本：每行一个条目");
const MODE: Text = Text("What becomes of the lists", "导入方式");
const NOT_THERE: Text = Text(
    "isn't on this list: there is nothing to remove",
    "不在此列表中，无需删除",
);
const NOTHING: Text = Text("Nothing would change.", "没有变化。");
const NOT_SAVED: Text = Text(
    "Nothing has been saved: mend the lines below first.",
    "没有保存：请先修正下面的条目。",
);
const PREVIEW: Text = Text("What would change in the draft", "草稿将发生的变化");
const REMOVE: Text = Text("remove these entries", "删除这些条目");
const REPLACE: Text = Text(
    "replace the lists of the interfaces that are named",
    "替换所涉及接口的列表",
);
const SAVE: Text = Text("Write into the draft", "写入草稿");
const TEXT: Text = Text("Lists", "列表内容");
const TOO_MANY: Text = Text(
    "would have more domains than it may: remove some first",
    "的域名将超过上限，请先删除一些",
);
const WRONG: Text = Text("Some lines are wrong.", "有些条目不正确。");
