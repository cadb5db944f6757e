// Slips: one hangs from the printer, those torn off lie on the counter.
import { $, calm, hand, make, t, tell } from "./page.js";

const picture = (slip) => make("img", {
  src: `slips/${slip.id}.png`, alt: slip.lines.map((line) => line.trim()).join("\n"), draggable: false,
});

function read(slip) {
  const big = $("reading").querySelector("img");
  big.src = `slips/${slip.id}.png`;
  big.alt = slip.lines.map((line) => line.trim()).join("\n");
  $("reading").showModal();
}

function paper(slip) {
  const one = make("button", {
    type: "button", className: "slip", title: t().read_slip, dataset: { slip: slip.id },
  }, picture(slip));
  one.addEventListener("click", () => read(slip));
  return one;
}

// Line by line, as a thermal printer feeds.
async function feed(one, lines) {
  const image = one.querySelector("img");
  try { await image.decode(); } catch { return; }
  if (calm() || !one.isConnected) return;
  const height = one.offsetHeight;
  $("printer").classList.add("printing");
  const steps = lines + 4;
  await one.animate(
    [{ marginBottom: `${-height}px` }, { marginBottom: "0px" }],
    { duration: steps * 55, easing: `steps(${steps})` },
  ).finished.catch(() => {});
  $("printer").classList.remove("printing");
}

let hanging = null;
let seen = true;

// On a phone the printer may be out of sight.
new IntersectionObserver(([entry]) => {
  seen = entry.isIntersecting;
  $("to-slip").hidden = hanging === null || seen;
}).observe($("printer"));

export function renderPaper(scene, news, first) {
  if ("slips" in news || first) renderSlips(scene, first);
  const { power, paper: loaded, cover, answers } = scene.switches ?? {};
  const live = power && scene.phase !== "preparing";
  $("printer-word").textContent = !live ? t().lamp.off
    : !cover ? t().cover_open : !loaded ? t().paper[2] : !answers ? t().hangs : t().lamp.ready;
  $("printer").classList.toggle("open", cover === false);
  $("printer").classList.toggle("trouble", [cover, loaded, answers].includes(false));
  $("printer").classList.toggle("off", !live);
}

function renderSlips(scene, first) {
  const slips = scene.slips ?? [];
  const now = slips.find((slip) => !slip.torn) ?? null;
  if (first || now?.id !== hanging) {
    $("feed").replaceChildren(...(now ? [paper(now)] : []));
    if (now && !first) {
      feed($("feed").firstChild, now.lines.length);
      tell(t().slip_printed);
    }
    hanging = now?.id ?? null;
  }
  $("tear").ariaDisabled = String(!now); // still focusable: the focus is not lost with the slip
  $("to-slip").hidden = hanging === null || seen;
  const torn = slips.filter((slip) => slip.torn).reverse();
  $("slips").replaceChildren(...torn.map((slip) => make("li", {}, paper(slip))));
  $("no-slips").hidden = torn.length > 0;
  $("sweep").hidden = torn.length === 0;
}

$("to-slip").addEventListener("click", (event) => {
  event.preventDefault();
  $("printer").scrollIntoView({ block: "end", behavior: calm() ? "auto" : "smooth" });
});
$("tear").addEventListener("click", () => hand({ do: "tear" }));
$("sweep").addEventListener("click", () => {
  hand({ do: "sweep" });
  $("pile-title").focus();
});
$("reading").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) event.currentTarget.close();
});
