// What the customers of a test see with: the page's elements, and a wait for what is to appear. `patience` is said by
// whoever includes it: how long that may take, in ms.
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
  const deadline = setTimeout(() => { watcher.disconnect(); reject(new Error(`waited in vain for ${what}`)); }, patience);
  watcher.observe(document, { subtree: true, childList: true, attributes: true });
});
const seeShown = (testid) => see(testid, () => isShown(find(testid)) && find(testid));
