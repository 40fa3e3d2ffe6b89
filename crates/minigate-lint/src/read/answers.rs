//! What a module does with the answer of a call.
//!
//! Only what can be seen for certain counts: an answer that is passed on as a whole may be looked at by whoever gets it.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    ArrowFunctionExpression, BindingPattern, CallExpression, Expression, FormalParameters, Function,
    ObjectExpression, ObjectPattern, ObjectPropertyKind,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{Reader, parent_of, span};
use crate::model::{Answer, Span};

/// What was seen of an answer's use.
#[derive(Default)]
struct Use {
    /// Its status is looked at.
    is_checked: bool,
    /// It is passed on as a whole.
    escapes: bool,
    /// Its text is parsed.
    is_parsed: bool,
    /// A member of its text, as if that were an object.
    member: Option<(Span, String)>,
}

impl<'a> Reader<'_, 'a> {
    pub(super) fn answer(&self, call: &CallExpression<'a>) -> Answer {
        let options = call.arguments.first().and_then(|first| first.as_expression());
        let options = match options.map(Expression::get_inner_expression) {
            Some(Expression::ObjectExpression(options)) => Some(&**options),
            _ => None,
        };
        if !is_plausible(call, options) {
            return Answer::default();
        }
        let mut seen = Use::default();
        let handlers = [
            options.and_then(|options| self.handled(options, "success", &mut seen)),
            self.awaited(call, &mut seen),
        ];
        let place = handlers.into_iter().flatten().next();
        if let Some(options) = options {
            let mut at_end = Use::default();
            self.handled(options, "complete", &mut at_end);
            seen.is_checked |= at_end.is_checked;
        }
        let is_unchecked = !seen.is_checked && !seen.escapes;
        Answer {
            unchecked: place.filter(|_| is_unchecked),
            unparsed: seen.member.filter(|_| !seen.is_parsed),
        }
    }

    /// Looks at the handler that is an option's value; its place, where it is known what it does.
    fn handled(&self, options: &ObjectExpression<'a>, name: &str, seen: &mut Use) -> Option<Span> {
        let property = options.properties.iter().find_map(|property| match property {
            ObjectPropertyKind::ObjectProperty(property) if property.key.is_specific_static_name(name) => {
                Some(property)
            }
            _ => None,
        })?;
        self.handler(&property.value, seen)
            .then(|| span(property.key.span()))
    }

    /// Looks at a function; false where it isn't known.
    fn handler(&self, value: &Expression<'a>, seen: &mut Use) -> bool {
        match value.get_inner_expression() {
            Expression::FunctionExpression(function) => self.function_use(function, seen),
            Expression::ArrowFunctionExpression(arrow) => self.arrow_use(arrow, seen),
            Expression::Identifier(name) => {
                let reference = name.reference_id.get();
                let symbol = reference.and_then(|id| self.scoping.get_reference(id).symbol_id());
                return symbol.is_some_and(|symbol| self.declared_handler(symbol, seen));
            }
            _ => return false,
        }
        true
    }

    fn declared_handler(&self, symbol: SymbolId, seen: &mut Use) -> bool {
        let declaration = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(declaration) {
            AstKind::Function(function) => self.function_use(function, seen),
            AstKind::VariableDeclarator(declared) if !self.scoping.symbol_is_mutated(symbol) => {
                match declared.init.as_ref().map(Expression::get_inner_expression) {
                    Some(Expression::FunctionExpression(function)) => self.function_use(function, seen),
                    Some(Expression::ArrowFunctionExpression(arrow)) => self.arrow_use(arrow, seen),
                    _ => return false,
                }
            }
            _ => return false,
        }
        true
    }

    fn function_use(&self, function: &Function<'a>, seen: &mut Use) {
        self.parameters_use(&function.params, seen);
    }

    fn arrow_use(&self, arrow: &ArrowFunctionExpression<'a>, seen: &mut Use) {
        self.parameters_use(&arrow.params, seen);
    }

    fn parameters_use(&self, parameters: &FormalParameters<'a>, seen: &mut Use) {
        match parameters.items.first() {
            Some(first) => self.pattern_use(&first.pattern, seen),
            // Where it takes all arguments, the answer is among them.
            None => seen.escapes |= parameters.rest.is_some(),
        }
    }

    /// What is done with what `await` or `then` gives.
    fn awaited(&self, call: &CallExpression<'a>, seen: &mut Use) -> Option<Span> {
        let (parent, kind) = parent_of(self.nodes, call.node_id.get());
        match kind {
            AstKind::AwaitExpression(awaited) => self.value_use(awaited.node_id.get(), seen),
            AstKind::StaticMemberExpression(member) if member.property.name == "then" => {
                let AstKind::CallExpression(then) = parent_of(self.nodes, parent).1 else {
                    return None;
                };
                let handler = then.arguments.first()?.as_expression()?;
                self.handler(handler, seen).then(|| span(member.property.span))
            }
            _ => None,
        }
    }

    /// What is done with the value of an expression that is the answer.
    fn value_use(&self, value: NodeId, seen: &mut Use) -> Option<Span> {
        let (parent, kind) = parent_of(self.nodes, value);
        match kind {
            AstKind::VariableDeclarator(declared) => {
                self.pattern_use(&declared.id, seen);
                Some(span(declared.id.span()))
            }
            AstKind::StaticMemberExpression(member) => {
                self.member_use(parent, &member.property.name, seen);
                Some(span(member.property.span))
            }
            _ => None,
        }
    }

    fn pattern_use(&self, pattern: &BindingPattern<'a>, seen: &mut Use) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => match name.symbol_id.get() {
                Some(symbol) => self.answer_use(symbol, seen),
                None => seen.escapes = true,
            },
            BindingPattern::ObjectPattern(object) => self.parts_use(object, seen),
            BindingPattern::AssignmentPattern(assigned) => self.pattern_use(&assigned.left, seen),
            BindingPattern::ArrayPattern(_) => seen.escapes = true,
        }
    }

    fn parts_use(&self, object: &ObjectPattern<'a>, seen: &mut Use) {
        seen.escapes |= object.rest.is_some();
        for property in &object.properties {
            match property.key.static_name().as_deref() {
                Some("statusCode") => seen.is_checked = true,
                Some("data") => self.text_pattern_use(&property.value, seen),
                Some(_) => {}
                None => seen.escapes = true,
            }
        }
    }

    /// What is done with a name that stands for the answer.
    fn answer_use(&self, symbol: SymbolId, seen: &mut Use) {
        for reference in self.scoping.get_resolved_references(symbol) {
            let (parent, kind) = parent_of(self.nodes, reference.node_id());
            match kind {
                AstKind::StaticMemberExpression(member) => {
                    self.member_use(parent, &member.property.name, seen);
                }
                AstKind::VariableDeclarator(declared) => self.pattern_use(&declared.id, seen),
                AstKind::CallExpression(call) if is_console(call) => {}
                _ => seen.escapes = true,
            }
        }
    }

    fn member_use(&self, member: NodeId, name: &str, seen: &mut Use) {
        match name {
            "statusCode" => seen.is_checked = true,
            "data" => self.text_use(member, seen, FURTHER),
            _ => {}
        }
    }

    /// What is done with an expression that is the answer's text.
    fn text_use(&self, text: NodeId, seen: &mut Use, further: usize) {
        let (_, kind) = parent_of(self.nodes, text);
        match kind {
            AstKind::StaticMemberExpression(member) if !IN_TEXTS.contains(&member.property.name.as_str()) => {
                let found = (span(member.property.span), member.property.name.to_string());
                seen.member.get_or_insert(found);
            }
            AstKind::CallExpression(call) if is_json_parse(call) => seen.is_parsed = true,
            AstKind::VariableDeclarator(declared) if further > 0 => {
                self.text_pattern_use_further(&declared.id, seen, further - 1);
            }
            _ => {}
        }
    }

    fn text_pattern_use(&self, pattern: &BindingPattern<'a>, seen: &mut Use) {
        self.text_pattern_use_further(pattern, seen, FURTHER);
    }

    fn text_pattern_use_further(&self, pattern: &BindingPattern<'a>, seen: &mut Use, further: usize) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                let symbol = name.symbol_id.get();
                let references = symbol.map(|symbol| self.scoping.get_resolved_references(symbol));
                for reference in references.into_iter().flatten() {
                    self.text_use(reference.node_id(), seen, further);
                }
            }
            BindingPattern::ObjectPattern(object) => {
                let first = object.properties.first();
                let name = first.and_then(|first| first.key.static_name());
                if let Some((property, name)) = first.zip(name)
                    && !IN_TEXTS.contains(&name.as_ref())
                {
                    let found = (span(property.span), name.into_owned());
                    seen.member.get_or_insert(found);
                }
            }
            BindingPattern::AssignmentPattern(_) | BindingPattern::ArrayPattern(_) => {}
        }
    }
}

/// Whether a call could be one of the network: by its name, or because it gives a URL.
fn is_plausible(call: &CallExpression<'_>, options: Option<&ObjectExpression<'_>>) -> bool {
    let name = match call.callee.get_inner_expression() {
        Expression::Identifier(name) => Some(name.name.as_str()),
        other => other
            .as_member_expression()
            .and_then(|member| member.static_property_info().map(|(_, name)| name)),
    };
    let has_url = options.is_some_and(|options| {
        options.properties.iter().any(|property| {
            property
                .as_property()
                .is_some_and(|property| property.key.is_specific_static_name("url"))
        })
    });
    has_url || name.is_some_and(|name| matches!(name, "request" | "uploadFile" | "downloadFile"))
}

fn is_console(call: &CallExpression<'_>) -> bool {
    call.callee
        .as_member_expression()
        .is_some_and(|member| member.object().is_specific_id("console"))
}

fn is_json_parse(call: &CallExpression<'_>) -> bool {
    call.callee
        .as_member_expression()
        .is_some_and(|member| member.is_specific_member_access("JSON", "parse"))
}

/// How many names in a row a text is followed through.
const FURTHER: usize = 3;
/// Members that a text has.
const IN_TEXTS: &[&str] = &[
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "length",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "substr",
    "substring",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "valueOf",
    "at",
    "byteLength",
];
