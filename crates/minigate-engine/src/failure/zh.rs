//! 中文。

use std::io;

use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use super::{Breach, Disconnection, Failure};
use crate::{Phase, ResolveError, Unstored};

pub(super) fn headline(failure: &Failure) -> String {
    match failure {
        Failure::Denied(denial) => denial.to_string(),
        Failure::TimedOut { after, phase } => {
            format!(
                "{} 毫秒内没有结果，超时发生在{}",
                after.as_millis(),
                during(*phase)
            )
        }
        Failure::Aborted => "小程序中止了调用".to_owned(),
        Failure::Interrupted => "小程序处于后台".to_owned(),
        Failure::TooManyCalls {
            interface: Interface::ConnectSocket,
            limit,
        } => format!("小程序已有 {limit} 个 WebSocket，新的连接不会排队"),
        Failure::TooManyCalls { limit, .. } => format!("{limit} 个并发名额已满，此调用不能排队"),
        Failure::MethodRefused { method } => format!("{method} 方法会绕过规则建立隧道"),
        Failure::Unresolved(ResolveError::NotFound { host }) => format!("`{host}` 没有地址"),
        Failure::Unresolved(ResolveError::Failed { host, reason }) => format!("无法解析 `{host}`：{reason}"),
        Failure::Disconnected { host, how } => disconnected(host, *how),
        Failure::NotConnected { host, peer, kind } => {
            format!("无法连接 `{host}`（{peer}）：{}", connect(*kind))
        }
        Failure::NotRecorded {
            method,
            url,
            cut: true,
            ..
        } => {
            format!("录制时 {method} {url} 的返回内容过长，没有保存")
        }
        Failure::NotRecorded {
            method, url, nearest, ..
        } => {
            let nearest = nearest
                .as_ref()
                .map_or_else(String::new, |nearest| format!("，最接近的是 {nearest}"));
            format!("录制文件中没有 {method} {url} 的返回{nearest}")
        }
        Failure::Insecure { host, fault } => format!("`{host}`：{}", fault.tell(Lang::Zh).headline),
        Failure::Broken { host, breach } => format!("`{host}` {}", broken(breach)),
        Failure::BodyTooLarge { limit } => format!("返回内容超过 {limit} 字节"),
        Failure::FileNotFound { path } => format!("要上传的文件 `{path}` 不存在"),
        Failure::FileUnreadable { path, reason } => format!("无法读取 `{path}`：{reason}"),
        Failure::FileChanged { expected, read, .. } => {
            format!("文件在上传过程中被改动：应有 {expected} 字节，只读到 {read} 字节")
        }
        Failure::FileTooLarge { limit } => format!("文件超过 {limit} 字节"),
        Failure::FileEmpty => "返回内容为空，没有可保存的文件".to_owned(),
        Failure::NotStored(unstored) => format!("无法保存文件：{}", kept(unstored)),
        Failure::Undecodable { charset } => format!("返回的文本不是有效的 {charset}"),
        Failure::HandshakeRefused { host, status } => {
            format!("`{host}` 对握手返回了 {status}，而不是 101")
        }
        Failure::SocketBroken { host, code, reason } => {
            format!("与 `{host}` 的 WebSocket 连接异常中断（{code}）：{reason}")
        }
        Failure::SocketCut { host, how } => disconnected(host, *how),
        Failure::SocketUnanswered { host } => format!("`{host}` 没有回应 WebSocket 的关闭"),
        Failure::Internal { reason } => format!("minigate 内部错误：{reason}"),
    }
}

fn disconnected(host: &str, how: Disconnection) -> String {
    match how {
        Disconnection::Offline => format!("没有网络，无法访问 `{host}`"),
        Disconnection::Lost => format!("访问 `{host}` 时网络断开"),
        Disconnection::Switched => format!("访问 `{host}` 时网络切换"),
    }
}

const fn during(phase: Phase) -> &'static str {
    match phase {
        Phase::Queue => "排队时",
        Phase::Resolve => "解析域名时",
        Phase::Connect => "建立连接时",
        Phase::Handshake => "TLS 握手时",
        Phase::Head => "等待首字节时",
        Phase::Body => "接收内容时",
    }
}

fn connect(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::ConnectionRefused => "连接被拒绝".to_owned(),
        io::ErrorKind::ConnectionReset => "连接被重置".to_owned(),
        io::ErrorKind::TimedOut => "连接超时".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "网络不可达".to_owned(),
        other => other.to_string(),
    }
}

fn broken(breach: &Breach) -> String {
    match breach {
        Breach::Empty => "没有返回任何内容就关闭了连接".to_owned(),
        Breach::Truncated => "在返回途中关闭了连接".to_owned(),
        Breach::Reset => "重置了连接".to_owned(),
        Breach::HeadTooLarge => "返回的头部过大".to_owned(),
        Breach::Malformed { reason } => format!("返回的不是有效的 HTTP：{reason}"),
        Breach::Http2 { reason } => format!("违反了 h2 协议：{reason}"),
        Breach::NotUpgraded { reason } => format!("对握手的回应有误：{reason}"),
        Breach::Coding { coding, reason } => format!("返回的内容不是 {coding}：{reason}"),
    }
}

fn kept(unstored: &Unstored) -> String {
    match unstored {
        Unstored::Forbidden { path } => format!("小程序不能写入 `{path}`"),
        Unstored::QuotaExceeded => "小程序的文件总大小超过上限".to_owned(),
        Unstored::Failed { reason } => reason.clone(),
    }
}

pub(super) fn remedies(failure: &Failure) -> Vec<String> {
    let one = |remedy: &str| vec![remedy.to_owned()];
    match failure {
        Failure::Denied(_) | Failure::Aborted => Vec::new(),
        Failure::TimedOut { .. } => one("让服务器更快返回，或调大 `timeout`（指南规定最长 60 秒）"),
        Failure::Interrupted => one("待小程序回到前台（`onShow`）后重试"),
        Failure::TooManyCalls {
            interface: Interface::ConnectSocket,
            ..
        } => one("关闭不再需要的 WebSocket，能共用的消息走已打开的连接"),
        Failure::TooManyCalls { .. } => one("减少同时发起的调用，或把 `overflow` 设为 `queue`"),
        Failure::MethodRefused { .. } => one("换用其他方法"),
        Failure::Unresolved(_) => one("检查域名及其 DNS 记录，或用 `--resolve` 指定地址"),
        Failure::Disconnected { how, .. } | Failure::SocketCut { how, .. } => one(reconnected(*how)),
        Failure::NotConnected {
            kind: io::ErrorKind::ConnectionRefused,
            ..
        } => one("确认服务器已启动并监听该端口"),
        Failure::NotConnected { .. } => one("检查网络和服务器的防火墙"),
        Failure::NotRecorded { cut: true, .. } => one("让服务器返回较短的内容，再重新录制"),
        Failure::NotRecorded { .. } => one("用 `--record` 重新录制"),
        Failure::Insecure { fault, .. } => fault.tell(Lang::Zh).remedies,
        Failure::Broken { breach, .. } => one(repaired(breach)),
        Failure::BodyTooLarge { .. } => one("分段获取，或改用 `wx.downloadFile`"),
        Failure::FileNotFound { .. } => one("请传入小程序已有文件的路径，例如临时文件"),
        Failure::FileUnreadable { .. } => one("检查文件的权限"),
        Failure::FileChanged { .. } => one("待文件写完后再上传"),
        Failure::FileTooLarge { .. } => {
            one("减小文件；上限由 profile 的 `download_max_bytes` 和 `upload_max_bytes` 决定")
        }
        Failure::FileEmpty => one("让服务器返回内容；若不需要内容，请改用 `wx.request`"),
        Failure::NotStored(unstored) => one(storable(unstored)),
        Failure::Undecodable { .. } => {
            one("让服务器以 UTF-8 返回并在 `content-type` 中注明，或使用 `arraybuffer`")
        }
        Failure::HandshakeRefused { .. }
        | Failure::SocketBroken { .. }
        | Failure::SocketUnanswered { .. } => one(socket_remedy(failure)),
        Failure::Internal { .. } => one("请附上能重现问题的小程序反馈给我们"),
    }
}

/// What to do about a server that gives no whole answer.
const fn repaired(breach: &Breach) -> &'static str {
    match breach {
        Breach::HeadTooLarge => "让服务器减少或缩短头部字段",
        Breach::Coding { .. } => "让服务器的 `content-encoding` 与内容的实际编码一致",
        Breach::NotUpgraded { .. } => "检查该路径是否由 WebSocket 服务应答，以及途中的代理是否转发 `upgrade`",
        _ => "查看服务器日志：返回的内容不完整",
    }
}

/// What to do without a network, or on another one.
const fn reconnected(how: Disconnection) -> &'static str {
    match how {
        Disconnection::Switched => "在不会造成重复提交时重试：连接不会随网络一起切换",
        Disconnection::Offline | Disconnection::Lost => "提示用户，并在 `wx.onNetworkStatusChange` 中恢复",
    }
}

const fn storable(unstored: &Unstored) -> &'static str {
    match unstored {
        Unstored::Forbidden { .. } => "请写入 `wx.env.USER_DATA_PATH` 之下，或不传 `filePath`",
        Unstored::QuotaExceeded => "删除不再需要的文件",
        Unstored::Failed { .. } => "检查磁盘是否有空间、是否可写",
    }
}

/// For the three failures of sockets; the last of them is that a close wasn't answered.
const fn socket_remedy(failure: &Failure) -> &'static str {
    match failure {
        Failure::HandshakeRefused {
            status: 300..=399, ..
        } => "直接连接重定向所指的地址：握手不跟随重定向",
        Failure::HandshakeRefused { .. } => "检查该路径是否由 WebSocket 服务应答，以及它是否接受小程序的头部",
        Failure::SocketBroken { code: 1009, .. } => "让服务器发送更小的消息",
        Failure::SocketBroken { code: 1006, .. } => "重新连接，并用心跳保持连接",
        Failure::SocketBroken { .. } => "修正服务器发送的帧（RFC 6455）",
        _ => "让服务器以关闭帧回应关闭",
    }
}
