//! English.

use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::{entry_told, names, seconds, told, too_many_told, verdict_told, written};
use crate::fault::{Fault, ListFault, TimeoutFault, UrlFault};
use crate::tree::Unread;

pub(crate) fn en(fault: &Fault) -> Diagnosis {
    match fault {
        Fault::Url(fault) => of_url(fault),
        Fault::List(fault) => of_list(fault),
        Fault::Timeout(fault) => of_timeout(fault),
        Fault::CallWhileHiding {
            handler,
            interface,
            called_at,
            grace_ms,
        } => Diagnosis {
            seen: called_at
                .iter()
                .map(|place| format!("the call is at {}", written(place)))
                .collect(),
            ..told(
                format!(
                    "`{handler}` runs when the app is hidden, and calls {interface}: what hasn't ended after {} s is interrupted",
                    seconds(*grace_ms)
                ),
                "keep the data and send it when the app is shown again",
            )
        },
        Fault::ReservedHost => told(
            "`api.weixin.qq.com` stands in the app: it can't be called from there, and whoever calls it needs the AppSecret",
            "let your own server call it, and call your server",
        ),
        Fault::Secret { name } => told(
            format!("`{name}` looks like an AppSecret: whoever has the app can read it"),
            "keep it on your server, and reset it in the console, since it has been in a file of the app",
        ),
        Fault::Referer { name } => told(
            format!("`{name}` can't be set: the platform drops it and sends its own"),
            "use a header of another name",
        ),
        Fault::StatusUnread { interface } => told(
            format!("this takes any answer of {interface} for a success: 404 and 500 come here, too"),
            "look at `statusCode` before you use `data`",
        ),
        Fault::UploadDataUnparsed { member } => told(
            format!("`data` of uploadFile is always a text, so `{member}` is undefined"),
            "use `JSON.parse(res.data)`",
        ),
        Fault::SocketUnclosed { limit } => told(
            format!("nothing in the app ever closes this socket, and an app may have only {limit}"),
            "keep the task that connectSocket gives, and call its `close()` when you are done, at the latest in `onUnload`",
        ),
        Fault::CheckTurnedOff => told(
            "`urlCheck` is `false` for everyone who has the project: what a release refuses works in the developer tool",
            "set it to `true`, and turn it off for yourself in project.private.config.json",
        ),
        Fault::MediaWithoutTls { tag, attribute, url } => told(
            format!(
                "`{attribute}` of <{tag}> is `{url}`: without TLS anyone on the way can read and change it, and a platform may refuse it"
            ),
            "use https",
        ),
        Fault::Unread { why } => told(unread(why), ""),
        Fault::AllowanceUnreasoned => told(
            "this comment gives no reason, so it allows nothing",
            "write `minigate-allow RULE: the reason`",
        ),
        Fault::AllowanceUnused { code } => told(
            format!("there is no finding `{code}` here to allow"),
            "remove the comment",
        ),
    }
}

fn of_url(fault: &UrlFault) -> Diagnosis {
    match fault {
        UrlFault::Refused {
            verdict,
            platforms,
            is_everywhere,
            written_at,
            is_one_of_several,
        } => {
            let mut seen = Vec::new();
            seen.extend((!is_everywhere).then(|| format!("only on {}", names(platforms))));
            seen.extend(
                written_at
                    .iter()
                    .map(|place| format!("the URL is written at {}", written(place))),
            );
            seen.extend(
                is_one_of_several.then(|| "it is one of several values that the URL can have".to_owned()),
            );
            verdict_told(verdict, seen, Lang::En)
        }
        UrlFault::Unknown {
            interface,
            is_partly_known: true,
        } => told(
            format!("{interface} can also get a URL that can't be told from the source"),
            "",
        ),
        UrlFault::Unknown { interface, .. } => told(
            format!("the URL of this {interface} can't be told from the source"),
            "see what it is when the app runs: `minigate run --learn`",
        ),
    }
}

fn of_list(fault: &ListFault) -> Diagnosis {
    match fault {
        ListFault::EntryInvalid {
            interface,
            text,
            error,
        } => told(
            entry_told(*interface, text, error, Lang::En),
            "the platform refuses this entry: mend or remove it",
        ),
        ListFault::TooMany {
            interface,
            found,
            limit,
        } => told(
            too_many_told(*interface, *found, *limit, Lang::En),
            "see with `--fix-lists` which of them are used",
        ),
        ListFault::Missing { calls } => told(
            match calls {
                1 => "no domain is configured, so 1 call wasn't compared with a list".to_owned(),
                _ => format!("no domain is configured, so {calls} calls weren't compared with a list"),
            },
            "`--fix-lists` prints the lists that the app needs",
        ),
    }
}

fn of_timeout(fault: &TimeoutFault) -> Diagnosis {
    match fault {
        TimeoutFault::TooLong {
            member,
            found_ms,
            longest_ms,
        } => told(
            format!("`{member}` is {found_ms} ms, and the longest time-out is {longest_ms} ms"),
            format!("write {longest_ms} or less"),
        ),
        TimeoutFault::Ineffective { member, written } => told(
            format!("`{member}` is {written}, which is no positive number of milliseconds: it has no effect"),
            "write a whole number of milliseconds, from 1 to 60000",
        ),
        TimeoutFault::OfNothing { name } => told(
            format!("`networkTimeout.{name}` belongs to no interface: it has no effect"),
            "the members are request, connectSocket, uploadFile and downloadFile",
        ),
    }
}

fn unread(why: &Unread) -> String {
    match why {
        Unread::TooLarge { limit } => {
            format!("this file has more than {} MiB and wasn't looked at", limit >> 20)
        }
        Unread::TooMuch => {
            "the project is larger than what is read, and the rest wasn't looked at".to_owned()
        }
        Unread::NotUtf8 => "this file isn't UTF-8 and wasn't looked at".to_owned(),
        Unread::Link => "this is a link and wasn't followed".to_owned(),
        Unread::Unreadable { cause } => format!("this file can't be read: {cause}"),
        Unread::Syntax { message } => format!("not all of this file could be looked at: {message}"),
    }
}
