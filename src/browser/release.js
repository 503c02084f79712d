// The service worker keeps a whole release of the app. This registers it, looks for the next release, and changes to
// that between two customers. In JavaScript, since it has to work when a release's wasm does not.
(() => {
  const workers = navigator.serviceWorker;
  // A kiosk is never navigated, so the browser would not look by itself.
  const EVERY_HOUR = 3_600_000;
  // The kiosk's own files come first; a kiosk that does not start still gets its next release.
  const AT_THE_LATEST = 20_000;
  let registration = null;
  let begun = !workers;
  let switching = false;

  const begin = async () => {
    if (begun) return;
    begun = true;
    registration = await workers.register('./sw.js').catch(() => null);
    if (registration) setInterval(() => registration.update().catch(() => {}), EVERY_HOUR);
  };

  // The kiosk calls it whenever nobody is being served and nothing waits to be written.
  window.candor.atRest = () => {
    begin();
    if (switching || !registration?.waiting) return;
    switching = true;
    workers.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting.postMessage('switch');
  };

  setTimeout(begin, AT_THE_LATEST);
})();
