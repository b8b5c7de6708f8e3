// Parts of pages that show a stream of server-sent events.
const SILENCE_MS = 5000;
const RETRY_MS = 2000;

export const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format;
export const clock = (date) => date.toLocaleTimeString([], { hour12: false });

/** Shows each message of a stream while the page is visible. A silent stream makes the page stale, and is opened again. */
export function follow(url, { show, away, events = {} }) {
  let stream = null;
  let watchdog = 0;

  function open() {
    close();
    if (document.hidden) return;
    stream = new EventSource(url);
    for (const [name, hear] of Object.entries(events)) stream.addEventListener(name, (event) => hear(JSON.parse(event.data)));
    stream.onmessage = (event) => {
      expect(lost, SILENCE_MS);
      document.body.classList.remove("stale");
      show(JSON.parse(event.data));
    };
    stream.onerror = lost;
    expect(lost, SILENCE_MS);
  }

  function close() {
    clearTimeout(watchdog);
    stream?.close();
    stream = null;
  }

  function expect(next, ms) {
    clearTimeout(watchdog);
    watchdog = setTimeout(next, ms);
  }

  async function lost() {
    close();
    expect(open, RETRY_MS);
    document.body.classList.add("stale");
    document.title = "away · RideIngest";
    away();
    // The page redirects to /sign-in when the session has ended.
    const page = await fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (page?.type === "opaqueredirect") location.reload();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

/** Shows items as entries of a list. What has not changed is left alone, so that a selection in it stays. */
export function list(place, items, line, none) {
  const content = JSON.stringify(items);
  if (place.dataset.shown === content) return;
  place.dataset.shown = content;
  place.replaceChildren(...(items.length === 0 ? [make("li", "none", none)] : items.map((item) => {
    const entry = make("li");
    entry.append(...line(item));
    return entry;
  })));
}

export function make(name, className = "", content = "") {
  return Object.assign(document.createElement(name), { className, textContent: content });
}

export function duration(seconds) {
  if (seconds === null) return "–";
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min`;
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  const ms = seconds * 1000;
  return `${ms.toFixed(ms >= 10 ? 0 : ms >= 1 ? 1 : 2)} ms`;
}
