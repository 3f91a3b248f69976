() => {
  window.showAddress = (link) => {
    if (link && link !== window.location.search) window.history.replaceState(null, "", link);
  };

  const tabNames = { Decisions: "decisions", "Try it": "try", Benchmark: "benchmark", Screening: "screening" };
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    const name = tab && tabNames[tab.textContent.trim()];
    if (!name) return;
    const query = new URLSearchParams(window.location.search);
    query.set("tab", name);
    window.showAddress(`?${query}`);
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
}
