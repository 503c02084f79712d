// A kiosk and not a browser: what a browser offers besides the page does not open over it. What only the operating
// system can keep shut is in docs/deploy.
(() => {
  // On a customer's own phone nothing is locked.
  if (new URLSearchParams(location.search).get('channel') === 'link') return;
  const at = (name, heard) => addEventListener(name, heard, { capture: true, passive: false });
  const refuse = (event) => event.preventDefault();

  // The menu is how a manager pastes a token, or copies a number to call.
  at('contextmenu', (event) => { if (!event.target.closest?.('#manager')) refuse(event); });
  for (const name of ['dragstart', 'dragover', 'drop', 'auxclick', 'gesturestart']) at(name, refuse);
  at('wheel', (event) => { if (event.ctrlKey) refuse(event); });
  at('touchmove', (event) => { if (event.touches.length > 1) refuse(event); });

  // Find, print, save, open, source, history, downloads, bookmarks, address, reload, zoom, back and forward, the
  // developer's tools, and the clearing of data. By the place of the key: the letter on it depends on the layout.
  at('keydown', (event) => {
    const { code, key, altKey } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    const leaves = isCommand && /^(Key[DEFGHIJKLOPRSU]|Digit0|Numpad0|Minus|Equal|NumpadAdd|NumpadSubtract|Delete)$/.test(code)
      || isCommand && '+-=0'.includes(key)
      || altKey && /^(ArrowLeft|ArrowRight|Home|KeyD)$/.test(code || key);
    if (leaves || /^(F1|F3|F5|F6|F7|F10|F12|BrowserBack|BrowserForward|BrowserHome|BrowserSearch|BrowserFavorites)$/.test(key)) refuse(event);
  });

  // Where the owner wants it: a browser gives the whole screen only to a touch, and takes it away with Escape.
  at('click', ({ target }) => {
    const root = document.documentElement;
    if (/fullscreen/.test(root.dataset.ways) && !document.fullscreenElement && !target.closest?.('#manager')) root.requestFullscreen?.({ navigationUI: 'hide' }).catch(() => {});
  });

  // A swipe back stays where it was. What the address asks for behind # goes along until a manager has answered, and
  // stands in the last entry alone: no way back leads to it again.
  let asked = '';
  const stay = () => {
    const plain = location.pathname + location.search;
    if (location.hash) {
      asked = location.hash;
      history.replaceState(null, '', plain);
    }
    history.pushState(null, '', plain + asked);
  };
  stay();
  addEventListener('popstate', stay);
  addEventListener('candor:answered', () => { asked = ''; });

  // The screen stays on. The system takes the lock away when the page is hidden or the battery low: asked for again.
  let isAsking = false;
  const stayAwake = async () => {
    if (isAsking || document.visibilityState !== 'visible') return;
    isAsking = true;
    try {
      const lock = await navigator.wakeLock.request('screen');
      lock.onrelease = () => { isAsking = false; setTimeout(stayAwake, 1_000); };
    } catch {
      isAsking = false;
      setTimeout(stayAwake, 60_000);
    }
  };
  document.addEventListener('visibilitychange', stayAwake);
  if (navigator.wakeLock) stayAwake();
})();
