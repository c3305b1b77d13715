//! The processes of a session are two groups, the host with its compilers and the child with whatever cells start: they end
//! together, and a terminal's Ctrl-C reaches the caller alone.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// How the folders of sessions begin; no other is ever taken away.
pub(super) const FOLDERS: &str = "rat-kernel-";

/// Ends the group of the first argument; then nobody writes to the folder of the second.
const END: &str = "kill -s KILL -- \"-$1\"; case \"$2\" in */rat-kernel-*) rm -rf -- \"$2\";; esac";

/// Lets the command lead a group of its own.
#[cfg(unix)]
pub(super) fn apart(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// There are no such groups here.
#[cfg(not(unix))]
pub(super) fn apart(_command: &mut Command) {}

/// Ends the group that `leader` leads or led, and takes the session's folder away where one is given; where there is no shell,
/// nothing is done.
pub(super) fn end(leader: u32, folder: Option<&Path>) {
    let mut shell = Command::new("sh");
    shell.args(["-c", END, "sh", &leader.to_string()]).arg(folder.unwrap_or(Path::new(""))).current_dir("/");
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    apart(&mut shell);
    let _ = shell.status();
}
