//! The real window, driven as a person drives it: by what it shows and says, not by how it is made.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use keychain::testing::PrivateKeyring;
use local_custody::testing::DataFolder;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::CapabilitiesHelper as _;
use thirtyfour::prelude::*;

use crate::custody_here::TestCustody;
use crate::display::Display;

/// How long a person would wait for the slowest thing a click does here: a cluster that is made.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(120);

/// What the pages are asked to remember: whatever goes wrong in them from now on.
const REMEMBER_FAULTS: &str = r"
    if (!window.faults) {
        window.faults = [];
        addEventListener('error', (e) => window.faults.push('error: ' + e.message));
        addEventListener('unhandledrejection', (e) => window.faults.push('rejection: ' + e.reason));
        document.addEventListener('securitypolicyviolation', (e) => window.faults.push('csp: ' + e.violatedDirective + ' ' + e.blockedURI));
        const said = console.error;
        console.error = (...words) => { window.faults.push('console: ' + words.join(' ')); said(...words); };
    }
    return window.faults;";

/// What the element with the focus is called: by its own name, its label, or what it says.
const FOCUSED: &str = r"
    const element = document.activeElement;
    if (!element || !element.matches('a, button, input, select, textarea')) return '';
    const label = element.labels && element.labels[0];
    return (element.getAttribute('aria-label') || (label ? label.textContent : '') || element.textContent || '').trim();";

/// Whether the page says a text, however it is broken into lines: asked often, so it is one look at the whole page.
const SAYS: &str = r"return document.body.textContent.replace(/\s+/g, ' ').includes(arguments[0])";

/// More than any page has places for the focus.
const TABS_MAX: usize = 150;
/// How long a page takes to draw what a key did.
const SETTLE: Duration = Duration::from_millis(15);

/// Long enough for a page to have drawn itself anew, on a busy machine without a graphics card.
const DRAWN: Duration = Duration::from_millis(700);

/// The console in a window of its own.
pub struct Console {
    /// What drives it.
    pub driver: WebDriver,
    server: Child,
    _display: Display,
    /// What it was started on, when that is gone with it.
    _own: Option<(PrivateKeyring, DataFolder)>,
    log: TempDir,
}

impl Console {
    /// Starts it on an empty folder, with a keychain and a display of its own.
    pub async fn start() -> Self {
        let (keyring, home) = (PrivateKeyring::start().unwrap(), DataFolder::make().unwrap());
        let console = Self::launch(&keyring, home.path()).await;
        Self { _own: Some((keyring, home)), ..console }
    }

    /// Starts it on a custody that there is, with that custody's keychain.
    pub async fn open(custody: &TestCustody) -> Self {
        Self::launch(&custody.keyring, custody.home.path()).await
    }

    async fn launch(keyring: &PrivateKeyring, home: &Path) -> Self {
        let (display, log) = (Display::start(), tempfile::tempdir().unwrap());
        let port = free_port();
        let server = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .envs(keyring.environment())
            .env("DISPLAY", display.name())
            .env("COUNTERSIGN_HOME", home.join("data"))
            .env("HOME", home)
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(log.path().join("console.log")).unwrap())
            .spawn()
            .unwrap();
        let mut capabilities = thirtyfour::Capabilities::new();
        let options = json!({ "binary": console_binary(), "args": [] });
        capabilities.insert_base_capability("webkitgtk:browserOptions".to_owned(), options);
        let driver = connect(port, capabilities).await;
        let console = Self { driver, server, _display: display, _own: None, log };
        console.remember_faults().await;
        console
    }

    /// What the program said on standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path().join("console.log")).unwrap()
    }

    /// Waits until the page says this text.
    pub async fn sees(&self, text: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            let said = self.driver.execute(SAYS, vec![json!(text)]).await;
            if said.is_ok_and(|said| said.json().as_bool() == Some(true)) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{text:?} is not shown; the window says:\n{}", self.text().await);
    }

    /// Everything the page says.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Clicks what is called so: a button, a link, a tab.
    pub async fn click(&self, name: &str) {
        let name = quoted(name);
        let path = format!(
            "(//button | //a | //*[@role='button'] | //*[@role='tab'] | //*[@role='radio'] | //*[@role='option'] | //label)\
             [starts-with(normalize-space(.), {name}) or @aria-label={name}\
              or (self::label and contains(normalize-space(.), {name}))]"
        );
        self.act_on(&path, async |element| {
            element.wait_until().clickable().await?;
            element.click().await
        })
        .await;
    }

    /// Opens the row of a list that says this.
    pub async fn choose_row(&self, says: &str) {
        let path = format!("//a[@data-row][contains(normalize-space(.), {})]", quoted(says));
        self.act_on(&path, async |element| element.click().await).await;
    }

    /// Clicks what takes the window away with itself: that the window is gone before the click is answered is no failure.
    pub async fn dismiss(&self, name: &str) {
        let path = format!("//button[starts-with(normalize-space(.), {})]", quoted(name));
        if let Some(button) = self.wait_for(&path).await
            && let Err(error) = button.click().await
        {
            assert!(error.to_string().contains("no such window"), "{error}");
        }
    }

    /// Types into the field with this label, in place of what stood there.
    pub async fn fill(&self, label: &str, text: &str) {
        self.act_on(&field(label), async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
    }

    /// Chooses an option of the list with this label, by what it begins with.
    pub async fn choose(&self, label: &str, option: &str) {
        let path = format!("{}/option[starts-with(normalize-space(.), {})]", field(label), quoted(option));
        self.act_on(&path, async |element| element.click().await).await;
    }

    /// Presses a key.
    pub async fn key(&self, key: Key) {
        self.driver.action_chain().send_keys(key).perform().await.unwrap();
    }

    /// What the element with the focus is called.
    pub async fn focused(&self) -> String {
        self.run(FOCUSED).await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses Tab until something that is called like one of these has the focus.
    pub async fn tab_to(&self, names: &[&str]) {
        let mut passed = Vec::new();
        for _ in 0..TABS_MAX {
            let name = self.focused().await;
            if names.iter().any(|wanted| name.contains(wanted)) {
                return;
            }
            passed.push(name);
            self.key(Key::Tab).await;
            tokio::time::sleep(SETTLE).await;
        }
        panic!("Tab never comes to {names:?}; it passes {passed:?}; the window says:\n{}", self.text().await);
    }

    /// Goes to a field by Tab and types into it.
    pub async fn type_into(&self, label: &str, text: &str) {
        self.tab_to(&[label]).await;
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// Goes to a button or link by Tab and presses Enter. That its window may be gone then is no failure.
    pub async fn press(&self, name: &str) {
        self.tab_to(&[name]).await;
        if let Err(error) = self.driver.action_chain().send_keys(Key::Enter).perform().await {
            assert!(error.to_string().contains("no such window"), "{error}");
        }
    }

    /// Goes to a screen by its address.
    pub async fn go(&self, address: &str) {
        self.driver.execute("location.hash = arguments[0]", vec![json!(format!("#/{address}"))]).await.unwrap();
    }

    /// Waits for the sign window and goes into it.
    pub async fn enter_sign_window(&self) {
        let main = self.driver.window().await.unwrap();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let other = self.driver.windows().await.unwrap().into_iter().find(|window| *window != main);
            if let Some(window) = other {
                self.driver.switch_to_window(window).await.unwrap();
                self.remember_faults().await;
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "no sign window; the window says:\n{}", self.text().await);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Goes back into the main window, once the sign window is gone.
    pub async fn leave_sign_window(&self) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let windows = self.driver.windows().await.unwrap();
            if let [only] = windows.as_slice() {
                self.driver.switch_to_window(only.clone()).await.unwrap();
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "the sign window stays");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks the present page to remember what goes wrong in it.
    pub async fn remember_faults(&self) {
        self.driver.execute(REMEMBER_FAULTS, Vec::new()).await.unwrap();
    }

    /// Nothing went wrong in the present page: no exception, no refused resource, nothing said on the console.
    pub async fn is_faultless(&self) {
        let faults = self.driver.execute(REMEMBER_FAULTS, Vec::new()).await.unwrap();
        assert_eq!(faults.json(), &json!([]), "the page has faults");
    }

    /// Holds the present page to the axe rules, every one of them.
    pub async fn is_accessible(&self, place: &str) {
        let axe = std::fs::read_to_string(repository().join("ui/node_modules/axe-core/axe.min.js")).unwrap();
        self.driver.execute(axe, Vec::new()).await.unwrap();
        let found = self
            .driver
            .execute_async(
                "const done = arguments[arguments.length - 1];
                 axe.run(document, { resultTypes: ['violations'] }).then(
                    (r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', '))),
                    (e) => done(['axe failed: ' + e]));",
                Vec::new(),
            )
            .await
            .unwrap();
        assert_eq!(found.json(), &json!([]), "{place} breaks accessibility rules");
    }

    /// Keeps pictures of the present page, in both themes and in the smallest window, where `COUNTERSIGN_PICTURES` names a folder.
    #[expect(clippy::disallowed_methods, reason = "whoever wants pictures says so where the tests are started")]
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("COUNTERSIGN_PICTURES").map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let before = self.run("return document.documentElement.dataset.theme").await;
        for theme in ["light", "dark"] {
            self.wear(theme).await;
            self.driver.screenshot(&folder.join(format!("{name}-{theme}.png"))).await.unwrap();
        }
        self.wear(before.as_str().unwrap_or("light")).await;
        let usual = self.driver.get_window_rect().await.unwrap();
        self.driver.set_window_rect(0, 0, 1100, 700).await.unwrap();
        tokio::time::sleep(DRAWN).await;
        self.driver.screenshot(&folder.join(format!("{name}-narrow.png"))).await.unwrap();
        let (width, height) = (u32::try_from(usual.width).unwrap(), u32::try_from(usual.height).unwrap());
        self.driver.set_window_rect(usual.x, usual.y, width, height).await.unwrap();
        tokio::time::sleep(DRAWN).await;
    }

    async fn wear(&self, theme: &str) {
        let script = "document.documentElement.dataset.theme = arguments[0]";
        self.driver.execute(script, vec![json!(theme)]).await.unwrap();
        tokio::time::sleep(DRAWN).await;
    }

    /// Calls a command of the host as any script in the page could.
    ///
    /// # Errors
    /// What the host answers instead, as text.
    pub async fn invoke(&self, command: &str) -> Result<Value, String> {
        let answer = self
            .driver
            .execute_async(
                "const done = arguments[arguments.length - 1];
                 window.__TAURI_INTERNALS__.invoke(arguments[0], { request: {} })
                     .then((view) => done({ view }), (error) => done({ error: String(error.code ?? error) }));",
                vec![json!(command)],
            )
            .await
            .unwrap();
        match answer.json().get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer.json()["view"].clone()),
        }
    }

    /// Runs a script and gives back what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Closes it.
    pub async fn close(self) {
        let Self { driver, mut server, .. } = self;
        driver.quit().await.unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    async fn wait_for(&self, path: &str) -> Option<WebElement> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            for element in self.driver.find_all(By::XPath(path)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }

    /// Does something with an element; one that was drawn anew meanwhile is looked for again.
    async fn act_on(&self, path: &str, act: impl AsyncFn(&WebElement) -> WebDriverResult<()>) {
        let mut last = None;
        for _ in 0..20 {
            let Some(element) = self.wait_for(path).await else { break };
            match act(&element).await {
                Ok(()) => return,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("nothing to act on at {path}: {last:?}; the window says:\n{}", self.text().await);
    }
}

/// The repository this test was built from.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The console's program: built beside the program that this is, or beside the folder of tests that it lies in.
pub fn console_binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let found =
        this.ancestors().skip(1).take(2).map(|place| place.join("countersign-console")).find(|file| file.exists());
    found.unwrap_or_else(|| {
        panic!("countersign-console is not built beside {}: `cargo build --workspace` first", this.display())
    })
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn connect(port: u16, capabilities: Capabilities) -> WebDriver {
    let address = format!("http://127.0.0.1:{port}");
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return WebDriver::new(&address, capabilities).await.unwrap();
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("WebKitWebDriver does not answer: is the package webkit2gtk-driver installed?");
}

fn field(label: &str) -> String {
    let label = quoted(label);
    format!("(id(//label[starts-with(normalize-space(.), {label})]/@for) | //input[starts-with(@aria-label, {label})])")
}

/// A text as XPath writes it.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
