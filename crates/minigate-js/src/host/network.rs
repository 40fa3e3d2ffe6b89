//! What the app may know of its network.

use minigate_engine::NetworkView;

/// A view of the network under the platform's names, as JSON.
pub(crate) fn facts(view: &NetworkView) -> String {
    let facts = serde_json::json!({
        "networkType": view.kind.to_string(),
        "signalStrength": view.signal,
        "hasSystemProxy": view.system_proxy,
        "weakNet": view.is_weak,
        "localip": view.local_ip.to_string(),
        "netmask": view.netmask.to_string(),
    });
    facts.to_string()
}
