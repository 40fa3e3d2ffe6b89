//! `Component`, `Behavior`, and the components that live under a page.

mod support;

use support::{Run, run};

#[tokio::test]
async fn behaviors_merge_as_the_platform_merges_them() {
    let run = page(
        "const log = name => function () { console.log(name) }
         const inner = Behavior({ data: { o: { a: 1, b: 1 }, from: 'inner' }, methods: { who() { return 'inner' }, inner() { return 'i' } }, lifetimes: { attached: log('inner attached') } })
         const outer = Behavior({ behaviors: [inner], data: { o: { b: 2 }, list: [1] }, methods: { who() { return 'outer' } }, attached: log('outer attached'), pageLifetimes: { show: log('outer show') } })
         Component({ behaviors: [outer, inner], data: { o: { c: 3 }, list: [2, 3] }, methods: { who() { return 'own' }, onLoad() {
             console.log(JSON.stringify(this.data), this.who(), this.inner(), this.hasBehavior(outer), this.hasBehavior(inner), this.hasBehavior('x')) } },
           lifetimes: { created: log('created'), attached: log('own attached') }, attached: log('never') })",
    )
    .await;

    assert_eq!(
        run.text(),
        "created\ninner attached\nouter attached\nown attached\n\
         {\"o\":{\"a\":1,\"b\":2,\"c\":3},\"from\":\"inner\",\"list\":[2,3]} own i true true false\nouter show"
    );
}

#[tokio::test]
async fn a_page_can_have_behaviors() {
    let run = page(
        "const b = Behavior({ data: { n: 1, m: 1 }, properties: { p: Number }, methods: { onShow() { console.log('b show') }, twice() { return this.data.n * 2 } },
           attached() { console.log('attached', this.data.p) }, observers: { n(n) { console.log('n is', n) } } })
         Page({ behaviors: [b], data: { n: 5 }, onLoad() { console.log('load', this.twice(), this.data.m); this.setData({ n: 6 }) } })",
    )
    .await;

    assert_eq!(run.text(), "attached 0\nload 10 1\nn is 6\nb show");
}

#[tokio::test]
async fn a_page_can_have_what_a_component_has() {
    let run = page(
        "Page({ data: { n: 1 }, properties: { p: { type: Number, value: 7 } }, observers: { n(n) { console.log('n is', n, this.data.p) } },
           lifetimes: { created() { console.log('created') }, attached() { console.log('attached') }, ready() { console.log('ready') } },
           pageLifetimes: { show() { console.log('show') } }, attached() { console.log('never') },
           onLoad() { console.log('load', typeof this.attached); this.setData({ n: 2 }) } })",
    )
    .await;

    assert_eq!(
        run.text(),
        "created\nattached\nload function\nn is 2 7\nshow\nready"
    );
}

#[tokio::test]
async fn a_component_can_be_put_together_call_by_call() {
    let run = app(
        "<card id='c' size='3'/>",
        "const b = Behavior().data(() => ({ from: 'b' })).lifetime('attached', () => console.log('b attached')).register()
         Component().behavior(b).options({}).data(() => ({ n: 0 })).property('size', Number)
           .observer(['n', 'size'], (n, size) => console.log('n', n, 'size', size)).lifetime('attached', function () { this.up() })
           .methods({ up() { this.setData({ n: this.data.n + 1 }) } }).register()",
        "onLoad() { console.log(JSON.stringify(this.selectComponent('#c').data)) }",
    )
    .await;

    assert_eq!(
        run.text(),
        "n 0 size 3\nb attached\nn 1 size 3\n{\"from\":\"b\",\"n\":1,\"size\":3}"
    );
}

#[tokio::test]
async fn a_definition_filter_may_change_who_names_the_behavior() {
    let run = page(
        "const lower = Behavior({ definitionFilter(d) { d.data = { ...d.data, lower: true } } })
         const upper = Behavior({ behaviors: [lower], definitionFilter(d, filters) { d.data = { ...d.data, upper: filters.length }; filters[0](d) } })
         Component({ behaviors: [upper], methods: { onLoad() { console.log(JSON.stringify(this.data)) } } })",
    )
    .await;

    assert_eq!(run.text(), "{\"lower\":true,\"upper\":1}");
}

#[tokio::test]
async fn observers_hear_of_the_paths_that_they_name() {
    let run = page(
        "const heard = name => function (...v) { console.log(name, JSON.stringify(v)) }
         Component({ data: { a: { b: 1, c: { d: 1 } }, arr: [0, 1] }, observers: {
             'a.b': heard('a.b'), 'a.c.**': heard('a.c.**'), 'arr[1]': heard('arr[1]'), 'a.b, arr': heard('both'), '**': function () { console.log('any') } },
           methods: { onLoad() {
             this.setData({ 'a.b': 2 }); console.log('-'); this.setData({ 'a.c.d': 2 }); console.log('-')
             this.setData({ 'arr[0]': 9 }); console.log('-'); this.setData({ 'arr[1]': 9, 'a.b': 3 }); console.log('-'); this.setData({ a: { b: 4 } }) } } })",
    )
    .await;

    assert_eq!(
        run.text(),
        "a.b [2]\nboth [2,[0,1]]\nany\n-\na.c.** [{\"d\":2}]\nany\n-\nany\n-\na.b [3]\narr[1] [9]\nboth [3,[9,9]]\nany\n-\n\
         a.b [4]\na.c.** [null]\nboth [4,[9,9]]\nany"
    );
}

#[tokio::test]
async fn a_property_set_to_the_value_that_it_has_has_not_changed() {
    let run = page(
        "Component({ properties: { list: { type: Array, observer() { console.log('changed'); this.setData({ list: this.data.list }) } } },
           methods: { onLoad() { this.setData({ list: [1] }) } } })",
    )
    .await;

    assert_eq!(run.text(), "changed");
}

#[tokio::test]
async fn what_observers_set_is_told_when_they_are_through() {
    let run = page(
        "Component({ data: { a: 1, double: 0 }, observers: {
             a(a) { this.setData({ double: a * 2 }); console.log('a', this.data.double) }, double(d) { console.log('double', d) }, '**'() { console.log('any') } },
           methods: { onLoad() { this.setData({ a: 3 }); console.log('done') } } })",
    )
    .await;

    assert_eq!(run.text(), "a 6\nany\ndouble 6\nany\ndone");
}

#[tokio::test]
async fn properties_keep_their_types_and_tell_of_changes() {
    let run = page(
        "Component({ properties: { n: Number, s: { type: String, value: 'x', observer(now, before, path) { console.log('s', now, before, path[0]) } },
             either: { type: Number, optionalTypes: [String] }, any: null, o: Object, list: Array, named: { type: Number, observer: 'onNamed' } },
           methods: { onNamed(now) { console.log('named', now) }, onLoad() {
             console.log(JSON.stringify(this.properties))
             this.setData({ n: '5', s: 7, either: 'e', any: [1], o: null, list: null, named: 1 })
             this.setData({ s: '7', named: 1 })
             console.log(JSON.stringify(this.data)) } } })",
    )
    .await;

    assert_eq!(
        run.text(),
        "{\"n\":0,\"s\":\"x\",\"either\":0,\"any\":null,\"o\":null,\"list\":[],\"named\":0}\n\
         property \"n\": expected Number, but got String\nproperty \"s\": expected String, but got Number\n\
         s 7 x s\nnamed 1\n{\"n\":5,\"s\":\"7\",\"either\":\"e\",\"any\":[1],\"o\":null,\"list\":[],\"named\":1}"
    );
}

#[tokio::test]
async fn used_components_live_and_die_with_their_page() {
    let log = |who: &str| {
        format!(
            "created() {{ console.log('{who} created') }}, attached() {{ console.log('{who} attached') }}, ready() {{ console.log('{who} ready') }}, detached() {{ console.log('{who} detached') }}"
        )
    };
    let run = app(
        r#"<card id="c"/>"#,
        &format!(
            "Component({{ lifetimes: {{ {} }}, pageLifetimes: {{ show() {{ console.log('card show') }}, hide() {{ console.log('card hide') }} }} }})",
            log("card")
        ),
        "onLoad() { console.log('load') }, onShow() { console.log('show'); if (this.done) return; this.done = 1; setTimeout(() => wx.navigateTo({ url: 'q' }), 1); setTimeout(() => wx.reLaunch({ url: 'q' }), 2) }, onReady() { console.log('ready') }, onHide() { console.log('hide') }, onUnload() { console.log('unload') }",
    )
    .await;

    assert_eq!(
        run.text(),
        "card created\ncard attached\nload\ncard show\nshow\ncard ready\nready\ncard hide\nhide\nunload\ncard detached"
    );
}

#[tokio::test]
async fn a_component_gets_what_its_tag_says_and_tells_its_owner() {
    let run = app(
        r#"<card id="c" class="big card" title="T" count="{{3}}" user-name="{{user.name}}" data-row="7" bind:pick="onPick"/>"#,
        "Component({ properties: { title: String, count: Number, userName: String }, observers: { userName(n) { console.log('userName', n) } },
           attached() { console.log('attached', JSON.stringify(this.data), this.is, this.id, JSON.stringify(this.dataset)) },
           methods: { pick(n) { this.triggerEvent('pick', { n }) } } })",
        "data: { user: { name: 'ann' } },
         onPick(e) { console.log('picked', e.type, e.detail.n, e.currentTarget.dataset.row, e.target.id) },
         onLoad() {
           const card = this.selectComponent('#c')
           console.log(this.selectAllComponents('.card.big').length, this.selectAllComponents('.none, #c').length, this.selectComponent('.none'), card.selectOwnerComponent() === this)
           card.pick(5)
           this.setData({ 'user.name': 'bob' })
           console.log(card.properties.userName)
         }",
    )
    .await;

    assert_eq!(
        run.text(),
        "userName ann\nattached {\"title\":\"T\",\"count\":3,\"userName\":\"ann\"} card/index c {\"row\":\"7\"}\n\
         1 1 null true\npicked pick 5 7 c\nuserName bob\nbob"
    );
}

#[tokio::test]
async fn a_component_that_holds_itself_comes_to_an_end() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"card/index"}}"#),
        ("p.wxml", "<card/>"),
        (
            "card/index.json",
            r#"{"component":true,"usingComponents":{"card":"./index"}}"#,
        ),
        ("card/index.wxml", "<card/><card/>"),
        ("card/index.js", "Component({})"),
    ])
    .await;

    assert_eq!(
        run.lines(),
        ["components: too many, or too deep in each other, at <card>"]
    );
}

#[tokio::test]
async fn relations_link_components_in_one_template() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"tabs":"c/tabs/index","tab":"c/tab/index"}}"#),
        ("p.wxml", "<tabs><view><tab name='a'/><tab name='b'/></view></tabs>"),
        ("p.js", "Page({ onLoad() { console.log(this.selectComponent('tabs').getRelationNodes('../tab/index').map(t => t.data.name).join()) } })"),
        ("c/tabs/index.json", "{}"),
        ("c/tabs/index.js", "Component({ relations: { '../tab/index': { type: 'descendant', linked(t) { console.log('tabs linked', t.data.name) } } } })"),
        ("c/tab/index.js", "Component({ properties: { name: String }, relations: { '../tabs/index': { type: 'ancestor', linked() { console.log('tab linked', this.data.name) } } } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "tabs linked a\ntab linked a\ntabs linked b\ntab linked b\na,b"
    );
}

#[tokio::test]
async fn what_a_component_throws_reaches_its_error_lifetime() {
    let run = app(
        "<card/>",
        "Component({ lifetimes: { attached() { null.x }, error(e) { console.log('error', e.message) } } })",
        "onLoad() { console.log('load') }",
    )
    .await;

    assert_eq!(run.lines(), ["error cannot read property 'x' of null", "load"]);
    assert_eq!(run.faults().len(), 1);
}

#[tokio::test]
async fn a_component_may_export_something_else_and_be_a_form_s_field() {
    let run = app(
        "<card id='c' name='n'/>",
        "Component({ behaviors: ['wx://component-export', 'wx://form-field'], export() { return { name: this.data.name, value: this.data.value } } })",
        "onLoad() { console.log(JSON.stringify(this.selectComponent('#c'))) }",
    )
    .await;

    assert_eq!(run.text(), r#"{"name":"n","value":null}"#);
}

#[tokio::test]
async fn missing_and_silent_components_are_told() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"a":"gone/a","b":"there/b"}}"#),
        ("there/b.js", ""),
    ])
    .await;

    let told: Vec<_> = run
        .faults()
        .iter()
        .map(|fault| fault.message.lines().next().unwrap_or_default())
        .collect();
    assert_eq!(
        told,
        [
            "component <a>: module `gone/a`, required by p.js, is not found",
            "component \"there/b.js\" is not registered: its file calls no Component()",
        ]
    );
}

#[tokio::test]
async fn a_page_and_the_one_that_it_opens_talk_through_a_channel() {
    let run = run(&[
        ("app.json", r#"{"pages":["p","q"]}"#),
        ("p.js", "Page({ onLoad() { console.log(JSON.stringify(this.getOpenerEventChannel()))
            wx.navigateTo({ url: 'q', events: { back(v, w) { console.log('back', v, w) } }, success(r) { r.eventChannel.emit('there', { n: 1 }); r.eventChannel.emit('there', { n: 2 }) } }) } })"),
        ("q.js", "Page({ onLoad() { const c = this.getOpenerEventChannel(); c.once('there', r => { console.log('there', r.n); c.emit('back', 'v', 'w') }) } })"),
    ])
    .await;

    assert_eq!(run.text(), "{}\nthere 1\nback v w");
}

#[tokio::test]
async fn changes_of_pages_are_heard() {
    let run = run(&[
        ("app.json", r#"{"pages":["p","q"]}"#),
        ("app.js", "App({}); for (const n of ['onBeforeAppRoute', 'onAppRoute', 'onAppRouteDone', 'onBeforePageUnload']) wx[n](r => console.log(n, r.openType, r.path))"),
        ("p.js", "Page({ onLoad() { wx.redirectTo({ url: 'q' }) }, onReady() { console.log('ready p') } })"),
        ("q.js", "Page({ onReady() { console.log('ready q') } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "onBeforeAppRoute appLaunch p\nonAppRoute appLaunch p\nonBeforeAppRoute redirectTo q\nonBeforePageUnload redirectTo p\n\
         onAppRoute redirectTo q\nready q\nonAppRouteDone redirectTo q"
    );
}

/// Runs a page whose file is the given one.
async fn page(file: &str) -> Run {
    run(&[("p.js", file)]).await
}

/// Runs a page with this WXML and these members, which knows a component `card`.
async fn app(wxml: &str, card: &str, members: &str) -> Run {
    run(&[
        ("app.json", r#"{"pages":["p","q"]}"#),
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        ("p.wxml", wxml),
        ("p.js", &format!("Page({{ {members} }})")),
        ("q.js", "Page({})"),
        ("card/index.js", card),
    ])
    .await
}
