//! IIS: PowerShell, as an administrator.

use super::{Need, SUITES};

pub(super) fn lines(need: Need, stem: &str) -> Vec<String> {
    match need {
        Need::FullChain => import("CA", "intermediate.cer", stem),
        Need::NewCertificate | Need::MatchingKey => bind(stem),
        Need::Tls => [vec![NEW_BINDING.to_owned()], bind(stem)].concat(),
        Need::Versions => speak("'TLS 1.2', 'TLS 1.3'"),
        Need::OldVersions => speak("'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3'"),
        Need::Suites => SUITES
            .iter()
            .rev()
            .map(|suite| format!("Enable-TlsCipherSuite -Name {suite} -Position 0"))
            .collect(),
        Need::Groups => owned(&GROUPS),
        Need::Staple => owned(&STAPLE),
        Need::NoClientCertificates => owned(&NO_CLIENT_CERTIFICATES),
    }
}

fn import(store: &str, file: &str, stem: &str) -> Vec<String> {
    vec![format!(
        r"Import-Certificate -FilePath C:\ssl\{stem}\{file} -CertStoreLocation Cert:\LocalMachine\{store}"
    )]
}

/// A PKCS#12 file has the certificate and its key together.
fn bind(stem: &str) -> Vec<String> {
    vec![
        format!(
            r"$new = Import-PfxCertificate -FilePath C:\ssl\{stem}\site.pfx -CertStoreLocation Cert:\LocalMachine\My -Password (Read-Host -AsSecureString)"
        ),
        r"(Get-WebBinding -Name 'Default Web Site' -Protocol https).AddSslCertificate($new.Thumbprint, 'My')"
            .to_owned(),
    ]
}

fn speak(versions: &str) -> Vec<String> {
    [
        vec![format!("foreach ($version in {versions}) {{")],
        owned(&SPEAK),
    ]
    .concat()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

const NEW_BINDING: &str = "New-WebBinding -Name 'Default Web Site' -Protocol https -Port 443";
const SPEAK: [&str; 5] = [
    r#"    $key = "HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\$version\Server""#,
    "    New-Item -Path $key -Force | Out-Null",
    "    New-ItemProperty -Path $key -Name Enabled -PropertyType DWord -Value 1 -Force | Out-Null",
    "    New-ItemProperty -Path $key -Name DisabledByDefault -PropertyType DWord -Value 0 -Force | Out-Null",
    "}",
];
const GROUPS: [&str; 2] = [
    "Enable-TlsEccCurve -Name NistP256 -Position 0",
    "Enable-TlsEccCurve -Name curve25519 -Position 0",
];
const STAPLE: [&str; 2] = [
    r"$key = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL'",
    "New-ItemProperty -Path $key -Name EnableOcspStaplingForSni -PropertyType DWord -Value 1 -Force | Out-Null",
];
const NO_CLIENT_CERTIFICATES: [&str; 1] = [
    "Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Location 'Default Web Site' -Filter 'system.webServer/security/access' -Name sslFlags -Value Ssl",
];
