// The page: listens to the scene and has every part drawn.
import { fit, playSound, renderDevice } from "./device.js";
import { $, hand, make, setLanguage, t, toggleLanguage, uiLanguage } from "./page.js";
import { renderPaper } from "./paper.js";
import { relabel, renderWallet, showPhone } from "./wallet.js";

const SWITCHES = ["power", "network", "central", "paper", "cover", "answers", "reader", "display"];
const scene = { lines: [], switches: {}, slips: [], lamp: "off" };
let connected = false;
let complaint = "";

function render(news, first = false) {
  renderDevice(scene, news);
  renderWallet(scene, news, first);
  renderPaper(scene, news, first);
  renderSwitches();
  if (first || "pages" in news) renderPages();
  if (first || "admin" in news || "switches" in news) renderAdmin();
  renderStatus();
}

// --- the kiosks of the shop --------------------------------------------------------------------

function renderPages() {
  $("pages").replaceChildren(...Object.entries(scene.pages ?? {}).map(([href, terminal]) => {
    const link = make("a", { href, textContent: t().terminal[terminal] });
    if (terminal === scene.terminal) link.ariaCurrent = "page";
    return link;
  }));
  if (scene.terminal) document.title = `${t().terminal[scene.terminal]} · ${t().title}`;
}

// --- switches ----------------------------------------------------------------------------------

// the reader and the display have names of their own: "reader" is also what the pad is called
const words = (name) => t()[{ reader: "readerplug", display: "displayplug" }[name] ?? name];

function buildSwitches() {
  $("switches").replaceChildren(...SWITCHES.map((name) => {
    const one = make("button", { type: "button", className: "switch", role: "switch", dataset: { switch: name } },
      make("span", { className: "what" }), make("span", { className: "how" }),
      make("span", { className: "lever", ariaHidden: "true" }));
    one.addEventListener("click", () => {
      hand({ do: "turn", switch: name, on: one.ariaChecked !== "true" });
    });
    return make("li", {}, one);
  }));
}

function renderSwitches() {
  for (const one of $("switches").querySelectorAll(".switch")) {
    const on = scene.switches[one.dataset.switch] ?? true;
    const [what, yes, no] = words(one.dataset.switch);
    one.ariaChecked = String(on);
    one.querySelector(".what").textContent = what;
    one.querySelector(".how").textContent = on ? yes : no;
  }
}

// --- admin -------------------------------------------------------------------------------------

function renderAdmin() {
  const admin = scene.admin;
  if (!admin) {
    const down = scene.switches.central === false;
    $("admin").replaceChildren(make("p", { textContent: down ? t().admin_down : t().admin_wait }));
    return;
  }
  const links = [[admin.desk, t().open_desk], [admin.url, t().open_admin]].map(([href, textContent]) => {
    const link = make("a", { href, target: "_blank", rel: "noopener", textContent });
    link.append(make("span", { className: "unseen", textContent: ` (${t().new_tab})` }));
    return link;
  });
  $("admin").replaceChildren(...links, make("dl", {},
    make("dt", { textContent: t().user }), make("dd", { textContent: admin.user }),
    make("dt", { textContent: t().password }), make("dd", { textContent: admin.password })));
}

// --- status ------------------------------------------------------------------------------------

function status() {
  const { standing, acked, switches } = scene;
  if (!connected) return ["lost", t().lost];
  if (scene.phase === "preparing") return ["busy", t().opening];
  if (switches.power === false) return ["lost", t().no_power];
  if (!standing) return ["busy", t().starting];
  // the shop's time, as on the kiosk's own display
  const at = acked && new Date(new Date(acked.at).getTime() + standing.offset * 60_000);
  const time = at && at.toISOString().slice(11, 19);
  return [standing.online ? "online" : "offline", [
    standing.online ? t().online : t().offline,
    t().waiting(standing.waiting),
    acked ? t().acked(acked.seq, time) : t().none_acked,
  ].join(" · ")];
}

function notice() {
  if (complaint) return complaint;
  if (scene.phase === "closed") return t().closed;
  if (scene.phase === "failed") return t().failed(scene.failure);
  if (scene.phase === "preparing" && connected) return t().preparing;
  if (scene.fallen?.length) return t().fallen(scene.fallen.join(", "), scene.logs);
  return "";
}

function renderStatus() {
  const [kind, text] = status();
  $("status").dataset.kind = kind;
  $("status-text").textContent = text;
  const words = notice();
  if ($("notice").textContent !== words) $("notice").textContent = words;
  $("notice").hidden = !words;
  document.body.dataset.phase = scene.phase ?? "";
}

document.addEventListener("refused", (event) => {
  complaint = t().refused(event.detail);
  renderStatus();
  setTimeout(() => { complaint = ""; renderStatus(); }, 5000);
});

// --- the connection ----------------------------------------------------------------------------

let source = null;

function listen() {
  source?.close();
  source = new EventSource("events");
  let first = true;
  source.addEventListener("open", () => { connected = true; first = true; });
  source.addEventListener("error", () => { connected = false; renderStatus(); });
  source.addEventListener("scene", (event) => {
    const news = JSON.parse(event.data);
    Object.assign(scene, news);
    connected = true;
    render(news, first);
    first = false;
    document.body.dataset.live = "yes";
  });
  source.addEventListener("cue", (event) => {
    const cue = JSON.parse(event.data);
    if (cue.sound) playSound(cue.sound);
    if (cue.shown) showPhone(cue.shown);
  });
}

// A browser opens six connections to one host in all its tabs: a hidden page gives its own back.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close();
  else listen();
});

$("language").addEventListener("click", () => {
  toggleLanguage();
  relabel(scene);
  render(scene, true);
});

new ResizeObserver(fit).observe($("glass"));
// zooming, or another screen, changes the pixels and perhaps not the size
function watchRatio() {
  const here = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  here.addEventListener("change", () => { fit(); watchRatio(); }, { once: true });
}
watchRatio();
setLanguage(uiLanguage());
buildSwitches();
render(scene, true);
fit();
listen();
