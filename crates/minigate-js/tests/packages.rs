//! TypeScript, sub-packages, plugins and mini-games.

mod support;

use std::collections::BTreeMap;

use minigate_js::{Lack, Limits, Notice, Project};
use support::{Run, run, run_project};

const TYPESCRIPT: (&str, &str) = (
    "project.config.json",
    r#"{"setting":{"useCompilerPlugins":["typescript","less"]}}"#,
);

#[tokio::test]
async fn typescript_runs_where_the_project_asks_for_it() {
    let run = run(&[
        TYPESCRIPT,
        ("app.json", r#"{"pages":["q"]}"#),
        ("app.js", "App({})"),
        ("q.ts", "import { greet, Level } from './lib'\nimport type { Name } from './lib'\nPage({\n  data: { n: 1 as number },\n  onLoad(this: any, q: Record<string, string>) { const n: Name = 'ann'; console.log(greet(n!), Level.High, Level[0]); this.fail() },\n  fail(): never { throw new Error('here') },\n})"),
        ("lib.ts", "export type Name = string\nexport enum Level { Low, High }\nexport const greet = <T,>(n: T): string => `hi ${n}`\n"),
    ])
    .await;

    assert_eq!(run.lines(), ["hi ann 1 Low"]);
    let fault = run.faults()[0];
    let place = fault.place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("q.ts", 6));
    assert!(
        fault.stack.contains("q.ts:6:") && fault.stack.contains("q.ts:5:"),
        "{}",
        fault.stack
    );
}

#[tokio::test]
async fn without_the_plugin_typescript_is_no_source() {
    let run = run(&[("app.js", "require('./lib')"), ("lib.ts", "export {}")]).await;

    assert!(
        run.faults()[0]
            .message
            .contains("module `./lib`, required by app.js, is not found")
    );
}

#[tokio::test]
async fn a_mistake_in_typescript_is_told_at_its_place() {
    let run = run(&[
        TYPESCRIPT,
        ("app.js", "require('./lib')"),
        ("lib.ts", "let ok: string = ''\nlet a: = 1\n"),
    ])
    .await;

    let message = &run.faults()[0].message;
    assert!(message.contains("(lib.ts:2:8)\n    let a: = 1"), "{message}");
}

#[tokio::test]
async fn sub_packages_see_the_main_one_and_ask_others_later() {
    let run = run(&[
        ("app.json", r#"{"pages":["p"],"subPackages":[{"root":"shop","name":"s","pages":["list"]},{"root":"/news/","pages":["n"],"independent":true}],"preloadRule":{"p":{"packages":["s"]}}}"#),
        ("p.js", "Page({ onLoad() { wx.navigateTo({ url: '/shop/list' }) } })"),
        ("shop/list.js", "const tell = e => console.log(e.message)
            console.log(require('../main').name, require('./own').name)
            try { require('../news/lib') } catch (e) { tell(e) }
            require.async('../news/lib').then(m => console.log('async', m.name))
            require('../news/lib', m => console.log('called', m.name), e => console.log('never'))
            require('./gone', undefined, e => console.log(e.mod, e.errMsg.split('\\n')[0]))
            import('../news/lib').then(m => console.log('import', m.default.name))
            Page({ onLoad() { console.log(getCurrentPages().map(p => p.route).join()) } })"),
        ("shop/own.js", "exports.name = 'own'"),
        ("main.js", "exports.name = 'main'"),
        ("news/lib.js", "exports.name = 'news'; try { require('../main') } catch (e) { console.log(e.message) }"),
    ])
    .await;

    let mut lines = run.lines();
    assert_eq!(
        lines.drain(..3).collect::<Vec<_>>(),
        [
            "main own",
            "news/lib.js lies in sub-package `news/`, so shop/list.js can ask for it only with require.async",
            "main.js lies in the main package, without which an independent sub-package runs, so news/lib.js can ask for it only with require.async",
        ]
    );
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "./gone Error: module `./gone`, required by shop/list.js, is not found",
            "async news",
            "called news",
            "import news",
            "p,shop/list",
        ]
    );
}

#[tokio::test]
async fn a_plugin_says_that_only_the_platform_has_it() {
    let run = run(&[
        ("app.json", r#"{"pages":["p"],"plugins":{"chat":{"version":"1.2.0","provider":"wxf"}}}"#),
        ("p.json", r#"{"usingComponents":{"talk":"plugin://chat/talk"}}"#),
        ("p.js", "try { requirePlugin('chat') } catch (e) { console.log(e.message) }
            try { requirePlugin('other') } catch (e) { console.log(e.message) }
            Page({ onLoad() { wx.navigateTo({ url: 'plugin://chat/room?id=1', fail: e => console.log(e.errMsg) }) } })"),
    ])
    .await;

    let told = "plugin `chat` (provider wxf, version 1.2.0) is not here: only the platform has its code, and `[plugins]` in minigate.toml may name a module of the project that stands for it";
    assert_eq!(
        run.text(),
        format!(
            "{told}\nplugin `other` is not declared: `plugins` of app.json must name it\nnavigateTo:fail {told}"
        )
    );
    let absences = run
        .notices
        .iter()
        .filter(|notice| matches!(notice, Notice::Absent(absence) if absence.lack == Lack::Plugin));
    assert_eq!(absences.count(), 1);
}

#[tokio::test]
async fn a_game_draws_frames_and_loads_its_packages() {
    let run = game(&[
        ("game.json", r#"{"subpackages":[{"name":"stage","root":"stage/"},{"name":"one","root":"one.js"}]}"#),
        ("game.js", "const first = wx.createCanvas(), second = wx.createCanvas()
            console.log(first.width, first.height, second.width, typeof first.getContext('2d').fillRect, first.getContext('webgl'))
            console.log(typeof App, typeof Page, typeof Component, typeof wx.navigateTo, GameGlobal === globalThis)
            let frames = 0; const dropped = requestAnimationFrame(() => console.log('never')); cancelAnimationFrame(dropped)
            requestAnimationFrame(function draw(t) { if (++frames < 3) return requestAnimationFrame(draw); console.log('frames', frames, t > 0) })
            wx.onTouchStart(() => {}); wx.offTouchStart(); wx.setPreferredFramesPerSecond(30)
            wx.loadSubpackage({ name: 'stage', success: r => console.log(r.errMsg) }).onProgressUpdate(p => console.log(p.progress))
            wx.loadSubpackage({ name: 'one', success: () => console.log('one', GameGlobal.one) })
            wx.loadSubpackage({ name: 'none', fail: e => console.log(e.errMsg) })
            const image = wx.createImage(); image.onerror = () => console.log('no image'); image.src = 'a.png'"),
        ("stage/game.js", "console.log('stage')"),
        ("one.js", "GameGlobal.one = 1"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "375 812 300 function null\nundefined undefined undefined undefined true\nstage\n100\nloadSubpackage:ok\none 1\n\
         loadSubpackage:fail subpackage none not found\nno image\nframes 3 true"
    );
}

#[expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]
async fn game(files: &[(&str, &str)]) -> Run {
    let files: BTreeMap<_, _> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    run_project(Project::from_files(files).unwrap(), Limits::default()).await
}
