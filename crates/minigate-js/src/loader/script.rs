//! A WXS module, the scripts of WXML, as a function of JavaScript.
//!
//! WXS is an older JavaScript with two oddities: a member of what isn't there is nothing and no error, and a value's
//! `constructor` is the name of its kind.

use oxc_allocator::Allocator;
use oxc_ast::{
    AstKind,
    ast::{Argument, CallExpression, Expression},
};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{AstNode, AstNodes, SemanticBuilder};
use oxc_span::{GetSpan, SourceType};

use super::{edits::Edits, esm::on_stack_for};

/// A module that can be run.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Script {
    /// A function, as text, of `module`, `exports`, `require`, `getRegExp`, `getDate` and what tells a value's kind.
    pub(crate) function: String,
    /// The modules that it asks for, as they are written.
    pub(crate) requests: Vec<String>,
}

/// Makes a module's function; nothing where its text is wrong.
pub(crate) fn script(text: &str) -> Option<Script> {
    on_stack_for(text, || script_here(text)).ok().flatten()
}

fn script_here(text: &str) -> Option<Script> {
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: true,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&allocator, text, SourceType::script())
        .with_options(options)
        .parse();
    if parsed.diagnostics.errors().next().is_some() || parsed.module_record.has_module_syntax {
        return None;
    }
    let semantic = SemanticBuilder::new()
        .with_build_nodes(true)
        .build(&parsed.program)
        .semantic;
    let mut edits = Edits::new(text);
    let mut requests = Vec::new();
    for node in semantic.nodes() {
        rewrite(node, semantic.nodes(), &mut edits);
        if let AstKind::CallExpression(call) = node.kind() {
            requests.extend(request(call));
        }
    }
    let body = edits.apply().0;
    Some(Script {
        function: format!("function(module,exports,require,getRegExp,getDate,{KIND}){{{body}\n}}"),
        requests,
    })
}

fn rewrite(node: &AstNode<'_>, nodes: &AstNodes<'_>, edits: &mut Edits<'_>) {
    match node.kind() {
        _ if is_changed(node, nodes) => {}
        AstKind::StaticMemberExpression(member) if member.property.name == "constructor" => {
            edits.insert(member.span.start, format!("{KIND}("));
            edits.replace(member.object.span().end, member.span.end, ")");
        }
        AstKind::StaticMemberExpression(member) if !member.optional => {
            edits.replace(member.object.span().end, member.property.span.start, "?.");
        }
        AstKind::ComputedMemberExpression(member) if !member.optional => {
            edits.replace(member.object.span().end, member.expression.span().start, "?.[");
        }
        _ => {}
    }
}

/// Whether a member, or one further on in its chain, is set or made anew: those can't be missing.
fn is_changed(node: &AstNode<'_>, nodes: &AstNodes<'_>) -> bool {
    let mut span = node.kind().span();
    for above in nodes.ancestors(node.id()) {
        let goes_on = match above.kind() {
            AstKind::StaticMemberExpression(member) => member.object.span() == span,
            AstKind::ComputedMemberExpression(member) => member.object.span() == span,
            AstKind::CallExpression(call) => call.callee.span() == span,
            AstKind::ParenthesizedExpression(_) => true,
            AstKind::AssignmentExpression(assignment) => return assignment.left.span() == span,
            AstKind::NewExpression(made) => return made.callee.span() == span,
            AstKind::ForInStatement(walk) => return walk.left.span() == span,
            AstKind::UpdateExpression(_) => return true,
            _ => return false,
        };
        if !goes_on {
            return false;
        }
        span = above.kind().span();
    }
    false
}

/// The module that `require('…')` names.
fn request(call: &CallExpression<'_>) -> Option<String> {
    match (&call.callee, call.arguments.as_slice()) {
        (Expression::Identifier(callee), [Argument::StringLiteral(path)]) if callee.name == "require" => {
            Some(path.value.to_string())
        }
        _ => None,
    }
}

/// The name of what tells a value's kind.
const KIND: &str = "$kind";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_may_be_missing_where_they_are_only_read() {
        for (text, body) in [
            ("a.b.c", "a?.b?.c"),
            ("a.b[c](d.e)", "a?.b?.[c](d?.e)"),
            ("a.b.c = d.e", "a.b.c = d?.e"),
            ("a[b.c]++", "a[b?.c]++"),
            ("new a.B(c.d)", "new a.B(c?.d)"),
            ("for (a.b in c.d) ;", "for (a.b in c?.d) ;"),
            ("module.exports = {}", "module.exports = {}"),
            ("a.b().c = 1", "a.b().c = 1"),
            ("a.b.constructor === 'Array'", "$kind(a?.b) === 'Array'"),
        ] {
            let script = script(text).unwrap();
            let expected = format!("function(module,exports,require,getRegExp,getDate,$kind){{{body}\n}}");
            assert_eq!(script.function, expected);
        }
    }

    #[test]
    fn what_a_module_asks_for_is_known() {
        let script = script("var a = require('./a.wxs'), b = require(\"../b.wxs\").c; require(d)").unwrap();

        assert_eq!(script.requests, ["./a.wxs", "../b.wxs"]);
    }

    #[test]
    fn a_wrong_text_is_no_module() {
        for text in ["}", "var", "import a from 'b'", "a(", "} function () {"] {
            assert_eq!(script(text), None, "{text}");
        }
    }
}
