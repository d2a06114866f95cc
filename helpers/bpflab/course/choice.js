// A question with options to pick from, or with a field. All HTML was escaped by the kernel.

let groups = 0;

function element(parent, tag, attributes = {}, html = "") {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.innerHTML = html;
  parent.append(made);
  return made;
}

function render({ model, el }) {
  // As JupyterLab shows HTML: nothing jumps when plain text takes its place.
  const group = element(el, "fieldset", { class: "bpflab-choice jp-RenderedHTMLCommon" });
  element(group, "legend", {}, model.get("question"));
  const name = `bpflab-choice-${groups++}`;
  const options = model.get("options");
  const inputs = options.map((html) => {
    const label = element(group, "label");
    const input = element(label, "input", { type: "radio", name });
    element(label, "span", {}, html);
    return input;
  });
  if (!options.length) {
    const label = element(group, "label", {}, "<span>Your guess</span>");
    inputs.push(element(label, "input", { type: "text", maxlength: 200, autocomplete: "off" }));
  }

  // Or an arrow key goes to the next cell: JupyterLab looks for it on the element with the focus.
  inputs.forEach((input) => input.setAttribute("data-lm-suppress-shortcuts", "true"));

  // A kernel that has ended takes nothing: then nothing can be changed.
  function tell(work) {
    try {
      work();
    } catch {
      inputs.forEach((input) => (input.disabled = true));
    }
  }

  function send() {
    if (options.length) model.set("picked", inputs.findIndex((input) => input.checked));
    else model.set("typed", inputs[0].value);
    tell(() => model.save_changes());
  }

  function draw() {
    inputs.forEach((input, at) => {
      input.disabled = model.get("fixed");
      if (options.length) input.checked = at === model.get("picked");
      else if (document.activeElement !== input) input.value = model.get("typed");
    });
  }

  group.addEventListener("input", send);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    el.closest(".jp-Cell")?.nextElementSibling?.focus(); // there the next Shift+Enter runs it
  });
  group.addEventListener("focusout", (event) => {
    if (!group.contains(event.relatedTarget)) tell(() => model.send({ left: true }));
  });
  model.on("change", draw);
  draw();
  tell(() => model.send({ shown: true }));
  return () => {
    model.off("change", draw);
    tell(() => model.send({ shown: false }));
  };
}

export default { render };
