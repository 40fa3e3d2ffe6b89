//! The laboratory keeps its own house in order.

use std::collections::BTreeSet;

use minigate_testkit::lab;

#[test]
fn every_fault_has_a_name_of_its_own() {
    let all = lab::all();

    let names: BTreeSet<_> = all.iter().map(|fault| fault.name).collect();

    assert_eq!(names.len(), all.len());
    assert!(all.len() >= 30);
}

#[tokio::test]
async fn a_server_with_two_addresses_has_one_port() {
    let lab = lab::Lab::at(lab::now());

    let server = lab.start(lab::fault("two_addresses")).await;

    let ports: BTreeSet<_> = server
        .addresses()
        .iter()
        .map(std::net::SocketAddr::port)
        .collect();
    assert_eq!((server.addresses().len(), ports.len()), (2, 1));
}
