// Two soft tones when the kiosk asks whether anybody is there: not everybody looks at it. Fetched once the page stands.
const stage = document.getElementById('stage');
const root = document.documentElement;
let audio = null;

const tone = (from, pitch) => {
  const wave = audio.createOscillator();
  const loudness = audio.createGain();
  wave.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, from);
  loudness.gain.linearRampToValueAtTime(0.12, from + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
  wave.connect(loudness).connect(audio.destination);
  wave.start(from);
  wave.stop(from + 0.55);
  return wave;
};

const chime = async () => {
  try {
    audio ??= new AudioContext();
    await audio.resume();
    tone(audio.currentTime, 660);
    // Between two customers nothing keeps the tablet's sound awake.
    tone(audio.currentTime + 0.18, 880).onended = () => audio.suspend();
  } catch { /* a tablet without sound still shows the question */ }
};

let isAsked = false;
new MutationObserver(() => {
  const wasAsked = isAsked;
  isAsked = stage.querySelector('.warning') !== null;
  if (isAsked && !wasAsked && !/quiet/.test(root.dataset.ways)) chime();
}).observe(stage, { childList: true, subtree: true });
