// Lists over plain fields while somebody types (the ARIA 1.2 combobox), a PIN code's place, a name in Hindi that one key
// takes, and lists that find a choice by its first letters in either script. The server decides; all may be missing. ES2015.
(function () {
  "use strict";
  const form = document.getElementById("registration");
  const lists = document.getElementById("lists");
  if (!form || !lists) return;
  const says = document.getElementById("lists-says");
  const field = (name) => { const found = form.elements.namedItem(name); return found && found.type !== "hidden" ? found : null; };
  const valued = (name) => { const found = form.elements.namedItem(name); return found ? found.value : ""; };
  const plain = (text) => text.trim().toLowerCase().normalize("NFD").replace(/\u093c/g, "").replace(/\s+/g, " ");
  const say = (text) => { says.textContent = text; };
  const changed = (input) => ["input", "change"].forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));

  // Asks the server; an answer that a newer question has overtaken is dropped.
  const asker = (address) => {
    let latest = 0;
    return (told) => {
      const mine = ++latest;
      const body = new URLSearchParams(told);
      body.set("csrf_token", valued("csrf_token"));
      return fetch(address, { method: "POST", body: body, credentials: "same-origin" })
        .then((reply) => (reply.ok && !reply.redirected ? reply.json() : null), () => null)
        .then((found) => (mine === latest ? found : null));
    };
  };

  // `options`: find(typed) gives choices, or a promise of them; `first`: the first one stands chosen while typing;
  // `took(choice)` is told what was taken; `write(choice)` says what the field holds then.
  const combo = (input, options) => {
    const list = document.createElement("ul");
    list.id = input.id + "-list";
    list.className = "combo-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels && input.labels[0] ? input.labels[0].textContent.trim() : input.name);
    list.hidden = true;
    input.parentNode.classList.add("combo");
    input.parentNode.insertBefore(list, input.nextSibling);
    input.removeAttribute("list");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    let choices = [];
    let at = -1; // the chosen line
    let moved = false; // by hand: Enter takes it and registers nobody yet
    let asking = false;
    let own = false; // the field changes by our own hand
    let left = null; // what stood there when somebody was quicker than the list
    let timer = 0;

    const point = (to) => {
      at = to;
      Array.from(list.children).forEach((line, place) => line.setAttribute("aria-selected", String(place === at)));
      if (at >= 0) input.setAttribute("aria-activedescendant", list.children[at].id);
      else input.removeAttribute("aria-activedescendant");
    };
    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      point(-1);
      moved = false;
    };
    const show = (found) => {
      choices = found || [];
      list.textContent = "";
      choices.forEach((choice, place) => {
        const line = document.createElement("li");
        line.id = list.id + "-" + place;
        line.setAttribute("role", "option");
        line.textContent = choice.shown;
        list.appendChild(line);
      });
      moved = false;
      if (!choices.length || document.activeElement !== input) return close();
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      point(options.first && input.value.trim() ? 0 : -1);
      say(lists.dataset.count.replace("{count}", choices.length));
    };
    const take = (choice) => {
      close();
      own = true;
      input.value = options.write ? options.write(choice, input.value) : choice.value;
      changed(input);
      own = false;
      if (options.took) options.took(choice);
    };
    const look = () => {
      asking = true;
      Promise.resolve(options.find(input.value)).then((found) => {
        if (!found) return; // a newer question is on its way
        asking = false;
        if (left !== null && left === input.value && found[0]) take(found[0]);
        else show(found);
        left = null;
      });
    };

    input.addEventListener("input", () => {
      if (own) return;
      left = null;
      asking = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(look, options.pause || 0);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) { look(); return; }
        const step = event.key === "ArrowDown" ? 1 : -1;
        point(at < 0 && step < 0 ? choices.length - 1 : (at + step + choices.length) % choices.length);
        moved = true;
      } else if (event.key === "Escape" && open) {
        event.stopPropagation();
        close();
      } else if (event.key === "Enter" && open && at >= 0) {
        if (moved) { event.preventDefault(); event.stopPropagation(); }
        // Typed letters alone take a line only where nothing else is meant: a clinic is never guessed.
        if (moved || choices.length === 1) take(choices[at]); else close();
      } else if (event.key === "Tab" && !event.shiftKey && !event.altKey) {
        if (open && at >= 0) take(choices[at]);
        else if (options.first && asking && input.value.trim()) left = input.value;
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the cursor
      const line = event.target.closest("li");
      if (!line) return;
      take(choices[Array.from(list.children).indexOf(line)]);
    });
  };

  // Clinics stand on the page already: by code, or by the first letters of any word of a name, in either script.
  const clinic = field("clinic");
  if (clinic) {
    const offered = Array.from(document.querySelectorAll("#clinics option")).map((option) => ({
      value: option.value,
      shown: option.value + " · " + option.textContent.trim(),
      code: plain(option.value),
      names: (option.dataset.names || "").split("|").map(plain),
    }));
    const fit = (each, typed) => (each.code === typed ? 4 : each.code.startsWith(typed) ? 3
      : each.names.some((name) => name.startsWith(typed)) ? 2 : each.names.some((name) => (" " + name).includes(" " + typed)) ? 1 : 0);
    combo(clinic, {
      first: true,
      find: (text) => {
        const typed = plain(text);
        if (!typed) return offered;
        return offered.map((each) => [fit(each, typed), each]).filter((pair) => pair[0])
          .sort((one, other) => other[0] - one[0]).map((pair) => pair[1]);
      },
    });
  }

  const district = field("district");
  const state = field("state");
  const pin = field("pin_code");
  const touched = {}; // by hand, on this page: a PIN code never overwrites it
  [["district", district], ["state", state], ["pin_code", pin]].forEach((pair) => {
    if (pair[1]) pair[1].addEventListener("input", (event) => { if (event.isTrusted) touched[pair[0]] = pair[1].value !== ""; });
  });
  const put = (input, value) => {
    if (!input || input.value === value) return;
    input.value = value;
    changed(input);
  };

  let ofPin = []; // the districts of the PIN code
  if (district) {
    const ask = asker(lists.dataset.district);
    combo(district, {
      first: true,
      pause: 60,
      find: (typed) => (typed.trim() && !ofPin.some((each) => each.value === typed)
        ? ask({ typed: typed, state: touched.state ? valued("state") : "" }).then((found) => found && found.choices) : ofPin),
      took: (choice) => { touched.district = true; if (choice.state) put(state, choice.state); },
    });
  }
  if (pin) {
    const ask = asker(lists.dataset.pin);
    const fill = () => {
      const typed = pin.value.replace(/[०-९]/g, (sign) => sign.charCodeAt(0) - 0x966).replace(/[\s-]/g, "");
      if (!/^[1-9]\d{5}$/.test(typed)) { ofPin = []; return; }
      ask({ pin_code: typed }).then((found) => {
        ofPin = found ? found.choices : [];
        const first = ofPin[0];
        if (!first || touched.district) return;
        put(district, first.value);
        if (!touched.state) put(state, first.state);
        if (ofPin.length > 1) say(lists.dataset.several.replace("{count}", ofPin.length));
      });
    };
    pin.addEventListener("input", fill);
  }

  // What is typed after the last comma is looked for; what stands before it stays.
  const locality = field("locality");
  if (locality) {
    const ask = asker(lists.dataset.locality);
    const last = (text) => text.slice(text.lastIndexOf(",") + 1).trim();
    combo(locality, {
      pause: 120,
      find: (text) => (last(text).length < 2 ? [] : ask({
        typed: last(text), pin_code: valued("pin_code"), district: valued("district"), state: valued("state"),
      }).then((found) => found && found.choices)),
      write: (choice, text) => { const comma = text.lastIndexOf(","); return (comma < 0 ? "" : text.slice(0, comma) + ", ") + choice.value; },
      took: (choice) => { // what is not typed yet follows from it
        if (touched.district || (pin && touched.pin_code)) return;
        if (choice.pin) put(pin, choice.pin);
        put(district, choice.district);
        if (!touched.state) put(state, choice.state);
      },
    });
  }

  // The name in Hindi stands in its empty field as a suggestion: Tab or the arrow takes it, Backspace or Esc leaves it.
  const name = field("name");
  const hindi = field("name_hindi");
  if (name && hindi) {
    const ask = asker(lists.dataset.hindi);
    const hint = document.createElement("span");
    hint.className = "hide";
    hint.id = "name_hindi-hint";
    hindi.parentNode.appendChild(hint);
    const described = hindi.getAttribute("aria-describedby") || "";
    let taken = "";
    let left = "";
    let timer = 0;
    const offer = (text) => {
      const offered = text !== left ? text : "";
      if (hindi.value && hindi.value === taken) { // taken before, and the name goes on
        if (text && text !== taken) { taken = text; hindi.value = text; changed(hindi); }
        return;
      }
      hindi.placeholder = offered;
      hint.textContent = offered ? offered + ". " + lists.dataset.takes : "";
      hindi.setAttribute("aria-describedby", (described + (offered ? " " + hint.id : "")).trim());
      if (!hindi.getAttribute("aria-describedby")) hindi.removeAttribute("aria-describedby");
      hindi.title = offered ? lists.dataset.takes : "";
    };
    const look = () => {
      const typed = name.value.trim();
      if (!typed) { offer(""); return; }
      ask({ typed: typed }).then((found) => { if (found && name.value.trim() === typed) offer(found.hindi); });
    };
    name.addEventListener("input", () => { window.clearTimeout(timer); timer = window.setTimeout(look, 100); });
    name.addEventListener("blur", () => { window.clearTimeout(timer); look(); });
    hindi.addEventListener("keydown", (event) => {
      if (hindi.value || !hindi.placeholder || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "ArrowRight" || (event.key === "Tab" && !event.shiftKey)) {
        if (event.key === "ArrowRight") event.preventDefault();
        taken = hindi.placeholder;
        hindi.value = taken;
        hindi.placeholder = "";
        changed(hindi);
      } else if (["Backspace", "Delete", "Escape"].indexOf(event.key) >= 0) {
        if (event.key === "Escape") event.stopPropagation();
        left = hindi.placeholder;
        offer("");
      }
    });
    if (name.value && !hindi.value) look();
  }

  // A list finds its choice by the first letters of its name, in the other language too.
  const named = JSON.parse(lists.dataset.names);
  let letters = "";
  let since = 0;
  let where = null;
  form.addEventListener("keydown", (event) => {
    const select = event.target;
    const names = select.tagName === "SELECT" && named[select.name];
    if (!names || event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = Date.now();
    letters = (now - since < 900 && where === select ? letters : "") + plain(event.key);
    since = now;
    where = select;
    const shown = (option) => plain(option.text).startsWith(letters);
    const found = Array.from(select.options).filter((option) => option.value);
    if (found.some(shown)) return; // the browser finds it by itself
    const other = found.find((option) => (names[option.value] || []).some((each) => plain(each).startsWith(letters)));
    if (!other) return;
    event.preventDefault();
    select.value = other.value;
    changed(select);
  });
}());
