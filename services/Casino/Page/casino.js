// Each message is the whole view, so a lost message does not matter.
const by = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const rate = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const inEuros = (cents) => money.format(cents / 100);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function say(className, text) {
  by("state").className = `state ${className}`;
  by("said").textContent = text;
}

function figure(id, top, count) {
  by(id).replaceChildren(...(top ? [`Player ${top.id} `, element("small", count(top.count))] : ["–"]));
}

function leaders(id, tops, count) {
  const most = Number(tops[0]?.count ?? 1) || 1;
  by(id).replaceChildren(...tops.map((top) => {
    const item = element("li");
    const meter = element("meter");
    meter.max = most;
    meter.value = Number(top.count);
    item.append(element("span", `Player ${top.id}`), element("span", count(top.count)), meter);
    return item;
  }));
}

function chart(seconds) {
  const most = Math.max(1, ...seconds);
  const width = seconds.length - 1;
  const points = seconds.map((events, at) => `${(at * 120 / width).toFixed(2)},${(39 - 37 * events / most).toFixed(2)}`);
  by("line").setAttribute("d", `M${points.join("L")}`);
  by("area").setAttribute("d", `M0,40L${points.join("L")}L120,40Z`);
  by("most").textContent = `${whole.format(most)} at most`;
  by("now").textContent = `now: ${whole.format(seconds[width])}`;
}

function show(view) {
  const { figures } = view;
  by("events_total").textContent = whole.format(figures.events_total);
  by("events_per_minute").textContent = rate.format(figures.events_per_minute);
  by("events_per_second_moving_average").textContent = rate.format(figures.events_per_second_moving_average);
  figure("top_player_bets", figures.top_player_bets, whole.format);
  figure("top_player_wins", figures.top_player_wins, whole.format);
  figure("top_player_deposits", figures.top_player_deposits, inEuros);
  leaders("bets", view.bets, whole.format);
  leaders("wins", view.wins, whole.format);
  leaders("deposits", view.deposits, inEuros);
  chart(view.seconds);
  by("nothing").hidden = view.latest.length > 0;
  by("latest").replaceChildren(...view.latest.map((event) => element("li", event.description ?? `Event ${event.id}`, event.type)));
}

function told(view) {
  if (view) {
    say("live", "Live");
    show(view);
  } else {
    say("", "Another process counts, or the stream has not been reached yet");
  }
}

// An EventSource cannot send a key.
async function follow(key) {
  const answer = await fetch("/casino/live", { cache: "no-store", headers: key ? { Authorization: `Bearer ${key}` } : {} });
  if (answer.status === 401 || answer.status === 403) return answer.json();
  if (!answer.ok) throw new Error(answer.statusText);
  by("ask").hidden = true;
  const parts = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { value, done } = await parts.read();
    if (done) throw new Error("The process has stopped");
    const messages = (text + value).split("\n\n");
    text = messages.pop();
    if (messages.length > 0) told(JSON.parse(messages.at(-1).slice("data: ".length)));
  }
}

// The key is kept until this tab is closed.
const kept = "casino.key";

async function live() {
  while (true) {
    const key = sessionStorage.getItem(kept);
    const refusal = await follow(key).catch(() => null);
    if (refusal) {
      say("", "A key is required");
      by("refused").textContent = key ? refusal.detail : "";
      by("ask").hidden = false;
      return;
    }
    say("away", "No answer from this process. Trying again …");
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

by("ask").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  sessionStorage.setItem(kept, by("key").value.trim());
  live();
});

live();
