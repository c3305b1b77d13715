//! The functions of the documents about runs: ablation, contribution, and a run that may still be training.

use std::sync::Arc;

use minijinja::{Environment, Value, value::Kwargs};

use super::{
    block::Block,
    catalogue,
    context::Context,
    functions::{Desk, Templated, list},
    pictures, progress, readings,
};
use crate::error::Result;

/// Adds them.
pub(super) fn add(environment: &mut Environment<'_>, desk: &Desk) {
    let table = |of: fn(&Context) -> Block| {
        let desk = desk.clone();
        move || desk.put(of(&desk.context))
    };
    environment.add_function("ablation", table(catalogue::ablation));
    environment.add_function("progress", table(progress::cards));
    environment.add_function("configuration", table(progress::configuration));
    environment.add_function("bad_audio", table(progress::bad_audio));
    environment.add_function("condition_attacks", of_system(desk, catalogue::condition_attacks));
    environment
        .add_function("contribution", of_system(desk, |context, system| Ok(catalogue::contribution(context, system))));
    environment.add_function("layer_map", of_system(desk, pictures::layer_map));
    environment.add_function("layer_lines", of_system(desk, pictures::layer_lines));
    let reading = |of: fn(&Context) -> Vec<String>| {
        let context = Arc::clone(&desk.context);
        move || Value::from_safe_string(list(&of(&context)))
    };
    environment.add_function("ablation_reading", reading(readings::ablation));
    environment.add_function("contribution_reading", reading(readings::contribution));
    environment.add_function("run_reading", reading(readings::run));
}

/// A function that takes `system=..`.
fn of_system(
    desk: &Desk,
    make: fn(&Context, Option<&str>) -> Result<Block>,
) -> impl Fn(Kwargs) -> Templated<Value> + Send + Sync + 'static {
    let desk = desk.clone();
    move |options: Kwargs| {
        let system = options.get::<Option<&str>>("system")?;
        options.assert_all_used()?;
        desk.put_made(make(&desk.context, system))
    }
}
