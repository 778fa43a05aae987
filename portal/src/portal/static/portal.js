// Makes pages livelier. Each of them does all of its work without this.
"use strict";

// What an address answers. Throws how it went instead: "gone" where one has to sign in again, "away"
// where nobody answers now, "refused" for all else. Each live part has words for it in its data.
async function answered(address) {
  let answer, text;
  try {
    answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin" });
    text = await answer.text();
  } catch {
    throw "away";
  }
  if (answer.redirected) throw "gone";
  if (answer.status >= 500 || answer.status === 429) throw "away";
  if (!answer.ok) throw "refused";
  return text;
}

async function fetched(address) {
  return new DOMParser().parseFromString(await answered(address), "text/html");
}

const how = (thrown) => (typeof thrown === "string" ? thrown : "refused");

// Puts a part in the place of another; who was on something in it is on the same thing after it.
// Its forms keep their keys: what was sent by one of them, and not answered, is not sent twice.
function replace(old, fresh) {
  for (const key of old.querySelectorAll("form [name=key]")) {
    const same = fresh.querySelector(`form[action="${key.form.getAttribute("action")}"] [name=key]`);
    if (same) same.value = key.value;
  }
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (!at) return;
  const same = [...fresh.querySelectorAll(at.tagName)].find((one) => one.textContent === at.textContent);
  (same || document.getElementById("main")).focus();
}

// What is wrong is told first, and is left by Tab for the fields that it is about.
document.getElementById("errors")?.focus();

// Search as you type: the same form, sent a moment after the last key.
for (const form of document.querySelectorAll("form[data-search]")) {
  const id = form.dataset.search;
  let timer = 0, asked = 0;
  const search = async () => {
    const mine = ++asked;
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    const count = document.getElementById("count");
    try {
      const page = await fetched(address);
      // An answer that comes late must not replace a newer one.
      if (mine !== asked) return;
      const fresh = page.getElementById(id), wrong = page.getElementById("sok-error");
      if (!fresh) throw "refused";
      count.textContent = (wrong || page.getElementById("count")).textContent;
      document.getElementById(id).replaceWith(fresh);
    } catch (thrown) {
      if (mine !== asked) return;
      // What was found before is no answer to this.
      count.textContent = form.dataset[how(thrown)];
      document.getElementById(id).replaceChildren();
    }
    history.replaceState(null, "", address);
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

// A request that waits: asks now and then whether anything is new, and shows it. Where it can't any
// more, the page says so and stops.
const watched = document.querySelector("[data-watch][data-pending]");
if (watched) {
  const address = watched.dataset.watch;
  let seen = watched.dataset.seen;
  const tell = (what) => {
    const told = document.getElementById("watching");
    if (told && told.textContent !== told.dataset[what]) told.textContent = told.dataset[what];
  };
  const wait = (pause) => setTimeout(look, document.hidden ? 30000 : pause);
  const look = async () => {
    try {
      let text;
      try {
        text = await answered(address);
      } catch (thrown) {
        if (thrown !== "gone") throw thrown;
        // Looking renews no sign-in whose time is over; where that can be, a page does it.
        await answered(address.replace(/\/lage$/, ""));
        text = await answered(address);
      }
      const now = JSON.parse(text);
      if (now.seen !== seen) {
        const page = await fetched(address.replace(/\/lage$/, ""));
        const fresh = page.getElementById("live"), said = document.getElementById("said");
        if (!fresh) throw "refused";
        said.textContent = `${said.dataset.text} ${page.getElementById("standing").textContent.trim()}`;
        replace(document.getElementById("live"), fresh);
        seen = now.seen;
        if (now.status !== "pending") return;
      }
      tell("live");
      wait(3000);
    } catch (thrown) {
      tell(how(thrown));
      if (how(thrown) === "away") wait(10000);
    }
  };
  tell("live");
  wait(3000);
}
