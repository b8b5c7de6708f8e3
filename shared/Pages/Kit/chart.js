// A stacked chart of the last two minutes. Each second a column is added on the right, animated unless reduced motion is preferred.
import { make } from "./live.js";

const NS = "http://www.w3.org/2000/svg";
const WIDTH = 1200;
const HEIGHT = 300;
const SECONDS = 120;
const STEP = WIDTH / (SECONDS - 1);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
export const rateText = (rate) => number.format(rate >= 10 ? Math.round(rate) : rate);

export class Chart {
  #seconds = [];
  #layers;
  #group = svg("g");
  #image = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  #scale = make("div", "scale");
  #tip = make("div", "tip");
  #line = make("div", "line");
  #top = 1;

  /** @param outcomes from bottom to top: { name, index }, where index is the place of its rate in a sample after the time */
  constructor(place, outcomes) {
    this.#layers = outcomes.map((outcome) => ({ ...outcome, path: svg("path", { class: outcome.name }) }));
    this.#group.append(...this.#layers.map((layer) => layer.path));
    const grid = svg("path", { class: "grid", d: [0, 0.25, 0.5, 0.75, 1].map((y) => `M0 ${y * HEIGHT}H${WIDTH}`).join("") });
    this.#image.append(grid, this.#group);
    const times = make("div", "times");
    times.append(...["2 min ago", "1 min", "now"].map((text) => Object.assign(document.createElement("span"), { textContent: text })));
    const plot = make("div", "plot");
    plot.append(this.#image, this.#line, this.#tip, this.#scale);
    plot.addEventListener("pointermove", (event) => this.#point(event, plot));
    plot.addEventListener("pointerleave", () => this.#unpoint());
    place.prepend(plot, times);
    this.#unpoint();
    this.#draw();
  }

  begin(seconds) {
    this.#seconds = seconds.slice(-SECONDS);
    this.#draw();
  }

  /** Adds a sample. The first one may repeat the last sample of the history. */
  add(second) {
    if (this.#seconds.at(-1)?.[0] === second[0]) return;
    this.#seconds = [...this.#seconds, second].slice(-SECONDS);
    this.#draw();
    if (!calm.matches) this.#group.animate([{ transform: `translateX(${STEP}px)` }, { transform: "none" }], { duration: 1000, easing: "linear" });
  }

  #draw() {
    const seconds = this.#seconds;
    const totals = seconds.map(total);
    this.#top = nice(Math.max(4, ...totals));
    const x = (i) => (WIDTH - (seconds.length - 1 - i) * STEP).toFixed(1);
    const y = (value) => (HEIGHT * (1 - value / this.#top)).toFixed(1);
    let below = seconds.map(() => 0);
    for (const { path, index } of this.#layers) {
      const above = seconds.map((second, i) => below[i] + second[index + 1]);
      const edge = (values, from, to) => values.slice(from, to).map((value, i) => `${x(from + i)} ${y(value)}`);
      const areas = runs(seconds.map((second) => second[index + 1] > 0))
        .map(([from, to]) => `M${[...edge(above, from, to), ...edge(below, from, to).reverse()].join("L")}Z`);
      path.setAttribute("d", areas.join(""));
      below = above;
    }
    this.#scale.replaceChildren(...[1, 0.5, 0].map((share) => {
      const label = make("span");
      label.textContent = rateText(this.#top * share);
      label.style.top = `${(1 - share) * 100}%`;
      return label;
    }));
    this.#image.setAttribute("aria-label",
      `Per second, last two minutes: now ${rateText(totals.at(-1) ?? 0)}, at most ${rateText(Math.max(0, ...totals))}`);
  }

  #point(event, plot) {
    const box = plot.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const at = Math.round(share * (SECONDS - 1)) - (SECONDS - this.#seconds.length);
    const second = this.#seconds[at];
    if (!second) return this.#unpoint();
    const rows = this.#layers.filter(({ index }) => second[index + 1] > 0).reverse().map(({ name, index }) => {
      const row = make("div", name);
      row.append(make("i"), `${name} ${rateText(second[index + 1])}`);
      return row;
    });
    const time = make("b");
    time.textContent = new Date(second[0]).toLocaleTimeString([], { hour12: false });
    this.#tip.replaceChildren(time, ...rows);
    this.#tip.classList.toggle("left", share > 0.7);
    for (const part of [this.#tip, this.#line]) {
      part.hidden = false;
      part.style.left = `${share * 100}%`;
    }
  }

  #unpoint() {
    this.#tip.hidden = this.#line.hidden = true;
  }
}

export const total = (second) => second.slice(1).reduce((sum, rate) => sum + rate, 0);

/** The ranges with values, extended by one sample on each side, so that empty layers have no outline. */
function runs(some) {
  const found = [];
  some.forEach((is, i) => {
    if (!is) return;
    const run = found.at(-1);
    if (run && run[1] >= i) run[1] = i + 2;
    else found.push([Math.max(0, i - 1), i + 2]);
  });
  return found;
}

/** The next round number for the scale. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 6, 8, 10].find((factor) => factor * power >= value) * power;
}

function svg(name, attributes = {}) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
