//! The command line; the kernel's processes are this program too, so its hook comes first.

fn main() -> std::process::ExitCode {
    rat::kernel::runtime_hook();
    rat::cli::run()
}
