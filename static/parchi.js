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

  // Enter in a field takes the button beside it, where a form has several: else it is always the first one.
  document.addEventListener("keydown", (event) => {
    const row = event.key === "Enter" && event.target.closest && event.target.closest(".grid");
    const beside = row && event.target.matches("input") && row.querySelector("button[formaction]");
    if (beside) { event.preventDefault(); beside.click(); }
  });

  // The clinic's name, room and fee as soon as its code or name stands in the field.
  const clinic = document.getElementById("clinic");
  const says = document.getElementById("clinic-says");
  if (clinic && says) {
    const offered = Array.from(document.querySelectorAll("#clinics option")).map((option) => ({
      code: option.value.toLowerCase(),
      names: option.dataset.names.toLowerCase().split("|"),
      says: option.dataset.says,
      closed: option.hasAttribute("data-closed"),
    }));
    const tell = () => {
      const typed = clinic.value.trim().toLowerCase().replace(/\s+/g, " ");
      const begins = offered.filter((each) => typed && each.names.some((name) => name.startsWith(typed)));
      const found = offered.find((each) => each.code === typed) || (begins.length === 1 ? begins[0] : null);
      says.textContent = found ? found.says : "";
      says.className = "clinic-says" + (found && found.closed ? " closed" : "");
    };
    clinic.addEventListener("input", tell);
    tell();
  }

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
    if (box && !(told && told.matches(".failure"))) box.focus();
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
