//! The command line.

fn main() -> std::process::ExitCode {
    rat::cli::run()
}
