//! The OpenAPI document.

use serde_json::Value;

#[test]
fn the_document_in_the_repository_is_the_codes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/console-openapi.json");
    let made = minigate_console::openapi();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(path, made).unwrap();
    }

    let kept = std::fs::read_to_string(path).unwrap_or_default();

    assert!(
        kept == made,
        "UPDATE_TABLES=1 writes docs/console-openapi.json anew"
    );
}

#[test]
fn everything_in_the_document_is_described() {
    let document: Value = serde_json::from_str(minigate_console::openapi()).unwrap();

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
    }
}
