// Shows /casino/live. Each message is the whole view, so a lost message does not matter.
const RETRY_MS = 2000;

const by = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const rate = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const inEuros = (cents) => money.format(cents / 100);

function open() {
  const view = new EventSource("/casino/live");
  view.onmessage = (event) => told(JSON.parse(event.data));
  view.onerror = () => {
    view.close();
    away();
  };
}

async function away() {
  say("", "No answer from this process. Retrying…");
  document.body.classList.add("stale");
  // The page redirects to /sign-in when the session has ended.
  const page = await fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (page?.type === "opaqueredirect") location.reload();
  setTimeout(open, RETRY_MS);
}

function told(view) {
  document.body.classList.remove("stale");
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
  by("events_total").textContent = whole.format(figures.events_total);
  by("events_per_minute").textContent = rate.format(figures.events_per_minute);
  by("events_per_second_moving_average").textContent = rate.format(figures.events_per_second_moving_average);
  leaders("bets", bets, whole.format);
  leaders("wins", wins, whole.format);
  leaders("deposits", deposits, inEuros);
  chart(seconds);
  by("nothing").hidden = latest.length > 0;
  by("latest").hidden = latest.length === 0;
  by("latest").replaceChildren(...latest.map((event) => row(
    make("span", event.type.replace("_", " "), "word"), make("p", event.description ?? `Event ${event.id}`))));
}

function leaders(id, tops, text) {
  if (tops.length === 0) return;
  by(id).replaceChildren(...tops.map(({ id: player, count }) => {
    const meter = make("meter");
    meter.max = Number(tops[0].count);
    meter.value = Number(count);
    meter.setAttribute("aria-hidden", "true");
    return row(make("span", `Player ${player}`), meter, make("span", text(count)));
  }));
}

function chart(seconds) {
  const most = Math.max(1, ...seconds);
  const last = seconds.length - 1;
  const points = seconds.map((events, at) => `${(at * 120 / last).toFixed(2)},${(40 - 39 * events / most).toFixed(2)}`);
  by("area").setAttribute("d", `M0,40L${points.join("L")}L120,40Z`);
  by("most").textContent = `${whole.format(most)} at most`;
  by("now").textContent = `now: ${whole.format(seconds[last])}`;
}

function row(...parts) {
  const made = make("li");
  made.append(...parts);
  return made;
}

function make(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

open();
