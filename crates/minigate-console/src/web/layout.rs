//! The frame of every page.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};
use minigate_policy::diagnosis::Lang;

use super::assets::{ICON_PATH, SCRIPT_PATH, STYLE_PATH};
use super::pages::show::harmless;
use super::visitor::{Theme, Visitor};
use crate::text::Text;

/// What the frame has to know of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    title: &'a str,
    visitor: &'a Visitor,
    who: Option<&'a Who>,
    here: Option<Place>,
    again_after: Option<u32>,
}

/// Somebody who is signed in, as the frame shows them.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The account's name.
    pub(crate) name: String,
    /// What every form of the session has to send back.
    pub(crate) csrf: String,
    /// Which places there are for them.
    pub(crate) places: Vec<Place>,
}

/// A place of the console, in its navigation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Apps,
    Approvals,
    Audit,
    Certificates,
    WhatIf,
    Accounts,
    Blocks,
    Settings,
}

impl<'a> Page<'a> {
    pub(crate) const fn new(title: &'a str, visitor: &'a Visitor) -> Self {
        Self {
            title,
            visitor,
            who: None,
            here: None,
            again_after: None,
        }
    }

    /// For somebody who is signed in.
    pub(crate) const fn of(self, who: &'a Who) -> Self {
        Self {
            who: Some(who),
            ..self
        }
    }

    /// Loaded anew after some seconds; a script asks instead where one runs.
    pub(crate) const fn again_after(self, seconds: u32) -> Self {
        Self {
            again_after: Some(seconds),
            ..self
        }
    }

    /// At a place of the navigation.
    pub(crate) const fn at(self, place: Place) -> Self {
        Self {
            here: Some(place),
            ..self
        }
    }
}

impl Place {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Apps => "/",
            Self::Approvals => "/approvals",
            Self::Audit => "/audit",
            Self::Certificates => "/certificates",
            Self::WhatIf => "/what-if",
            Self::Accounts => "/accounts",
            Self::Blocks => "/blocks",
            Self::Settings => "/settings",
        }
    }

    pub(crate) const fn name(self) -> Text {
        match self {
            Self::Apps => Text("Apps", "应用"),
            Self::Approvals => Text("Approvals", "审批"),
            Self::Audit => Text("Audit log", "审计日志"),
            Self::Certificates => Text("Certificates", "证书"),
            Self::WhatIf => Text("What if", "试算"),
            Self::Accounts => Text("Accounts", "账号"),
            Self::Blocks => Text("Block list", "封禁列表"),
            Self::Settings => Text("Settings", "设置"),
        }
    }
}

/// The whole page.
pub(crate) fn page(page: &Page<'_>, body: &Markup) -> Html<String> {
    let Visitor { lang, theme, .. } = *page.visitor;
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.pick("en", "zh-CN")) data-theme=(theme.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(scheme(theme));
                title { (harmless(page.title)) " · minigate" }
                @if let Some(seconds) = page.again_after {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
                link rel="icon" href=(*ICON_PATH);
                link rel="stylesheet" href=(*STYLE_PATH);
                script src=(*SCRIPT_PATH) defer {}
            }
            body {
                a.skip href="#main" { (SKIP.of(lang)) }
                (top(page))
                main #main tabindex="-1" { (body) }
                (bottom(page.visitor))
            }
        }
    };
    Html(markup.into_string())
}

/// The field that proves that a form is this session's.
pub(crate) fn csrf(who: &Who) -> Markup {
    html! { input type="hidden" name="csrf" value=(who.csrf); }
}

fn top(page: &Page<'_>) -> Markup {
    let lang = page.visitor.lang;
    html! {
        header.top {
            a.brand href="/" { "minigate" }
            @if let Some(who) = page.who {
                nav aria-label=(NAVIGATION.of(lang)) {
                    ul {
                        @for place in &who.places {
                            li {
                                a href=(place.path()) aria-current=[(page.here == Some(*place)).then_some("page")] {
                                    (place.name().of(lang))
                                }
                            }
                        }
                    }
                }
                form.who method="post" action="/sign-out" {
                    (csrf(who))
                    a href="/me" { bdi { (who.name) } }
                    button.quiet { (SIGN_OUT.of(lang)) }
                }
            }
        }
    }
}

/// Language and colours can be chosen without a script, and without being signed in.
fn bottom(visitor: &Visitor) -> Markup {
    let Visitor {
        lang, theme, place, ..
    } = visitor;
    html! {
        footer {
            form.preferences method="post" action="/preferences" {
                input type="hidden" name="back" value=(place);
                label { (LANGUAGE.of(*lang)) " "
                    select name="lang" {
                        @for (each, name) in [(Lang::En, "English"), (Lang::Zh, "中文")] {
                            option value=(each.pick("en", "zh")) selected[each == *lang] { (name) }
                        }
                    }
                }
                label { (COLOURS.of(*lang)) " "
                    select name="theme" {
                        @for each in Theme::ALL {
                            option value=(each.as_str()) selected[each == *theme] { (theme_name(each).of(*lang)) }
                        }
                    }
                }
                button.quiet { (APPLY.of(*lang)) }
            }
        }
    }
}

const fn scheme(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

const fn theme_name(theme: Theme) -> Text {
    match theme {
        Theme::Auto => Text("as the system", "跟随系统"),
        Theme::Light => Text("light", "浅色"),
        Theme::Dark => Text("dark", "深色"),
    }
}

const APPLY: Text = Text("Apply", "应用设置");
const COLOURS: Text = Text("Colours", "颜色");
const LANGUAGE: Text = Text("Language", "语言");
const NAVIGATION: Text = Text("Places", "导航");
const SIGN_OUT: Text = Text("Sign out", "退出");
const SKIP: Text = Text("To the content", "跳到内容");
