//! What the log's actions are called.

use crate::text::Text;

/// An action's name for people; none for those that aren't the console's.
pub(super) fn name(action: &str) -> Option<Text> {
    let found = NAMES.iter().find(|(each, _)| *each == action);
    found.map(|(_, name)| *name)
}

/// Kinds of actions, by what their names begin with.
pub(super) const KINDS: [(&str, Text); 13] = [
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

const NAMES: [(&str, Text); 40] = [
    ("access.denied", Text("was denied a right", "无权限，已拒绝")),
    ("account.create", Text("made an account", "创建账号")),
    ("account.disable", Text("disabled an account", "停用账号")),
    ("account.enable", Text("enabled an account", "启用账号")),
    ("account.invite", Text("invited somebody", "发出邀请")),
    ("account.link", Text("linked an identity", "关联身份")),
    ("account.password", Text("set a password", "设置密码")),
    ("account.rename", Text("renamed an account", "修改账号名称")),
    ("account.role", Text("changed a platform role", "修改平台角色")),
    ("account.settings", Text("changed an account", "修改账号")),
    ("account.sign-out", Text("ended all sessions", "结束所有会话")),
    ("app.create", Text("made the app", "创建应用")),
    ("app.settings", Text("changed the app's settings", "修改应用设置")),
    ("block.add", Text("blocked a domain", "封禁域名")),
    ("block.lift", Text("lifted a block", "解除封禁")),
    ("domains.approve", Text("approved the draft", "批准草稿")),
    ("domains.discard", Text("discarded the draft", "丢弃草稿")),
    ("domains.propose", Text("proposed domains", "提议域名")),
    ("domains.publish", Text("published a version", "发布版本")),
    ("domains.refuse", Text("sent the draft back", "退回草稿")),
    ("domains.submit", Text("submitted the draft", "提交审批")),
    ("domains.write", Text("wrote the draft", "编写草稿")),
    ("filing.import", Text("imported filings", "导入备案")),
    ("filing.terms", Text("changed what filings mean", "修改备案规则")),
    ("grant.give", Text("gave a grant to skip the check", "授予豁免")),
    ("grant.withdraw", Text("withdrew a grant", "撤回豁免")),
    ("keys.announce", Text("announced a signing key", "公布签名密钥")),
    (
        "keys.make",
        Text("made the first signing key", "生成首个签名密钥"),
    ),
    ("keys.rotate", Text("changed the signing key", "轮换签名密钥")),
    ("member.remove", Text("removed a member", "移除成员")),
    ("member.set", Text("gave a role in the app", "设置成员角色")),
    ("preflight.begin", Text("began a pre-flight", "开始预检")),
    ("preflight.finish", Text("finished a pre-flight", "完成预检")),
    ("secret.rotate", Text("made a new AppSecret", "重置 AppSecret")),
    (
        "secret.settings",
        Text(
            "changed how the AppSecret can be used",
            "修改 AppSecret 的使用限制",
        ),
    ),
    ("session.begin", Text("signed in", "登录")),
    ("session.refused", Text("couldn't sign in", "登录失败")),
    ("secret.freeze", Text("froze the AppSecret", "冻结 AppSecret")),
    ("token.create", Text("made an API token", "创建 API 令牌")),
    ("token.revoke", Text("revoked an API token", "吊销 API 令牌")),
];
