//! Serves a folder of canned answers until it is killed, for clients outside of this process.
//!
//! `serve FOLDER ROOT.pem` writes the throw-away authority's certificate to `ROOT.pem` and says where it listens.
#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::error::Error;
use std::sync::Arc;

use minigate_origin::{Answers, Authority, Origin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(root)) = (args.next(), args.next()) else {
        return Err("usage: serve FOLDER ROOT.pem".into());
    };
    let authority = Arc::new(Authority::new()?);
    let origin = Origin::start(Answers::load(folder)?, &authority).await?;
    std::fs::write(root, authority.root_pem())?;
    println!("{}", origin.addr());
    std::future::pending().await
}
