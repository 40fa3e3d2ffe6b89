//! The one way in which lists are kept (rules D3, D4, D6 and D7).

use minigate_policy::{DomainLists, Entry, Interface, WrittenLists};

use super::DomainsError;
use crate::app::App;

/// Lists that break no rule, each entry once and as the platform writes it.
pub(super) fn canonical(lists: &WrittenLists, app: &App) -> Result<WrittenLists, DomainsError> {
    DomainLists::parse_for(lists, &app.profile()).map_err(DomainsError::Lists)?;
    let of = |interface: Interface| {
        let mut entries: Vec<String> = Vec::new();
        for entry in lists
            .of(interface)
            .iter()
            .filter_map(|text| Entry::parse(text, interface).ok())
        {
            let spelled = entry.to_string();
            if !entries.contains(&spelled) {
                entries.push(spelled);
            }
        }
        entries
    };
    Ok(WrittenLists {
        request: of(Interface::Request),
        upload_file: of(Interface::UploadFile),
        download_file: of(Interface::DownloadFile),
        connect_socket: of(Interface::ConnectSocket),
    })
}
