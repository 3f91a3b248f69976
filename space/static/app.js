() => {
  // The address names the open tab and the view of the decisions, so that it opens them again.
  const address = (query) => window.history.replaceState(null, "", `?${query}`);
  window.showView = (link) => {
    const query = new URLSearchParams(link);
    const tab = new URLSearchParams(window.location.search).get("tab");
    if (tab) query.set("tab", tab);
    address(query);
  };
  const tabNames = { Decisions: "decisions", "Try it": "try", Benchmark: "benchmark", Screening: "screening" };
  document.addEventListener("click", (event) => {
    const name = tabNames[event.target.closest("[role=tab]")?.textContent.trim()];
    if (!name) return;
    const query = new URLSearchParams(window.location.search);
    query.set("tab", name);
    address(query);
  });

  // The viewer: an image in a dialog that is zoomed by wheel, pinch or keys and moved by dragging.
  const dialog = document.createElement("dialog");
  dialog.className = "viewer";
  dialog.setAttribute("aria-label", "Figure, enlarged");
  const image = document.createElement("img");
  image.alt = "The figure, enlarged";
  image.draggable = false;
  const bar = document.createElement("div");
  bar.className = "viewer-bar";
  const buttons = { "Zoom in": "+", "Zoom out": "−", "Fit": "Fit", "Close": "Close" };
  for (const [name, text] of Object.entries(buttons)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", name);
    button.dataset.act = name;
    bar.append(button);
  }
  dialog.append(image, bar);
  document.body.append(dialog);

  let scale = 1, x = 0, y = 0;
  const pointers = new Map();
  const place = () => {
    image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    image.style.imageRendering = scale > 3 ? "pixelated" : "auto";
  };
  const fit = () => { scale = 1; x = 0; y = 0; place(); };
  const zoom = (factor, px = 0, py = 0) => {
    const next = Math.min(Math.max(scale * factor, 1), 20);
    x = px - (px - x) * (next / scale);
    y = py - (py - y) * (next / scale);
    scale = next;
    if (scale === 1) { x = 0; y = 0; }
    place();
  };
  const fromCentre = (event) => [event.clientX - window.innerWidth / 2, event.clientY - window.innerHeight / 2];

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-zoom]");
    if (opener) { image.src = opener.dataset.zoom; fit(); dialog.showModal(); return; }
    const act = event.target.closest(".viewer [data-act]")?.dataset.act;
    if (act === "Zoom in") zoom(1.5);
    if (act === "Zoom out") zoom(1 / 1.5);
    if (act === "Fit") fit();
    if (act === "Close") dialog.close();
  });
  dialog.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...fromCentre(event));
  }, { passive: false });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(1.5);
    if (event.key === "-") zoom(1 / 1.5);
    if (event.key === "0") fit();
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) { x += step[0]; y += step[1]; place(); event.preventDefault(); }
  });
  image.addEventListener("pointerdown", (event) => {
    image.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
  });
  image.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    if (pointers.size === 1) {
      x += event.clientX - before.clientX;
      y += event.clientY - before.clientY;
      place();
    } else {
      const other = [...pointers.values()].find((p) => p.pointerId !== event.pointerId);
      const distance = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
      zoom(distance(event) / Math.max(distance(before), 1), ...fromCentre(other));
    }
    pointers.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    image.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }

  // Keys of the Screening tab. They press the buttons that are there to be clicked.
  const visible = (id) => {
    const found = document.getElementById(id);
    return found && found.offsetParent !== null ? found : null;
  };
  const press = (id) => {
    const found = visible(id);
    if (!found) return false;
    (found.matches("button") ? found : found.querySelector("button"))?.click();
    return true;
  };
  window.focusPanel = (id) => {
    const wait = (left) => {
      const panel = visible(id);
      if (panel) panel.querySelector("textarea, input")?.focus();
      else if (left) setTimeout(() => wait(left - 1), 50);
    };
    wait(40);
  };
  const closePanels = () => { if (!press("screen-cancel-fix")) press("screen-cancel-reject"); };
  const verbs = { a: "screen-accept", f: "screen-fix", r: "screen-reject", s: "screen-skip", u: "screen-undo" };
  document.addEventListener("keydown", (event) => {
    if (!visible("screen-question") || dialog.open || event.altKey || event.metaKey) return;
    const fixing = visible("fix-panel"), rejecting = visible("reject-panel");
    if (event.key === "Escape" && (fixing || rejecting)) { closePanels(); event.preventDefault(); return; }
    if (event.ctrlKey) {
      if (event.key === "Enter" && fixing) { press("fix-save"); event.preventDefault(); }
      return;
    }
    const typing = event.target.matches("textarea, input:not([type=radio]), select");
    if (rejecting && event.key === "Enter" && !event.target.matches("button, summary")) {
      event.preventDefault();
      // A note is sent to the server when it changes; the field is left first.
      event.target.blur();
      setTimeout(() => press("reject-save"), 50);
      return;
    }
    if (typing) return;
    if (rejecting && event.key >= "1" && event.key <= "9") {
      rejecting.querySelectorAll("input[type=radio]")[Number(event.key) - 1]?.click();
      event.preventDefault();
      return;
    }
    const verb = verbs[event.key.toLowerCase()];
    if (verb && !fixing && !(rejecting && verb !== "screen-undo")) { if (press(verb)) event.preventDefault(); }
    if (event.key.toLowerCase() === "z") document.querySelector("#screen-figure [data-zoom]")?.click();
  });
}
