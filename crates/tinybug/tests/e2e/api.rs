//! The API from outside: `tinybug dev` on a free port, and requests to it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    project::Project,
    world::{Ended, Home, Running, wait_until_or},
};

/// A served API.
pub(crate) struct Dev {
    running: Running,
    runtime: Runtime,
    http: reqwest::Client,
    root: String,
}

/// An org as its members act in it.
pub(crate) struct Org {
    pub(crate) id: String,
    pub(crate) token: String,
    path: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Dev {
    /// Starts to serve in a home.
    pub(crate) fn start(home: &Home) -> Self {
        let mut running = home.start(&["dev", "--listen", "127.0.0.1:0"]);
        running.until_it_says("Ctrl-C stops.");
        let said = running.stderr();
        let root = said.split("API: ").nth(1).and_then(|rest| rest.split("/api/v1").next()).unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { running, runtime, http: reqwest::Client::new(), root }
    }

    /// The operator's token, when it was shown.
    pub(crate) fn operator_token(&self) -> Option<String> {
        let said = self.running.stderr();
        let tokens: Vec<_> = said.split_whitespace().filter(|word| word.starts_with("tbo_")).collect();
        assert!(tokens.len() <= 1, "shown more than once: {said}");
        tokens.first().map(|token| (*token).to_owned())
    }

    /// Asks, at a path below the server's root.
    pub(crate) fn call(&self, method: Method, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.root)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
        })
    }

    /// Runs to its end what is not a request.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Makes an org.
    pub(crate) fn create_org(&self, operator: &str, slug: &str) -> Org {
        let body = json!({ "slug": slug, "name": slug });
        let made = self.call(Method::POST, "/api/v1/orgs", operator, Some(&body)).expect(201);
        let text = |pointer: &str| made.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        Org { id: text("/org/id"), token: text("/token"), path: format!("/api/v1/orgs/{slug}") }
    }

    /// Reads below an org's path.
    pub(crate) fn get(&self, org: &Org, path: &str) -> Answer {
        self.call(Method::GET, &format!("{}{path}", org.path), &org.token, None)
    }

    /// Asks for something below an org's path.
    pub(crate) fn post(&self, org: &Org, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, &format!("{}{path}", org.path), &org.token, Some(body))
    }

    /// Registers a project and returns the repository's id.
    pub(crate) fn register(&self, org: &Org, project: &Project) -> String {
        let body = json!({ "name": "project", "kind": "local", "local_path": project.path() });
        self.post(org, "/repositories", &body).expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// Requests a measurement of a repository's HEAD and returns its id.
    pub(crate) fn request(&self, org: &Org, repository: &str, plan: &Value) -> String {
        let body = json!({ "repository": repository, "source": { "revision": "HEAD" }, "plan": plan });
        self.post(org, "/measurements", &body).expect(202)["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a measurement is completed, and returns its report.
    pub(crate) fn until_completed(&self, org: &Org, measurement: &str) -> Value {
        let path = format!("/measurements/{measurement}");
        let state = || self.get(org, &path).expect(200)["state"].as_str().unwrap().to_owned();
        let ended = || ["completed", "baseline_broken", "cancelled", "failed"].contains(&state().as_str());
        wait_until_or("the measurement has ended", ended, || self.get(org, &path).body.to_string());
        assert_eq!(state(), "completed", "{}", self.get(org, &path).body);
        self.get(org, &format!("{path}/report")).expect(200)
    }

    /// Stops as Ctrl-C does.
    pub(crate) fn stop(self) -> Ended {
        self.running.signal(nix::sys::signal::Signal::SIGINT);
        let ended = self.running.until_ended();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended
    }
}

impl Answer {
    /// The body; fails unless the status is as expected.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}
