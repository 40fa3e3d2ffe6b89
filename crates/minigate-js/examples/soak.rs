//! Runs an app for a long time and prints what it holds, a line each minute: `soak APP ROOT.pem ADDR SECONDS`.
//!
//! Twice a minute the app goes to the background, for longer than calls may go on there and then for less.
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::error::Error;
use std::fs;
use std::time::Duration;

use minigate_engine::{Engine, Override};
use minigate_js::{
    App, Device, FileRules, HideReason, Launch, Limits, Notice, Project, Sandbox, Setup, User,
};
use minigate_policy::{DomainLists, Policy, WrittenLists};
use minigate_tls::{RootSource, Roots, Trust};
use tokio::runtime::Handle;
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [app, root, addr, seconds] = args.as_slice() else {
        return Err("usage: soak APP ROOT.pem ADDR SECONDS".into());
    };
    let mut app = app_at(app, fs::read(root)?, addr)?;
    let until = Instant::now() + Duration::from_secs(seconds.parse()?);
    app.launch(&Launch::default())
        .map_err(|limit| limit.to_string())?;
    while Instant::now() < until {
        for hidden in [7, 2] {
            app.run_for(Duration::from_secs(20)).await;
            app.hide(HideReason::Left).map_err(|limit| limit.to_string())?;
            app.run_for(Duration::from_secs(hidden)).await;
            app.show(None).map_err(|limit| limit.to_string())?;
        }
        print_holdings()?;
    }
    Ok(())
}

fn app_at(folder: &str, root: Vec<u8>, addr: &str) -> Result<App, Box<dyn Error>> {
    let lists = WrittenLists {
        request: vec!["https://soak.example".to_owned()],
        upload_file: vec!["https://soak.example".to_owned()],
        download_file: vec!["https://soak.example".to_owned()],
        connect_socket: vec!["wss://soak.example".to_owned()],
    };
    let policy = Policy::new("wx50a150a150a150a1".parse()?).with_lists(DomainLists::parse(&lists, 20)?);
    let roots = Roots::load(&[RootSource::Added {
        name: "soak".to_owned(),
        content: root,
    }])?;
    let mut network = minigate_engine::Setup::new(policy.profile().clone(), Trust::new(roots));
    network.overrides = vec![Override::host_to("soak.example", addr.parse()?)];
    let project = Project::open(folder.as_ref())?;
    let app = App::new(Setup {
        files: Sandbox::temporary(FileRules::of(policy.profile(), project.kind())),
        project,
        engine: Engine::new(network),
        policy,
        limits: Limits::default(),
        observer: Box::new(|notice: Notice| println!("{notice:?}")),
        codes: Box::new(|| "code".to_owned()),
        device: Device::default(),
        user: User::default(),
        plugins: std::collections::BTreeMap::new(),
    })?;
    Ok(app)
}

fn print_holdings() -> Result<(), Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or_default();
    let descriptors = fs::read_dir("/proc/self/fd")?.count();
    let tasks = Handle::current().metrics().num_alive_tasks();
    println!(
        "resident {}, file descriptors {descriptors}, tasks {tasks}",
        resident.trim()
    );
    Ok(())
}
