//! Handshakes that end without a word about certificates, over real sockets.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use minigate_policy::Rule;
use minigate_tls::{Heard, NetError, Offer, TlsFault};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConnection};

use crate::pki::{HOST, root, trust};
use crate::{IOS, PLAIN};

#[test]
fn t8_a_server_that_refuses_the_version_is_told_apart() {
    let fault = shake(|stream| alert(stream, 70));

    assert_eq!(fault, TlsFault::Version);
    assert_eq!((fault.rule(), fault.net_error().number), (Rule::T8, -113));
}

#[test]
fn t8_a_server_that_answers_with_tls_1_0_is_told_apart() {
    let fault = shake(|stream| stream.write_all(&hello_of_tls_1_0()).unwrap());

    assert_eq!(fault, TlsFault::Version);
}

#[test]
fn t1_a_server_without_a_common_suite_is_told_apart() {
    let fault = shake(|stream| alert(stream, 40));

    assert_eq!(fault, TlsFault::NoCommonSuite { ats: false });
    assert_eq!((fault.rule(), fault.net_error().number), (Rule::T1, -113));
}

#[test]
fn t7_blames_its_own_list_of_suites() {
    let fault = shake_with(IOS, |stream| alert(stream, 40));

    assert_eq!(fault.rule(), Rule::T7);
}

#[test]
fn t1_who_has_chosen_a_suite_doesnt_blame_the_suites() {
    let fault = shake_heard(IOS, Heard::Hello, |stream| alert(stream, 40));

    assert_eq!(fault, TlsFault::Alert(AlertDescription::HandshakeFailure));
    assert_eq!(fault.rule(), Rule::T1);
}

#[test]
fn t1_a_server_that_knows_no_such_site_is_told_apart() {
    let fault = shake(|stream| alert(stream, 112));

    assert_eq!(
        (fault.clone(), fault.net_error().number),
        (TlsFault::UnknownName, -159)
    );
}

#[test]
fn t1_another_alert_is_named() {
    let fault = shake(|stream| alert(stream, 80));

    assert_eq!(fault, TlsFault::Alert(AlertDescription::InternalError));
}

#[test]
fn t1_plain_http_is_told_apart() {
    let fault = shake(|stream| {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            .unwrap();
    });

    assert_eq!(fault, TlsFault::NotTls);
    assert_eq!(fault.net_error(), NetError::SSL_PROTOCOL_ERROR);
}

#[test]
fn t1_a_connection_that_is_closed_in_the_middle_is_told_apart() {
    let fault = shake(|stream| stream.shutdown(Shutdown::Write).unwrap());

    assert_eq!(
        (fault.clone(), fault.net_error().number),
        (TlsFault::Closed, -100)
    );
}

#[test]
fn t1_a_connection_that_is_reset_is_told_apart() {
    // To close with bytes unread resets the connection.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || listener.accept().unwrap().0.read_exact(&mut [0; 5]).unwrap());

    let fault = connect(PLAIN, Heard::NoHello, TcpStream::connect(address).unwrap());

    server.join().unwrap();
    assert_eq!((fault.clone(), fault.net_error().number), (TlsFault::Reset, -101));
}

fn shake(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> TlsFault {
    shake_with(PLAIN, answer)
}

fn shake_with(
    check: minigate_policy::CertificateCheck,
    answer: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> TlsFault {
    shake_heard(check, Heard::NoHello, answer)
}

/// Connects to a server that reads the client's hello, gives its answer and waits for the client to go.
fn shake_heard(
    check: minigate_policy::CertificateCheck,
    heard: Heard,
    answer: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> TlsFault {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_record(&mut stream);
        answer(&mut stream);
        let _ = stream.read_to_end(&mut Vec::new());
    });

    let fault = connect(check, heard, TcpStream::connect(address).unwrap());

    server.join().unwrap();
    fault
}

fn connect(check: minigate_policy::CertificateCheck, heard: Heard, mut stream: TcpStream) -> TlsFault {
    let handshake = trust(&root("Root")).begin(check, Offer::Http1);
    let name = ServerName::try_from(HOST).unwrap();
    let mut client = ClientConnection::new(Arc::clone(handshake.config()), name).unwrap();
    let error = client.complete_io(&mut stream).unwrap_err();
    handshake.fault(&error, heard)
}

fn read_record(stream: &mut TcpStream) {
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let length = u16::from_be_bytes([head[3], head[4]]);
    stream.read_exact(&mut vec![0; length.into()]).unwrap();
}

fn alert(stream: &mut TcpStream, description: u8) {
    stream.write_all(&[21, 3, 3, 0, 2, 2, description]).unwrap();
}

/// A hello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA and no extensions.
fn hello_of_tls_1_0() -> Vec<u8> {
    let random = [7; 32];
    let hello = [[3, 1].as_slice(), &random, &[0, 0x00, 0x2f, 0]].concat();
    let handshake = [[2, 0, 0, 38].as_slice(), &hello].concat();
    [[22, 3, 1, 0, 42].as_slice(), &handshake].concat()
}
