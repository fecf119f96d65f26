//! The command line. Its `--help` is the reference of configuration: every setting is an option with an
//! environment variable.

#![expect(clippy::doc_markdown, reason = "the comments are the text of --help")]

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use tinybug_model::{Plan, StopRule, Tier};

use crate::exit::UsageError;

/// Tells a team how good its tests are at catching bugs.
#[derive(Debug, Parser)]
#[command(name = "tinybug", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Settings that every command shares.
#[derive(Debug, Clone, Args)]
pub(crate) struct Settings {
    /// Directory of the embedded services, checkouts and logs.
    #[arg(long, env = "TINYBUG_DATA_DIR", global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// PostgreSQL to use instead of the embedded one.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Temporal server to use instead of the embedded one, as host:port.
    #[arg(long, env = "TEMPORAL_ADDRESS", global = true, value_name = "ADDRESS")]
    pub(crate) temporal_address: Option<String>,
    /// Orgs whose builds may run on this machine, by slug, separated by commas; `*` for all. All where the services
    /// are embedded, none elsewhere.
    #[arg(long, env = "TINYBUG_LOCAL_RUNNER_ORGS", global = true, value_name = "ORGS", value_delimiter = ',')]
    pub(crate) local_runner_orgs: Option<Vec<String>>,
    /// Builds at once on this machine. Default: one for each core.
    #[arg(long, env = "TINYBUG_BUILDS", global = true, value_name = "N")]
    pub(crate) builds: Option<u32>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure a project on this machine: everything embedded, one measurement, its result printed.
    ///
    /// Exit code: 0 the measurement finished, 1 it finished and the gate was not reached, 2 usage, 3 the baseline is
    /// broken, 4 infrastructure.
    Try(Box<TryArgs>),
    /// Say how the score moved from one measurement of a repository to another, by what, and whether that is more
    /// than chance.
    Compare(CompareArgs),
    /// Serve everything on this machine: embedded services, API and a worker.
    Dev(ListenArgs),
    /// Serve the API.
    Serve(ListenArgs),
    /// Run the workflows and activities of all orgs.
    Worker,
    /// Bring the database up to date; prints the operator's token the first time.
    Migrate(MigrateArgs),
    /// Say what this machine lacks, and what to do about it.
    Doctor,
    /// List the mutants of files or directories, without running anything.
    Mutants(MutantsArgs),
    /// Judge attempts given as JSON lines on standard input.
    Judge,
    /// Print the API's OpenAPI document.
    Openapi,
    /// Run a command while the embedded services are up, with DATABASE_URL and TEMPORAL_ADDRESS set.
    WithServices {
        /// The command and its arguments.
        #[arg(trailing_var_arg = true, required = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Parent of a build's command (internal).
    #[command(hide = true)]
    Shim,
    /// Parent of the embedded services (internal).
    #[command(hide = true)]
    Supervise {
        /// What to supervise, as JSON.
        launch: String,
    },
    /// Start of an embedded service (internal).
    #[command(hide = true)]
    ExecService {
        /// What to start, as JSON.
        plan: String,
    },
}

/// How to migrate.
#[derive(Debug, Clone, Args)]
pub(crate) struct MigrateArgs {
    /// Make one more operator's token and print it: for when the first was lost.
    #[arg(long)]
    pub(crate) new_operator_token: bool,
}

/// Where to listen.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListenArgs {
    /// Address of the API.
    #[arg(long, env = "TINYBUG_LISTEN", default_value = "127.0.0.1:7700", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
}

/// What `try` measures.
#[derive(Debug, Clone, Args)]
pub(crate) struct TryArgs {
    /// Directory of the project, inside a git repository; measured as it is, uncommitted changes included.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Command that runs the tests; may hold `{report}`, the path of the JUnit file that it then must write. Default:
    /// found from the project's files.
    #[arg(long, value_name = "CMD")]
    pub(crate) command: Option<String>,
    /// Another command that runs the tests: measures twice, on the same mutants, and says which command detects more.
    #[arg(long, value_name = "CMD", conflicts_with_all = ["gate", "stop_when_narrower"])]
    pub(crate) versus: Option<String>,
    /// Command that prepares a fresh checkout. Default: found from the project's files.
    #[arg(long, value_name = "CMD")]
    pub(crate) setup: Option<String>,
    /// How many mutants to draw. Default: 50, or 1000 where --gate or --stop-when-narrower ends the trials before.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) mutants: Option<u32>,
    /// Seed of the draw: the same seed draws the same mutants.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Which operators.
    #[arg(long, value_enum, default_value_t = TierArg::Default)]
    pub(crate) tier: TierArg,
    /// Only files that match, in the manner of .gitignore; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Not files that match; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Only lines that changed since this revision, uncommitted ones included; of a branch, what changed since it and
    /// this one parted.
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Only inside functions of this name, whole (`Cart.total`) or some of its parts; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Vec<String>,
    /// Only lines that some test executes, where that can be known.
    #[arg(long)]
    pub(crate) covered_only: bool,
    /// Runs of the unchanged code.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=40))]
    pub(crate) baseline_runs: Option<u32>,
    /// Builds at once. Default: one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) parallelism: Option<u32>,
    /// Go on although some tests fail on the unchanged code.
    #[arg(long)]
    pub(crate) allow_failing_tests: bool,
    /// Stop as soon as it is known whether the score is at least this, such as 80%: exit code 1 when it is not, or
    /// when all drawn mutants do not tell.
    #[arg(long, value_name = "SCORE", value_parser = share)]
    pub(crate) gate: Option<f64>,
    /// Scores nearer to the gate than this may go either way; 0 tells all apart, and takes many more mutants.
    #[arg(long, value_name = "POINTS", value_parser = margin, default_value = "5%", requires = "gate")]
    pub(crate) gate_margin: f64,
    /// Stop as soon as the score's interval is no wider than this, such as 10%.
    #[arg(long, value_name = "WIDTH", value_parser = share, conflicts_with = "gate")]
    pub(crate) stop_when_narrower: Option<f64>,
    /// Print one JSON object on the last line of standard output instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A share between 0 and 1, written so or as a percentage.
fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text} is no share: write 80% or 0.8, from 1% to 100%");
    read_share(text).filter(|share| (0.01..=1.0).contains(share)).ok_or_else(wrong)
}

fn margin(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text} is no margin: write 5% or 0.05, from 0% to 25%");
    read_share(text).filter(|share| (0.0..=0.25).contains(share)).ok_or_else(wrong)
}

fn read_share(text: &str) -> Option<f64> {
    match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.trim().parse().ok(),
    }
}

/// Mutants drawn where the command line does not say, and where a rule ends the trials.
const MUTANTS_WITH_A_RULE: u32 = 1000;

impl TryArgs {
    /// When to stop before all drawn mutants are tried.
    fn stop(&self) -> Option<StopRule> {
        let alpha = StopRule::ALPHA;
        let gate = self.gate.map(|score| StopRule::AtLeast { score, margin: self.gate_margin, alpha });
        gate.or_else(|| self.stop_when_narrower.map(|width| StopRule::NarrowerThan { width, alpha }))
    }

    /// The plan that these arguments ask for.
    pub(crate) fn plan(&self) -> Plan {
        let (defaults, stop) = (Plan::default(), self.stop());
        let usual = if stop.is_some() { MUTANTS_WITH_A_RULE } else { defaults.mutants };
        Plan {
            command: self.command.clone(),
            setup: self.setup.clone(),
            mutants: self.mutants.unwrap_or(usual),
            seed: self.seed,
            tier: self.tier.into(),
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            since: self.since.clone(),
            functions: self.function.clone(),
            covered_only: self.covered_only,
            baseline_runs: self.baseline_runs.unwrap_or(defaults.baseline_runs),
            baseline_runs_when_flaky: defaults.baseline_runs_when_flaky.max(self.baseline_runs.unwrap_or(0)),
            parallelism: self.parallelism,
            allow_failing_tests: self.allow_failing_tests,
            stop,
            ..defaults
        }
    }
}

/// What `compare` compares.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArgs {
    /// Id of the measurement before.
    pub(crate) before: String,
    /// Id of the measurement after.
    pub(crate) after: String,
    /// Server that holds them. Default: this machine's own data directory.
    #[arg(long, env = "TINYBUG_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// API token for that server.
    #[arg(long, env = "TINYBUG_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Org on that server, by slug.
    #[arg(long, env = "TINYBUG_ORG", value_name = "ORG", default_value = "local")]
    pub(crate) org: String,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

impl CompareArgs {
    /// The token, which a server asks for.
    pub(crate) fn token(&self) -> anyhow::Result<&str> {
        self.token.as_deref().ok_or_else(|| UsageError::because("set TINYBUG_TOKEN to an API token of the org"))
    }
}

/// What `mutants` lists.
#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("changed").args(["diff", "since"])))]
pub(crate) struct MutantsArgs {
    /// Files and directories. Paths that are printed, and with them the ids, start at the one directory given, as those
    /// of `try` on it do; for files and several directories at the repository's top.
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = MutantsFormat::Text)]
    pub(crate) format: MutantsFormat,
    /// Which operators.
    #[arg(long, value_enum, default_value_t = TierArg::Default)]
    pub(crate) tier: TierArg,
    /// Only on lines that this unified diff adds or changes; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) diff: Option<PathBuf>,
    /// Only on lines that changed since this revision, uncommitted and untracked ones included; of a branch, what
    /// changed since it and this one parted.
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Only inside functions of this name, whole (`Cart.total`) or some of its parts; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Vec<String>,
    /// Say all about the mutant of this id, whatever its tier.
    #[arg(long, value_name = "ID", conflicts_with_all = ["format", "changed", "function"])]
    pub(crate) explain: Option<String>,
}

/// How to print mutants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MutantsFormat {
    /// A sentence and the change each, for people.
    Text,
    /// A JSON object each, for scripts.
    Jsonl,
    /// A unified diff each, for `git apply` and `patch -p1`.
    Patch,
    /// How many by operator and by file.
    Summary,
}

/// Which operators, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierArg {
    /// Operators whose survivors are worth a developer's time.
    Default,
    /// More operators, more noise.
    Extended,
}

impl From<TierArg> for Tier {
    fn from(tier: TierArg) -> Self {
        match tier {
            TierArg::Default => Self::Default,
            TierArg::Extended => Self::Extended,
        }
    }
}
