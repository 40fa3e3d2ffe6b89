//! What is done, as the audit log has it.

use crate::text::Text;

macro_rules! actions {
    ($($action:ident = $name:literal, $english:literal, $chinese:literal;)*) => {
        /// What is done.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Action {
            $($action,)*
        }

        impl Action {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$action,)*];

            /// As the log has it: its kind, a dot, and what is done.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }

            /// That of a name; none where the console has no such action.
            pub(crate) fn of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$action),)*
                    _ => None,
                }
            }

            /// What people call it.
            pub(crate) const fn text(self) -> Text {
                match self {
                    $(Self::$action => Text($english, $chinese),)*
                }
            }
        }
    };
}

actions! {
    AccessDenied = "access.denied", "was denied a right", "无权限，已拒绝";
    AccountCreate = "account.create", "made an account", "创建账号";
    AccountDisable = "account.disable", "disabled an account", "停用账号";
    AccountEnable = "account.enable", "enabled an account", "启用账号";
    AccountInvite = "account.invite", "invited somebody", "发出邀请";
    AccountLink = "account.link", "linked an identity", "关联身份";
    AccountPassword = "account.password", "set a password", "设置密码";
    AccountRename = "account.rename", "renamed an account", "修改账号名称";
    AccountRole = "account.role", "changed a platform role", "修改平台角色";
    AccountSettings = "account.settings", "changed an account", "修改账号";
    AccountSignOut = "account.sign-out", "ended all sessions", "结束所有会话";
    AppCreate = "app.create", "made the app", "创建应用";
    AppSettings = "app.settings", "changed the app's settings", "修改应用设置";
    BlockAdd = "block.add", "blocked a domain", "封禁域名";
    BlockLift = "block.lift", "lifted a block", "解除封禁";
    DomainsApprove = "domains.approve", "approved the draft", "批准草稿";
    DomainsDiscard = "domains.discard", "discarded the draft", "丢弃草稿";
    DomainsPropose = "domains.propose", "proposed domains", "提议域名";
    DomainsPublish = "domains.publish", "published a version", "发布版本";
    DomainsRefuse = "domains.refuse", "sent the draft back", "退回草稿";
    DomainsSubmit = "domains.submit", "submitted the draft", "提交审批";
    DomainsWrite = "domains.write", "wrote the draft", "编写草稿";
    FilingImport = "filing.import", "imported filings", "导入备案";
    FilingTerms = "filing.terms", "changed what filings mean", "修改备案规则";
    GrantGive = "grant.give", "gave a grant to skip the check", "授予豁免";
    GrantWithdraw = "grant.withdraw", "withdrew a grant", "撤回豁免";
    KeysAnnounce = "keys.announce", "announced a signing key", "公布签名密钥";
    KeysMake = "keys.make", "made the first signing key", "生成首个签名密钥";
    KeysRetire = "keys.retire", "dropped a signing key", "废弃签名密钥";
    KeysRotate = "keys.rotate", "changed the signing key", "轮换签名密钥";
    MemberRemove = "member.remove", "removed a member", "移除成员";
    MemberSet = "member.set", "gave a role in the app", "设置成员角色";
    PreflightBegin = "preflight.begin", "began a pre-flight", "开始预检";
    PreflightFinish = "preflight.finish", "finished a pre-flight", "完成预检";
    SecretAllowFrom = "secret.allow-from", "changed from where the AppSecret can be used", "修改 AppSecret 的使用范围";
    SecretFreeze = "secret.freeze", "froze the AppSecret", "冻结 AppSecret";
    SecretRefused = "secret.refused", "used a wrong AppSecret", "AppSecret 错误";
    SecretRotate = "secret.rotate", "made a new AppSecret", "重置 AppSecret";
    SecretSettings = "secret.settings", "changed how the AppSecret can be used", "修改 AppSecret 的使用限制";
    SecretUnfreeze = "secret.unfreeze", "thawed the AppSecret", "解冻 AppSecret";
    SessionBegin = "session.begin", "signed in", "登录";
    SessionRefused = "session.refused", "couldn't sign in", "登录失败";
    TokenCreate = "token.create", "made an API token", "创建 API 令牌";
    TokenRevoke = "token.revoke", "revoked an API token", "吊销 API 令牌";
}

/// Kinds of actions, by what their names begin with.
pub(crate) const KINDS: [(&str, Text); 13] = [
    ("domains", Text("domains", "域名")),
    ("preflight", Text("pre-flights", "预检")),
    ("app", Text("apps", "应用")),
    ("member", Text("members", "成员")),
    ("grant", Text("grants", "豁免")),
    ("secret", Text("AppSecrets", "AppSecret")),
    ("account", Text("accounts", "账号")),
    ("session", Text("sign-ins", "登录")),
    ("access", Text("denials", "拒绝访问")),
    ("token", Text("API tokens", "API 令牌")),
    ("block", Text("block list", "封禁列表")),
    ("filing", Text("filings", "备案")),
    ("keys", Text("signing keys", "签名密钥")),
];

impl Action {
    /// Whether every app's list is another one after it: the block list stands above all lists, and keys sign all of them.
    pub(crate) const fn is_for_every_app(self) -> bool {
        use Action::{BlockAdd, BlockLift, KeysAnnounce, KeysMake, KeysRetire, KeysRotate};
        matches!(
            self,
            BlockAdd | BlockLift | KeysAnnounce | KeysMake | KeysRetire | KeysRotate
        )
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_of_a_kind_that_can_be_searched_for() {
        for action in Action::ALL {
            let kind = action.name().split('.').next();
            assert!(KINDS.iter().any(|(name, _)| Some(*name) == kind), "{action:?}");
            assert_eq!(Action::of(action.name()), Some(*action));
        }
    }
}
