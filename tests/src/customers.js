// Customers at the kiosk, one after the other: the real buttons, the real field, as fast as the app lets them.
// arguments: a list of { level, comment }, and what to call with the number served or with a fault.
const [customers, done] = arguments;

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
