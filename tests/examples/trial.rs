//! x
#![allow(warnings)]
use candor_tests::browser::*; use candor_tests::kiosk::*; use candor_tests::proxy::*;
#[tokio::main]
async fn main() {
    for engine in [Engine::Chromium, Engine::Firefox, Engine::WebKit] {
        let t = std::time::Instant::now();
        let proxy = Proxy::start("127.0.0.1:8899".parse().unwrap()).await;
        let kiosk = open_kiosk(engine, &proxy.page()).await;
        println!("{engine:?} opened after {:?}", t.elapsed());
        kiosk.rate(1).await;
        println!("{:?}", kiosk.browser.run("return [document.body.textContent, navigator.userAgent]", vec![]).await);
        println!("{:?}", kiosk.browser.run_until_called_back("const [done]=arguments; setTimeout(()=>done(5), 100)", vec![]).await);
        println!("{:?}", kiosk.browser.run("try { return eval('1') } catch (e) { return String(e) }", vec![]).await);
        println!("{:?}", kiosk.browser.run("const s=document.createElement('script'); s.textContent='window.ran=1;document.documentElement.dataset.ran=1'; document.body.append(s); return [document.documentElement.dataset.ran ?? null]", vec![]).await);
        println!("{:?}", kiosk.browser.run("const s=document.createElement('p'); s.setAttribute('style', 'width: 5px'); document.body.append(s); return s.getBoundingClientRect().width", vec![]).await);
        let f = kiosk.see("comment").await;
        println!("{:?}", f.send_keys("排队\"太\"久，abc'x\u{e139}\u{e139}\u{1F600}").await);
        println!("{:?}", f.prop("value").await);
        println!("reports {:#?}", proxy.reports().len());
        println!("reports {:#?}", proxy.reports());
        drop(kiosk);
        println!("done after {:?}", t.elapsed());
    }
}
