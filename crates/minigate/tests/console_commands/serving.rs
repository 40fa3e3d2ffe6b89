//! How serving ends.

use crate::desk::{Desk, get};

#[tokio::test]
async fn at_sigterm_it_isnt_ready_before_it_stops_to_listen() {
    let desk = Desk::empty();
    let mut console = desk.start(&["--drain", "600"]);
    assert_eq!(get(&console, "/readyz").await, Some((200, "ready\n".to_owned())));

    console.send("-TERM");
    let mut ready = get(&console, "/readyz").await;
    while ready == Some((200, "ready\n".to_owned())) {
        ready = get(&console, "/readyz").await;
    }
    let page = get(&console, "/sign-in").await;
    // Asked again, it waits no longer.
    console.send("-TERM");
    let code = console.child.wait().unwrap().code();

    assert_eq!(ready, Some((503, "about to end\n".to_owned())));
    assert_eq!(page.map(|(status, _)| status), Some(200));
    assert_eq!(code, Some(0));
    assert_eq!(get(&console, "/readyz").await, None);
}
