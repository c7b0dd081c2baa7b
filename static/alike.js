// Look-alikes beside the form while it is typed. ES2015, no library, nothing stored.
(function () {
  "use strict";
  const place = document.getElementById("alike");
  const form = document.getElementById("registration");
  if (!place || !form) return;
  const shown = place.querySelector(".alike-shown");
  const says = place.querySelector(".alike-says");
  const PAUSE = 150; // milliseconds after a key
  const SETTLE = 350; // a row that has just come is not taken by a digit that was meant for another
  const fields = ["name", "name_hindi", "sex", "age", "birth_date", "age_unit", "guardian", "mobile", "locality", "uhid", "abha", "confidential", "alias"];
  let timer = 0;
  let going = null;
  let last = "";
  let changed = 0;

  const keys = () => Array.from(shown.querySelectorAll("input[name=alike]")).map((field) => field.value).join(" ");
  const answer = () => shown.querySelector("#asked_answer");
  const typed = () => {
    const told = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (typeof value === "string") told.append(name, value); });
    return told;
  };
  const about = (told) => [...fields, "asked_answer"].map((name) => told.get(name) || "").join("\n");

  // The reprint keys of the last slips and the digits of people would be the same: those of people win while they stand.
  const digits = (some) => document.querySelectorAll("[data-was-key], .last [accesskey]").forEach((button) => {
    if (some && /^[1-9]$/.test(button.accessKey)) { button.dataset.wasKey = button.accessKey; button.removeAttribute("accesskey"); }
    if (!some && button.dataset.wasKey) { button.accessKey = button.dataset.wasKey; delete button.dataset.wasKey; }
  });

  const put = (text) => {
    const before = keys();
    const asked = answer();
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    const same = fresh.querySelector("#asked_answer");
    if (asked && (document.activeElement === asked || asked.value)) { // nothing moves under the finger: the question stays, with its cursor
      const block = asked.closest(".alike-question");
      const other = same && same.closest(".alike-question");
      if (other) other.remove();
      Array.from(shown.childNodes).forEach((node) => { if (node !== block) node.remove(); });
      Array.from(fresh.childNodes).forEach((node) => shown.insertBefore(document.adoptNode(node), block));
    } else {
      shown.textContent = "";
      Array.from(fresh.childNodes).forEach((node) => shown.appendChild(document.adoptNode(node)));
    }
    const count = shown.querySelectorAll("button.take").length;
    place.classList.toggle("some", count > 0);
    document.body.classList.toggle("has-alike", count > 0);
    digits(count > 0);
    if (keys() !== before) {
      changed = Date.now();
      says.textContent = count ? place.dataset.some.replace("{count}", count) : "";
    }
  };

  const ask = () => {
    const told = typed();
    const now = about(told);
    if (now === last) return;
    last = now;
    if (going) going.abort();
    const mine = going = "AbortController" in window ? new AbortController() : null;
    fetch(place.dataset.ask, { method: "POST", body: told, credentials: "same-origin", signal: mine ? mine.signal : undefined })
      .then((reply) => (reply.ok && !reply.redirected ? reply.text() : null))
      .then((text) => { if (text !== null && mine === going && !form.dataset.sent) put(text); })
      .catch(() => { if (mine === going) last = ""; }); // the server is away, or a newer question went out: the next key asks again
  };
  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  };

  if (place.dataset.ask) {
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    place.addEventListener("input", soon);
    soon();
  }

  document.addEventListener("keydown", (event) => {
    // Enter in the answer asks with it, and registers nobody.
    if (event.key === "Enter" && event.target === answer()) {
      event.preventDefault();
      event.stopPropagation();
      window.clearTimeout(timer);
      ask();
      return;
    }
    const digit = event.altKey && !event.ctrlKey && !event.metaKey && /^(Digit|Numpad)([1-9])$/.exec(event.code || "");
    const button = digit && shown.querySelector("button.take[data-digit=\"" + digit[2] + "\"]");
    if (!button) return;
    event.preventDefault();
    if (Date.now() - changed > SETTLE) button.click();
  }, true);
}());
