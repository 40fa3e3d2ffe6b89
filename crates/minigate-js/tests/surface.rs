//! What `wx` answers without a screen, a user and a phone.

mod support;

use minigate_js::{Absence, Device, Lack, Location, Notice, User};
use support::{console, run, run_for};

#[tokio::test]
async fn what_many_apps_call_is_there() {
    let names: Vec<_> = include_str!("vectors/often.txt").lines().collect();
    let script = format!(
        "for (const name of {names:?}) {{
           let value = wx; for (const part of name.split('.')) value = value?.[part]
           if (value === undefined) console.log('missing', name) }}
         console.log('looked')"
    );

    assert_eq!(console(&script).await, "looked");
}

#[tokio::test]
async fn what_needs_a_user_fails_as_if_the_user_refused_and_says_so_once() {
    let run = run(&[(
        "app.js",
        "const fail = e => console.log(e.errMsg)
         for (const n of ['chooseImage', 'chooseMedia', 'scanCode', 'chooseAddress', 'requestPayment', 'getUserProfile', 'getUserInfo', 'getLocation', 'navigateToMiniProgram'])
           wx[n]({ fail })
         wx.authorize({ scope: 'scope.record', fail }); wx.chooseImage({ fail })
         wx.requestSubscribeMessage({ tmplIds: ['t'], success: r => console.log(r.t) })
         wx.getSetting({ success: r => console.log(JSON.stringify(r.authSetting)) })",
    )])
    .await;

    assert_eq!(
        run.text(),
        "chooseImage:fail cancel\nchooseMedia:fail cancel\nscanCode:fail cancel\nchooseAddress:fail cancel\n\
         requestPayment:fail cancel\ngetUserProfile:fail auth deny\ngetUserInfo:fail auth deny\ngetLocation:fail auth deny\n\
         navigateToMiniProgram:fail cancel\nauthorize:fail auth deny\nchooseImage:fail cancel\nreject\n{}"
    );
    let absences: Vec<_> = run
        .notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Absent(Absence { api, lack, setting }) => Some((api.as_str(), *lack, setting.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(absences.len(), 11);
    assert_eq!(absences[0], ("chooseImage", Lack::User, "user.files"));
    assert_eq!(absences[7], ("getLocation", Lack::Location, "device.location"));
}

#[tokio::test]
async fn settings_stand_in_for_the_user_and_the_phone() {
    let user = User {
        name: Some("Ann".to_owned()),
        scopes: vec!["scope.record".to_owned()],
        agrees: vec!["requestPayment".to_owned(), "requestSubscribeMessage".to_owned()],
        refuses: vec!["showModal".to_owned()],
        choice: 1,
        scan: Some("code".to_owned()),
        files: vec!["a.png".to_owned()],
        ..User::default()
    };
    let device = Device {
        width: 400,
        clipboard: "pasted".to_owned(),
        location: Some(Location {
            latitude: 23.1,
            longitude: 113.3,
            ..Location::default()
        }),
        ..Device::default()
    };

    let run = run_for(
        "const log = name => r => console.log(name, JSON.stringify(r))
         wx.authorize({ scope: 'scope.record', success: log('authorize') }); wx.requestPayment({ success: log('pay') })
         wx.requestSubscribeMessage({ tmplIds: ['t'], success: log('subscribe') })
         wx.getUserInfo({ success: r => console.log(r.userInfo.nickName, JSON.parse(r.rawData).nickName) })
         wx.showModal({ title: 't', success: log('modal') }); wx.showActionSheet({ itemList: ['a', 'b', 'c'], success: log('sheet') })
         wx.scanCode({ success: r => console.log(r.result) }); wx.chooseImage({ success: r => console.log(r.tempFilePaths[0]) })
         wx.getLocation({ success: r => console.log(r.latitude, r.longitude) }); wx.getClipboardData({ success: r => console.log(r.data) })
         console.log(wx.getWindowInfo().windowWidth, wx.getSystemInfoSync().locationEnabled)",
        device,
        user,
    )
    .await;

    assert_eq!(
        run.text(),
        "400 true\nauthorize {\"errMsg\":\"authorize:ok\"}\npay {\"errMsg\":\"requestPayment:ok\"}\n\
         subscribe {\"t\":\"accept\",\"errMsg\":\"requestSubscribeMessage:ok\"}\nAnn Ann\n\
         modal {\"confirm\":false,\"cancel\":true,\"content\":null,\"errMsg\":\"showModal:ok\"}\n\
         sheet {\"tapIndex\":1,\"errMsg\":\"showActionSheet:ok\"}\ncode\na.png\n23.1 113.3\npasted"
    );
}

#[tokio::test]
async fn questions_about_the_screen_are_answered_with_nothing() {
    let text = console(
        "wx.createSelectorQuery().select('#a').boundingClientRect(r => console.log('one', r)).selectAll('.b').fields({ size: true }, r => console.log('all', r.length))
           .selectViewport().scrollOffset().exec(r => console.log(r[0], r[1].length, r[2].scrollTop))
         wx.createIntersectionObserver().relativeToViewport().observe('.a', () => console.log('never'))
         wx.canvasToTempFilePath({ canvasId: 'c', fail: e => console.log(e.errMsg) })
         const ctx = wx.createCanvasContext('c'); ctx.fillStyle = 'red'; ctx.fillRect(0, 0, 1, 1); ctx.draw(false, () => console.log('drawn', ctx.measureText('ab').width))
         console.log(JSON.stringify(wx.createAnimation({ duration: 100 }).opacity(0.5).width(10).step().rotate(45).step({ delay: 5 }).export().actions))",
    )
    .await;

    assert_eq!(
        text,
        "[{\"animates\":[{\"type\":\"style\",\"args\":[\"opacity\",0.5]},{\"type\":\"style\",\"args\":[\"width\",\"10px\"]}],\
         \"option\":{\"transformOrigin\":\"50% 50% 0\",\"transition\":{\"duration\":100,\"timingFunction\":\"linear\",\"delay\":0}}},\
         {\"animates\":[{\"type\":\"rotate\",\"args\":[45]}],\
         \"option\":{\"transformOrigin\":\"50% 50% 0\",\"transition\":{\"duration\":100,\"timingFunction\":\"linear\",\"delay\":5}}}]\n\
         one null\nall 0\nnull 0 0\ncanvasToTempFilePath:fail canvas is empty\ndrawn 20"
    );
}

#[tokio::test]
async fn sound_fires_its_events_and_advertisements_their_error() {
    let text = console(
        "const a = wx.createInnerAudioContext(); for (const n of ['onCanplay', 'onPlay', 'onPause', 'onStop', 'onSeeked', 'onEnded']) a[n](() => console.log(n, a.paused))
         a.src = '/a.mp3'; a.play(); setTimeout(() => { a.seek(3); console.log(a.currentTime); a.pause(); a.stop() }, 1)
         wx.getBackgroundAudioManager().title = 't'; console.log(wx.getBackgroundAudioManager().title)
         const ad = wx.createRewardedVideoAd({ adUnitId: 'x' }); ad.onError(e => console.log('ad', e.errCode)); ad.onClose(() => console.log('never'))
         setTimeout(() => ad.show().catch(e => console.log('show', e.errCode)), 5)",
    )
    .await;

    assert_eq!(
        text,
        "t\nonCanplay false\nonPlay false\nad 1004\n3\nonSeeked true\nonPause true\nonStop true\nshow 1004\nad 1004"
    );
}

#[tokio::test]
async fn the_cloud_fails_whole() {
    let text = console(
        "wx.cloud.init({ env: 'e' }); wx.cloud.callFunction({ name: 'f', fail: e => console.log(e.errCode, e.errMsg) })
         const db = wx.cloud.database(), _ = db.command
         db.collection('c').where({ n: _.gt(1).and(_.lt(5)) }).orderBy('n', 'asc').get().catch(e => console.log(e.errMsg))
         new wx.cloud.Cloud({}).callFunction({}).catch(e => console.log(e.errMsg))",
    )
    .await;

    assert_eq!(
        text,
        "cloud.database.get:fail the cloud isn't served here\ncloud.callFunction:fail the cloud isn't served here\n\
         -1 cloud.callFunction:fail the cloud isn't served here"
    );
}

#[tokio::test]
async fn features_are_detected_as_they_are() {
    let text = console(
        "console.log(['request', 'request.object.timeout', 'cloud.callFunction', 'cloud.none', 'button.open-type.contact', 'createVKSession', 'noSuchThing', ''].map(s => wx.canIUse(s)).join())
         console.log(wx.createVKSession, wx.openBluetoothAdapter, typeof wx.onThemeChange, typeof TextDecoder, typeof structuredClone, typeof Intl, typeof requestAnimationFrame)
         console.log(Object.keys(wx).includes('login'), typeof global, wx.arrayBufferToBase64(wx.base64ToArrayBuffer('5LitAP8=')), wx.arrayBufferToBase64(new Uint8Array([1]).buffer))",
    )
    .await;

    assert_eq!(
        text,
        "true,true,true,false,true,false,false,false\nundefined undefined function undefined undefined undefined undefined\ntrue object 5LitAP8= AQ=="
    );
}

#[tokio::test]
async fn pulling_down_reaches_the_page() {
    let run = run(&[(
        "p.js",
        "Page({ onLoad() { wx.startPullDownRefresh() }, onPullDownRefresh() { console.log('pulled'); wx.stopPullDownRefresh() } })",
    )])
    .await;

    assert_eq!(run.text(), "pulled");
}
