// Measures the page as it stands in the browser. Each function returns what is wrong with it, in words.
const called = (each) => each.outerHTML.slice(0, 120);
const operated = "a[href], button, input, select, textarea, summary";
const isFolded = (each) => {
  const folded = each.closest("details:not([open])");
  return Boolean(folded) && !(each.matches("summary") && each.parentElement === folded);
};
const isShown = (each) => !each.disabled && each.type !== "hidden" && each.getClientRects().length > 0
  && getComputedStyle(each).visibility !== "hidden" && !each.closest(".paper-frame") && !isFolded(each);

const ruler = {
  // Results at fixed places: where people work all day nothing is below the fold.
  scrolls() {
    const high = document.scrollingElement.scrollHeight;
    return high > innerHeight ? [`it is ${high} px high, the screen ${innerHeight}`] : [];
  },

  // The names, the rooms and the keys of the bar stand in one line; so do its facts.
  bar() {
    return Array.from(document.querySelectorAll(".bar-names, .facts")).filter((each) => {
      const boxes = Array.from(each.querySelectorAll(":scope > *, nav > a, nav button")).filter(isShown);
      const middles = boxes.map((one) => one.getBoundingClientRect()).map((box) => (box.top + box.bottom) / 2);
      return Math.max(...middles) - Math.min(...middles) > 12;
    }).map((each) => `${each.className} has more than one line`);
  },

  // Sideways nothing scrolls but a table in its own frame, and no text is cut by the box around it.
  cut() {
    const found = [];
    const wide = document.scrollingElement.scrollWidth;
    const all = Array.from(document.body.querySelectorAll("*")).filter((each) => each.offsetParent);
    if (wide > innerWidth) {
      const those = all.filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".scroll, .scrolls, .paper-frame"));
      found.push(`scrolls sideways to ${wide}: ${those.slice(-3).map(called).join(" | ")}`);
    }
    all.forEach((each) => {
      if (each.matches("input, select, img, svg, svg *, iframe, video, .viewer, .viewer *")) return;
      const box = each.getBoundingClientRect();
      if (box.width < 3 || box.height < 3 || each.closest(".paper-frame")) return;
      const style = getComputedStyle(each);
      if (/hidden|clip/.test(style.overflowX) && each.scrollWidth > each.clientWidth + 1) found.push(`cut: ${called(each)}`);
      if (/hidden|clip/.test(style.overflowY) && each.scrollHeight > each.clientHeight + 3) found.push(`cut below: ${called(each)}`);
    });
    return found;
  },

  // What a person can operate. Tab may leave out only what has a key: Find is Enter, the lines of a list are arrows.
  tabs() {
    const found = [];
    const keys = {};
    Array.from(document.querySelectorAll(`${operated}, [tabindex]`)).filter(isShown).forEach((each) => {
      const key = each.accessKey;
      if (each.tabIndex > 0) found.push(`positive tabindex: ${called(each)}`);
      if (each.matches(operated) && each.tabIndex < 0 && !key && !each.matches(".box button") && !each.closest("[role=listbox]")) found.push(`Tab does not reach ${called(each)}`);
      if (key && keys[key]) found.push(`two have the key ${key}: ${called(each)} and ${called(keys[key])}`);
      if (key) keys[key] = each;
    });
    return found;
  },

  // One after the other has the focus: it shows, and nothing lies over it.
  focus() {
    const found = [];
    const before = document.activeElement;
    const place = [scrollX, scrollY];
    const ring = (each) => each && getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) >= 2;
    Array.from(document.querySelectorAll(operated)).filter((each) => isShown(each) && each.tabIndex >= 0).forEach((each) => {
      each.focus({ focusVisible: true });
      const label = each.closest("label");
      const shown = ring(each) ? each : label;
      const box = each.getBoundingClientRect().width > 2 || !label ? each.getClientRects()[0] : label.getBoundingClientRect();
      const x = box.left + Math.min(box.width / 2, 40);
      const y = box.top + box.height / 2;
      const over = document.elementFromPoint(x, y);
      if (document.activeElement !== each) found.push(`takes no focus: ${called(each)}`);
      else if (!ring(shown)) found.push(`no focus to be seen: ${called(each)}`);
      else if (!over) found.push(`the focus is out of sight: ${called(each)}`);
      else if (!shown.contains(over) && !over.contains(shown)) found.push(`hidden by ${called(over)}: ${called(each)}`);
    });
    if (before && before.focus) before.focus();
    scrollTo(place[0], place[1]);
    return found;
  },

  // Tab goes as one reads: along a line, then to the next.
  order() {
    const found = [];
    document.querySelectorAll(".bar nav, .desk-work, .desk-side, .sheet form").forEach((room) => {
      let last = null;
      Array.from(room.querySelectorAll(operated)).filter((each) => isShown(each) && each.tabIndex >= 0).forEach((each) => {
        const box = each.getBoundingClientRect();
        const back = last && (box.bottom < last.top + 4 || (Math.abs(box.top - last.top) < 8 && box.left < last.left));
        if (back) found.push(`Tab goes back to ${called(each)}`);
        last = box;
      });
    });
    return found;
  },
};
