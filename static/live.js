// A page that other people change renews its live part by itself. Nothing moves under a finger or a cursor. ES2015.
(function () {
  "use strict";
  const live = document.querySelector("[data-live]");
  if (!live || !window.fetch || !window.DOMParser) return;
  const every = Number(live.dataset.live) * 1000;
  const busy = () => live.contains(document.activeElement) || live.matches(":active")
    || Array.from(live.querySelectorAll("input")).some((field) => field.type !== "hidden" && field.value);
  const away = (is) => {
    let told = document.querySelector(".live-away");
    if (is && !told && live.dataset.away) {
      told = document.createElement("p");
      told.className = "live-away";
      told.setAttribute("role", "alert");
      told.textContent = live.dataset.away;
      document.body.insertBefore(told, document.body.firstChild);
    } else if (!is && told) {
      told.remove();
    }
  };
  const look = () => {
    if (document.hidden || busy()) return;
    fetch(location.href, { credentials: "same-origin", cache: "no-store" }).then((answer) => {
      if (!answer.ok || answer.redirected) throw new Error("not this page");
      return answer.text();
    }).then((text) => {
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
      away(!fresh);
      if (fresh && !busy() && fresh.innerHTML !== live.innerHTML) live.innerHTML = fresh.innerHTML;
    }).catch(() => away(true));
  };
  setInterval(look, every);
})();
