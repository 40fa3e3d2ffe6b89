//! The native functions under the prelude.

use std::{
    rc::Rc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rquickjs::{Array, Ctx, Exception, Function, IntoJs, Object, Result, Value, function::IntoJsFunc};

use super::storage::Unstorable;
use super::{
    Host, Request, Told,
    components::{components, plan},
    modules, network, socket_answer,
    sockets::Connection,
};
use crate::{
    limits::Limit,
    loader::without_ending,
    observer::{Lack, Notice, Place, Unsent},
    project::Package,
    realm::fault,
};

/// Makes the object that holds all native functions. Only the prelude ever sees it.
pub(crate) fn natives<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> Result<Object<'js>> {
    let natives = Natives {
        ctx: ctx.clone(),
        host,
        object: Object::new_proto(ctx.clone(), None)?,
    };
    natives.add_reports()?;
    natives.add_times()?;
    natives.add_modules()?;
    natives.add_pages()?;
    natives.add_storage()?;
    natives.add_files()?;
    natives.add_calls()?;
    natives.add_sockets()?;
    Ok(natives.object)
}

struct Natives<'h, 'js> {
    ctx: Ctx<'js>,
    host: &'h Rc<Host>,
    object: Object<'js>,
}

impl<'js> Natives<'_, 'js> {
    fn add<P>(&self, name: &str, function: impl IntoJsFunc<'js, P> + 'js) -> Result<()> {
        self.object.set(name, Function::new(self.ctx.clone(), function)?)
    }

    fn host(&self) -> Rc<Host> {
        Rc::clone(self.host)
    }

    fn add_reports(&self) -> Result<()> {
        let host = self.host();
        self.add("log", move |level: String, text: String, stack: String| {
            host.log(&level, text, &stack);
        })?;
        let host = self.host();
        self.add("report", move |kind: String, text: String, stack: String| {
            host.report(&kind, &text, &stack);
        })?;
        let host = self.host();
        self.add(
            "unsent",
            move |api: String, err_msg: String, stack: String, cause: Option<String>, errno: Option<u32>| {
                host.notice(Notice::Unsent(Unsent {
                    api,
                    err_msg,
                    errno,
                    place: fault("", &stack).place,
                    cause,
                }));
            },
        )?;
        let host = self.host();
        self.add("show", move |api: String, text: String| host.show(api, text))?;
        let host = self.host();
        self.add("tell", move |outcome: String, text: String| {
            host.told.replace(Some(Told { outcome, text }));
        })?;
        let host = self.host();
        self.add("absent", move |api: String, lack: String, setting: String| {
            host.absent(&api, Lack::named(&lack), &setting);
        })?;
        self.add("isError", |value: Value<'js>| value.is_error())?;
        self.add("isProxy", |value: Value<'js>| value.is_proxy())
    }

    fn add_times(&self) -> Result<()> {
        let host = self.host();
        self.add("now", move || {
            let passed = host.clock.now().saturating_duration_since(host.started);
            passed.as_secs_f64() * 1000.0
        })?;
        let host = self.host();
        self.add("date", move || milliseconds(host.clock.wall(host.clock.now())))?;
        let host = self.host();
        self.add("startTimer", move |ctx: Ctx<'js>, delay: f64, repeats: bool| {
            let delay = Duration::from_secs_f64(delay / 1000.0);
            let mut agenda = host.agenda.borrow_mut();
            let id = agenda.start(delay, repeats, host.limits.timers, host.clock.now());
            id.map_err(|limit| Exception::throw_range(&ctx, &limit.to_string()))
        })?;
        let host = self.host();
        self.add("stopTimer", move |id: u64| host.agenda.borrow_mut().stop(id))?;
        let host = self.host();
        self.add("soon", move || host.agenda.borrow_mut().soon())
    }

    fn add_modules(&self) -> Result<()> {
        let host = self.host();
        self.add(
            "locate",
            move |ctx: Ctx<'js>, from: String, specifier: String, is_later: bool| {
                modules::locate(&host, &ctx, (&from, &specifier), is_later)
            },
        )?;
        let host = self.host();
        self.add("pluginFile", move |name: String| host.plugins.get(&name).cloned())?;
        let host = self.host();
        self.add("plugin", move |name: String| host.miss_plugin(&name))?;
        let host = self.host();
        self.add("compile", move |ctx: Ctx<'js>, path: String| {
            modules::compile(&host, &ctx, &path)
        })?;
        let host = self.host();
        self.add("origin", move |file: String, line: u32, column: u32| {
            host.own(Place { file, line, column }).to_string()
        })
    }

    fn add_pages(&self) -> Result<()> {
        let host = self.host();
        self.add("isPage", move |path: String| {
            host.route_of(&path).is_some_and(|route| host.has_page(route))
        })?;
        let host = self.host();
        self.add("hasPage", move |route: String| host.has_page(&route))?;
        let host = self.host();
        self.add("pageFile", move |route: String| {
            host.project.script(&format!("{}{route}", host.project.root()))
        })?;
        let host = self.host();
        self.add("packageFile", move |name: String| host.package_file(&name))?;
        let host = self.host();
        self.add("components", move |file: String| components(&host, &file))?;
        let host = self.host();
        self.add("template", move |ctx: Ctx<'js>, file: String| {
            plan(&host, &ctx, &file)
        })?;
        self.object.set("customTabBar", self.host.custom_tab_bar())?;
        let host = self.host();
        self.add("isTab", move |route: String| {
            host.project.manifest().is_tab(&route)
        })?;
        let tabs = Array::new(self.ctx.clone())?;
        for (index, tab) in self.host.project.manifest().tabs().enumerate() {
            tabs.set(index, tab)?;
        }
        self.object.set("tabs", tabs)?;
        self.object.set("config", self.host.facts.as_str())
    }

    fn add_storage(&self) -> Result<()> {
        let host = self.host();
        self.add("storageGet", move |key: String| {
            host.storage.borrow_mut().get(&key).map(str::to_owned)
        })?;
        let host = self.host();
        self.add("storageSet", move |key: String, value: String| {
            problem(host.storage.borrow_mut().set(key, value))
        })?;
        let host = self.host();
        self.add("storageRemove", move |key: String| {
            problem(host.storage.borrow_mut().remove(&key))
        })?;
        let host = self.host();
        self.add("storageClear", move || problem(host.storage.borrow_mut().clear()))?;
        let host = self.host();
        self.add("storageInfo", move || {
            host.storage.borrow_mut().info().to_string()
        })?;
        let host = self.host();
        self.add("ask", move |name: String, detail: String| host.ask(name, detail))?;
        let host = self.host();
        self.add("leave", move || host.is_left.set(true))?;
        let host = self.host();
        self.add("code", move || (host.codes.borrow_mut())())
    }

    fn add_files(&self) -> Result<()> {
        let host = self.host();
        self.add(
            "file",
            move |ctx: Ctx<'js>, name: String, payload: Object<'js>| host.use_file(&ctx, &name, payload),
        )?;
        let host = self.host();
        self.add(
            "fileLater",
            move |ctx: Ctx<'js>, name: String, payload: Object<'js>| {
                host.use_file_later(&ctx, &name, payload)
            },
        )
    }

    fn add_calls(&self) -> Result<()> {
        let host = self.host();
        self.add("start", move |ctx: Ctx<'js>, payload: Object<'js>| {
            let started = host.start_call(Request::read(&payload, &host)?);
            started.map_or_else(|limit| refusal(&ctx, limit), |id| id.into_js(&ctx))
        })?;
        let host = self.host();
        self.add("want", move |id: u64, event: String| {
            host.calls.borrow_mut().want(id, &event);
        })?;
        let host = self.host();
        self.add("network", move || {
            network::facts(&host.calls.borrow().engine.network().now())
        })?;
        let host = self.host();
        self.add("abort", move |id: u64| host.calls.borrow().abort(id))
    }

    fn add_sockets(&self) -> Result<()> {
        let host = self.host();
        self.add("connect", move |ctx: Ctx<'js>, payload: Object<'js>| {
            let started = host.connect(Connection::read(&payload)?);
            started.map_or_else(|limit| refusal(&ctx, limit), |id| id.into_js(&ctx))
        })?;
        let host = self.host();
        self.add(
            "sendMessage",
            move |ctx: Ctx<'js>, api: String, id: Option<u64>, data: String, is_binary: bool| {
                tell(&ctx, host.sockets.borrow().send(&api, id, data, is_binary))
            },
        )?;
        let host = self.host();
        self.add(
            "closeSocket",
            move |ctx: Ctx<'js>, api: String, id: Option<u64>, code: f64, reason: String| {
                tell(&ctx, host.sockets.borrow().close(&api, id, code, reason))
            },
        )
    }
}

/// What a task's function gets: nothing, or why it couldn't be done.
fn tell<'js>(
    ctx: &Ctx<'js>,
    done: std::result::Result<(), minigate_engine::Complaint>,
) -> Result<Value<'js>> {
    match done {
        Ok(()) => Ok(Value::new_undefined(ctx.clone())),
        Err(complaint) => socket_answer::complaint(ctx, &complaint),
    }
}

/// A date as JavaScript counts it, in whole milliseconds.
fn milliseconds(date: SystemTime) -> f64 {
    let passed = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    passed.as_millis() as f64
}

/// What keeps something from being stored, in words.
fn problem(stored: std::result::Result<(), Unstorable>) -> Option<String> {
    stored.err().map(|problem| problem.to_string())
}

/// What a call gets that would break a limit: the platform's words and number for too much of something.
fn refusal<'js>(ctx: &Ctx<'js>, limit: Limit) -> Result<Value<'js>> {
    let (text, errno) = match limit {
        Limit::PendingBytes { .. } => (
            "convert native buffer parameter fail. native buffer exceed size limit",
            602_300,
        ),
        _ => ("network exceed max task count", 600_007),
    };
    let refusal = Object::new_proto(ctx.clone(), None)?;
    refusal.set("text", text)?;
    refusal.set("errno", errno)?;
    Ok(refusal.into_value())
}

impl Host {
    fn has_page(&self, route: &str) -> bool {
        self.project.manifest().pages().iter().any(|page| page == route)
    }

    fn route_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        Some(without_ending(path.strip_prefix(self.project.root())?))
    }

    /// The first file of a game's sub-package, by its name or its root: the root itself, or `game.js` in it.
    fn package_file(&self, name: &str) -> Option<String> {
        let manifest = self.project.manifest();
        let wanted = name.trim_matches('/');
        let named = |package: &&Package| {
            package.name.as_deref() == Some(name) || package.root.trim_end_matches('/') == wanted
        };
        let root = &manifest.packages().iter().find(named)?.root;
        let path = format!("{}{}", self.project.root(), root.trim_end_matches('/'));
        let is_file = self.project.files().is_file(&path);
        Some(if is_file {
            path
        } else {
            self.project.script(&format!("{path}/game"))
        })
    }

    fn custom_tab_bar(&self) -> Option<String> {
        let path = format!("{}custom-tab-bar/index", self.project.root());
        let has = self.project.manifest().has_custom_tab_bar();
        has.then(|| self.project.script(&path))
    }
}
