// The page of a start that goes on: what is being done renews itself, and the next page comes when it is there. ES2015.
(function () {
  "use strict";
  const live = document.querySelector("[data-step]");
  if (!live) return;
  if (!window.fetch || !window.DOMParser) {
    setTimeout(() => location.reload(), 1000);
    return;
  }
  const look = () => fetch(location.href, { credentials: "same-origin", cache: "no-store" })
    .then((answer) => answer.text())
    .then((text) => {
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-step]");
      if (!fresh) location.reload();
      else if (fresh.textContent !== live.textContent) live.textContent = fresh.textContent;
    }).catch(() => null).then(() => setTimeout(look, 1000));
  setTimeout(look, 1000);
}());
