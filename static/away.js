// When the program goes that this page came from, it says so within ten seconds, and keeps the form. ES2015.
(function () {
  "use strict";
  const band = document.getElementById("away");
  if (!band || !window.fetch) return;
  const EVERY = 2500;
  const PATIENCE = 2500;
  const BUSY = 6000;  // before something is sent: a busy server is waited for, one that is gone refuses at once
  let gone = false;
  // One question, with an end of its own: a server whose cable was pulled does not refuse, it is silent.
  const ask = (patience) => new Promise((told) => {
    const end = setTimeout(() => told(false), patience);
    fetch(band.dataset.alive, { credentials: "omit", cache: "no-store" })
      .then(() => true, () => false)  // whatever it answers, it is there
      .then((is) => { clearTimeout(end); told(is); });
  });
  const show = (is) => {
    if (is === gone) return;
    gone = is;
    const back = !is && document.activeElement === band && left;
    band.hidden = !is;
    document.getElementById("away-back").hidden = is;
    document.body.classList.toggle("server-away", is);
    if (back) back.focus();
  };
  const twice = (patience) => ask(patience).then((is) => is || ask(patience));  // a busy server is not a dead one
  const look = () => twice(PATIENCE).then((is) => {
    show(!is);
    setTimeout(look, EVERY);
  });
  let left = null;
  const tell = () => {
    if (document.activeElement !== band) left = document.activeElement;
    band.scrollIntoView();
    band.focus();
  };
  // A form that is sent into nothing would leave an error page in place of what was typed: each is asked for first,
  // for the server may have died a second ago.
  let asking = false;
  let sure = null;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const known = form === sure;
    sure = null;
    if (form.requestSubmit ? known : !gone) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.requestSubmit) { tell(); return; }
    if (asking) return;
    asking = true;
    const by = event.submitter;
    twice(BUSY).then((is) => {
      asking = false;
      show(!is);
      if (!is) { delete form.dataset.sent; tell(); return; }
      sure = form;
      form.requestSubmit(by);
      sure = null;
    });
  }, true);
  // Neither may a link, nor a page that renews itself, take it away. A link of another tab, or within the page, does not.
  const TEXTS = "form textarea, form input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=submit])";
  const holds = () => Array.from(document.querySelectorAll(TEXTS)).some((field) => field.value.trim());
  const within = (link) => link.hash && link.href.split("#")[0] === location.href.split("#")[0];
  let led = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || within(link)) return;
    const known = link === led;
    led = null;
    if (gone) { event.preventDefault(); tell(); return; }
    if (known || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.hasAttribute("download") || (link.target && link.target !== "_self") || !holds()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking) return;
    asking = true;
    twice(BUSY).then((is) => {
      asking = false;
      show(!is);
      if (!is) { tell(); return; }
      led = link;
      link.click();
      led = null;
    });
  }, true);
  window.addEventListener("beforeunload", (event) => { if (gone) event.preventDefault(); });
  band.querySelector("button").addEventListener("click", () => window.print());
  setTimeout(look, EVERY);
}());
