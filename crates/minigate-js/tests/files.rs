//! `wx.getFileSystemManager()` and the older functions for saved files, as an app uses them.

#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

mod support;

use std::path::Path;

use minigate_js::{End, Fault, FileRules, Kind, Limits, Notice, Sandbox, StorageLoss};
use minigate_policy::Profile;
use support::{console, project, run, run_on, run_project};

#[tokio::test]
async fn what_was_written_is_read_back_in_each_encoding() {
    let text = console(
        "const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH + '/a.txt'
         fs.writeFileSync(p, 'h\\u00e9llo 世界'); console.log(fs.readFileSync(p, 'utf8'), fs.readFileSync(p).byteLength)
         for (const e of ['base64', 'hex', 'latin1', 'binary', 'utf-8']) {
           fs.writeFileSync(p + e, fs.readFileSync(p, e), e)
           console.log(e, fs.readFileSync(p + e, 'hex') === fs.readFileSync(p, 'hex'))
         }
         fs.writeFileSync(p + 16, 'é😀', 'utf16le'); console.log(fs.readFileSync(p + 16, 'hex'), fs.readFileSync(p + 16, 'ucs-2'))
         console.log(fs.readFileSync(p, 'ascii').charCodeAt(1))
         fs.appendFileSync(p, new Uint8Array([33, 34]).buffer); fs.appendFileSync(p, new Uint8Array([0, 63, 0]).subarray(1, 2))
         console.log(fs.readFileSync(p, 'utf8', 7), fs.readFileSync(p, 'utf8', 0, 1), fs.readFileSync(p, undefined, 15).byteLength)",
    )
    .await;

    assert_eq!(
        text,
        "héllo 世界 13\nbase64 true\nhex true\nlatin1 true\nbinary true\nutf-8 true\ne9003dd800de é😀\n67\n世界!\"? h 1"
    );
}

#[tokio::test]
async fn results_come_in_the_order_of_the_calls_and_never_at_once() {
    let text = console(
        "const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH
         const log = name => ({ success: r => console.log(name, r.errMsg, JSON.stringify(r.data ?? r.files ?? r.digest)), fail: e => console.log(name, e.errMsg) })
         fs.writeFile({ filePath: p + '/big', data: 'x'.repeat(3e6), ...log(1) })
         fs.mkdir({ dirPath: p + '/a/b', recursive: true, ...log(2) })
         fs.rename({ oldPath: p + '/big', newPath: p + '/a/b/big', ...log(3) })
         fs.readdir({ dirPath: p + '/a/b', ...log(4) })
         fs.getFileInfo({ filePath: p + '/a/b/big', digestAlgorithm: 'sha1', ...log(5) })
         fs.copyFile({ srcPath: p + '/a/b/big', destPath: p + '/copy', ...log(6) })
         fs.readFile({ filePath: p + '/copy', encoding: 'utf8', position: 2999998, ...log(7) })
         fs.rmdir({ dirPath: p + '/a', recursive: true, ...log(8) })
         fs.access({ path: p + '/a', complete: r => console.log(9, r.errMsg, r.errno) })
         console.log(0, fs.unlink({ filePath: p + '/copy' }))",
    )
    .await;

    assert_eq!(
        text,
        "0 undefined
1 writeFile:ok undefined
2 mkdir:ok undefined
3 rename:ok undefined
4 readdir:ok [\"big\"]
5 getFileInfo:ok \"f252737c4c71dd6abe2f3c1e267ef94b76a5db7f\"
6 copyFile:ok undefined
7 readFile:ok \"xx\"
8 rmdir:ok undefined
9 access:fail no such file or directory \"wxfile://usr/a\" 1300002"
    );
}

#[tokio::test]
async fn each_fault_has_the_platforms_text_and_number() {
    let text = console(
        "const fs = wx.getFileSystemManager(), u = 'wxfile://usr'
         fs.mkdirSync(u + '/d'); fs.writeFileSync(u + '/f', 'x'); fs.writeFileSync(u + '/d/g', '')
         const t = (name, ...args) => { try { fs[name + 'Sync'](...args); console.log('OK', name, ...args) } catch (e) { console.log(e.errno, e.message, ...(e.message === e.errMsg ? [] : ['DIFFERENT'])) } }
         t('access', u + '/no'); t('readFile', u + '/no', 'utf8'); t('readFile', u + '/d'); t('readFile', u); t('readFile', u + '/f', 'x'); t('readFile', u + '/f', 'utf8', 1)
         t('readFile', u + '/f', 'utf8', -1); t('readFile', u + '/f', 'utf8', 0, 2); t('readFile', u + '/../f'); t('readFile', u + '/f/x'); t('readFile', 1)
         t('writeFile', u + '/no/f', ''); t('writeFile', u + '/d', ''); t('writeFile', '/app.js', ''); t('writeFile', 'wxfile://tmp_1', ''); t('writeFile', 'wxfile://other/f', ''); t('writeFile', u + '/f', '*', 'base64'); t('writeFile', u + '/f', {}); t('writeFile', u + '/' + 'é'.repeat(200), '')
         t('appendFile', u + '/no', ''); t('copyFile', u + '/no', u + '/x'); t('copyFile', u + '/f', 'wxfile://store_1'); t('rename', u + '/no', u + '/x'); t('rename', u + '/f', u + '/d'); t('rename', '/app.js', u + '/x'); t('rename', u + '/d', u + '/d/e')
         t('unlink', u + '/no'); t('unlink', u + '/d'); t('unlink', '/app.js'); t('unlink', u)
         t('mkdir', u + '/d'); t('mkdir', u + '/f'); t('mkdir', u + '/no/e'); t('mkdir', 'x'); t('mkdir', u, true)
         t('rmdir', u + '/no'); t('rmdir', u + '/d'); t('rmdir', u + '/f'); t('rmdir', u, true)
         t('readdir', u + '/no'); t('readdir', u + '/f'); t('readdir', '/'); t('stat', u + '/no'); t('saveFile', 'wxfile://tmp_1'); t('saveFile', u + '/f'); t('truncate', { filePath: u + '/no' })
         console.log(fs.readFileSync(u + '/f', 'utf8'), fs.readdirSync(u).join())",
    )
    .await;

    assert_eq!(text, EACH_FAULT);
}

const EACH_FAULT: &str = r#"1300002 accessSync:fail no such file or directory "wxfile://usr/no"
1300002 readFileSync:fail no such file or directory, open "wxfile://usr/no"
1301003 readFileSync:fail illegal operation on a directory, open "wxfile://usr/d"
1301003 readFileSync:fail illegal operation on a directory, open "wxfile://usr"
1300022 readFileSync:fail invalid encoding "x"
1301009 readFileSync:fail value of position is out of range
1301009 readFileSync:fail value of position is out of range
1301006 readFileSync:fail value of length is out of range
1300014 readFileSync:fail permission denied, open "wxfile://usr/../f"
1300020 readFileSync:fail not a directory "wxfile://usr/f/x"
1001 readFileSync:fail parameter error: parameter.filePath should be String instead of Number;
1300002 writeFileSync:fail no such file or directory, open "wxfile://usr/no/f"
1301003 writeFileSync:fail illegal operation on a directory, open "wxfile://usr/d"
1300013 writeFileSync:fail permission denied, open "/app.js"
1300013 writeFileSync:fail permission denied, open "wxfile://tmp_1"
1300014 writeFileSync:fail permission denied, open "wxfile://other/f"
1300203 writeFileSync:fail base64 encode error
1001 writeFileSync:fail parameter error: parameter.data should be String or ArrayBuffer instead of Object;
1300036 writeFileSync:fail File name too long
1300002 appendFileSync:fail no such file or directory, open "wxfile://usr/no"
1300002 copyFileSync:fail no such file or directory, copyFile "wxfile://usr/no" -> "wxfile://usr/x"
1300013 copyFileSync:fail permission denied, copyFile "wxfile://usr/f" -> "wxfile://store_1"
1300002 renameSync:fail no such file or directory, rename "wxfile://usr/no" -> "wxfile://usr/x"
1301005 renameSync:fail file already exists "wxfile://usr/d"
1300013 renameSync:fail permission denied, rename "/app.js" -> "wxfile://usr/x"
1300022 renameSync:fail Invalid argument
1300002 unlinkSync:fail no such file or directory "wxfile://usr/no"
1300001 unlinkSync:fail operation not permitted, unlink "wxfile://usr/d"
1300013 unlinkSync:fail permission denied, open "/app.js"
1300001 unlinkSync:fail operation not permitted, unlink "wxfile://usr"
1301005 mkdirSync:fail file already exists "wxfile://usr/d"
1301005 mkdirSync:fail file already exists "wxfile://usr/f"
1300002 mkdirSync:fail no such file or directory "wxfile://usr/no/e"
1300013 mkdirSync:fail permission denied, open "x"
1301005 mkdirSync:fail file already exists "wxfile://usr"
1300002 rmdirSync:fail no such file or directory "wxfile://usr/no"
1300066 rmdirSync:fail directory not empty
1300020 rmdirSync:fail not a directory "wxfile://usr/f"
1300013 rmdirSync:fail permission denied, open "wxfile://usr"
1300002 readdirSync:fail no such file or directory "wxfile://usr/no"
1300020 readdirSync:fail not a directory "wxfile://usr/f"
1300014 readdirSync:fail permission denied, open "/"
1300002 statSync:fail no such file or directory "wxfile://usr/no"
1301112 saveFileSync:fail tempFilePath file not exist
1300013 saveFileSync:fail permission denied, open "wxfile://usr/f"
1300002 truncateSync:fail no such file or directory, open "wxfile://usr/no"
x d,f"#;

#[tokio::test]
async fn a_stat_tells_files_from_folders() {
    let text = console(
        "const fs = wx.getFileSystemManager(), u = wx.env.USER_DATA_PATH
         fs.mkdirSync(u + '/d/e', true); fs.writeFileSync(u + '/d/e/f', '12345')
         const show = s => `${s.isFile()} ${s.isDirectory()} ${s.size} ${s.mode.toString(8)} ${s.lastModifiedTime > 1.7e9} ${s.lastAccessedTime > 1.7e9}`
         console.log(show(fs.statSync(u + '/d')), show(fs.statSync(u + '/d/e/f')), show(fs.statSync('app.js')))
         for (const { path, stats } of fs.statSync(u + '/d', true)) console.log(path, show(stats))
         console.log(show(fs.statSync(u + '/d/e/f', true)))
         fs.stat({ path: u, recursive: true, success: r => console.log(r.stats.length, r.stats[3].path, r.stats[3].stats.isFile()) })",
    )
    .await;

    assert_eq!(
        text,
        "false true 0 40755 true true true false 5 100644 true true true false 703 100644 true true
/ false true 0 40755 true true
/e false true 0 40755 true true
/e/f true false 5 100644 true true
true false 5 100644 true true
4 /d/e/f true"
    );
}

#[tokio::test]
async fn a_temporary_file_is_saved_listed_and_removed() {
    let place = tempfile::tempdir().unwrap();
    let sandbox = sandbox(place.path(), 10);
    let [first, second] = [temporary(&sandbox, "12345"), temporary(&sandbox, "123456")];

    let text = on(
        &sandbox,
        &format!(
            "const fs = wx.getFileSystemManager(), first = '{first}', second = '{second}'
             const saved = fs.saveFileSync(first); console.log(/^wxfile:\\/\\/store_[0-9a-f]{{32}}\\.txt$/.test(saved), fs.readFileSync(saved, 'utf8'))
             try {{ fs.accessSync(first) }} catch (e) {{ console.log(e.errno) }}
             wx.saveFile({{ tempFilePath: second, fail: e => console.log(e.errMsg, e.errno) }})
             wx.getSavedFileList({{ success: r => console.log(r.fileList.length, r.fileList[0].filePath === saved, r.fileList[0].size, r.fileList[0].createTime > 1.7e9) }})
             wx.getSavedFileInfo({{ filePath: saved }}).then(r => console.log(r.size, r.errMsg))
             wx.getFileInfo({{ filePath: second, success: r => console.log(r.size, r.digest) }})
             wx.removeSavedFile({{ filePath: saved, success() {{
               console.log(fs.saveFileSync(second, wx.env.USER_DATA_PATH + '/kept.txt'), fs.readdirSync(wx.env.USER_DATA_PATH))
               fs.removeSavedFile({{ filePath: saved, fail: e => console.log(e.errMsg === 'removeSavedFile:fail no such file or directory \"' + saved + '\"', e.errno) }})
             }} }})"
        ),
    )
    .await;

    assert_eq!(
        text,
        "true 12345
1300002
saveFile:fail the maximum size of the file storage limit is exceeded 1300202
1 true 5 true
5 getSavedFileInfo:ok
6 e10adc3949ba59abbe56e057f20f883e
wxfile://usr/kept.txt [\"kept.txt\"]
true 1300002"
    );
}

#[tokio::test]
async fn no_function_writes_beyond_the_limit_and_each_frees_what_it_removes() {
    let place = tempfile::tempdir().unwrap();
    let sandbox = sandbox(place.path(), 10);

    let text = on(
        &sandbox,
        "const fs = wx.getFileSystemManager(), u = wx.env.USER_DATA_PATH
         const full = f => { try { f(); return false } catch (e) { return e.errno === 1300202 || e.errMsg } }
         const read = name => fs.readFileSync(u + name, 'utf8')
         fs.writeFileSync(u + '/a', '1234567890'); console.log(full(() => fs.writeFileSync(u + '/b', 'x')), full(() => fs.writeFileSync(u + '/a', '12345678901')), read('/a'))
         console.log(full(() => fs.writeFileSync(u + '/a', '0987654321')), full(() => fs.appendFileSync(u + '/a', 'x')), read('/a'), full(() => fs.copyFileSync(u + '/a', u + '/b')))
         fs.writeFileSync(u + '/a', '12345'); console.log(full(() => fs.appendFileSync(u + '/a', '678')), full(() => fs.appendFileSync(u + '/a', '901')), read('/a'))
         fs.truncateSync({ filePath: u + '/a', length: 4 }); console.log(full(() => fs.truncateSync({ filePath: u + '/a', length: 11 })), full(() => fs.truncateSync({ filePath: u + '/a', length: 1e15 })), full(() => fs.truncateSync({ filePath: u + '/a', length: 6 })), read('/a').length)
         fs.writeFileSync(u + '/b', '1234'); fs.renameSync(u + '/b', u + '/a'); console.log(read('/a'), full(() => fs.writeFileSync(u + '/b', '1234567')), full(() => fs.writeFileSync(u + '/b', '123456')))
         fs.unlinkSync(u + '/b'); fs.mkdirSync(u + '/d'); fs.renameSync(u + '/a', u + '/d/a'); fs.writeFileSync(u + '/d/b', '123456'); console.log(full(() => fs.writeFileSync(u + '/c', 'x')))
         fs.rmdirSync(u + '/d', true); console.log(full(() => fs.writeFileSync(u + '/c', '1234567890')), full(() => fs.copyFileSync('app.js', u + '/x')))
         const fd = fs.openSync({ filePath: u + '/c', flag: 'r+' }); console.log(full(() => fs.writeSync({ fd, data: 'xx', position: 9 })), full(() => fs.writeSync({ fd, data: 'x', position: 1e15 })), full(() => fs.ftruncateSync({ fd, length: 11 })), full(() => fs.writeSync({ fd, data: 'xx', position: 8 })), read('/c'))
         fs.closeSync({ fd: fs.openSync({ filePath: u + '/c', flag: 'w' }) }); console.log(full(() => fs.writeFileSync(u + '/e', '1234567890')))",
    )
    .await;

    assert_eq!(
        text,
        "true true 1234567890
false true 0987654321 true
false true 12345678
true true false 6
1234 true false
true
false true
true true true false 12345678xx
false"
    );
}

#[tokio::test]
async fn a_file_is_read_and_written_by_its_number() {
    let text = console(
        "const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH + '/f'
         const t = (name, options) => { try { return fs[name + 'Sync'](options) } catch (e) { console.log(e.errno, e.message) } }
         const fd = fs.openSync({ filePath: p, flag: 'w+' }); console.log(typeof fd, fs.writeSync({ fd, data: 'héllo' }).bytesWritten, fs.writeSync({ fd, data: new Uint8Array([1, 65, 66, 67]).buffer, offset: 1, length: 2 }).bytesWritten)
         const arrayBuffer = new ArrayBuffer(8); const { bytesRead } = fs.readSync({ fd, arrayBuffer, length: 4, offset: 1, position: 3 })
         console.log(bytesRead, String.fromCharCode(...new Uint8Array(arrayBuffer).slice(0, 6)), fs.fstatSync({ fd }).size)
         fs.ftruncateSync({ fd, length: 3 }); console.log(fs.readFileSync(p, 'utf8'))
         t('read', { fd, arrayBuffer, length: 9 }); t('read', { fd, length: 1 }); t('read', { fd, arrayBuffer, offset: 9 }); t('write', { fd, data: arrayBuffer, offset: 9 })
         t('open', { filePath: p, flag: 'wx' }); t('open', { filePath: p + 1, flag: 'r+' }); t('open', { filePath: p, flag: 'q' }); t('open', { filePath: 'app.js', flag: 'a' })
         const a = fs.openSync({ filePath: p, flag: 'a' }); fs.writeSync({ fd: a, data: '!', position: 0 }); t('read', { fd: a, arrayBuffer, length: 1 })
         const r = fs.openSync({ filePath: 'app.js' }); t('write', { fd: r, data: 'x' }); fs.unlinkSync(p); t('write', { fd: a, data: 'x' })
         t('close', { fd }); t('close', { fd }); t('close', { fd: '../1' }); t('fstat', { fd: '99' })
         for (let i = 0, more = true; more; i++) try { fs.openSync({ filePath: 'app.js' }) } catch (e) { more = false; console.log(i, e.errno) }
         fs.open({ filePath: p, flag: 'ax+', fail: e => console.log(e.errMsg), success: () => console.log('?') })
         fs.read({ fd: r, arrayBuffer, length: 5, success: res => console.log(res.bytesRead, res.arrayBuffer === arrayBuffer, new Uint8Array(arrayBuffer)[0]) })",
    )
    .await;

    assert_eq!(text, BY_NUMBER);
}

const BY_NUMBER: &str = "string 6 2
4 \0lloA\0 8
hé
1301006 readSync:fail value of length is out of range
1302005 readSync:fail array buffer does not exist
1301007 readSync:fail value of offset is out of range
1301007 writeSync:fail value of offset is out of range
1301005 openSync:fail file already exists \"wxfile://usr/f\"
1300002 openSync:fail no such file or directory, open \"wxfile://usr/f1\"
1302003 openSync:fail invalid flag
1300013 openSync:fail permission denied, open \"app.js\"
1302001 readSync:fail permission denied
1302001 writeSync:fail permission denied
1300009 writeSync:fail bad file descriptor
1300009 closeSync:fail bad file descriptor
1300009 closeSync:fail bad file descriptor
1300009 fstatSync:fail bad file descriptor
62 1302002
open:fail excced max concurrent fd limit
5 true 99";

#[tokio::test]
async fn the_package_can_be_read_and_not_changed() {
    let project = project(&[
        ("app.js", "const fs = wx.getFileSystemManager(); const t = p => { try { console.log(fs.readFileSync(p, 'utf8')) } catch (e) { console.log(e.errno) } }
          t('data/x.json'); t('/data/x.json'); t('./data/x.json'); t('../data/x.json'); t('data'); t('data/no'); t('.git/config'); t('minigate.toml'); t('project.config.json')
          fs.copyFileSync('/data/x.json', wx.env.USER_DATA_PATH + '/y'); t(wx.env.USER_DATA_PATH + '/y'); fs.accessSync('/data/x.json')"),
        ("data/x.json", "{}"),
        (".git/config", "secret"),
        ("minigate.toml", "secret"),
        ("project.config.json", "{}"),
    ]);

    let run = run_project(project, Limits::default()).await;

    assert_eq!(
        run.text(),
        "{}\n{}\n1300014\n1300014\n1300002\n1300002\n1300014\n1300002\n1300002\n{}"
    );
}

#[tokio::test]
async fn a_file_too_large_for_the_apps_memory_is_an_error_and_not_its_end() {
    let limits = Limits {
        memory: 16 << 20,
        ..Limits::default()
    };
    let place = tempfile::tempdir().unwrap();
    let sandbox = sandbox(place.path(), 1 << 30);

    let run = run_on(
        sandbox,
        "const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH + '/f'
         const t = (...args) => { try { console.log(fs.readFileSync(p, ...args).length) } catch (e) { console.log(e.errno, e.message) } }
         fs.writeFileSync(p, ''); fs.truncateSync({ filePath: p, length: 12 << 20 })
         t(); t('latin1'); t('hex'); t('utf8', 0, 100); fs.truncateSync({ filePath: p, length: 101 * 1024 * 1024 }); t()",
        limits,
    )
    .await;

    assert_eq!(
        run.text(),
        "111 readFileSync:fail oom occurs\n111 readFileSync:fail oom occurs\n111 readFileSync:fail oom occurs\n100\n1300202 readFileSync:fail the maximum size of the file storage limit is exceeded"
    );
}

#[tokio::test]
async fn what_is_read_into_a_heap_without_room_is_an_error_and_not_the_app_s_end() {
    let limits = Limits {
        memory: 32 << 20,
        ..Limits::default()
    };
    let place = tempfile::tempdir().unwrap();
    let sandbox = sandbox(place.path(), 1 << 30);

    let run = run_on(
        sandbox,
        "const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH + '/f', kept = []
         fs.writeFileSync(p, ''); fs.truncateSync({ filePath: p, length: 8 << 20 })
         const fail = e => console.log(e.errno, e.errMsg)
         for (const encoding of [undefined, 'latin1']) try { for (;;) kept.push(fs.readFileSync(p, encoding)) } catch (e) { fail(e) }
         fs.readFile({ filePath: p, fail, success: () => console.log('?') })
         fs.readFile({ filePath: p, encoding: 'latin1', fail, complete() { kept.length = 0; console.log(fs.readFileSync(p).byteLength) } })",
        limits,
    )
    .await;

    assert_eq!(
        run.text(),
        "111 readFileSync:fail oom occurs\n111 readFileSync:fail oom occurs\n111 readFile:fail oom occurs\n111 readFile:fail oom occurs\n8388608"
    );
    assert_eq!(run.end, End::Idle);
}

#[tokio::test]
async fn what_is_saved_must_be_a_temporary_file_and_the_fault_names_it() {
    let text = console(
        "const fs = wx.getFileSystemManager(), u = wx.env.USER_DATA_PATH
         fs.writeFileSync(u + '/a', 'x')
         for (const from of [u + '/none', u + '/a', 'app.js', '../x', 'wxfile://tmp_none'])
           try { fs.saveFileSync(from, u + '/q') } catch (e) { console.log(e.errno, e.errMsg) }",
    )
    .await;

    assert_eq!(
        text,
        "1301112 saveFileSync:fail tempFilePath file not exist
1300013 saveFileSync:fail permission denied, open \"wxfile://usr/a\"
1300013 saveFileSync:fail permission denied, open \"app.js\"
1300014 saveFileSync:fail permission denied, open \"../x\"
1301112 saveFileSync:fail tempFilePath file not exist"
    );
}

#[tokio::test]
async fn patched_built_ins_see_nothing_of_the_file_system() {
    let run = run(&[("p.js", "Page({ data: {} })"), (
        "app.js",
        "let hits = []; const log = console.log, bytes = new Uint8Array([65, 66]).buffer
         for (const name of ['path', 'target', 'data', 'encoding', 'position', 'length', 'recursive', 'fd', 'flag', 'give', 'pick', 'args', 'read', 'errno', 'stats', 'buffer', 'text', 'value'])
           Object.defineProperty(Object.prototype, name, { get() { if (this !== Object.prototype) hits.push(name) }, set() { hits.push('set ' + name) }, configurable: true })
         for (const name of ['set', 'subarray', 'slice', 'fill']) Object.getPrototypeOf(Uint8Array.prototype)[name] = () => { hits.push(name) }
         Array.prototype[Symbol.iterator] = () => { hits.push('iterator') }; Map.prototype.get = Map.prototype.set = () => { hits.push('map') }
         const fs = wx.getFileSystemManager(), p = wx.env.USER_DATA_PATH + '/f', own = o => ({ __proto__: null, ...o })
         fs.writeFileSync(p, bytes); fs.appendFileSync(p, 'C', 'utf8')
         const b = new ArrayBuffer(2), fd = fs.openSync(own({ filePath: p, flag: 'r' })); fs.readSync(own({ fd, arrayBuffer: b, length: 2, offset: 0, position: 0 }))
         fs.readFile(own({ filePath: p, encoding: 'utf8', position: 0, length: 3, success(r) { log(r.data, r.errMsg, new Uint8Array(b)[1]) } }))
         fs.stat(own({ path: wx.env.USER_DATA_PATH, recursive: true, success(r) { delete Object.prototype.length; delete Object.prototype.stats; log(r.stats.length, r.stats[1].stats.size, hits.join()) } }))",
    )])
    .await;

    assert_eq!(run.faults(), Vec::<&Fault>::new());
    assert_eq!(run.lines(), ["ABC readFile:ok 66", "2 3 "]);
}

#[tokio::test]
async fn a_picture_tells_its_size_and_kind() {
    let text = console(
        "const fs = wx.getFileSystemManager(), u = wx.env.USER_DATA_PATH, fail = e => console.log(e.errMsg, e.errno)
         fs.writeFileSync(u + '/p.png', '89504e470d0a1a0a0000000d4948445200000003000000020802000000', 'hex')
         fs.writeFileSync(u + '/p.gif', '47494638396104000500f700003b', 'hex'); fs.writeFileSync(u + '/cut.jpg', 'ffd8ffe00000', 'hex')
         wx.getImageInfo({ src: u + '/p.png' }).then(r => console.log(r.width, r.height, r.type, r.orientation, r.path, r.errMsg))
         wx.getImageInfo({ src: u + '/p.gif', success: r => console.log(r.width, r.height, r.type) })
         for (const src of [u + '/cut.jpg', 'app.js', u + '/none', u]) wx.getImageInfo({ src, fail })",
    )
    .await;

    assert_eq!(
        text,
        "3 2 png up wxfile://usr/p.png getImageInfo:ok
4 5 gif
getImageInfo:fail unable to open as image 1300301
getImageInfo:fail unable to open as image 1300301
getImageInfo:fail no such file or directory \"wxfile://usr/none\" 1300002
getImageInfo:fail illegal operation on a directory, open \"wxfile://usr\" 1301003"
    );
}

#[tokio::test]
async fn storage_is_kept_where_the_files_are() {
    let place = tempfile::tempdir().unwrap();
    let script = "console.log(JSON.stringify(wx.getStorageInfoSync().keys), wx.getStorageSync('a').n, wx.batchGetStorageSync(['b', 'none', 'c']).join('-'))
        wx.setStorageSync('a', { n: (wx.getStorageSync('a').n || 0) + 1 }); wx.setStorageSync('gone', 1); wx.removeStorageSync('gone')
        wx.batchSetStorageSync([{ key: 'b', value: 'B' }, { key: 'c', value: 2 }])
        wx.setStorage({ key: 'd', data: 1, encrypt: true, success: () => wx.getStorage({ key: 'd', encrypt: true, success: r => console.log(r.data) }) })
        wx.batchGetStorage({ keyList: ['b'], success: r => console.log(r.dataList.join(), r.errMsg) })
        try { wx.batchSetStorageSync('x') } catch (e) { console.log(e.errMsg) }";

    let first = on(&sandbox(place.path(), 10), script).await;
    let second = on(&sandbox(place.path(), 10), script).await;

    let same = "batchSetStorageSync:fail parameter error: parameter.kvList should be Array;\nB batchGetStorage:ok\n1";
    assert_eq!(first, format!("[] undefined --\n{same}"));
    assert_eq!(second, format!("[\"a\",\"b\",\"c\",\"d\"] 1 B--2\n{same}"));
}

#[tokio::test]
async fn storage_that_is_lost_is_told_before_the_app_starts() {
    let place = tempfile::tempdir().unwrap();
    on(&sandbox(place.path(), 10), "wx.setStorageSync('a', 1)").await;
    let file = place.path().join("wx1/storage.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + "broken\n").unwrap();

    let run = run_on(
        sandbox(place.path(), 10),
        "console.log(wx.getStorageSync('a'))",
        Limits::default(),
    )
    .await;

    assert_eq!(
        run.notices[0],
        Notice::Storage(StorageLoss::Broken { line: 2, bytes: 7 })
    );
    assert_eq!(run.lines(), ["1"]);
}

async fn on(sandbox: &Sandbox, script: &str) -> String {
    let run = run_on(sandbox.clone(), script, Limits::default()).await;
    run.text()
}

fn sandbox(folder: &Path, limit: u64) -> Sandbox {
    let profile = Profile {
        files_max_bytes: limit,
        ..Profile::default()
    };
    Sandbox::kept(
        folder,
        &"wx1".parse().unwrap(),
        FileRules::of(&profile, Kind::App),
    )
    .unwrap()
}

fn temporary(sandbox: &Sandbox, text: &str) -> String {
    let mut receiver = sandbox.receive(None).unwrap();
    receiver.write(text.as_bytes()).unwrap();
    receiver.commit(Some("txt")).unwrap()
}
