// The fee's fields: only those that its answer asks for are seen, and nothing moves when it changes. ES2015.
(function () {
  "use strict";
  document.querySelectorAll("[data-fee]").forEach((group) => {
    const status = group.querySelector("[name=fee_status]");
    const mode = group.querySelector("[name=mode]");
    group.classList.add("stacked");
    const show = () => {
      const paid = !status || status.value === "paid";
      const shown = { paid: paid, reference: paid && mode && mode.value !== "cash", exempt: !paid && status.value === "exempt" };
      group.querySelectorAll("[data-fee-for]").forEach((each) => each.classList.toggle("away", !shown[each.dataset.feeFor]));
    };
    group.addEventListener("change", show);
    group.addEventListener("input", show);
    show();
  });
})();
