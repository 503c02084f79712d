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
  let isStale = false;

  const hasStarted = () => 'ready' in document.documentElement.dataset;
  const isQuiet = () => {
    const kiosk = document.getElementById('kiosk');
    return !kiosk.hidden && ['rating', 'attract'].includes(kiosk.dataset.screen);
  };

  const begin = async () => {
    if (begun) return;
    begun = true;
    registration = await workers.register('./sw.js').catch(() => null);
    if (!registration) return;
    setInterval(() => registration.update().catch(() => {}), EVERY_HOUR);
    // A release that does not start has no customer to wait for.
    setInterval(() => { if (!hasStarted()) registration.waiting?.postMessage('switch'); }, AT_THE_LATEST);
    let isControlled = Boolean(workers.controller);
    workers.addEventListener('controllerchange', () => {
      // The first worker of all changes nothing; another tab may have changed the release for this one.
      isStale = isControlled;
      isControlled = true;
      if (isStale && (isQuiet() || !hasStarted())) location.reload();
    });
  };

  // The kiosk calls it when nobody is being served, nothing waits to be written and nobody has just touched it.
  window.candor.atRest = () => {
    begin();
    if (isStale) location.reload();
    else registration?.waiting?.postMessage('switch');
  };

  setTimeout(begin, AT_THE_LATEST);
})();
