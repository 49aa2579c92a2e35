//! Which way leads to the gateway: its socket, HTTP, or starting it. Pure.

use super::gateway_url::GatewayUrl;
use super::unavailable::Unavailable;

#[derive(Debug, PartialEq)]
pub(super) enum Route {
    /// It is the gateway of our own home.
    Socket,
    Http,
    /// Start the gateway of our own home.
    Start,
    Nowhere(Unavailable),
}

/// Whether this process may start the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MayStart {
    Yes,
    /// It did so before.
    Already,
    /// The user said `isartor stop`.
    Stopped,
}

/// `running_at` is where the gateway of our home says it is; `listens` looks whether anything answers at `gateway`.
pub(super) fn choose(
    gateway: &GatewayUrl,
    running_at: Option<&str>,
    may_start: MayStart,
    listens: impl FnOnce() -> bool,
) -> Route {
    if running_at.is_some_and(|url| gateway.is_served_at(url)) {
        return Route::Socket;
    }
    if !gateway.is_loopback() || listens() {
        return Route::Http;
    }
    match (running_at, may_start) {
        (Some(url), _) => Route::Nowhere(Unavailable::RunsElsewhere { url: url.to_owned() }),
        (None, MayStart::Yes) if gateway.can_be_started() => Route::Start,
        (None, MayStart::Stopped) => Route::Nowhere(Unavailable::Stopped),
        (None, MayStart::Yes | MayStart::Already) => Route::Nowhere(Unavailable::NotRunning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        const LOCAL: &str = "http://localhost:8080";
        const OTHER: &str = "http://localhost:8081";
        const REMOTE: &str = "https://example.org";
        let elsewhere = || Route::Nowhere(Unavailable::RunsElsewhere { url: OTHER.into() });
        let nowhere = Route::Nowhere;
        for (gateway, running_at, may_start, listens, expected) in [
            (LOCAL, Some(LOCAL), MayStart::Yes, true, Route::Socket),
            ("http://[::1]:8080", Some(LOCAL), MayStart::Stopped, false, Route::Socket),
            (LOCAL, None, MayStart::Yes, false, Route::Start),
            (LOCAL, None, MayStart::Yes, true, Route::Http),
            (LOCAL, None, MayStart::Already, false, nowhere(Unavailable::NotRunning)),
            (LOCAL, None, MayStart::Stopped, false, nowhere(Unavailable::Stopped)),
            (LOCAL, Some(OTHER), MayStart::Yes, false, elsewhere()),
            (LOCAL, Some(OTHER), MayStart::Yes, true, Route::Http),
            ("https://localhost:8080", None, MayStart::Yes, false, nowhere(Unavailable::NotRunning)),
            (REMOTE, None, MayStart::Yes, false, Route::Http),
            (REMOTE, Some(LOCAL), MayStart::Stopped, false, Route::Http),
        ] {
            let route = choose(&gateway.parse().unwrap(), running_at, may_start, || listens);
            assert_eq!(route, expected, "{gateway}, running at {running_at:?}, {may_start:?}, listens: {listens}");
        }
    }
}
