// Helps where a browser has JavaScript; every page works without it. ES2015, no library, nothing stored.
(function () {
  "use strict";
  const box = document.getElementById("typed");
  const one = (selector) => document.querySelector(selector);

  // A form is sent once, however often Enter is hit. (The server gives one slip for it in any case.)
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

  // Enter anywhere sends the form; in a list or on a box some browsers would do nothing, or open it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.altKey || event.ctrlKey) return;
    if (!event.target.matches("form[data-once] select, form[data-once] input[type=checkbox]")) return;
    const button = event.target.form.querySelector("button:not([type=button])");
    if (button) { event.preventDefault(); button.click(); }
  });

  // Esc leads back to the one box; ? on an empty box, or outside any field, opens the page of keys.
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("input, select, textarea");
    if (event.key === "Escape" && box) {
      box.focus();
      box.select();
    } else if (event.key === "?" && (!field || (field === box && !box.value))) {
      const keys = one("a[accesskey=k]");
      if (keys) { event.preventDefault(); keys.click(); }
    }
  });

  // Typing on a button, a link or nothing is typing into the one box: a scan with the cursor there would only press them.
  document.addEventListener("keydown", (event) => {
    if (!box || event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.defaultPrevented || event.target.matches("input:not([type=checkbox]):not([type=radio]):not([type=file]), select, textarea")) return;
    box.focus();
    box.select();
  });

  // Enter in a field takes the button beside it, where a form has several: else it is always the first one.
  document.addEventListener("keydown", (event) => {
    const row = event.key === "Enter" && event.target.closest && event.target.closest(".grid");
    const beside = row && event.target.matches("input") && row.querySelector("button[formaction]");
    if (beside) { event.preventDefault(); beside.click(); }
  });

  // Light or dark at once, without leaving the page; the server keeps it for the next one.
  const look = one("form[data-look-now]");
  if (look) look.addEventListener("submit", (event) => {
    const button = look.elements.look;
    const root = document.documentElement;
    const told = new FormData(look);
    told.append("look", button.value);
    event.preventDefault();
    fetch(look.action, { method: "POST", body: new URLSearchParams(told), credentials: "same-origin", redirect: "manual" }).catch(() => {});
    if (button.value === "dark") root.dataset.look = "dark"; else delete root.dataset.look;
    button.value = button.value === "dark" ? "light" : "dark";
  });

  // Less paper from now on, or the usual slip again, without leaving the page.
  const saves = one("form[data-saves]");
  let left = null; // the field that the key took the cursor out of
  if (saves) saves.elements.on.addEventListener("focus", (event) => { left = event.relatedTarget; });
  if (saves) saves.addEventListener("submit", (event) => {
    const button = saves.elements.on;
    const told = new URLSearchParams(new FormData(saves));
    told.append("on", button.value);
    event.preventDefault();
    if (left) left.focus();
    fetch(saves.action, { method: "POST", body: told, credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) return;
      button.value = button.value === "yes" ? "no" : "yes";
      button.setAttribute("aria-pressed", String(button.value === "no"));
      button.firstChild.data = button.value === "no" ? button.dataset.saving : button.dataset.usual;
    }).catch(() => {});
  });

  // The screen locks when nobody touches it. What is being typed goes to the server, sealed, and comes back after the PIN.
  const page = document.body.dataset;
  const idle = Number(page.lock) * 60000;
  if (idle && window.top === window) {
    const tabs = "BroadcastChannel" in window ? new BroadcastChannel("parchi") : null;
    const post = (form) => form.method === "post" && !form.closest(".bar");
    const differs = (field) => (field.options ? Array.from(field.options).some((each) => each.selected !== each.defaultSelected)
      : field.value !== field.defaultValue || field.checked !== field.defaultChecked);
    const shown = (field) => field.name && field.type !== "hidden" && field.type !== "password" && field.type !== "file";
    const weight = (form) => Array.from(form.elements).filter(shown).reduce((sum, field) => sum
      + (differs(field) ? 100 : "answer" in page && field.type === "text" && field.value ? 1 : 0), 0);
    let touched = Date.now();
    let told = touched;
    let leaving = false;
    const lock = () => {
      if (leaving) return;
      leaving = true;
      document.body.classList.add("covered");
      const typed = Array.from(document.forms).filter(post).sort((one, other) => weight(other) - weight(one))[0];
      const form = document.createElement("form");
      const add = (name, value) => {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.appendChild(field);
      };
      form.method = "post";
      form.action = page.lockTo;
      if (typed && weight(typed)) {
        const secret = Array.from(typed.elements).filter((field) => field.type === "password").map((field) => field.name);
        new FormData(typed).forEach((value, name) => { if (typeof value === "string" && !secret.includes(name) && name !== "csrf_token") add(name, value); });
        add("lock_path", new URL(typed.action).pathname);
      }
      add("csrf_token", one("input[name=csrf_token]").value);
      add("lock_next", location.pathname + location.search);
      document.body.appendChild(form);
      // The server may be away for a moment: what is typed waits here, covered, until somebody can keep it.
      const send = () => fetch(page.awake, { credentials: "same-origin" }).then(() => form.submit(), () => window.setTimeout(send, 3000));
      send();
    };
    const touch = () => {
      if (leaving) return;
      touched = Date.now();
      if (touched - told < 20000) return;
      told = touched;
      if (tabs) tabs.postMessage("touched");
      fetch(page.awake, { credentials: "same-origin" }).then((answer) => { if (answer.redirected) lock(); }, () => {});
    };
    ["keydown", "mousedown", "touchstart", "wheel"].forEach((name) => document.addEventListener(name, touch, { passive: true, capture: true }));
    if (tabs) tabs.addEventListener("message", () => { touched = Date.now(); });
    const now = one("form[data-lock-now]");
    if (now) now.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
    window.setInterval(() => {
      if (one("form[data-drop] progress:not([hidden])")) touch(); // files are on their way
      if (Date.now() - touched > idle) lock();
    }, 1000);
  }
  // A page from before a lock or a logout is asked for again, never shown from memory.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Paper: shown in a frame that nobody sees, and printed. What the browser cannot print by itself is shown.
  let frame = null;
  let manner = "";
  function paper() {
    if (frame) return frame;
    frame = document.createElement("iframe");
    frame.className = "paper-frame";
    frame.name = "paper";
    frame.title = "PDF";
    frame.addEventListener("load", printed);
    document.body.appendChild(frame);
    return frame;
  }
  function say(text) {
    const place = one(".print-says");
    if (place) place.textContent = text;
  }
  function printed() {
    if (!manner) return;
    let told = null; // a sentence in place of paper: a failure, or where it stands with the desk's printer
    try {
      if (frame.contentWindow.location.href === "about:blank") return; // a frame loads an empty page first
    } catch (wrong) { /* the browser's own PDF reader */ }
    try {
      const page = frame.contentDocument;
      told = page && page.querySelector(".failure, .sent");
    } catch (wrong) { /* the browser's own PDF reader: not ours to look into */ }
    const place = one(".print-says");
    if (told) {
      say(told.textContent);
    } else {
      try {
        frame.contentWindow.focus();
        frame.contentWindow.print();
        say(place ? place.dataset.printing : "");
      } catch (wrong) {
        frame.classList.add("shown");
        say(place ? place.dataset.failed : "");
      }
    }
    manner = "";
    if (told && told.matches(".failure")) return;
    if (box) box.focus();
    else if (document.activeElement === frame) frame.blur(); // keys go to the page again
  }
  function firstPrint(address) {
    const place = paper();
    manner = "first";
    place.src = address;
    document.querySelectorAll("[data-first-print]").forEach((link) => { link.hidden = true; });
    document.querySelectorAll("[data-after-print]").forEach((place) => { place.hidden = false; });
  }
  const waiting = one("[data-print]");
  if (waiting) firstPrint(waiting.dataset.print);
  document.querySelectorAll("form[data-paper]").forEach((form) => {
    form.addEventListener("submit", () => {
      paper();
      manner = "again";
      form.target = "paper";
    });
  });
  window.addEventListener("afterprint", () => { if (box) box.focus(); });
  document.querySelectorAll("[data-print-page]").forEach((button) => button.addEventListener("click", () => window.print()));
}());
