// What casualty asks for opens by itself: where the clinic is casualty, or somebody ticks MLC. Never closes again. ES2015.
(function () {
  "use strict";
  const form = document.getElementById("registration");
  const part = document.getElementById("casualty");
  if (!form || !part) return;
  const field = (name) => form.elements.namedItem(name);
  const options = () => Array.from(document.querySelectorAll("#clinics option[data-casualty]"));
  const isCasualty = (typed) => {
    const wanted = typed.split("·")[0].trim().toLowerCase();
    return wanted !== "" && options().some((each) => each.value.toLowerCase() === wanted || (each.dataset.names || "").toLowerCase().split("|").includes(wanted));
  };
  const look = () => {
    const clinic = field("clinic"), mlc = field("medico_legal"), number = field("medico_legal_number");
    if ((mlc && mlc.checked) || (number && number.value.trim()) || (clinic && isCasualty(clinic.value))) part.open = true;
  };
  form.addEventListener("change", look);
  form.addEventListener("input", look);
  look();
})();
