// Shows the recorded frames of a live view, one after the other. The lab's views have escaped all
// that came from data; the frames are the HTML that they made.

const SPEAK_MS = 5000; // while it plays, a screen reader is told no more often
const KEPT = "div, details"; // where the reader has scrolled to, and what is open

function replay(bar) {
  const { frames, parts } = JSON.parse(bar.querySelector("script").textContent);
  const [back, play, step] = bar.querySelectorAll("button");
  const slider = bar.querySelector("input");
  const place = bar.querySelector(".replay-place");
  const spoken = bar.querySelector(".replay-spoken");
  const stage = bar.parentElement.querySelector(".output.text_html");
  let at = frames.length; // the output that is stored in the lesson stands after the last frame
  let timer = 0;
  let spokenAt = 0;

  function show(number) {
    at = number;
    const [ms, html] = frames[at];
    const old = [...stage.querySelectorAll(KEPT)].map((part) => [part.scrollLeft, part.open]);
    stage.style.minHeight = `${stage.offsetHeight}px`; // what is below does not jump
    stage.innerHTML = html.map((part) => parts[part]).join("");
    stage.querySelectorAll("pre").forEach((pre) => (pre.tabIndex = 0)); // as all on the site
    stage.querySelectorAll(KEPT).forEach((part, n) => {
      if (old[n]) [part.scrollLeft, part.open] = old[n];
    });
    slider.value = at + 1;
    const words = `Frame ${at + 1} of ${frames.length}, ${(ms / 1000).toFixed(1)} s`;
    slider.setAttribute("aria-valuetext", words);
    place.textContent = words;
    if (!timer || Date.now() - spokenAt >= SPEAK_MS) {
      spokenAt = Date.now();
      spoken.textContent = words;
    }
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
  }

  function next() {
    const wait = frames[at + 1][0] - frames[at][0];
    timer = setTimeout(() => {
      const last = at + 2 === frames.length;
      if (last) pause();
      show(at + 1);
      if (!last) next();
    }, wait);
  }

  function move(number) {
    pause();
    show(Math.max(0, Math.min(number, frames.length - 1)));
  }

  play.addEventListener("click", () => {
    if (timer) return move(at);
    if (at >= frames.length - 1) show(0);
    play.textContent = "Pause";
    next();
  });
  back.addEventListener("click", () => move(at - 1));
  step.addEventListener("click", () => move(at < frames.length ? at + 1 : 0));
  slider.addEventListener("input", () => move(slider.value - 1));
  bar.hidden = false;
}

document.querySelectorAll(".replay").forEach(replay);
