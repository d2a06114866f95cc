// Shows frames of HTML as they come from the kernel. All that a frame's data says was escaped there.

const SILENT_MS = 6000; // the kernel says something at least every 2 s
const SPEAK_MS = 5000; // a screen reader is told no more often
const ANSWER_MS = 1000; // one answer does for the frames of a second

// Makes `old` the same as `new`, and touches nothing that is the same already: what has the
// keyboard's focus, is scrolled or selected stays so.
function patch(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName) {
      old.nodeValue = fresh.nodeValue;
    } else {
      old.replaceWith(fresh);
    }
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const had = [...old.childNodes];
  const has = [...fresh.childNodes];
  had.slice(has.length).forEach((node) => node.remove());
  has.forEach((node, at) => (had[at] ? patch(had[at], node) : old.append(node)));
}

function element(parent, tag, attributes = {}) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  parent.append(made);
  return made;
}

function render({ model, el }) {
  // As JupyterLab shows HTML: nothing jumps when the last frame takes this one's place.
  const stage = element(el, "div", { class: "jp-RenderedHTMLCommon jp-RenderedHTML" });
  const bar = element(el, "div", { class: "bpflab-bar" });
  const button = element(bar, "button", {
    class: "jupyter-widgets jupyter-button widget-button",
    title: "End this view and keep its last frame",
    type: "button",
  });
  button.textContent = "Stop";
  const state = element(bar, "p", { class: "bpflab-state" });
  const spoken = element(el, "p", { class: "bpflab-spoken", role: "status", "aria-live": "polite" });
  const page = Math.random().toString(36).slice(2);
  let heard = Date.now();
  let answered = 0;
  let spokenAt = 0;
  let pressed = false; // a frame that moves the button under the pointer would swallow the click

  function draw() {
    if (pressed) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = model.get("html");
    const holder = stage.cloneNode(false);
    holder.append(fresh.content);
    patch(stage, holder);
  }

  function hear() {
    const status = model.get("status");
    heard = Date.now();
    say(status.state);
    button.disabled = !status.live;
    if (status.said && heard - spokenAt >= SPEAK_MS) {
      spokenAt = heard;
      spoken.textContent = status.said;
    }
    if (heard - answered >= ANSWER_MS) {
      answered = heard;
      model.send({ page });
    }
  }

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  const watch = setInterval(() => {
    if (model.get("status").live && Date.now() - heard > SILENT_MS) {
      const at = new Date(heard).toLocaleTimeString();
      say(`Not live: nothing came from the kernel since ${at}. Run the cell again.`);
    }
  }, 1000);

  const release = () => {
    pressed = false;
    setTimeout(draw); // after the click
  };
  button.addEventListener("pointerdown", () => {
    pressed = true;
    ["pointerup", "pointercancel"].forEach((name) =>
      window.addEventListener(name, release, { once: true }),
    );
  });
  button.addEventListener("click", () => model.send({ page, stop: true }));
  model.on("change:html", draw);
  model.on("change:status", hear);
  draw();
  hear();
  return () => {
    clearInterval(watch);
    model.off("change:html", draw);
    model.off("change:status", hear);
    // The last frame was replaced by plain HTML; a page that closes while the view is live may
    // come back for it.
    if (!model.get("status").live) model.send({ page, gone: true });
  };
}

export default { render };
