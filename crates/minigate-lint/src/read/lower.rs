//! Expressions, down to what matters of them.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, BinaryExpression, CallExpression, ChainElement, Class, ClassElement,
    Expression, IdentifierReference, MemberExpression, MethodDefinitionKind, NewExpression, ObjectExpression,
    ObjectPropertyKind, PropertyKey, PropertyKind, TSEnumDeclaration, TemplateLiteral,
};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use oxc_syntax::operator::BinaryOperator;

use super::{Reader, name_id, span};
use crate::model::{Call, CallId, Expr, ExprId, Kept, Property, Write};

impl<'a> Reader<'_, 'a> {
    pub(super) fn lower(&mut self, expression: &Expression<'a>) -> ExprId {
        let mut lowered = None;
        self.deeper(|reader| lowered = Some(reader.lower_here(expression)));
        lowered.unwrap_or_else(|| self.add(Expr::Unknown, expression.span()))
    }

    fn lower_here(&mut self, expression: &Expression<'a>) -> ExprId {
        let at = expression.span();
        match expression {
            Expression::StringLiteral(text) => self.add(Expr::Text(text.value.to_string()), at),
            Expression::NumericLiteral(number) => self.add(Expr::Number(number.value), at),
            Expression::BooleanLiteral(_) | Expression::NullLiteral(_) | Expression::RegExpLiteral(_) => {
                self.add(Expr::Literal, at)
            }
            Expression::TemplateLiteral(template) => self.lower_template(template),
            Expression::Identifier(name) => self.lower_name(name),
            Expression::ThisExpression(_) => self.this().unwrap_or_else(|| self.add(Expr::Unknown, at)),
            Expression::BinaryExpression(binary) if binary.operator == BinaryOperator::Addition => {
                self.lower_sum(binary)
            }
            Expression::ConditionalExpression(either) => {
                let branches = vec![self.lower(&either.consequent), self.lower(&either.alternate)];
                self.add(Expr::Choice(branches), at)
            }
            Expression::LogicalExpression(either) => {
                let branches = vec![self.lower(&either.left), self.lower(&either.right)];
                self.add(Expr::Choice(branches), at)
            }
            Expression::AssignmentExpression(assignment) => self.lower(&assignment.right),
            Expression::AwaitExpression(awaited) => self.lower(&awaited.argument),
            Expression::SequenceExpression(sequence) => match sequence.expressions.last() {
                Some(last) => self.lower(last),
                None => self.add(Expr::Unknown, at),
            },
            _ => self.lower_structure(expression),
        }
    }

    fn lower_structure(&mut self, expression: &Expression<'a>) -> ExprId {
        let at = expression.span();
        match expression {
            Expression::ObjectExpression(object) => self.lower_object(object),
            Expression::ArrayExpression(list) => {
                let elements = list
                    .elements
                    .iter()
                    .map(|element| self.lower_element(element))
                    .collect();
                self.add(Expr::List(elements), at)
            }
            Expression::CallExpression(call) => self.lower_call(call),
            Expression::NewExpression(new) => self.lower_construction(new),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.lower_call(call),
                other => match other.as_member_expression() {
                    Some(member) => self.lower_member(member),
                    None => self.add(Expr::Unknown, at),
                },
            },
            Expression::FunctionExpression(function) => {
                let id = self.function(function.node_id.get());
                self.add(Expr::Function(id), at)
            }
            Expression::ArrowFunctionExpression(arrow) => {
                let id = self.function(arrow.node_id.get());
                self.add(Expr::Function(id), at)
            }
            Expression::ClassExpression(class) => self.lower_class(class),
            _ => match expression.as_member_expression() {
                Some(member) => self.lower_member(member),
                None => self.lower_wrapped(expression),
            },
        }
    }

    /// What stands inside of brackets and type annotations.
    fn lower_wrapped(&mut self, expression: &Expression<'a>) -> ExprId {
        let inner = expression.get_inner_expression();
        if std::ptr::eq(inner, expression) {
            self.add(Expr::Unknown, expression.span())
        } else {
            self.lower(inner)
        }
    }

    fn lower_element(&mut self, element: &ArrayExpressionElement<'a>) -> ExprId {
        match element.as_expression() {
            Some(expression) => self.lower(expression),
            None => self.add(Expr::Unknown, element.span()),
        }
    }

    pub(super) fn lower_template(&mut self, template: &TemplateLiteral<'a>) -> ExprId {
        let mut parts = Vec::new();
        let mut inserted = template.expressions.iter();
        for quasi in &template.quasis {
            let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
            if !text.is_empty() {
                parts.push(self.add(Expr::Text(text.to_string()), quasi.span));
            }
            if let Some(expression) = inserted.next() {
                parts.push(self.lower(expression));
            }
        }
        self.add(Expr::Join(parts), template.span)
    }

    pub(super) fn lower_name(&mut self, name: &IdentifierReference<'a>) -> ExprId {
        let symbol = name
            .reference_id
            .get()
            .and_then(|id| self.scoping.get_reference(id).symbol_id());
        let what = match symbol {
            Some(symbol) => Expr::Name(name_id(symbol)),
            None => Expr::Global(name.name.to_string()),
        };
        self.add(what, name.span)
    }

    /// A sum of many parts is nested as deep as it has parts, on its left side.
    pub(super) fn lower_sum(&mut self, sum: &BinaryExpression<'a>) -> ExprId {
        let (mut parts, mut left) = (vec![&sum.right], &sum.left);
        while let Expression::BinaryExpression(inner) = left
            && inner.operator == BinaryOperator::Addition
        {
            parts.push(&inner.right);
            left = &inner.left;
        }
        parts.push(left);
        let parts = parts.into_iter().rev().map(|part| self.lower(part)).collect();
        self.add(Expr::Join(parts), sum.span)
    }

    pub(super) fn member_parts(&mut self, member: &MemberExpression<'a>) -> Option<(ExprId, String)> {
        let name = match member {
            MemberExpression::PrivateFieldExpression(private) => format!("#{}", private.field.name),
            _ => member.static_property_name()?.to_string(),
        };
        Some((self.lower(member.object()), name))
    }

    fn lower_member(&mut self, member: &MemberExpression<'a>) -> ExprId {
        let what = match (self.member_parts(member), member) {
            (Some((object, name)), _) => Expr::Member(object, name),
            (None, MemberExpression::ComputedMemberExpression(computed)) => {
                Expr::Element(self.lower(&computed.object), self.lower(&computed.expression))
            }
            (None, _) => Expr::Unknown,
        };
        self.add(what, member.span())
    }

    pub(super) fn lower_object(&mut self, object: &ObjectExpression<'a>) -> ExprId {
        let node = object.node_id.get();
        if let Some(known) = self.objects.get(&node) {
            return *known;
        }
        let id = self.add(Expr::Object(Vec::new()), object.span);
        self.objects.insert(node, id);
        let properties = object
            .properties
            .iter()
            .map(|property| match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    self.own(&property.value, id);
                    let value = self.lower(&property.value);
                    Property {
                        name: key_name(&property.key),
                        value: match (property.kind, self.module.expr(value)) {
                            (PropertyKind::Get, Expr::Function(_)) => self.lower_getter(value, property.span),
                            _ => value,
                        },
                        at: span(property.span),
                    }
                }
                ObjectPropertyKind::SpreadProperty(spread) => Property {
                    name: None,
                    value: self.lower(&spread.argument),
                    at: span(spread.span),
                },
            })
            .collect();
        self.fill(id, properties);
        id
    }

    fn fill(&mut self, object: ExprId, properties: Vec<Property>) {
        if let Some((expr, _)) = self.module.expressions.get_mut(object.0) {
            *expr = Expr::Object(properties);
        }
    }

    /// Notes what `this` is in a method.
    fn own(&mut self, value: &Expression<'a>, owner: ExprId) {
        if let Expression::FunctionExpression(function) = value {
            self.owners.insert(function.node_id.get(), owner);
        }
    }

    pub(super) fn lower_class(&mut self, class: &Class<'a>) -> ExprId {
        let node = class.node_id.get();
        if let Some(known) = self.objects.get(&node) {
            return *known;
        }
        let id = self.add(Expr::Object(Vec::new()), class.span);
        self.objects.insert(node, id);
        let mut properties = Vec::new();
        for element in &class.body.body {
            properties.extend(self.lower_class_element(element, id));
        }
        if let Some(heritage) = &class.heritage {
            properties.push(Property {
                name: None,
                value: self.lower(&heritage.expression),
                at: span(class.span),
            });
        }
        self.fill(id, properties);
        id
    }

    fn lower_class_element(&mut self, element: &ClassElement<'a>, owner: ExprId) -> Option<Property> {
        match element {
            ClassElement::MethodDefinition(method) => {
                let node = method.value.node_id.get();
                self.owners.insert(node, owner);
                let id = self.function(node);
                let function = self.add(Expr::Function(id), method.span);
                Some(Property {
                    name: key_name(&method.key),
                    value: match method.kind {
                        MethodDefinitionKind::Get => self.lower_getter(function, method.span),
                        _ => function,
                    },
                    at: span(method.span),
                })
            }
            ClassElement::PropertyDefinition(property) => {
                let value = property.value.as_ref()?;
                if let Expression::ArrowFunctionExpression(arrow) = value {
                    self.owners.insert(arrow.node_id.get(), owner);
                }
                self.own(value, owner);
                Some(Property {
                    name: key_name(&property.key),
                    value: self.lower(value),
                    at: span(property.span),
                })
            }
            _ => None,
        }
    }

    /// What a getter gives is what a call of its function would.
    fn lower_getter(&mut self, function: ExprId, at: oxc_span::Span) -> ExprId {
        self.module.calls.push(Call {
            callee: function,
            arguments: Vec::new(),
            at: span(at),
            within: None,
            answer: crate::model::Answer::default(),
            result: Kept::default(),
        });
        let call = CallId(self.module.calls.len() - 1);
        self.add(Expr::Call(call), at)
    }

    pub(super) fn lower_enum(&mut self, declared: &TSEnumDeclaration<'a>) -> ExprId {
        let mut properties = Vec::new();
        for member in &declared.body.members {
            if let Some(value) = &member.initializer {
                properties.push(Property {
                    name: Some(member.id.static_name().to_string()),
                    value: self.lower(value),
                    at: span(member.span),
                });
            }
        }
        self.add(Expr::Object(properties), declared.span)
    }

    pub(super) fn lower_call(&mut self, call: &CallExpression<'a>) -> ExprId {
        let node = call.node_id.get();
        if let Some(text) = call.common_js_require() {
            return self.add(Expr::Module(text.value.to_string()), call.span);
        }
        if let Some(known) = self.calls.get(&node) {
            return self.add(Expr::Call(*known), call.span);
        }
        if let Some(joined) = self.lower_concat(call) {
            return joined;
        }
        let callee = self.lower(&call.callee);
        let id = self.note_call(node, callee, &call.arguments, call.span);
        self.note_data(callee, id);
        let answer = self.answer(call);
        let result = self.kept(node);
        if let Some(noted) = self.module.calls.get_mut(id.0) {
            noted.answer = answer;
            noted.result = result;
        }
        self.add(Expr::Call(id), call.span)
    }

    fn note_call(
        &mut self,
        node: NodeId,
        callee: ExprId,
        arguments: &[Argument<'a>],
        at: oxc_span::Span,
    ) -> CallId {
        let arguments = arguments
            .iter()
            .map(|argument| self.lower_argument(argument))
            .collect();
        self.module.calls.push(Call {
            callee,
            arguments,
            at: span(at),
            within: self.within(),
            answer: crate::model::Answer::default(),
            result: Kept::default(),
        });
        let id = CallId(self.module.calls.len() - 1);
        self.calls.insert(node, id);
        id
    }

    /// `page.setData({ name: value })` is `page.data.name = value`.
    fn note_data(&mut self, callee: ExprId, call: CallId) {
        let Expr::Member(page, name) = self.module.expr(callee) else {
            return;
        };
        let page = *page;
        let given = self.module.call(call).and_then(|call| call.arguments.first());
        let Some((given, Expr::Object(properties))) = given.map(|given| (*given, self.module.expr(*given)))
        else {
            return;
        };
        if name != "setData" {
            return;
        }
        let properties = properties.clone();
        let at = self.module.at(given);
        let data = self.module.add(Expr::Member(page, "data".to_owned()), at);
        for property in properties {
            // `'list[0].url'` leads further down.
            if let Some(name) = property.name.filter(|name| !name.contains(['.', '['])) {
                let value = property.value;
                self.module.writes.push(Write {
                    object: data,
                    name,
                    value,
                });
            }
        }
    }

    fn lower_argument(&mut self, argument: &Argument<'a>) -> ExprId {
        match argument.as_expression() {
            Some(expression) => self.lower(expression),
            None => self.add(Expr::Unknown, argument.span()),
        }
    }

    /// `text.concat(…)`, which is also what compilers make of templates.
    fn lower_concat(&mut self, call: &CallExpression<'a>) -> Option<ExprId> {
        let member = call.callee.as_member_expression()?;
        if member.static_property_name()? != "concat" {
            return None;
        }
        let mut parts = vec![self.lower(member.object())];
        parts.extend(
            call.arguments
                .iter()
                .map(|argument| self.lower_argument(argument)),
        );
        Some(self.add(Expr::Join(parts), call.span))
    }

    pub(super) fn lower_construction(&mut self, new: &NewExpression<'a>) -> ExprId {
        let node = new.node_id.get();
        if let Some(known) = self.objects.get(&node) {
            return *known;
        }
        let class = self.lower(&new.callee);
        let constructor = self.add(Expr::Member(class, "constructor".to_owned()), new.span);
        self.note_call(node, constructor, &new.arguments, new.span);
        let id = self.add(Expr::New(class), new.span);
        self.objects.insert(node, id);
        id
    }

    /// What becomes of a call's result.
    fn kept(&self, call: NodeId) -> Kept {
        let (parent, kind) = super::parent_of(self.nodes, call);
        match kind {
            AstKind::ExpressionStatement(_) => Kept::Dropped,
            AstKind::VariableDeclarator(declared) => declared
                .id
                .get_binding_identifier()
                .and_then(|name| name.symbol_id.get())
                .map_or(Kept::PassedOn, |symbol| self.kept_by(symbol)),
            AstKind::AssignmentExpression(assignment) => {
                let is_whole = matches!(
                    super::parent_of(self.nodes, parent).1,
                    AstKind::ExpressionStatement(_)
                );
                match assignment.left.as_member_expression() {
                    Some(member) if is_whole => member
                        .static_property_name()
                        .map_or(Kept::PassedOn, |name| Kept::Member(name.to_string())),
                    Some(_) => Kept::PassedOn,
                    None => assignment
                        .left
                        .get_identifier_name()
                        .and_then(|_| self.assigned_symbol(&assignment.left))
                        .map_or(Kept::PassedOn, |symbol| self.kept_by(symbol)),
                }
            }
            _ => Kept::PassedOn,
        }
    }

    fn assigned_symbol(&self, target: &oxc_ast::ast::AssignmentTarget<'a>) -> Option<oxc_semantic::SymbolId> {
        match target {
            oxc_ast::ast::AssignmentTarget::AssignmentTargetIdentifier(name) => name
                .reference_id
                .get()
                .and_then(|id| self.scoping.get_reference(id).symbol_id()),
            _ => None,
        }
    }

    /// A name keeps a result to itself where nothing but its members is ever used.
    fn kept_by(&self, symbol: oxc_semantic::SymbolId) -> Kept {
        for reference in self.scoping.get_resolved_references(symbol) {
            let (_, kind) = super::parent_of(self.nodes, reference.node_id());
            match kind {
                AstKind::StaticMemberExpression(_) | AstKind::UnaryExpression(_) => {}
                AstKind::AssignmentExpression(assignment) => {
                    if let Some(member) = assignment.left.as_member_expression() {
                        let name = member.static_property_name();
                        return name.map_or(Kept::PassedOn, |name| Kept::Member(name.to_string()));
                    }
                    if !reference.is_write() {
                        return Kept::PassedOn;
                    }
                }
                AstKind::IfStatement(_) | AstKind::LogicalExpression(_) => {}
                _ => return Kept::PassedOn,
            }
        }
        Kept::Named(name_id(symbol))
    }
}

fn key_name(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::PrivateIdentifier(private) => Some(format!("#{}", private.name)),
        _ => Some(
            key.static_name()
                .map_or_else(|| UNKNOWN_KEY.to_owned(), std::borrow::Cow::into_owned),
        ),
    }
}

/// No member is called that; a computed key is neither a name nor all members of its value.
const UNKNOWN_KEY: &str = "\0";
