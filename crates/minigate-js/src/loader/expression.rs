//! An expression of a WXML as a function of JavaScript.
//!
//! The platform's expressions are a part of JavaScript's: names of the data, members, operators, literals, and calls of
//! what a WXS module exports. A member of what isn't there is nothing, and no error.

use std::collections::BTreeMap;

use oxc_allocator::Allocator;
use oxc_ast::{
    AstKind,
    ast::{BinaryOperator, Expression, Program, Statement, UnaryOperator},
};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, SourceType};

use super::{edits::Edits, esm::on_stack_for};

/// An expression as it is written.
#[derive(Debug)]
pub(crate) struct Formula<'m> {
    pub(crate) text: String,
    /// The names that mean WXS modules, with the modules' numbers.
    pub(crate) modules: &'m BTreeMap<String, usize>,
}

/// Why an expression can't be evaluated.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Opaque {
    /// It is JavaScript, but more than an expression of WXML: a call, a function.
    #[error("only the platform evaluates it")]
    Foreign,
    /// It is no expression.
    #[error("{0}")]
    Malformed(String),
}

/// The functions, as text, that evaluate expressions; each takes the function that knows the names and the modules.
pub(crate) fn functions(formulas: &[Formula<'_>]) -> Vec<Result<String, Opaque>> {
    if formulas.is_empty() {
        return Vec::new();
    }
    let texts: Vec<_> = formulas.iter().map(|formula| formula.text.as_str()).collect();
    let all = || formulas.iter().map(function).collect();
    on_stack_for(&texts.join("\n"), all)
        .unwrap_or_else(|none| vec![Err(Opaque::Malformed(none.to_string())); formulas.len()])
}

fn function(formula: &Formula<'_>) -> Result<String, Opaque> {
    let source = format!("({}\n)", formula.text);
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &source, SourceType::script())
        .with_options(ParseOptions::default())
        .parse();
    if let Some(error) = parsed.diagnostics.errors().next() {
        return Err(Opaque::Malformed(error.message.to_string()));
    }
    if !is_one(&parsed.program, source.len()) {
        return Err(Opaque::Malformed("its brackets don't fit".to_owned()));
    }
    let semantic = SemanticBuilder::new()
        .with_build_nodes(true)
        .build(&parsed.program)
        .semantic;
    let mut edits = Edits::new(&source);
    for node in semantic.nodes() {
        rewrite(node.kind(), formula.modules, &mut edits)?;
    }
    Ok(format!("{NAMES}=>{}", edits.apply().0))
}

/// Whether the brackets around an expression are those that we put there.
fn is_one(program: &Program<'_>, length: usize) -> bool {
    let [Statement::ExpressionStatement(only)] = program.body.as_slice() else {
        return false;
    };
    matches!(&only.expression, Expression::ParenthesizedExpression(whole) if whole.span.end as usize == length)
}

/// Makes a name a question to the data, and a member one that may be missing.
fn rewrite(
    kind: AstKind<'_>,
    modules: &BTreeMap<String, usize>,
    edits: &mut Edits<'_>,
) -> Result<(), Opaque> {
    match kind {
        AstKind::IdentifierReference(name) => {
            let module = modules.get(name.name.as_str());
            let asked = module.map_or_else(
                || name.name.as_str().into(),
                |module| serde_json::Value::from(*module),
            );
            edits.replace(name.span.start, name.span.end, format!("{NAMES}({asked})"));
        }
        AstKind::CallExpression(call) if !call.optional && is_of_module(&call.callee, modules) => {
            edits.insert(call.callee.span().end, "?.");
        }
        AstKind::StaticMemberExpression(member) if !member.optional => {
            let from = member.object.span().end;
            edits.replace(from, member.property.span.start, "?.");
        }
        AstKind::ComputedMemberExpression(member) if !member.optional => {
            let from = member.object.span().end;
            edits.replace(from, member.expression.span().start, "?.[");
        }
        AstKind::ObjectProperty(property) if property.shorthand => {
            edits.insert(
                property.span.start,
                format!("{}:", property.key.name().unwrap_or_default()),
            );
        }
        kind if is_plain(kind) => {}
        _ => return Err(Opaque::Foreign),
    }
    Ok(())
}

/// Whether a function is a member of a module.
fn is_of_module(callee: &Expression<'_>, modules: &BTreeMap<String, usize>) -> bool {
    let mut at = callee;
    loop {
        at = match at {
            Expression::StaticMemberExpression(member) => &member.object,
            Expression::ComputedMemberExpression(member) => &member.object,
            Expression::Identifier(name) => return modules.contains_key(name.name.as_str()),
            _ => return false,
        };
    }
}

fn is_plain(kind: AstKind<'_>) -> bool {
    match kind {
        AstKind::UnaryExpression(unary) => unary.operator != UnaryOperator::Delete,
        AstKind::BinaryExpression(binary) => {
            !matches!(binary.operator, BinaryOperator::In | BinaryOperator::Instanceof)
        }
        AstKind::ObjectProperty(property) => !property.method,
        AstKind::Program(_)
        | AstKind::ExpressionStatement(_)
        | AstKind::ParenthesizedExpression(_)
        | AstKind::LogicalExpression(_)
        | AstKind::ConditionalExpression(_)
        | AstKind::ArrayExpression(_)
        | AstKind::ObjectExpression(_)
        | AstKind::SpreadElement(_)
        | AstKind::IdentifierName(_)
        | AstKind::BooleanLiteral(_)
        | AstKind::NullLiteral(_)
        | AstKind::NumericLiteral(_)
        | AstKind::StringLiteral(_) => true,
        _ => false,
    }
}

/// How a function calls the one that knows the names.
const NAMES: &str = "$";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_asked_for_and_members_may_be_missing() {
        for (expression, function) in [
            ("a", "$=>($(\"a\")\n)"),
            ("a.b[c].length > 1", "$=>($(\"a\")?.b?.[$(\"c\")]?.length > 1\n)"),
            ("!a && (b || 'x')", "$=>(!$(\"a\") && ($(\"b\") || 'x')\n)"),
            ("{a, b: 1, ...c}", "$=>({a:$(\"a\"), b: 1, ...$(\"c\")}\n)"),
            ("[1, a ? -1 : 2]", "$=>([1, $(\"a\") ? -1 : 2]\n)"),
            ("globalThis", "$=>($(\"globalThis\")\n)"),
            ("m.f(a).b", "$=>($(3)?.f?.($(\"a\"))?.b\n)"),
            ("(a).b", "$=>(($(\"a\"))?.b\n)"),
        ] {
            assert_eq!(function_of(expression).as_deref(), Ok(function), "{expression}");
        }
    }

    #[test]
    fn what_is_more_than_an_expression_of_wxml_is_not_evaluated() {
        for foreign in [
            "f(a)",
            "a.b()",
            "() => a",
            "a = 1",
            "a++",
            "new A",
            "this",
            "a, b",
            "`a`",
            "delete a.b",
            "a in b",
            "/a/",
            "function () {}",
            "1n",
            "import('a')",
            "{ get a() { return 1 } }",
            "{ f() {} }",
            "a?.b",
        ] {
            assert_eq!(function_of(foreign), Err(Opaque::Foreign), "{foreign}");
        }
        for malformed in ["a +", "", "a b", "a)", "a) + (b", "'", "a; b", "eval('"] {
            assert!(
                matches!(function_of(malformed), Err(Opaque::Malformed(_))),
                "{malformed}"
            );
        }
    }

    #[test]
    fn deep_expressions_do_no_harm() {
        for deep in [
            "(".repeat(3000),
            "!".repeat(20_000),
            "a[".repeat(3000),
            "[".repeat(200_000),
        ] {
            let modules = BTreeMap::new();
            let deep = Formula {
                text: deep,
                modules: &modules,
            };
            assert!(functions(&[deep])[0].is_err());
        }
    }

    fn function_of(expression: &str) -> Result<String, Opaque> {
        function(&Formula {
            text: expression.to_owned(),
            modules: &BTreeMap::from([("m".to_owned(), 3)]),
        })
    }
}
