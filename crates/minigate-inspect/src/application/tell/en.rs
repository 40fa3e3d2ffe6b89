//! English.

use minigate_policy::diagnosis::Lang;

use super::with_charset;
use crate::application::ApplicationFault;

pub(super) fn headline(fault: &ApplicationFault) -> String {
    match fault {
        ApplicationFault::NoAnswer { hop, url, told } => at(*hop, url, &told.en.headline),
        ApplicationFault::NotUpgraded { told, .. } => {
            format!("no socket comes of the handshake: {}", told.en.headline)
        }
        ApplicationFault::HopRefused { hop: 0, told, .. } => told.en.headline.clone(),
        ApplicationFault::HopRefused { hop, url, told } => format!(
            "redirect {hop} leads to `{url}`, which a release refuses: {}",
            told.en.headline
        ),
        ApplicationFault::HopCertificate { hop, url, fault } => format!(
            "redirect {hop} leads to `{url}`, where a release fails: {}",
            fault.tell(Lang::En).headline
        ),
        ApplicationFault::Redirected { times: 1, url } => format!("the call is redirected to `{url}`"),
        ApplicationFault::Redirected { times, url } => {
            format!("the call is redirected {times} times, in the end to `{url}`")
        }
        ApplicationFault::Status { status } => {
            format!("the server answers with {status}, which an app gets as a success")
        }
        ApplicationFault::Unfinished { bytes } => {
            format!(
                "the answer hasn't ended after {bytes} bytes; a call that waits for its end may run out of time"
            )
        }
        ApplicationFault::CharsetUndeclared { is_ascii: true, .. } => {
            "nothing says which charset the text has; this one is ASCII".to_owned()
        }
        ApplicationFault::CharsetUndeclared {
            read_as, is_guess, ..
        } => undeclared(read_as, *is_guess),
        ApplicationFault::CharsetUnknown { label, read_as } => {
            format!("there is no charset `{label}`; the text is read as {read_as}")
        }
        ApplicationFault::NotUtf8 { charset } => {
            format!("the text is in {charset} instead of UTF-8, and has to be converted")
        }
        ApplicationFault::Undecodable { charset } => format!(
            "the text isn't the {charset} that it is read as: on iOS the call fails, elsewhere letters are lost"
        ),
        ApplicationFault::ByteOrderMark { charset, count, json } => marked(charset, *count, *json),
        ApplicationFault::NotJson { error } => {
            format!("the answer announces JSON and isn't ({error}), so that an app gets a string")
        }
        ApplicationFault::SocketClosed { code, reason } if reason.is_empty() => {
            format!("the server closes the socket as soon as it stands, with {code}")
        }
        ApplicationFault::SocketClosed { code, reason } => {
            format!("the server closes the socket as soon as it stands, with {code}: {reason}")
        }
        ApplicationFault::SocketUnanswered => {
            "the server doesn't answer when the socket is closed".to_owned()
        }
        ApplicationFault::SocketBroken { told } => {
            format!("the socket breaks as soon as it stands: {}", told.en.headline)
        }
    }
}

fn at(hop: usize, url: &str, headline: &str) -> String {
    match hop {
        0 => headline.to_owned(),
        hop => format!("redirect {hop} leads to `{url}`, and there: {headline}"),
    }
}

fn undeclared(read_as: &str, is_guess: bool) -> String {
    if is_guess {
        format!("nothing says which charset the text has, and it isn't UTF-8; {read_as} is a guess")
    } else {
        format!("nothing says which charset the text has; it happens to be {read_as}")
    }
}

fn marked(charset: &str, count: usize, json: bool) -> String {
    match (count, json) {
        (1, false) => format!("a byte order mark of {charset} leads the text; the platform removes it"),
        (1, true) => {
            format!(
                "a byte order mark of {charset} leads the JSON; the platform removes it, other parsers fail"
            )
        }
        (count, false) => {
            format!("{count} byte order marks of {charset} lead the text; the platform removes one")
        }
        (count, true) => format!(
            "{count} byte order marks of {charset} lead the JSON; the platform removes one, and can't parse the rest"
        ),
    }
}

pub(super) fn remedies(fault: &ApplicationFault) -> Vec<String> {
    let remedy = match fault {
        ApplicationFault::NoAnswer { told, .. }
        | ApplicationFault::NotUpgraded { told, .. }
        | ApplicationFault::SocketBroken { told } => return told.en.remedies.clone(),
        ApplicationFault::HopRefused { hop: 0, told, .. } => return told.en.remedies.clone(),
        ApplicationFault::HopRefused { told, .. } => {
            let direct = "answer the call where it goes, or redirect within the listed domains".to_owned();
            return [told.en.remedies.clone(), vec![direct]].concat();
        }
        ApplicationFault::HopCertificate { fault, .. } => return fault.tell(Lang::En).remedies,
        ApplicationFault::Redirected { url, .. } => {
            format!("call `{url}` at once, which saves the way")
        }
        ApplicationFault::Status { status: 500.. } => "look into the server's log".to_owned(),
        ApplicationFault::Status { .. } => {
            "check a URL that the app calls, and let the app look at `statusCode`".to_owned()
        }
        ApplicationFault::Unfinished { .. } => {
            "answer sooner; where it is a stream, call it with `enableChunked`".to_owned()
        }
        ApplicationFault::CharsetUndeclared { content_type, .. } => {
            format!("answer in UTF-8 with `{}`", with_charset(content_type.as_deref()))
        }
        ApplicationFault::CharsetUnknown { .. } | ApplicationFault::NotUtf8 { .. } => {
            "answer in UTF-8 and say so: `charset=utf-8`".to_owned()
        }
        ApplicationFault::Undecodable { .. } => {
            "answer in UTF-8, say so, and don't cut texts within a letter".to_owned()
        }
        ApplicationFault::ByteOrderMark { .. } => {
            "answer in UTF-8 without a byte order mark; editors and exports put it into files".to_owned()
        }
        ApplicationFault::NotJson { .. } => {
            "answer with JSON, an error page included, or announce what it is".to_owned()
        }
        ApplicationFault::SocketClosed { .. } => {
            "check with the query, header fields and sub-protocols that the app sends".to_owned()
        }
        ApplicationFault::SocketUnanswered => "let the server answer a close with a close".to_owned(),
    };
    vec![remedy]
}
