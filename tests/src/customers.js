// Customers at the kiosk, one after the other: the real buttons, the real field, as fast as the app lets them.
// arguments: a list of { level, comment }, and what to call with the number served or with a fault.
const [customers, done] = arguments;
const find = (testid) => document.querySelector(`[data-testid=${testid}]`);
const isShown = (element) => element !== null && element.checkVisibility();

// Resolves as soon as `look` finds something; a change of the document is when it looks again.
const see = (what, look) => new Promise((resolve, reject) => {
  const found = look();
  if (found) return resolve(found);
  const watcher = new MutationObserver(() => {
    const found = look();
    if (!found) return;
    watcher.disconnect();
    clearTimeout(deadline);
    resolve(found);
  });
  const deadline = setTimeout(() => { watcher.disconnect(); reject(new Error(`waited in vain for ${what}`)); }, 20_000);
  watcher.observe(document, { subtree: true, childList: true, attributes: true });
});
const seeShown = (testid) => see(testid, () => isShown(find(testid)) && find(testid));

const serve = async ({ level, comment }) => {
  (await seeShown(`rate-${level}`)).click();
  const field = await seeShown("comment");
  field.value = comment;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  (await seeShown("submit")).click();
  (await seeShown("thanks")).click();
  await see("the first screen", () => isShown(find("rate-1")) && !isShown(find("thanks")));
};

(async () => {
  for (const customer of customers) await serve(customer);
  return customers.length;
})().then(done, (fault) => done(String(fault)));
