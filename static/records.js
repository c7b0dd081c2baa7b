// The records room where a browser has JavaScript; every page works without it. ES2015, no library, nothing stored.
(function () {
  "use strict";
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const proof = () => { const field = one("input[name=csrf_token]"); return field ? field.value : ""; };
  const page = (text) => new DOMParser().parseFromString(text, "text/html");
  const trouble = (text) => { const found = one(".error", page(text)); return found ? found.textContent.trim() : ""; };
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  document.documentElement.classList.add("js");

  // A picture that cannot be shown says so in words, and stands in nobody's way.
  all("img[data-or]").forEach((picture) => {
    const say = () => {
      const words = document.createElement("p");
      words.className = "no-picture";
      words.textContent = picture.dataset.or;
      picture.replaceWith(words);
    };
    if (picture.complete && !picture.naturalWidth) say();
    else picture.addEventListener("error", say);
  });

  // --- Handing in: dropped or chosen, sent with a bar, what is too large told before it is sent ---------------------

  const drop = one("form[data-drop]");
  if (drop) {
    const input = one("input[type=file]", drop);
    const says = one(".upload-says", drop);
    const bar = one("progress", drop);
    const button = one("button", drop);
    let chosen = [];
    const tell = (text, wrong) => {
      says.textContent = text;
      says.classList.toggle("error", Boolean(wrong));
    };
    const choose = (files) => {
      const hidden = /^(\.|Thumbs\.db$|desktop\.ini$)/i; // what a system leaves in a folder
      chosen = files.filter((file) => !hidden.test(file.name)).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
      const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
      const values = { count: chosen.length, megabytes: Math.max(1, Math.round(bytes / 1048576)), limit: drop.dataset.limit };
      const large = bytes > Number(drop.dataset.limit) * 1048576;
      tell(chosen.length ? fill(large ? drop.dataset.large : drop.dataset.chosen, values) : "", large);
      if (large) chosen = [];
      if (chosen.length) button.focus();
    };
    const gather = (entry) => new Promise((done) => {
      if (entry.isFile) { entry.file((file) => done([file]), () => done([])); return; }
      const reader = entry.createReader();
      const found = [];
      const more = () => reader.readEntries((entries) => {
        if (!entries.length) { done(found); return; }
        Promise.all(entries.map(gather)).then((lists) => { lists.forEach((list) => found.push(...list)); more(); });
      }, () => done(found));
      more();
    });
    input.addEventListener("change", () => choose(Array.from(input.files)));
    ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    }));
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const entries = Array.from(event.dataTransfer.items || []).map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
      if (entries.length && entries.every(Boolean)) Promise.all(entries.map(gather)).then((lists) => choose([].concat(...lists)));
      else choose(Array.from(event.dataTransfer.files));
    });
    drop.addEventListener("submit", (event) => {
      if (drop.dataset.sent) { event.preventDefault(); return; }
      if (!chosen.length) return; // as without JavaScript: the server says what is missing
      event.preventDefault();
      drop.dataset.sent = "yes";
      const body = new FormData();
      all("input[name]:not([type=file])", drop).forEach((field) => body.append(field.name, field.value));
      chosen.forEach((file) => body.append(input.name, file, file.name));
      const request = new XMLHttpRequest();
      const failed = (text) => { delete drop.dataset.sent; bar.hidden = true; tell(text || drop.dataset.failed, true); };
      request.open("POST", drop.action);
      request.upload.addEventListener("progress", (moved) => {
        bar.hidden = false;
        bar.max = moved.total;
        bar.value = moved.loaded;
        const part = moved.total ? Math.floor((100 * moved.loaded) / moved.total) : 0;
        tell(fill(part < 100 ? drop.dataset.sending : drop.dataset.storing, { part: part }));
      });
      request.addEventListener("load", () => {
        if (request.status < 400) window.location.assign(request.responseURL);
        else failed(trouble(request.responseText));
      });
      request.addEventListener("error", () => failed(""));
      request.send(body);
    });
  }

  // --- A batch: what changes is fetched again, what has the focus stays ----------------------------------------------

  const watched = one("[data-watch]");
  if (watched) {
    const again = () => window.setTimeout(look, 1500);
    const look = () => fetch(watched.dataset.watch, { credentials: "same-origin" }).then((answer) => {
      if (answer.redirected || !answer.ok) throw new Error("logged out");
      return answer.text();
    }).then((text) => {
      const came = one("[data-watch]", page(text));
      if (!came) { window.location.reload(); return; } // it ended: the page has other buttons now
      watched.innerHTML = came.innerHTML;
      again();
    }).catch(again);
    again();
  }

  // --- The phone: each picture is sent by itself, and told as soon as it is read --------------------------------------

  const camera = one("form[data-camera]");
  if (camera) {
    const input = one("input[type=file]", camera);
    const log = one("[data-log]");
    const send = (file) => {
      const line = document.createElement("li");
      const say = (text, kind) => { line.textContent = text; line.className = kind || ""; };
      say(camera.dataset.sending);
      log.prepend(line);
      const body = new FormData();
      body.append("csrf_token", proof());
      body.append(input.name, file, file.name || "photo.jpg");
      fetch(camera.action, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : answer.text().then((text) => { throw new Error(trouble(text)); })))
        .then((told) => {
          const ask = () => fetch(told.look, { credentials: "same-origin" }).then((answer) => answer.json()).then((now) => {
            say(now.says, now.kind);
            if (!now.over) window.setTimeout(ask, 700);
          }).catch(() => window.setTimeout(ask, 2000));
          ask();
        })
        .catch((wrong) => say(wrong.message || camera.dataset.failed, "failed"));
    };
    input.addEventListener("change", () => {
      Array.from(input.files).forEach(send);
      input.value = "";
    });
  }

  // --- Keys: any button, link or fold that names its key is one key away, outside a field for text --------------------

  const isText = (field) => field && !field.matches("input[type=radio], input[type=checkbox], input[type=file]");
  const letter = (event) => (/^[a-z]$/i.test(event.key) || event.key.length > 1 || !/^Key[A-Z]$/.test(event.code)
    ? event.key.toLowerCase() : event.code.slice(3).toLowerCase()); // a Hindi keyboard has its letters elsewhere
  const seen = (thing) => thing.offsetParent !== null && !thing.disabled;
  const press = (thing) => {
    if (thing.tagName !== "SUMMARY") { thing.click(); return; }
    thing.parentElement.open = !thing.parentElement.open;
    const first = thing.parentElement.open && all("button[data-key]", thing.parentElement).find(seen);
    if (first) first.focus(); else thing.focus();
    if (thing.parentElement.open) thing.parentElement.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const field = event.target.closest && event.target.closest("input, select, textarea");
    const digits = field && field.hasAttribute("data-digits");
    const typing = isText(field);
    if (event.key === "Escape" && typing) {
      const panel = one("[data-panel]");
      field.blur();
      if (panel) panel.focus();
      return;
    }
    if (digits && viewer && /^(Arrow|Page)(Up|Down)$/.test(event.key) && viewer(event.key)) { event.preventDefault(); return; }
    if (typing && (!digits || /^[0-9 ]$/.test(event.key) || event.key.length > 1)) return;
    const key = letter(event);
    if (boxes && boxes(key, event)) { event.preventDefault(); return; }
    const wanted = key === "=" ? "+" : key;
    const open = all("details[open]");
    const places = open.length && /^[0-9]$/.test(wanted) ? open : [document];
    const found = places.map((place) => all("[data-key]", place).find((thing) => thing.dataset.key.split(" ").includes(wanted) && seen(thing))).find(Boolean);
    if (found) { event.preventDefault(); press(found); return; }
    if (digits && /^[a-z]$/.test(key)) { event.preventDefault(); return; } // no key of this page, and no digit
    if (viewer && !field && viewer(event.key)) event.preventDefault();
  });

  // --- The picture: as wide as there is room, larger, smaller, turned, moved ------------------------------------------

  const viewer = (() => {
    const pane = one(".viewer-pane");
    const picture = pane && one("img", pane);
    if (!picture) return null;
    const holder = document.createElement("div");
    holder.className = "viewer-holder";
    picture.replaceWith(holder);
    holder.appendChild(picture);
    let zoom = 1;
    let turned = 0;
    let mirrored = false;
    let whole = false;
    const show = () => {
      const wide = picture.naturalWidth;
      const high = picture.naturalHeight;
      if (!wide || !pane.clientWidth) return; // not there yet, or never
      const across = turned % 180 ? high : wide;
      const down = turned % 180 ? wide : high;
      const middle = [(pane.scrollLeft + pane.clientWidth / 2) / (holder.offsetWidth || 1), (pane.scrollTop + pane.clientHeight / 2) / (holder.offsetHeight || 1)];
      const fit = whole ? Math.min(pane.clientWidth / across, pane.clientHeight / down) : pane.clientWidth / across;
      const scale = fit * zoom * 0.998;
      holder.style.width = `${across * scale}px`;
      holder.style.height = `${down * scale}px`;
      picture.style.width = `${wide * scale}px`;
      picture.style.height = `${high * scale}px`;
      picture.style.transform = `translate(-50%, -50%) rotate(${turned}deg)${mirrored ? " scaleX(-1)" : ""}`;
      pane.scrollLeft = middle[0] * holder.offsetWidth - pane.clientWidth / 2;
      pane.scrollTop = zoom === 1 && !whole && !turned ? pane.scrollTop : middle[1] * holder.offsetHeight - pane.clientHeight / 2;
    };
    const acts = {
      in: () => { zoom = Math.min(8, zoom * 1.4); },
      out: () => { zoom = Math.max(0.2, zoom / 1.4); },
      fit: () => { whole = !whole; zoom = 1; },
      turn: () => { turned = (turned + 90) % 360; },
      mirror: () => { mirrored = !mirrored; },
    };
    all("[data-view]").forEach((button) => button.addEventListener("click", () => { acts[button.dataset.view](); show(); }));
    picture.addEventListener("load", show);
    window.addEventListener("resize", show);
    show();
    let held = null;
    pane.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType === "touch") return; // a finger scrolls by itself
      held = [event.clientX + pane.scrollLeft, event.clientY + pane.scrollTop];
      pane.setPointerCapture(event.pointerId);
      event.preventDefault();
      pane.focus();
    });
    pane.addEventListener("pointermove", (event) => {
      if (!held) return;
      pane.scrollLeft = held[0] - event.clientX;
      pane.scrollTop = held[1] - event.clientY;
    });
    ["pointerup", "pointercancel"].forEach((name) => pane.addEventListener(name, () => { held = null; }));
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -6], PageDown: [0, 6] };
    return (key) => {
      const move = moves[key];
      if (move) pane.scrollBy(move[0] * 90, move[1] * 90);
      return Boolean(move);
    };
  })();

  // --- The number: told at once, taken by a second Enter --------------------------------------------------------------

  const look = one("form[data-look]");
  if (look) {
    const field = one("input[name=number]", look);
    const found = document.getElementById("found");
    let asked = 0;
    const offers = (taken) => all("[data-look-at]").forEach((offer) => { offer.hidden = offer.dataset.lookAt === taken; });
    const ask = (number, confirm) => {
      const turn = ++asked;
      field.value = number;
      all("input[data-same]").forEach((other) => { other.value = number; });
      const address = `${look.action}?number=${encodeURIComponent(number)}`;
      fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (answer.redirected || !answer.ok) { window.location.reload(); return ""; }
        return answer.text();
      }).then((text) => {
        const came = text && one("#found", page(text));
        if (!came || turn !== asked) return;
        found.innerHTML = came.innerHTML;
        found.className = came.className;
        found.dataset.number = number;
        offers(number.replace(/ /g, ""));
        const next = confirm && (one("input[name=certain]", found) || one("[data-confirm]", found));
        if (next) next.focus();
        else if (confirm) field.select();
      }).catch(() => { if (confirm) look.submit(); });
    };
    look.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(field.value, true);
    });
    field.addEventListener("input", () => {
      const told = field.value.replace(/[^0-9\u0966-\u096f]/g, "");
      if (told.length === 11 || told.length === 13) ask(field.value, false);
      else if (found.dataset.number !== undefined) { asked += 1; found.innerHTML = ""; found.classList.add("none"); delete found.dataset.number; offers(""); }
    });
    all("[data-look-at]").forEach((link) => link.addEventListener("click", (event) => {
      event.preventDefault();
      ask(link.dataset.lookAt, true);
    }));
  }

  // --- Boxes: a key answers one and leads to the next -----------------------------------------------------------------

  const boxes = (() => {
    const form = one("form[data-boxes]");
    if (!form) return null;
    const sets = all("[data-box]", form);
    const now = () => Math.max(0, sets.findIndex((set) => set.contains(document.activeElement)));
    const go = (place) => {
      const set = sets[place];
      const next = set ? one("input[type=text], input:not([type]), input:checked", set) || one("input", set) : one("[data-confirm]", form);
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    };
    const mark = () => sets.forEach((set) => set.classList.toggle("now", set.contains(document.activeElement)));
    form.addEventListener("focusin", mark);
    mark();
    form.addEventListener("keydown", (event) => {
      const left = event.key === "Enter" && !event.target.matches("button")
        ? sets.findIndex((set) => !one("input:checked", set) && !all("input[data-digits]", set).some((field) => field.value)) : -1;
      if (left >= 0) { event.preventDefault(); go(left); }
    });
    return (key, event) => {
      const place = now();
      const answer = sets[place] && one(`[data-answer="${key}"]`, sets[place]);
      if (answer) {
        answer.checked = true;
        const digits = one("input[data-digits]", sets[place]);
        if (digits) digits.value = "";
        go(place + 1);
        return true;
      }
      if (key === "backspace" || key === "arrowup" || key === "arrowdown") {
        if (isText(event.target) && event.target.value) return false;
        go(Math.min(sets.length, Math.max(0, place + (key === "arrowdown" ? 1 : -1))));
        return true;
      }
      return false;
    };
  })();

  // --- The item is this person's while the page is open, and free as soon as it is left -------------------------------

  const work = one("[data-work]");
  if (work) {
    let staying = false;
    const body = () => { const form = new FormData(); form.append("csrf_token", proof()); return form; };
    document.addEventListener("submit", () => { staying = true; });
    window.addEventListener("pageshow", () => { staying = false; });
    window.addEventListener("pagehide", () => { if (!staying) navigator.sendBeacon(work.dataset.leave, body()); });
    window.setInterval(() => {
      fetch(work.dataset.hold, { method: "POST", body: body(), credentials: "same-origin" }).then((answer) => {
        if (answer.status !== 409 || one(".lapsed")) return;
        const words = document.createElement("p");
        words.className = "trouble lapsed";
        words.setAttribute("role", "alert");
        words.textContent = work.dataset.lapsed;
        one("[data-panel]").prepend(words);
      }).catch(() => {});
    }, 60000);
  }
}());
