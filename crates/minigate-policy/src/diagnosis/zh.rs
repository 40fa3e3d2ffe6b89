//! 中文。

use super::written;
use crate::{
    AddressClass, Difference, DomainError, EntryError, Finding, ListError, Nearest, Proposal, Reason,
    TargetError, Verdict,
};

pub(super) fn headline(verdict: &Verdict) -> String {
    match &verdict.finding {
        Finding::Listed { entry } => format!("{} 域名列表中的 `{entry}` 允许此调用", verdict.interface),
        Finding::Lan { address } => format!("{address} 与设备同在一个局域网，无需配置域名"),
        Finding::Spared { reason } => format!("仅因跳过校验才通过：{}", self::reason(reason, verdict)),
        Finding::Refused { reason } if verdict.hop > 0 => {
            format!(
                "第 {} 次重定向不被允许：{}",
                verdict.hop,
                self::reason(reason, verdict)
            )
        }
        Finding::Refused { reason } => self::reason(reason, verdict),
    }
}

fn reason(reason: &Reason, verdict: &Verdict) -> String {
    let interface = verdict.interface;
    match reason {
        Reason::InvalidUrl { error } => format!("`{}` 不是可以调用的 URL：{}", verdict.url, url_error(error)),
        Reason::ReservedHost { host } => format!("无论如何配置，小程序都不能调用 `{host}`"),
        Reason::Blocked { host, by } if host == by => format!("`{host}` 已对所有小程序封禁"),
        Reason::Blocked { host, by } => format!("`{host}` 已随 `{by}` 对所有小程序封禁"),
        Reason::NoLists { source } => format!("未能从 {source} 取得 {} 的域名列表", verdict.app),
        Reason::NoDomain { error } => domain_error(error),
        Reason::WrongScheme { found, required } => {
            format!("{interface} 只支持 {required}，不支持 {found}")
        }
        Reason::NotListed { domain, port } => {
            let port = written(*port, "");
            let list = &verdict.list;
            let version = list
                .version
                .as_ref()
                .map_or(String::new(), |name| format!("，版本 {name}"));
            format!(
                "`{domain}{port}` 不在 {} 的 {interface} 合法域名列表中（共 {} 个{version}）",
                verdict.app, list.entries
            )
        }
        Reason::PrivateAddress {
            host,
            addresses,
            public,
        } => {
            let found: Vec<_> = addresses
                .iter()
                .map(|(address, class)| format!("{address}（{}）", self::class(*class)))
                .collect();
            let mixed = if *public > 0 {
                "，同时又有公网地址"
            } else {
                ""
            };
            format!("`{host}` 解析到 {}{mixed}", found.join("、"))
        }
        Reason::TooManyRedirects { limit } => format!("重定向超过 {limit} 次"),
    }
}

fn url_error(error: &TargetError) -> String {
    match error {
        TargetError::Relative => "不是绝对地址".to_owned(),
        TargetError::UnknownScheme { scheme } => format!("不支持 `{scheme}` 协议"),
        TargetError::Malformed { reason } => format!("格式有误（{reason}）"),
        TargetError::TooLong { length } => format!("过长（{length} 字节）"),
    }
}

fn domain_error(error: &DomainError) -> String {
    match error {
        DomainError::Empty => "主机名为空".to_owned(),
        DomainError::Address { host, address } => format!("`{host}` 是 IP 地址 {address}，不是域名"),
        DomainError::EndsInNumber { host } => format!("`{host}` 以数字结尾，只有 IP 地址才会如此"),
        DomainError::Localhost { host } => format!("`{host}` 指的是本机"),
        DomainError::PercentEncoded { host } => format!("`{host}` 含有百分号编码"),
        DomainError::TrailingDot { host } => format!("`{host}` 以点结尾"),
        DomainError::Wildcard { host } => format!("`{host}` 是通配符，域名列表不支持"),
        DomainError::SingleLabel { host } => format!("`{host}` 没有点，不是已注册的域名"),
        DomainError::Malformed { host } => format!(
            "`{host}` 不是合法的主机名：每段为 1 到 63 个字母、数字或中间的连字符，以点分隔，总长不超过 253 个字符"
        ),
    }
}

pub(super) fn list_error(error: &ListError) -> String {
    match error {
        ListError::Entries { interface, faults } => {
            let each: Vec<_> = faults
                .iter()
                .map(|fault| format!("`{}`：{}", fault.text, entry_error(&fault.error)))
                .collect();
            format!(
                "{interface} 列表中有 {} 项不可用：{}",
                faults.len(),
                each.join("；")
            )
        }
        ListError::TooMany {
            interface,
            found,
            limit,
        } => {
            format!("{interface} 列表有 {found} 个域名，最多 {limit} 个")
        }
    }
}

pub(super) fn entry_error(error: &EntryError) -> String {
    match error {
        EntryError::SchemeMissing { instead: None } => "缺少带 `://` 的协议".to_owned(),
        EntryError::SchemeMissing {
            instead: Some(instead),
        } => {
            format!("缺少带 `://` 的协议，应写作 `{instead}`")
        }
        EntryError::WrongScheme { found, interface } => {
            format!(
                "协议是 `{found}`，而 {interface} 的域名应以 `{}://` 开头",
                interface.scheme()
            )
        }
        EntryError::NotAnOrigin { extra } => format!("`{extra}` 是多余的，只需写协议、主机和必要的端口"),
        EntryError::Credentials => "域名列表中不能有用户名和密码".to_owned(),
        EntryError::BadPort { port } if port.is_empty() => "`:` 之后没有端口".to_owned(),
        EntryError::BadPort { port } => format!("端口 `{port}` 不是 1 到 65535 的数字"),
        EntryError::Domain { error } => domain_error(error),
        EntryError::Reserved { host } => {
            format!("`{host}` 不可配置，请由自己的服务器调用，AppSecret 也应留在那里")
        }
    }
}

const fn class(class: AddressClass) -> &'static str {
    match class {
        AddressClass::Public => "公网",
        AddressClass::Loopback => "本机",
        AddressClass::Private => "内网",
        AddressClass::LinkLocal => "链路本地",
        AddressClass::CarrierNat => "运营商共享地址",
        AddressClass::FakeIp => "代理工具的 fake-ip",
        AddressClass::Documentation => "文档保留地址",
        AddressClass::Multicast => "组播",
        AddressClass::Reserved => "保留地址",
    }
}

pub(super) fn nearest(entry: &str, near: &Nearest) -> String {
    let interface = near.interface;
    match near.differs {
        Difference::Port { url, entry: listed } => {
            let listed = listed.map_or("未写端口".to_owned(), |port| format!("端口为 :{port}"));
            let url = written(url, "没有端口");
            format!("已配置 {entry}（{listed}），而 URL 中写的是 {url}")
        }
        Difference::Scheme => format!("已配置 {entry}，只有协议不同"),
        Difference::Interface => format!("{entry} 在 {interface} 的列表中，而每个接口各有自己的列表"),
        Difference::Www => format!("已配置 {entry}，只差 `www.`"),
        Difference::Parent => format!("已配置 {entry}，但它不包含子域名"),
        Difference::Child => format!("已配置 {entry}，但它不包含上级域名"),
        Difference::Sibling => format!("已配置 {entry}，与之同属一个上级域名"),
        Difference::Spelling => format!("已配置 {entry}，只差一两个字母"),
    }
}

pub(super) fn proposal(proposal: &Proposal) -> String {
    match proposal {
        Proposal::AddEntry { interface, entry } => format!("把 `{entry}` 加入 {interface} 合法域名"),
        Proposal::CallInstead { url } => format!("改为调用 `{url}`"),
        Proposal::UseScheme { scheme } => format!("改用 `{scheme}://`"),
        Proposal::WriteAbsoluteUrl => "写出完整的 URL，例如 `https://主机/路径`".to_owned(),
        Proposal::UseDomain => "为服务器准备已备案的域名和证书，再配置该域名".to_owned(),
        Proposal::CallFromServer => {
            "由自己的服务器发起此调用：AppSecret 和 access_token 应只保存在服务器".to_owned()
        }
        Proposal::DeclarePrivate { host } => {
            format!("让 `{host}` 只解析到公网地址；若在内网使用，请在 `private_hosts` 中声明")
        }
        Proposal::LeaveFakeIp { host } => format!("让代理工具对 `{host}` 返回真实地址（关闭 fake-ip）"),
        Proposal::AskOperator => "请询问控制台的管理者：只有平台运营者可以解除封禁".to_owned(),
        Proposal::ReachConsole { source } => {
            format!("请确认 {source} 可以连接且有此小程序；会不断重试获取列表")
        }
        Proposal::ShortenRedirects => "减少服务器的重定向次数，或直接调用最终的 URL".to_owned(),
    }
}
