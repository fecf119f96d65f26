//! Several measurements at once on one machine.

use crate::{project::Project, report::Expected, world::Home};

const ARGS: [&str; 4] = ["--mutants", "6", "--baseline-runs", "2"];

#[test]
fn two_measurements_on_one_data_directory_share_the_services_and_the_last_one_stops_them() {
    let home = Home::new();
    let projects = [Project::sample("go-bank"), Project::sample("js-words")];
    let mut short = home.start_try(&projects[0], &ARGS);
    let mut long = home.start_try(&projects[1], &["--mutants", "8", "--baseline-runs", "2"]);
    for measuring in [&mut short, &mut long] {
        measuring.until_it_says("Running the unchanged code");
    }
    let supervisors = home.processes().into_iter().filter(|(_, command)| command.contains(" supervise ")).count();
    assert_eq!(supervisors, 1, "{:?}", home.processes());
    let (short, long) = (short.until_ended().report(), long.until_ended().report());
    Expected::of("go-bank").assert_met_by(&short);
    Expected::of("js-words").assert_met_by(&long);
    home.assert_nothing_left();
}

#[test]
fn two_measurements_on_two_data_directories_do_not_disturb_each_other() {
    let homes = [Home::new(), Home::new()];
    let projects = [Project::sample("go-bank"), Project::sample("go-bank")];
    let measuring = [homes[0].start_try(&projects[0], &ARGS), homes[1].start_try(&projects[1], &ARGS)];
    let reports = measuring.map(|measuring| measuring.until_ended().report());
    for (home, report) in homes.iter().zip(&reports) {
        Expected::of("go-bank").assert_met_by(report);
        home.assert_nothing_left();
    }
    assert_eq!(reports[0].outcome(), reports[1].outcome(), "the same seed draws and finds the same");
}
