// Shows what a call returned, below its controls. All that its data says was escaped in the kernel.

const SLOW_MS = 500; // a call that takes longer says so

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

function render({ model, el }) {
  // As JupyterLab shows HTML.
  const stage = element(el, "div", { class: "jp-RenderedHTMLCommon jp-RenderedHTML" });
  const state = element(el, "p", { class: "bpflab-state" });
  const spoken = element(el, "p", { class: "bpflab-spoken", role: "status", "aria-live": "polite" });
  const beside = new MutationObserver(() => nameSliders(el.closest(".widget-vbox")));
  const attached = setInterval(() => {
    const box = el.closest(".widget-vbox");
    if (!box) return;
    clearInterval(attached);
    nameSliders(box);
    beside.observe(box, { childList: true, subtree: true });
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
