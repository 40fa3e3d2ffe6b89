//! From the tags of one file to its nodes.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

use super::{
    Branch, Component, Loop, Node,
    library::{Declared, Library, Source},
    value::{Value, Written},
};

/// Reads one file.
pub(super) struct Reader<'r, 's> {
    library: &'r mut Library<'s>,
    file: &'r str,
    scope: usize,
    open: Vec<Open>,
    nodes: Vec<Node>,
}

/// A tag that isn't closed yet.
struct Open {
    name: String,
    flow: Flow,
    meaning: Meaning,
    nodes: Vec<Node>,
}

/// What a tag is to us.
enum Meaning {
    Plain,
    Component(Component),
    Definition(String),
    Use { name: Value, data: Option<Value> },
    Include(String),
}

/// What a tag says about whether, and how often, it is there.
#[derive(Default)]
struct Flow {
    repeated: Option<Loop>,
    condition: Condition,
}

#[derive(Default)]
enum Condition {
    #[default]
    None,
    If(Value),
    ElseIf(Value),
    Else,
}

impl<'r, 's> Reader<'r, 's> {
    pub(super) const fn new(library: &'r mut Library<'s>, file: &'r str, scope: usize) -> Self {
        Self {
            library,
            file,
            scope,
            open: Vec::new(),
            nodes: Vec::new(),
        }
    }

    pub(super) fn read(mut self, text: &str) -> Vec<Node> {
        let (text, scripts) = take_scripts(text);
        for script in scripts {
            self.library.declare(self.file, self.scope, script);
        }
        for token in Tokenizer::new_with_emitter(text.as_str(), DefaultEmitter::default()) {
            match token {
                Ok(Token::StartTag(tag)) => self.start(&tag),
                Ok(Token::EndTag(tag)) => self.end(&text_of(&tag.name)),
                _ => {}
            }
        }
        self.close_down_to(0);
        prune(&mut self.nodes);
        self.nodes
    }

    fn start(&mut self, tag: &StartTag<()>) {
        if self.open.len() >= MAX_DEPTH {
            return;
        }
        let name = text_of(&tag.name);
        if name == "import" {
            let src = attribute(tag, "src").unwrap_or_default();
            self.library.import(self.file, self.scope, &src);
        }
        let open = Open {
            flow: self.flow(tag),
            meaning: self.meaning(&name, tag),
            name,
            nodes: Vec::new(),
        };
        self.open.push(open);
        if tag.self_closing {
            self.close();
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(place) = self.open.iter().rposition(|open| open.name == name) {
            self.close_down_to(place);
        }
    }

    fn close_down_to(&mut self, place: usize) {
        while self.open.len() > place {
            self.close();
        }
    }

    /// Closes the innermost tag and hangs what it means into the one around it.
    fn close(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        prune(&mut open.nodes);
        let nodes = match open.meaning {
            Meaning::Plain => open.nodes,
            Meaning::Component(component) => vec![Node::Component(Component {
                nodes: open.nodes,
                ..component
            })],
            Meaning::Definition(name) => {
                self.library.define(self.scope, name, open.nodes);
                return;
            }
            Meaning::Use { name, data } => vec![Node::Template {
                scope: self.scope,
                name,
                data,
            }],
            Meaning::Include(src) => self.library.include(self.file, &src),
        };
        let around = self
            .open
            .last_mut()
            .map_or(&mut self.nodes, |open| &mut open.nodes);
        open.flow.hang(nodes, around);
    }

    fn flow(&mut self, tag: &StartTag<()>) -> Flow {
        let list = attribute(tag, "wx:for").or_else(|| attribute(tag, "wx:for-items"));
        let repeated = list.map(|list| Loop {
            list: self.value(&list),
            item: attribute(tag, "wx:for-item").unwrap_or_else(|| "item".to_owned()),
            index: attribute(tag, "wx:for-index").unwrap_or_else(|| "index".to_owned()),
            key: attribute(tag, "wx:key"),
            nodes: Vec::new(),
        });
        let condition = if let Some(condition) = attribute(tag, "wx:if") {
            Condition::If(self.value(&condition))
        } else if let Some(condition) = attribute(tag, "wx:elif") {
            Condition::ElseIf(self.value(&condition))
        } else if attribute(tag, "wx:else").is_some() {
            Condition::Else
        } else {
            Condition::None
        };
        Flow { repeated, condition }
    }

    fn meaning(&mut self, name: &str, tag: &StartTag<()>) -> Meaning {
        match name {
            "template" => match (attribute(tag, "name"), attribute(tag, "is")) {
                (Some(name), _) => Meaning::Definition(name),
                (None, Some(is)) if self.library.has_room() => Meaning::Use {
                    name: self.value(&is),
                    data: attribute(tag, "data").map(|data| Value::read_members(&data, &mut self.written())),
                },
                _ => Meaning::Plain,
            },
            "include" => Meaning::Include(attribute(tag, "src").unwrap_or_default()),
            _ if self.library.tags.contains(name) && self.library.has_room() => {
                Meaning::Component(self.component(name, tag))
            }
            _ => Meaning::Plain,
        }
    }

    fn component(&mut self, tag: &str, written: &StartTag<()>) -> Component {
        let mut component = Component {
            tag: tag.to_owned(),
            ..Component::default()
        };
        for (name, value) in &written.attributes {
            self.add(&mut component, &text_of(name), &text_of(&value.value));
        }
        component
    }

    fn add(&mut self, component: &mut Component, name: &str, text: &str) {
        if FOREIGN.iter().any(|prefix| name.starts_with(prefix)) {
            component.foreign.push(name.to_owned());
        } else if name.starts_with("wx:") || UNIMPORTANT.contains(&name) {
        } else if let Some(key) = name.strip_prefix("data-") {
            component.data.insert(camel(key), self.value(text));
        } else if let Some(event) = event(name) {
            component.handlers.insert(event.to_owned(), self.value(text));
        } else {
            let value = self.value(text);
            match name {
                "id" => component.id = Some(value),
                "class" => component.class = Some(value),
                _ => drop(component.attributes.insert(name.replace('-', ""), value)),
            }
        }
    }

    fn value(&mut self, text: &str) -> Value {
        Value::read(text, &mut self.written())
    }

    fn written(&mut self) -> Written<'_> {
        Written {
            expressions: &mut self.library.expressions,
            scope: self.scope,
        }
    }
}

impl Flow {
    /// Hangs nodes behind those that are there; an alternative belongs to the last condition.
    fn hang(self, nodes: Vec<Node>, around: &mut Vec<Node>) {
        match self.condition {
            Condition::None => around.extend(repeat(self.repeated, nodes)),
            // A loop goes before the condition on the same tag, which may speak of its item.
            Condition::If(condition) => {
                let branches = vec![Branch {
                    condition: Some(condition),
                    nodes,
                }];
                around.extend(repeat(self.repeated, vec![Node::Choice { branches }]));
            }
            Condition::ElseIf(condition) => {
                alternative(around, Some(condition), repeat(self.repeated, nodes));
            }
            Condition::Else => alternative(around, None, repeat(self.repeated, nodes)),
        }
    }
}

fn repeat(repeated: Option<Loop>, nodes: Vec<Node>) -> Vec<Node> {
    match repeated {
        Some(repeated) => vec![Node::Loop(Loop { nodes, ..repeated })],
        None => nodes,
    }
}

fn alternative(around: &mut [Node], condition: Option<Value>, nodes: Vec<Node>) {
    if let Some(Node::Choice { branches }) = around.last_mut() {
        branches.push(Branch { condition, nodes });
    }
}

/// Drops what holds no component. Conditions stay until their alternatives are known, so only a closed tag's are asked.
fn prune(nodes: &mut Vec<Node>) {
    nodes.retain(|node| !node.is_empty());
}

fn attribute(tag: &StartTag<()>, wanted: &str) -> Option<String> {
    let found = tag.attributes.get(wanted.as_bytes())?;
    Some(text_of(&found.value))
}

/// The event of `bind:tap`, `bindtap`, `catch:tap`, `capture-bind:tap` …
fn event(name: &str) -> Option<&str> {
    let name = name.strip_prefix("capture-").unwrap_or(name);
    let name = name.strip_prefix("mut-").unwrap_or(name);
    let event = name.strip_prefix("bind").or_else(|| name.strip_prefix("catch"))?;
    let event = event.strip_prefix(':').unwrap_or(event);
    (!event.is_empty()).then_some(event)
}

/// `user-id` as `userId`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

/// A text with blanks for what stands in `<wxs>`, which is a language of its own; and what stood there.
pub(super) fn take_scripts(text: &str) -> (String, Vec<Declared>) {
    let (kept, scripts) = take_bodies(text);
    let scripts = scripts
        .into_iter()
        .filter_map(|(tag, _, body)| declared(tag, body));
    (kept, scripts.collect())
}

/// The same, each script with its tag before it, and the byte at which it begins.
pub(super) fn take_bodies(text: &str) -> (String, Vec<(&str, usize, &str)>) {
    let (mut kept, mut scripts) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(WXS) {
        kept.push_str(before);
        let (tag, behind) = behind.split_once('>').unwrap_or((behind, ""));
        let (body, next) = if tag.ends_with('/') {
            ("", behind)
        } else {
            behind.split_once("</wxs>").unwrap_or((behind, ""))
        };
        scripts.push((tag, text.len() - behind.len(), body));
        let taken = rest.len() - before.len() - next.len();
        // Whatever follows keeps its place.
        kept.extend(std::iter::repeat_n(' ', taken));
        rest = next;
    }
    kept.push_str(rest);
    (kept, scripts)
}

fn declared(tag: &str, body: &str) -> Option<Declared> {
    let text = format!("{WXS}{tag}>");
    let tokens = Tokenizer::new_with_emitter(text.as_str(), DefaultEmitter::default());
    let tag = tokens.flatten().find_map(|token| match token {
        Token::StartTag(tag) => Some(tag),
        _ => None,
    })?;
    let source = attribute(&tag, "src").map_or_else(|| Source::Here(body.to_owned()), Source::In);
    let name = attribute(&tag, "module")?;
    Some(Declared { name, source })
}

fn text_of(text: &HtmlString) -> String {
    String::from_utf8_lossy(text).into_owned()
}

const WXS: &str = "<wxs";
/// How attributes begin that need what isn't here.
const FOREIGN: &[&str] = &["generic:", "slot:"];
/// Attributes that no component's logic depends on.
const UNIMPORTANT: &[&str] = &["style", "slot", "hidden", "is"];
const MAX_DEPTH: usize = 200;
