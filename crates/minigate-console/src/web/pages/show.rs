//! How pages show what is kept. Whatever isn't ours passes through [`foreign`] or [`entry`].

use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use crate::domains::Difference;
use crate::text::Text;
use crate::web::failure::Failure;

/// Foreign text on one line, which can't turn the direction of writing nor fill the page.
pub(crate) fn foreign(text: &str) -> Markup {
    html! { bdi { (harmless(text)) } }
}

/// An entry of a list, or another piece of text of a program.
pub(crate) fn entry(text: &str) -> Markup {
    html! { code { bdi { (harmless(text)) } } }
}

/// When something ends.
pub(super) fn ends(at: Timestamp, now: Timestamp, lang: Lang) -> Markup {
    let at = moment(at, now, lang);
    match lang {
        Lang::En => html! { "ends " (at) },
        Lang::Zh => html! { (at) "到期" },
    }
}

/// A moment, exact for whoever looks closer, and how long ago it was.
pub(crate) fn moment(at: Timestamp, now: Timestamp, lang: Lang) -> Markup {
    html! {
        time datetime=(at.to_string()) title=(exact(at)) { (distance(at, now, lang)) }
    }
}

/// `2026-12-01 08:30 UTC`.
pub(crate) fn exact(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// What stands between two parts of a line.
pub(crate) const fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ", ",
        Lang::Zh => "，",
    }
}

/// What stands between a name and what is said of it.
pub(crate) const fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ": ",
        Lang::Zh => "：",
    }
}

/// A sentence of ours about foreign text, whose pieces between backticks are a program's.
pub(crate) fn sentence(text: &str) -> Markup {
    let shown = harmless(text);
    let pieces: Vec<_> = shown.split('`').collect();
    let is_paired = pieces.len() % 2 == 1;
    html! {
        bdi {
            @if !is_paired { (shown) }
            @for (place, piece) in pieces.iter().enumerate().filter(|_| is_paired) {
                @if place % 2 == 1 { code { (piece) } } @else { (piece) }
            }
        }
    }
}

/// What was typed into a short field, as far as such a field takes it.
pub(crate) fn shortened(typed: &str) -> String {
    typed.chars().take(LONGEST_FIELD).collect()
}

/// Why something wasn't done, above what was typed.
pub(crate) fn refused(failure: &Failure, lang: Lang) -> Markup {
    html! { div.note.bad role="alert" { p { (sentence(&failure.tell(lang))) } } }
}

/// The field for why somebody does something.
pub(crate) fn why(typed: &str, lang: Lang) -> Markup {
    html! {
        label.why { (WHY.of(lang)) input name="reason" maxlength="1000" value=(harmless(typed)); }
    }
}

/// What was added and removed, interface by interface.
pub(crate) fn differences(differences: &[Difference], lang: Lang) -> Markup {
    html! {
        @if differences.is_empty() { p.dim { (NO_DIFFERENCE.of(lang)) } }
        @for difference in differences {
            h3 { code { (difference.interface.name()) } }
            ul.diff {
                @for text in &difference.removed {
                    li.removed { span.hidden { (REMOVED.of(lang)) " " } bdi { (harmless(text)) } }
                }
                @for text in &difference.added {
                    li.added { span.hidden { (ADDED.of(lang)) " " } bdi { (harmless(text)) } }
                }
            }
        }
    }
}

/// What an interface is for.
pub(crate) const fn purpose(interface: Interface) -> Text {
    match interface {
        Interface::Request => Text("wx.request", "wx.request"),
        Interface::UploadFile => Text("wx.uploadFile", "wx.uploadFile"),
        Interface::DownloadFile => Text("wx.downloadFile", "wx.downloadFile"),
        Interface::ConnectSocket => Text("wx.connectSocket", "wx.connectSocket"),
    }
}

fn distance(at: Timestamp, now: Timestamp, lang: Lang) -> String {
    let seconds = now.duration_since(at).as_secs();
    let is_past = seconds >= 0;
    let seconds = seconds.unsigned_abs();
    let (count, unit) = match seconds {
        0..60 if is_past => return JUST_NOW.of(lang).to_owned(),
        0..3_600 => (seconds.div_ceil(60), MINUTES),
        3_600..172_800 => (rounded(seconds, 3_600, is_past), HOURS),
        _ => (rounded(seconds, 86_400, is_past), DAYS),
    };
    let unit = unit.of(lang);
    match (lang, is_past) {
        (Lang::En, true) => format!("{count} {unit} ago"),
        (Lang::En, false) => format!("in {count} {unit}"),
        (Lang::Zh, true) => format!("{count} {unit}前"),
        (Lang::Zh, false) => format!("{count} {unit}后"),
    }
}

/// What has passed has passed whole; what is to come is told by what was asked for, a moment ago.
const fn rounded(seconds: u64, unit: u64, is_past: bool) -> u64 {
    if is_past {
        seconds / unit
    } else {
        (seconds + unit / 2) / unit
    }
}

pub(crate) fn harmless(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
    };
    let shown = text
        .chars()
        .take(LONGEST)
        .map(|c| if steers(c) { '\u{fffd}' } else { c });
    let mut shown: String = shown.collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

const ADDED: Text = Text("added", "新增");
const DAYS: Text = Text("days", "天");
const HOURS: Text = Text("h", "小时");
const JUST_NOW: Text = Text("just now", "刚刚");
const LONGEST: usize = 1_000;
const LONGEST_FIELD: usize = 100;
const MINUTES: Text = Text("min", "分钟");
const NO_DIFFERENCE: Text = Text("No difference.", "没有差异。");
const REMOVED: Text = Text("removed", "移除");
pub(crate) const WHY: Text = Text("Why", "原因");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_cant_turn_the_writing() {
        let shown = foreign("<script>\u{202e}\u{7}a").into_string();

        assert_eq!(shown, "<bdi>&lt;script&gt;\u{fffd}\u{fffd}a</bdi>");
    }

    #[test]
    fn a_moment_is_told_by_its_distance() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let ago = |seconds: i64| {
            distance(
                Timestamp::from_second(1_800_000_000 - seconds).unwrap(),
                now,
                Lang::En,
            )
        };

        assert_eq!(ago(5), "just now");
        assert_eq!(ago(90), "2 min ago");
        assert_eq!(ago(7_200), "2 h ago");
        assert_eq!(ago(-864_000), "in 10 days");
        assert_eq!(ago(-86_398), "in 24 h");
        assert_eq!(ago(-90 * 86_400 + 2), "in 90 days");
    }

    #[test]
    fn what_a_sentence_quotes_is_code() {
        let shown = |text| sentence(text).into_string();

        assert_eq!(
            shown("write `https://<b>` here"),
            "<bdi>write <code>https://&lt;b&gt;</code> here</bdi>"
        );
        assert_eq!(shown("one ` alone"), "<bdi>one ` alone</bdi>");
    }
}
