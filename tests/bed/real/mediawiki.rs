// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikis of the real bed: two code trees of `MediaWiki` over the same databases, served by nginx and php-fpm, and
//! the one patch that can be put into a tree and taken out again.

use super::processes::{Door, Place, Process};
use super::{RealError, edge, path_text};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::Command;

/// Where Debian's package has the code.
const INSTALLED: &str = "/usr/share/mediawiki";
const PHP: &str = "/usr/bin/php8.2";

/// A wiki by host name.
pub(super) struct Wiki {
    pub(super) host: &'static str,
    database: &'static str,
    name: &'static str,
    language: &'static str,
}

/// The wikis of the bed; the first is installed, the others are copies of its database.
pub(super) const WIKIS: [Wiki; 4] = [
    Wiki { host: "en.wikipedia.org", database: "enwiki", name: "Wikipedia", language: "en" },
    Wiki { host: "wikitech.wikimedia.org", database: "labswiki", name: "Wikitech", language: "en" },
    Wiki { host: "de.wikipedia.org", database: "dewiki", name: "Wikipedia", language: "de" },
    Wiki { host: "test.wikipedia.org", database: "testwiki", name: "Wikipedia", language: "en" },
];

/// The templates with which the calendar renders; a title is a file's name, so templates come before their users.
const TEMPLATES: [(&str, &str); 6] = [
    ("Ircnick", include_str!("templates/pages/Template:Ircnick.txt")),
    ("Gerrit", include_str!("templates/pages/Template:Gerrit.txt")),
    ("Phabricator", include_str!("templates/pages/Template:Phabricator.txt")),
    ("Deploy", include_str!("templates/pages/Template:Deploy.txt")),
    ("Deployment day", include_str!("templates/pages/Template:Deployment day.txt")),
    ("Deployment calendar event card", include_str!("templates/pages/Template:Deployment calendar event card.txt")),
];

/// A code tree and the servers that run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Production,
    Testservers,
}

impl Role {
    const ALL: [Self; 2] = [Self::Production, Self::Testservers];

    fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Testservers => "testservers",
        }
    }

    fn tree(self, place: &Place) -> PathBuf {
        place.at(&format!("trees/{}/tree", self.name()))
    }

    fn php(self, place: &Place) -> PathBuf {
        place.at(&format!("run/{}-php.sock", self.name()))
    }

    fn http(self, place: &Place) -> PathBuf {
        place.at(&format!("run/{}.sock", self.name()))
    }
}

/// The sockets at which nginx serves production and the test servers.
pub(super) fn sockets(place: &Place) -> Result<[String; 2], RealError> {
    let [production, testservers] = Role::ALL.map(|role| path_text(&role.http(place)).map(str::to_owned));
    Ok([production?, testservers?])
}

/// Puts the patch into a tree, or takes it out. The next request sees it.
pub(super) fn apply(place: &Place, role: Role, patched: bool) -> Result<(), RealError> {
    let etc = place.at("etc");
    let patch = if patched { include_str!("templates/patch.php") } else { "" };
    let values = [("etc", path_text(&etc)?), ("patch", patch)];
    let name = format!("etc/LocalSettings.{}.php", role.name());
    let file = place.write(&name, include_str!("templates/LocalSettings.php"), &values)?;
    // The tree may be hard links or another file system: write beside it, then rename over it.
    let settings = role.tree(place).join("LocalSettings.php");
    let fresh = settings.with_extension("php.new");
    let swapped = std::fs::copy(&file, &fresh).and_then(|_| std::fs::rename(&fresh, &settings));
    swapped.map_err(|error| RealError::file("replace", &settings, error))
}

/// Lays the trees, installs the wikis, imports the calendar.
pub(super) async fn install(place: &Place, purges: SocketAddr, calendar: &str) -> Result<(), RealError> {
    for role in Role::ALL {
        lay_tree(place, role).await?;
    }
    let mut script = maintenance(place, "install.php");
    script.args(["--dbtype", "sqlite", "--dbname", WIKIS[0].database, "--dbpath"]).arg(place.at("data"));
    script.args(["--server", "https://en.wikipedia.org", "--scriptpath", "/w", "--lang", "en", "--confpath"]);
    script.arg(place.at("run")).args(["--pass", "a-password-of-the-bed", WIKIS[0].name, "Admin"]);
    place.run("install", script).await?;
    let data = place.at("data");
    let database = |name: &str| data.join(format!("{name}.sqlite"));
    for wiki in &WIKIS[1..] {
        let copy = database(wiki.database);
        std::fs::copy(database(WIKIS[0].database), &copy).map_err(|error| RealError::file("make", &copy, error))?;
        place.hand_over(&copy)?;
    }
    write_settings(place, purges)?;
    import(place, calendar).await
}

/// A tree of its own over the installed code: an overlay where that is allowed, else links, else a copy.
async fn lay_tree(place: &Place, role: Role) -> Result<(), RealError> {
    let tree = role.tree(place);
    let folder = place.at("trees").join(role.name());
    let make = |path: &Path| std::fs::create_dir_all(path).map_err(|error| RealError::file("make", path, error));
    for path in [&tree, &folder.join("upper"), &folder.join("work")] {
        make(path)?;
    }
    if !mount(&folder, &tree).await {
        let remove = || std::fs::remove_dir_all(&tree).map_err(|error| RealError::file("remove", &tree, error));
        remove()?;
        if copy(place, "-al", &tree).await.is_err() {
            remove()?;
            copy(place, "-a", &tree).await?;
        }
    }
    // Debian's links lead to the one configuration of the whole machine.
    for link in ["LocalSettings.php", "config", "images", "extensions"].map(|name| tree.join(name)) {
        std::fs::remove_file(&link).map_err(|error| RealError::file("remove", &link, error))?;
    }
    let link = tree.join("extensions");
    std::os::unix::fs::symlink("extensions-core", &link).map_err(|error| RealError::file("make", &link, error))
}

async fn mount(folder: &Path, tree: &Path) -> bool {
    let upper = folder.join("upper");
    let layers = format!("lowerdir={INSTALLED},upperdir={},workdir={}", upper.display(), folder.join("work").display());
    let mut mount = Command::new("mount");
    mount.args(["-t", "overlay", "overlay", "-o", &layers]).arg(tree);
    mount.output().await.is_ok_and(|output| output.status.success())
}

async fn copy(place: &Place, how: &str, tree: &Path) -> Result<(), RealError> {
    let mut copy = Command::new("cp");
    copy.arg(how).arg(INSTALLED).arg(tree).process_group(0).kill_on_drop(true);
    place.run("cp", copy).await
}

/// A maintenance script of the production tree.
fn maintenance(place: &Place, script: &str) -> Command {
    let mut command = place.command(PHP);
    command.arg("-dopcache.enable_cli=0").arg(Role::Production.tree(place).join("maintenance").join(script));
    command
}

fn write_settings(place: &Place, purges: SocketAddr) -> Result<(), RealError> {
    let wikis = WIKIS
        .map(|wiki| format!("\t'{}' => [ '{}', '{}', '{}' ],", wiki.host, wiki.database, wiki.name, wiki.language));
    let (data, cache, log) = (place.at("data"), place.at("cache"), place.at("log"));
    let values = [
        ("wikis", wikis.join("\n")),
        ("data", path_text(&data)?.to_owned()),
        ("cache", path_text(&cache)?.to_owned()),
        ("log", path_text(&log)?.to_owned()),
        ("purge_port", purges.port().to_string()),
        ("secret", "0123456789abcdef".repeat(4)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    place.write("etc/CommonSettings.php", include_str!("templates/CommonSettings.php"), &values)?;
    for role in Role::ALL {
        apply(place, role, false)?;
        let folder = place.at("cache").join(role.name());
        std::fs::create_dir_all(&folder).map_err(|error| RealError::file("make", &folder, error))?;
        place.hand_over(&folder)?;
    }
    Ok(())
}

async fn import(place: &Place, calendar: &str) -> Result<(), RealError> {
    let mut script = maintenance(place, "importTextFiles.php");
    script.env("MW_HOST", "wikitech.wikimedia.org").args(["--summary", "Import"]);
    for (title, text) in TEMPLATES {
        script.arg(place.write(&format!("pages/Template:{title}.txt"), text.trim_end(), &[])?);
    }
    script.arg(place.write("pages/Deployments.txt", calendar, &[])?);
    place.run("import", script).await
}

/// Starts php-fpm for both roles, and nginx.
pub(super) async fn serve(place: &Place) -> Result<Vec<Process>, RealError> {
    let (production, testservers, nginx) = tokio::try_join!(
        php(place, Role::Production, "php-fpm-production", "4"),
        php(place, Role::Testservers, "php-fpm-testservers", "3"),
        nginx(place)
    )?;
    Ok(vec![nginx, testservers, production])
}

async fn php(place: &Place, role: Role, name: &'static str, workers: &str) -> Result<Process, RealError> {
    let socket = role.php(place);
    let log = place.log(name);
    let values =
        [("role", role.name()), ("socket", path_text(&socket)?), ("workers", workers), ("log", path_text(&log)?)];
    let config = place.write(&format!("etc/{name}.conf"), include_str!("templates/php-fpm.conf"), &values)?;
    let mut command = place.command("/usr/sbin/php-fpm8.2");
    command.arg("--nodaemonize").arg("--fpm-config").arg(config);
    place.serve(name, command, &[Door::Socket(socket)]).await
}

async fn nginx(place: &Place) -> Result<Process, RealError> {
    place.write("etc/wiki.conf", include_str!("templates/wiki.conf"), &[])?;
    let mut paths = vec![("run".to_owned(), place.at("run")), ("etc".to_owned(), place.at("etc"))];
    for role in Role::ALL {
        paths.push((format!("{}_socket", role.name()), role.http(place)));
        paths.push((format!("{}_php", role.name()), role.php(place)));
        paths.push((format!("{}_tree", role.name()), role.tree(place)));
    }
    let mut values = Vec::new();
    for (name, path) in &paths {
        values.push((name.as_str(), path_text(path)?));
    }
    let config = place.write("etc/nginx.conf", include_str!("templates/nginx.conf"), &values)?;
    let mut command = place.command("/usr/sbin/nginx");
    command.arg("-e").arg("stderr").arg("-c").arg(config);
    place.serve("nginx", command, &Role::ALL.map(|role| Door::Socket(role.http(place)))).await
}

/// Asks both roles for a page that nothing caches, so that the first reader meets warm servers.
///
/// # Errors
/// When one of them does not answer 200 under its own name.
pub(super) async fn greet(place: &Place) -> Result<(), RealError> {
    let debug = "X-Wikimedia-Debug: backend=k8s-mwdebug\r\n";
    tokio::try_join!(page(place, "", "mw-web."), page(place, debug, "mw-debug."))?;
    Ok(())
}

async fn page(place: &Place, header: &str, pod: &str) -> Result<(), RealError> {
    let failed = |error| RealError::file("ask for a page at", &place.at(edge::VARNISH), error);
    let mut stream = UnixStream::connect(place.at(edge::VARNISH)).await.map_err(failed)?;
    let path = "/wiki/Special:ListGroupRights";
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nX-Client-IP: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n{header}Connection: close\r\n\r\n",
        WIKIS[0].host
    );
    stream.write_all(request.as_bytes()).await.map_err(failed)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer);
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let named = head.lines().any(|line| line.to_ascii_lowercase().starts_with(&format!("server: {pod}")));
    if head.starts_with("HTTP/1.1 200 ") && named && answer.contains("</html>") {
        return Ok(());
    }
    Err(RealError::Page {
        path,
        pod: pod.to_owned(),
        answer: answer.chars().take(2000).collect(),
        log: place.at("log"),
    })
}
