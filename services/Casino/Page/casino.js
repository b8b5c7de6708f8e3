// Shows /casino/live. Each message is the whole view, so a lost message does not matter.
import { Chart } from "/pages/chart.js";
import { follow, list, make, whole } from "/pages/live.js";

const by = (id) => document.getElementById(id);
const rate = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const inEuros = (cents) => money.format(cents / 100);
const chart = new Chart(by("chart"), [{ name: "events", index: 0 }]);

function told(view) {
  document.title = "Casino · RideIngest";
  if (view) {
    say("ready", "Live");
    show(view);
  } else {
    say("degraded", "Another process counts, or the stream has not been reached yet");
  }
}

function say(status, text) {
  by("state").className = `state ${status}`;
  by("said").textContent = text;
}

function show({ figures, seconds, bets, wins, deposits, latest }) {
  by("events_total").textContent = whole(figures.events_total);
  by("events_per_minute").textContent = rate.format(figures.events_per_minute);
  by("events_per_second_moving_average").textContent = rate.format(figures.events_per_second_moving_average);
  leaders("bets", bets, whole);
  leaders("wins", wins, whole);
  leaders("deposits", deposits, inEuros);
  const now = Date.now();
  chart.begin(seconds.map((events, at) => [now - (seconds.length - 1 - at) * 1000, events]));
  if (latest.length > 0) {
    list(by("latest"), latest, (event) => [
      make("span", "word", event.type.replace("_", " ")), make("p", "", event.description ?? `Event ${event.id}`)]);
  }
}

function leaders(id, tops, text) {
  if (tops.length === 0) return;
  list(by(id), tops, ({ id: player, count }) => {
    const meter = make("meter");
    meter.max = Number(tops[0].count);
    meter.value = Number(count);
    meter.setAttribute("aria-hidden", "true");
    return [make("span", "", `Player ${player}`), meter, make("span", "", text(count))];
  });
}

follow("/casino/live", { show: told, away: () => say("", "No answer from this process. Retrying…") });
