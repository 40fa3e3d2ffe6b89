//! Content codings from the wire to the reply.

use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use http::Method;
use minigate_engine::{Delivery, Exchange, Outcome};
use minigate_testkit::{Script, Steps, answer};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::support::{URL, app, body, kind, scripted};

macro_rules! encoder {
    ($encoder:ident) => {
        |plain: Vec<u8>| {
            Box::pin(async move {
                let mut encoder = $encoder::new(Vec::new());
                write(&mut encoder, &plain).await;
                encoder.into_inner()
            }) as futures_util::future::BoxFuture<'static, Vec<u8>>
        }
    };
}

async fn write(encoder: &mut (impl AsyncWrite + Unpin), plain: &[u8]) {
    encoder.write_all(plain).await.unwrap();
    encoder.shutdown().await.unwrap();
}

type Encode = fn(Vec<u8>) -> futures_util::future::BoxFuture<'static, Vec<u8>>;

const CODINGS: [(&str, Encode); 6] = [
    ("gzip", encoder!(GzipEncoder)),
    ("x-gzip", encoder!(GzipEncoder)),
    ("deflate", encoder!(ZlibEncoder)),
    ("deflate", encoder!(DeflateEncoder)),
    ("br", encoder!(BrotliEncoder)),
    ("zstd", encoder!(ZstdEncoder)),
];

fn plain() -> Vec<u8> {
    (0..20_000)
        .flat_map(|n: u32| n.to_string().into_bytes())
        .collect()
}

fn chunked(coding: &str, coded: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ntransfer-encoding: chunked\r\n\r\n")
            .into_bytes();
    for chunk in coded.chunks(1000) {
        answer.extend(format!("{:x}\r\n", chunk.len()).bytes());
        answer.extend_from_slice(chunk);
        answer.extend(b"\r\n");
    }
    answer.extend(b"0\r\n\r\n");
    answer
}

async fn answered(coding: &str, coded: &[u8]) -> Outcome {
    let server = scripted([Script::answering(answer(
        200,
        &[("content-encoding", coding)],
        coded,
    ))])
    .await;
    app().at(server.addr()).start().get(URL).await
}

#[tokio::test]
async fn every_coding_is_undone_and_its_connection_kept() {
    for (coding, encode) in CODINGS {
        let coded = encode(plain()).await;
        let server = scripted([Script::answering(chunked(coding, &coded))]).await;
        let app = app().at(server.addr()).start();

        for _ in 0..3 {
            assert_eq!(body(&app.get(URL).await), plain(), "{coding}");
        }

        assert_eq!(server.record().accepted, 1, "{coding}");
    }
}

#[tokio::test]
async fn a_coded_body_that_is_cut_is_never_a_success() {
    for (coding, encode) in CODINGS {
        let coded = encode(plain()).await;
        for length in [1, coded.len() / 2, coded.len() - 1] {
            let outcome = answered(coding, &coded[..length]).await;

            assert_eq!(
                kind(&outcome),
                "broken: coding",
                "{coding} {length} of {}",
                coded.len()
            );
        }
    }
}

#[tokio::test]
async fn a_coded_body_that_is_damaged_is_never_a_success() {
    for (coding, encode) in CODINGS {
        let mut coded = encode(plain()).await;
        let middle = coded.len() / 2;
        coded[middle..middle + 64].fill(0xa5);

        let outcome = answered(coding, &coded).await;

        // Raw deflate and brotli have no checksum; what they can't notice, nobody can.
        if let Ok(reply) = &outcome {
            assert!(["deflate", "br"].contains(&coding), "{coding} {:?}", reply.head);
        }
    }
}

#[tokio::test]
async fn a_message_that_is_cut_behind_the_coded_bytes_is_never_a_success() {
    for (coding, encode) in CODINGS {
        let mut message = chunked(coding, &encode(plain()).await);
        message.truncate(message.len() - 5);
        let server = scripted([Steps::over_tls().read_request().write(message).close()]).await;

        let outcome = app().at(server.addr()).start().get(URL).await;

        assert_eq!(kind(&outcome), "broken: truncated", "{coding}");
    }
}

#[tokio::test]
async fn bytes_behind_the_end_of_a_coding_are_no_part_of_it() {
    for (coding, encode) in CODINGS {
        let coded = [encode(plain()).await, b"garbage".to_vec()].concat();

        assert_eq!(
            kind(&answered(coding, &coded).await),
            "broken: coding",
            "{coding}"
        );
    }
}

#[tokio::test]
async fn members_and_frames_follow_each_other() {
    for (coding, encode) in [CODINGS[0], CODINGS[5]] {
        let coded = [encode(b"hello ".to_vec()).await, encode(b"world".to_vec()).await].concat();

        assert_eq!(
            kind(&answered(coding, &coded).await),
            "200 \"hello world\"",
            "{coding}"
        );
    }
}

#[tokio::test]
async fn stacked_codings_are_undone_in_turn() {
    let (gzip, br) = (CODINGS[0].1, CODINGS[4].1);
    let stacked = br(gzip(plain()).await).await;

    assert_eq!(body(&answered("gzip, br", &stacked).await), plain());
    assert_eq!(body(&answered("GZip , identity,Br", &stacked).await), plain());
    assert_eq!(
        kind(&answered("gzip, gzip, br", &stacked).await),
        "broken: coding"
    );
}

#[tokio::test]
async fn n8_a_coding_that_nobody_knows_leaves_the_body_as_it_is() {
    for coding in ["utf-8", "unheard-of", "identity", "none", ""] {
        assert_eq!(
            kind(&answered(coding, b"plain").await),
            "200 \"plain\"",
            "{coding}"
        );
    }
}

#[tokio::test]
async fn a_small_frame_cant_demand_a_large_window() {
    // A frame header that announces a window of 128 MiB, then an empty last block (RFC 8878 §3.1.1).
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];

    assert_eq!(kind(&answered("zstd", &frame).await), "broken: coding");
}

#[tokio::test]
async fn pieces_of_a_coded_body_come_undone() {
    for (coding, encode) in CODINGS {
        let server = scripted([Script::answering(chunked(coding, &encode(plain()).await))]).await;
        let exchange = Exchange {
            delivery: Delivery::Chunked,
            ..Exchange::new(Method::GET)
        };

        let seen = app().at(server.addr()).start().see(URL, exchange).await;

        assert_eq!(seen.chunks.concat(), plain(), "{coding}");
    }
}

#[tokio::test]
async fn a_piece_comes_as_soon_as_it_is_there() {
    for (coding, encode) in [CODINGS[0], CODINGS[5]] {
        let first = encode(b"first".to_vec()).await;
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ntransfer-encoding: chunked\r\n\r\n");
        let chunk = [
            format!("{:x}\r\n", first.len()).into_bytes(),
            first,
            b"\r\n".to_vec(),
        ]
        .concat();
        let go_on = minigate_testkit::Signal::new();
        let script = Steps::over_tls()
            .read_request()
            .write(head)
            .write(chunk)
            .wait_for(&go_on)
            .write("0\r\n\r\n");
        let server = scripted([script.close()]).await;
        let exchange = Exchange {
            delivery: Delivery::Chunked,
            ..Exchange::new(Method::GET)
        };
        let app = app().at(server.addr()).start();

        let mut task = app.start(URL, exchange);
        let head = futures_util::StreamExt::next(&mut task).await;
        let piece = futures_util::StreamExt::next(&mut task).await;
        go_on.tell();

        assert!(matches!(head, Some(minigate_engine::Event::Headers(_))));
        assert!(
            matches!(&piece, Some(minigate_engine::Event::Chunk(bytes)) if bytes == "first"),
            "{coding} {piece:?}"
        );
    }
}
