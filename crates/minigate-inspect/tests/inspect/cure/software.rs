//! Each server software takes the lines that are printed for it.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use minigate_inspect::cure::{Change, Need, Software, changes, complete};
use minigate_inspect::probe::{Bounds, Facts, Prober};
use minigate_policy::diagnosis::Lang;
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Lab};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::authority::Publisher;
use super::{means, now, rows};
use crate::laboratory::probe;

#[test]
fn s4_nginx_takes_its_lines() {
    if !is_installed("nginx", "-v") {
        return;
    }
    each(Software::Nginx, |need, folder, lines| {
        // Ports below 1024 aren't everybody's.
        let lines = lines.replace("listen 443 ", "listen 18443 ");
        let listen = if need == Need::Tls {
            ""
        } else {
            "listen 18443 ssl;"
        };
        let own = pair(lines.contains("ssl_certificate "), "ssl_certificate", folder, ";");
        let config = nginx_conf(&format!("{listen}\n{own}\n{lines}"));
        fs::write(folder.join("nginx.conf"), config).unwrap();
        let mut nginx = nginx(folder);
        nginx.arg("-t");
        nginx
    });
}

#[test]
fn s4_apache_takes_its_lines() {
    if !is_installed("apache2", "-v") {
        return;
    }
    each(Software::Apache, |need, folder, lines| {
        let engine = if need == Need::Tls { "" } else { "SSLEngine on" };
        let own = pair(lines.contains("SSLCertificateFile"), "SSLCertificate", folder, "");
        let config = format!(
            "{APACHE}ServerRoot {root}\nSSLStaplingCache shmcb:{root}/stapling(32768)\n\
             <VirtualHost *:18444>\n{engine}\n{own}\n{lines}\n</VirtualHost>\n",
            root = folder.display()
        );
        fs::write(folder.join("httpd.conf"), config).unwrap();
        let mut apache = Command::new("apache2");
        apache.arg("-t").arg("-f").arg(folder.join("httpd.conf"));
        apache
    });
}

#[test]
fn s4_caddy_takes_its_lines() {
    if !is_installed("caddy", "version") {
        return;
    }
    each(Software::Caddy, |_, folder, lines| {
        let config =
            format!("{{\n\tauto_https off\n\tadmin off\n}}\napi.example.com:18445 {{\n{lines}\n}}\n");
        fs::write(folder.join("Caddyfile"), config).unwrap();
        let mut caddy = Command::new("caddy");
        caddy
            .args(["validate", "--adapter", "caddyfile", "--config"])
            .arg(folder.join("Caddyfile"));
        caddy.env("HOME", folder);
        caddy
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_nginx_with_the_printed_chain_and_lines_is_green() {
    if !is_installed("nginx", "-v") {
        return;
    }
    let lab = Lab::at(lab::now());
    let publisher = Publisher::start(lab.published()).await;
    let healthy = rows(&lab, &probe(&lab, lab::fault("complete")).await.remove(0));

    for name in [
        "one_intermediate_missing",
        "two_intermediates_missing",
        "wrong_order",
    ] {
        let fault = lab::fault(name);
        let faulty = probe(&lab, fault).await.remove(0);
        let roots = lab.roots();
        let cure = complete(faulty.chain().unwrap(), means(&roots, Some(&publisher.fetcher()))).await;

        let lines = format!(
            "{LISTEN} ssl http2;\n{}\n{}",
            lines(Need::FullChain),
            lines(Need::Versions)
        );
        let nginx = Nginx::start(&cure.full_chain.unwrap(), &lab.key_pem(fault), &lines);

        assert_ne!(rows(&lab, &faulty), healthy, "{name} is no fault");
        assert_eq!(rows(&lab, &nginx.probe().await), healthy, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t8_a_real_nginx_with_a_fault_is_well_with_the_lines_for_its_cause() {
    if !is_installed("nginx", "-v") {
        return;
    }
    let lab = Lab::at(lab::now());
    let fault = lab::fault("complete");
    let sent = probe(&lab, fault).await.remove(0).chains.remove(0);
    let chain = complete(&sent, means(&lab.roots(), None))
        .await
        .full_chain
        .unwrap();
    let key = lab.key_pem(fault);

    for (need, faulty, beside) in FAULTS {
        let site = if need == Need::Tls { "" } else { SITE };
        let with = |line: &str| Nginx::start(&chain, &key, &format!("{site}{beside}\n{line}"));

        let before = with(faulty).probe().await;
        let cured = with(&lines(need)).probe().await;

        assert!(needs(&lab, &before).contains(&need), "{faulty}: {before:#?}");
        let left = needs(&lab, &cured);
        let is_well = left
            .iter()
            .all(|left| *left == Need::OldVersions && *left != need);
        assert!(is_well, "{need:?} leaves {left:?}");
    }
}

#[test]
fn s4_the_lines_name_no_folder_that_a_host_could_break_out_of() {
    for host in ["a;b", "$(reboot)", "../../etc", "-rf", "", "a b", "天.example"] {
        for need in Need::ALL {
            for change in changes(need, host, Lang::En) {
                assert!(host.is_empty() || !change.lines.contains(host), "{change:?}");
            }
        }
        let [nginx, ..] = changes(Need::FullChain, host, Lang::En);
        assert!(nginx.lines.contains("/etc/ssl/site/fullchain.pem"), "{nginx:?}");
    }
}

#[test]
fn s4_each_need_is_met_by_each_software_in_both_languages() {
    for need in Need::ALL {
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| changes(need, "api.example.com", lang));
        for (en, zh) in en.iter().zip(&zh) {
            assert_eq!((en.software, &en.then), (zh.software, &zh.then));
            assert_eq!(bare(en), bare(zh));
            assert_ne!(en.place, zh.place);
            assert!(!en.lines.is_empty() && en.lines.is_ascii(), "{en:?}");
        }
    }
}

/// Has a program check the lines for every need, in both languages.
fn each(software: Software, checked_by: impl Fn(Need, &Path, &str) -> Command) {
    let folder = files();
    for (need, lang) in Need::ALL
        .into_iter()
        .flat_map(|need| [(need, Lang::En), (need, Lang::Zh)])
    {
        let changes = changes(need, "api.example.com", lang);
        let change = changes.iter().find(|change| change.software == software).unwrap();
        let lines = in_folder(change, folder.path());

        let output = checked_by(need, folder.path(), &lines).output().unwrap();

        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{need:?}: {lines}\n{said}");
    }
}

fn is_installed(program: &str, version: &str) -> bool {
    let is_installed = Command::new(program).arg(version).output().is_ok();
    if !is_installed {
        eprintln!("left out: there is no {program} here");
    }
    is_installed
}

/// The files that the lines name.
fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["api.example.com".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    write_pair(folder.path(), &certificate.pem(), &key.serialize_pem());
    folder
}

fn write_pair(folder: &Path, chain: &str, key: &str) {
    fs::write(folder.join("fullchain.pem"), chain).unwrap();
    fs::write(folder.join("privkey.pem"), key).unwrap();
}

fn in_folder(change: &Change, folder: &Path) -> String {
    change.lines.replace(FOLDER, folder.to_str().unwrap())
}

/// Certificate and key, for lines that don't name them.
fn pair(is_named: bool, directive: &str, folder: &Path, end: &str) -> String {
    if is_named {
        return String::new();
    }
    let (file, key) = if end.is_empty() {
        ("File", "KeyFile")
    } else {
        ("", "_key")
    };
    let folder = folder.display();
    format!("{directive}{file} {folder}/fullchain.pem{end}\n{directive}{key} {folder}/privkey.pem{end}")
}

fn bare(change: &Change) -> Vec<&str> {
    change
        .lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
}

/// What is printed for nginx.
fn lines(need: Need) -> String {
    let [nginx, ..] = changes(need, "api.example.com", Lang::En);
    nginx.lines
}

/// What the causes on all devices lead to.
fn needs(lab: &Lab, facts: &Facts) -> BTreeSet<Need> {
    let rows = rows(lab, facts);
    rows.iter()
        .filter_map(|row| Need::of(row.cause.as_ref()?))
        .collect()
}

/// A real nginx, which ends when it is dropped.
struct Nginx {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Nginx {
    fn start(chain: &str, key: &str, lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_pair(folder.path(), chain, key);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines = lines
            .replace(LISTEN, &format!("listen {address}"))
            .replace(FOLDER, folder.path().to_str().unwrap());
        let config = nginx_conf(&lines);
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let process = nginx(folder.path())
            // It takes a socket over that listens already, so that no port has to be guessed.
            .env("NGINX", "0;")
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            process,
            address,
            folder,
        }
    }

    async fn probe(&self) -> Facts {
        let prober = Prober::new(Arc::new(FakeResolver::new()), Bounds::default());
        prober.ask_address("api.example.com", self.address, now()).await
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers outlive one that is killed.
        let _ = nginx(self.folder.path())
            .args(["-s", "stop"])
            .stderr(Stdio::null())
            .status();
        let _ = self.process.wait();
    }
}

fn nginx(folder: &Path) -> Command {
    let mut nginx = Command::new("nginx");
    nginx
        .args(["-e", "stderr", "-p"])
        .arg(folder)
        .args(["-c", "nginx.conf"]);
    nginx
}

/// A site with these lines, whose files all lie in the folder that nginx is started for.
fn nginx_conf(lines: &str) -> String {
    format!(
        "daemon off;\nerror_log stderr;\npid nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n\
         client_body_temp_path t;\nproxy_temp_path t;\nfastcgi_temp_path t;\nuwsgi_temp_path t;\nscgi_temp_path t;\n\
         server {{\n{lines}\nreturn 200;\n}}\n}}\n"
    )
}

const FOLDER: &str = "/etc/ssl/api.example.com";
const LISTEN: &str = "listen 443";
const SITE: &str = "listen 443 ssl;\nssl_certificate /etc/ssl/api.example.com/fullchain.pem;\n\
     ssl_certificate_key /etc/ssl/api.example.com/privkey.pem;\n";
/// A need, a line that is at fault for it, and another that stays.
const FAULTS: [(Need, &str, &str); 6] = [
    (Need::Tls, "listen 443;", ""),
    (Need::Versions, "ssl_protocols TLSv1.3;", ""),
    (Need::OldVersions, "ssl_protocols TLSv1.2 TLSv1.3;", ""),
    (
        Need::Suites,
        "ssl_ciphers ECDHE-ECDSA-AES128-CCM;",
        "ssl_protocols TLSv1.2;",
    ),
    (Need::Groups, "ssl_ecdh_curve secp521r1;", ""),
    (
        Need::NoClientCertificates,
        "ssl_verify_client on;",
        "ssl_client_certificate /etc/ssl/api.example.com/fullchain.pem;",
    ),
];
const APACHE: &str = "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n\
     LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n\
     LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so\n\
     LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n\
     ErrorLog /dev/stderr\nServerName api.example.com\nListen 18444\n";
