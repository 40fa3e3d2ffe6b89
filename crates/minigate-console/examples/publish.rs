//! Publishes 60 domains for an app in the console's database that is named, for measurements.

use std::error::Error;

use jiff::Timestamp;
use minigate_console::access::{Caller, Right};
use minigate_console::domains::Domains;
use minigate_console::{app, store};
use minigate_policy::{AppId, Era, WrittenLists};

const APP: &str = "wx0123456789abcdef";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let database = std::env::args().nth(1).ok_or("which database?")?;
    let store = store::open(&database).await?;
    let by = Caller::local("bench").allow(Right::Operate, None, Timestamp::now())?;
    let id: AppId = APP.parse()?;
    app::create(&*store, &id, "Shop", Era::Current, false, &by).await?;
    let domains = Domains::of(&*store, &id);
    domains.write(lists(), &by).await?;
    domains.submit(&by).await?;
    domains.approve(&by).await?;
    domains.publish(&by).await?;
    Ok(())
}

fn lists() -> WrittenLists {
    let entries = |scheme: &str, service: &str, count: u32| {
        let entry = |number| format!("{scheme}://{service}-{number}.shop.example.com");
        (1..=count).map(entry).collect()
    };
    WrittenLists {
        request: entries("https", "api", 36),
        upload_file: entries("https", "media", 8),
        download_file: entries("https", "cdn", 12),
        connect_socket: entries("wss", "live", 4),
    }
}
