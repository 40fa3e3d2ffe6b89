//! 中文。

use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::{entry_told, names, seconds, told, too_many_told, verdict_told, written};
use crate::fault::{Fault, ListFault, TimeoutFault, UrlFault};
use crate::tree::Unread;

pub(crate) fn zh(fault: &Fault) -> Diagnosis {
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
                .map(|place| format!("调用位于 {}", written(place)))
                .collect(),
            ..told(
                format!(
                    "`{handler}` 在小程序进入后台时运行，其中调用了 {interface}：{} 秒内未结束的请求会被中断",
                    seconds(*grace_ms)
                ),
                "先把数据保存下来，等小程序回到前台再发送",
            )
        },
        Fault::ReservedHost => told(
            "小程序代码中出现了 `api.weixin.qq.com`：小程序不能调用它，调用它还需要 AppSecret",
            "由自己的服务器调用它，小程序只调用自己的服务器",
        ),
        Fault::Secret { name } => told(
            format!("`{name}` 看起来是 AppSecret：拿到小程序包的人都能读到它"),
            "只把它放在服务器上；它已经出现在代码中，请到后台重置",
        ),
        Fault::Referer { name } => told(
            format!("不能设置 `{name}`：平台会丢弃它并发送自己的 referer"),
            "换一个请求头名称",
        ),
        Fault::StatusUnread { interface } => told(
            format!("这里把 {interface} 的任何响应都当作成功：404 和 500 也会走到这里"),
            "使用 `data` 之前先检查 `statusCode`",
        ),
        Fault::UploadDataUnparsed { member } => told(
            format!("uploadFile 返回的 `data` 总是字符串，因此 `{member}` 是 undefined"),
            "使用 `JSON.parse(res.data)`",
        ),
        Fault::SocketUnclosed { limit } => told(
            format!("代码中没有任何地方关闭这个连接，而一个小程序最多只能有 {limit} 个"),
            "保存 connectSocket 返回的任务，用完后调用它的 `close()`，最迟在 `onUnload` 中",
        ),
        Fault::CheckTurnedOff => told(
            "`urlCheck` 对所有拿到该项目的人都是 `false`：正式版会拒绝的请求在开发者工具中却能成功",
            "把它设为 `true`，需要时只在自己的 project.private.config.json 中关闭",
        ),
        Fault::MediaWithoutTls { tag, attribute, url } => told(
            format!(
                "<{tag}> 的 `{attribute}` 是 `{url}`：不经 TLS，途中任何人都能读取和篡改，平台也可能拒绝加载"
            ),
            "使用 https",
        ),
        Fault::Unread { why } => told(unread(why), ""),
        Fault::AllowanceUnreasoned => told(
            "这条注释没有写明理由，因此不起作用",
            "写成 `minigate-allow 规则: 理由`",
        ),
        Fault::AllowanceUnused { code } => told(format!("这里没有可以放行的 `{code}`"), "删除这条注释"),
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
            seen.extend((!is_everywhere).then(|| format!("仅限 {}", names(platforms))));
            seen.extend(
                written_at
                    .iter()
                    .map(|place| format!("URL 写在 {}", written(place))),
            );
            seen.extend(is_one_of_several.then(|| "它是 URL 可能取的几个值之一".to_owned()));
            verdict_told(verdict, seen, Lang::Zh)
        }
        UrlFault::Unknown {
            interface,
            is_partly_known: true,
        } => told(format!("{interface} 还可能得到无法从代码中推断的 URL"), ""),
        UrlFault::Unknown { interface, .. } => told(
            format!("无法从代码中推断这个 {interface} 的 URL"),
            "运行小程序看它实际调用什么：`minigate run --learn`",
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
            entry_told(*interface, text, error, Lang::Zh),
            "平台会拒绝这一项：请改正或删除",
        ),
        ListFault::TooMany {
            interface,
            found,
            limit,
        } => told(
            too_many_told(*interface, *found, *limit, Lang::Zh),
            "用 `--fix-lists` 查看其中哪些真正用到",
        ),
        ListFault::Missing { calls } => told(
            format!("没有配置任何域名，因此 {calls} 个调用没有与列表比对"),
            "`--fix-lists` 会打印小程序需要的列表",
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
            format!("`{member}` 是 {found_ms} 毫秒，而最长超时时间是 {longest_ms} 毫秒"),
            format!("写 {longest_ms} 或更小的值"),
        ),
        TimeoutFault::Ineffective { member, written } => told(
            format!("`{member}` 是 {written}，不是正的毫秒数：不起作用"),
            "写 1 到 60000 之间的整数毫秒",
        ),
        TimeoutFault::OfNothing { name } => told(
            format!("`networkTimeout.{name}` 不属于任何接口：不起作用"),
            "可用的成员是 request、connectSocket、uploadFile 和 downloadFile",
        ),
    }
}

fn unread(why: &Unread) -> String {
    match why {
        Unread::TooLarge { limit } => format!("该文件超过 {} MiB，没有检查", limit >> 20),
        Unread::TooMuch => "项目超过可读取的上限，其余部分没有检查".to_owned(),
        Unread::NotUtf8 => "该文件不是 UTF-8，没有检查".to_owned(),
        Unread::Link => "这是一个链接，没有跟随".to_owned(),
        Unread::Unreadable { cause } => format!("无法读取该文件：{cause}"),
        Unread::Syntax { message } => format!("该文件只检查了一部分：{message}"),
    }
}
