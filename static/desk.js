// The desk as an instrument: helps while somebody types. Every one of them may be missing; the server decides. ES2015.
(function () {
  "use strict";
  const form = document.getElementById("registration");
  const box = document.getElementById("typed");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  const say = (place, text) => { if (place.textContent !== text) place.textContent = text; };

  // Tab out of the one box leads to the first question; a name typed there is its answer, and the next one has the cursor.
  if (box) box.addEventListener("keydown", (event) => {
    const name = field("name");
    const first = Array.from(form.elements).find((each) => each.matches("input:not([type=hidden]), select") && each.offsetParent);
    const typed = box.value.trim();
    if (event.key !== "Tab" || event.shiftKey || event.altKey || !first) return;
    if (name === first && !name.value && /^[A-Za-z][A-Za-z .'-]*$/.test(typed)) {
      name.value = typed;
      box.value = "";
      name.dispatchEvent(new Event("input", { bubbles: true }));
      name.focus(); // Tab goes on from here
    } else {
      event.preventDefault();
      first.focus();
    }
  });

  // What the age is taken for: 6m is six months, a date is so many years.
  const age = field("age");
  const says = document.getElementById("age-says");
  const plain = (text) => text.replace(/[०-९]/g, (sign) => sign.charCodeAt(0) - 0x966);
  const units = [["years", /^(y.*|व.*|स[^प]*)?$/], ["months", /^(m.*|म.*)$/], ["days", /^(d.*|द.*)$/]];
  const said = (unit, count) => form.dataset[unit].replace("{count}", count);
  const old = (day, month, year) => {
    const born = new Date(year, month - 1, day);
    const now = new Date();
    if (born.getDate() !== day || born.getMonth() !== month - 1 || born > now) return "";
    const months = (now.getFullYear() - year) * 12 + now.getMonth() - (month - 1) - (now.getDate() < day ? 1 : 0);
    if (months >= 36) return said("years", Math.floor(months / 12));
    return months >= 3 ? said("months", months) : said("days", Math.floor((now - born) / 86400000));
  };
  const understood = () => {
    const typed = plain(age.value.trim().toLowerCase());
    const date = typed.match(/^(\d{1,2})[\s\-./]+(\d{1,2})[\s\-./]+(\d{4})$/) || typed.match(/^(\d{2})(\d{2})(\d{4})$/);
    if (date) return old(Number(date[1]), Number(date[2]), Number(date[3]));
    const told = typed.match(/^(\d{1,3})\s*([^\d\s]*)$/);
    if (!told) return "";
    if (/^(w|ह|सप)/.test(told[2])) return said("days", Number(told[1]) * 7);
    const unit = units.find((each) => each[1].test(told[2]));
    return unit ? said(unit[0], Number(told[1])) : "";
  };
  if (age && says) {
    const tell = () => say(says, understood());
    age.addEventListener("input", tell);
    tell();
  }

  // Whose name is asked for: shown as the likeliest, and changed by one letter. Once touched it stays.
  const relation = field("relation");
  const sex = field("sex");
  if (relation && relation.tagName === "SELECT" && sex && age && !relation.value) {
    let mine = true;
    const guess = () => {
      const years = /^(\d{1,3})$|(\d{4})$/.exec(plain(age.value.trim()));
      const grown = years && (years[2] ? new Date().getFullYear() - Number(years[2]) : Number(years[1])) >= 21;
      return !age.value ? "" : sex.value === "female" && grown ? "husband" : "father";
    };
    const offer = () => { if (mine) relation.value = guess(); };
    relation.addEventListener("change", () => { mine = false; });
    [sex, age].forEach((each) => each.addEventListener("change", offer));
    // No name, no relation: a default alone is never sent.
    form.addEventListener("submit", () => { if (mine && !field("guardian").value.trim()) relation.value = ""; });
  }

  // The clinic's name, room and fee as soon as its code or name stands in the field.
  const clinic = document.getElementById("clinic");
  const place = document.getElementById("clinic-says");
  if (clinic && place) {
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
      say(place, found ? found.says : "");
      place.classList.toggle("closed", Boolean(found && found.closed));
    };
    ["input", "change"].forEach((name) => clinic.addEventListener(name, tell));
    tell();
  }

  // What stands in the field that is asked first is replaced by typing, and kept by Enter.
  form.addEventListener("focusin", (event) => {
    const asked = event.target;
    if (asked.autofocus && asked.select && asked.value === asked.defaultValue && !asked.matches("[aria-invalid]")) asked.select();
  });

  // What is typed goes to the server, sealed, at every pause: a power cut or a closed tab loses two seconds of it.
  if (form.dataset.keep) {
    const pause = 2000;
    const all = () => Array.from(form.elements).filter((each) => each.name && each.type !== "hidden" && !each.matches("button"));
    const state = () => all().map((each) => (each.type === "checkbox" ? each.checked : each.value)).join("\n");
    let kept = state();
    let timer = 0;
    const keep = (leaving) => {
      window.clearTimeout(timer);
      const now = state();
      if (now === kept || form.dataset.sent) return;
      kept = now;
      const typed = new URLSearchParams(new FormData(form));
      typed.set("typed_path", new URL(form.action).pathname);
      fetch(form.dataset.keep, { method: "POST", body: typed, credentials: "same-origin", keepalive: leaving === true }).catch(() => { kept = ""; });
    };
    form.addEventListener("input", (event) => {
      window.clearTimeout(timer);
      if (event.target.name === "confidential") keep(); // at once: this form may lie on no disk that the desk can read
      else timer = window.setTimeout(keep, pause);
    });
    form.addEventListener("change", () => { window.clearTimeout(timer); timer = window.setTimeout(keep, pause); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(true); });
    window.addEventListener("pagehide", () => keep(true));
  }
}());
