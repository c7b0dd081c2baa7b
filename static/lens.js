// The camera as a scanner, and scanners as keyboards. ES2015, no library, nothing stored; the desk works without it.
(function () {
  "use strict";
  const box = document.getElementById("typed");
  if (!box) return;
  document.documentElement.classList.add("js");

  // --- A scanner types fast. Where it types into another field, the field gets back what it had, and the box the code.
  const FAST = 60; // milliseconds between two keys: no hand keeps that up
  const CODE = 11; // signs: fewer may be a hand
  let burst = null;
  const isField = (field) => field && field.matches && field.matches("input[type=text], input:not([type]), select, textarea");
  // A card's JSON may hold line ends: each would send the half of it.
  const isOpen = (text) => /^\s*\{/.test(text) && !/\}\s*$/.test(text);
  document.addEventListener("keydown", (event) => {
    const now = Date.now();
    if (event.ctrlKey || event.metaKey || event.isComposing) { burst = null; return; }
    const goesOn = burst && burst.field === event.target && now - burst.at < FAST;
    if (event.key === "Enter" || event.key === "Tab") {
      if (goesOn && event.target === box && isOpen(box.value)) { event.preventDefault(); burst.at = now; return; }
      if (goesOn && event.target !== box && burst.typed.length >= CODE && isField(event.target) && looksLikeCode(burst.typed)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        event.target.value = burst.before;
        event.target.dispatchEvent(new Event("input", { bubbles: true }));
        box.value = burst.typed;
        box.focus();
        box.form.requestSubmit ? box.form.requestSubmit() : box.form.submit();
      }
      burst = null;
      return;
    }
    if (event.key.length !== 1) { if (event.key !== "Shift") burst = null; return; }
    if (goesOn) { burst.typed += event.key; burst.at = now; return; }
    burst = isField(event.target) ? { field: event.target, before: event.target.value, typed: event.key, at: now } : null;
  }, true);
  // Digits alone, or the signs of a card: a fast hand's name is neither.
  function looksLikeCode(text) {
    return /^[0-9\u0966-\u096f]+$/.test(text) || /^\s*[{<]/.test(text) || /^[A-Za-z]+:\/\//.test(text);
  }

  // --- The camera: a picture three times a second goes to our own server, which reads it and forgets it.
  const form = document.querySelector("form[data-lens]");
  if (!form) return;
  const button = document.querySelector(".lens-open");
  const says = form.querySelector(".lens-says");
  const photo = form.querySelector("input[type=file]");
  const say = (text) => { says.textContent = text; };
  const EVERY = 350; // milliseconds
  const SIDE = 1280; // pixels
  let stream = null;
  let video = null;
  let timer = 0;
  let asking = null;

  const send = (blob) => {
    const body = new FormData();
    body.append("csrf_token", form.querySelector("input[name=csrf_token]").value);
    body.append("picture", blob, "frame.jpg");
    asking = "AbortController" in window ? new AbortController() : null;
    return fetch(form.action, {
      method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" }, signal: asking ? asking.signal : undefined,
    }).then((answer) => {
      if (answer.redirected) { location.reload(); return ""; } // the screen locked meanwhile
      return answer.ok ? answer.json().then((told) => told.typed) : "";
    });
  };
  const found = (text) => {
    stop();
    box.value = text;
    box.form.requestSubmit ? box.form.requestSubmit() : box.form.submit();
  };
  const look = () => {
    if (!stream) return;
    const again = () => { if (stream) timer = window.setTimeout(look, EVERY); };
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    if (!video.videoWidth) { again(); return; }
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      if (!stream || !blob) { again(); return; }
      send(blob).then((text) => { if (text && stream) found(text); else again(); }, again);
    }, "image/jpeg", 0.85);
  };
  function stop() {
    window.clearTimeout(timer);
    if (asking) asking.abort();
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    if (video) video.remove();
    video = null;
    say("");
    form.classList.remove("looks");
    button.setAttribute("aria-pressed", "false");
  }
  const start = () => {
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
      document.documentElement.classList.remove("js"); // the photo that is sent by hand is shown
      say(window.isSecureContext ? form.dataset.none : form.dataset.insecure);
      return;
    }
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } } }).then((given) => {
      stream = given;
      video = document.createElement("video");
      video.muted = true;
      video.setAttribute("playsinline", "");
      video.setAttribute("aria-hidden", "true");
      video.srcObject = stream;
      form.appendChild(video);
      form.classList.add("looks");
      button.setAttribute("aria-pressed", "true");
      say(form.dataset.looking);
      video.play().then(look, look);
    }, (wrong) => say(wrong.name === "NotAllowedError" ? form.dataset.refused : form.dataset.none));
  };
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => { if (stream) { stop(); button.focus(); } else start(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && stream) stop(); });
  window.addEventListener("pagehide", () => { if (stream) stop(); });
  // A photo is sent as soon as it is taken, where the browser's camera cannot be had.
  photo.addEventListener("change", () => {
    if (photo.files[0]) send(photo.files[0]).then((text) => { if (text) found(text); else say(form.dataset.failed); }, () => say(form.dataset.failed));
  });
}());
