//! Redirects that lead astray.

use crate::answer::answer;
use crate::script::{Script, Steps};

/// Sends the client back to where it is, again and again, on one connection.
pub fn redirect_loop() -> Script {
    Script::answering(answer(302, &[("location", "/loop")], ""))
}

/// Sends the client elsewhere.
pub fn redirect_to(location: &str) -> Script {
    redirect(&[("location", location)])
}

/// A redirect that doesn't say where to.
pub fn redirect_nowhere() -> Script {
    redirect(&[])
}

fn redirect(headers: &[(&str, &str)]) -> Script {
    Steps::over_tls()
        .read_request()
        .write(answer(302, headers, ""))
        .close()
}
