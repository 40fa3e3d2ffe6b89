//! The components that WXML holds for some data: conditions, loops, templates, expressions.

mod support;

use minigate_js::{Absence, Lack, Notice};
use support::{Run, run};

#[tokio::test]
async fn components_come_and_go_with_their_condition() {
    let run = app(
        r#"<view wx:if="{{!on}}"><card name="off"/></view><block wx:elif="{{n > 1}}"><card name="many {{n}}"/></block><card wx:else name="one"/>"#,
        "data: { on: false, n: 1 },
         onLoad() { this.say('load'); this.setData({ on: true }); this.say('on'); this.setData({ n: 2 }); this.say('two'); this.setData({ n: 3 }); this.say('three'); },
         onReady() { console.log('page ready'); this.setData({ on: false }) },
         say(when) { console.log(when, this.selectAllComponents('card').map(c => c.data.name).join()) }",
    )
    .await;

    assert_eq!(
        run.text(),
        "created\nattached off\nload off\n\
         detached off\ncreated\nattached one\non one\n\
         detached one\ncreated\nattached many 2\ntwo many 2\nthree many 3\n\
         ready many 3\npage ready\ndetached many 3\ncreated\nattached off\nready off"
    );
}

#[tokio::test]
async fn a_loop_has_a_component_for_each_item_and_keys_keep_them() {
    let run = app(
        r#"<card wx:for="{{list}}" wx:key="id" wx:if="{{item.id > 0}}" id="c{{index}}" class="x {{item.kind}}" name="{{item.name}}" data-at="{{index}}" data-item="{{item}}"/>"#,
        "data: { list: [{ id: 1, name: 'a', kind: 'odd' }, { id: 0 }, { id: 2, name: 'b' }] },
         onLoad() {
           this.say()
           const b = this.selectComponent('#c2')
           this.setData({ list: [{ id: 2, name: 'B' }, { id: 3, name: 'c', kind: 'odd' }] })
           this.say()
           console.log(b === this.selectComponent('#c0'), this.selectAllComponents('.odd').length, b.dataset.item.name)
           this.setData({ 'list[1].name': 'C' })
           this.say()
         },
         say() { console.log(this.selectAllComponents('.x').map(c => c.id + c.data.name + c.dataset.at).join()) }",
    )
    .await;

    assert_eq!(
        run.text(),
        "created\ncreated\nattached a\nattached b\nc0a0,c2b2\n\
         detached a\ncreated\nattached c\nc0B0,c1c1\ntrue 1 B\nc0B0,c1C1\nready B\nready C"
    );
}

#[tokio::test]
async fn loops_go_over_lists_numbers_texts_and_members_in_each_other() {
    let run = app(
        r#"<block wx:for="{{rows}}" wx:for-item="row" wx:for-index="r"><view wx:for="{{row}}"><card name="{{r}}{{index}}{{item}}"/></view></block>
           <card wx:for="{{2}}" name="n{{item}}"/><card wx:for="{{text}}" name="t{{item}}"/><card wx:for="{{map}}" wx:key="*this" name="{{index}}={{item}}"/>
           <card wx:for="{{[1, 1]}}" wx:key="*this" name="{{item}}{{index}}"/><card wx:for="{{nothing}}"/>"#,
        "data: { rows: [['a'], ['b', 'c']], text: 'xy', map: { k: 1, l: 2 } },
         onLoad() { console.log(this.selectAllComponents('card').map(c => c.data.name).join()) }",
    )
    .await;

    assert_eq!(
        run.lines().iter().find(|line| line.contains(',')),
        Some(&"00a,10b,11c,n0,n1,tx,ty,k=1,l=2,10,11")
    );
}

#[tokio::test]
async fn expressions_know_the_data_and_nothing_else() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        (
            "p.wxml",
            r#"<card wx:for="{{[a.b.c, a.missing.more, a['b'].c + 1, list.length, a ? 'y' : 'n', {k: 1, ...a}, wx, globalThis, toString, this_, -n, 'a' + n, typeof n]}}" v="{{item}}"/>
               <card v=" {{n}}"/><card v="{{n}}{{missing}}"/><card v="{{true}}"/>"#,
        ),
        (
            "p.js",
            "Page({ data: { a: { b: { c: 1 } }, list: [1, 2], n: 5 }, onLoad() { console.log(JSON.stringify(this.selectAllComponents('card').map(c => c.data.v))) } })",
        ),
        ("card/index.js", "Component({ properties: { v: null } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        r#"[1,null,2,2,"y",{"k":1,"b":{"c":1}},null,null,null,null,-5,"a5","number"," 5","5",true]"#
    );
}

#[tokio::test]
async fn only_components_whose_data_changed_hear_of_a_change() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        ("p.wxml", r#"<card o="{{o}}"/><card wx:for="{{list}}" o="{{item}}"/>"#),
        (
            "p.js",
            "Page({ data: { o: { n: 1 }, list: [{ n: 2 }], other: 0 }, onLoad() { console.log('-'); this.setData({ other: 1 }); console.log('-'); this.setData({ 'o.n': 3 }); console.log('-'); this.setData({ 'list[0].n': 4 }) } })",
        ),
        (
            "card/index.js",
            "Component({ properties: { o: Object }, observers: { o(o) { console.log('o', o.n) } } })",
        ),
    ])
    .await;

    assert_eq!(run.text(), "o 1\no 2\n-\n-\no 3\n-\no 4");
}

#[tokio::test]
async fn a_change_that_concerns_no_component_evaluates_nothing() {
    let run = app(
        r#"<wxs module="m">var n = 0; module.exports = { count: function () { n++; return n } }</wxs><card name="{{used && m.count()}}"/>"#,
        "data: { used: 1, other: 1 }, onLoad() {
           const card = this.selectComponent('card'), before = card.data.name
           this.setData({ other: 2 }); this.setData({ unknown: 1 }); this.setData({ used: 2 })
           console.log('more', card.data.name - before) }",
    )
    .await;

    assert!(run.text().contains("more 1"), "{}", run.text());
}

#[tokio::test]
async fn templates_see_what_they_are_handed() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        (
            "p.wxml",
            r#"<import src="t.wxml"/><include src="i.wxml"/>
               <template name="own"><card name="own {{a}}{{hidden}}" bind:tap="tapped"/></template>
               <template is="{{which}}" data="{{...o, b: n}}"/><template is="gone"/>"#,
        ),
        (
            "t.wxml",
            r#"<template name="far"><card wx:if="{{b}}" name="far {{a}}{{b}}"/></template>"#,
        ),
        ("i.wxml", r#"<card name="in {{n}}"/>"#),
        (
            "p.js",
            "Page({ data: { which: 'own', o: { a: 1 }, n: 2, hidden: 3 }, tapped() { console.log('tapped') },
               say() { console.log(this.selectAllComponents('card').map(c => c.data.name).join()) },
               onLoad() { this.say(); this.selectAllComponents('card')[1].triggerEvent('tap'); this.setData({ which: 'far', n: 4 }); this.say() } })",
        ),
        ("card/index.js", "Component({ properties: { name: String } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "p.wxml: template \"gone\" is not found\nin 2,own 1\ntapped\nin 4,far 14"
    );
}

#[tokio::test]
async fn templates_that_use_themselves_come_to_an_end() {
    let run = app(
        r#"<template name="t"><card name="x"/><template is="t"/></template><template is="t"/>"#,
        "onLoad() { console.log(this.selectAllComponents('card').length) }",
    )
    .await;

    assert!(run.text().contains("p.wxml: templates use each other too deeply"));
    assert!(run.lines().contains(&"24"));
}

#[tokio::test]
async fn what_stands_in_a_component_belongs_to_the_page_around() {
    let run = run(&[
        (
            "p.json",
            r#"{"usingComponents":{"box":"/box/index","card":"/card/index"}}"#,
        ),
        (
            "p.wxml",
            r#"<box wx:if="{{on}}"><card wx:for="{{list}}" name="{{item}}" bind:hi="hi"/></box>"#,
        ),
        (
            "p.js",
            "Page({ data: { on: true, list: ['a', 'c'] }, hi(e) { console.log('hi', e.detail) },
               onLoad() {
                 const say = () => console.log(this.selectComponent('box').getRelationNodes('../card/index').map(c => c.data.name).join())
                 say(); this.setData({ list: ['a', 'b', 'c'] }); say()
                 this.selectAllComponents('card')[1].triggerEvent('hi', 1)
                 this.setData({ list: ['a'] }); say(); this.setData({ on: false }) } })",
        ),
        (
            "box/index.js",
            "Component({ relations: { '../card/index': { type: 'child', linked(c) { console.log('+', c.data.name) }, unlinked(c) { console.log('-', c.data.name) } } } })",
        ),
        (
            "card/index.js",
            "Component({ properties: { name: String }, relations: { '../box/index': { type: 'parent' } }, detached() { console.log('gone', this.data.name) } })",
        ),
    ])
    .await;

    assert_eq!(
        run.text(),
        "+ a\n+ c\na,c\n+ c\na,b,c\nhi 1\ngone b\n- b\ngone c\n- c\na\n- a\ngone a"
    );
}

#[tokio::test]
async fn a_component_that_changes_its_owner_while_it_comes_is_heard_afterwards() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        (
            "p.wxml",
            r#"<card bind:come="more"/><card wx:for="{{n}}" bind:come="more"/>"#,
        ),
        (
            "p.js",
            "Page({ data: { n: 0 }, more() { if (this.data.n < 3) this.setData({ n: this.data.n + 1 }) }, onLoad() { console.log(this.selectAllComponents('card').length) } })",
        ),
        (
            "card/index.js",
            "Component({ attached() { this.triggerEvent('come') } })",
        ),
    ])
    .await;

    assert_eq!(run.text(), "4");
}

#[tokio::test]
async fn what_only_the_platform_knows_is_told_once() {
    let run = app(
        r#"<card wx:if="{{on(a)}}" name="1"/><card name="{{`x`}}{{f(1)}}"/><card title="{{f(1)}}" class="{{f(1)}}" name="2"/><card generic:g="card"/><view wx:if="{{view()}}"/>"#,
        "onLoad() { console.log(this.selectAllComponents('card').length) }",
    )
    .await;

    assert!(run.lines().contains(&"2"));
    assert_eq!(
        absences(&run),
        [Absence {
            api: "p.wxml: {{on(a)}}".to_owned(),
            lack: Lack::View,
            setting: String::new(),
        }]
    );
}

#[tokio::test]
async fn expressions_call_what_wxs_modules_export() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        (
            "p.wxml",
            r#"<wxs module="m">
                 var far = require('./lib/far.wxs'), runs = 0
                 runs++
                 module.exports = { on: function (list) { return list.length > 1 }, far: far, runs: function () { return runs },
                   kinds: function (values) { return values.map(function (v) { return v.constructor + '' }).join() },
                   missing: function (v) { return v.a.b }, re: function (t) { return getRegExp('^a', 'i').test(t) }, year: function () { return getDate(2020, 1, 1).getFullYear() } }
               </wxs><wxs module="far" src="lib/far"/>
               <card wx:if="{{m.on(list)}}" v="{{far.twice(n)}}"/><card wx:else v="few"/>
               <card v="{{m.far.twice(n) + m.runs()}}"/><card v="{{m.kinds([list, n, 'x', true, {}, m.on])}}"/><card v="{{m.missing(n) || m.none(1) || 'none'}}"/>
               <card v="{{m.re('Ab')}}"/><card v="{{m.year()}}"/><include src="i.wxml"/>"#,
        ),
        ("i.wxml", r#"<wxs module="m">exports.i = function () { return 'included' }</wxs><card v="{{m.i()}}"/>"#),
        ("lib/far.wxs", "var p = require('./deep.wxs'); module.exports.twice = function (n) { return n * p.two }"),
        ("lib/deep.wxs", "module.exports = { two: 2 }"),
        (
            "p.js",
            "Page({ data: { list: [1, 2], n: 5 }, say() { console.log(JSON.stringify(this.selectAllComponents('card').map(c => c.data.v))) },
               onLoad() { this.say(); this.setData({ list: [], n: 6 }); this.say() } })",
        ),
        ("card/index.js", "Component({ properties: { v: null } })"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "[10,11,\"Array,Number,String,Boolean,Object,Function\",\"none\",true,2020,\"included\"]\n\
         [\"few\",13,\"Array,Number,String,Boolean,Object,Function\",\"none\",true,2020,\"included\"]"
    );
}

#[tokio::test]
async fn expressions_that_are_none_are_told_with_their_file() {
    let run = app(
        r#"<card wx:if="{{a +}}"/><card wx:for="{{list}}" name="{{b c}}"/>"#,
        "data: { list: [1, 2] }",
    )
    .await;

    assert_eq!(run.lines().len(), 2);
    assert!(
        run.lines()[0].starts_with("p.wxml: {{a +}} is no expression: "),
        "{:?}",
        run.lines()
    );
    assert!(run.lines()[1].starts_with("p.wxml: {{b c}} is no expression: "));
}

#[tokio::test]
async fn more_components_than_a_page_holds_are_left_out_and_told() {
    let run = run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        ("p.wxml", r#"<card wx:for="{{n}}"/>"#),
        (
            "p.js",
            "Page({ data: { n: 1e9 }, onLoad() { console.log(this.selectAllComponents('card').length); this.setData({ n: 1 }); console.log(this.selectAllComponents('card').length) } })",
        ),
        ("card/index.js", "Component({})"),
    ])
    .await;

    assert_eq!(
        run.lines(),
        [
            "components: too many, or too deep in each other, at <card>",
            "2000",
            "1"
        ]
    );
}

#[tokio::test]
async fn a_template_that_the_engine_can_t_take_is_told_with_its_file() {
    let deep = format!("{}a{}", "[".repeat(5000), "]".repeat(5000));
    let run = app(
        &format!(r#"<card name="{{{{{deep}}}}}"/>"#),
        "onLoad() { console.log('load') }",
    )
    .await;

    assert_eq!(run.lines(), ["load"]);
    assert_eq!(
        run.faults()[0].message,
        "p.wxml can't be used: RangeError: Maximum call stack size exceeded"
    );
}

#[tokio::test]
async fn an_app_that_patches_every_prototype_sees_none_of_the_walk() {
    let run = run(&[
        (
            "app.js",
            "App({}); const seen = []
             for (const [o, names] of [[Array.prototype, ['push', 'map', 'forEach', 'join', 'slice', 'indexOf']], [String.prototype, ['split', 'slice', 'trim']], [Map.prototype, ['get', 'set']]])
               for (const n of names) { const old = o[n]; o[n] = function () { seen.push(n); return old.apply(this, arguments) } }
             Object.defineProperty(Object.prototype, 'outer', { get() { seen.push('outer') }, set(v) { seen.push('set outer') }, configurable: true })
             Object.defineProperty(Array.prototype, '0', { set() { seen.push('set 0') }, configurable: true })
             globalThis.seen = seen",
        ),
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        (
            "p.wxml",
            r#"<card wx:for="{{list}}" wx:key="id" wx:if="{{on}}" class="a b" name="{{item.id}} {{__proto__}}"/>"#,
        ),
        (
            "p.js",
            "Page({ data: { list: [{ id: 1 }], on: false }, onReady() { seen.length = 0; this.setData({ on: true }); const n = seen.length; console.log(n, this.selectComponent('.b').data.name) } })",
        ),
        ("card/index.js", "Component({ properties: { name: String } })"),
    ])
    .await;

    assert_eq!(run.text(), "0 1 ");
}

fn absences(run: &Run) -> Vec<Absence> {
    let told = run.notices.iter().filter_map(|notice| match notice {
        Notice::Absent(absence) => Some(absence.clone()),
        _ => None,
    });
    told.collect()
}

/// Runs a page with this WXML and these members; its component `card` tells of its life.
async fn app(wxml: &str, members: &str) -> Run {
    run(&[
        ("p.json", r#"{"usingComponents":{"card":"/card/index"}}"#),
        ("p.wxml", wxml),
        ("p.js", &format!("Page({{ {members} }})")),
        (
            "card/index.js",
            "const say = word => function () { console.log(word, this.data.name) }
             Component({ properties: { name: String }, created() { console.log('created') }, attached: say('attached'), ready: say('ready'), detached: say('detached') })",
        ),
    ])
    .await
}
