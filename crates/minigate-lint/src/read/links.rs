//! Texts in which a URL can be (rule T11).

use oxc_ast::AstKind;
use oxc_ast::ast::{BinaryExpression, Expression, StringLiteral, TemplateLiteral};
use oxc_semantic::NodeId;
use oxc_syntax::operator::BinaryOperator;

use super::{Reader, parent_of};
use crate::model::{Expr, ExprId, Link};

impl<'a> Reader<'_, 'a> {
    pub(super) fn link_literal(&mut self, literal: &StringLiteral<'a>) {
        if has_mark(&literal.value) {
            let is_part = self.is_in_sum(literal.node_id.get());
            let expr = self.add(Expr::Text(literal.value.to_string()), literal.span);
            self.link(expr, is_part);
        }
    }

    /// A template is a text as a whole, and each of its parts is one.
    pub(super) fn link_template(&mut self, template: &TemplateLiteral<'a>) {
        let mut has_link = false;
        for quasi in &template.quasis {
            let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
            if has_mark(text) {
                has_link = true;
                let expr = self.add(Expr::Text(text.to_string()), quasi.span);
                self.link(expr, !quasi.tail);
            }
        }
        if has_link && !template.expressions.is_empty() {
            let whole = self.lower_template(template);
            self.link(whole, false);
        }
    }

    pub(super) fn link_sum(&mut self, sum: &BinaryExpression<'a>) {
        if !self.is_in_sum(sum.node_id.get()) && has_link(sum) {
            let whole = self.lower_sum(sum);
            self.link(whole, false);
        }
    }

    fn is_in_sum(&self, node: NodeId) -> bool {
        let (_, parent) = parent_of(self.nodes, node);
        matches!(parent, AstKind::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition)
    }

    fn link(&mut self, expr: ExprId, is_part: bool) {
        if self.module.links.len() < MOST {
            self.module.links.push(Link { expr, is_part });
        }
    }
}

/// Whether a part of a sum is a literal in which a URL can be.
fn has_link(sum: &BinaryExpression<'_>) -> bool {
    let is_link =
        |part: &Expression<'_>| matches!(part, Expression::StringLiteral(text) if has_mark(&text.value));
    let mut sum = sum;
    while sum.operator == BinaryOperator::Addition {
        if is_link(&sum.right) || is_link(&sum.left) {
            return true;
        }
        let Expression::BinaryExpression(left) = &sum.left else {
            return false;
        };
        sum = left;
    }
    false
}

fn has_mark(text: &str) -> bool {
    text.contains("://")
}

/// How many texts of one file are looked at.
const MOST: usize = 10_000;
