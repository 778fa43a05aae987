// Makes pages livelier. Each of them does all of its work without this.
"use strict";

// The page at an address, none where it is another one, as where one has to sign in again.
async function fetched(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Puts a part in the place of another; who was on something in it is on the same thing after it.
function replace(old, fresh) {
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (!at) return;
  const same = [...fresh.querySelectorAll(at.tagName)].find((one) => one.textContent === at.textContent);
  (same || document.getElementById("main")).focus();
}

// Search as you type: the same form, sent a moment after the last key.
for (const form of document.querySelectorAll("form[data-search]")) {
  const id = form.dataset.search;
  let timer = 0, asked = 0;
  const search = async () => {
    const mine = ++asked;
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    try {
      const page = await fetched(address);
      // An answer that comes late must not replace a newer one.
      if (mine !== asked || !page) return;
      document.getElementById("count").textContent = page.getElementById("count").textContent;
      document.getElementById(id).replaceWith(page.getElementById(id));
      history.replaceState(null, "", address);
    } catch { /* The button still does it. */ }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 250); });
}

// A second click on what sends, while the first is under way, does nothing. The key in the form
// would make one of both anyhow.
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    // Stopped, or without an answer: to be sent again.
    setTimeout(() => { sent = false; }, 10000);
  });
  // Back from the next page: to be sent again.
  addEventListener("pageshow", () => { sent = false; });
}

// A request that waits: asks now and then whether anything is new, and shows it.
const watched = document.querySelector("[data-watch][data-pending]");
if (watched) {
  const address = watched.dataset.watch;
  let seen = watched.dataset.seen;
  const wait = () => setTimeout(look, document.hidden ? 30000 : 3000);
  const look = async () => {
    try {
      const ask = () => fetch(address, { credentials: "same-origin" });
      let answer = await ask();
      // Looking renews no sign-in whose time is over; where that can be, a page does it.
      if (answer.redirected && (await fetched(location.pathname))) answer = await ask();
      if (answer.redirected || !answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      if (now.seen !== seen) {
        const page = await fetched(location.pathname);
        if (page) {
          const said = document.getElementById("said");
          said.textContent = `${said.dataset.text} ${page.getElementById("standing").textContent.trim()}`;
          replace(document.getElementById("live"), page.getElementById("live"));
          seen = now.seen;
          if (now.status !== "pending") return;
        }
      }
    } catch { /* The page as it is stays right until the next look. */ }
    wait();
  };
  wait();
}
