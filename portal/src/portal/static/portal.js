// Makes pages livelier. Each of them does all of its work without this.
"use strict";

// What a fetched page has in the place of an element of this one.
async function fetched(address, id) {
  const answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(id);
}

// Search as you type: the same form, sent a moment after the last key.
for (const form of document.querySelectorAll("form[data-search]")) {
  const id = form.dataset.search;
  let timer = 0, asked = 0;
  const search = async () => {
    const mine = ++asked;
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    try {
      const found = await fetched(address, id);
      // An answer that comes late must not replace a newer one.
      if (mine !== asked || !found) return;
      document.getElementById(id).replaceWith(found);
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
      const answer = await fetch(address, { credentials: "same-origin" });
      if (answer.redirected || !answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      if (now.seen !== seen) {
        const fresh = await fetched(location.pathname, "live");
        const old = document.getElementById("live");
        // Not under the hands of somebody who is using it.
        if (fresh && !old.contains(document.activeElement)) {
          old.replaceWith(fresh);
          seen = now.seen;
          const said = document.getElementById("said");
          said.textContent = said.dataset.text + " " + fresh.querySelector("#standing").textContent.trim();
          if (now.status !== "pending") return;
        }
      }
    } catch { /* The page as it is stays right until the next look. */ }
    wait();
  };
  wait();
}
