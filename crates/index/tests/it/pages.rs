//! Project pages: formats, the cache, several indexes.

use std::time::Duration;

use fixtures::{
    FakeClock, FakeIndex, Fault, IndexOptions, PageFormats, SdistBuilder, ServedFile, WheelBuilder,
};
use index::{Client, FetchPolicy, IndexOrder, Problem, Refresh};
use packaging::simple_api::PageFormat;

use crate::{client, filenames, name, network, page, policy, problem, project, store};

fn alpha() -> FakeIndex {
    let index = FakeIndex::start();
    index.add(WheelBuilder::new("Alpha", "1.0").requires_python(">=3.8"));
    index.add(ServedFile::from(SdistBuilder::new("alpha", "0.9")).yanked("broken"));
    index
}

#[test]
fn json_and_html_say_the_same() {
    let index = alpha();
    for (formats, format) in [(PageFormats::Both, PageFormat::Json), (PageFormats::Html, PageFormat::Html)] {
        index.change(|options| options.formats = formats);
        let table = page(&mut client(policy(&[&index])), "al.pha").map_err(|e| e.to_string());
        // The name is normalized, but `al.pha` is another project.
        assert!(table.is_err());
        let table = page(&mut client(policy(&[&index])), "ALPHA").unwrap();
        assert_eq!(table.format(), format);
        assert_eq!(filenames(&table), ["alpha-0.9.tar.gz", "alpha-1.0-py3-none-any.whl"]);
        let files: Vec<_> = table.files().collect();
        assert_eq!(files[0].yanked(), Some("broken"));
        assert_eq!(files[1].requires_python(), Some(">=3.8"));
        let wheel = index::distribution(&table, &files[1]).unwrap();
        assert_eq!(wheel.file().url, index.url("/files/alpha-1.0-py3-none-any.whl"));
        assert_eq!(wheel.file().hashes.len(), 1);
    }
    let request = &index.requests()[0];
    assert!(request.header("accept").unwrap().starts_with("application/vnd.pypi.simple.v1+json"));
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    assert_eq!(request.header("user-agent"), Some("tilsit/0.1.0"));
    assert!(request.header("authorization").is_none());
}

#[test]
fn a_missing_project_is_asked_for_once() {
    let index = alpha();
    let mut client = client(policy(&[&index]));
    for _ in 0..2 {
        let error = page(&mut client, "nothing").unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error.url, index.url("/simple/nothing/"));
    }
    assert_eq!(index.paths(), ["/simple/nothing/"]);
}

#[test]
fn redirected_pages_and_bases_resolve_relative_links() {
    let index = alpha();
    index.put("/deep/er/page/", "text/html", "<a href='../file/beta-1.0.tar.gz#md5=00'>x</a>");
    index.fault("/simple/beta/", Fault::redirect("/deep/er/page/"));
    let table = page(&mut client(policy(&[&index])), "beta").unwrap();
    let file = table.files().next().unwrap();
    let url = index.url("/deep/er/file/beta-1.0.tar.gz");
    assert_eq!(index::distribution(&table, &file).unwrap().file().url, url);

    index.put("/simple/gamma/", "text/html", "<base href='/b/'><a href='gamma-1.0.tar.gz'>x</a>");
    index.fault("/simple/gamma/", Fault::redirect("/gamma"));
    index.put("/gamma", "text/html", "<head><base href='/b/'></head><a href='gamma-1.0.tar.gz'>x</a>");
    let table = page(&mut client(policy(&[&index])), "gamma").unwrap();
    let file = table.files().next().unwrap();
    assert_eq!(index::distribution(&table, &file).unwrap().file().url, index.url("/b/gamma-1.0.tar.gz"));
}

/// Clients of several runs that share a store and a clock.
struct Runs {
    policy: FetchPolicy,
    store: store::Store,
    clock: FakeClock,
}

impl Runs {
    fn of(index: &FakeIndex) -> Self {
        let (mut policy, clock) = (policy(&[index]), FakeClock::at(1_750_000_000));
        network(&mut policy).now = clock.function();
        Self { policy, store: store(), clock }
    }

    fn next(&self) -> Client {
        Client::new(self.policy.clone(), self.store.clone())
    }
}

#[test]
fn fresh_pages_need_no_network() {
    let index = alpha();
    index.change(|options| options.cache_control = Some("max-age=60".to_owned()));
    let runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(59));
    let mut second = runs.next();
    assert_eq!(page(&mut second, "alpha").unwrap().files().len(), 2);
    assert!(second.revalidated(Duration::ZERO).is_empty());
    assert_eq!(index.requests().len(), 1);
}

#[test]
fn no_page_is_fresh_for_a_year_or_from_the_future() {
    let index = alpha();
    index.change(|options| options.cache_control = Some("max-age=31536000".to_owned()));
    let mut runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(86_401));
    let mut second = runs.next();
    page(&mut second, "alpha").unwrap();
    second.revalidated(Duration::from_secs(5));
    assert_eq!(index.requests().len(), 2);
    runs.clock = FakeClock::at(1_700_000_000);
    network(&mut runs.policy).now = runs.clock.function();
    let mut third = runs.next();
    page(&mut third, "alpha").unwrap();
    third.revalidated(Duration::from_secs(5));
    assert_eq!(index.requests().len(), 3);
}

#[test]
fn stale_pages_are_used_while_they_are_asked_about() {
    let index = alpha();
    let runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(601));

    let mut second = runs.next();
    assert_eq!(page(&mut second, "alpha").unwrap().files().len(), 2);
    assert!(second.revalidated(Duration::from_secs(5)).is_empty());
    let requests = index.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].header("if-none-match").is_some());
    drop(second);
    assert_eq!(page(&mut runs.next(), "alpha").unwrap().files().len(), 2);
    assert_eq!(index.requests().len(), 2, "the 304 made it fresh again");

    index.add(WheelBuilder::new("alpha", "2.0"));
    runs.clock.advance(Duration::from_secs(601));
    let mut third = runs.next();
    assert_eq!(page(&mut third, "alpha").unwrap().files().len(), 2);
    assert_eq!(third.revalidated(Duration::from_secs(5)), [name("alpha")]);
    assert_eq!(page(&mut third, "alpha").unwrap().files().len(), 3);
    assert_eq!(index.requests().len(), 3);
}

#[test]
fn servers_without_validators_are_compared_by_content() {
    let index = alpha();
    index.change(|options| {
        options.etags = false;
        options.last_modified = false;
        options.formats = PageFormats::Html;
    });
    let runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(601));
    let mut second = runs.next();
    page(&mut second, "alpha").unwrap();
    assert!(second.revalidated(Duration::from_secs(5)).is_empty());
    assert_eq!(index.requests().len(), 2);
    index.remove_project("alpha");
    runs.clock.advance(Duration::from_secs(601));
    let mut third = runs.next();
    page(&mut third, "alpha").unwrap();
    assert_eq!(third.revalidated(Duration::from_secs(5)), [name("alpha")]);
    assert!(page(&mut third, "alpha").unwrap_err().is_not_found());
}

#[test]
fn a_server_that_is_down_leaves_stale_pages_in_force() {
    let index = alpha();
    let runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(601));
    index.fault_times("/simple/alpha/", usize::MAX, Fault::status(500));
    let mut second = runs.next();
    page(&mut second, "alpha").unwrap();
    assert!(second.revalidated(Duration::from_secs(5)).is_empty());
}

#[test]
fn refresh_asks_again_with_validators() {
    let index = alpha();
    let mut runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.policy.refresh = Refresh::Packages(vec![name("beta")]);
    page(&mut runs.next(), "alpha").unwrap();
    assert_eq!(index.requests().len(), 1);
    runs.policy.refresh = Refresh::Everything;
    page(&mut runs.next(), "alpha").unwrap();
    assert!(index.requests()[1].header("if-none-match").is_some());
    index.add(WheelBuilder::new("alpha", "2.0"));
    assert_eq!(page(&mut runs.next(), "alpha").unwrap().files().len(), 3);
}

#[test]
fn offline_uses_what_is_there() {
    let index = alpha();
    let mut runs = Runs::of(&index);
    page(&mut runs.next(), "alpha").unwrap();
    runs.clock.advance(Duration::from_secs(1_000_000));
    runs.policy.network = None;
    runs.policy.refresh = Refresh::Everything;
    let mut offline = runs.next();
    page(&mut offline, "alpha").unwrap();
    assert!(offline.revalidated(Duration::from_secs(5)).is_empty());
    assert_eq!(problem(&mut offline, "beta"), Problem::Offline);
    assert_eq!(index.requests().len(), 1);
}

#[test]
fn every_index_is_asked_or_only_until_one_has_it() {
    let (private, public) = (FakeIndex::start(), FakeIndex::start());
    private.add(WheelBuilder::new("secret", "1.0"));
    public.add(WheelBuilder::new("secret", "9.0"));
    public.add(WheelBuilder::new("known", "1.0"));

    let both = project(&mut client(policy(&[&private, &public])), "secret");
    assert_eq!(both.indexes.len(), 2);
    assert_eq!(both.indexes.iter().map(|page| page.index).collect::<Vec<_>>(), [0, 1]);

    public.forget_requests();
    let first = FetchPolicy { order: IndexOrder::FirstMatch, ..policy(&[&private, &public]) };
    let mut client = client(first);
    let secret = project(&mut client, "secret");
    assert_eq!(secret.indexes.len(), 1);
    assert!(public.requests().is_empty(), "the public index never hears the private name");
    let known = project(&mut client, "known");
    assert!(known.indexes[0].page.is_err() && known.indexes[1].page.is_ok());

    private.fault("/simple/other/", Fault::status(403));
    public.forget_requests();
    let failed = project(&mut client, "other");
    assert_eq!(failed.indexes.len(), 1, "an index that fails is not one that lacks the project");
    assert!(public.requests().is_empty());
}

#[test]
fn many_requests_share_few_connections() {
    let index = FakeIndex::with(IndexOptions::default());
    for n in 0..100 {
        index.add(WheelBuilder::new(&format!("p{n}"), "1.0"));
    }
    let mut client = client(policy(&[&index]));
    for n in 0..100 {
        client.submit(index::Request::Project(name(&format!("p{n}"))));
    }
    assert_eq!(client.waiting(), 100);
    assert_eq!(std::iter::from_fn(|| client.next()).count(), 100);
    let connections = index.requests().iter().map(|request| request.connection).max().unwrap();
    assert!(connections < 16, "{connections}");
}
