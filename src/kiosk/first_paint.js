// The first screen answers before the wasm is here, and stays the first screen after that: the same boxes, filled by
// `show`. A tap goes to the wasm, or is kept in localStorage until the wasm has recorded it.
(() => {
  const EARLY = 'candor.early';
  const at = (id) => document.getElementById(id);
  const root = document.documentElement;
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const levels = () => document.querySelectorAll('#rate [data-level]');
  let screen = null;

  const make = (name, parts, data, ...children) => {
    const element = document.createElement(name);
    Object.assign(element, parts);
    Object.assign(element.dataset, data);
    element.append(...children);
    return element;
  };
  const languageButton = (where) => ([tag, name]) => make('button', { type: 'button', lang: tag }, { locale: tag, testid: where + '-' + tag }, name);
  const drawing = (icon) => {
    const svg = make('template', { innerHTML: '<svg viewBox="0 0 100 100" aria-hidden="true"><use/></svg>' }, {}).content.firstChild;
    svg.firstChild.setAttribute('href', '#' + icon);
    return svg;
  };
  const face = (scale) => ([level, icon, tone]) => make('button', { type: 'button', className: 'face' },
    { level, tone, testid: (scale === 'nps' ? 'nps-' : 'rate-') + level }, ...(icon ? [drawing(icon)] : []), make('b', {}, {}));

  // The scale's own buttons; those of the page itself stay where they are.
  const showScale = ({ scale, keys }) => {
    const faces = at('faces');
    if (faces.dataset.scale === scale) return;
    faces.dataset.scale = scale;
    faces.replaceChildren(...keys.map(face(scale)));
    press('');
  };

  // Few languages stand side by side; of many the first two, and all of them behind one more button.
  const showLanguages = (all, word) => {
    const bar = at('languages');
    const tags = all.join();
    bar.hidden = all.length < 2;
    if (bar.dataset.tags !== tags) {
      bar.dataset.tags = tags;
      const shown = all.length > 3 ? all.slice(0, 2) : all;
      bar.replaceChildren(...shown.map(languageButton('language')));
      at('all-languages').replaceChildren(...all.map((one) => languageButton(shown.includes(one) ? 'languages' : 'language')(one)));
      if (all.length > 3) bar.append(make('button', { type: 'button', className: 'globe' }, { languages: '', testid: 'language' }, at('globe').content.cloneNode(true)));
    }
    const globe = bar.querySelector('.globe');
    if (globe) {
      globe.setAttribute('aria-label', word + ' Language');
      globe.toggleAttribute('data-is-chosen', !all.slice(0, 2).some(([tag]) => tag === root.lang));
    }
    at('more-title').textContent = word;
    for (const button of document.querySelectorAll('[data-locale]')) button.setAttribute('aria-pressed', String(button.lang === root.lang));
  };

  // Dark where the owner wants it: always, or as the system has it.
  const system = matchMedia('(prefers-color-scheme: dark)');
  const wear = () => {
    const { appearance } = root.dataset;
    const isDark = appearance === 'dark' || appearance === 'auto' && system.matches;
    if (isDark && !at('dark')) document.head.append(make('link', { id: 'dark', rel: 'stylesheet', href: './dark.css' }, {}));
    root.toggleAttribute('data-dark', isDark);
  };
  system.addEventListener?.('change', wear);

  // `first` is the core's FirstScreen; `locale` one of its languages.
  const show = (first, locale) => {
    screen = first;
    const known = Object.hasOwn(first.texts, locale) ? locale : first.locale;
    const text = first.texts[known];
    root.lang = known;
    root.dir = known === 'ar' ? 'rtl' : 'ltr';
    Object.assign(root.dataset, { theme: first.theme, appearance: first.appearance || '', ways: first.ways || '' });
    wear();
    for (const id of ['question', 'hint', 'promise', 'large', 'contrast', 'read']) at(id).textContent = text[id];
    at('place').textContent = root.dataset.visit || first.place || text.title;
    showScale(first);
    const ends = at('ends');
    ends.hidden = text.levels.length === first.keys.length;
    ends.firstChild.textContent = text.levels[0];
    ends.lastChild.textContent = text.levels.at(-1);
    levels().forEach((button, place) => {
      const name = ends.hidden ? text.levels[place] : button.dataset.level;
      button.lastElementChild.textContent = name;
      const end = ends.hidden ? '' : place ? place === first.keys.length - 1 && text.levels[1] : text.levels[0];
      if (end) button.setAttribute('aria-label', name + ' · ' + end);
    });
    showLanguages(first.languages, text.language);
    showVoice();
  };

  const press = (level) => levels().forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.level === level));
  });

  // Under the finger at once: the click comes when it is lifted, and the next screen a frame later.
  const touch = ({ type, target }) => {
    document.querySelector('[data-touched]')?.removeAttribute('data-touched');
    if (type === 'pointerdown') target.closest('#rate [data-level]')?.setAttribute('data-touched', '');
  };
  for (const type of ['pointerdown', 'pointerup', 'pointercancel']) document.addEventListener(type, touch);

  // How the customer wants to read: large, contrast. The wasm keeps it once it is here, and ends it with the customer.
  const look = (name, on) => {
    root.toggleAttribute('data-' + name, on);
    document.querySelector(`[data-act=${name}]`).setAttribute('aria-pressed', String(on));
  };

  const openLanguages = (on) => {
    at('more').hidden = !on;
    at('kiosk').inert = on;
    if (on) at('more-title').focus(); else document.querySelector('.globe')?.focus();
  };

  // Another screen or language: the list of languages has done its work, or whoever opened it has gone.
  const showLocale = (locale) => {
    if (!at('more').hidden) openLanguages(false);
    show(screen, locale);
  };

  // Without a voice for the language there is nothing to read with.
  const voices = window.speechSynthesis;
  const showVoice = () => {
    const has = (voice) => voice.lang.slice(0, 2).toLowerCase() === root.lang.slice(0, 2);
    document.querySelector('[data-act=read]').hidden = !(voices && voices.getVoices().some(has));
  };
  voices?.addEventListener?.('voiceschanged', showVoice);
  let speech = null;
  const read = async () => {
    speech ??= await import('./speech.js').catch(() => null);
    speech?.read(root.lang, screen.texts[root.lang]);
  };

  const when = (at) => new Date(at).toLocaleString(root.lang, { weekday: 'long', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' });

  // The high-water mark lies in a file of the origin's own, beside the database: read while the wasm is on its way.
  const mark = async () => {
    try {
      const folder = await navigator.storage.getDirectory();
      return await (await (await folder.getFileHandle('candor-mark')).getFile()).text();
    } catch { return ''; }
  };

  const keeper = (hear) => {
    candor.worker?.terminate();
    const worker = candor.worker = new Worker('./keeper-worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => hear(data);
    // A script that did not come has no message; wasm that traps is done with.
    worker.onerror = ({ message }) => { if (!message || /R(untime|ange)Error/.test(message)) hear('died'); };
    candor.ask = (words) => worker.postMessage(words);
  };

  const candor = { handle: null, mark: mark(), keeper, ask: () => {}, page: String(performance.timeOrigin), doorKnocked: false, wanted: '', looks: '', show, showLocale, press, look, when, manager: () => import('./wasm.js').then(({ start }) => start('manager')) };
  window.candor = candor;

  // Whether the page goes to the home screen is the manager's to say.
  addEventListener('beforeinstallprompt', (event) => { event.preventDefault(); candor.install = event; });

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
  setTimeout(() => { release(); import('./loop.js'); import('./chime.js'); import('./watchdog.js'); }, 10_000);
  import('./clerk.js');

  const keep = (level) => {
    press(level);
    try {
      const random = hex(crypto.getRandomValues(new Uint8Array(26)));
      const tap = [level, Date.now(), Math.floor(performance.now()), random, candor.page, screen.survey, screen.scale].join(' ');
      localStorage.setItem(EARLY, (localStorage.getItem(EARLY) || '') + tap + '\n');
    } catch { /* without localStorage the tap shows as pressed, and the wasm asks again */ }
  };

  // No customer finds the manager's door by chance: five taps in the corner within three seconds, or three keys at once.
  const knock = () => { if (candor.handle) candor.handle('door', ''); else candor.doorKnocked = true; };
  let taps = [];
  const tapCorner = (now) => {
    taps = [...taps.filter((at) => now - at < 3_000), now];
    if (taps.length < 5) return;
    taps = [];
    knock();
  };

  document.addEventListener('click', (event) => {
    const wasReading = speech?.stop();
    const button = event.target.closest('[data-door],[data-locale],[data-languages],[data-act],#more,#rate [data-level]');
    if (!button) return;
    const { level, locale, act, door } = button.dataset;
    if (door === 'hidden') return tapCorner(event.timeStamp);
    if (door) return knock();
    if (button.id === 'more') return openLanguages(event.target.closest('#more > div') !== null);
    if ('languages' in button.dataset) return openLanguages(true);
    if (act === 'read') return wasReading || read();
    // The second click of a double tap that began on another screen is no answer.
    if (level && event.detail > 1) return;
    if (locale && !at('more').hidden) openLanguages(false);
    if (candor.handle) candor.handle(level ? 'rate' : act || 'locale', level || locale || '');
    else if (level) keep(level);
    else if (act) {
      look(act, !root.hasAttribute('data-' + act));
      candor.looks = ['large', 'contrast'].filter((name) => root.hasAttribute('data-' + name)).join(' ');
    }
    else {
      candor.wanted = locale;
      show(screen, locale);
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !at('more').hidden) openLanguages(false);
    if (event.ctrlKey && event.altKey && event.code === 'KeyM') knock();
  });

  const wanted = new URLSearchParams(location.search);
  let first = JSON.parse(at('first').textContent);
  try {
    const last = JSON.parse(localStorage.getItem('candor.first'));
    if (last && last.keys && (!wanted.has('survey') || wanted.get('survey') === last.survey)) first = last;
  } catch { /* the first screen of the page itself will do */ }
  show(first, wanted.get('lang') || first.locale);
})();
