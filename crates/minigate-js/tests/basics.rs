//! The realm: order of turns, errors, modules.

mod support;

use support::{console, run};

#[tokio::test(start_paused = true)]
async fn promise_jobs_come_before_the_next_timer() {
    let text = console(
        "setTimeout(() => { console.log('timer'); Promise.resolve().then(() => console.log('job of timer')) }, 0);
         setTimeout(() => console.log('second timer'), 0);
         Promise.resolve().then(() => console.log('job'));
         console.log('now')",
    )
    .await;

    assert_eq!(text, "now\njob\ntimer\njob of timer\nsecond timer");
}

#[tokio::test(start_paused = true)]
async fn an_error_names_file_and_line() {
    let run = run(&[("p.js", "Page({\n  onLoad() {\n    this.missing.x\n  }\n})")]).await;

    let fault = run.faults()[0];
    assert_eq!(fault.message, "TypeError: cannot read property 'x' of undefined");
    assert_eq!(fault.place.as_ref().unwrap().to_string(), "p.js:3:5");
}
