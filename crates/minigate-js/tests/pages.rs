//! The app, its pages, and what nearly every app calls in passing.

mod support;

use std::collections::BTreeMap;

use minigate_js::{Launch, Limits, Notice, Project, Shown};
use support::{Run, console, launch, project, run, run_project};

#[tokio::test]
async fn launch_runs_the_events_in_the_platform_s_order() {
    let run = run(&[
        ("app.json", r#"{"pages":["pages/index/index"]}"#),
        ("app.js", "App({ globalData: { n: 1 }, onLaunch(o) { console.log('onLaunch', o.path, o.scene, this.globalData.n) }, onShow() { console.log('app onShow') } })"),
        ("pages/index/index.js", "console.log('page file', getApp().globalData.n)\nPage({ onLoad(q) { console.log('onLoad', JSON.stringify(q), this.route) }, onShow() { console.log('onShow') }, onReady() { console.log('onReady', getCurrentPages().length) } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "onLaunch pages/index/index 1001 1\napp onShow\npage file 1\nonLoad {} pages/index/index\nonShow\nonReady 1"
    );
}

#[tokio::test]
async fn set_data_follows_paths_and_copies() {
    let text = page(
        "data: { a: { b: [{ c: 1 }] }, list: [1] },
         onLoad() {
           const given = { deep: [1] }
           this.setData({ 'a.b[0].c': 2, 'a.b[1].d': 3, 'x.y': given, 'list[2]': 9, plain: 'p', '__proto__.bad': 1 }, () => console.log('rendered', this.data.plain))
           given.deep.push(2)
           console.log(JSON.stringify(this.data), ({}).bad)
         }",
    )
    .await
    .text();

    assert_eq!(
        text,
        "{\"a\":{\"b\":[{\"c\":2},{\"d\":3}]},\"list\":[1,null,9],\"x\":{\"y\":{\"deep\":[1]}},\"plain\":\"p\",\"__proto__\":{\"bad\":1}} undefined\nrendered p"
    );
}

#[tokio::test]
async fn malformed_paths_and_undefined_values_are_warned_of() {
    let run = page("data: { a: 1 }, onLoad() { this.setData({ 'a..b': 1, '[x]': 2, a: undefined }); console.log(this.data.a) }").await;

    assert_eq!(
        run.lines(),
        [
            "setData: \"a..b\" is no data path",
            "setData: \"[x]\" is no data path",
            "setData: \"a\" is undefined, so it stays as it is",
            "1"
        ]
    );
}

#[tokio::test]
async fn each_instance_of_a_page_has_its_own_data_and_bound_functions() {
    let run = navigate(
        "wx.navigateTo({ url: '/b?n=1' }); wx.navigateTo({ url: 'b?n=2&s=a%20b' })
         setTimeout(() => { const [, one, two] = getCurrentPages(); one.data.list.push(1); const { who } = two; console.log(two.data.list.length, who(), two.options.s, one.extra === two.extra) }, 10)",
        "data: { list: [] }, extra: {}, who() { return this.options.n }",
    )
    .await;

    assert_eq!(run.text(), "0 2 a%20b false");
}

#[tokio::test]
async fn navigation_tells_the_pages_and_answers_its_callbacks() {
    let run = navigate(
        "const log = name => r => console.log(name, r.errMsg)
         wx.navigateTo({ url: './b?x=1', success: log('success'), complete: log('complete') })
         setTimeout(() => wx.navigateBack(), 5)
         setTimeout(() => wx.redirectTo({ url: '/b' }).then(log('promise')), 10)
         setTimeout(() => wx.reLaunch({ url: 'a' }), 15)",
        "onLoad(q) { console.log('b load', q.x) }, onShow() { console.log('b show') }, onReady() { console.log('b ready') }, onHide() { console.log('b hide') }, onUnload() { console.log('b unload') }",
    )
    .await;

    assert_eq!(
        run.text(),
        "b load 1\nb show\nsuccess navigateTo:ok\ncomplete navigateTo:ok\nb ready\nb unload\nb load undefined\nb show\npromise redirectTo:ok\nb ready\nb unload"
    );
}

#[tokio::test]
async fn navigation_fails_in_the_platform_s_words() {
    let run = navigate(
        "const fail = e => console.log(e.errMsg)
         wx.navigateTo({ url: 'none', fail }); wx.navigateTo({ url: 'tab', fail }); wx.redirectTo({ url: 'tab', fail })
         wx.switchTab({ url: 'b', fail }); wx.navigateBack({ fail }); wx.navigateTo({ fail }); wx.navigateTo({ url: 'broken', fail })
         setTimeout(() => { for (let i = 0; i < 10; i++) wx.navigateTo({ url: '/b', fail }) }, 5)",
        "",
    )
    .await;

    assert_eq!(
        run.lines(),
        [
            "navigateTo:fail page \"none\" is not found",
            "navigateTo:fail can not navigateTo a tabbar page",
            "redirectTo:fail can not redirectTo a tabbar page",
            "switchTab:fail can not switch to no-tabBar page",
            "navigateBack:fail cannot navigate back at first page.",
            "navigateTo:fail parameter error: parameter.url should be String instead of Undefined;",
            "navigateTo:fail page \"broken\" has not been registered yet",
            "navigateTo:fail webview count limit exceed",
        ]
    );
    assert_eq!(run.faults()[0].message, "Error: broken page");
}

#[tokio::test]
async fn tabs_live_on_while_another_shows() {
    let run = navigate(
        "let n = 0
         wx.switchTab({ url: 'tab?ignored=1' })
         setTimeout(() => wx.navigateTo({ url: '/b' }), 5)
         setTimeout(() => wx.switchTab({ url: '/tab2' }), 10)
         setTimeout(() => wx.switchTab({ url: '/tab' }), 15)
         setTimeout(() => wx.reLaunch({ url: '/b' }), 20)",
        "onUnload() { console.log('b unload') }",
    )
    .await;

    assert_eq!(
        run.text(),
        "tab load {}\ntab show\ntab hide\nb unload\ntab hide\ntab2 load {}\ntab2 show\ntab2 hide\ntab show\ntab unload\ntab2 unload"
            .replace("tab hide\nb unload\ntab hide\n", "tab hide\nb unload\n")
    );
}

#[tokio::test]
async fn a_first_page_that_is_missing_is_the_app_s_to_handle() {
    let project = project(&[
        (
            "app.js",
            "App({ onPageNotFound(r) { console.log(r.path, r.isEntryPage); wx.redirectTo({ url: '/p' }) } })",
        ),
        ("p.js", "Page({ onLoad() { console.log('p') } })"),
    ]);
    let gone = Launch {
        page: Some("gone".to_owned()),
        ..Launch::default()
    };

    let run = launch(project, Limits::default(), &gone).await;

    assert_eq!(run.text(), "gone true\np");
}

#[tokio::test]
async fn a_page_that_fails_to_load_doesn_t_stop_the_app() {
    let run = run(&[
        (
            "app.js",
            "App({ onLaunch() { setTimeout(() => console.log('alive')) } }); undefinedName",
        ),
        (
            "p.js",
            "Page({ onLoad() { null.x }, onShow() { console.log('shown') } })",
        ),
    ])
    .await;

    assert_eq!(run.lines(), ["shown", "alive"]);
    assert_eq!(run.faults().len(), 2);
}

#[tokio::test]
async fn storage_keeps_values_by_key() {
    let text = console(
        "wx.setStorageSync('o', { a: [1, '中'] }); wx.setStorage({ key: 'n', data: 0 })
         console.log(JSON.stringify(wx.getStorageSync('o')), wx.getStorageSync('none') === '', wx.getStorageSync('n'))
         console.log(JSON.stringify(wx.getStorageInfoSync().keys))
         wx.getStorage({ key: 'none', fail: e => console.log(e.errMsg) })
         wx.removeStorageSync('o'); wx.getStorage({ key: 'n' }).then(r => { console.log(r.data); wx.clearStorageSync(); console.log(wx.getStorageInfoSync().keys.length) })
         try { wx.setStorageSync('big', 'x'.repeat(1 << 20)) } catch (e) { console.log(e.message) }
         try { wx.setStorageSync() } catch (e) { console.log(e.message) }",
    )
    .await;

    assert_eq!(
        text,
        "{\"a\":[1,\"中\"]} true 0\n[\"n\",\"o\"]\nsetStorageSync:fail entry size limit reached\nsetStorageSync:fail parameter error: parameter.key should be String;\ngetStorage:fail data not found\n0\n0"
    );
}

#[tokio::test]
async fn functions_without_callbacks_give_promises_and_with_one_give_nothing() {
    let text = console(
        "console.log(wx.login() instanceof Promise, wx.login({ complete() {} }), wx.showToast({ title: 't', success: 1 }) instanceof Promise)
         wx.showModal({ title: 'a', content: 'b' }).then(r => console.log(r.confirm, r.errMsg))
         wx.showActionSheet({}).catch(e => console.log(e.errMsg))
         wx.showToast({ title: 5 }).catch(e => console.log(e.errMsg, e.errno))",
    )
    .await;

    assert_eq!(
        text,
        "true undefined true\ntrue showModal:ok\nshowActionSheet:fail parameter error: parameter.itemList should be Array instead of Undefined;\nshowToast:fail parameter error: parameter.title should be String instead of Number; 1001"
    );
}

#[tokio::test]
async fn what_a_screen_would_show_is_told() {
    let run = run(&[(
        "app.js",
        "wx.showToast({ title: 'Saved' }); wx.showModal({ title: 'Sure', content: 'Really?' }); wx.setNavigationBarTitle({ title: 'T' })",
    )])
    .await;

    let shown: Vec<_> = run
        .notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Shown(Shown { api, text }) => Some(format!("{api} {text}")),
            _ => None,
        })
        .collect();
    assert_eq!(
        shown,
        [
            "launch p",
            "showToast Saved",
            "showModal Sure: Really?",
            "setNavigationBarTitle T"
        ]
    );
}

#[tokio::test]
async fn the_device_answers_who_it_is() {
    let text = console(
        "const s = wx.getSystemInfoSync(); console.log(s.platform, s.SDKVersion, s.windowWidth, wx.getAccountInfoSync().miniProgram.appId, wx.getAccountInfoSync().miniProgram.envVersion)
         wx.login({ success: r => console.log(r.code) }); console.log(wx.env.USER_DATA_PATH, wx.getLaunchOptionsSync().scene)
         wx.getUpdateManager().onCheckForUpdate(r => console.log(r.hasUpdate)); wx.nextTick(() => console.log('tick'))",
    )
    .await;

    assert_eq!(
        text,
        "android 3.17.0 375 wx0123456789abcdef develop\nwxfile://usr 1001\ncode\nfalse\ntick"
    );
}

#[tokio::test]
async fn a_game_has_its_own_first_file_and_no_pages() {
    let files = [
        ("game.json".to_owned(), b"{}".to_vec()),
        (
            "game.js".to_owned(),
            b"console.log(typeof App, typeof GameGlobal)".to_vec(),
        ),
    ];
    let project = Project::from_files(BTreeMap::from(files)).unwrap();

    let run = run_project(project, Limits::default()).await;

    assert_eq!(run.text(), "undefined object");
}

#[tokio::test]
async fn a_component_can_be_a_page() {
    let run = navigate_to_component(
        "Component({ properties: { id: Number, tag: { type: String, value: 't' }, on: Boolean }, data: { n: { x: 1 } },
           lifetimes: { attached() { console.log('attached', JSON.stringify(this.data)) }, ready() { console.log('ready') }, detached() { console.log('detached') } },
           pageLifetimes: { show() { console.log('show') } },
           methods: { onLoad(q) { console.log('onLoad', q.id); this.go() }, go() { this.setData({ 'n.x': 2 }); console.log(this.data.n.x) } } })",
    )
    .await;

    assert_eq!(
        run.text(),
        "attached {\"n\":{\"x\":1},\"id\":7,\"tag\":\"t\",\"on\":true}\nonLoad 7\n2\nshow\nready\ndetached"
    );
}

async fn navigate_to_component(component: &str) -> Run {
    run(&[
        ("app.json", r#"{"pages":["p","c"]}"#),
        ("p.js", "Page({ onLoad() { wx.navigateTo({ url: 'c?id=7&on=true&other=1' }); setTimeout(() => wx.navigateBack(), 5) } })"),
        ("c.js", component),
    ])
    .await
}

/// Runs one page with these members.
async fn page(members: &str) -> Run {
    run(&[("p.js", &format!("Page({{ {members} }})"))]).await
}

#[tokio::test]
async fn a_first_page_that_is_not_registered_is_one_error_of_its_own() {
    let app = "App({ onError(text) { console.log('heard', text.split('\\n')[0]) } })";

    let empty = run(&[("app.js", app), ("p.js", "")]).await;
    let broken = run(&[("app.js", app), ("p.js", "null.x")]).await;

    let messages = |run: &Run| {
        let faults = run.faults().into_iter();
        faults.map(|fault| fault.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        messages(&empty),
        ["page \"p\" is not registered: its file calls no Page()"]
    );
    assert_eq!(empty.lines(), Vec::<&str>::new());
    assert_eq!(messages(&broken), ["TypeError: cannot read property 'x' of null"]);
    assert_eq!(
        broken.lines(),
        ["heard TypeError: cannot read property 'x' of null"]
    );
}

/// Runs a script in the first page, beside a page `b` with these members, two tabs and a page that throws.
async fn navigate(script: &str, b: &str) -> Run {
    let tab = |name: &str| {
        format!(
            "Page({{ onLoad(q) {{ console.log('{name} load', JSON.stringify(q)) }}, onShow() {{ console.log('{name} show') }}, onHide() {{ console.log('{name} hide') }}, onUnload() {{ console.log('{name} unload') }} }})"
        )
    };
    run(&[
        ("app.json", r#"{"pages":["a","b","tab","tab2","broken"],"tabBar":{"list":[{"pagePath":"tab"},{"pagePath":"tab2"}]}}"#),
        ("a.js", &format!("let done; Page({{ onLoad() {{ if (done) return; done = 1; {script} }} }})")),
        ("b.js", &format!("Page({{ {b} }})")),
        ("tab.js", &tab("tab")),
        ("tab2.js", &tab("tab2")),
        ("broken.js", "throw new Error('broken page')"),
    ])
    .await
}
