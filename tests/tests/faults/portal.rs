//! Fault 6: somebody else answers. Nothing is acknowledged, however often it happens.

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::trial::Trial;

/// Uploads that meet each kind of portal, small and full.
const UPLOADS: (usize, usize) = (5, 20);
const PORTALS: [Uploads; 4] =
    [Uploads::PortalPage, Uploads::PortalRedirect, Uploads::PortalNoContent, Uploads::PortalJson];

#[tokio::test(flavor = "multi_thread")]
async fn captive_portals_acknowledge_nothing_however_often_they_answer() {
    for engine in Engine::ALL {
        meet_portals(engine).await;
    }
}

async fn meet_portals(engine: Engine) {
    let mut trial =
        Trial::begin_in(engine.name(), 6, "captive portals: 200 HTML, 302, 204, JSON of something else", "events");
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.set_uploads(PORTALS[0]);
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.rate_and_skip(2).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-sync").await;
    let uploads = trial.size.of(UPLOADS.0, UPLOADS.1);
    for portal in PORTALS {
        proxy.set_uploads(portal);
        for upload in 1..=uploads {
            // Somebody who does not trust the screen tries by hand, again and again.
            kiosk.tap("sync-now").await;
            proxy.see_faulty_uploads(upload).await;
        }
        let counts = kiosk.see_counts("the unlocking, too", |counts| counts.recorded >= 3).await;
        if counts.acknowledged > 0 {
            // Nobody has them, and the tablet takes them for delivered.
            trial.fail((counts.recorded, counts.acknowledged, 0), &format!("{portal:?} acknowledged events"));
        }
        assert_eq!(counts.queued, counts.recorded, "{portal:?}");
        assert_eq!(collector.events().await, [], "{portal:?} is not the collector");
        trial.figure(&format!("{portal:?}, uploads that acknowledged nothing"), uploads);
    }
    proxy.set_uploads(Uploads::Pass);
    kiosk.tap("sync-now").await;
    kiosk.see_counts("everything acknowledged", |counts| counts.queued == 0).await;
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}
