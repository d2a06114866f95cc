// Shows what a call returned, below its controls. All that its data says was escaped in the kernel.

const SLOW_MS = 500; // a call that takes longer says so
const GONE = "These controls steer nothing any more: their kernel has ended. Run the cell again.";

function element(parent, tag, attributes = {}) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  parent.append(made);
  return made;
}

// A slider of ipywidgets has its label beside it, and a screen reader does not know.
function nameSliders(box) {
  for (const slider of box.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label")?.textContent ?? "";
    slider.querySelector("[role=slider]")?.setAttribute("aria-label", name);
    const readout = slider.querySelector(".widget-readout");
    readout?.setAttribute("role", "textbox");
    readout?.setAttribute("aria-label", `${name}, as a number`);
  }
}

// An arrow key is the control's: JupyterLab would go to another cell. It asks the focused element alone.
function keepKeys(box) {
  for (const each of box.querySelectorAll("select, input, button, [tabindex], [contenteditable]")) {
    each.setAttribute("data-lm-suppress-shortcuts", "true");
  }
}

function render({ model, el }) {
  // As JupyterLab shows HTML.
  const stage = element(el, "div", { class: "jp-RenderedHTMLCommon jp-RenderedHTML" });
  const state = element(el, "p", { class: "bpflab-state" });
  const spoken = element(el, "p", { class: "bpflab-spoken", role: "status", "aria-live": "polite" });
  let box = null;
  const look = () => {
    nameSliders(box);
    keepKeys(box);
    if (box.classList.contains("jupyter-widgets-disconnected")) {
      state.textContent = spoken.textContent = GONE;
      beside.disconnect();
    }
  };
  const beside = new MutationObserver(look);
  const attached = setInterval(() => {
    box = el.closest(".widget-vbox");
    if (!box) return;
    clearInterval(attached);
    look();
    beside.observe(box, { childList: true, subtree: true, attributeFilter: ["class"] });
  }, 50);

  const draw = () => (stage.innerHTML = model.get("html"));
  const say = () => (spoken.textContent = model.get("said"));
  let slow = 0;
  const wait = () => {
    clearTimeout(slow);
    if (!model.get("runs")) state.textContent = "";
    else slow = setTimeout(() => (state.textContent = "Running…"), SLOW_MS);
  };
  model.on("change:html", draw);
  model.on("change:said", say);
  model.on("change:runs", wait);
  draw();
  wait();
  return () => {
    clearInterval(attached);
    clearTimeout(slow);
    beside.disconnect();
    model.off("change:html", draw);
    model.off("change:said", say);
    model.off("change:runs", wait);
  };
}

export default { render };
