//! Every operation of the API for programs, read from the document that is made from the code: none can be forgotten.

use hyper::Method;
use minigate_console::openapi;
use serde_json::{Map, Value, json};

use crate::served::{Answer, Browser, form};

/// An operation, with something for whatever it asks for.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Body>,
}

#[derive(Clone, Debug)]
enum Body {
    Json(Value),
    Text(String),
}

impl Operation {
    pub(super) fn is_of_an_app(&self) -> bool {
        self.path.contains("{app}")
    }

    /// Its path for an app.
    pub(super) fn of(&self, app: &str) -> String {
        self.path_with(|name| match name {
            "{app}" => app.to_owned(),
            "{account}" => "ann".to_owned(),
            "{domain}" => "example.com".to_owned(),
            _ => "1".to_owned(),
        })
    }

    /// Its path with a text in place of all that it asks for.
    pub(super) fn filled(&self, text: &str) -> String {
        self.path_with(|_| text.to_owned())
    }

    fn path_with(&self, fill: impl Fn(&str) -> String) -> String {
        let parts = self.path.split('/').map(|part| {
            if part.starts_with('{') {
                fill(part)
            } else {
                part.to_owned()
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// What it asks for in the query.
    pub(super) fn query(&self) -> String {
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        form(&query)
    }

    /// Its query with a text in place of one of its values, for each of them, and as it is.
    pub(super) fn queries_with(&self, text: &str) -> Vec<String> {
        let with = |changed: Option<usize>| {
            let each = self.query.iter().enumerate().map(|(index, (name, value))| {
                let value = if Some(index) == changed { text } else { value };
                (name.as_str(), value)
            });
            form(&each.collect::<Vec<_>>())
        };
        let changed = (0..self.query.len()).map(Some);
        changed.chain([None]).map(with).collect()
    }

    /// What it asks for as a body.
    pub(super) fn body(&self) -> String {
        match &self.body {
            None => String::new(),
            Some(Body::Json(value)) => value.to_string(),
            Some(Body::Text(text)) => text.clone(),
        }
    }

    /// Its body with a text in place of one of its texts, for each of them.
    pub(super) fn bodies_with(&self, text: &str) -> Vec<String> {
        match &self.body {
            None => vec![String::new()],
            Some(Body::Text(_)) => vec![text.to_owned(), format!("domain,licence\n{text},{text}\n")],
            Some(Body::Json(sample)) => {
                let mut places = Vec::new();
                texts_of(sample, "", &mut places);
                let bodies = places.into_iter().map(|place| {
                    let mut body = sample.clone();
                    *body.pointer_mut(&place).unwrap() = json!(text);
                    body.to_string()
                });
                bodies.chain([sample.to_string()]).collect()
            }
        }
    }

    /// Asks for it, with a token where there is one.
    pub(super) async fn ask(
        &self,
        by: &mut Browser,
        token: Option<&str>,
        target: &str,
        body: String,
    ) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let kind = match &self.body {
            Some(Body::Text(_)) => "text/csv",
            _ => "application/json",
        };
        let mut headers = vec![("content-type", kind)];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        by.ask(self.method.clone(), target, &headers, body).await
    }
}

pub(super) fn all() -> Vec<Operation> {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let described = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (path, method, operation))
    });
    let all: Vec<_> = described
        .map(|(path, method, operation)| Operation {
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            query: query_of(operation, &document),
            body: body_of(operation, &document),
        })
        .collect();
    assert!(
        all.len() > 40 && all.iter().any(Operation::is_of_an_app),
        "{all:?}"
    );
    all
}

fn query_of(operation: &Value, document: &Value) -> Vec<(String, String)> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let query = parameters.filter(|parameter| parameter["in"] == "query");
    let query = query.map(|parameter| {
        let value = match sample(&parameter["schema"], document) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        (parameter["name"].as_str().unwrap().to_owned(), value)
    });
    query.collect()
}

fn body_of(operation: &Value, document: &Value) -> Option<Body> {
    let content = operation.pointer("/requestBody/content")?;
    let json = content.pointer("/application~1json/schema");
    Some(json.map_or_else(
        || Body::Text("domain,licence\nexample.com,1\n".to_owned()),
        |schema| Body::Json(sample(schema, document)),
    ))
}

/// A value that a schema takes.
fn sample(schema: &Value, document: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(document.pointer(name.trim_start_matches('#')).unwrap(), document);
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[several].get(0) {
            return sample(first, document);
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("object") => Value::Object(members(schema, document)),
        Some("array") => json!([sample(&schema["items"], document)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        _ if schema["format"] == "date-time" => json!("2027-01-15T08:30:00Z"),
        _ => json!("trial"),
    }
}

fn members(schema: &Value, document: &Value) -> Map<String, Value> {
    let members = schema["properties"].as_object().into_iter().flatten();
    let members = members.map(|(name, schema)| (name.clone(), sample(schema, document)));
    members.collect()
}

/// Where in a value texts stand.
fn texts_of(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::String(_) => places.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts_of(item, &format!("{at}/{index}"), places);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                texts_of(member, &format!("{at}/{name}"), places);
            }
        }
        _ => {}
    }
}
