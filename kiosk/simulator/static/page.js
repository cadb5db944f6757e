// What every part of the page shares: its language, its memory, and how a hand is sent.
import { TEXTS } from "./texts.js";

export const $ = (id) => document.getElementById(id);

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function recall(key, otherwise) {
  try { return localStorage.getItem(key) ?? otherwise; } catch { return otherwise; }
}

export function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* a private window forgets */ }
}

const preferred = (navigator.languages ?? [navigator.language])
  .map((tag) => (tag.toLowerCase().startsWith("zh") ? "zh-CN" : tag.startsWith("en") ? "en" : ""))
  .find(Boolean) ?? "en";
let language = recall("language", preferred);
if (!(language in TEXTS)) language = preferred;

export const t = () => TEXTS[language];
export const uiLanguage = () => language;

export function setLanguage(tag) {
  language = tag;
  document.documentElement.lang = tag;
  document.title = t().title;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = t()[one.dataset.text];
  for (const one of document.querySelectorAll("[data-label]")) one.ariaLabel = t()[one.dataset.label];
  for (const one of document.querySelectorAll("[data-title]")) one.title = t()[one.dataset.title];
  for (const one of document.querySelectorAll("[data-button]")) one.ariaLabel = t().button(one.dataset.button);
  $("language").textContent = t().other;
  $("language").lang = tag === "en" ? "zh-CN" : "en";
}

export function toggleLanguage() {
  setLanguage(language === "en" ? "zh-CN" : "en");
  remember("language", language);
}

export function make(tag, values = {}, ...children) {
  const { dataset, ...rest } = values;
  const one = Object.assign(document.createElement(tag), rest);
  Object.assign(one.dataset, dataset);
  one.append(...children);
  return one;
}

let hush = 0;
export function tell(text) {
  // cleared first, so that the same words are read out again
  $("told").textContent = "";
  clearTimeout(hush);
  hush = setTimeout(() => { $("told").textContent = text; }, 60);
}

export async function hand(what) {
  let why = "";
  try {
    const answer = await fetch("hands", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(what),
    });
    if (!answer.ok) why = (await answer.text()).trim();
  } catch { return; /* the lost connection is told already */ }
  if (why) document.dispatchEvent(new CustomEvent("refused", { detail: why }));
}
