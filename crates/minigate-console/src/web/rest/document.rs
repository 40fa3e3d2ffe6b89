//! The OpenAPI document: what all operations have in common.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, HeaderBuilder, Object, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema,
};

use super::problem::Problem;

/// What isn't of one operation.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "minigate console",
        version = "1",
        description = "Everything that the console's pages do, for programs. Each refusal is a problem (RFC 9457) in the \
                       language of `accept-language`, English or Chinese. Members that aren't described are refused.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "The console that serves this document")),
    components(schemas(Problem)),
    security(("token" = [])),
    modifiers(&Token),
    tags(
        (name = "apps", description = "Apps, their members, AppSecrets and grants"),
        (name = "domains", description = "What an app may call, from a draft to an effective version"),
        (name = "platform", description = "What holds for every app: accounts, blocks, filings, keys, the audit log"),
        (name = "tokens", description = "Tokens of the caller"),
    )
)]
pub(super) struct Described;

/// How callers show who they are.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token of this console: `mgt_` and 43 characters. Its scopes limit what it can do.",
            ))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Bounds the parameters of operations, and adds the refusals that these can meet.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let body = too_large(path);
        let operations = [
            (&mut item.get, false),
            (&mut item.put, true),
            (&mut item.post, true),
            (&mut item.patch, true),
            (&mut item.delete, true),
        ];
        for (operation, changes) in operations {
            if let Some(operation) = operation {
                operation.parameters.iter_mut().flatten().for_each(bound);
                refuse(operation, changes, body);
            }
        }
    }
    document
}

/// What a path names looks the same wherever it is named.
fn bound(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else {
        return;
    };
    if schema.format == Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) && schema.maximum.is_none() {
        // The numbers in paths and queries are unsigned.
        schema.format = None;
        schema.maximum = Some(u32::MAX.into());
    }
    match parameter.parameter_in {
        ParameterIn::Path => {
            for (name, pattern, example) in NAMES {
                if *name == parameter.name {
                    schema.pattern = Some((*pattern).to_owned());
                    schema.examples = vec![(*example).into()];
                }
            }
        }
        // A header is left out, and never null.
        ParameterIn::Header => schema.schema_type = SchemaType::new(Type::String),
        ParameterIn::Query | ParameterIn::QueryString | ParameterIn::Cookie => {}
    }
}

fn refuse(operation: &mut Operation, changes: bool, too_large: &'static str) {
    let has_body = operation.request_body.is_some();
    let takes = |name: &str| {
        let mut parameters = operation.parameters.iter().flatten();
        parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
    };
    let (is_conditional, can_be_unfit) = (takes("if-match"), changes || takes("domain") || takes("format"));
    let too_large = [("413", too_large)];
    let possible = ALWAYS
        .iter()
        .chain(CHANGES.iter().filter(|_| changes))
        .chain(UNFIT.iter().filter(|_| can_be_unfit))
        .chain(too_large.iter().chain(BODY).filter(|_| has_body))
        .chain(CONDITIONAL.iter().filter(|_| is_conditional));
    for (status, description) in possible {
        let refusal = RefOr::T(refusal(status, description));
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert(refusal);
    }
}

fn too_large(path: &str) -> &'static str {
    match path {
        "/api/v1/filings" => "The body has more than 32 MiB",
        _ => "The body has more than 1 MiB",
    }
}

fn refusal(status: &str, description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(schema)));
    for (of, name, text) in HEADERS {
        if *of == status {
            let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
            response = response.header(*name, header.description(Some(*text)).build());
        }
    }
    response.build()
}

const ALWAYS: &[(&str, &str)] = &[
    ("400", "The path, the query, a header or the body can't be read"),
    ("401", "No valid token"),
    ("403", "The token's scopes or its owner's roles don't allow it"),
    (
        "404",
        "There is nothing at this address, or nothing that the caller may see",
    ),
    ("429", "The token asks too often"),
    ("500", "The console made a mistake"),
    (
        "503",
        "The console's database, or the register of filings, doesn't answer",
    ),
];
const CHANGES: &[(&str, &str)] = &[(
    "409",
    "The state of things doesn't allow it, or somebody else was faster",
)];
const UNFIT: &[(&str, &str)] = &[("422", "It can be read, but breaks a rule or can't be taken")];
const BODY: &[(&str, &str)] = &[("415", "The body is of another media type")];
const CONDITIONAL: &[(&str, &str)] = &[(
    "412",
    "The draft isn't the one that was looked at, or there is one where there was to be none",
)];
/// What a path can name, how it looks, and one of them.
const NAMES: &[(&str, &str, &str)] = &[
    ("account", "^[a-z0-9._-]{1,64}$", "alice"),
    ("app", "^[A-Za-z0-9_-]{1,64}$", "wx0123456789abcdef"),
    ("id", "^[0-9a-f]{16}$", "0123456789abcdef"),
    (
        "key",
        "^[A-Za-z0-9_-]{43}$",
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    ),
];
const HEADERS: &[(&str, &str, &str)] = &[
    ("401", "www-authenticate", "`Bearer`"),
    ("429", "retry-after", "After how many seconds to try again"),
];
