//! Headless Chromium, driven by the DevTools protocol over its pipe: JSON messages, each ended by a null byte, on the
//! browser's file descriptors 3 (in) and 4 (out). No port, no socket, no dependency.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "--window-size=1000,900",
    "about:blank",
];

/// A browser with one page.
pub struct Chromium {
    process: Child,
    input: File,
    output: BufReader<File>,
    session: Option<String>,
    sent: u64,
    /// What the page reported on its own: loads, exceptions, complaints.
    events: Vec<Value>,
    folder: TempDir,
}

impl Chromium {
    /// Starts the program that `RAT_CHROMIUM` names, by default `chromium`.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [from_us, to_us] = ["in", "out"].map(|name| folder.path().join(name));
        let made = Command::new("mkfifo").args([&from_us, &to_us]).status().expect("mkfifo runs");
        assert!(made.success(), "the pipes are made");
        let program = std::env::var("RAT_CHROMIUM").unwrap_or_else(|_| "chromium".into());
        let process = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<\"$RAT_FROM\" 4>\"$RAT_TO\"", "sh", &program])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("RAT_FROM", &from_us)
            .env("RAT_TO", &to_us)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell runs");
        let input = OpenOptions::new().write(true).open(&from_us).expect("the browser reads");
        let output = BufReader::new(File::open(&to_us).expect("the browser writes"));
        let mut browser = Self { process, input, output, session: None, sent: 0, events: Vec::new(), folder };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        let targets = self.send("Target.getTargets", json!({}));
        let pages = targets["targetInfos"].as_array().expect("targets");
        let page = pages.iter().find(|target| target["type"] == "page").expect("a page")["targetId"].clone();
        let attached = self.send("Target.attachToTarget", json!({ "targetId": page, "flatten": true }));
        self.session = attached["sessionId"].as_str().map(String::from);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.send(domain, json!({}));
        }
    }

    /// Sends a command and waits for its answer.
    pub fn send(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut answer = self.receive();
            if answer["id"] == json!(self.sent) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    fn receive(&mut self) -> Value {
        let mut message = Vec::new();
        self.output.read_until(0, &mut message).expect("the browser answers");
        assert_eq!(message.pop(), Some(0), "the browser is still there");
        serde_json::from_slice(&message).expect("JSON")
    }

    /// Opens a file and waits until it is loaded.
    pub fn open(&mut self, page: &Path) {
        self.events.clear();
        self.send("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.receive();
            self.events.push(event);
        }
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.send("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// The value of an expression that is text.
    pub fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_else(|| panic!("{expression} is no text")).to_owned()
    }

    /// The value of an expression that is a number.
    pub fn number(&mut self, expression: &str) -> f64 {
        self.value(expression).as_f64().unwrap_or_else(|| panic!("{expression} is no number"))
    }

    /// Presses a key on whatever has the focus.
    pub fn press(&mut self, key: &str) {
        let text = if key == "Enter" { "\r" } else { "" };
        self.send("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": text }));
        self.send("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// Moves, presses or releases the mouse.
    pub fn mouse(&mut self, kind: &str, (x, y): (f64, f64)) {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let params = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1 });
        self.send("Input.dispatchMouseEvent", params);
    }

    /// The upper left corner and the size of an element in the window.
    pub fn place(&mut self, selector: &str) -> [f64; 4] {
        let found = self.value(&format!(
            "(() => {{ const e = document.querySelector('{selector}'); e.scrollIntoView({{behavior: 'instant', block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }})()"
        ));
        [0, 1, 2, 3].map(|index| found[index].as_f64().expect("a place"))
    }

    /// Lets pages save files; gives the folder they come to.
    pub fn allow_downloads(&mut self) -> PathBuf {
        let folder = self.folder.path().join("saved");
        let session = self.session.take();
        self.send("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder }));
        self.session = session;
        folder
    }

    /// Exceptions and complaints, as of the security policy, since the page was opened.
    pub fn complaints(&self) -> Vec<&Value> {
        let complains = |event: &&Value| {
            ["Runtime.exceptionThrown", "Log.entryAdded"].iter().any(|method| event["method"] == *method)
        };
        self.events.iter().filter(complains).collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.input.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
