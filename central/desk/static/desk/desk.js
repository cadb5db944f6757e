// The desk's few lines of script; every page works without them.
"use strict";

// A list that is asked for again each second while somebody looks; what has the focus is left alone.
for (const box of document.querySelectorAll("[data-poll]")) {
  let last = box.innerHTML.trim();
  const ask = async () => {
    if (document.hidden || box.contains(document.activeElement)) return;
    try {
      const answer = await fetch(box.dataset.poll, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const text = (await answer.text()).trim();
      const bare = text.replace(/value="[^"]{64}"/g, "");
      if (bare !== last && !box.contains(document.activeElement)) {
        last = bare;
        box.innerHTML = text;
      }
    } catch { /* the next second asks again */ }
  };
  setInterval(ask, 1000);
}

// A form is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", () => choice.form.submit());
}

// "/" goes to the search box, as in many programs; not while something is being typed.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("find")?.focus();
  }
});

// One action open at a time; its first field, or the first with a fault, has the focus.
const actions = document.querySelectorAll("#actions > details");
const enter = (one) => {
  for (const other of actions) if (other !== one) other.open = false;
  const wrong = one.querySelector(".field:has(.fault) :is(select, input)");
  (wrong ?? one.querySelector("select, input:not([type=hidden])"))?.focus();
};
for (const one of actions) {
  one.addEventListener("toggle", () => { if (one.open) enter(one); });
  if (one.open) enter(one); // its own toggle may have been before this script
}
