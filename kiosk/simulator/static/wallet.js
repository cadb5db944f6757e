// The demo cards: clicked or dragged onto the reader, phones shown to the scanner.
import { $, calm, hand, make, t, uiLanguage } from "./page.js";

const DRAG = 7; // pixels before a press becomes a drag
let cards = [];
let lying = null;
let chosen = 0;

// "王小明：金卡，…" and "Wang: gold, …": the name, and what is to be known.
function split(label) {
  const [name, ...rest] = label.split(/[：:]\s*/);
  return [name, rest.join(": ")];
}

function face(card, clone = false) {
  const [name, about] = split(uiLanguage() === "en" ? card.en : card.zh);
  const inside = [
    make("span", { className: "chip", ariaHidden: "true" }),
    make("span", { className: "name", textContent: name }),
    make("span", { className: "about", textContent: about }),
  ];
  const one = make("button", {
    type: "button",
    className: `card ${card.form}`,
    dataset: { card: card.name, look: card.look },
  }, ...inside);
  if (!clone) one.title = about ? `${name}: ${about}` : name;
  return one;
}

export function use(name) {
  hand(name === lying ? { do: "lift" } : { do: "lay", card: name });
}

export function renderWallet(scene, news, first) {
  if (!("wallet" in news || "card" in news || first)) return;
  const before = lying;
  cards = scene.wallet ?? [];
  lying = scene.card ?? null;
  const focused = document.activeElement?.dataset?.card;
  $("cards").replaceChildren(...cards.map((card, index) => {
    const one = face(card);
    one.tabIndex = index === chosen ? 0 : -1;
    one.ariaPressed = String(card.name === lying);
    return one;
  }));
  const onPad = cards.find((card) => card.name === lying);
  $("lying").replaceChildren(...(onPad ? [face(onPad, true)] : []));
  $("pad").classList.toggle("taken", Boolean(onPad));
  if (focused) find(focused)?.focus({ preventScroll: true });
  if (onPad && before !== lying && !first) land($("lying").firstChild, find(lying));
}

const find = (name) => $("cards").querySelector(`[data-card="${CSS.escape(name)}"]`);

// The card flies from where it was to where it lies.
let dropped = null;
function land(card, slot) {
  const from = dropped ?? slot?.getBoundingClientRect();
  dropped = null;
  if (calm() || !from) return;
  const to = card.getBoundingClientRect();
  const dx = from.x + from.width / 2 - to.x - to.width / 2;
  const dy = from.y + from.height / 2 - to.y - to.height / 2;
  card.animate(
    [{ transform: `translate(${dx}px, ${dy}px) scale(${from.width / to.width})` }, { transform: "none" }],
    { duration: 260, easing: "cubic-bezier(.2,.8,.3,1)" },
  );
}

// A phone comes up to the scanner and goes back.
export function showPhone(name) {
  const card = cards.find((one) => one.name === name);
  if (!card) return;
  const phone = face(card, true);
  phone.tabIndex = -1;
  $("shown").replaceChildren(phone);
  $("scanner").classList.add("reading");
  setTimeout(() => {
    phone.remove();
    $("scanner").classList.remove("reading");
  }, 1300);
}

// --- hands -----------------------------------------------------------------------------------

let grip = null;
let ignoreClick = false;

function target(card) {
  return card.form === "phone" ? $("scanner") : $("pad");
}

function over(element, event) {
  const box = element.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
}

function take(event) {
  const button = event.target.closest(".card");
  // a finger scrolls; it taps a card instead of dragging it
  if (!button || event.button !== 0 || event.pointerType === "touch") return;
  ignoreClick = false;
  const card = cards.find((one) => one.name === button.dataset.card);
  grip = { card, button, x: event.clientX, y: event.clientY, ghost: null };
}

function drag(event) {
  if (!grip) return;
  const far = Math.hypot(event.clientX - grip.x, event.clientY - grip.y) > DRAG;
  if (!grip.ghost && !far) return;
  if (!grip.ghost) {
    const box = grip.button.getBoundingClientRect();
    grip.offset = [grip.x - box.x, grip.y - box.y];
    grip.ghost = face(grip.card, true);
    grip.ghost.classList.add("ghost");
    grip.ghost.style.width = `${box.width}px`;
    grip.button.classList.add("gone");
    document.body.append(grip.ghost);
    target(grip.card).classList.add("wanted");
  }
  event.preventDefault();
  grip.ghost.style.left = `${event.clientX - grip.offset[0]}px`;
  grip.ghost.style.top = `${event.clientY - grip.offset[1]}px`;
  target(grip.card).classList.toggle("near", over(target(grip.card), event));
}

function release(event) {
  if (!grip) return;
  const { card, button, ghost } = grip;
  grip = null;
  if (!ghost) return;
  ignoreClick = true;
  const place = target(card);
  const hit = event.type === "pointerup" && over(place, event);
  if (hit) dropped = ghost.getBoundingClientRect();
  ghost.remove();
  button.classList.remove("gone");
  place.classList.remove("wanted", "near");
  if (hit && card.name !== lying) hand({ do: "lay", card: card.name });
  if (!hit && card.name === lying) hand({ do: "lift" });
}

for (const place of [$("cards"), $("lying")]) {
  place.addEventListener("pointerdown", take);
  place.addEventListener("dragstart", (event) => event.preventDefault());
  place.addEventListener("click", (event) => {
    const button = event.target.closest(".card");
    if (button && !ignoreClick) use(button.dataset.card);
    ignoreClick = false;
  });
}
document.addEventListener("pointermove", drag);
document.addEventListener("pointerup", release);
document.addEventListener("pointercancel", release);

// One tab stop for the whole wallet; arrows go from card to card.
$("cards").addEventListener("keydown", (event) => {
  const all = [...$("cards").children];
  const now = all.indexOf(event.target.closest(".card"));
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : now + (step ?? NaN);
  if (now < 0 || !all[next]) return;
  event.preventDefault();
  all[now].tabIndex = -1;
  chosen = next;
  all[next].tabIndex = 0;
  all[next].focus();
});

$("code").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text) hand({ do: "scan", text });
  $("text").select();
});

export const relabel = (scene) => {
  renderWallet(scene, {}, true);
  $("cards").ariaLabel = t().wallet;
};
