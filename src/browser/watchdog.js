// Has the page start another keeper when this one stands still: a call into the browser may not return. One that has
// spoken answers in milliseconds; its start may take its time.
const ASK_MS = 20_000;
const MOST_UNANSWERED = 3;

const { candor } = window;
let watched;
let unanswered = NaN;

setInterval(() => {
  const { worker } = candor;
  if (worker !== watched) {
    watched = worker;
    // Ended or not, the one before may hold the office for as long as that call takes.
    if (unanswered > MOST_UNANSWERED) candor.ask('lead');
    unanswered = NaN;
    worker?.addEventListener('message', () => { if (worker === watched) unanswered = 0; });
  } else if (unanswered === MOST_UNANSWERED) {
    worker.onmessage({ data: 'died' });
  }
  unanswered += 1;
  candor.ask('');
}, ASK_MS);
