//! Follows values through the modules of a project, as far as constants reach.
//!
//! The answer is every value that an expression can have, [`Value::Unknown`] among them where one can't be told. Nothing
//! is guessed. Work is bounded: by depth, by the number of values, and by steps for each question.

mod calls;
mod exports;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Call, CallId, Expr, ExprId, FunctionId, Module, ModuleId, Property};
use crate::value::{Site, Text, Value};
use crate::world::World;

/// Values of an expression; none at all where it is `undefined`.
pub(crate) type Values = Arc<[Value]>;

/// Calls of each function of the app, with the number of the argument that is the function's first.
type Callers = BTreeMap<(ModuleId, FunctionId), Vec<(ModuleId, CallId, usize)>>;

/// Evaluates expressions of a project.
pub(crate) struct Evaluator<'w> {
    world: &'w World,
    callers: Callers,
    /// Lists of which each element is given to a function.
    iterated: BTreeMap<(ModuleId, FunctionId), Vec<Site>>,
    /// What was given to `App()`.
    apps: Vec<Site>,
    known: BTreeMap<Site, Values>,
    active: BTreeSet<Site>,
    /// How deep the question is that is being answered.
    depth: usize,
    /// How often an expression was found to depend on itself.
    circles: usize,
    steps: usize,
}

impl<'w> Evaluator<'w> {
    /// Gets to know the calls of the app's functions.
    pub(crate) fn new(world: &'w World) -> Self {
        let mut evaluator = Self {
            world,
            callers: Callers::new(),
            iterated: BTreeMap::new(),
            apps: apps(world),
            known: BTreeMap::new(),
            active: BTreeSet::new(),
            depth: 0,
            circles: 0,
            steps: 0,
        };
        // Until then no parameter has a value; what was found without them isn't all. What is called may be a
        // parameter itself, which gets its values from the first round.
        for _ in 0..ROUNDS {
            evaluator.iterated.clear();
            evaluator.callers = evaluator.find_callers();
            evaluator.known.clear();
        }
        evaluator
    }

    pub(crate) fn world(&self) -> &'w World {
        self.world
    }

    /// The values of an expression.
    pub(crate) fn values(&mut self, site: Site) -> Values {
        self.steps = 0;
        self.evaluate(site)
    }

    /// The values of a member of some values.
    pub(crate) fn members(&mut self, values: &[Value], name: &str) -> Vec<Value> {
        self.steps = 0;
        self.all_members(values, name)
    }

    /// The members of an object that have a value of their own, those of objects spread into it included.
    pub(crate) fn properties(&mut self, object: &Value) -> Vec<(ModuleId, Property)> {
        let mut found = Vec::new();
        let mut todo = vec![object.clone()];
        let mut seen = BTreeSet::new();
        while let Some(Value::Object(site)) = todo.pop() {
            if !seen.insert(site) || seen.len() > MAX_VALUES {
                continue;
            }
            for property in self.own_properties(site) {
                if property.name.is_none() {
                    let spread = Site {
                        expr: property.value,
                        ..site
                    };
                    todo.extend(self.values(spread).iter().cloned());
                }
                found.push((site.module, property));
            }
        }
        found
    }

    fn own_properties(&self, site: Site) -> Vec<Property> {
        match self.expr(site) {
            Some(Expr::Object(properties)) => properties.clone(),
            _ => Vec::new(),
        }
    }

    fn module(&self, id: ModuleId) -> Option<&'w Module> {
        self.world.module(id)
    }

    fn expr(&self, site: Site) -> Option<&'w Expr> {
        self.module(site.module).map(|module| module.expr(site.expr))
    }

    fn find_callers(&mut self) -> Callers {
        let mut callers = Callers::new();
        for (id, module) in self.world.modules() {
            for (index, call) in module.calls.iter().enumerate() {
                for (expr, first) in called(module, call) {
                    for value in self.values(Site { module: id, expr }).iter() {
                        if let Value::Function(of, function) = value {
                            let calls = callers.entry((*of, *function)).or_default();
                            calls.push((id, CallId(index), first));
                        }
                    }
                }
                self.note_iteration(id, module, call);
            }
        }
        callers
    }

    /// `list.forEach(function)`.
    fn note_iteration(&mut self, id: ModuleId, module: &Module, call: &Call) {
        let (Expr::Member(list, name), Some(first)) = (module.expr(call.callee), call.arguments.first())
        else {
            return;
        };
        if !ITERATIONS.contains(&name.as_str()) {
            return;
        }
        let list = Site {
            module: id,
            expr: *list,
        };
        for value in self
            .values(Site {
                module: id,
                expr: *first,
            })
            .iter()
        {
            if let Value::Function(of, function) = value {
                self.iterated.entry((*of, *function)).or_default().push(list);
            }
        }
    }

    fn evaluate(&mut self, site: Site) -> Values {
        if let Some(known) = self.known.get(&site) {
            return Arc::clone(known);
        }
        if self.is_exhausted() {
            return Arc::new([Value::Unknown]);
        }
        if !self.active.insert(site) {
            self.circles += 1;
            return Arc::new([]);
        }
        let circles = self.circles;
        let values: Values = limited(self.deeper(|evaluator| evaluator.compute(site))).into();
        self.active.remove(&site);
        // Inside of a circle a part is still missing.
        if self.circles == circles || self.active.is_empty() {
            self.known.insert(site, Arc::clone(&values));
        }
        values
    }

    /// Whether there was enough work, or is too little stack, for one more step.
    fn is_exhausted(&mut self) -> bool {
        self.steps += 1;
        self.steps > MAX_STEPS || self.depth > MAX_DEPTH
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    fn compute(&mut self, site: Site) -> Vec<Value> {
        let beside = |expr| Site { expr, ..site };
        match self.expr(site) {
            None | Some(Expr::Unknown) => vec![Value::Unknown],
            Some(Expr::Text(text)) => vec![Value::Text(Text {
                known: text.clone(),
                from: Some(site),
                ..Text::empty()
            })],
            Some(Expr::Number(number)) => vec![Value::Number(*number)],
            Some(Expr::Literal) => vec![Value::Literal],
            Some(Expr::Join(parts)) => self.join(site.module, parts),
            Some(Expr::Choice(branches)) => self.choose(site.module, branches),
            Some(Expr::Name(name)) => {
                let definitions = self.module(site.module).and_then(|module| module.names.get(name));
                match definitions {
                    Some(definitions) => self.choose(site.module, definitions),
                    None => vec![Value::Unknown],
                }
            }
            Some(Expr::Global(name)) => global(name, site.module),
            Some(Expr::Member(object, name)) => self.member(site.module, *object, name),
            Some(Expr::Element(object, key)) => self.element(beside(*object), beside(*key)),
            Some(Expr::Object(_) | Expr::List(_)) => vec![Value::Object(site)],
            Some(Expr::Call(call)) => self.call(site.module, *call),
            Some(Expr::New(class)) => self.evaluate(beside(*class)).to_vec(),
            Some(Expr::Function(function)) => vec![Value::Function(site.module, *function)],
            Some(Expr::Module(specifier)) => match self.world.linked(site.module, specifier) {
                Some(module) => self.whole(module),
                None => vec![Value::Unknown],
            },
            Some(Expr::Import(specifier, name)) => match self.world.linked(site.module, specifier) {
                Some(module) => self.export(module, name),
                None => vec![Value::Unknown],
            },
            Some(Expr::Parameter(function, index)) => self.parameter((site.module, *function), *index),
        }
    }

    /// A sum: each value of a part behind each of what stands before.
    fn join(&mut self, module: ModuleId, parts: &[ExprId]) -> Vec<Value> {
        let mut texts = vec![Text::empty()];
        for part in parts {
            let values = self.evaluate(Site { module, expr: *part });
            let values = if values.is_empty() {
                &[Value::Unknown]
            } else {
                &*values
            };
            let mut longer: Vec<Text> = Vec::new();
            for text in &texts {
                for next in values.iter().filter_map(|value| text.with(value)) {
                    if longer.len() < MAX_VALUES && !longer.contains(&next) {
                        longer.push(next);
                    }
                }
            }
            texts = longer;
        }
        texts.into_iter().map(Value::Text).collect()
    }

    fn choose(&mut self, module: ModuleId, branches: &[ExprId]) -> Vec<Value> {
        let mut values = Vec::new();
        let mut chosen = 0;
        for branch in branches {
            let found = self.evaluate(Site {
                module,
                expr: *branch,
            });
            chosen += usize::from(!found.is_empty());
            values.extend(found.iter().cloned());
        }
        if chosen > 1 { one_of(values) } else { values }
    }

    fn member(&mut self, module: ModuleId, object: ExprId, name: &str) -> Vec<Value> {
        if name == "exports" && self.is_global(module, object, "module") {
            return vec![Value::Exports(module)];
        }
        let objects = self.evaluate(Site { module, expr: object });
        self.all_members(&objects, name)
    }

    fn is_global(&self, module: ModuleId, expr: ExprId, name: &str) -> bool {
        matches!(self.expr(Site { module, expr }), Some(Expr::Global(global)) if global == name)
    }

    fn all_members(&mut self, objects: &[Value], name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for object in objects {
            values.extend(self.member_of(object, name));
        }
        limited(values)
    }

    fn member_of(&mut self, object: &Value, name: &str) -> Vec<Value> {
        if self.is_exhausted() {
            return vec![Value::Unknown];
        }
        self.deeper(|evaluator| evaluator.member_here(object, name))
    }

    fn member_here(&mut self, object: &Value, name: &str) -> Vec<Value> {
        match object {
            Value::Wx => vec![Value::Api(name.to_owned())],
            Value::Object(site) => {
                let later = self.written_later(object, name);
                let mut values = self.written_in(*site, name);
                if !later.is_empty() {
                    // An empty text only keeps the place of what comes.
                    values.retain(|value| !matches!(value, Value::Text(text) if *text == Text { from: text.from, ..Text::empty() }));
                }
                values.extend(later);
                values
            }
            Value::Exports(module) => self.export(*module, name),
            Value::App => {
                let mut values = self.written_later(object, name);
                for app in self.apps.clone() {
                    let given = self.evaluate(app);
                    values.extend(self.all_members(&given, name));
                }
                values
            }
            Value::Literal => Vec::new(),
            _ => vec![Value::Unknown],
        }
    }

    /// A member as the object's own text has it; the last one counts.
    fn written_in(&mut self, site: Site, name: &str) -> Vec<Value> {
        let beside = |expr| Site { expr, ..site };
        let properties = match self.expr(site) {
            Some(Expr::Object(properties)) => properties,
            Some(Expr::List(elements)) => {
                let element = name.parse().ok().and_then(|index: usize| elements.get(index));
                return element.map_or(vec![Value::Unknown], |expr| self.evaluate(beside(*expr)).to_vec());
            }
            _ => return vec![Value::Unknown],
        };
        let mut values = Vec::new();
        for property in properties.iter().rev() {
            match &property.name {
                Some(own) if own == name => {
                    values.retain(|value| *value != Value::Unknown);
                    values.extend(self.evaluate(beside(property.value)).iter().cloned());
                    break;
                }
                Some(_) => {}
                None => {
                    let spread = self.evaluate(beside(property.value));
                    values.extend(self.all_members(&spread, name));
                }
            }
        }
        values
    }

    /// What is assigned to a member anywhere.
    fn written_later(&mut self, object: &Value, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for (module, of, value) in self.world.writes(name) {
            let module = *module;
            if self.evaluate(Site { module, expr: *of }).contains(object) {
                values.extend(self.evaluate(Site { module, expr: *value }).iter().cloned());
            }
        }
        values
    }

    fn element(&mut self, object: Site, key: Site) -> Vec<Value> {
        let objects = self.evaluate(object);
        let mut values = Vec::new();
        for key in self.evaluate(key).iter() {
            match key {
                Value::Text(text) if !text.is_open => values.extend(self.all_members(&objects, &text.known)),
                Value::Number(index) => values.extend(self.all_members(&objects, &index.to_string())),
                _ => {
                    for object in objects.iter() {
                        values.extend(self.any_member(object));
                    }
                }
            }
        }
        values
    }

    /// All that a member of unknown name can be.
    fn any_member(&mut self, object: &Value) -> Vec<Value> {
        let Value::Object(site) = object else {
            return vec![Value::Unknown];
        };
        let members: Vec<_> = match self.expr(*site) {
            Some(Expr::Object(properties)) => properties.iter().map(|property| property.value).collect(),
            Some(Expr::List(elements)) => elements.clone(),
            _ => return vec![Value::Unknown],
        };
        self.choose(site.module, &members)
    }

    fn parameter(&mut self, function: (ModuleId, FunctionId), index: usize) -> Vec<Value> {
        let callers = self.callers.get(&function).cloned().unwrap_or_default();
        let iterated = self.iterated.get(&function).cloned().unwrap_or_default();
        if callers.is_empty() && iterated.is_empty() {
            return vec![Value::Unknown];
        }
        let mut values = Vec::new();
        for (module, call, first) in callers {
            let call = self.module(module).and_then(|module| module.call(call));
            if let Some(argument) = call.and_then(|call| call.arguments.get(first + index)) {
                values.extend(
                    self.evaluate(Site {
                        module,
                        expr: *argument,
                    })
                    .iter()
                    .cloned(),
                );
            }
            if values.len() > MAX_VALUES {
                values = limited(values);
            }
        }
        for list in iterated.into_iter().filter(|_| index == 0) {
            for list in self.evaluate(list).iter() {
                values.extend(self.each_member(list));
            }
        }
        limited(values)
    }

    /// Each element of a list, which all come to be used.
    fn each_member(&mut self, list: &Value) -> Vec<Value> {
        let mut values = self.any_member(list);
        for value in &mut values {
            if let Value::Text(text) = value {
                text.is_one_of_several = false;
            }
        }
        values
    }
}

/// What a call can be a call of, each with the number of the argument that is the function's first.
fn called(module: &Module, call: &Call) -> Vec<(ExprId, usize)> {
    let mut called = vec![(call.callee, 0)];
    match (module.expr(call.callee), call.arguments.first()) {
        (Expr::Member(function, name), _) if name == "call" => called.push((*function, 1)),
        (Expr::Global(name), Some(function)) if TIMERS.contains(&name.as_str()) => {
            called.push((*function, 2));
        }
        _ => {}
    }
    called
}

fn apps(world: &World) -> Vec<Site> {
    let mut apps = Vec::new();
    for (id, module) in world.modules() {
        let of_app = module
            .calls
            .iter()
            .filter(|call| matches!(module.expr(call.callee), Expr::Global(name) if name == "App"));
        apps.extend(of_app.filter_map(|call| {
            let expr = *call.arguments.first()?;
            Some(Site { module: id, expr })
        }));
    }
    apps
}

fn global(name: &str, module: ModuleId) -> Vec<Value> {
    match name {
        "wx" => vec![Value::Wx],
        "exports" => vec![Value::Exports(module)],
        "undefined" => Vec::new(),
        _ => vec![Value::Unknown],
    }
}

fn one_of(mut values: Vec<Value>) -> Vec<Value> {
    for value in &mut values {
        if let Value::Text(text) = value {
            text.is_one_of_several = true;
        }
    }
    values
}

/// Each value once, and not more than can be looked at; where there were more, that is told.
fn limited(values: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(values.len().min(MAX_VALUES));
    for value in values {
        if kept.len() >= MAX_VALUES {
            kept.push(Value::Unknown);
            break;
        }
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// Functions of lists that call another one with each element.
const ITERATIONS: &[&str] = &["forEach", "map", "filter", "find", "some", "every", "flatMap"];
/// Functions that call another one later, with arguments behind the delay.
const TIMERS: &[&str] = &["setTimeout", "setInterval"];
const MAX_VALUES: usize = 24;
/// How deep questions may lead to others; [`STACK`] holds that.
const MAX_DEPTH: usize = 300;
/// The stack that evaluation needs at most, with room: some 20 KB for each level without optimisation.
pub(crate) const STACK: usize = 64 << 20;
/// How many functions deep a function may be handed on before its calls are lost.
const ROUNDS: usize = 2;
const MAX_STEPS: usize = 20_000;
