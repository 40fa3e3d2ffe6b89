//! 中文。

use minigate_policy::diagnosis::Lang;

use super::with_charset;
use crate::application::ApplicationFault;

pub(super) fn headline(fault: &ApplicationFault) -> String {
    match fault {
        ApplicationFault::NoAnswer { hop, url, told } => at(*hop, url, &told.zh.headline),
        ApplicationFault::NotUpgraded { told, .. } => {
            format!("握手没有建立 WebSocket：{}", told.zh.headline)
        }
        ApplicationFault::HopRefused { hop: 0, told, .. } => told.zh.headline.clone(),
        ApplicationFault::HopRefused { hop, url, told } => {
            format!(
                "第 {hop} 次重定向指向 `{url}`，正式版会拒绝：{}",
                told.zh.headline
            )
        }
        ApplicationFault::HopCertificate { hop, url, fault } => format!(
            "第 {hop} 次重定向指向 `{url}`，正式版在此失败：{}",
            fault.tell(Lang::Zh).headline
        ),
        ApplicationFault::Redirected { times: 1, url } => format!("请求被重定向到 `{url}`"),
        ApplicationFault::Redirected { times, url } => {
            format!("请求被重定向 {times} 次，最后到 `{url}`")
        }
        ApplicationFault::Status { status } => {
            format!("服务器返回 {status}，小程序仍会收到 success 回调")
        }
        ApplicationFault::Unfinished { bytes } => {
            format!("返回内容在 {bytes} 字节后仍未结束；等待其结束的调用可能超时")
        }
        ApplicationFault::CharsetUndeclared { is_ascii: true, .. } => {
            "没有声明文本的字符集；此次内容只有 ASCII".to_owned()
        }
        ApplicationFault::CharsetUndeclared {
            read_as, is_guess, ..
        } => undeclared(read_as, *is_guess),
        ApplicationFault::CharsetUnknown { label, read_as } => {
            format!("不存在字符集 `{label}`；文本按 {read_as} 读取")
        }
        ApplicationFault::NotUtf8 { charset } => {
            format!("文本的编码是 {charset} 而不是 UTF-8，需要转换")
        }
        ApplicationFault::Undecodable { charset } => {
            format!("文本不符合读取时所用的 {charset}：iOS 上调用失败，其他平台会丢失字符")
        }
        ApplicationFault::ByteOrderMark { charset, count, json } => marked(charset, *count, *json),
        ApplicationFault::NotJson { error } => {
            format!("返回内容声明为 JSON 却无法解析（{error}），小程序会收到字符串")
        }
        ApplicationFault::SocketClosed { code, reason } if reason.is_empty() => {
            format!("服务器在 WebSocket 建立后立即以 {code} 关闭")
        }
        ApplicationFault::SocketClosed { code, reason } => {
            format!("服务器在 WebSocket 建立后立即以 {code} 关闭：{reason}")
        }
        ApplicationFault::SocketUnanswered => "关闭 WebSocket 时服务器没有回应".to_owned(),
        ApplicationFault::SocketBroken { told } => {
            format!("WebSocket 建立后立即中断：{}", told.zh.headline)
        }
    }
}

fn at(hop: usize, url: &str, headline: &str) -> String {
    match hop {
        0 => headline.to_owned(),
        hop => format!("第 {hop} 次重定向指向 `{url}`，在那里：{headline}"),
    }
}

fn undeclared(read_as: &str, is_guess: bool) -> String {
    if is_guess {
        format!("没有声明文本的字符集，内容也不是 UTF-8；按 {read_as} 读取只是猜测")
    } else {
        format!("没有声明文本的字符集；内容恰好是 {read_as}")
    }
}

fn marked(charset: &str, count: usize, json: bool) -> String {
    match (count, json) {
        (1, false) => format!("文本以 {charset} 的 BOM 开头；平台会移除它"),
        (1, true) => format!("JSON 以 {charset} 的 BOM 开头；平台会移除它，其他解析器会失败"),
        (count, false) => format!("文本以 {count} 个 {charset} 的 BOM 开头；平台只移除一个"),
        (count, true) => {
            format!("JSON 以 {count} 个 {charset} 的 BOM 开头；平台只移除一个，其余无法解析")
        }
    }
}

pub(super) fn remedies(fault: &ApplicationFault) -> Vec<String> {
    let remedy = match fault {
        ApplicationFault::NoAnswer { told, .. }
        | ApplicationFault::NotUpgraded { told, .. }
        | ApplicationFault::SocketBroken { told } => return told.zh.remedies.clone(),
        ApplicationFault::HopRefused { hop: 0, told, .. } => return told.zh.remedies.clone(),
        ApplicationFault::HopRefused { told, .. } => {
            let direct = "直接返回内容，或只重定向到已配置的域名".to_owned();
            return [told.zh.remedies.clone(), vec![direct]].concat();
        }
        ApplicationFault::HopCertificate { fault, .. } => return fault.tell(Lang::Zh).remedies,
        ApplicationFault::Redirected { url, .. } => format!("直接请求 `{url}` 可以省去重定向"),
        ApplicationFault::Status { status: 500.. } => "查看服务器日志".to_owned(),
        ApplicationFault::Status { .. } => {
            "用小程序实际请求的 URL 检查，并在小程序中判断 `statusCode`".to_owned()
        }
        ApplicationFault::Unfinished { .. } => "加快返回；如果是流式接口，用 `enableChunked` 调用".to_owned(),
        ApplicationFault::CharsetUndeclared { content_type, .. } => {
            format!("以 UTF-8 返回并声明 `{}`", with_charset(content_type.as_deref()))
        }
        ApplicationFault::CharsetUnknown { .. } | ApplicationFault::NotUtf8 { .. } => {
            "以 UTF-8 返回并声明 `charset=utf-8`".to_owned()
        }
        ApplicationFault::Undecodable { .. } => "以 UTF-8 返回并声明，不要在字符中间截断文本".to_owned(),
        ApplicationFault::ByteOrderMark { .. } => {
            "以不带 BOM 的 UTF-8 返回；编辑器和导出工具会在文件中写入 BOM".to_owned()
        }
        ApplicationFault::NotJson { .. } => "返回 JSON（包括错误页），或声明真实的类型".to_owned(),
        ApplicationFault::SocketClosed { .. } => "用小程序实际发送的查询参数、请求头和子协议检查".to_owned(),
        ApplicationFault::SocketUnanswered => "让服务器以关闭帧回应关闭帧".to_owned(),
    };
    vec![remedy]
}
