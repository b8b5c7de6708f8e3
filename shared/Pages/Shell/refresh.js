// Replaces the elements marked with data-live by their current state every two seconds, while the page is visible and nobody has anything
// selected in it.
const PERIOD_MS = 2000;
const main = document.getElementById("main");

async function refresh() {
  if (document.hidden || String(getSelection())) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]"))
      part.replaceChildren(...(next.getElementById(part.id)?.childNodes ?? []));
    document.title = next.title;
    main.classList.remove("stale");
  } catch {
    document.title = "away · RideIngest";
    main.classList.add("stale");
  }
}

setInterval(refresh, PERIOD_MS);
