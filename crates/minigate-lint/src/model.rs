//! What a module says, without its syntax: enough to follow a value from where it is written to where it is used.

use std::collections::BTreeMap;
use std::ops::Range;

/// A module of the project, by its place among those that were read.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct ModuleId(pub(crate) usize);

/// An expression of a module.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct ExprId(pub(crate) usize);

/// A function of a module.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct FunctionId(pub(crate) usize);

/// A call in a module.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct CallId(pub(crate) usize);

/// A name that a module declares.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct NameId(pub(crate) usize);

/// Bytes of a file.
pub(crate) type Span = Range<usize>;

/// A module.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Relative to the project's folder.
    pub(crate) path: String,
    pub(crate) source: String,
    /// Whether it belongs to a package that the app's author didn't write.
    pub(crate) is_library: bool,
    pub(crate) expressions: Vec<(Expr, Span)>,
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
    /// What each name can stand for.
    pub(crate) names: BTreeMap<NameId, Vec<ExprId>>,
    /// `object.name = value`.
    pub(crate) writes: Vec<Write>,
    /// What ES modules export; a name can be exported by several declarations.
    pub(crate) exports: Vec<(String, ExprId)>,
    /// `export * from`.
    pub(crate) passed_on: Vec<String>,
    /// Texts that may not stand in an app.
    pub(crate) suspects: Vec<Suspect>,
    /// Texts in which a URL can be.
    pub(crate) links: Vec<Link>,
    /// The parser's complaint, with its place.
    pub(crate) complaint: Option<(String, usize)>,
}

/// An expression, as far as it matters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    /// Nothing that could be followed.
    Unknown,
    Text(String),
    Number(f64),
    /// Something else that is written out: `true`, `null`, a pattern.
    Literal,
    /// Texts one after the other.
    Join(Vec<ExprId>),
    /// One of them.
    Choice(Vec<ExprId>),
    Name(NameId),
    Global(String),
    Member(ExprId, String),
    /// `object[key]`.
    Element(ExprId, ExprId),
    Object(Vec<Property>),
    List(Vec<ExprId>),
    Call(CallId),
    /// `new Class()`.
    New(ExprId),
    Function(FunctionId),
    /// What a module exports as a whole.
    Module(String),
    /// What a module exports under a name.
    Import(String, String),
    Parameter(FunctionId, usize),
}

/// A member of an object or class; one without a name stands for all members of its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    pub(crate) name: Option<String>,
    pub(crate) value: ExprId,
    pub(crate) at: Span,
}

/// A function.
#[derive(Debug, Default)]
pub(crate) struct Function {
    /// The one around it.
    pub(crate) within: Option<FunctionId>,
    pub(crate) returns: Vec<ExprId>,
}

/// A call of anything.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: ExprId,
    pub(crate) arguments: Vec<ExprId>,
    pub(crate) at: Span,
    pub(crate) within: Option<FunctionId>,
    pub(crate) answer: Answer,
    pub(crate) result: Kept,
}

/// `object.name = value`.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) object: ExprId,
    pub(crate) name: String,
    pub(crate) value: ExprId,
}

/// What the module does with the answer of a call, where it is a network call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Answer {
    /// Where the answer is taken without a look at its status.
    pub(crate) unchecked: Option<Span>,
    /// Where a member of the answer's text is used as if it were an object, with the member.
    pub(crate) unparsed: Option<(Span, String)>,
}

/// What becomes of a call's result.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kept {
    /// It is passed on: returned, given to a function …
    #[default]
    PassedOn,
    /// Nobody has it.
    Dropped,
    /// A name has it, which only its own function or module uses.
    Named(NameId),
    /// A member of some object has it.
    Member(String),
}

/// A text in which a URL can be: a literal, or several parts put together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Link {
    pub(crate) expr: ExprId,
    /// Whether it is a part of a longer text.
    pub(crate) is_part: bool,
}

/// A text that may not stand in an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Suspect {
    pub(crate) kind: SuspectKind,
    /// The text.
    pub(crate) at: Span,
}

/// What is wrong with a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SuspectKind {
    /// It names `api.weixin.qq.com`.
    ReservedHost,
    /// It looks like an AppSecret and is called like one.
    Secret {
        /// What it is called.
        name: String,
    },
}

impl Module {
    pub(crate) fn expr(&self, id: ExprId) -> &Expr {
        self.expressions
            .get(id.0)
            .map_or(&Expr::Unknown, |(expr, _)| expr)
    }

    pub(crate) fn at(&self, id: ExprId) -> Span {
        self.expressions.get(id.0).map_or(0..0, |(_, at)| at.clone())
    }

    pub(crate) fn add(&mut self, expr: Expr, at: Span) -> ExprId {
        self.expressions.push((expr, at));
        ExprId(self.expressions.len() - 1)
    }

    pub(crate) fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(id.0)
    }

    /// Whether a function stands inside of another one, or is it.
    pub(crate) fn is_within(&self, inner: Option<FunctionId>, outer: FunctionId) -> bool {
        let mut next = inner;
        // A function's number is higher than that of the one around it, so this ends.
        while let Some(function) = next {
            if function == outer {
                return true;
            }
            next = self
                .functions
                .get(function.0)
                .and_then(|f| f.within)
                .filter(|around| *around < function);
        }
        false
    }
}
