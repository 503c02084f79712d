// Customers without end: the real buttons and the real field, each customer with words of their own. What they see at
// the end is told to the witness in that moment.
// arguments: a prefix for the words, the witness's address, a pause in ms between two customers.
const [prefix, witness, pause] = arguments;
const crowd = window.candorCrowd = { isStopped: false, isDone: false, came: 0, fault: null };

const serve = async (number) => {
  const tag = `${prefix}-${number}`;
  if (isShown(find('start'))) find('start').click();
  (await seeShown(`rate-${1 + number % 5}`)).click();
  const field = await seeShown('comment');
  field.value = tag;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  (await seeShown('submit')).click();
  crowd.came += 1;
  const [screen, last] = await see('the end', () => ['thanks', 'not-saved'].map((id) => [id, find(id)]).find(([, last]) => isShown(last)));
  const storage = document.documentElement.dataset.storage;
  fetch(witness, { method: 'POST', mode: 'no-cors', body: JSON.stringify({ tag, screen, storage }) }).catch(() => {});
  last.click();
  await see('the first screen', () => isShown(find('rate-1')) && !isShown(find('thanks')) && !isShown(find('not-saved')));
};

(async () => {
  for (let number = 0; !crowd.isStopped; number += 1) {
    await serve(number);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
})().catch((fault) => { crowd.fault = String(fault); }).finally(() => { crowd.isDone = true; });
