//! A user's side: hold the users' lock, have a supervisor running, wait until the services serve.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::error::Error;
use crate::layout::Layout;
use crate::lock::{self, Kind};
use crate::progress::{Progress, ProgressEvent, ProgressReader, remove_if_there};
use crate::services::Services;
use crate::supervisor::Launch;

const POLL: Duration = Duration::from_millis(30);
/// How long a supervisor may take to notice that the last user has gone.
const NOTICE_LIMIT: Duration = Duration::from_millis(500);
const STOP_LIMIT: Duration = Duration::from_mins(1);
const LOST_POLL: Duration = Duration::from_millis(500);
const START_ATTEMPTS: u32 = 3;

/// How the executable is called to supervise, and to run a service.
#[derive(Debug, Clone)]
pub struct SupervisorCommand {
    /// The executable.
    pub program: PathBuf,
    /// Leads to [`crate::supervise_main`]; one more argument is appended.
    pub supervise_args: Vec<String>,
    /// Leads to [`crate::exec_service`]; one more argument is appended.
    pub exec_args: Vec<String>,
}

impl SupervisorCommand {
    /// This executable with its hidden subcommands `supervise` and `exec-service`.
    pub fn current_exe() -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(Error::io("find the path of", "this executable"))?;
        Ok(Self { program, supervise_args: vec!["supervise".into()], exec_args: vec!["exec-service".into()] })
    }
}

/// What a user needs from the data directory.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// A Postgres of the user's own; none to run one here.
    pub database_url: Option<String>,
    /// A Temporal server of the user's own; none to run one here.
    pub temporal_address: Option<String>,
    /// One more command to keep running beside the services (the worker), with `DATABASE_URL`, `TEMPORAL_ADDRESS` and
    /// `TINYBUG_DATA_DIR` in its environment.
    pub extra: Option<Vec<String>>,
}

impl Needs {
    /// What the environment says: `DATABASE_URL` and `TEMPORAL_ADDRESS`, when they are set and not empty.
    pub fn from_env() -> Self {
        let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self { database_url: read("DATABASE_URL"), temporal_address: read("TEMPORAL_ADDRESS"), extra: None }
    }

    fn wants_supervisor(&self) -> bool {
        self.extra.is_some() || self.database_url.is_none() || self.temporal_address.is_none()
    }
}

/// A user's hold on the services: they serve as long as this lives.
#[derive(Debug)]
pub struct Attached {
    /// Where Postgres serves, with the password.
    pub database_url: String,
    /// Where Temporal's frontend serves, `host:port`.
    pub temporal_address: String,
    /// The pages of the Temporal UI, when it is run here.
    pub temporal_ui_url: Option<String>,
    hold: Option<(Layout, File)>,
}

impl Attached {
    /// What runs now; none when nothing is run here, or the supervisor has gone.
    pub fn services(&self) -> Result<Option<Services>, Error> {
        let Some((layout, _)) = &self.hold else { return Ok(None) };
        if !supervisor_lives(layout)? {
            return Ok(None);
        }
        load_services(layout)
    }

    /// Returns when the supervisor has gone although this user is still there: it was killed, and the services with it.
    /// Calling [`attach`] again starts them at the same places.
    pub async fn lost(&self) -> Result<(), Error> {
        let Some((layout, _)) = &self.hold else { return std::future::pending().await };
        while supervisor_lives(layout)? {
            tokio::time::sleep(LOST_POLL).await;
        }
        Ok(())
    }

    /// Lets go. When this was the last user, waits until all services have stopped. Dropping lets go without waiting.
    pub async fn leave(self) -> Result<(), Error> {
        let Some((layout, users)) = self.hold else { return Ok(()) };
        drop(users);
        let services_gone = async {
            while load_services(&layout)?.is_some() && supervisor_lives(&layout)? {
                tokio::time::sleep(POLL).await;
            }
            Ok(())
        };
        match tokio::time::timeout(NOTICE_LIMIT, services_gone).await {
            Ok(gone) => gone?,
            // Others use the services.
            Err(_) => return Ok(()),
        }
        let supervisor_gone = async {
            while supervisor_lives(&layout)? {
                tokio::time::sleep(POLL).await;
            }
            Ok(())
        };
        tokio::time::timeout(STOP_LIMIT, supervisor_gone).await.unwrap_or_else(|_| {
            Err(Error::Start { message: "the services do not stop".into(), log: layout.log("supervisor") })
        })
    }
}

/// Uses the services of a data directory: starts what does not run yet and waits until it serves.
///
/// The services run until the last [`Attached`] of all processes is gone, however its process ended.
pub async fn attach(
    data_dir: &Path,
    command: &SupervisorCommand,
    needs: &Needs,
    progress: &dyn Progress,
) -> Result<Attached, Error> {
    if let (false, Some(database_url), Some(temporal_address)) =
        (needs.wants_supervisor(), &needs.database_url, &needs.temporal_address)
    {
        return Ok(Attached {
            database_url: database_url.clone(),
            temporal_address: temporal_address.clone(),
            temporal_ui_url: None,
            hold: None,
        });
    }
    let layout = Layout::create(data_dir).map_err(Error::io("use the data directory", data_dir))?;
    let stopping = || progress.event(&ProgressEvent::Notice { text: "waiting for earlier services to stop".into() });
    let users = lock::acquire(&layout.users_lock(), Kind::Shared, stopping)
        .await
        .map_err(Error::io("lock", layout.users_lock()))?;
    for _ in 0..START_ATTEMPTS {
        start_unless_running(&layout, command, needs).await?;
        let Some(services) = wait_until_serving(&layout, progress).await? else { continue };
        refuse_conflict(&layout, needs, &services)?;
        return Ok(Attached {
            database_url: services.database_url,
            temporal_address: services.temporal_address,
            temporal_ui_url: services.temporal_ui_url,
            hold: Some((layout, users)),
        });
    }
    Err(Error::Start { message: "the supervisor ends without a reason".into(), log: layout.log("supervisor") })
}

fn supervisor_lives(layout: &Layout) -> Result<bool, Error> {
    lock::is_held(&layout.supervisor_lock()).map_err(Error::io("look at the lock", layout.supervisor_lock()))
}

fn load_services(layout: &Layout) -> Result<Option<Services>, Error> {
    Services::load(&layout.services()).map_err(Error::io("read", layout.services()))
}

fn refuse_conflict(layout: &Layout, needs: &Needs, services: &Services) -> Result<(), Error> {
    let differs = |wanted: &Option<String>, external: bool, url: &str| match wanted {
        Some(wanted) => wanted != url,
        None => external,
    };
    let worker_conflict = needs.extra.as_ref().and_then(|command| worker_conflict(command, services));
    let difference = if differs(&needs.database_url, services.external_database, &services.database_url) {
        "DATABASE_URL".to_owned()
    } else if differs(&needs.temporal_address, services.external_temporal, &services.temporal_address) {
        "TEMPORAL_ADDRESS".to_owned()
    } else if let Some(difference) = worker_conflict {
        difference
    } else {
        return Ok(());
    };
    Err(Error::Conflict { data_dir: layout.root().to_owned(), difference })
}

/// What keeps the worker that runs from being the one that is wanted.
fn worker_conflict(wanted: &[String], services: &Services) -> Option<String> {
    if !services.processes.contains_key(crate::supervisor::EXTRA) {
        return Some("they were started without a worker".to_owned());
    }
    // A supervisor of an earlier version does not tell.
    let running = services.worker_args.as_deref()?;
    let wanted = wanted.get(1..).unwrap_or_default();
    (running != wanted)
        .then(|| format!("their worker runs with `{}`, not with `{}`", running.join(" "), wanted.join(" ")))
}

/// Under the start lock, so that of several users at once one starts the supervisor and none sees what a dead one left.
async fn start_unless_running(layout: &Layout, command: &SupervisorCommand, needs: &Needs) -> Result<(), Error> {
    let _start = lock::acquire(&layout.start_lock(), Kind::Exclusive, || ())
        .await
        .map_err(Error::io("lock", layout.start_lock()))?;
    if supervisor_lives(layout)? {
        return Ok(());
    }
    for stale in [layout.services(), layout.progress()] {
        remove_if_there(&stale).map_err(Error::io("remove", &stale))?;
    }
    let mut child = spawn_supervisor(layout, command, needs)?;
    // It ends early when a supervisor that nobody waits for got the lock first, or when it failed: both show later.
    while !supervisor_lives(layout)? {
        if child.try_wait().map_err(Error::io("watch", &command.program))?.is_some() {
            break;
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

fn spawn_supervisor(layout: &Layout, command: &SupervisorCommand, needs: &Needs) -> Result<Child, Error> {
    let log_path = layout.log("supervisor");
    let open_log = || -> io::Result<(File, File)> {
        let log = OpenOptions::new().create(true).append(true).open(&log_path)?;
        let copy = log.try_clone()?;
        Ok((log, copy))
    };
    let (stdout, stderr) = open_log().map_err(Error::io("open", &log_path))?;
    let launch = Launch {
        data_dir: layout.root().to_owned(),
        exec_args: command.exec_args.clone(),
        external_database: needs.database_url.is_some(),
        external_temporal: needs.temporal_address.is_some(),
        extra: needs.extra.clone(),
    };
    let argument = launch.to_argument().map_err(io::Error::from).map_err(Error::io("pass on", layout.root()))?;
    let mut daemon = Command::new(&command.program);
    daemon.args(&command.supervise_args).arg(argument);
    // By the environment and not by the arguments, which everybody on the machine can read.
    for (name, value) in [("DATABASE_URL", &needs.database_url), ("TEMPORAL_ADDRESS", &needs.temporal_address)] {
        match value {
            Some(value) => daemon.env(name, value),
            None => daemon.env_remove(name),
        };
    }
    daemon.current_dir(layout.root()).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    daemon.spawn().map_err(Error::io("start", &command.program))
}

/// The services once they serve; none when the supervisor ended without having said why.
async fn wait_until_serving(layout: &Layout, progress: &dyn Progress) -> Result<Option<Services>, Error> {
    let mut reader = ProgressReader::new(layout.progress());
    let mut relayed = false;
    loop {
        // Looked at before the files, so that what a supervisor wrote before it ended is always seen.
        let lives = supervisor_lives(layout)?;
        if let Some(services) = load_services(layout)?.filter(|_| lives) {
            if relayed {
                reader.read().iter().for_each(|event| progress.event(event));
            } else {
                services.notices.iter().for_each(|text| progress.event(&ProgressEvent::Notice { text: text.clone() }));
            }
            return Ok(Some(services));
        }
        for event in reader.read() {
            if let ProgressEvent::Failed { message } = event {
                return Err(Error::Start { message, log: layout.log("supervisor") });
            }
            relayed = true;
            progress.event(&event);
        }
        if !lives {
            return Ok(None);
        }
        tokio::time::sleep(POLL).await;
    }
}
