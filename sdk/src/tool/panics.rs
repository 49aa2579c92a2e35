//! Panic messages that reach isartor's log, for tools that have the capability `log`.

use std::marker::PhantomData;

use super::{CallContext, Failure, Tool, ToolDefinition, ToolResult};

/// Exports a tool, and has the message of a panic logged before the panic ends the call. plugin.toml must ask for the
/// capability `log`, which this imports; [`export!`](crate::tool::export) imports nothing, and a panic of its tool is in
/// the log without its message. Built for `wasm32-wasip2`, a message reaches the log in either case.
///
/// ```
/// # use isartor_plugin::tool::{self, CallContext, Failure, Tool, ToolDefinition, ToolResult};
/// # struct Greet;
/// # impl Tool for Greet {
/// #     fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
/// #         Ok(vec![])
/// #     }
/// #     fn call(_: String, _: String, _: CallContext) -> Result<ToolResult, Failure> {
/// #         Ok(ToolResult::text(""))
/// #     }
/// # }
/// #[cfg(target_arch = "wasm32")]
/// tool::export_with_log!(Greet);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __export_tool_with_log {
    ($plugin:ident) => {
        type __PluginWithLog = $crate::tool::LogPanics<$plugin>;
        $crate::tool::export!(__PluginWithLog);
    };
}

/// `T`, whose panics are logged.
pub struct LogPanics<T>(PhantomData<T>);

impl<T: Tool> Tool for LogPanics<T> {
    fn definitions() -> Result<Vec<ToolDefinition>, Failure> {
        listen();
        T::definitions()
    }

    fn call(name: String, arguments: String, context: CallContext) -> Result<ToolResult, Failure> {
        listen();
        T::call(name, arguments, context)
    }
}

/// Each call has an instance of its own, so this happens once in each.
fn listen() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
}
