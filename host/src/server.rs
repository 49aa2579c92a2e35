//! The HTTP gateway: listener, guard, routes. Never answers a request that the guard has not passed.

pub mod assemble;

use std::sync::Arc;
use std::time::Instant;

use crate::chat::Chat;
use crate::settings::Settings;
use crate::tools::Tools;

/// Everything a running gateway serves, built once at start.
#[derive(Clone)]
pub struct Gateway {
    pub settings: Arc<Settings>,
    pub chat: Arc<Chat>,
    pub tools: Arc<Tools>,
    pub plugins: Arc<PluginReport>,
    pub started: Instant,
}

/// Which plugins are in use, for `/health`.
#[derive(Debug, Clone, Default)]
pub struct PluginReport {
    pub loaded: usize,
    /// Name and reason.
    pub failed: Vec<(String, String)>,
}
