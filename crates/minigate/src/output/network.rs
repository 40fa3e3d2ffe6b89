//! What the network is like, as a line.

use minigate_engine::{Cut, Fault, HostFault, Network};
use minigate_policy::diagnosis::Lang;
use serde_json::{Value, json};

/// `4g, 9000/9000 kbit/s, 170 ms`, with everything else that isn't ideal.
pub(super) fn line(network: &Network, cut: Option<Cut>, lang: Lang) -> String {
    let mut parts: Vec<String> = cut.iter().map(|cut| cut_text(*cut, lang).to_owned()).collect();
    if network.is_offline() {
        parts.push(lang.pick("offline", "离线").to_owned());
        return parts.join(", ");
    }
    parts.push(network.kind.to_string());
    if network.down.or(network.up).is_some() {
        parts.push(format!("{}/{} kbit/s", kbit(network.down), kbit(network.up)));
    }
    if !network.rtt.is_zero() || !network.jitter.is_zero() {
        let jitter = if network.jitter.is_zero() {
            String::new()
        } else {
            format!(" ± {} ms", network.jitter.as_millis())
        };
        parts.push(format!("{} ms{jitter}", network.rtt.as_millis()));
    }
    let loss = network.loss.as_share() * 100.0;
    if loss > 0.0 {
        parts.push(match lang {
            Lang::En => format!("{loss} % lost"),
            Lang::Zh => format!("丢包 {loss} %"),
        });
    }
    if network.silent {
        parts.push(lang.pick("nothing arrives", "收不到任何数据").to_owned());
    }
    parts.extend(network.faults.iter().map(|fault| fault_text(fault, lang)));
    parts.join(", ")
}

/// The same as an object.
pub(super) fn json(network: &Network, cut: Option<Cut>) -> Value {
    json!({
        "network_type": network.kind.to_string(),
        "cut": cut.map(|cut| cut.to_string()),
        "down_kbit": network.down.map(|rate| rate.get() * 8 / 1000),
        "up_kbit": network.up.map(|rate| rate.get() * 8 / 1000),
        "rtt_ms": network.rtt.as_secs_f64() * 1000.0,
        "jitter_ms": network.jitter.as_secs_f64() * 1000.0,
        "loss": network.loss.as_share(),
        "silent": network.silent,
        "faults": network.faults.iter().map(|fault| fault_text(fault, Lang::En)).collect::<Vec<_>>(),
    })
}

fn kbit(rate: Option<std::num::NonZeroU64>) -> String {
    rate.map_or_else(|| "∞".to_owned(), |rate| (rate.get() * 8 / 1000).to_string())
}

const fn cut_text(cut: Cut, lang: Lang) -> &'static str {
    match cut {
        Cut::Lost => lang.pick("all connections lost", "所有连接断开"),
        Cut::Reset => lang.pick("all connections reset", "所有连接被重置"),
        _ => lang.pick("another network", "切换网络"),
    }
}

fn fault_text(HostFault { host, fault }: &HostFault, lang: Lang) -> String {
    let text = match (fault, lang) {
        (Fault::NoAddress, Lang::En) => "can't be looked up".to_owned(),
        (Fault::NoAddress, Lang::Zh) => "无法解析".to_owned(),
        (Fault::SlowLookup(by), Lang::En) => format!("is looked up {} ms later", by.as_millis()),
        (Fault::SlowLookup(by), Lang::Zh) => format!("解析延迟 {} 毫秒", by.as_millis()),
        (Fault::Refused, Lang::En) => "refuses connections".to_owned(),
        (Fault::Refused, Lang::Zh) => "拒绝连接".to_owned(),
        (Fault::Unreachable, Lang::En) => "can't be reached".to_owned(),
        (Fault::Unreachable, Lang::Zh) => "不可达".to_owned(),
        (Fault::NeverConnects, Lang::En) => "never connects".to_owned(),
        (Fault::NeverConnects, Lang::Zh) => "无法建立连接".to_owned(),
        (Fault::ResetAfter(bytes), Lang::En) => format!("resets after {bytes} bytes"),
        (Fault::ResetAfter(bytes), Lang::Zh) => format!("{bytes} 字节后重置"),
        (Fault::CloseAfter(bytes), Lang::En) => format!("closes after {bytes} bytes"),
        (Fault::CloseAfter(bytes), Lang::Zh) => format!("{bytes} 字节后关闭"),
        (other, _) => format!("{other:?}"),
    };
    format!("`{host}` {text}")
}

#[cfg(test)]
mod tests {
    use minigate_engine::{Loss, Preset};

    use super::*;

    #[test]
    fn a_network_says_what_isnt_ideal() {
        let network = Network {
            loss: Loss::share(0.02).unwrap(),
            faults: vec![HostFault {
                host: "a.com".to_owned(),
                fault: Fault::Refused,
            }],
            ..Preset::G3.network()
        };

        assert_eq!(
            line(&network, None, Lang::En),
            "3g, 1600/768 kbit/s, 300 ms, 2 % lost, `a.com` refuses connections"
        );
        assert_eq!(
            line(&network, Some(Cut::Switched), Lang::Zh),
            "切换网络, 3g, 1600/768 kbit/s, 300 ms, 丢包 2 %, `a.com` 拒绝连接"
        );
        assert_eq!(line(&Preset::Offline.network(), None, Lang::En), "offline");
        assert_eq!(line(&Network::default(), None, Lang::En), "wifi");
    }
}
