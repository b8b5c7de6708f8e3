// Draws entries and exits per second, from the totals of /parking/statistics.
import { Chart } from "/pages/chart.js";

const chart = new Chart(document.getElementById("chart"), [{ name: "entries", index: 0 }, { name: "exits", index: 1 }]);
let last = null;

async function sample() {
  if (document.hidden) return;
  const answer = await fetch("/parking/statistics").catch(() => null);
  if (!answer?.ok) return;
  const { entries, exits } = await answer.json();
  const now = { at: Date.now(), entries: entries.received, exits: exits.received };
  if (last !== null) {
    const seconds = (now.at - last.at) / 1000;
    chart.add([now.at, Math.max(0, (now.entries - last.entries) / seconds), Math.max(0, (now.exits - last.exits) / seconds)]);
  }
  last = now;
}

setInterval(sample, 1000);
sample();
