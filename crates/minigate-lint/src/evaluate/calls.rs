//! What calls give.

use minigate_policy::Interface;

use super::Evaluator;
use crate::model::{CallId, Expr, ExprId, FunctionId, ModuleId};
use crate::value::{Site, Text, Value};

impl Evaluator<'_> {
    pub(super) fn call(&mut self, module: ModuleId, call: CallId) -> Vec<Value> {
        let Some(call) = self.module(module).and_then(|module| module.call(call)) else {
            return vec![Value::Unknown];
        };
        if let Some(values) = self.builtin(module, call.callee, &call.arguments) {
            return values;
        }
        let mut values = Vec::new();
        for callee in self
            .evaluate(Site {
                module,
                expr: call.callee,
            })
            .iter()
        {
            match callee {
                Value::Function(of, function) => values.extend(self.returned(*of, *function)),
                Value::Api(_) => values.push(Value::Unknown),
                _ => values.push(self.promisified(module, &call.arguments)),
            }
        }
        values
    }

    fn returned(&mut self, module: ModuleId, function: FunctionId) -> Vec<Value> {
        let function = self
            .module(module)
            .and_then(|module| module.functions.get(function.0));
        function.map_or_else(Vec::new, |function| self.choose(module, &function.returns))
    }

    /// `promisify(wx.request)` is `wx.request` in another form.
    fn promisified(&mut self, module: ModuleId, arguments: &[ExprId]) -> Value {
        for argument in arguments {
            if let [Value::Api(name)] = &*self.evaluate(Site {
                module,
                expr: *argument,
            }) && name.parse::<Interface>().is_ok()
            {
                return Value::Api(name.clone());
            }
        }
        Value::Unknown
    }

    /// What the language's own functions give.
    fn builtin(&mut self, module: ModuleId, callee: ExprId, arguments: &[ExprId]) -> Option<Vec<Value>> {
        let at = |expr| Site { module, expr };
        match self.expr(at(callee))? {
            Expr::Global(name) => match name.as_str() {
                "getApp" => Some(vec![Value::App]),
                "encodeURI" | "decodeURI" | "decodeURIComponent" | "String" => {
                    Some(self.evaluate(at(*arguments.first()?)).to_vec())
                }
                _ => None,
            },
            Expr::Member(object, name) => match name.as_str() {
                "trim" | "toString" | "bind" => Some(self.evaluate(at(*object)).to_vec()),
                "replace" => Some(self.replaced(at(*object), at(*arguments.first()?))),
                // Whoever has an object's values takes any of its members.
                "freeze" | "values" if self.is_global(module, *object, "Object") => {
                    Some(self.evaluate(at(*arguments.first()?)).to_vec())
                }
                "assign" if self.is_global(module, *object, "Object") => Some(self.merged(module, arguments)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A text in which something is replaced: what stands before it is known.
    fn replaced(&mut self, text: Site, pattern: Site) -> Vec<Value> {
        let values = self.evaluate(text).to_vec();
        let pattern = match &*self.evaluate(pattern) {
            [Value::Literal] => return values.into_iter().map(opened).collect(),
            [Value::Text(pattern)] if !pattern.is_open => pattern.known.clone(),
            _ => return vec![Value::Unknown],
        };
        let before = values.into_iter().map(|value| match value {
            Value::Text(text) if origin_of(&text.known).contains(&pattern) => Value::Unknown,
            value => opened(value),
        });
        before.collect()
    }

    fn merged(&mut self, module: ModuleId, parts: &[ExprId]) -> Vec<Value> {
        let values = parts
            .iter()
            .map(|expr| self.evaluate(Site { module, expr: *expr }).to_vec());
        values.flatten().collect()
    }
}

/// A text of which only the origin is sure to stay.
fn opened(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(Text {
            known: origin_of(&text.known).to_owned(),
            is_open: true,
            ..text
        }),
        other => other,
    }
}

/// `https://host/` of a URL.
fn origin_of(text: &str) -> &str {
    let Some((scheme, rest)) = text.split_once("://") else {
        return "";
    };
    let host = rest.find('/').map_or(rest.len(), |at| at + 1);
    text.get(..scheme.len() + "://".len() + host).unwrap_or(text)
}
