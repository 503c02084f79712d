// Reads the screen aloud, sentence by sentence, with a caption of what is being said. Any tap ends it at once: the page
// calls `stop` with every click. Fetched when somebody asks for it the first time.
const caption = document.getElementById('caption');
const button = document.querySelector('[data-act=read]');
const label = document.getElementById('read');
let words = null;

const isSeen = (element) => element.getClientRects().length > 0;

// What stands on the screen, in the order in which it is read: headings, what can be tapped, hints. Not the tools.
const sentences = () => {
  const parts = '#kiosk h1, #kiosk h2, #kiosk .sub, #kiosk legend, #kiosk .said, #rate [data-level], #stage button, #stage textarea, #stage input, .privacy, #who button';
  return Array.from(document.querySelectorAll(parts)).filter(isSeen)
    .map((element) => (element.ariaLabel || element.textContent || element.placeholder || '').trim()).filter(Boolean);
};

const show = (sentence) => {
  caption.textContent = sentence;
  caption.hidden = !sentence;
  button.setAttribute('aria-pressed', String(Boolean(sentence)));
  if (words) label.textContent = sentence ? words.stop : words.read;
};

// Says whether there was something to stop.
export const stop = () => {
  if (!words) return false;
  speechSynthesis.cancel();
  show('');
  words = null;
  return true;
};

export const read = (lang, text) => {
  // Each reading is one of its own: what an earlier one still has to say is not said.
  const mine = { ...text };
  words = mine;
  const voice = speechSynthesis.getVoices().find((voice) => voice.lang.slice(0, 2).toLowerCase() === lang.slice(0, 2));
  const say = ([sentence, ...rest]) => {
    if (words !== mine) return;
    if (!sentence) { stop(); return; }
    const utterance = new SpeechSynthesisUtterance(sentence);
    Object.assign(utterance, { lang, voice: voice || null, onend: () => say(rest), onerror: () => { if (words === mine) stop(); } });
    show(sentence);
    speechSynthesis.speak(utterance);
  };
  say(sentences());
};
