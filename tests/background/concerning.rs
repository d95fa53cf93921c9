// SPDX-License-Identifier: GPL-2.0-or-later
//! Which wikis a change is about: by its title, as the user says, and what follows from it.

use super::fake::{Browser, page};
use super::{CALENDAR, GERRIT, refusal, started, state, test, verified, wikimedia};
use backport_verify::app::{App, Command, Problem, Reply};
use backport_verify::exchange::Request;
use backport_verify::ports::Area;
use backport_verify::suite::{About, Owner, Test};

fn anywhere() -> Test {
    Test { url: "https://{host}/wiki/Special:ListGroupRights?wiki={wiki}".into(), ..test() }
}

/// The calendar has this title, Gerrit the change under a Change-Id, and noc a list of four wikis.
fn titled(title: &'static str) -> impl Fn(&Request) -> super::fake::Answer {
    let usual = wikimedia(true);
    move |request| {
        if request.url == "https://noc.wikimedia.org/conf/wikiversions.json" {
            let version = "php-1.47.0-wmf.15";
            let all =
                serde_json::json!({"enwiki": version, "dewiki": version, "jawiki": version, "officewiki": version});
            return page(request, "envoy", "pass", &all.to_string());
        }
        if request.url.starts_with("https://gerrit.wikimedia.org/") {
            let change = serde_json::json!({"_number": GERRIT, "project": "operations/mediawiki-config",
                "branch": "master", "change_id": format!("I{GERRIT:040}"), "subject": title, "status": "NEW",
                "current_revision": "c".repeat(40), "revisions": {"c".repeat(40): {"_number": 1}}});
            return page(request, "gerrit", "pass", &format!(")]}}'\n[{change}]"));
        }
        let answer = usual(request)?;
        Some(answer.map(|mut response| {
            response.body = response.body.replace("[enwiki] Add the eventcoordinator group", title);
            response
        }))
    }
}

/// A background that has read all of that, with these tests of the change.
async fn reading(browser: &Browser, title: &'static str, tests: Vec<Test>) -> App<Browser> {
    assert!(CALENDAR.contains("[enwiki] Add the eventcoordinator group"));
    let app = super::prepared(browser).await;
    browser.answers(titled(title));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    app.handle(super::saving(browser, GERRIT, None, tests)).await;
    app
}

fn wikis(browser: &Browser) -> Vec<String> {
    let owners = state(browser).owners_of(GERRIT);
    let wiki = |owner| if let Owner::Wiki(name) = owner { Some(name) } else { None };
    let of_owners: Vec<String> = owners.into_iter().filter_map(wiki).collect();
    // What owns, and what is shown and offered, is the same.
    let about = state(browser).concerns.get(&GERRIT).map(|concern| concern.about.wikis.clone());
    assert_eq!(about.unwrap_or_default(), of_owners);
    of_owners
}

async fn say(app: &App<Browser>, wikis: &[&str], chosen: Option<&str>) -> Reply {
    let wikis = wikis.iter().map(|wiki| (*wiki).to_owned()).collect();
    let about = Some(About { wikis, chosen: chosen.map(str::to_owned) });
    app.handle(Command::SayAbout { gerrit: GERRIT, about }).await
}

#[tokio::test]
async fn a_wiki_anywhere_in_a_title_is_asked_and_its_suite_runs() {
    let browser = Browser::new();
    let app = reading(&browser, "Add the group to jawiki", vec![anywhere()]).await;
    assert_eq!(wikis(&browser), ["jawiki"]);
    let owner = Some(Owner::Wiki("jawiki".into()));
    app.handle(super::saving(&browser, GERRIT, owner, vec![anywhere()])).await;
    let journal = verified(&app, &browser, false).await;
    let url = "https://ja.wikipedia.org/wiki/Special:ListGroupRights?wiki=jawiki";
    assert_eq!(journal.plan.tests.iter().map(|test| test.url.as_str()).collect::<Vec<_>>(), [url, url]);
}

#[tokio::test]
async fn a_word_that_is_no_public_wiki_of_the_list_is_none() {
    for title in ["Add the group to hewiki", "Add the group to officewiki", "mediawiki: add the group"] {
        let browser = Browser::new();
        reading(&browser, title, vec![anywhere()]).await;
        assert_eq!(wikis(&browser), <[&str; 0]>::default(), "{title}");
    }
}

#[tokio::test]
async fn of_several_wikis_all_own_and_none_is_meant_until_one_is_chosen() {
    let browser = Browser::new();
    let app = reading(&browser, "Add the group to jawiki and dewiki", vec![anywhere()]).await;
    assert_eq!(wikis(&browser), ["jawiki", "dewiki"]);
    let refused = refusal(app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await);
    let wikis = vec!["jawiki".to_owned(), "dewiki".to_owned()];
    assert_eq!(refused, Problem::WhichWiki { gerrit: GERRIT, test: anywhere().url, wikis });
    assert_eq!(say(&app, &["jawiki", "dewiki"], Some("dewiki")).await, Reply::Done);
    let journal = verified(&app, &browser, false).await;
    assert_eq!(journal.plan.variables.values().collect::<Vec<_>>(), ["de.wikipedia.org", "dewiki"]);
}

#[tokio::test]
async fn what_the_user_says_stands_over_the_title_under_the_change_id_and_can_be_taken_back() {
    let browser = Browser::new();
    let app = reading(&browser, "Add the group to jawiki", vec![anywhere()]).await;
    assert_eq!(say(&app, &["dewiki"], None).await, Reply::Done);
    assert_eq!(wikis(&browser), ["dewiki"]);
    let kept = browser.kept(Area::Local, "library").unwrap();
    assert!(kept.contains(&format!("\"about\":{{\"change:I{GERRIT:040}\"")), "{kept}");
    drop(started(&browser).await);
    assert_eq!((wikis(&browser), state(&browser).concerns[&GERRIT].said), (vec!["dewiki".to_owned()], true));
    // Nothing at all can be said, too.
    say(&app, &[], None).await;
    assert_eq!(wikis(&browser), <[&str; 0]>::default());
    app.handle(Command::SayAbout { gerrit: GERRIT, about: None }).await;
    assert_eq!((wikis(&browser), state(&browser).concerns[&GERRIT].said), (vec!["jawiki".to_owned()], false));
}

#[tokio::test]
async fn what_is_said_before_gerrit_has_told_the_change_id_is_given_to_it() {
    let browser = Browser::new();
    let app = super::prepared(&browser).await;
    say(&app, &["dewiki"], None).await;
    assert!(browser.kept(Area::Local, "library").unwrap().contains(&format!("\"about\":{{\"change:{GERRIT}\"")));
    browser.answers(titled("Add the group to jawiki"));
    app.handle(Command::Refresh { force: true }).await;
    app.work().await;
    assert_eq!(wikis(&browser), ["dewiki"]);
    let kept = browser.kept(Area::Local, "library").unwrap();
    assert!(kept.contains(&format!("\"about\":{{\"change:I{GERRIT:040}\"")), "{kept}");
    // It stays known when the last test is removed.
    app.handle(super::saving(&browser, GERRIT, None, Vec::new())).await;
    drop(started(&browser).await);
    assert_eq!(wikis(&browser), ["dewiki"]);
}

#[tokio::test]
async fn a_wiki_that_is_in_no_list_is_not_kept() {
    let browser = Browser::new();
    let app = reading(&browser, "Add the group", vec![anywhere()]).await;
    for wiki in ["hewiki", "nonsense"] {
        let refused = refusal(say(&app, &[wiki], None).await);
        assert!(matches!(&refused, Problem::NoSuchWiki { wiki: named, .. } if named == wiki), "{refused:?}");
    }
    assert_eq!(wikis(&browser), <[&str; 0]>::default());
}
