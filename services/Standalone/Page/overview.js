// The changing part of the page is asked for again while somebody looks at it.
const status = document.getElementById("status");
const away = document.getElementById("away");

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/overview", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    const html = await answer.text();
    if (status.innerHTML !== html) status.innerHTML = html;
    away.hidden = true;
  } catch {
    away.hidden = false;
  }
}

async function keepRefreshing() {
  await refresh();
  setTimeout(keepRefreshing, 2000);
}

document.addEventListener("visibilitychange", refresh);
setTimeout(keepRefreshing, 2000);
