// Shows the updates of /rides/stream while the page is visible.
import { Chart, rateText, total } from "/pages/chart.js";
import { clock, duration, follow, list, make, whole } from "/pages/live.js";

// In the order of a sample in the stream.
const OUTCOMES = ["stored", "duplicate", "conflict", "invalid", "failed", "accepted"];
const FROM_THE_BOTTOM = ["stored", "accepted", "duplicate", "conflict", "invalid", "failed"];

const $ = (id) => document.getElementById(id);
const outcomes = FROM_THE_BOTTOM.map((name) => ({ name, index: OUTCOMES.indexOf(name) }));
const chart = new Chart($("chart"), outcomes);
const legend = outcomes.map((outcome) => legendEntry(outcome));

let lastHeard = new Date();

function away() {
  $("away").textContent = `No answer from this process since ${clock(lastHeard)}. The page shows the state of that time; reconnecting…`;
  $("away").hidden = false;
}

function show(state) {
  lastHeard = new Date();
  $("away").hidden = true;

  chart.add(state.second);
  const rate = rateText(total(state.second));
  text("rate", rate);
  document.title = `${rate}/s · RideIngest`;
  legend.forEach((entry) => entry(state));
  const empty = state.answered.every((count) => count === 0);
  $("first").hidden = !empty;
  $("chart").classList.toggle("empty", empty);

  text("stored", whole(state.stored));
  text("backlog", state.backlog === null ? "?" : whole(state.backlog));
  text("backlog-note", state.backlog > 0 && state.oldest >= 1 ? `frames wait, the oldest for ${duration(state.oldest)}` : "frames wait in the stream");
  text("p50", duration(state.p50));
  text("p99", duration(state.p99));
  text("p99-note", waiting(state.waiting));

  list($("failures"), state.failures, failureLine, "None.");
  list($("instances"), state.instances, (instance) => instanceLine(instance, state.instance), "None: records are accepted, but not stored yet.");
  html("state", state.state);
  html("status", state.page);
}

function legendEntry({ name, index }) {
  const [entry, label, rate, count] = [make("li", name), make("span"), make("b"), make("small")];
  label.append(make("i"), name);
  entry.append(label, rate, count);
  $("legend").append(entry);
  return (state) => {
    rate.textContent = rateText(state.second[index + 1]);
    count.textContent = whole(state.answered[index]);
    entry.classList.toggle("none", state.answered[index] === 0);
  };
}

function failureLine({ at, kind, id, status, error }) {
  const time = make("time", "", clock(new Date(at)));
  time.dateTime = new Date(at).toISOString();
  return [make("b", `word ${status}`, status), make("span", "name", id === null ? kind : `${kind} ${id}`), time, make("p", "", error ?? "")];
}

function instanceLine({ name, can_store, reason, backlog, drain_per_second, silent }, here) {
  const gone = silent > 3;
  const [word, state] = gone ? ["silent", "failed"] : can_store ? ["stores", "stored"] : ["cannot store", "failed"];
  const said = gone ? `Silent for ${silent} s.` : reason ?? `${rateText(drain_per_second)} frames/s leave the stream, ${whole(backlog)} wait`;
  return [make("b", `word ${state}`, word), make("span", "name", name), make("small", "", name === here ? "this process" : ""), make("p", "", said)];
}

function html(id, value) {
  if (value === null || $(id).dataset.shown === value) return;
  $(id).innerHTML = $(id).dataset.shown = value;
}

function text(id, value) {
  if ($(id).textContent !== value) $(id).textContent = value;
}

function waiting(senders) {
  if (senders === 0) return "last ten seconds";
  return senders === 1 ? "1 sender waits now" : `${whole(senders)} senders wait now`;
}

// Browsers block the clipboard on pages from other machines without TLS.
$("copy").hidden = !navigator.clipboard;
$("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("command").textContent);
  text("copy", "Copied");
});
follow("/rides/stream", { show, away, events: { history: (seconds) => chart.begin(seconds) } });
