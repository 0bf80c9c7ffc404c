//! Turns outlines into the routes that look like health checks, the port, and what the code runs by the clock or fetches.

use std::collections::BTreeMap;

use super::corpus::{Corpus, Source, depth};
use super::numbers;
use super::subcommands::ADDS;
use crate::catalogue::services;
use crate::facts::{Found, Place};
use crate::inspect::syntax::{Call, Value};

/// Paths that answer «I am well», without slashes around; better ones first.
const HEALTH: [&str; 15] = [
    "healthz",
    "health",
    "healthcheck",
    "health-check",
    "health_check",
    "livez",
    "liveness",
    "readyz",
    "readiness",
    "alive",
    "ping",
    "_health",
    "api/health",
    "api/healthz",
    "api/v1/health",
];

/// Functions and methods whose first argument is a path.
const ROUTERS: [&str; 14] = [
    "route",
    "get",
    "path",
    "re_path",
    "url",
    "add_get",
    "add_route",
    "add_url_rule",
    "add_api_route",
    "Route",
    "api_route",
    "head",
    "resource",
    "add_api_websocket_route",
];

/// Routes like `/health` that are declared with their whole path, the best first.
pub(super) fn health(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Vec<Found<String>> {
    let mut found: Vec<(usize, Found<String>)> = Vec::new();
    let mut add = |file: &str, line: u32, call: &Call| {
        if !ROUTERS.contains(&call.method()) {
            return;
        }
        let Some(path) = call.args.first().and_then(Value::as_text) else {
            return;
        };
        let bare = path
            .trim_start_matches('^')
            .trim_end_matches('$')
            .trim_matches('/');
        // A router with a prefix would move it.
        let plain = !call.callee.to_ascii_lowercase().contains("router")
            && !call.callee.to_ascii_lowercase().contains("blueprint")
            && !call.callee.starts_with("bp.");
        if let Some(rank) = HEALTH.iter().position(|known| *known == bare)
            && plain
        {
            let slash = if path.trim_end_matches('$').ends_with('/') {
                "/"
            } else {
                ""
            };
            found.push((
                rank,
                Found::new(format!("/{bare}{slash}"), place(file, line)),
            ));
        }
    };
    for source in &corpus.sources {
        // Clients call `requests.get("/health")` too: only routes that stand in a list of routes or above a function count.
        for function in &source.outline.functions {
            for decorator in &function.decorators {
                add(&source.path, function.line, decorator);
            }
        }
        for call in source
            .outline
            .calls
            .iter()
            .filter(|call| !matches!(call.value.method(), "get" | "head"))
        {
            let django_root = call.value.method() != "path" || source.stem() == "urls";
            if !call.within.typing && django_root {
                add(&source.path, call.line, &call.value);
            }
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.at).cmp(&(b.0, &b.1.at)));
    let mut out: Vec<Found<String>> = found.into_iter().map(|(_, found)| found).collect();
    out.dedup_by(|a, b| a.value == b.value);
    out
}

/// Where Celery's periodic tasks are set.
pub(super) fn beat(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Option<Place> {
    corpus.sources.iter().find_map(|source| {
        let assigned = source.outline.assigns.iter().find(|assign| {
            let name = assign.target.rsplit('.').next().unwrap_or_default();
            matches!(
                name,
                "beat_schedule" | "CELERY_BEAT_SCHEDULE" | "CELERYBEAT_SCHEDULE"
            )
        });
        let added = || {
            source
                .outline
                .calls
                .iter()
                .find(|call| call.value.method() == "add_periodic_task")
        };
        let line = assigned
            .map(|assign| assign.line)
            .or_else(|| added().map(|call| call.line))?;
        Some(place(&source.path, line))
    })
}

/// The port of `os.environ.get("PORT", 5000)`, else the one that an option of the command line falls back to, else the one of a
/// setting.
pub(super) fn port(
    corpus: &Corpus,
    ports: &BTreeMap<&str, u16>,
    place: &dyn Fn(&str, u32) -> Place,
) -> Option<Found<u16>> {
    let first = |port: &dyn Fn(&Source, &Call) -> Option<u16>| {
        corpus.sources.iter().find_map(|source| {
            source.outline.calls.iter().find_map(|call| {
                let at = || place(&source.path, call.line);
                Some(Found::new(port(source, &call.value)?, at()))
            })
        })
    };
    // Of settings, what is read deep in the tree is a part's: where it finds a broker, a printer.
    let shallow = || {
        let mut sources: Vec<&Source> = corpus.sources.iter().collect();
        sources.sort_by_key(|source| depth(&source.path));
        sources.into_iter().find_map(|source| {
            source.outline.calls.iter().find_map(|call| {
                let port = setting(source, &call.value)?;
                Some(Found::new(port, place(&source.path, call.line)))
            })
        })
    };
    let option = |source: &Source, call: &Call| option(source, call, ports);
    first(&read).or_else(|| first(&option)).or_else(shallow)
}

fn read(_: &Source, call: &Call) -> Option<u16> {
    let reads = matches!(call.method(), "get" | "getenv");
    let named = call.args.first().and_then(Value::as_text) == Some("PORT");
    let port = call.args.get(1)?.as_setting()?.parse().ok()?;
    (reads && named).then_some(port)
}

/// Options for a port, and those for an address with one.
const PORTS: [&str; 6] = [
    "--port",
    "--http-port",
    "--http_port",
    "--listen-port",
    "--server-port",
    "--web-port",
];
const ADDRESSES: [&str; 5] = [
    "--bind",
    "--bind-address",
    "--listen",
    "--listen-address",
    "--web.listen-address",
];

/// `parser.add_argument("--port", default=8082)`, `click.option("--listen", default="[::]:8082")`, tornado's
/// `define("port", default=8082)`.
fn option(source: &Source, call: &Call, ports: &BTreeMap<&str, u16>) -> Option<u16> {
    let method = call.method();
    let names: &[&str] = match method {
        "define" => &["port"],
        _ if method == "option" || ADDS.contains(&method) => &PORTS,
        _ => return None,
    };
    let mut keywords = call.keywords.iter();
    let (_, default) = keywords.find(|(name, _)| name == "default")?;
    let given = |names: &[&str]| {
        let mut given = call.args.iter().filter_map(Value::as_text);
        given.any(|name| names.contains(&name))
    };
    let written = source.setting(default);
    if given(names) {
        let written = written.and_then(|port| port.parse().ok());
        return written.or_else(|| numbers::port(default, ports));
    }
    let (_, port) = written.filter(|_| given(&ADDRESSES))?.rsplit_once(':')?;
    port.parse().ok()
}

/// `config.getint("port", 7125)`, `config.getint("server", "port", fallback=8082)`: not in a section that is for something else.
fn setting(source: &Source, call: &Call) -> Option<u16> {
    const SECTIONS: [&str; 7] = ["server", "web", "http", "main", "general", "default", "app"];
    let mut names = call.args.iter().map_while(Value::as_text);
    let (first, second) = (names.next()?, names.next());
    let is_port = match second {
        Some(name) => name == "port" && SECTIONS.contains(&first.to_ascii_lowercase().as_str()),
        None => first == "port",
    };
    if call.method() != "getint" || !is_port {
        return None;
    }
    let mut keywords = call.keywords.iter();
    let fallback = keywords.find(|(name, _)| matches!(name.as_str(), "fallback" | "default"));
    let fallback = fallback.map(|(_, value)| value);
    let port = source
        .setting(fallback.or(call.args.get(1))?)?
        .parse()
        .ok()?;
    (!services::is_port(port)).then_some(port)
}

/// Where a server of the standard library, of gRPC or of websockets listens: `server.add_insecure_port("[::]:50051")`,
/// `HTTPServer(("", 8080), …)`, `websockets.serve(handler, "0.0.0.0", 8765)`.
pub(super) fn listens(corpus: &Corpus, place: &dyn Fn(&str, u32) -> Place) -> Option<Found<u16>> {
    corpus.sources.iter().find_map(|source| {
        let calls = source.outline.calls.iter().filter(|c| !c.within.typing);
        calls.into_iter().find_map(|call| {
            let port = listening(&call.value).filter(|port| *port > 0)?;
            Some(Found::new(port, place(&source.path, call.line)))
        })
    })
}

fn listening(call: &Call) -> Option<u16> {
    let number = |value: &Value| value.as_setting()?.replace('_', "").parse().ok();
    // One for this machine alone is for something else: a browser that logs in, a debugger.
    let open = |value: &Value| matches!(value.as_text(), Some("" | "0.0.0.0" | "::" | "[::]"));
    let (host, port) = match call.method() {
        "add_insecure_port" | "add_secure_port" => {
            let address = call.argument("address", 0)?.as_text()?;
            let (host, port) = address.rsplit_once(':')?;
            return port
                .parse()
                .ok()
                .filter(|_| open(&Value::Text(host.to_owned())));
        }
        "HTTPServer" | "ThreadingHTTPServer" | "TCPServer" | "ThreadingTCPServer" => {
            match call.argument("server_address", 0)? {
                Value::List(address) => (address.first()?, address.get(1)?),
                _ => return None,
            }
        }
        _ if ["websockets.serve", "asyncio.start_server"].contains(&call.callee.as_str()) => {
            (call.argument("host", 1)?, call.argument("port", 2)?)
        }
        _ => return None,
    };
    number(port).filter(|_| open(host))
}
