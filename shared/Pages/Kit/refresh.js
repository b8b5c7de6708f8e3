// Replaces the elements marked with data-live by their current state every two seconds, while the page is visible and nobody has anything
// selected in it. Those marked with data-live-hidden, such as forms that somebody may be filling in, are only hidden and shown.
const PERIOD_MS = 2000;
const FOCUSABLE = "a, button, [tabindex]";
const SCROLLED = ".scroll, pre";
const main = document.getElementById("main");

async function refresh() {
  if (document.hidden || String(getSelection())) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]"))
      replace(part, next.getElementById(part.id)?.childNodes ?? []);
    for (const part of document.querySelectorAll("[data-live-hidden]"))
      if (!part.contains(document.activeElement)) part.hidden = next.getElementById(part.id)?.hidden ?? true;
    document.title = next.title;
    main.classList.remove("stale");
  } catch {
    document.title = "away · RideIngest";
    main.classList.add("stale");
  }
}

// Keeps the keyboard focus and the scroll positions of tables and texts.
function replace(part, content) {
  const focused = [...part.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const scrolled = [...part.querySelectorAll(SCROLLED)].map((box) => [box.scrollLeft, box.scrollTop]);
  part.replaceChildren(...content);
  part.querySelectorAll(SCROLLED).forEach((box, at) => { [box.scrollLeft, box.scrollTop] = scrolled[at] ?? [0, 0]; });
  if (focused >= 0) part.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
}

setInterval(refresh, PERIOD_MS);
