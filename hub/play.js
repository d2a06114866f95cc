// What a learner sees while a lesson runs from its first cell to its last, in seconds since `began`, by this page's
// clock. It looks at what is drawn, as the learner does, and asks JupyterLab for nothing.
async ([began, seconds]) => {
  const since = () => (performance.now() - began) / 1000;
  const book = [...document.querySelectorAll(".jp-NotebookPanel")].find((panel) => panel.offsetParent);
  // A cell whose input is hidden has no prompt to look at, so it does not count.
  const cells = () =>
    [...book.querySelectorAll(".jp-CodeCell")].filter((cell) => cell.querySelector(".jp-InputArea-prompt"));
  const prompt = (cell) => cell.querySelector(".jp-InputArea-prompt").textContent;
  const ran = (cell) => /\d/.test(prompt(cell));
  // A live view that ended before the page drew it is there only as the frame that stays.
  const ended = () =>
    [...book.querySelectorAll(".jp-OutputArea-output p")].find((each) => each.textContent.startsWith("Ended: "));
  // The line that names the error, without the traceback before it and the notes after it.
  const error = (cell) => {
    const output = [...cell.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]')].at(-1);
    const lines = output?.textContent.split("\n") ?? [];
    const name = lines.find((line) => /^\w/.test(line))?.match(/^[\w.]+/)[0];
    return lines.findLast((line) => line.startsWith(name) && !line.includes("Traceback (most recent")) ?? "";
  };
  const seen = { first: null, moving: null, end: null, cells: 0, left: 0, stopped: null, error: "" };
  let drawn = null; // the first frame of the live view, and when it was there
  while (since() < seconds) {
    seen.first ??= book.querySelector(".jp-CodeCell .jp-OutputArea-output") ? since() : null;
    if (seen.moving === null) {
      const view = book.querySelector(".bpflab-bar")?.parentElement.querySelector(".jp-RenderedHTML");
      const shown = view?.textContent || (drawn || view ? "" : ended()?.textContent);
      if (shown && !drawn) {
        view?.scrollIntoView({ block: "center" });
        drawn = { shown, at: since() };
      }
      if (shown && shown !== drawn.shown) seen.moving = since();
    }
    const idle = book.querySelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]');
    // Between two cells a page may show none that runs, so the end is where nothing changes for a while.
    const quiet = idle && cells().some(ran) && !cells().some((cell) => prompt(cell).includes("*"));
    seen.end = quiet ? seen.end ?? since() : null;
    if (quiet && since() - seen.end > 3) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  seen.moving ??= drawn?.at ?? null; // its rows were all there when the page drew it first
  seen.cells = cells().length;
  seen.left = cells().filter((cell) => !ran(cell)).length;
  // Run All goes from the top and stops where a cell fails. A cell that still runs has the star, and the last cell has
  // none after it to tell: there a line that names an error does.
  const at = cells().findIndex((cell) => !ran(cell));
  const last = at < 0 && seen.cells ? error(cells().at(-1)) : "";
  if (at >= 0 && prompt(cells()[at]).includes("*")) [seen.stopped, seen.error] = [at + 1, "it still runs"];
  else if (at > 0) [seen.stopped, seen.error] = [at, error(cells()[at - 1])];
  else if (/^[\w.]*(Error|Exception|Interrupt|Exit)\b/.test(last)) [seen.stopped, seen.error] = [seen.cells, last];
  return seen;
};
