// The first screen answers before the wasm is here, and stays the first screen after that: the same boxes, filled by
// `show`. A tap goes to the wasm, or is kept in localStorage until the wasm has recorded it.
(() => {
  const EARLY = 'candor.early';
  const at = (id) => document.getElementById(id);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const levels = () => document.querySelectorAll('#rate [data-level]');
  let screen = null;

  const languageButton = (tag, name) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', lang: tag, textContent: name });
    Object.assign(button.dataset, { locale: tag, testid: 'language-' + tag });
    return button;
  };

  // `first` is the core's FirstScreen; `locale` one of its languages.
  const show = (first, locale) => {
    screen = first;
    const known = Object.hasOwn(first.texts, locale) ? locale : first.locale;
    const text = first.texts[known];
    const root = document.documentElement;
    root.lang = known;
    root.dataset.theme = first.theme;
    for (const id of ['question', 'hint', 'promise']) at(id).textContent = text[id];
    at('place').textContent = first.place || text.title;
    levels().forEach((button) => { button.lastElementChild.textContent = text.levels[button.dataset.level - 1]; });
    const bar = at('languages');
    bar.hidden = first.locales.length < 2;
    const offered = Array.from(bar.children, (button) => button.lang);
    if (offered.join() !== first.locales.join()) bar.replaceChildren(...first.locales.map((tag) => languageButton(tag, first.texts[tag].name)));
    for (const button of bar.children) button.setAttribute('aria-pressed', String(button.lang === root.lang));
  };

  const press = (level) => levels().forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.level === level));
  });

  // The high-water mark lies in a file of the origin's own, beside the database: read while the wasm is on its way.
  const mark = async () => {
    try {
      const folder = await navigator.storage.getDirectory();
      return await (await (await folder.getFileHandle('candor-mark')).getFile()).text();
    } catch { return ''; }
  };

  let worker;
  const keeper = (hear) => {
    worker?.terminate();
    worker = new Worker('./keeper-worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => hear(data);
    // A script that did not come has no message; wasm that traps is done with.
    worker.onerror = ({ message }) => { if (!message || /R(untime|ange)Error/.test(message)) hear('died'); };
    candor.ask = (words) => worker.postMessage(words);
  };

  const candor = { handle: null, mark: mark(), keeper, ask: () => {}, page: String(performance.timeOrigin), doorKnocked: false, show, showLocale: (locale) => show(screen, locale), press, manager: () => import('./manager.js').then((module) => module.default()) };
  window.candor = candor;

  // The wasm has come upon a bug. Rarer each time, and never into a page that is not there.
  const AGAIN = 'candor.again';
  candor.startAgain = () => {
    candor.handle = null;
    let times = 0;
    try {
      times = Number(sessionStorage.getItem(AGAIN)) || 0;
      sessionStorage.setItem(AGAIN, times + 1);
    } catch { /* without it each time is the first */ }
    const reload = () => (navigator.serviceWorker?.controller ? Promise.resolve() : fetch('./')).then(() => location.reload(), () => setTimeout(reload, 60_000));
    setTimeout(reload, 5_000 << Math.min(times, 7));
  };
  setTimeout(() => { try { sessionStorage.removeItem(AGAIN); } catch { /* it was never there */ } }, 3_600_000);

  // A kiosk whose wasm does not start still gets its next release.
  const release = () => import('./release.js');
  candor.atRest = () => release().then((module) => module.atRest());
  setTimeout(release, 10_000);

  const keep = (level) => {
    press(level);
    try {
      const random = hex(crypto.getRandomValues(new Uint8Array(26)));
      const tap = [level, Date.now(), Math.floor(performance.now()), random, candor.page].join(' ');
      localStorage.setItem(EARLY, (localStorage.getItem(EARLY) || '') + tap + '\n');
    } catch { /* without localStorage the tap shows as pressed, and the wasm asks again */ }
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-door],[data-locale],#rate [data-level]');
    if (!button) return;
    const { level, locale } = button.dataset;
    // The second click of a double tap that began on another screen is no answer.
    if (level && event.detail > 1) return;
    const kind = level ? 'rate' : locale ? 'locale' : 'door';
    if (candor.handle) candor.handle(kind, level || locale || '');
    else if (level) keep(level);
    else if (locale) show(screen, locale);
    else candor.doorKnocked = true;
  });

  const wanted = new URLSearchParams(location.search);
  let first = JSON.parse(at('first').textContent);
  try {
    const last = JSON.parse(localStorage.getItem('candor.first'));
    if (last && last.texts && (!wanted.has('survey') || wanted.get('survey') === last.survey)) first = last;
  } catch { /* the first screen of the page itself will do */ }
  show(first, wanted.get('lang') || first.locale);
})();
