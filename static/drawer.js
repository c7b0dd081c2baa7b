// A drawer counted: the sum adds up while the pieces are typed, and arrow keys go from one to the next. ES2015.
(function () {
  "use strict";
  document.querySelectorAll("[data-drawer]").forEach((drawer) => {
    const pieces = Array.from(drawer.querySelectorAll("[data-worth]"));
    const sum = document.getElementById(drawer.dataset.drawer);
    const digits = (text) => text.replace(/[०-९]/g, (sign) => String(sign.charCodeAt(0) - 0x966)).replace(/[,\s]/g, "");
    const add = () => {
      const typed = pieces.map((each) => digits(each.value));
      if (!typed.every((each) => /^\d{0,5}$/.test(each))) return;
      const counted = typed.some((each) => each);
      if (counted) sum.value = String(typed.reduce((all, each, at) => all + Number(each || 0) * Number(pieces[at].dataset.worth), 0));
      else if (sum.dataset.counted) sum.value = "";
      sum.dataset.counted = counted ? "yes" : "";
    };
    pieces.forEach((each, at) => {
      each.addEventListener("input", add);
      each.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
        const sideways = event.key === "ArrowRight" || event.key === "ArrowLeft";
        const next = step && !(sideways && each.value) && pieces[at + step];
        if (next) { event.preventDefault(); next.focus(); next.select(); }
      });
    });
  });
})();
