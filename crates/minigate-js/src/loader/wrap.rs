//! A module's text as a function.

use super::{
    columns::{Columns, Head},
    environment::parameter,
    esm::{Converted, convert},
    syntax::SyntaxError,
};

/// A script whose value is a function that makes a module's function. All additions stand on its first line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wrapped {
    /// `require`, `module` and `exports` as parameters of the innermost function, where `var exports = exports || {}`
    /// keeps their value, as on the platform.
    pub(crate) usual: String,
    /// As parameters of the function around it, where the module may declare `let exports` of its own.
    pub(crate) roomy: String,
    /// Where the columns come from.
    pub(crate) columns: Columns,
    /// Whether it was an ES module, whose `this` is undefined.
    pub(crate) is_module: bool,
}

/// Makes a function of a script's text, whatever it holds.
pub(crate) fn wrap_script(source: &str, file: &str) -> Wrapped {
    let script = Converted {
        head: Head::default(),
        body: source.to_owned(),
        helpers: "_$".to_owned(),
        columns: Columns::default(),
    };
    assemble(script, file)
}

/// Makes a function of an ES module's text; none where it holds neither `import` nor `export`.
///
/// # Errors
///
/// Where the text is no valid JavaScript.
pub(crate) fn wrap_module(source: &str, file: &str) -> Result<Option<Wrapped>, SyntaxError> {
    Ok(convert(source, file)?.map(|module| assemble(module, file)))
}

fn assemble(
    Converted {
        head,
        body,
        helpers,
        columns,
    }: Converted,
    file: &str,
) -> Wrapped {
    // A text that starts with `#!` may do so only as a whole script.
    let (marker, body) = body
        .strip_prefix("#!")
        .map_or(("", body.as_str()), |rest| ("//", rest));
    let outer = format!(
        "(function({helpers},{}{}){{return function(require,module,exports){{",
        SHADOWED.join(","),
        parameter(file, body)
    );
    let inner = "return (function(){";
    // The usual form has blanks there, so that columns are the same in both.
    let blanks = " ".repeat(inner.len());
    let before = u32::try_from(outer.len() + inner.len()).unwrap_or(u32::MAX);
    let columns = columns.behind(before, &head);
    let head = head.text;
    Wrapped {
        // What stands for `#!` is as long as it.
        columns,
        is_module: !head.is_empty(),
        usual: format!("{outer}{blanks}{head}{marker}{body}\n}}}})"),
        roomy: format!("{outer}{inner}{head}{marker}{body}\n}}).call(this)}}}})"),
    }
}

/// What a browser has and the platform hasn't: bundles find out where they run by looking for these.
const SHADOWED: &[&str] = &[
    "window",
    "document",
    "location",
    "navigator",
    "localStorage",
    "sessionStorage",
    "XMLHttpRequest",
    "WebSocket",
    "fetch",
    "frames",
    "self",
    "parent",
    "top",
    "history",
    "screen",
    "alert",
    "confirm",
    "prompt",
    "Image",
    "FileReader",
    "webkit",
    "WeixinJSCore",
    "WeixinJSBridge",
    "Reporter",
    "print",
    "opener",
    "statusbar",
    "toolbar",
    "menubar",
    "scrollbars",
    "indexedDB",
    "Notification",
    "Worker",
    "importScripts",
];
