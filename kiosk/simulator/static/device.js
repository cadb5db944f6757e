// The kiosk itself: glass, lamps, buzzer, buttons.
import { $, hand, recall, remember, t } from "./page.js";

const LIT = [190, 236, 255];
const canvas = $("oled");
const pen = canvas.getContext("2d", { willReadFrequently: true });

function draw(frame) {
  const { width, height } = frame ?? { width: 128, height: 64 };
  canvas.width = width;
  canvas.height = height;
  if (!frame) return;
  const bytes = Uint8Array.from(atob(frame.bits), (c) => c.charCodeAt(0));
  const stride = Math.ceil(width / 8);
  const image = pen.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bytes[y * stride + (x >> 3)] & (0x80 >> (x & 7))) image.data.set([...LIT, 255], (y * width + x) * 4);
    }
  }
  pen.putImageData(image, 0, 0);
}

// A pixel of the display is a whole number of the screen's own pixels, or the letters blur.
export function fit() {
  const glass = $("glass");
  const style = getComputedStyle(glass);
  const room = glass.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const ratio = window.devicePixelRatio || 1;
  const scale = Math.min(5, Math.max(1, Math.floor((room * ratio) / canvas.width) / ratio));
  const oled = canvas.parentElement.style;
  oled.setProperty("--pixel", `${scale}px`);
  oled.setProperty("--gap", scale * ratio < 3 ? "0px" : `${1 / ratio}px`);
  canvas.style.width = `${canvas.width * scale}px`;
  canvas.style.height = `${canvas.height * scale}px`;
}

const timeless = (lines) => lines.filter((line) => !/^\d{1,2}:\d\d$/.test(line)).join("\n");
let heard = "";
let pause = 0;

// Read out once it has settled; not again each minute because the clock went on.
function readOut(lines, language) {
  canvas.ariaLabel = lines.length ? lines.join("\n") : t().dark;
  const live = $("screen");
  live.lang = language;
  if (timeless(lines) === heard) return;
  clearTimeout(pause);
  pause = setTimeout(() => {
    heard = timeless(lines);
    live.textContent = lines.join("\n");
  }, 150);
}

export function renderDevice(scene, news) {
  if ("frame" in news) { draw(scene.frame); fit(); }
  const dark = !scene.frame;
  const live = Boolean(scene.switches?.power) && scene.phase !== "preparing";
  $("device").classList.toggle("off", !live);
  $("glass").classList.toggle("dark", dark);
  $("glass").classList.toggle("dimmed", !dark && Boolean(scene.dimmed));
  $("device").dataset.screen = scene.screen;
  readOut(dark ? [] : scene.lines, scene.language);
  $("lamps").dataset.lamp = scene.lamp;
  $("lamp-word").textContent = t().lamp[scene.lamp] ?? scene.lamp;
  $("pad").classList.toggle("off", !(live && scene.switches.reader));
}

// --- buzzer --------------------------------------------------------------------------------

// [hertz, start, seconds]
const SOUNDS = {
  tap: [[2300, 0, 0.07]],
  ok: [[1300, 0, 0.09], [1950, 0.11, 0.16]],
  refused: [[320, 0, 0.16], [320, 0.22, 0.22]],
};
let audio = null;
let loud = recall("sound", "on") === "on";

export function playSound(name) {
  const holes = $("holes");
  holes.dataset.sound = name;
  holes.classList.remove("sounding");
  void holes.offsetWidth; // restarts the animation
  holes.classList.add("sounding");
  if (!loud || !audio) return;
  for (const [hertz, start, seconds] of SOUNDS[name] ?? SOUNDS.tap) {
    const from = audio.currentTime + start;
    const tone = new OscillatorNode(audio, { type: "square", frequency: hertz });
    const level = new GainNode(audio, { gain: 0 });
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.06, from + 0.006);
    level.gain.setValueAtTime(0.06, from + seconds - 0.012);
    level.gain.linearRampToValueAtTime(0, from + seconds);
    tone.connect(level).connect(audio.destination);
    tone.start(from);
    tone.stop(from + seconds);
  }
}

// A browser lets a page sound only after somebody has touched it.
function wake() {
  if (!window.AudioContext) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake);

$("sound").ariaPressed = String(loud);
$("sound").addEventListener("click", () => {
  loud = !loud;
  remember("sound", loud ? "on" : "off");
  $("sound").ariaPressed = String(loud);
});

// --- buttons and keys ------------------------------------------------------------------------

const HELD = 1000; // ms, as at the kiosk's own button

// C may be held down: told after a second, and then letting go is no press.
const back = document.querySelector('[data-button="C"]');
let holding = 0;
let held = false;

function holdBack() {
  clearTimeout(holding);
  held = false;
  back.classList.add("down");
  holding = setTimeout(() => {
    holding = 0;
    held = true;
    back.classList.add("held");
    hand({ do: "hold" });
  }, HELD);
}

function letGo() {
  clearTimeout(holding);
  holding = 0;
  back.classList.remove("down", "held");
}

back.addEventListener("pointerdown", (event) => { if (event.button === 0) holdBack(); });
for (const kind of ["pointerup", "pointerleave", "pointercancel"]) back.addEventListener(kind, letGo);
back.addEventListener("contextmenu", (event) => event.preventDefault());
window.addEventListener("blur", letGo);

for (const button of document.querySelectorAll("[data-button]")) {
  button.addEventListener("click", (event) => {
    const done = held && button === back && event.detail > 0; // 0 is a click without a pointer
    held = false;
    if (!done) hand({ do: "press", button: button.dataset.button });
  });
}

let shortcuts = recall("keys", "on") === "on";
$("keys").ariaPressed = String(shortcuts);
$("keys").addEventListener("click", () => {
  shortcuts = !shortcuts;
  remember("keys", shortcuts ? "on" : "off");
  $("keys").ariaPressed = String(shortcuts);
});

function pressed(event) {
  // while a Chinese input method listens, `key` is "Process"
  const key = event.key === "Process" ? event.code.replace("Key", "") : event.key;
  return key.length === 1 ? key.toUpperCase() : key;
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || $("reading").open) return;
  const key = pressed(event);
  if (key === "Escape") hand({ do: "lift" });
  if (!shortcuts || event.target.closest?.("input, textarea, select")) return;
  const button = document.querySelector(`[data-button="${CSS.escape(key)}"]`);
  if (!button) return;
  if (button === back) {
    holdBack();
    return;
  }
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 140);
  hand({ do: "press", button: key });
});

document.addEventListener("keyup", (event) => {
  if (pressed(event) !== "C") return;
  const short = holding !== 0;
  letGo();
  if (short) hand({ do: "press", button: "C" });
});
