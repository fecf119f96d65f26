//! docker-compose.yml and the image: no engine runs them here, so they are held against the Compose schema, and against
//! what the binary and the embedded services use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::workspace::{read, root};

const COMPOSE: &str = "docker-compose.yml";

/// The services that run the tinybug binary, by the subcommand that each runs.
const ROLES: [&str; 3] = ["migrate", "serve", "worker"];

/// Settings of the embedded Temporal server that only tests need.
const ONLY_FOR_TESTS: [&str; 1] = ["frontend.WorkflowTimeSkippingEnabled"];

#[test]
fn the_compose_file_keeps_to_the_compose_specification() {
    let schema: Value = serde_json::from_str(&read("deploy/schema/compose-spec.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a JSON schema");
    let errors: Vec<String> =
        validator.iter_errors(&compose()).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{COMPOSE} breaks the Compose specification: {errors:#?}");
}

#[test]
fn the_schema_refuses_what_compose_would_refuse() {
    let schema: Value = serde_json::from_str(&read("deploy/schema/compose-spec.json")).expect("the schema is JSON");
    let mut compose = compose();
    compose["services"]["serve"]["depend_on"] = Value::from("postgres");
    assert!(!jsonschema::is_valid(&schema, &compose), "a misspelt key must not pass");
}

#[test]
fn every_role_of_the_binary_is_a_service_that_runs_its_subcommand() {
    let commands = commands();
    for role in ROLES {
        assert_eq!(
            service(role)["command"],
            serde_json::json!([role]),
            "service {role} of {COMPOSE} runs `tinybug {role}`"
        );
        assert!(commands.contains(role), "the binary has no command {role}: change {COMPOSE}");
    }
}

#[test]
fn the_environment_names_are_those_that_the_binary_reads() {
    let options = options();
    for role in ROLES {
        for name in environment(role).keys() {
            assert!(
                options.contains_key(name),
                "{COMPOSE}, {role}: the binary reads no {name}, only {:?}",
                options.keys()
            );
        }
        for needed in ["DATABASE_URL", "TEMPORAL_ADDRESS"] {
            assert!(
                environment(role).contains_key(needed),
                "{COMPOSE}, {role}: without {needed} it would embed the service"
            );
        }
    }
}

#[test]
fn the_ports_are_those_of_the_binary_and_of_its_services() {
    let port = port_of(options()["TINYBUG_LISTEN"].as_deref().expect("TINYBUG_LISTEN has a default"));
    assert_eq!(port_of(&environment("serve")["TINYBUG_LISTEN"]), port, "serve listens on the binary's own port");
    assert_eq!(service("serve")["ports"], serde_json::json!([format!("127.0.0.1:{port}:{port}")]));
    let probe = service("serve")["healthcheck"]["test"].to_string();
    assert!(probe.contains(&format!("/{port} ")) && probe.contains("/readyz"), "serve's health check asks port {port}");
    assert!(read("deploy/Dockerfile").contains(&format!("EXPOSE {port}\n")), "deploy/Dockerfile exposes port {port}");
    for role in ROLES {
        let environment = environment(role);
        assert!(environment["DATABASE_URL"].ends_with("@postgres:5432/tinybug"), "{role} uses the service postgres");
        assert_eq!(environment["TEMPORAL_ADDRESS"], "temporal:7233", "{role} uses the service temporal");
    }
    assert_eq!(environment("temporal-ui")["TEMPORAL_ADDRESS"], "temporal:7233", "the UI shows the service temporal");
}

#[test]
fn the_images_have_the_versions_of_the_embedded_services() {
    let versions = constants("crates/embedded/src/versions.rs");
    let postgres = versions["POSTGRES_PACKAGE_VERSION"].split('.').next().expect("a version has a first part");
    let temporal = &versions["TEMPORAL_SERVER_VERSION"];
    let images = [
        ("postgres", format!("postgres:{postgres}-bookworm")),
        ("temporal", format!("temporalio/server:{temporal}")),
        ("temporal-schema", format!("temporalio/admin-tools:{temporal}")),
        ("temporal-ui", format!("temporalio/ui:{}", versions["TEMPORAL_UI_VERSION"])),
    ];
    for (service, expected) in images {
        assert_eq!(image(service), expected, "{COMPOSE} and crates/embedded/src/versions.rs name the same version");
    }
}

#[test]
fn the_temporal_server_has_the_settings_of_the_embedded_one() {
    let text = read("deploy/temporal/dynamicconfig.yaml");
    let deployed: BTreeMap<String, Value> = serde_saphyr::from_str(&text).expect("the dynamic configuration is YAML");
    let deployed: BTreeMap<String, Value> =
        deployed.into_iter().map(|(key, values)| (key, values[0]["value"].clone())).collect();
    let mut embedded = embedded_settings();
    for key in ONLY_FOR_TESTS {
        assert!(embedded.remove(key).is_some(), "the embedded server no longer sets {key}: take it off the list here");
    }
    assert_eq!(
        deployed, embedded,
        "make deploy/temporal/dynamicconfig.yaml and settings() in crates/embedded/src/temporal.rs agree"
    );
}

#[test]
fn services_start_in_an_order_that_holds() {
    for role in ["serve", "worker"] {
        assert_eq!(condition(role, "migrate"), "service_completed_successfully", "{role} needs the migrated database");
        assert_eq!(condition(role, "temporal"), "service_healthy", "{role} needs Temporal");
    }
    for (first, then) in [("postgres", "migrate"), ("postgres", "temporal-schema"), ("temporal", "temporal-ui")] {
        assert_eq!(condition(then, first), "service_healthy", "{then} waits until {first} serves");
        assert!(service(first).contains_key("healthcheck"), "{first} needs a health check: {then} waits for it");
    }
    assert_eq!(condition("temporal", "temporal-schema"), "service_completed_successfully");
}

#[test]
fn every_file_that_the_compose_file_mounts_or_builds_from_exists() {
    for (name, service) in services() {
        let mounts = service.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default();
        let sources = mounts.iter().filter_map(Value::as_str).filter_map(|mount| mount.split(':').next());
        for source in sources.filter(|source| source.starts_with("./")) {
            assert!(root().join(source).is_dir(), "{COMPOSE}, {name}: {source} does not exist");
        }
        if let Some(file) = service.get("build").and_then(|build| build["dockerfile"].as_str()) {
            assert!(root().join(file).is_file(), "{COMPOSE}, {name}: {file} does not exist");
        }
    }
    let script = mounted_script(&service("temporal-schema")["entrypoint"]);
    assert!(
        root().join("deploy/temporal").join(&script).is_file(),
        "{COMPOSE}: deploy/temporal/{script} does not exist"
    );
}

#[test]
fn the_image_is_built_with_the_pinned_toolchain_and_runs_as_nobody_special() {
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().expect("rust-toolchain.toml is TOML");
    let channel = toolchain["toolchain"]["channel"].as_str().expect("the toolchain has a channel");
    let image = read("deploy/Dockerfile");
    assert!(image.contains(&format!("FROM rust:{channel}-bookworm")), "deploy/Dockerfile builds with Rust {channel}");
    assert!(image.contains(&format!("RUSTUP_TOOLCHAIN={channel}\n")), "deploy/Dockerfile builds with Rust {channel}");
    let last_user = image.lines().rfind(|line| line.starts_with("USER "));
    assert_eq!(last_user, Some("USER tinybug"), "the image must not run as root");
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    for (name, service) in services() {
        let ports = service.get("ports").and_then(Value::as_array).cloned().unwrap_or_default();
        for port in ports {
            let local = port.as_str().is_some_and(|port| port.starts_with("127.0.0.1:"));
            assert!(local, "{COMPOSE}, {name}: publish {port} on 127.0.0.1 only, the passwords are well known");
        }
    }
}

fn compose() -> Value {
    serde_saphyr::from_str(&read(COMPOSE)).unwrap_or_else(|error| panic!("{COMPOSE} is no YAML: {error}"))
}

fn services() -> Map<String, Value> {
    compose()["services"].as_object().cloned().expect("the compose file has services")
}

fn service(name: &str) -> Map<String, Value> {
    services()
        .get(name)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_else(|| panic!("{COMPOSE} has no service {name}"))
}

fn image(name: &str) -> String {
    service(name)["image"].as_str().expect("an image is text").to_owned()
}

fn condition(of: &str, on: &str) -> String {
    service(of)["depends_on"][on]["condition"].as_str().unwrap_or_default().to_owned()
}

fn environment(name: &str) -> BTreeMap<String, String> {
    let service = service(name);
    let environment = service["environment"].as_object().expect("the environment is a mapping");
    environment.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

fn port_of(address: &str) -> String {
    address.rsplit(':').next().expect("an address has a last part").to_owned()
}

fn mounted_script(entrypoint: &Value) -> String {
    let path = entrypoint.as_array().and_then(|parts| parts.last()).and_then(Value::as_str);
    path.and_then(|path| path.strip_prefix("/deploy/")).expect("the schema's script lies in /deploy").to_owned()
}

/// The environment variables of the binary's options, with their defaults, from the attributes that declare them.
fn options() -> BTreeMap<String, Option<String>> {
    let source = read("crates/tinybug/src/cli.rs");
    let attributes = source.split("#[arg(").skip(1).filter_map(|rest| rest.split(")]").next());
    let options: BTreeMap<_, _> = attributes
        .filter_map(|attribute| Some((quoted(attribute, "env = ")?, quoted(attribute, "default_value = "))))
        .collect();
    assert!(options.contains_key("DATABASE_URL"), "crates/tinybug/src/cli.rs declares the environment variables");
    options
}

/// The subcommands of the binary: variants of its `enum Command`, in lower case.
fn commands() -> BTreeSet<String> {
    let source = read("crates/tinybug/src/cli.rs");
    let body = source.split("enum Command {").nth(1).and_then(|rest| rest.split("\n}").next());
    let body = body.expect("crates/tinybug/src/cli.rs declares enum Command");
    let names = body.lines().map(|line| line.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    names.filter(|name| name.starts_with(char::is_uppercase)).map(str::to_lowercase).collect()
}

/// The text constants of a Rust file.
fn constants(path: &str) -> BTreeMap<String, String> {
    let source = read(path);
    let lines = source.lines().filter_map(|line| line.strip_prefix("pub const "));
    lines.filter_map(|line| Some((line.split(':').next()?.to_owned(), quoted(line, "= ")?))).collect()
}

/// The settings of the embedded Temporal server: the pairs of `fn settings`.
fn embedded_settings() -> BTreeMap<String, Value> {
    let source = read("crates/embedded/src/temporal.rs");
    let pairs = source.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", json!("));
    let settings = pairs.map(|(key, value)| {
        let value = value.trim_end_matches(',').trim_end_matches(')');
        (key.to_owned(), serde_json::from_str(value).unwrap_or_else(|error| panic!("{key} is set to {value}: {error}")))
    });
    settings.collect()
}

/// The text in quotes that follows `before`.
fn quoted(text: &str, before: &str) -> Option<String> {
    let rest = text.split_once(&format!("{before}\""))?.1;
    rest.split('"').next().map(str::to_owned)
}
