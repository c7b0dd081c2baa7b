// A thin desk: a browser of another computer. When the server goes it says so within ten seconds, and keeps the form. ES2015.
(function () {
  "use strict";
  const band = document.getElementById("away");
  if (!band || !window.fetch) return;
  const EVERY = 2500;
  const PATIENCE = 2500;
  let gone = false;
  // One question, with an end of its own: a server whose cable was pulled does not refuse, it is silent.
  const ask = () => new Promise((told) => {
    const end = setTimeout(() => told(false), PATIENCE);
    fetch(band.dataset.alive, { credentials: "omit", cache: "no-store" })
      .then((answer) => answer.ok, () => false)
      .then((is) => { clearTimeout(end); told(is); });
  });
  const show = (is) => {
    if (is === gone) return;
    gone = is;
    band.hidden = !is;
    document.getElementById("away-back").hidden = is;
    document.body.classList.toggle("server-away", is);
  };
  const look = () => ask().then((is) => is || ask()).then((is) => {
    show(!is);
    setTimeout(look, EVERY);
  });
  // A form that is sent into nothing would leave an error page in place of what was typed.
  document.addEventListener("submit", (event) => {
    if (!gone) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    delete event.target.dataset.sent;
    band.scrollIntoView();
    band.focus();
  }, true);
  // Neither may a link, nor a page that renews itself, take it away.
  document.addEventListener("click", (event) => {
    const link = gone && event.target.closest && event.target.closest("a[href]");
    if (link && !link.hash) { event.preventDefault(); band.focus(); }
  }, true);
  window.addEventListener("beforeunload", (event) => { if (gone) event.preventDefault(); });
  band.querySelector("button").addEventListener("click", () => window.print());
  setTimeout(look, EVERY);
}());
